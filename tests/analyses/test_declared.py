"""What an analysis declares is what it does, and is held against the suites that name it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from benchmark.analyses import (
    ANALYSES,
    check_headline,
    check_needs,
    check_shown,
    is_provided,
    provided,
)
from benchmark.analyses.case_means import case_means
from benchmark.errors import DataProblem
from benchmark.metrics.directions import direction
from benchmark.records import (
    VECTORS,
    Analysis,
    Answer,
    Case,
    CaseRecord,
    Evidence,
    Item,
    Reply,
    Score,
    Text,
    Vector,
)
from benchmark.scoring.stories import WrittenStory, story_record
from benchmark.vocabulary import ALL_ASKED, CEILING, MARKS, POOLED, TWO_SAMPLES, W1
from tests.analyses.building import evidence, item, record
from tests.analyses.planting import plan
from tests.analyses.questioning import Asked, question, records_of
from tests.analyses.values.test_recognition_and_rationales import RIGHT, picture

QUICK = {
    "contrast": {"resamples": 50},
    **{name: {"permutations": 19} for name in ("disparity", "distances", "identification")},
    "story_vocabulary": {"shufflings": 9},
    "story_variance": {"permutations": 19, "published_permutations": 9},
    "story_distances": {"permutations": 19, "row_permutations": 9},
}


def seen_twice(one: Item, more: Mapping[str, float]) -> Item:
    """The item with further values, asked with two pictures in two orders."""
    answers = () if one.model is None else (one.model,) * 4
    return replace(
        one,
        values={**one.values, **more},
        image_ids=("a", "b"),
        by_image=answers[:2],
        by_order=answers,
    )


def values() -> Evidence:
    """A run of survey questions with every instrument: orders, templates, controls, reasons."""
    rng = np.random.default_rng(0)
    planted = plan(rng, questions=14, countries=("BRA", "FRA", "NGA", "VNM"))
    more = {"order_sensitivity": 0.1, "js_similarity_shown": 0.5, "rationale_words": 9.0}
    more |= {"js_similarity_shown_substantive": 0.5, "w1_similarity_substantive": 0.5}
    for mark in (*MARKS, TWO_SAMPLES):
        more[f"{W1}{mark}_substantive"] = 0.9 if mark in (CEILING, TWO_SAMPLES) else 0.3
    for name in (POOLED, ALL_ASKED, TWO_SAMPLES):
        more |= {name: 0.5, f"{name}_substantive": 0.5}
    more |= {"label_bias": 0.2, "position_bias": 0.1, "content_free_js": 0.3}
    more |= {"option_bias_noise": 0.1}
    more |= {"written_agreement": 1.0, "written_unreadable": 0.0, "written_tv": 0.2}
    more |= {"written_tv_expected": 0.1, "scored_option": 0.0, "written_option": 0.0}
    rows = [
        replace(one, items=tuple(seen_twice(i, more) for i in one.items))
        for variant in ("plain", "formal")
        for one in planted.records(
            dict.fromkeys(("country", "food", "none"), planted.people), variant=variant
        )
    ]
    return evidence([*rows, picture("NGA", "food", "a", RIGHT)])


def questions() -> Evidence:
    """Sixty questions in each of two countries with a control, some of them unscored."""
    more = {"confidence": 0.6, "p_right": 0.6, "brier": 0.4, "option_mass": 0.9}
    more |= {"order_sensitivity": 0.1}
    asked = [
        Asked(
            country=country,
            topic="food",
            proxy="cultural-knowledge",
            picture=f"{country}{n}",
            item_id=f"{country}{n}",
            values=more | {"correct": math.nan if n == 0 else float(n % 2)},
        )
        for country in ("NGA", "FRA")
        for n in range(60)
    ]
    return evidence([*records_of(asked), *records_of(asked, kind="control", variant="none")])


def stories() -> Evidence:
    """Stories of three nationalities and two groups with vectors of two encoders."""
    stored: dict[str, Answer] = {}

    def cases() -> Iterator[CaseRecord]:
        rng = np.random.default_rng(0)
        for country, variant in (("BRA", ""), ("DEU", ""), *(("NGA", v) for v in ("", "a", "b"))):
            for topic in ("forest", "zoo", "market"):
                case = Case(
                    suite="stories",
                    country=country,
                    topic=topic,
                    proxy="own-image",
                    variant=variant,
                    kind="story",
                )
                yield _told(case, stored, rng)

    return evidence(list(cases()), lambda keys: {key: stored[key] for key in keys})


def _told(case: Case, stored: dict[str, Answer], rng: np.random.Generator) -> CaseRecord:
    told = []
    for number in range(4):
        text = Text(text="Once " + " ".join(rng.choice(["lion", "tea", "sun"], 9)), finish="stop")
        key = f"{case.case_id} {number}"
        stored[key] = text
        told.append(
            WrittenStory(
                item_id=f"{case.topic}/0.3/{number}",
                temperature=0.3,
                prompt="Write.",
                reply=Reply(key=key, answer=text),
            )
        )
    found = story_record(case, told, language="en", image_ids=("p",))
    return replace(found, items=(*found.items, *_vectors(case, stored, rng)))


def _vectors(case: Case, stored: dict[str, Answer], rng: np.random.Generator) -> Iterator[Item]:
    for encoder in ("clip", "siglip"):
        keys = tuple(f"{case.case_id} {encoder} {k}" for k in range(5))
        stored.update({key: Vector(values=tuple(rng.normal(size=3).tolist())) for key in keys})
        yield Item(
            case_id=case.case_id,
            item_id=f"{VECTORS}{encoder}|truncate",
            cluster=case.topic,
            image_ids=(f"{case.country}-{case.topic}",),
            request_keys=keys,
        )


def made(name: str) -> Evidence:
    """A run in which the analysis has everything to say."""
    of_questions = ("accuracy", "disparity", "calibration_error", "blind")
    build: Callable[[], Evidence] = (
        stories if name.startswith("story_") else questions if name in of_questions else values
    )
    return build()


@pytest.mark.parametrize("name", ANALYSES)
def test_an_analysis_gives_the_metrics_that_it_declares_and_no_others(name: str) -> None:
    """Every score's metric is declared, and every declared one is given."""
    analysis = ANALYSES[name]
    compute = partial(analysis.compute, **QUICK.get(name, {}))
    metrics = {score.metric for score in compute(made(name))}
    assert {metric for metric in metrics if not is_provided(metric, analysis.provides)} == set()
    assert [one for one in analysis.provides if not any(map(_fits(one), metrics))] == []


def _fits(declared: str) -> Callable[[str], bool]:
    return lambda metric: is_provided(metric, [declared])


@pytest.mark.parametrize("name", ANALYSES)
def test_an_analysis_finds_what_it_needs_where_it_has_everything_to_say(name: str) -> None:
    """Its declared needs are values that such a run records; the metrics have directions."""
    check_needs(made(name).records, {name: ANALYSES[name]}, suite="x")
    for metric in ANALYSES[name].provides:
        direction(metric)


# --- held against a suite ------------------------------------------------------------------


CLOSE = Analysis(compute=lambda _: [], provides=("close", "close_to_*"), needs=("near",))


def test_all_that_is_provided_is_listed_once() -> None:
    """In the order of the analyses."""
    assert provided({"a": CLOSE, "b": replace(CLOSE, provides=("far", "close"))}) == (
        *("close", "close_to_*", "far"),
    )


@pytest.mark.parametrize("headline", ["close", "close_substantive", "close_to_home", "own"])
def test_a_headline_is_a_metric_of_an_analysis(headline: str) -> None:
    """In either reading; what only the data name counts, too, and the mean of a row's score."""
    check_headline(headline, {"c": CLOSE, "m": case_means("own")}, suite="x")


def test_a_headline_that_nothing_provides_is_refused() -> None:
    """One sentence names suite, headline and analyses."""
    with pytest.raises(DataProblem, match=r"'x' has the headline 'far'.*analyses \(c\)"):
        check_headline("far", {"c": CLOSE}, suite="x")
    with pytest.raises(DataProblem, match="there are none"):
        check_headline("far", {}, suite="x")


def test_a_value_that_no_case_records_is_told() -> None:
    """With the analysis, the value and the suite."""
    rows = [record(item("a", {"far": 0.0}))]
    with pytest.raises(DataProblem, match=r"'c' needs item value 'near', which no case of suite"):
        check_needs(rows, {"c": CLOSE}, suite="x")
    with pytest.raises(DataProblem, match="'near'"):
        check_needs([record()], {"c": CLOSE}, suite="x")  # a suite whose cases have no items


@pytest.mark.parametrize(
    "values", [{"near": 0.5}, {"near": math.nan}, {}], ids=["scored", "unscored", "not asked"]
)
def test_what_could_not_be_scored_or_asked_is_not_missing(values: Mapping[str, float]) -> None:
    """NaN is recorded; an item of which nothing was asked says nothing of the suite."""
    rows = [record(item("a", values)), picture("NGA", "food", "b", RIGHT)]
    check_needs(rows, {"c": CLOSE}, suite="x")
    check_needs(rows[:1], {"c": CLOSE}, suite="x")
    check_needs([], {"c": CLOSE}, suite="x")


def test_cases_of_a_kind_that_no_analysis_reads_are_told() -> None:
    """Right answers under cases that are not questions: the table would be empty."""
    rows = records_of([question(1.0)], kind="riddle")
    scores = ANALYSES["accuracy"].compute(evidence(rows))
    with pytest.raises(DataProblem, match=r"no .* 'accuracy', .* its 1 cases.* of kind 'riddle'"):
        check_shown(rows, scores, "accuracy", suite="x")
    rows = records_of([question(1.0)])
    check_shown(rows, ANALYSES["accuracy"].compute(evidence(rows)), "accuracy", suite="x")


def test_case_means_averages_a_score_of_the_rows() -> None:
    """Each case counts once; NaN is missing; a grouping of one member is left out."""

    def row(country: str, value: float) -> CaseRecord:
        case = Case(suite="x", country=country, topic="t", proxy="", unit="u")
        score = Score(metric="own", value=value, n=9, higher_is_better=False)
        return CaseRecord(case=case, scores=(score,), items=())

    rows = [row("NGA", 1.0), row("NGA", 4.0), row("FRA", math.nan)]
    found = {tuple(s.scope.items()): s for s in case_means("own").compute(evidence(rows))}
    assert found.keys() == {(), (("country", "FRA"),), (("country", "NGA"),)}
    assert [(s.value, s.n, s.n_missing) for s in (found[()],)] == [(2.5, 2, 1)]
    assert math.isnan(found[(("country", "FRA"),)].value)
    assert {s.higher_is_better for s in found.values()} == {False}
    assert case_means("absent").compute(evidence(rows)) == []
