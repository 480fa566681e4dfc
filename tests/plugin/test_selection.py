"""What is collected: ids, the selection options, pytest's own ``-k``, and nothing at all."""

from __future__ import annotations

import re

import pytest

from tests.plugin.running import SMALL, Outcome, Place


def collected(outcome: Outcome) -> list[str]:
    """The case ids that ``--collect-only -q`` lists."""
    assert outcome.code == 0, outcome.out
    return re.findall(r"^suites/wvs/test_alignment.py::test_alignment\[(.+)\]$", outcome.out, re.M)


def collect(place: Place, *arguments: str) -> list[str]:
    """Case ids in the order in which they would run."""
    return collected(place.run("--collect-only", "-q", *arguments))


def test_ids_name_suite_country_topic_and_proxy(place: Place) -> None:
    """A case is found by its id, and a country's cases of one proxy stand together."""
    assert collect(place, *SMALL, "--proxies", "food,country") == [
        "wvs/NGA/religion/country",
        "wvs/NGA/race/country",
        "wvs/BRA/religion/country",
        "wvs/BRA/race/country",
        "wvs/NGA/religion/food",
        "wvs/NGA/race/food",
        "wvs/BRA/religion/food",
        "wvs/BRA/race/food",
    ]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("NGA and religion", ["wvs/NGA/religion/country"]),
        ("wvs/NGA", ["wvs/NGA/religion/country", "wvs/NGA/race/country"]),
        ("not religion", ["wvs/NGA/race/country", "wvs/BRA/race/country"]),
    ],
)
def test_parts_of_an_id_serve_as_keywords(
    place: Place, expression: str, expected: list[str]
) -> None:
    """Plain ``-k`` selects by country, topic and proxy."""
    assert collect(place, *SMALL, "-k", expression) == expected


def test_names_and_codes_select_alike(place: Place) -> None:
    """Countries go by English name or code, topics by slug or label, repeats count once."""
    words = ("--countries", "Nigeria,NGA, bra", "--topics", "Religion and Spirituality,race")
    assert collect(place, *SMALL, *words) == collect(place, *SMALL)


def test_cells_that_cannot_exist_are_listed_with_their_reason(place: Place) -> None:
    """A question not asked in France makes no case; the run is complete and says why."""
    done = place.run("--countries", "NGA,FRA", "--topics", "religion", "--proxies", "country")
    assert done.code == 0
    assert "1 cell," in done.sentence("no question on religion was answered in France")
    (cell,) = place.document()["excluded"]
    assert cell["case_id"] == "wvs/FRA/religion/country"
    assert place.document()["complete"] is True


def test_limit_makes_a_run_partial(place: Place) -> None:
    """``--limit 1`` asks one question a topic, and file and board say that this is not all."""
    done = place.run(*SMALL, "--limit", "1")
    assert done.code == 0
    assert all(len(row["items"]) == 1 for row in place.document()["rows"])
    assert place.document()["partial_because"] == ["--limit 1"]
    assert place.run_file().name.endswith(".partial.json")
    assert place.board_rows()[0]["complete"] is False
    assert "--limit 1" in done.sentence("partial run")


def test_keyword_selection_makes_a_run_partial(place: Place) -> None:
    """Cases left out by ``-k`` are counted as not run."""
    assert place.run(*SMALL, "-k", "religion").code == 0
    assert place.document()["partial_because"] == ["2 of 4 cases were not run"]


def test_an_empty_selection_exits_5_and_writes_nothing(place: Place) -> None:
    """No case left by ``-k``, or none that can exist, is pytest's own exit code."""
    assert place.run(*SMALL, "-k", "nothing_like_this").code == 5
    impossible = ("--countries", "FRA", "--topics", "religion", "--proxies", "country")
    assert place.run(*impossible).code == 5
    assert place.files() == []
    assert not place.leaderboard.exists()


def test_the_header_says_what_is_in_use(place: Place) -> None:
    """Data, revision, model and store stand above the first case."""
    done = place.run(*SMALL)
    for words in (
        "survey sample @",
        "images sample @",
        "model reference:uniform",
        str(place.store),
    ):
        assert done.out.index(words) < done.out.index("collected")
