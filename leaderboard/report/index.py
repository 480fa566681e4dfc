"""The whole report: its views, the page that shows them, and the files that the page names.

Knows the views and the formats; words and numbers are the views' own. Equal runs give equal
files: no date, path or machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmark.errors import BoardProblem
from benchmark.vocabulary import ALL_IMAGES, NAMED
from leaderboard.report import words
from leaderboard.report.by_country import table_1
from leaderboard.report.by_income import table_2
from leaderboard.report.by_topic import table_3
from leaderboard.report.comparability import differences
from leaderboard.report.escaping import markdown
from leaderboard.report.levels import figure_7, figure_9, figure_by_category, figure_by_country
from leaderboard.report.maps import NO_PICTURES, figure_4, figure_5, figure_6, figure_8
from leaderboard.report.measured import Measured
from leaderboard.report.options import PICTURES, Format
from leaderboard.report.own_scores import table_4, table_5
from leaderboard.report.style import picture, require_matplotlib
from leaderboard.report.table import Entry, Table
from leaderboard.report.view import Drawing, NoView
from leaderboard.report.writing import csv_text, latex_document, latex_table, markdown_table

View = Table | Drawing | NoView


def views(runs: Sequence[Measured]) -> tuple[View, ...]:
    """Everything a report shows, in order; a view without numbers in these runs says why."""
    compared = any(run.has(ALL_IMAGES) and run.has(NAMED) for run in runs)
    tables: list[View] = [table_1(runs)]
    if compared:
        tables += [table_2(runs), table_3(runs)]
    else:
        tables += [NoView(title=f"Table {n}", reason=NO_PICTURES) for n in (2, 3)]
    return (
        *tables,
        table_4(runs),
        table_5(runs),
        figure_by_country(runs),
        figure_4(runs),
        figure_5(runs),
        figure_6(runs),
        figure_by_category(runs),
        figure_7(runs),
        figure_8(runs),
        figure_9(runs),
    )


def files(runs: Sequence[Measured], formats: Sequence[Format]) -> Mapping[str, bytes]:
    """The report's files by name."""
    if set(PICTURES) & set(formats):
        require_matplotlib()
    shown = views(runs)
    found: dict[str, bytes] = {}
    for view in shown:
        found.update(_files(view, formats))
    if "tex" in formats:
        tables = [view for view in shown if isinstance(view, Table)]
        found["tables.tex"] = latex_document(tables).encode()
    if "md" in formats:
        found["report.md"] = _page(runs, shown, found).encode()
    return found


def _files(view: View, formats: Sequence[Format]) -> Iterator[tuple[str, bytes]]:
    if isinstance(view, NoView):
        return
    if "csv" in formats:
        yield f"{view.name}.csv", csv_text(view.records).encode()
    if isinstance(view, Drawing):
        wanted = tuple(kind for kind in PICTURES if kind in formats)
        for kind, content in (picture(view.draw, wanted) if wanted else {}).items():
            yield f"{view.name}.{kind}", content
    elif "tex" in formats:
        yield f"{view.name}.tex", latex_table(view).encode()


def write(folder: Path, content: Mapping[str, bytes]) -> None:
    """Write the files into the folder, creating it if needed; other files there stay."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in content.items():
            (folder / name).write_bytes(text)
    except OSError as error:
        raise BoardProblem(
            f"{error.filename or folder} cannot be written ({error.strerror}); name another "
            "folder with --out"
        ) from error


# --- the page ------------------------------------------------------------------------------


def _page(runs: Sequence[Measured], shown: Sequence[View], names: Mapping[str, bytes]) -> str:
    suite = runs[0].run.suite
    parts = [
        f"# Report of {markdown(suite)}: {markdown(words.listed(run.label for run in runs))}",
        _opening(runs),
        markdown_table(_runs_table(runs)).rstrip(),
        *(_section(view, names) for view in shown if not isinstance(view, NoView)),
    ]
    absent = [view for view in shown if isinstance(view, NoView)]
    if absent:
        lines = [f"- {markdown(view.title)}: {markdown(view.reason)}." for view in absent]
        parts.append("\n".join(["## Not here", "", *lines]))
    return "\n\n".join(parts) + "\n"


def _opening(runs: Sequence[Measured]) -> str:
    reading = words.READING_WORDS[runs[0].reading_name]
    lines = [f"All figures are over {reading}. {words.SIMILARITY} {words.FLOORS}"]
    if runs[0].reading_name == "paper":
        lines.append(
            "This is the paper's reading: every option counts, and bold follows the percentile "
            "bootstrap, which finds differences too often where stems are few."
        )
    if found := differences(runs):
        lines.append(
            f"**Not measured alike:** these runs differ in {words.listed(map(markdown, found))}; "
            "differences between them are not due to the models alone."
        )
    partial = [run.label for run in runs if run.partial]
    if partial:
        lines.append(
            f"**Partial:** {markdown(words.listed(partial))}: the figures are of the cases "
            "measured so far and may change."
        )
    return "\n\n".join(lines)


def _runs_table(runs: Sequence[Measured]) -> Table:
    rows = tuple(
        tuple(
            Entry(text=text)
            for text in (
                run.label,
                words.KIND_WORDS[run.kind],
                run.run.model.model_id,
                run.run.model.revision.removeprefix("sha256:")[:12],
                run.run.config_digest,
                _state(run),
            )
        )
        for run in runs
    )
    return Table(
        name="runs",
        title="Runs",
        caption="",
        head=("run", "what it is", "model", "revision", "config", "cases"),
        labels=6,
        groups=(rows,),
        notes=(),
        records=(),
    )


def _state(run: Measured) -> str:
    counts = f"{len(run.run.rows)} of {run.run.n_selected} measured"
    failed = f", {len(run.run.failed)} failed" if run.run.failed else ""
    if not run.partial:
        return counts + failed
    because = ", ".join(run.run.partial_because) or "not all cases measured"
    return f"PARTIAL: {counts}{failed} ({because})"


def _section(view: Table | Drawing, names: Mapping[str, bytes]) -> str:
    lines = [f"## {markdown(view.title)}", markdown(view.caption)]
    match view:
        case Table():
            lines.append(markdown_table(view).rstrip())
        case Drawing():
            picture_of = next(
                (f"{view.name}.{kind}" for kind in PICTURES if f"{view.name}.{kind}" in names), None
            )
            if picture_of:
                lines.append(f"![{markdown(view.title)}]({picture_of})")
    lines.append("\n".join(f"- {markdown(note)}" for note in view.notes))
    own_files = [name for name in names if name.rpartition(".")[0] == view.name]
    if own_files:
        lines.append("Files: " + ", ".join(f"[{name}]({name})" for name in own_files))
    return "\n\n".join(lines)
