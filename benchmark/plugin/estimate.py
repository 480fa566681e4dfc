"""``--estimate``: counts what a run would ask, times a few groups of it, prints both and ends.

Knows pytest's loop and the model under test. The answers stay in the store, in the batches of the
run, so nothing is asked twice; no case is run and no run file is written.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import pytest

from benchmark.engine.interview import Interview
from benchmark.errors import CultureError
from benchmark.models.weights import machine
from benchmark.plugin import forecast
from benchmark.plugin.counting import Counts, Group, Kind, count, members
from benchmark.plugin.forecast import Span, Timing, duration
from benchmark.plugin.model_under_test import ModelUnderTest
from benchmark.plugin.session import SESSION
from benchmark.plugin.suite_session import SuiteSession
from benchmark.records import Reply, Request

LONGEST_S = 30.0  # of timing, all kinds together; at least one batch of each kind is timed
COUNTED = 16  # prompts of each timed group whose tokens are counted


@runtime_checkable
class CountsTokens(Protocol):
    """A model that can count a prompt's tokens."""

    def tokens(self, request: Request) -> tuple[int, int]:
        """The tokens that the request's prompt shares with its group, and its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TimedSample:
    """What was timed, by kind of prompt; ``tokens`` if the model counts them."""

    load_s: float
    timings: dict[Kind, list[Timing]]
    tokens: dict[Kind, tuple[float, float]]

    def span(self, left: dict[Kind, int]) -> Span:
        """The time that these numbers of prompts of each kind take."""
        return forecast.total(forecast.span(self.timings[kind], n) for kind, n in left.items())


class EstimateOnly:
    """Replaces the running of the cases."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Estimate each suite; pytest reports cases that could not be collected."""
        if session.config.option.collectonly or session.testsfailed:
            return None
        writer = session.config.get_terminal_writer()
        run = session.config.stash[SESSION]
        model = ModelUnderTest(run)
        try:
            for suite in run.suites.values():
                if suite.units:
                    for line in lines(suite, model):
                        writer.line(line)
        except CultureError as error:
            raise pytest.UsageError(str(error)) from error
        finally:
            model.close()
        return True


def register(config: pytest.Config, *, has_suites: bool) -> None:
    """Replace the run by the estimate, or raise where that is impossible."""
    if not has_suites:
        raise pytest.UsageError("--estimate needs a suite; name one, such as suites/wvs")
    if config.getoption("dist", "no") != "no":
        raise pytest.UsageError(
            "--estimate times one process and predicts several devices from it; leave out -n"
        )
    if not config.pluginmanager.has_plugin("terminal"):
        raise pytest.UsageError("--estimate prints its result; leave out -p no:terminal")
    config.pluginmanager.register(EstimateOnly(), "culture-estimate")


def lines(suite: SuiteSession, model: ModelUnderTest) -> Iterator[str]:
    """The estimate of one suite, each line as soon as it is known."""
    interview = model.interview(suite)
    counts = count(suite, interview)
    yield ""
    yield f"estimate of {suite.name} with {interview.identity.name}"
    yield f"  cases:    {counts.n_cases} in {counts.n_units} units"
    yield (
        f"  prompts:  {counts.n_prompts}, {counts.n_prompts - counts.n_missing} of them stored, "
        f"{counts.n_missing} to compute"
    )
    yield f"  prefixes: {counts.n_groups} with {len(counts.pictures)} pictures"
    if counts.most_written:
        most = f"{counts.most_written:,}".replace(",", " ")
        yield f"  written:  at most {most} tokens, if every text runs to its limit"
    if counts.broken:
        yield f"  cannot be asked: {len(counts.broken)} cases, such as: {counts.broken[0]}"
    if not counts.n_missing:
        yield "  time:     nothing to compute, no model was loaded"
    else:
        yield from _computed(suite, interview, counts)
        if interview.n_computed >= counts.n_missing:
            model.ask_again()  # the next run computes nothing that it could ask again
    if _has_later_stages(suite, model):
        yield "  not in it: later prompts and vectors of each case, known after the first answers"


def _computed(suite: SuiteSession, interview: Interview, counts: Counts) -> Iterator[str]:
    before = interview.n_computed
    started = time.perf_counter()
    interview.load()
    loaded = time.perf_counter()
    found = _time_sample(suite, interview, counts, load_s=loaded - started)
    if found.tokens:
        yield f"  tokens:   {_tokens(counts, found)}"
    done = interview.n_computed - before
    timed = [timing for several in found.timings.values() for timing in several]
    prompt_s = [timing.prompt_s for timing in timed]
    yield (
        f"  measured: {sum(sum(t.rows) for t in timed)} prompts of {len(timed)} prefixes, "
        f"{forecast.rate(1 / max(prompt_s))} to {forecast.rate(1 / min(prompt_s))} prompts/s; "
        f"loading took {duration(found.load_s)}"
    )
    whole = found.span({kind: sum(g.n_missing for g in gs) for kind, gs in counts.kinds.items()})
    left = (counts.n_missing - done) / counts.n_missing
    yield f"  time:     {_between(whole)} of the model's time on {_where(interview)}"
    yield (
        f"  answered: {done} prompts now and stored, so about {duration(whole.likely_s * left)} is "
        "left; loading, scoring and analyses come on top"
    )
    gpus = machine.gpu_count() if interview.identity.device_kind == "cuda" else 1
    if gpus > 1:
        yield f"  with -n {gpus}: {_between(whole.over(gpus))} if all GPUs are as fast"


def _time_sample(
    suite: SuiteSession, interview: Interview, counts: Counts, *, load_s: float
) -> TimedSample:
    timings: dict[Kind, list[Timing]] = {}
    tokens: dict[Kind, tuple[float, float]] = {}
    for kind, groups in counts.kinds.items():
        until = time.perf_counter() + LONGEST_S / len(counts.kinds)
        warm = _answer(interview, members(suite, groups[0]), groups[0], until=0.0)
        chosen = [groups[i] for i in forecast.spread(len(groups))]
        members_of_chosen = [members(suite, group) for group in chosen]
        found = [
            timing
            for group, requests in zip(chosen, members_of_chosen, strict=True)
            if (timing := _answer(interview, requests, group, until=until)) is not None
        ]
        # If the warm-up was all the work, its own time has to do.
        timings[kind] = found or [timing for timing in (warm,) if timing is not None]
        counted = _token_means(interview, members_of_chosen)
        if counted is not None:
            tokens[kind] = counted
    return TimedSample(load_s=load_s, timings=timings, tokens=tokens)


def _answer(
    interview: Interview, requests: Sequence[Request], group: Group, *, until: float
) -> Timing | None:
    """Ask the group's batches as a run would until the time is up, at least one of them."""
    rows: list[int] = []
    elapsed_s: list[float] = []
    for batch in interview.batches(requests):
        before, started = interview.n_computed, time.perf_counter()
        interview.replies(batch)
        if interview.n_computed > before:
            elapsed_s.append(time.perf_counter() - started)
            rows.append(interview.n_computed - before)
            if time.perf_counter() > until:
                break
    if not rows:
        return None
    return Timing(
        rows=tuple(rows), elapsed_s=tuple(elapsed_s), size=max(group.n_missing, sum(rows))
    )


def _token_means(
    interview: Interview, groups: Sequence[Sequence[Request]]
) -> tuple[float, float] | None:
    """Mean tokens that a group shares and that a prompt has of its own, over the timed groups."""
    model = interview.load()
    if not isinstance(model, CountsTokens):
        return None
    shared = [model.tokens(requests[0])[0] for requests in groups]
    own = [model.tokens(request)[1] for requests in groups for request in requests[:COUNTED]]
    return sum(shared) / len(shared), sum(own) / len(own)


def _tokens(counts: Counts, found: TimedSample) -> str:
    shared = sum(found.tokens[kind][0] * len(groups) for kind, groups in counts.kinds.items())
    own = sum(
        found.tokens[kind][1] * group.n_missing
        for kind, groups in counts.kinds.items()
        for group in groups
    )
    return f"about {_round(shared)} in prefixes and {_round(own)} behind them"


def _has_later_stages(suite: SuiteSession, model: ModelUnderTest) -> bool:
    """Whether the first case whose first answers are all known asks for more."""
    interview = model.interview(suite)
    for case in (case for cases in suite.units.values() for case in cases):
        script = suite.suite.interview(case)
        try:
            requests = next(script)
            keys = list(interview.distinct(suite.expand(requests)))
            if len(interview.held(keys)) == len(keys):
                script.send([one for one in model.ask(suite)(requests) if isinstance(one, Reply)])
                return True
        except StopIteration:
            return False
        except CultureError:
            continue  # counted among those that cannot be asked
        finally:
            script.close()
    return False


def _where(interview: Interview) -> str:
    identity = interview.identity
    return (
        ", ".join(part for part in (identity.device_kind, identity.dtype) if part)
        or "whatever answers it"
    )


def _between(found: Span) -> str:
    return (
        f"{duration(found.likely_s)} ({duration(found.low_s)} to {duration(found.high_s)} as the "
        "quickest and the slowest prefix would have it)"
    )


def _round(number: float) -> str:
    """To three digits, which is already more than a sample supports."""
    digits = max(len(str(int(number))) - 3, 0)
    return f"{round(number, -digits):,.0f}".replace(",", " ")
