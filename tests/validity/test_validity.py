"""Every printed figure has its row, and holds what the row promises."""

from __future__ import annotations

import pytest

from tests.validity.figure import Figure, broken
from tests.validity.figures import AREAS, without_row
from tests.validity.running import measured, simulate
from tests.validity.setting import SETTINGS, Setting
from tests.validity.tables import PAGE, page

DECIDING = [
    pytest.param(area, figure, id=f"{area}-{figure.names[0]}")
    for area, figures in AREAS.items()
    for figure in figures
    if figure.decides
]
# Where most figures are hardest to hold: unequal units of a skewed population, not very many.
HARD = Setting(units=12, equal=False, skewed=True)


def test_no_printed_figure_lacks_a_row() -> None:
    """What an analysis provides, what a score can be called, what commands print."""
    assert without_row() == ()


def test_no_row_stands_twice() -> None:
    """A figure is measured once, in one area."""
    titles = [figure.title for figures in AREAS.values() for figure in figures]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(("area", "figure"), DECIDING)
def test_what_is_kept_holds(area: str, figure: Figure) -> None:
    """Each deciding figure was measured in each setting, and held beyond Monte-Carlo error."""
    rows = measured(area).get(figure.title)
    assert rows is not None, f"python -m tests.validity --only '{figure.names[0]}'"
    assert set(rows) == {setting.name for setting in SETTINGS}
    counted = {name: row for name, row in rows.items() if name not in figure.except_for}
    assert {name: broken(figure, row) for name, row in counted.items() if broken(figure, row)} == {}


def test_no_kept_row_is_of_a_figure_that_is_gone() -> None:
    """The files hold what the tables show, and nothing else."""
    for area, figures in AREAS.items():
        assert set(measured(area)) <= {figure.title for figure in figures if figure.decides}


def test_the_page_shows_what_is_kept() -> None:
    """`python -m tests.validity --tables` makes the page's tables."""
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text


@pytest.mark.parametrize(("area", "figure"), DECIDING)
def test_a_sample_of_each_simulation_holds(area: str, figure: Figure) -> None:
    """A few repetitions in one hard setting: it runs, and nothing is far off."""
    if figure.sample:
        found = simulate(figure, HARD, repetitions=figure.sample)
        assert HARD.name in figure.except_for or broken(figure, found) == [], area


@pytest.mark.validity
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
@pytest.mark.parametrize(("area", "figure"), DECIDING)
def test_each_figure_holds_in_each_setting(area: str, figure: Figure, setting: Setting) -> None:
    """The simulation again: it gives the kept numbers, and they hold."""
    kept = measured(area)[figure.title][setting.name]
    found = simulate(figure, setting, repetitions=kept.repetitions)
    assert setting.name in figure.except_for or broken(figure, found) == []
    assert found.given == pytest.approx(kept.given, abs=0.01)
    for now, then in (
        (found.coverage, kept.coverage),
        (found.wrong, kept.wrong),
        (found.rejection and found.rejection[1], kept.rejection and kept.rejection[1]),
    ):
        assert now == pytest.approx(then, abs=0.01)  # to the last repetition in the same versions
