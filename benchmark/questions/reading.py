"""Reads a file or folder of questions into a set; decodes no picture, but none may be missing.

Knows JSON lines and Parquet. Pictures inside a Parquet file are unpacked once, into a folder that
stays.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmark import jsonio
from benchmark.errors import DataProblem
from benchmark.images.decoding import suffix
from benchmark.images.image_set import ImageSet
from benchmark.images.manifest import ImageEntry
from benchmark.images.places import Folder
from benchmark.questions.columns import SAME, Columns
from benchmark.questions.question import PictureQuestion, QuestionSet, digest_of
from benchmark.questions.rows import Parser, Row

QUESTIONS = "questions.jsonl"
LINES = (".jsonl", ".ndjson")
PARQUET = ".parquet"
INSTEAD = (
    f"--questions takes `sample`, a folder with a {QUESTIONS} or Parquet files, such a file, or "
    "ORG/NAME on the Hub"
)
SPLIT = re.compile(r"(train|validation|valid|dev|test)\b")
Complaint = Callable[[DataProblem], None]


def load_questions(
    path: Path, columns: Columns = SAME, *, cache: Path, complain: Complaint | None = None
) -> QuestionSet:
    """The set at a path; ``complain`` is called for each bad row, which otherwise ends the reading.

    Raises
    ------
    DataProblem
        Nothing to read, a row that is not a question, an id that occurs twice, a missing picture.
    """
    files = question_files(path)
    root = files[0].parent
    tables = [file for file in files if file.suffix == PARQUET]
    if tables and _holds_pictures(tables[0], columns):
        root = _unpacked(tables, columns, cache)
        files = (root / QUESTIONS,)
    found: list[PictureQuestion] = []
    for file in files:
        parser = Parser(columns=columns, root=root, split=split_of(file))
        found += _parsed(parser, _rows(file, columns), complain)
    name = path.name if path.is_dir() else path.stem
    return collected(name, _unique(found, path, complain), Folder(root), complain=complain)


def question_files(path: Path) -> tuple[Path, ...]:
    """The files of a set: the one named, or a folder's ``questions.jsonl`` or Parquet files."""
    if path.is_file() and path.suffix in (*LINES, PARQUET):
        return (path,)
    if (path / QUESTIONS).is_file():
        return (path / QUESTIONS,)
    if found := tuple(sorted(path.glob(f"*{PARQUET}"))):
        return found
    what = "holds neither of these" if path.exists() else "is not there"
    raise DataProblem(f"questions {path}: it {what}; {INSTEAD}")


def split_of(file: Path) -> str:
    """The split that a file's name begins with, as on the Hub; empty if it names none.

    >>> split_of(Path("data/test-00000-of-00002.parquet")), split_of(Path("questions.jsonl"))
    ('test', '')
    """
    found = SPLIT.match(file.name)
    return found.group(1) if found else ""


def collected(
    name: str,
    questions: Sequence[PictureQuestion],
    source: Folder,
    *,
    complain: Complaint | None = None,
) -> QuestionSet:
    """The questions in a folder as a set, none of whose pictures is missing."""
    first: dict[str, PictureQuestion] = {}
    for question in questions:
        first.setdefault(question.image_id, question)
    entries = [_entry(question) for _, question in sorted(first.items())]
    sizes = [source.size(entry) for entry in entries]
    for entry, size in zip(entries, sizes, strict=True):
        if size is None:
            _raise_or(
                complain,
                f"question {first[entry.image_id].question_id!r}: image {entry.image_id} is "
                f"missing: there is no file {source.root / entry.image_id}; restore it or drop "
                "the question",
            )
    pictures = jsonio.digest([[e.image_id, size] for e, size in zip(entries, sizes, strict=True)])
    images = ImageSet(name=name, digest=pictures, entries=tuple(entries), source=source)
    digest = digest_of(questions, pictures)
    return QuestionSet(
        name=name,
        revision=f"sha256:{digest}",
        digest=digest,
        questions=tuple(questions),
        images=images,
    )


def _entry(question: PictureQuestion) -> ImageEntry:
    return ImageEntry(
        image_id=question.image_id,
        country=question.country,
        category=question.category,
        licence=question.licence,
    )


def _parsed(
    parser: Parser, rows: Iterable[tuple[str, Row]], complain: Complaint | None
) -> Iterator[PictureQuestion]:
    for where, row in rows:
        try:
            yield parser.question(row, where)
        except DataProblem as problem:
            if complain is None:
                raise
            complain(problem)


def _unique(
    questions: Sequence[PictureQuestion], path: Path, complain: Complaint | None
) -> tuple[PictureQuestion, ...]:
    if not questions and complain is None:
        raise DataProblem(f"questions {path}: it holds no question; {INSTEAD}")
    ordered: dict[str, PictureQuestion] = {}
    for question in questions:
        if question.question_id in ordered:
            _raise_or(
                complain,
                f"questions {path}: the id {question.question_id!r} occurs twice; give each "
                "question its own",
            )
        ordered.setdefault(question.question_id, question)
    return tuple(ordered[question_id] for question_id in sorted(ordered))


def _raise_or(complain: Complaint | None, sentence: str) -> None:
    problem = DataProblem(sentence)
    if complain is None:
        raise problem
    complain(problem)


# --- files -----------------------------------------------------------------------------------


def _rows(file: Path, columns: Columns) -> Iterator[tuple[str, Row]]:
    return read_lines(file) if file.suffix in LINES else _table(file, columns)


def read_lines(file: Path) -> Iterator[tuple[str, Row]]:
    """Each line of a JSON lines file as an object, with its place."""
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield f"{file}, line {number}", _object(line, f"{file}, line {number}")
    except (OSError, UnicodeDecodeError) as error:
        raise DataProblem(f"questions {file} cannot be read as UTF-8 text: {error}") from None


def _object(line: str, where: str) -> Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataProblem(f"{where}: not readable as JSON ({error})") from None
    if not isinstance(row, Mapping):
        raise DataProblem(f"{where}: a {type(row).__name__}, not an object with fields")
    return row


def _table(file: Path, columns: Columns) -> Iterator[tuple[str, Row]]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(file) as table:
            there = set(table.schema_arrow.names)
            wanted = [column for column in columns.used() if column in there]
            number = 0
            for batch in table.iter_batches(batch_size=1024, columns=wanted):
                for row in batch.to_pylist():
                    number += 1
                    yield f"{file}, row {number}", row
    except (OSError, pa.ArrowException) as error:
        raise DataProblem(f"questions {file} cannot be read as Parquet: {error}") from None


def _holds_pictures(file: Path, columns: Columns) -> bool:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        schema = parquet.read_schema(file)
    except (OSError, pa.ArrowException) as error:
        raise DataProblem(f"questions {file} cannot be read as Parquet: {error}") from None
    (column,) = columns.of("image")
    place = schema.get_field_index(column)
    return place >= 0 and not (
        pa.types.is_string(schema.field(place).type)
        or pa.types.is_large_string(schema.field(place).type)
    )


def _unpacked(files: Sequence[Path], columns: Columns, cache: Path) -> Path:
    """The folder with the contents of these files, made once for their sizes and times."""
    about = [[str(f.resolve()), f.stat().st_size, f.stat().st_mtime_ns] for f in files]
    folder = cache / "questions" / jsonio.digest([about, columns.digest])[:16]
    rows = ((split_of(file), where, row) for file in files for where, row in _table(file, columns))
    return folder if (folder / QUESTIONS).is_file() else unpack(rows, columns, folder)


def unpack(rows: Iterable[tuple[str, str, Row]], columns: Columns, folder: Path) -> Path:
    """Write pictures as files and the other columns as JSON lines; equal pictures are one file.

    ``rows`` are the split, the row's place, and the row. The list is written last, so a folder
    with one is complete.
    """
    (column,) = columns.of("image")
    (place,) = columns.of("split")
    (folder / "images").mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for split, where, row in rows:
        path = _written(row.get(column), folder, where)
        own = {split_column: split for split_column in [place] if split and place not in row}
        lines.append(json.dumps({**row, **own, column: path}, ensure_ascii=False, default=str))
    jsonio.write_atomic(folder / QUESTIONS, (line + "\n" for line in lines))
    return folder


def _written(value: object, folder: Path, where: str) -> str:
    data = value.get("bytes") if isinstance(value, Mapping) else value
    if not isinstance(data, bytes):
        raise DataProblem(
            f"{where}: its image is a {type(data).__name__}, neither bytes nor a path"
        )
    ending = suffix(data)
    if ending is None:
        raise DataProblem(f"{where}: its image is not in a format we read; drop the question")
    name = f"images/{hashlib.sha256(data).hexdigest()[:24]}{ending}"
    target = folder / name
    if not target.is_file():
        target.write_bytes(data)
    return name
