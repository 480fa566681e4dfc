"""The page in a real Chromium: who left questions out, and who answered something else."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if not os.environ.get("CI"):  # there, a browser that is missing is a failure
    pytest.importorskip("vl_convert", reason="the extra `page` is not installed")
    pytest.importorskip("playwright", reason="the extra `browser` is not installed")

from benchmark.vocabulary import ALL_ASKED, SIMILARITY
from leaderboard.page.building import build_page
from tests.leaderboard.page.boards import measured, write_board
from tests.leaderboard.page.sites import ROWS, Site, says

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from benchmark.records import Score
    from benchmark.runs.run import Run

pytestmark = pytest.mark.slow


def ranked(name: str, level: float, *, cost: float = 0.0, mass: float = 0.9) -> Run:
    """A run that ranks by all questions asked, with one of three questions left open for a cost."""
    left_open = 1 if cost else 0
    made = measured(name, level)
    scores: list[Score] = []
    for score in made.scores:
        if score.metric == SIMILARITY:
            low, high = score.low - cost, score.high - cost
            asked = replace(score, metric=ALL_ASKED, value=score.value - cost, low=low, high=high)
            scores += [asked, replace(score, metric="w1_similarity", value=0.875)]
            scores.append(replace(score, n_missing=2 + left_open, n_unanswered=left_open))
        else:
            scores.append(replace(score, value=mass) if score.metric == "option_mass" else score)
    first, *rest = made.rows
    items = (replace(first.items[0], model=None), *first.items[1:]) if left_open else first.items
    rows = (replace(first, items=items), *rest)
    headline = f"{ALL_ASKED}_substantive"
    return replace(made, headline=headline, scores=tuple(scores), rows=rows)


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The page of a whole model, one that leaves questions out, and one that says other things."""
    folder = tmp_path_factory.mktemp("ranking")
    runs = (
        ranked("org/whole", 0.85),
        ranked("org/choosy", 0.9, cost=0.3),
        ranked("org/babbler", 0.95, mass=1e-6),
    )
    build_page(write_board(folder, runs), folder / "runs", folder / "out")
    return Site(browser, folder / "out")


def cells(page: Page, model: str) -> dict[str, str]:
    """The row of a model by the keys of its columns."""
    keys = [
        head.get_attribute("data-key") or "" for head in page.locator("#board thead button").all()
    ]
    row = page.locator(ROWS).filter(has_text=model)
    texts = row.locator("td, th").all_inner_texts()
    del texts[2]  # the ruler, whose column is not sorted
    return dict(zip(keys, texts, strict=True))


def test_leaving_questions_out_costs_the_rank(page: Page) -> None:
    """The higher similarity stands beside the lower rank, with both counts."""
    whole, choosy = cells(page, "org/whole"), cells(page, "org/choosy")
    assert (whole["rank"], choosy["rank"]) == ("1", "2")
    assert float(choosy["js_similarity"]) > float(whole["js_similarity"])
    assert (choosy["unasked"], choosy["unanswered"]) == ("2", "1")
    assert (whole["unasked"], whole["unanswered"]) == ("2", "0")
    assert whole["w1_similarity"] == "0.875"
    heads = page.locator("#board thead").inner_text().lower().split()
    assert "answered" in heads
    says(page, "#legend", "not answered: Questions that the model was asked")


def test_a_model_that_answers_something_else_is_marked_last_and_unranked(page: Page) -> None:
    """Its option mass is as small as it is; two models of which it is one are not compared."""
    assert page.locator(f"{ROWS} .model-name button").last.inner_text() == "org/babbler"
    found = cells(page, "org/babbler")
    assert found["rank"] == "\N{EN DASH}"
    assert "answers something else than the options" in found["model"]
    assert found["option_mass"] == "1e\N{MINUS SIGN}6"
    page.locator("#first").select_option(label="org/babbler")
    says(page, "#comparison-verdict", "org/babbler: answers something else than the options, so")


def test_ordered_scales_are_a_figure_of_the_charts(page: Page) -> None:
    """In the reading that they have; in the other they are no choice."""
    page.locator("#model-choice").select_option(label="org/whole")
    page.locator("#figure").select_option("js_similarity")
    page.locator("#reading").select_option("printed")
    page.locator("#reading").select_option("substantive")
    page.locator("#figure").select_option("w1_similarity")
    says(page, "#figure-note", "On ordered scales")


def test_a_question_left_open_says_so(page: Page) -> None:
    """And what it costs; people's answers stay."""
    page.locator("#model-choice").select_option(label="org/choosy")
    says(page, "#model-heading", "org/choosy")
    page.locator("#case-list tbody button").first.click()
    says(page, "#case", "1 not answered")
    says(page, "#case .question", "Not answered")
