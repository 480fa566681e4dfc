"""What suite.toml declares of tables: read as written, and every mistake is one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmark.analyses import chosen, is_provided, provided
from benchmark.errors import DataProblem
from benchmark.suite.layout import (
    Block,
    Column,
    Finding,
    Group,
    Layout,
    Line,
    Note,
    layout_of,
    places,
)
from benchmark.suite.protocol import SUITE_FILE, read_meta, shipped_layout

SUITES = Path(__file__).parents[2] / "suites"


def test_tables_become_records() -> None:
    """Columns, lines and groupings in their order, with what is left out by default."""
    found = layout_of(
        {
            "columns": [{"head": "a", "metric": "m", "below": "p"}],
            "lines": [{"label": "l", "value": "{m:2}", "beside": ["{p:p}"]}],
            "groups": [{"label": "g", "by": "region", "shows": "{m:2}"}],
            "blocks": [{"label": "b", "reading": "printed"}],
            "notes": [{"text": "t", "only": "run"}],
            "findings": [{"text": "{m:with2}", "more": [" {n:2}"]}],
            "title": "something else of the file",
        },
        source="x",
    )
    assert found.columns == (Column(head="a", metric="m", below="p"),)
    assert found.lines == (Line(label="l", value="{m:2}", beside=("{p:p}",)),)
    assert found.groups == (Group(label="g", by="region", shows="{m:2}"),)
    assert found.blocks == (Block(label="b", reading="printed", by="proxy"),)
    assert found.notes == (Note(text="t", only="run"),)
    assert found.findings == (Finding(text="{m:with2}", more=(" {n:2}",)),)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"columns": [{"head": "a", "metrik": "m"}]}, "did you mean metric"),
        ({"columns": [{"head": "a"}]}, "lacks metric"),
        (
            {"groups": [{"label": "g", "by": "region", "shows": "m"}]},
            "'m' has no place for a score",
        ),
        ({"columns": {"head": "a"}}, r"starting with \[\[columns\]\]"),
        ({"columns": [{"head": "a", "metric": "m", "decimals": "2"}]}, "of type int"),
        ({"columns": [{"head": "a", "metric": "m", "only": "bord"}]}, "did you mean board"),
        ({"blocks": [{"label": "b", "reading": "subtsantive"}]}, "did you mean substantive"),
        ({"lines": [{"label": "l", "value": "{m}"}]}, r"'\{m\}' is not a place for a score"),
        ({"lines": [{"label": "l", "value": "{m:of-frame}"}]}, "'of-frame' names no key"),
        ({"lines": [{"label": "l", "value": "{m:9}"}]}, "is not a place for a score"),
        (
            {"lines": [{"label": "l", "value": "a {m:2", "beside": []}]},
            "is not a place for a score",
        ),
        ({"lines": [{"label": "l", "value": "", "beside": ["}"]}]}, "is not a place for a score"),
    ],
)
def test_mistakes_are_named(table: dict[str, Any], words: str) -> None:
    """With where they stand."""
    with pytest.raises(DataProblem, match=words) as told:
        layout_of(table, source="suite.toml")
    assert "suite.toml" in str(told.value)


def test_a_suite_file_with_a_bad_layout_is_refused(tmp_path: Path) -> None:
    """By the path of the file."""
    text = (SUITES / "stories" / SUITE_FILE).read_text("utf-8")
    (tmp_path / SUITE_FILE).write_text(text.replace("{usable:n}", "{usable:N}"), "utf-8")
    with pytest.raises(DataProblem, match="is not a place for a score"):
        read_meta(tmp_path)


def test_shipped_layouts_are_found_by_name_and_nothing_else_is() -> None:
    """A name that is a path, or unknown, has no layout."""
    assert len(shipped_layout("stories").columns) > 5
    assert shipped_layout("cultureverse").groups
    assert shipped_layout("../suites/stories") == shipped_layout("no_such") == Layout()


@pytest.mark.parametrize("suite", ["stories", "cultureverse", "wvs"])
def test_every_place_names_a_metric_of_an_analysis(suite: str) -> None:
    """A metric that no analysis and no suite makes would leave its line out for ever."""
    layout = shipped_layout(suite)
    texts = [t for line in layout.lines for t in (line.value, *line.beside)]
    texts += [group.shows for group in layout.groups]
    texts += [t for finding in layout.findings for t in (finding.text, *finding.more)]
    named = {place.metric for text in texts for place in places(text)}
    named |= {column.metric for column in layout.columns}
    declared = provided(chosen(read_meta(SUITES / suite).analyses, {}, source=suite))
    assert declared
    assert [metric for metric in named if not is_provided(metric, declared)] == []
