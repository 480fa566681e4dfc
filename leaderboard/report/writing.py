"""A table as Markdown, LaTeX and CSV text, aligned and escaped.

Knows no run and no meaning of numbers; `leaderboard.report.index` makes one report of the texts.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from leaderboard.report.escaping import latex, markdown
from leaderboard.report.table import Entry, Record, Table

DOCUMENT = r"""\documentclass[a4paper,10pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{textcomp}
\usepackage{booktabs}
\usepackage{graphicx}
\usepackage[landscape,margin=15mm]{geometry}
\begin{document}
%s
\end{document}
"""


def markdown_table(table: Table) -> str:
    """A pipe table whose columns are also aligned as plain text."""
    rows = [[_markdown_cell(cell) for cell in row] for group in table.groups for row in group]
    head = [markdown(text) for text in table.head]
    widths = [max(3, *map(cell_len, column)) for column in zip(head, *rows, strict=True)]
    rule = [
        "-" * width if place < table.labels else "-" * (width - 1) + ":"
        for place, width in enumerate(widths)
    ]
    lines = [_padded(row, widths, table.labels) for row in (head, rule, *rows)]
    return "\n".join(lines) + "\n"


def _markdown_cell(cell: Entry) -> str:
    text = markdown(cell.text)
    return f"**{text}**" if cell.bold else text


def _padded(cells: Sequence[str], widths: Sequence[int], labels: int) -> str:
    padded = [
        cell + " " * (width - cell_len(cell))
        if place < labels
        else " " * (width - cell_len(cell)) + cell
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"| {' | '.join(padded)} |"


def latex_table(table: Table) -> str:
    """A floating table that needs booktabs and graphicx; wide ones shrink to the line's width."""
    columns = "l" * table.labels + "r" * (len(table.head) - table.labels)
    blocks = ("\n".join(_latex_row(row) for row in group) for group in table.groups if group)
    notes = " ".join(latex(note) for note in table.notes)
    return "\n".join(
        [
            r"\begin{table}[p]",
            r"\centering",
            rf"\caption{{{latex(table.title.partition('. ')[2])}. {latex(table.caption)}}}",
            rf"\label{{tab:culture-{table.name}}}",
            r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            " & ".join(rf"\textbf{{{latex(text)}}}" for text in table.head) + r" \\",
            r"\midrule",
            "\n\\midrule\n".join(blocks),
            r"\bottomrule",
            r"\end{tabular}}",
            rf"\par\smallskip\begin{{minipage}}{{\linewidth}}\footnotesize {notes}\end{{minipage}}",
            r"\end{table}",
            "",
        ]
    )


def latex_document(tables: Iterable[Table]) -> str:
    """A standalone document that shows the tables, whose files must be in the same folder."""
    return DOCUMENT % "\n".join(rf"\input{{{table.name}.tex}}" for table in tables)


def _latex_row(row: Sequence[Entry]) -> str:
    cells = (rf"\textbf{{{latex(cell.text)}}}" if cell.bold else latex(cell.text) for cell in row)
    return " & ".join(f"{{{cell}}}" if cell.startswith("[") else cell for cell in cells) + r" \\"


def csv_text(records: Sequence[Record]) -> str:
    """All records with columns in order of appearance; a missing number is empty."""
    columns = list(dict.fromkeys(name for record in records for name in record))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n", restval="")
    writer.writeheader()
    for record in records:
        writer.writerow({name: _csv_value(value) for name, value in record.items()})
    return out.getvalue()


def _csv_value(value: object) -> object:
    match value:
        case bool():
            return str(value).lower()
        case float():
            return repr(value) if math.isfinite(value) else ""
        case _:
            return "" if value is None else value
