"""Stories and questions about pictures on the page, in a real Chromium: read, compared, gated."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if not os.environ.get("CI"):  # there, a browser that is missing is a failure
    pytest.importorskip("vl_convert", reason="the extra `page` is not installed")
    pytest.importorskip("playwright", reason="the extra `browser` is not installed")

from leaderboard.board.board import update
from leaderboard.page.building import build_page
from tests.leaderboard.page.boards import write_board
from tests.leaderboard.page.sites import ROWS, WIDTHS, Site, says
from tests.leaderboard.page.suites import asked_run, told_run
from tests.leaderboard.samples import identity

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow
FEW = ["story_lexical"]  # the others take seconds, and one run has them


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A board of both suites: a model, random weights without texts, and two for questions."""
    folder = tmp_path_factory.mktemp("suites")
    store = folder / "responses.sqlite"
    random = identity("demo")
    runs = [
        told_run("org/teller", store, gates=["stories.toml"], analyses=[*FEW, "story_vocabulary"]),
        told_run("demo", store, own=False, analyses=FEW, model=random),
        told_run("org/silent", None, analyses=FEW),
        asked_run("org/asked", 0.75, gates=["cultureverse.toml"]),
        asked_run("org/other", 0.4),
    ]
    board = write_board(folder, runs)
    lost = told_run("org/lost", None, analyses=FEW)  # a row whose run file is not at hand
    update(board, lost, run_file=folder / "elsewhere.json")
    build_page(board, folder / "runs", folder / "out", stores=[store])
    return Site(browser, folder / "out")


def go(page: Page, suite: str, model: str) -> None:
    """A suite's tab, and one of its models, until its charts stand."""
    page.get_by_role("navigation").get_by_role("button", name=suite).click()
    page.locator("#model-choice").select_option(label=model)
    says(page, "#model-heading", model)
    says(page, "#model-status", "cases measured")


def test_questions_say_what_the_number_means(page: Page) -> None:
    """Chance and blind are its floors; gap, Gini and ECE are columns; categories have own names."""
    go(page, "cultureverse", "org/asked")
    assert "Chance is what guessing scores" in page.locator("#about").inner_text()
    label = (
        page.locator(ROWS).filter(has_text="org/asked").locator("svg").get_attribute("aria-label")
    )
    for words in ("accuracy 0.", "floor: chance 0.250", "floor: blind 0."):
        assert words in (label or "")
    heads = page.locator("#board thead th").all_inner_texts()
    assert {"worst region", "gap", "Gini", "ECE"} <= {head.strip(" ↕↑↓") for head in heads}
    assert "worst region" in page.locator("#in-short").inner_text()
    for chart in ("map", "regions", "proxies", "topics", "gain", "reliability"):
        page.wait_for_selector(f"#{chart} svg")
    assert "image recognition" in (page.locator("#proxies").text_content() or "")
    assert "Festivals" in (page.locator("#topics-table").text_content() or "")


def test_gates_are_told_with_how_they_ended(page: Page) -> None:
    """Each is a sentence behind pass, fail or inconclusive, and they are counted."""
    go(page, "cultureverse", "org/asked")
    words = page.locator("#gates").inner_text()
    assert "cultureverse skill_chance" in words
    status = page.locator("#gates .status").all_inner_texts()
    assert set(status) <= {"pass", "fail", "inconclusive"}
    assert len(status) == 6
    assert "of 6 hold" in page.locator("#gates-heading").inner_text()
    go(page, "stories", "org/teller")
    words = page.locator("#gates").inner_text()
    for metric in ("stories usable: 1.000", "stories refusal: 0.000", "stories truncated: 0."):
        assert metric in words
    go(page, "stories", "org/silent")
    assert not page.locator("#gates-part").is_visible()


def test_another_figure_redraws_map_and_charts(page: Page) -> None:
    """Words instead of usable stories; the heatmap follows."""
    go(page, "stories", "org/teller")
    page.locator("#figure").select_option("n_words")
    says(page, "#countries-table", "words a story")
    assert "words a story" in page.locator("#map-caption").inner_text()
    assert "words a story" in page.locator("#heatmap-caption").inner_text()
    page.locator("#figure").select_option("usable")


def test_stories_are_no_grade_and_have_no_rank(page: Page) -> None:
    """It is said above the table; the column of ranks is not there."""
    go(page, "stories", "org/teller")
    assert "No number here is a grade" in page.locator("#no-grade").inner_text()
    assert "Rank" not in page.locator("#board thead").inner_text()


def test_two_nationalities_side_by_side(page: Page) -> None:
    """Concept, picture, temperature and both are chosen; each has its own words marked."""
    go(page, "stories", "org/teller")
    page.locator("#story-concept").select_option("school")
    page.locator("#story-picture").select_option("own-image")
    page.locator("#story-heat").select_option("0.7")
    page.locator("#story-one").select_option("NGA")
    page.locator("#story-other").select_option("FRA")
    says(page, "#told article.a .story", "jollof")
    says(page, "#told article.b .story", "baguette")
    one, other = page.locator("#told article").all()
    assert one.locator("h3").inner_text() == "Nigeria"
    assert "for a Nigerian child" in one.inner_text()
    assert one.locator(".story mark:not(.weak)").first.inner_text() == "jollof"
    assert "baguette" in other.locator(".story mark:not(.weak)").all_inner_texts()
    assert one.locator(".shown img").count() == other.locator(".shown img").count() == 1
    status = page.locator("#story-status").inner_text()
    assert "a story for children about school" in status
    assert "the first story of each case and temperature, not chosen" in status
    assert not page.locator("#story-babble").is_visible()


def test_a_hostile_story_is_only_text(site: Site, page: Page) -> None:
    """It is shown as it is, and nothing of it ran."""
    go(page, "stories", "org/teller")
    page.locator("#story-concept").select_option("forest")
    page.locator("#story-one").select_option("BRA")
    says(page, "#told .story", "<script>window.pwned")
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x]").count() == 0
    for path in site.folder.rglob("*.*"):
        assert b"<script>window.pwned" not in path.read_bytes(), path


def test_babble_and_missing_texts_are_said(page: Page) -> None:
    """Random weights are labelled where one reads; without texts one sentence says what to do."""
    go(page, "stories", "demo")
    says(page, "#story-babble", "Babble of random weights")
    assert page.locator("#story-babble").is_visible()
    go(page, "stories", "org/silent")
    says(page, "#story-status", "none of this model")
    assert page.locator("#told .story").count() == 0


def test_a_model_without_a_run_file_shows_no_stories_of_another(page: Page) -> None:
    """Chosen after one that has some; nor cases or charts."""
    go(page, "stories", "org/teller")
    says(page, "#told .story", "")
    assert page.locator("#stories").is_visible()
    page.locator("#model-choice").select_option(label="org/lost")
    says(page, "#model-status", "was missing when")
    for part in ("#stories", "#cases", "#model-body"):
        assert not page.locator(part).is_visible(), part


def test_down_to_a_question_with_its_right_option(page: Page) -> None:
    """Options with the model's shares alone, the right one named; the drawing with its credit."""
    go(page, "cultureverse", "org/asked")
    page.locator("#case-list tbody button").first.click()
    page.wait_for_selector("#case .question")
    assert page.locator("#case thead th").first.inner_text() == "Option"
    assert "People" not in page.locator("#case .pair").first.inner_text()
    assert page.locator("#case tr.right").count() >= 1
    assert page.locator("#case .pictures img").count() >= 1


def test_nothing_complained(seen: tuple[Page, list[str]]) -> None:
    """After all of that."""
    assert seen[1] == []


def violations(page: Page) -> list[object]:
    """What axe finds with everything open."""
    import axe_playwright_python

    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    axe = Path(axe_playwright_python.__file__).parent / "axe.min.js"
    page.evaluate(axe.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({})")["violations"]
    return [(one["id"], [n["target"] for n in one["nodes"]]) for one in found]


@pytest.mark.parametrize("suite", ["stories", "cultureverse"])
def test_narrow_wide_and_accessible(site: Site, suite: str) -> None:
    """No width scrolls sideways, columns of stories stack on a phone, and axe finds nothing."""
    page, said = site.open()
    go(page, suite, {"stories": "org/teller", "cultureverse": "org/asked"}[suite])
    if suite == "stories":
        page.wait_for_selector("#told .story mark")
    if suite == "stories":  # the frame of the other one is that of wvs
        assert violations(page) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(350)  # charts are drawn again after a moment
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if suite == "stories":
            tops = [box.bounding_box() for box in page.locator("#told article").all()]
            stacked = tops[0] is not None and tops[1] is not None and tops[0]["y"] < tops[1]["y"]
            assert stacked is (width == 360)
    assert said == []
    page.context.close()
