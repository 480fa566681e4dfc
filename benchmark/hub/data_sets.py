"""Fetches the survey and the pictures from the Hugging Face Hub, once, into plain files.

Does not know what the rows mean. The Hub's clients are imported when something must be fetched;
what is there is read without them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from benchmark import jsonio
from benchmark.errors import HubProblem, UsageProblem
from benchmark.hub.asking import COMMIT, TIMEOUT_S, asking
from benchmark.images import cvqa
from benchmark.questions.columns import Columns
from benchmark.questions.reading import PARQUET, QUESTIONS, split_of, unpack

SURVEY = "Anthropic/llm_global_opinions"
SURVEY_FILE = "data/global_opinions.csv"
SURVEY_COLUMNS = ("question", "selections", "options", "source")
PINNED = "cb2880488749218abb81802a94c2c62ebfde2f35"
PICTURES = "afaji/cvqa"


def fetch_survey(cache: Path, revision: str = PINNED) -> Path:
    """GlobalOpinionQA as a CSV in the Hub file's layout; a commit is fetched only once."""
    folder = cache / "survey"
    path = folder / f"{revision}.csv"
    if COMMIT.fullmatch(revision) and path.is_file():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        instead = "`--survey sample` for the embedded questions or `--survey PATH` for a CSV"
        repository = _resolve(SURVEY, revision, instead=instead)
        path = folder / f"{repository.commit}.csv"
        if not path.is_file():
            jsonio.write_atomic(path, _survey_csv(repository))
    return path


def fetch_cvqa(cache: Path, *, revision: str | None = None, countries: Iterable[str]) -> Path:
    """CVQA's pictures of the countries in our categories, as a folder with a manifest.

    Without a revision a folder that was finished earlier is used as it is, so that a run does
    not move to new data unasked; the commit is in the folder's name and in its ``fetched.json``.
    """
    wanted = sorted(set(countries))
    if not wanted:
        raise UsageProblem("no country was given to fetch pictures of; name some with --countries")
    home = cache / "images"
    if found := _finished(home, revision, wanted):
        return found
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / ".lock"):
        if found := _finished(home, revision, wanted):
            return found
        instead = "`--images sample` for drawn pictures or `--images PATH` for a folder"
        repository = _resolve(PICTURES, revision, instead=instead)
        if found := _finished(home, repository.commit, wanted):
            return found
        return cvqa.build(
            home / f"cvqa-{repository.commit}-{jsonio.digest([cvqa.SCHEMA, wanted])[:8]}",
            shards=repository.matching(r"data/test-.*\.parquet"),
            read=repository.rows,
            countries=wanted,
            origin={"repository": PICTURES, "commit": repository.commit},
        )


def fetch_questions(cache: Path, repo_id: str, revision: str | None, columns: Columns) -> Path:
    """A data set's questions about pictures as a folder that `load_questions` reads.

    Its Parquet files are unpacked; a repository with a ``questions.jsonl`` is taken as it is. As
    with pictures, an existing folder is used unless another revision is named.
    """
    home = cache / "questions" / repo_id.replace("/", "__")
    named = revision if revision is None or COMMIT.fullmatch(revision) else ""
    ending = columns.digest[:8] or "plain"
    if named != "" and (found := _unpacked(home, named, ending)):
        return found
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / ".lock"):
        if named != "" and (found := _unpacked(home, named, ending)):
            return found
        instead = "`--questions sample` for the embedded questions or `--questions PATH`"
        repository = _resolve(repo_id, revision, instead=instead)
        folder = home / f"{repository.commit}-{ending}"
        if not (folder / QUESTIONS).is_file():
            _fetch_whole(repository, folder, columns)
        return folder


def commit_of(folder: Path) -> str:
    """The commit that a folder of `fetch_questions` was made from."""
    return folder.name.partition("-")[0]


def _unpacked(home: Path, commit: str | None, ending: str) -> Path | None:
    folders = [f for f in home.glob(f"{commit or '*'}-{ending}") if (f / QUESTIONS).is_file()]
    return max(folders, key=lambda f: ((f / QUESTIONS).stat().st_mtime_ns, f.name), default=None)


def _fetch_whole(repository: _Repository, folder: Path, columns: Columns) -> None:
    if QUESTIONS in repository.files:
        with repository.asking():
            from huggingface_hub import snapshot_download

            snapshot_download(
                repository.repo_id,
                repo_type="dataset",
                revision=repository.commit,
                local_dir=folder,
            )
        return
    files = [Path(file) for file in repository.matching(rf".*{re.escape(PARQUET)}")]
    rows = (
        (split_of(file), f"{repository.repo_id}/{file}, row {number}", row)
        for file in files
        for number, row in enumerate(repository.rows(file.as_posix(), (), {}), start=1)
    )
    unpack(rows, columns, folder)


def _finished(home: Path, revision: str | None, countries: Sequence[str]) -> Path | None:
    """The newest complete folder that fits; a branch's name must be looked up first."""
    if revision is not None and not COMMIT.fullmatch(revision):
        return None
    folders = (f for f in home.glob(f"cvqa-{revision or '*'}-*") if cvqa.finished(f, countries))
    return max(folders, key=lambda f: ((f / cvqa.RECORD).stat().st_mtime_ns, f.name), default=None)


def _survey_csv(repository: _Repository) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(SURVEY_COLUMNS)
    for row in repository.rows(SURVEY_FILE, SURVEY_COLUMNS, {}):
        writer.writerow([row[column] for column in SURVEY_COLUMNS])
    return text.getvalue()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Repository:
    """A data set at one commit; ``instead`` ends every message about it."""

    repo_id: str
    commit: str
    files: tuple[str, ...]
    instead: str

    def asking(self) -> AbstractContextManager[None]:
        """Turn what the clients raise about it into a `HubProblem`."""
        return asking(self._doing, otherwise=f"use {self.instead}")

    @property
    def _doing(self) -> str:
        return f"fetch {self.repo_id} at {self.commit} from the Hub"

    def _changed(self, what: str) -> HubProblem:
        return HubProblem(f"cannot {self._doing}: {what}: its layout changed; use {self.instead}")

    def matching(self, pattern: str) -> list[str]:
        """Its files whose whole path fits, sorted; none is a problem."""
        found = sorted(file for file in self.files if re.fullmatch(pattern, file))
        if not found:
            raise self._changed(f"it has no file {pattern}")
        return found

    def rows(
        self, file: str, columns: Sequence[str], only: Mapping[str, Sequence[str]]
    ) -> Iterator[Mapping[str, object]]:
        """Streamed rows of one file; pictures stay the bytes they are.

        The file's address is given instead of the data set's name: by name, `datasets` falls
        back to *any* cached revision when the Hub is out of reach, with a warning only.
        """
        with self.asking():
            for row in self._stream(file, columns, only):
                self._check(row, columns, file)
                yield row

    def _stream(
        self, file: str, columns: Sequence[str], only: Mapping[str, Sequence[str]]
    ) -> Iterable[Mapping[str, object]]:
        import datasets

        address = f"hf://datasets/{self.repo_id}@{self.commit}/{file}"
        common = {"data_files": address, "split": "train", "streaming": True}
        rows: Iterable[Mapping[str, object]]
        if file.endswith(".csv"):
            # "None" and "NA" are words a question may hold, not gaps.
            rows = datasets.load_dataset("csv", keep_default_na=False, **common)
        else:
            # Row groups are skipped by their statistics: fewer pictures are downloaded.
            filters = [(name, "in", list(values)) for name, values in only.items()] or None
            rows = datasets.load_dataset(
                "parquet", columns=list(columns) or None, filters=filters, **common
            ).decode(False)
        return rows

    def _check(self, row: Mapping[str, object], columns: Sequence[str], file: str) -> None:
        if lacking := [column for column in columns if column not in row]:
            raise self._changed(f"{file} has no column {lacking[0]!r}")


def _resolve(repo_id: str, revision: str | None, *, instead: str) -> _Repository:
    """One small request: which commit this is, which files it has, and whether we may read it."""
    asked = _Repository(repo_id=repo_id, commit=revision or "main", files=(), instead=instead)
    with asked.asking():
        from huggingface_hub import HfApi

        info = HfApi().dataset_info(repo_id, revision=revision, timeout=TIMEOUT_S)
    files = tuple(sibling.rfilename for sibling in info.siblings or ())
    return _Repository(repo_id=repo_id, commit=str(info.sha), files=files, instead=instead)
