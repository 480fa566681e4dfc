"""`python -m leaderboard encoders`: whether encoders rank models alike, or one favours a model.

Knows run files, whose rows hold each case's mean similarity; reads no vector, loads no encoder.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from benchmark.analyses.stories.encoder_favours import (
    distinct_contrasts,
    encoder_favours,
    least_concepts,
)
from benchmark.errors import BoardProblem, UsageProblem
from benchmark.jsonio import digest
from benchmark.metrics.chunking import MEAN, RULES
from benchmark.records import Score
from benchmark.runs.run import Run, read_run
from leaderboard.comparisons.comparable_encoders import check_same, differences, rules_of, too_few
from leaderboard.comparisons.transfer import letter
from leaderboard.tables.summary import NOT_SCORED
from leaderboard.tables.tables import render

WIDTH = 100
CAPTION = (
    "\nsimilarity: mean cosine of stories and pictures over {n} cases that all runs have; cosines "
    "of two encoders are on different scales. rank: of the models, by this encoder. favour: what "
    "the encoder gives the model beyond what it gives the others and beyond what the other "
    "encoders give it, in the encoder's standard deviations over all cases; it sums to 0 over "
    "models and over encoders. p: from flipping the signs of whole concepts, here {concepts}; 0.05 "
    "takes at least {least}. Holm: over {tests}; 0.05 takes at least {least_holm} concepts. A "
    "favour says that encoders disagree about a model, not which of them is right."
)


def add_encoders(parser: argparse.ArgumentParser) -> None:
    """Compare runs of several models on stories, made with the same encoders.

    The table shows how two or more encoders rank the models, whether they agree, and whether one of
    them favours a model beyond what the others see.
    """
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="run.json files")
    parser.add_argument(
        "--chunking",
        choices=RULES,
        help=f"the rule by which stories were cut (default: {MEAN} if all runs have it)",
    )


def run_encoders(options: argparse.Namespace) -> int:
    """Print which runs were compared, the table, and how far the encoders agree."""
    paths = list(dict.fromkeys(options.runs))
    if len(paths) < 2:
        raise UsageProblem(
            "encoders are compared over the runs of at least two models; name another run.json"
        )
    runs = {letter(i): read_run(path) for i, path in enumerate(paths)}
    legend = [
        f"{name}: {run.suite} of {run.model.name}, {path}"
        for (name, run), path in zip(runs.items(), paths, strict=True)
    ]
    scores = favours(runs, rule=options.chunking)
    table = render(favours_table(scores, runs), WIDTH)
    sys.stdout.write("\n".join([*legend, *differences(runs), table, *agreement(scores)]) + "\n")
    return 0


def favours(runs: Mapping[str, Run], *, rule: str | None = None) -> list[Score]:
    """The scores of `encoder_favours` over the encoders that all runs have under one rule.

    Raises
    ------
    BoardProblem
        A run has no vectors, the runs have no rule or fewer than two encoders in common, or an
        encoder, the pictures or the language is not the same in all of them.
    """
    known = {name: rules_of(run, name) for name, run in runs.items()}
    rules = sorted(set.intersection(*(set(mine) for mine in known.values())))
    chosen = rule or (MEAN if MEAN in rules or not rules else rules[0])
    common = set.intersection(*(mine.get(chosen, set()) for mine in known.values()))
    if len(common) < 2:
        raise BoardProblem(too_few(known, sorted(common), chosen))
    check_same(runs, sorted(common))
    seed = int(digest(sorted(run.config_digest for run in runs.values()))[:16], 16)
    rows = {name: run.rows for name, run in runs.items()}
    return encoder_favours(rows, rule=chosen, rng=np.random.default_rng(seed))


def favours_table(scores: Sequence[Score], runs: Mapping[str, Run]) -> Table:
    """One row for each encoder and model."""
    found = {(s.metric, s.scope.get("encoder"), s.scope.get("model")): s for s in scores}
    encoders = sorted({s.scope["encoder"] for s in scores if s.metric == "encoder_favour"})
    some = next(s for s in scores if s.metric == "encoder_favour")
    table = Table(
        title=Text(f"Encoders of stories and pictures ({some.scope['chunking']})", style="bold"),
        title_justify="left",
        caption=Text(CAPTION.format(n=some.n, **_test_counts(scores))),
        caption_justify="left",
        box=SIMPLE_HEAD,
    )
    table.add_column("encoder")
    table.add_column("model")
    for head in ("similarity", "rank", "favour", "p", "Holm"):
        table.add_column(head, justify="right", no_wrap=True)
    for encoder in encoders:
        means = {name: found["story_picture_similarity", encoder, name].value for name in runs}
        table.add_section()
        for place, name in enumerate(runs):
            rank = 1 + sum(value > means[name] for value in means.values())
            table.add_row(
                encoder if place == 0 else "",
                f"{name} {runs[name].model.name}",
                f"{means[name]:.4f}",
                str(rank),
                _number(found["encoder_favour", encoder, name].value, "+.2f"),
                _p(found["encoder_favour_p", encoder, name].value),
                _p(found["encoder_favour_p_holm", encoder, name].value),
            )
    return table


def agreement(scores: Sequence[Score]) -> list[str]:
    """Kendall's W of all encoders over the models, and tau of every two encoders."""
    (w,) = (s for s in scores if s.metric == "encoder_agreement")
    taus = [s for s in scores if s.metric == "encoder_tau"]
    judges = {s.scope[side] for s in taus for side in ("encoder", "against")}
    lines = [
        f"{len(judges)} encoders' rankings of {w.n} models: Kendall's W {_number(w.value, '.2f')} "
        f"(1 they rank alike, {1 / len(judges):.2f} they have nothing in common)"
    ]
    if w.n == 2:
        lines.append("  two models can only be ranked alike or the other way round: name more runs")
    for score in taus:
        pair = (score.scope[side] for side in ("encoder", "against"))
        lines.append(f"  {' and '.join(pair)}: tau-b {_number(score.value, '.2f')}")
    return lines


def _test_counts(scores: Sequence[Score]) -> dict[str, str]:
    """How many concepts and contrasts were tested, and how many concepts are needed."""
    p = [s for s in scores if s.metric == "encoder_favour_p"]
    tests = distinct_contrasts(*(len({s.scope[of] for s in p}) for of in ("encoder", "model")))
    rows = "all rows" if tests == len(p) else f"{tests} of {len(p)} rows, the others mirror these"
    return {
        "concepts": str(p[0].n),
        "least": str(least_concepts(1)),
        "tests": "the one contrast that all rows mirror" if tests == 1 else rows,
        "least_holm": str(least_concepts(tests)),
    }


def _number(value: float, form: str) -> str:
    return NOT_SCORED if np.isnan(value) else f"{value:{form}}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else _number(value, ".3f")
