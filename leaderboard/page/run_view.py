"""What the page shows of one run: figures by group and every case.

Plain values only, each in the shape of its script. Knows no HTML and no file, and no survey
wording, as a run has none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from benchmark.engine.noise_floor import DISTANCE, OF_MANY
from benchmark.jsonio import Json
from benchmark.records import CaseRecord, Score
from benchmark.runs.run import Run
from benchmark.suite.protocol import shipped_layout
from benchmark.vocabulary import SIMILARITY
from leaderboard.board.standing import OVER_ANSWERS
from leaderboard.page import wording
from leaderboard.page.figures import ScoreIndex, estimate, rounded
from leaderboard.page.question_view import is_left_open
from leaderboard.page.reliability import reliability
from leaderboard.page.run_metric import Metric, metric_of
from leaderboard.page.view import figure_marks
from leaderboard.page.vocabulary import vocabulary
from leaderboard.tables.findings import findings
from leaderboard.tables.summary import lines_of

FAMILIES = ("country", "topic", "region", "income_group")
LANGUAGE = "en"  # of prompts, unless a run names another
CHANCE = "floor_chance"


def overview(run: Run) -> Mapping[str, Json]:
    """Everything about a run except its questions and texts.

    ``about``, the headline ``by`` family, every other figure of the suite in ``figures`` by family,
    ``cases``; ``reliability`` and ``words`` if the run has confidences or distinctive words.
    """
    what = metric_of(run)
    found = ScoreIndex(run.scores)
    return {
        "marks": list(what.marks),
        "about": _about(run),
        "by": {family: _members(found, what, family) for family in FAMILIES},
        "figures": {name: _figure(found, run.suite, name) for name in _others(found, run.suite)},
        "cases": [_case(record, found, what) for record in run.rows],
        "countries": countries(run),
        "reliability": reliability(run.rows),
        "words": vocabulary(run.scores),
    }


def countries(run: Run) -> list[str]:
    """The countries of a run's cases, sorted; empty text for cases without a country."""
    return sorted({record.case.country for record in run.rows})


# --- the run -------------------------------------------------------------------------------


def _others(found: ScoreIndex, suite: str) -> list[str]:
    """The figures other than the headline that charts of this run can show."""
    metrics = set(found.metrics())
    return [name for name in wording.suite_words(suite).figures if name in metrics]


def _figure(found: ScoreIndex, suite: str, metric: str) -> Mapping[str, Json]:
    ruled = metric in wording.suite_words(suite).ruled
    what = Metric(
        suite=suite,
        headline=metric,
        readings=found.readings(metric),
        marks=figure_marks(metric) if ruled else [],
    )
    return {family: _members(found, what, family) for family in (*FAMILIES, "proxy")}


def _about(run: Run) -> Mapping[str, Json]:
    model = run.model
    layout = shipped_layout(run.suite)
    lines = lines_of(run.scores, replace(layout, groups=()), run.headline)  # groups are charts
    return {
        "lines": [[line.label, line.value, line.beside] for line in lines],
        "findings": list(findings(run.scores, layout)),
        "gates": [_gate(gate) for gate in run.gates],
        "excluded": len(run.excluded),
        "failed": [{"case": f.case_id, "reason": f.reason} for f in run.failed[:20]],
        "facts": [[name, value] for name, value in _facts(run) if value],
        "survey": _name(run.config.get("survey")),
        "images": _name(run.config.get("images")),
        "device": model.device_kind,
    }


def _gate(gate: Mapping[str, Json]) -> list[Json]:
    """Status, whether the gate holds, and its sentence without the status at the end."""
    status, sentence = str(gate.get("status", "")), str(gate.get("sentence", ""))
    ending = f": {status.upper()}"
    cut = sentence[: -len(ending)] if status and sentence.endswith(ending) else sentence
    return [status, gate.get("holds") is True, cut]


def _facts(run: Run) -> Iterator[tuple[str, str]]:
    model, config = run.model, run.config
    floor = run.determinism.of_mean(DISTANCE, OF_MANY)  # the one that the terminal prints
    yield "model", model.model_id
    yield "revision", model.revision
    yield "backend", model.backend
    yield "number type", model.dtype
    yield "attention", model.attention
    yield "device", model.device_kind
    yield "resize code", model.resize
    yield "suite version", run.suite_version
    yield "survey", _described(config.get("survey"))
    yield "questions", _described(config.get("questions"))
    yield "pictures", _described(config.get("images"))
    templates = config.get("templates")
    if isinstance(templates, Mapping):
        yield "templates", ", ".join(f"{k} {str(v)[:12]}" for k, v in sorted(templates.items()))
    for name in ("answering", "permutations", "controls", "split", "responses", "temperatures"):
        yield name, _plain_text(config.get(name))
    yield "tokens a story", _plain_text(config.get("story_tokens"))
    yield from _unusual(config)
    yield "configuration", run.config_digest
    if run.determinism.exact:
        yield "noise floor", "exact: answers follow from a rule"
    elif math.isfinite(floor) and any(score.metric == SIMILARITY for score in run.scores):
        yield (
            "noise floor",
            (f"a similarity of {OF_MANY} questions may move by {floor:.2g} with the batches"),
        )


def _unusual(config: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """What only some runs have: another language, groups, encoders for long stories."""
    if config.get("language") != LANGUAGE:
        yield "language", _plain_text(config.get("language"))
    for name in ("translation", "groups"):
        yield name, _described(config.get(name)) or _plain_text(config.get(name))[:12]
    yield "encoders", _plain_text(config.get("encoders"))
    yield "long stories read by", _plain_text(config.get("chunking"))


def _plain_text(value: Json | None) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _name(config: object) -> str:
    return str(config.get("name", "")) if isinstance(config, Mapping) else ""


def _described(config: Json | None) -> str:
    if not isinstance(config, Mapping):
        return ""
    return f"{config.get('name', '')} {str(config.get('digest', ''))[:12]}".strip()


def _members(found: ScoreIndex, what: Metric, family: str) -> list[Json]:
    """``[member, proxy, {reading: [estimate, marks]}]`` for each member that was scored."""
    scopes = [
        s for s in found.scopes(what.headline) if family in s and s.keys() <= {family, "proxy"}
    ]
    scopes.sort(
        key=lambda s: (
            wording.member_place(family, s[family], what.suite),
            wording.proxy_place(s.get("proxy", ""), what.suite),
        )
    )
    rows: list[Json] = []
    for scope in scopes:
        readings: dict[str, Json] = {}
        for reading in what.readings:
            score = found.get(what.headline, reading, scope)
            if score is not None and not math.isnan(score.value):
                readings[reading] = [estimate(score), _marks(found, what, reading, scope)]
        if readings:
            rows.append(
                [scope[family], "" if family == "proxy" else scope.get("proxy", ""), readings]
            )
    return rows


def _marks(found: ScoreIndex, what: Metric, reading: str, scope: Mapping[str, str]) -> list[Json]:
    scores = [found.get(mark, reading, scope) for mark in what.marks]
    return [None if score is None else rounded(score.value) for score in scores]


# --- cases ---------------------------------------------------------------------------------


def _case(record: CaseRecord, found: ScoreIndex, what: Metric) -> list[Json]:
    """``[country, topic, proxy, variant, kind, id, metric, {reading: [estimate, marks]}, others]``.

    ``metric`` is empty for the headline, else the case's first score; the estimate ends with how
    many questions were not asked and not answered. ``others`` are the case's values of the suite's
    other figures, by reading if they have any.
    """
    case, own = record.case, ScoreIndex(record.scores)
    metrics = own.metrics()
    metric = what.headline if what.headline in metrics else next(iter(metrics), "")
    scope = {"country": case.country, "topic": case.topic, "proxy": case.proxy}
    left_open = sum(map(is_left_open, record.items))
    readings: dict[str, Json] = {}
    for reading in own.readings(metric):
        score = own.get(metric, reading, {})
        if score is None:
            continue
        marks = _marks(own, what, reading, {}) if metric == what.headline else []
        marks = _with_chance(marks, record, what)
        wide = None if case.variant else found.get(metric, reading, scope)
        answered = own.get(OVER_ANSWERS.get(metric, metric), reading, {}) or score
        # Over all asked less over those answered: in the substantive reading "don't know" is none.
        silent = left_open if answered is score else score.n - answered.n
        readings[reading] = [_with_ends(score, wide, answered, silent), marks]
    shown_metric = "" if metric == what.headline else metric
    head = [case.country, case.topic, case.proxy, case.variant, case.kind, case.case_id]
    named = wording.suite_words(what.suite).figures
    others = {name: value for name in named if (value := _by_reading(own, name)) != {}}
    return [*head, shown_metric, readings, *([others] if others else [])]


def _by_reading(own: ScoreIndex, metric: str) -> Json:
    """A case's value of a figure; by reading, if it has any."""
    values: dict[str, Json] = {
        reading: rounded(score.value)
        for reading in own.readings(metric)
        if (score := own.get(metric, reading, {})) is not None
    }
    return values.get("", values)


def _with_chance(marks: list[Json], record: CaseRecord, what: Metric) -> list[Json]:
    """The marks with chance, which is not a case's score, from the options of the case's items."""
    options = [len(item.model) for item in record.items if item.model]
    if not marks or CHANCE not in what.marks or not options:
        return marks
    chance = rounded(sum(1 / n for n in options) / len(options))
    return [
        chance if name == CHANCE and value is None else value
        for name, value in zip(what.marks, marks, strict=True)
    ]


def _with_ends(score: Score, wide: Score | None, answered: Score, left_open: int) -> list[Json]:
    """The case's own value and counts, with the interval that the analyses give its cell."""
    ends: list[Json] = [None, None] if wide is None else [rounded(wide.low), rounded(wide.high)]
    unasked = max(0, answered.n_missing - left_open)
    return [rounded(score.value), *ends, answered.n, unasked, left_open]
