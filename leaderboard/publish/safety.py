"""Keeps back what may not be published: the wording of surveys, and tokens.

Only the embedded sample's wording is ours to publish. Run files and bundles have no place for any
other except in texts: what a model wrote, why a case failed, ids that somebody chose. Those are
searched for the wording; if it is not available, they are refused, not trusted.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from benchmark.errors import DataProblem
from benchmark.hub.data_sets import PINNED, fetch_survey
from benchmark.jsonio import Json
from benchmark.records import Text
from benchmark.replay.bundle import ANSWERS, MANIFEST, Bundle
from benchmark.runs.run import Run
from benchmark.suite.figures_only import FIGURES, PICTURES, figures, read_figures
from benchmark.survey.survey import SAMPLE, Survey, load_survey
from leaderboard.publish.plan import Content

FEWEST_WORDS = 5  # of an option; anybody could write a shorter one
_TOKEN = re.compile(rb"hf_[A-Za-z0-9]{30,}")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_PLAIN_ID = re.compile(r"[\w.:/+@-]{0,120}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """A survey's folded questions by id, and question ids by its longer options, folded too."""

    name: str
    licence: str
    questions: Mapping[str, str]
    options: Mapping[str, str]

    def quoted(self, text: str, *, options: bool) -> str:
        """The id of a question that the text quotes; empty if it quotes none."""
        folded = fold(text)
        found = [key for key, words in self.questions.items() if words in folded]
        if options and not found:
            found = [key for words, key in self.options.items() if words in folded]
        return found[0] if found else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard:
    """What no file may hold: wordings, by the survey's revision, and secrets."""

    wordings: Mapping[str, Wording]
    secrets: tuple[bytes, ...] = ()

    def wording_of(self, run: Run) -> Wording | None:
        """The wording that a run must not hold, if available."""
        return self.wordings.get(_survey(run).get("revision", ""))


def guard(sources: Sequence[str], *, cache: Path, secrets: Sequence[str] = ()) -> Guard:
    """Wordings of the surveys that were named (a file, or ``hub``), and the Hub's if cached.

    Raises
    ------
    DataProblem, HubProblem
        A survey that was named cannot be read or fetched.
    """
    kept = cache / "survey" / f"{PINNED}.csv"
    named = [fetch_survey(cache) if source == "hub" else Path(source) for source in sources]
    paths = dict.fromkeys([*named, *([kept] if kept.is_file() else [])])
    found = {}
    for path in paths:
        survey = load_survey(path, source=None)
        found[PINNED if path == kept else survey.revision] = _wording(survey)
    return Guard(
        wordings={key: words for key, words in found.items() if key != sample_revision()},
        secrets=tuple(secret.encode() for secret in secrets if secret),
    )


def _wording(survey: Survey) -> Wording:
    return Wording(
        name=survey.name,
        licence=survey.licence,
        questions={
            q.question_id: fold(q.text) for q in survey.questions if len(q.text.split()) > 2
        },
        options={
            fold(option): q.question_id
            for q in survey.questions
            for option in q.options
            if len(option.split()) >= FEWEST_WORDS
        },
    )


def withheld(run: Run) -> bool:
    """Whether the wording of the run's survey may not be published."""
    about = _survey(run)
    return bool(about) and about.get("revision") != sample_revision()


def sample_revision() -> str:
    """The revision by which runs name the embedded survey, from the bytes of its file."""
    return f"sha256:{hashlib.sha256(SAMPLE.read_bytes()).hexdigest()}"


# --- runs and bundles ------------------------------------------------------------------------


def check_run(source: Path, run: Run, held: Guard) -> None:
    """Raise if a run file quotes its survey, or might and cannot be checked."""
    if not withheld(run):
        return
    wording = held.wording_of(run)
    if wording is None:
        odd = next((text for text in _ids(run) if not _PLAIN_ID.fullmatch(text)), "")
        if run.failed or odd:
            what = f"the id {odd[:40]!r}" if odd else "why cases failed"
            raise _unchecked(source, what, run)
        return
    for text in (*_ids(run), *_texts(run)):
        _refuse_quotes(source, text, wording, options=True)


def check_bundle(source: Path, bundle: Bundle, held: Guard) -> None:
    """Raise if a bundle holds more than its manifest says, or quotes a survey, or might."""
    with zipfile.ZipFile(source) as archive:
        stray = sorted(set(archive.namelist()) - bundle.members.keys())
    known = {ANSWERS, MANIFEST}
    known |= {name for entry in bundle.entries for name in _members(entry.file)}
    stray += sorted(
        name for name in bundle.members.keys() - known if not name.endswith((FIGURES, PICTURES))
    )
    if stray:
        raise DataProblem(f"{source} holds {stray[0]!r}, which no bundle does; make it again")
    for name, content in bundle.members.items():
        if name.endswith(FIGURES) and _read_again(content) != content:
            raise DataProblem(f"{name} in {source} holds more than figures; make the bundle again")
    texts = [answer.text for answer in bundle.answers.values() if isinstance(answer, Text)]
    for run in (entry.run for entry in bundle.entries):
        check_run(source, run, held)
        wording = held.wording_of(run)
        if withheld(run) and wording is None and texts:
            raise _unchecked(source, "texts that the model wrote", run)
        for text in texts if wording else ():
            _refuse_quotes(source, text, cast("Wording", wording), options=False)


def _members(file: str) -> tuple[str, str]:
    return file, f"{file.removesuffix('.json')}.asked.json"


def _read_again(content: bytes) -> bytes:
    """The lines of figures as this version writes them, and nothing else."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"survey{FIGURES}"
        path.write_bytes(content)
        return "".join(figures(read_figures(path))).encode()


def _unchecked(source: Path, what: str, run: Run) -> DataProblem:
    name = _survey(run).get("name", "")
    return DataProblem(
        f"{source} holds {what}, which may quote the survey {name!r}, whose wording may not be "
        "published; name the survey with --survey so that this can be checked"
    )


def _ids(run: Run) -> Iterator[str]:
    for row in run.rows:
        yield from (row.case.case_id, *(key for i in row.items for key in (i.item_id, i.cluster)))


def _texts(run: Run) -> Iterator[str]:
    """Every text in a run file outside the rows."""
    yield from (entry.reason for entry in run.failed)
    yield from (entry.reason for entry in run.excluded)
    yield from run.partial_because
    yield from _strings([run.provenance, run.config, list(run.gates)])


def _strings(value: Json) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for key, inner in value.items():
                yield key
                yield from _strings(inner)
        case list() | tuple():
            for inner in value:
                yield from _strings(inner)


def _survey(run: Run) -> Mapping[str, str]:
    about = run.config.get("survey")
    return cast("Mapping[str, str]", about) if isinstance(about, Mapping) else {}


# --- files -----------------------------------------------------------------------------------


def check_file(path: str, content: Content, held: Guard) -> None:
    """Raise if a file holds a token, or, as text, words of a survey."""
    data = content if isinstance(content, bytes) else content.read_bytes()
    for part in _parts(data):
        if _TOKEN.search(part) or any(secret in part for secret in held.secrets):
            raise DataProblem(
                f"{path} holds an access token of the Hub; nothing was published: remove it from "
                "the file it comes from, and revoke it"
            )
    if path.startswith(("runs/", "bundles/")) or path.endswith(".parquet"):
        return  # already checked, or made from checked files
    text = data.decode(errors="replace")
    for wording in held.wordings.values():
        _refuse_quotes(Path(path), text, wording, options=True)


def _parts(data: bytes) -> Iterator[bytes]:
    yield data
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def _refuse_quotes(source: Path, text: str, wording: Wording, *, options: bool) -> None:
    if question_id := wording.quoted(text, options=options):
        raise DataProblem(
            f"{source} quotes question {question_id!r} of {wording.name} ({wording.licence}), "
            "whose wording may not be published; nothing was published"
        )


def fold(text: str) -> str:
    """A text for comparing: without case, extra spaces, and the escapes of JSON and HTML."""
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    for written, meant in (("\\n", " "), ("\\t", " "), ("\\r", " "), ('\\"', '"')):
        plain = plain.replace(written, meant)
    return " ".join(html.unescape(plain).split()).casefold()
