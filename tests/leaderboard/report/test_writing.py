"""Markdown, LaTeX and CSV: names stay names, columns stay columns."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.report.escaping import latex, markdown
from leaderboard.report.table import Entry, Table
from leaderboard.report.writing import csv_text, latex_document, latex_table, markdown_table

NAMES = [
    "<script>alert(1)</script>",
    "a|b_c%",
    "$x^2$ & {y} \\input{z} ~ #",
    "模型 — «é»",
    "[l](u)`c`",
]


def table(name: str) -> Table:
    """A table of one row with the name in head and cell."""
    return Table(
        name="table-9",
        title="Table 9. Of one name",
        caption=name,
        head=("model", name),
        labels=1,
        groups=(((Entry(text=name), Entry(text="0.5", bold=True)),),),
        notes=(name,),
        records=({"model": name, "value": 0.1, "n": 3, "bold": True, "none": None},),
    )


@pytest.mark.parametrize("name", NAMES)
def test_markdown_tables_keep_their_columns(name: str) -> None:
    """Every line has two cells, and no tag survives."""
    text = markdown_table(table(name))
    for line in text.splitlines():
        assert len(re.findall(r"(?<!\\)\|", line)) == 3, line
    assert "<script>" not in text
    assert len({len(line.encode("utf-32")) for line in text.splitlines()}) == 1 or "模" in name


def test_markdown_numbers_stand_right() -> None:
    """Text is aligned left, numbers right, and bold is bold."""
    lines = markdown_table(table("m")).splitlines()
    assert lines[1:] == ["| ----- | ------: |", "| m     | **0.5** |"]


@given(st.text(max_size=12))
def test_escaped_markdown_holds_no_markup(text: str) -> None:
    """No bare bar, bracket, tag or line break, whatever the text."""
    bare = re.sub(r"\\[\\`*_{}\[\]#|~$!]", "", markdown(text))
    assert not set(bare) & set("\\`*_{}[]#|~$!<>\n\r")


@given(st.text(max_size=12))
def test_escaped_latex_holds_no_commands_but_ours(text: str) -> None:
    """Once our own commands are gone no special character is left."""
    ours = (
        r"\\text(backslash|ascii(circum|tilde|grave)|less|greater|bar|quotedbl)\{\}"
        r"|\\texttt\{U\+[0-9A-F]{4,6}\}|\\ensuremath\{\\(cdot|div)\}|\\(dag|dots)\{\}|\\[{}$&#%_]"
    )
    assert not set(re.sub(ours, "", latex(text))) & set('\\{}$&#%_^~<>|"\n')


@pytest.mark.parametrize("name", NAMES)
def test_latex_tables_are_balanced(name: str) -> None:
    """Braces, environments and columns of a booktabs table close, whatever the name."""
    text = latex_table(table(name))
    bare = re.sub(r"\\[{}\\]", "", text)
    assert bare.count("{") == bare.count("}")
    assert re.findall(r"\\begin\{(\w+)", text) == ["table", "tabular", "minipage"]
    assert re.findall(r"\\end\{(\w+)", text) == ["tabular", "minipage", "table"]
    body = text.split(r"\toprule")[1].split(r"\bottomrule")[0]
    rows = [line for line in body.splitlines() if line.endswith(r"\\")]
    assert [len(re.findall(r"(?<!\\)&", line)) for line in rows] == [1, 1]
    assert r"\caption{Of one name. " in text


def test_the_document_names_its_tables() -> None:
    """It needs the files beside it, and booktabs."""
    text = latex_document([table("m")])
    assert r"\input{table-9.tex}" in text
    assert r"\usepackage{booktabs}" in text


def test_csv_keeps_names_numbers_and_columns() -> None:
    """Quoted where needed, true and false in lower case, nothing where there is no number."""
    assert csv_text([{"m": 'a,"b', "v": 0.1}, {"m": "c", "v": float("nan"), "late": True}]) == (
        'm,v,late\n"a,""b",0.1,\nc,,true\n'
    )
