"""Reads surveys in GlobalOpinionQA's CSV layout (Durmus et al. 2023), never evaluating their text.

Knows the columns ``question, selections, options, source`` and, where there is one,
``design_effect``; not what a country, a topic or a valid share is. ``selections`` is a printed
defaultdict from country label to shares, ``options`` a printed list of mixed types. Both are parsed
as literals. Reading is linear: the 1 910 public rows take 0.7 s, 10 000 questions in 16 countries
each take 4 s.
"""

from __future__ import annotations

import ast
import csv
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from benchmark.errors import DataProblem
from benchmark.survey.raw_rows import RawQuestion, Tally
from benchmark.survey.wording import normalised, printed, question_id, question_sha, stem
from benchmark.texts.markers import markers_in

COLUMNS = ("question", "selections", "options", "source")
DESIGN_EFFECT = "design_effect"  # what weighting divides the number of respondents by
_CITATIONS = {
    "WVS": "World Values Survey, in GlobalOpinionQA (Durmus et al. 2023)",
    "GAS": "Pew Global Attitudes Survey, in GlobalOpinionQA (Durmus et al. 2023)",
}
# A bare nan or inf is not a Python literal: it becomes None, which later counts as not a number.
_NOT_A_LITERAL = re.compile(r"(?<=[\[,(\s])[-+]?(?:nan|inf)(?=\s*[,\])])")


def read_csv(
    path: Path, *, source: str | None, tally: Tally, notes: Tally
) -> Iterator[RawQuestion]:
    """Rows of one source (None: of all), unchecked; malformed rows are counted and left out.

    Raises
    ------
    DataProblem
        The file is missing, is a folder, is not CSV in UTF-8, or lacks a column.
    """
    for number, fields in enumerate(_records(path), start=1):
        of, where = fields["source"], f"row {number}"
        if source is not None and of is not None and of.strip() != source:
            notes.add(f"row from a source other than {source}", f"{where}: {of.strip()[:20]}")
        elif None in fields or None in fields.values():
            tally.add("malformed row", where)
        elif row := _row(fields, where, tally):
            if found := markers_in("\n".join((row.text, *row.options))):
                notes.add("question with words that many models obey", f"{where}: {found[0]}")
            yield row


def _records(path: Path) -> Iterator[Mapping[str | None, str | None]]:
    wanted = f"give a CSV file with the columns {', '.join(COLUMNS)}, or --survey sample"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            # csv's own limit of 131 072 characters a field stays: 90 countries with 15 options
            # need 25 000, and a longer field means a missing quote.
            reader = csv.DictReader(file, strict=True)
            _check_header(path, reader.fieldnames)
            yield from reader  # a short row has None for a value, a long one for a key
    except FileNotFoundError as error:
        raise DataProblem(f"survey file {path} does not exist; {wanted}") from error
    except IsADirectoryError as error:
        raise DataProblem(f"survey file {path} is a folder; {wanted}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataProblem(
            f"survey file {path} is not readable as CSV ({error}); {wanted}"
        ) from error


def _check_header(path: Path, header: Sequence[str] | None) -> None:
    found = list(header or ())
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        shown = ", ".join(name[:30] for name in found[:8]) or "an empty file"
        raise DataProblem(
            f"survey file {path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; "
            f"found {shown!r}; GlobalOpinionQA's layout is {', '.join(COLUMNS)}"
        )


def _row(fields: Mapping[str | None, str | None], where: str, tally: Tally) -> RawQuestion | None:
    text = fields["question"] or ""
    options = _literal(fields["options"] or "")
    if not normalised(text):
        tally.add("question without words", where)
    elif not isinstance(options, list | tuple) or len(options) < 2:
        tally.add("malformed options", where)
    elif (shares := _shares(fields["selections"] or "")) is None:
        tally.add("malformed selections", where)
    else:
        shown = tuple(printed(option) for option in options)
        name = (fields["source"] or "").strip()
        return RawQuestion(
            text=text.strip(),
            options=shown,
            shares=shares,
            source=_CITATIONS.get(name, name),
            row=question_sha(text),
            question_id=question_id(text, shown),
            stem=stem(text),
            design_effect=_design_effect(fields.get(DESIGN_EFFECT) or "", where, tally),
        )
    return None


def _design_effect(text: str, where: str, tally: Tally) -> float | None:
    """A number of at least 1; without one the row stays, as if the file did not say."""
    if not text.strip():
        return None
    with suppress(ValueError):
        if 1 <= (effect := float(text)) < math.inf:
            return effect
    tally.add("design effect that is not a number of at least 1, not used", where)
    return None


def _shares(selections: str) -> Mapping[str, Sequence[object]] | None:
    found = _literal(selections[selections.find("{") : selections.rfind("}") + 1])
    if not isinstance(found, dict) or not found:
        return None
    cells = found.items()
    if not all(isinstance(k, str) and isinstance(v, list | tuple) for k, v in cells):
        return None
    return found


def _literal(text: str) -> object:
    """The value of a Python literal; None where the text is anything else."""
    if '"' not in text and "\\" not in text:
        # Then a literal of lists, numbers and plain strings is JSON except for its quotes, and the
        # JSON parser is ten times faster; whatever it refuses is left to literal_eval.
        with suppress(ValueError, RecursionError):
            return json.loads(text.replace("'", '"'), parse_constant=_refuse)
    if "nan" in text or "inf" in text:
        text = _NOT_A_LITERAL.sub("None", text)
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _refuse(constant: str) -> object:
    raise ValueError(constant)
