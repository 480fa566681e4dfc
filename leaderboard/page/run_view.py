"""What the page shows of one run: figures by group, every case, and every question of a country.

Plain values only, each in the shape of its script. Knows no HTML and no file, and no survey
wording, as a run has none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmark.engine.noise_floor import DISTANCE_SUBSTANTIVE, OF_MANY
from benchmark.engine.sampled import ANSWERS
from benchmark.jsonio import Json
from benchmark.metrics.proportions import simultaneous_bounds
from benchmark.records import VECTORS, CaseRecord, Item, Score
from benchmark.runs.run import Run
from benchmark.suite.protocol import shipped_layout
from benchmark.vocabulary import SIMILARITY, Reading, in_reading
from leaderboard.page import wording
from leaderboard.page.figures import ScoreIndex, estimate, rounded
from leaderboard.page.reliability import reliability
from leaderboard.page.view import marks_of
from leaderboard.page.vocabulary import vocabulary
from leaderboard.tables.findings import findings
from leaderboard.tables.summary import lines_of

FAMILIES = ("country", "topic", "region", "income_group")
LANGUAGE = "en"  # of prompts, unless a run names another
SHARES = 3  # decimals of an option's share
CHANCE = "floor_chance"


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A metric of a run's suite with its readings and marks, as on the board."""

    suite: str
    headline: str
    readings: Sequence[Reading]
    marks: Sequence[str]


def metric_of(run: Run) -> Metric:
    """The headline, readings and marks that the page shows of a run."""
    found = ScoreIndex(run.scores)
    named = next((s for s in run.scores if s.name == run.headline), None)
    headline = named.metric if named is not None else run.headline
    readings = found.readings(headline) or [""]
    marks = marks_of(found.metrics(), headline, run.suite)
    return Metric(suite=run.suite, headline=headline, readings=readings, marks=marks)


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


def questions(run: Run, country: str) -> Mapping[str, Json]:
    """Every question of a country's cases: the people's answers once, the model's by case."""
    what = metric_of(run)
    people: dict[str, Json] = {}
    cases: dict[str, Json] = {}
    for record in run.rows:
        if record.case.country != country:
            continue
        asked = [item for item in record.items if not item.item_id.startswith(VECTORS)]
        for item in asked:
            people.setdefault(item.item_id, _people(item, what))
        cases[record.case.case_id] = [
            _answer(item, what, people) for item in asked if _has_something(item)
        ]
    return {"people": people, "cases": cases}


# --- the run -------------------------------------------------------------------------------


def _others(found: ScoreIndex, suite: str) -> list[str]:
    """The figures other than the headline that charts of this run can show."""
    metrics = set(found.metrics())
    return [name for name in wording.suite_words(suite).figures if name in metrics]


def _figure(found: ScoreIndex, suite: str, metric: str) -> Mapping[str, Json]:
    what = Metric(suite=suite, headline=metric, readings=[""], marks=[])
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
    floor = run.determinism.of_mean(DISTANCE_SUBSTANTIVE, OF_MANY)
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

    ``metric`` is empty for the headline, else the case's first score; ``others`` are its values of
    the suite's other figures.
    """
    case, own = record.case, ScoreIndex(record.scores)
    metrics = own.metrics()
    metric = what.headline if what.headline in metrics else next(iter(metrics), "")
    scope = {"country": case.country, "topic": case.topic, "proxy": case.proxy}
    readings: dict[str, Json] = {}
    for reading in own.readings(metric):
        score = own.get(metric, reading, {})
        if score is None:
            continue
        marks = _marks(own, what, reading, {}) if metric == what.headline else []
        marks = _with_chance(marks, record, what)
        wide = None if case.variant else found.get(metric, reading, scope)
        readings[reading] = [_with_ends(score, wide), marks]
    shown_metric = "" if metric == what.headline else metric
    head = [case.country, case.topic, case.proxy, case.variant, case.kind, case.case_id]
    named = wording.suite_words(what.suite).figures
    others = {name: rounded(s.value) for name in named if (s := own.get(name, "", {})) is not None}
    return [*head, shown_metric, readings, *([others] if others else [])]


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


def _with_ends(score: Score, wide: Score | None) -> list[Json]:
    """The case's own value and n, with the interval that the analyses give its cell."""
    ends: list[Json] = [None, None] if wide is None else [rounded(wide.low), rounded(wide.high)]
    return [rounded(score.value), *ends, score.n, score.n_missing]


# --- questions -----------------------------------------------------------------------------


def _has_something(item: Item) -> bool:
    return item.human is not None or item.model is not None or bool(item.values)


def _people(item: Item, what: Metric) -> Mapping[str, Json]:
    marks = {
        reading: [_value(item, in_reading(mark, reading)) for mark in what.marks]
        for reading in what.readings
    }
    return {
        "h": _shares(item.human),
        "na": list(item.nonanswers),
        "c": item.cluster,
        "m": {reading: values for reading, values in marks.items() if any(values)},
    }


def _answer(item: Item, what: Metric, people: Mapping[str, Json]) -> Mapping[str, Json]:
    known = people[item.item_id]
    found: dict[str, Json] = {"q": item.item_id}
    if item.model is not None:
        found["d"] = _shares(item.model)
        found |= _ends(item)
    if isinstance(known, Mapping) and known["h"] != _shares(item.human):
        found["h"] = _shares(item.human)  # the same id, asked of other people
    if ANSWERS in item.values:  # a case may have more of these than another
        found["m"] = _people(item, what)["m"]
    scored: dict[str, Json] = {}
    for reading in what.readings:
        value = _value(item, in_reading(what.headline, reading))
        if value is not None:
            scored[reading] = value
    if scored:
        found["s"] = scored
    if not scored or wording.suite_words(what.suite).stories:
        found["v"] = {name: rounded(value) for name, value in sorted(item.values.items())}
    if "option_mass" in item.values:
        found["o"] = rounded(item.values["option_mass"])
    if item.image_ids:
        found["i"] = list(item.image_ids)
    return found


def _ends(item: Item) -> Mapping[str, Json]:
    """Intervals of the model's shares, if these come from answers that it wrote."""
    drawn = item.values.get(ANSWERS, math.nan)
    if item.model is None or not drawn > 0:
        return {}
    low, high = simultaneous_bounds(item.model, drawn)
    return {"b": [_shares(ends) for ends in zip(low.tolist(), high.tolist(), strict=True)]}


def _value(item: Item, name: str) -> float | None:
    return rounded(item.values.get(name, math.nan))


def _shares(distribution: Sequence[float] | None) -> list[Json] | None:
    return None if distribution is None else [rounded(p, SHARES) for p in distribution]
