"""What stands side by side in a figure is over the same questions of the same countries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from benchmark.records import CaseRecord
from benchmark.runs.run import Run
from leaderboard.report.by_country import table_1
from leaderboard.report.by_income import table_2
from leaderboard.report.by_topic import table_3
from leaderboard.report.levels import figure_7, figure_9, figure_by_category, figure_by_country
from leaderboard.report.maps import figure_4, figure_6, figure_8
from leaderboard.report.measured import Measured
from leaderboard.report.table import Record
from leaderboard.report.view import Drawing, NoView
from tests.leaderboard.report.made_up import made, measured, record

FLOOR = "floor_world_average"
# Like reference:world-average, whose similarity is that floor: by country and question alone.
KNOWN = {"NGA": 0.25, "PAK": 0.5, "USA": 0.75, "JPN": 0.875}
SHOWN = {"country": KNOWN, "food": {"NGA", "USA", "JPN"}, "income-low": {"PAK", "USA"}}
Figure = Callable[[Sequence[Measured]], Drawing | NoView]


def world_average() -> Run:
    """A run whose pictures have other countries than its prompt, and one without an answer."""
    rows: list[CaseRecord] = []
    for proxy, countries in SHOWN.items():
        for country in countries:
            for topic in ("race", "demographics"):
                values = [KNOWN[country] - place / 64 for place in range(8)]
                if proxy == "food":
                    values[0] = float("nan")
                rows.append(with_floor(record(country, topic, proxy, values, "alignment"), country))
    return made(rows=tuple(rows), n_selected=len(rows))


def with_floor(row: CaseRecord, country: str) -> CaseRecord:
    """The case, whose floor is what the world average reaches in each question."""
    items = (
        replace(item, values={**item.values, FLOOR + "_substantive": KNOWN[country] - place / 64})
        for place, item in enumerate(row.items)
    )
    return replace(row, items=tuple(items))


def values(records: Sequence[Record], *keys: str) -> dict[tuple[object, ...], list[object]]:
    """Similarities of the conditions and world averages, by what a reader compares."""
    found: dict[tuple[object, ...], list[object]] = {}
    for line in records:
        if line["metric"] in ("js_similarity", FLOOR):
            found.setdefault(tuple(line.get(key) for key in keys), []).append(line["value"])
    return found


@pytest.mark.parametrize("figure", [figure_7, figure_9, figure_by_country])
def test_the_world_average_coincides_with_itself_in_every_row(figure: Figure) -> None:
    """Prompt, pictures and dashed line: one place in each row of each panel."""
    view = figure(measured(world_average()))
    assert isinstance(view, Drawing)
    rows = values(view.records, "pictures", "country", "income_group", "income", "topic")
    assert len(rows) > 3
    for line in rows.values():
        assert line == pytest.approx([line[0]] * len(line), abs=1e-12)
    assert any(len(line) == 3 for line in rows.values())


def test_no_change_is_shown_where_nothing_changes() -> None:
    """Gains and changes in percent are 0 wherever there is a pair."""
    runs = measured(world_average())
    for view in (figure_4(runs), figure_6(runs)):
        assert isinstance(view, Drawing)
        gains = [line["value"] for line in view.records]
        assert [g for g in gains if g == g] == pytest.approx([0] * sum(g == g for g in gains))
    for line in table_2(runs).records:
        assert not line["n"] or line["relative_gain"] == pytest.approx(0, abs=1e-12)
    assert all(line["gain"] in (0, pytest.approx(0)) for line in table_3(runs).records)


def test_floors_are_those_of_the_cells_they_are_read_against() -> None:
    """Table 1 and Figures 6b and 8 have floors for the questions of pictures, too."""
    runs = measured(world_average())
    by_row = values(table_1(runs).records, "country", "condition")
    own = {key: line for key, line in by_row.items() if key[1] not in ("", "country")}
    assert {key[1] for key in own} == {"images", "households"}
    for line in own.values():
        assert line == pytest.approx([line[0]] * 2, nan_ok=True)
    for bar in figure_by_category(runs).records:
        assert bar["value"] == pytest.approx(bar[FLOOR], abs=1e-12)
    eight = figure_8(runs)
    assert isinstance(eight, Drawing)
    cells = values([r for r in eight.records if r["metric"] == FLOOR], "country", "topic")
    for shown in eight.records:
        if shown["metric"] == "images" and shown["value"] == shown["value"]:
            assert shown["value"] in cells[shown["country"], shown["topic"]]
