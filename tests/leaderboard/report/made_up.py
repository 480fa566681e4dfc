"""Made-up runs with similarities chosen by hand, for the tests of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.records import Case, CaseRecord, Item, Score
from benchmark.runs.run import Run
from leaderboard.report.comparability import side_by_side
from leaderboard.report.measured import Measured
from leaderboard.report.options import ReadingName
from tests.leaderboard.samples import identity, run

FLOORS = {
    "floor_uniform": 0.5,
    "floor_world_average": 0.75,
    "floor_best_blind": 0.8125,
    "ceiling_population": 0.96875,
}
NAN = float("nan")

# similarity of each question by country, topic and proxy
Values = Mapping[tuple[str, str, str], Sequence[float]]

PLAIN: Values = {
    ("NGA", "religion", "country"): (0.5, 0.75),
    ("NGA", "religion", "food"): (0.75, 0.75),
    ("NGA", "religion", "sports"): (0.5, 0.5),
    ("USA", "religion", "country"): (0.25, 0.75),
    ("USA", "religion", "food"): (0.5, 1.0),
    ("USA", "race", "country"): (0.25, NAN),
}


def record(country: str, topic: str, proxy: str, values: Sequence[float], kind: str) -> CaseRecord:
    """One case; a question of the same topic and place is one stem in all countries."""
    case = Case(suite="wvs", country=country, topic=topic, proxy=proxy, kind=kind)
    shown = () if proxy in ("country", "none") else (f"{country}-{proxy}",)
    items = tuple(
        Item(
            case_id=case.case_id,
            item_id=f"{topic}-{place}",
            cluster=f"stem-{topic}-{place}",
            image_ids=shown,
            values={
                **{name: value for name, value in FLOORS.items() if similarity == similarity},
                **{f"{name}_substantive": value for name, value in FLOORS.items()},
                "js_similarity": similarity / 2,
                "js_similarity_substantive": similarity,
            },
        )
        for place, similarity in enumerate(values)
    )
    return CaseRecord(case=case, scores=(), items=items)


def made(
    name: str = "org/model", values: Values = PLAIN, *, kind: str = "alignment", **changes: Any
) -> Run:
    """A run of the given similarities (printed ones are half of them), without scores."""
    rows = tuple(record(*key, numbers, kind) for key, numbers in values.items())
    plain: dict[str, Any] = {"rows": rows, "scores": (), "n_selected": len(rows)}
    return run(name, **(plain | changes))


def measured(*runs: Run, reading: ReadingName = "substantive") -> tuple[Measured, ...]:
    """The runs as a report sees them."""
    return side_by_side(runs, reading)


def score(metric: str, value: float, scope: Mapping[str, str], **changes: Any) -> Score:
    """A substantive score, unless told otherwise."""
    plain: dict[str, Any] = {"reading": "substantive", "n": 12, "higher_is_better": True}
    return Score(metric=metric, value=value, scope=scope, **(plain | changes))


def contrasts(p: float, holm: float, published: float, **scope: str) -> tuple[Score, ...]:
    """The contrast scores of images against the country's name in one scope, both readings."""
    where = {"contrast": "images-country", **scope}
    values = {"_p": p, "_p_holm": holm, "_q_bh": p, "_p_published": published}
    return tuple(
        score(f"js_similarity_gain{ending}", value, where, reading=reading)
        for reading in ("substantive", "printed")
        for ending, value in values.items()
    )


def long(countries: Sequence[str] = ("NGA", "USA"), questions: int = 8) -> Values:
    """Enough questions for intervals: similarities rise from question to question."""
    return {
        (country, "politics", proxy): [
            0.25 + (place + 2 * (proxy == "food")) / 16 for place in range(questions)
        ]
        for country in countries
        for proxy in ("country", "food")
    }


RANDOM = identity("demo", model_id="demo (random weights)")
REFERENCE = identity("reference:uniform", model_id="reference:uniform", reads_subject=True)
