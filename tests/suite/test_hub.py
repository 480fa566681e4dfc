"""`benchmark.hub.data_sets` against a loopback Hub, through the real clients, in processes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from benchmark.hub import data_sets
from benchmark.images.cvqa import SLUGS
from benchmark.images.opening import load_manifest
from benchmark.vocabulary import CATEGORIES
from tests.hub_server import HubServer, serving

ROOT = Path(__file__).parents[2]
PRIVATE = "hf_thisMustNotBePrinted"
QUESTIONS = [
    ['Is this, with a comma, "a question"?', "{'Italy': [0.5, 0.5]}", "['Yes', 'No']", "WVS"],
    ["None", "defaultdict(<class 'list'>, {'Nigeria': [1.0]})", "['NA']", "GAS"],
    ["Two\nlines", "{}", "[]", ""],
]

Row = tuple[str, str, str, bytes]


@pytest.fixture
def server() -> Iterator[HubServer]:
    """An empty Hub."""
    with serving() as running:
        yield running


def call(
    server: HubServer, tmp_path: Path, code: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run code that knows `data_sets` and `cache`; a `CultureError` is printed as a sentence."""
    program = (
        "import sys, time; from pathlib import Path; from benchmark import errors\n"
        "from benchmark.hub import data_sets\n"
        "time.sleep = lambda seconds: None  # the clients wait long between two tries\n"
        f"cache = Path({str(tmp_path / 'cache')!r})\n"
        f"try:\n    {code}\n"
        "except errors.CultureError as e: sys.exit(f'{type(e).__name__}: {e}')\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=server.environment(tmp_path / "home", HF_TOKEN=PRIVATE, **environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def csv_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def survey_files() -> dict[str, bytes]:
    """The survey's repository, three questions of our own."""
    return {
        "README.md": b"# a survey\n",
        data_sets.SURVEY_FILE: csv_bytes([data_sets.SURVEY_COLUMNS, *QUESTIONS]),
    }


# --- the survey ------------------------------------------------------------------------------


def test_survey_is_fetched_once_and_then_read_without_the_hub(
    server: HubServer, tmp_path: Path
) -> None:
    """Rows arrive word for word; a second process asks nothing and imports no client."""
    server.add("dataset", data_sets.SURVEY, survey_files(), commit=data_sets.PINNED)
    first = call(server, tmp_path, "print(data_sets.fetch_survey(cache))")
    path = tmp_path / "cache" / "survey" / f"{data_sets.PINNED}.csv"
    assert (first.stdout.strip(), first.returncode) == (str(path), 0), first.stderr
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [list(data_sets.SURVEY_COLUMNS), *QUESTIONS]

    server.requests.clear()
    second = call(
        server,
        tmp_path,
        "print(data_sets.fetch_survey(cache), {'datasets', 'huggingface_hub'} & set(sys.modules))",
        HF_HUB_OFFLINE="1",
    )
    assert (second.stdout.strip(), server.requests) == (f"{path} set()", [])


def test_branch_is_stored_under_the_commit_it_meant(server: HubServer, tmp_path: Path) -> None:
    """A moving name never names a file, so that an old file cannot pass for the new commit."""
    commit = server.add("dataset", data_sets.SURVEY, survey_files())
    done = call(server, tmp_path, "print(data_sets.fetch_survey(cache, 'main'))")
    assert Path(done.stdout.strip()).name == f"{commit}.csv", done.stderr


def test_survey_of_another_layout_names_the_missing_column(
    server: HubServer, tmp_path: Path
) -> None:
    """A changed Hub file is one sentence, not a KeyError, and leaves no file behind."""
    files = {data_sets.SURVEY_FILE: csv_bytes([["question", "answers"], ["Why?", "[]"]])}
    server.add("dataset", data_sets.SURVEY, files, commit=data_sets.PINNED)
    done = call(server, tmp_path, "data_sets.fetch_survey(cache)")
    assert "has no column 'selections'" in done.stderr
    assert not list((tmp_path / "cache" / "survey").glob("*.csv"))


@pytest.mark.parametrize(
    ("fault", "environment", "reason"),
    [
        ((401, "GatedRepo"), {}, "it is gated (401)"),
        ((403, "GatedRepo"), {}, "it is gated (403)"),
        ((404, "RepoNotFound"), {}, "it is not there, or not for this token (404)"),
        ((404, "RevisionNotFound"), {}, "it has no such revision (404)"),
        ((500, ""), {}, "out of order (500)"),
        (("drop", ""), {}, "cannot be reached"),
        (None, {"HF_ENDPOINT": "http://127.0.0.1:9"}, "cannot be reached"),
        (None, {"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE forbids"),
    ],
)
def test_hub_that_refuses_is_one_sentence_naming_the_way_out(
    server: HubServer,
    tmp_path: Path,
    fault: tuple[int | str, str] | None,
    environment: dict[str, str],
    reason: str,
) -> None:
    """Reason, data set and both flags are named; the token is sent but printed nowhere."""
    server.add("dataset", data_sets.SURVEY, survey_files(), commit=data_sets.PINNED)
    if fault is not None:
        do, code = fault
        server.fail("/api/datasets/", do if isinstance(do, int) else "drop", code=code)
    done = call(server, tmp_path, "data_sets.fetch_survey(cache)", **environment)
    assert done.stderr.startswith("HubProblem: cannot fetch Anthropic/llm_global_opinions at cb2")
    assert reason in done.stderr
    assert "--survey sample" in done.stderr
    assert "--survey PATH" in done.stderr
    assert done.stderr.count("\n") == 1
    assert PRIVATE not in done.stdout + done.stderr
    assert fault is None or f"Bearer {PRIVATE}" in server.tokens
    assert not list((tmp_path / "cache" / "survey").glob("*.csv"))


# --- the pictures ------------------------------------------------------------------------------


def picture(colour: str, form: str = "PNG") -> bytes:
    """A small picture file."""
    file = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(file, form)
    return file.getvalue()


def parquet(rows: Sequence[Row]) -> bytes:
    """CVQA's columns, features included, as `datasets` writes them."""
    identities, subsets, categories, files = zip(*rows, strict=True)
    text = pa.array(["?"] * len(rows))
    table = pa.table(
        {
            "image": [{"bytes": data, "path": None} for data in files],
            "ID": identities,
            "Subset": subsets,
            "Question": text,
            "Label": list(range(len(rows))),
            "Category": categories,
            "Image Type": text,
            "Image Source": pa.array(["https://example.org/a"] * len(rows)),
            "License": pa.array(["CC BY-SA"] * len(rows)),
        }
    )
    features = {
        name: {"dtype": "int64" if name == "Label" else "string", "_type": "Value"}
        for name in table.column_names
    }
    described = {"info": {"features": features | {"image": {"_type": "Image"}}}}
    target = pa.BufferOutputStream()
    pq.write_table(
        table.replace_schema_metadata({"huggingface": json.dumps(described)}),
        target,
        row_group_size=4,
    )
    return bytes(target.getvalue())


NIGERIA, CHINA, KOREA = "('Igbo', 'Nigeria')", "('Chinese', 'China')", "('Korean', 'South Korea')"
FIRST: list[Row] = [
    ("11_0", NIGERIA, "Cooking and food", picture("red")),
    ("11_1", NIGERIA, "Cooking and food", picture("red")),
    ("12_0", CHINA, "Sports and recreation", picture("blue", "JPEG")),
    ("13_0", CHINA, "People and everyday life", picture("green")),
    ("14_0", "('Spanish', 'Chile')", "Cooking and food", picture("white")),
    ("15_0", NIGERIA, "Brands / products / companies", b"not a picture"),
]
SECOND: list[Row] = [
    ("21_0", KOREA, "Public Figure and pop culture", picture("black", "WEBP")),
    ("11_2", NIGERIA, "Cooking and food", picture("red")),
]
FETCH = "print(data_sets.fetch_cvqa(cache, countries=['NGA', 'CHN', 'KOR']))"


def add_pictures(server: HubServer) -> str:
    """CVQA in two shards; its commit."""
    files = {
        "README.md": b"# pictures\n",
        "data/test-00000-of-00002.parquet": parquet(FIRST),
        "data/test-00001-of-00002.parquet": parquet(SECOND),
    }
    return server.add("dataset", data_sets.PICTURES, files)


def test_names_in_cvqa_are_of_categories_of_ours() -> None:
    """Each slug once; a category that CVQA does not have needs none."""
    assert len(set(SLUGS.values())) == len(SLUGS)
    assert set(SLUGS.values()) <= set(CATEGORIES)


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HubServer, Path, Path]]:
    """A Hub from which three countries' pictures were fetched: it, the place, the folder."""
    place = tmp_path_factory.mktemp("fetched")
    with serving() as running:
        add_pictures(running)
        done = call(running, place, FETCH)
        assert done.returncode == 0, done.stderr
        yield running, place, Path(done.stdout.strip())


def test_pictures_become_a_folder_that_the_manifest_reader_takes(
    fetched: tuple[HubServer, Path, Path],
) -> None:
    """Wanted rows become files, once a picture, and their terms and sources are kept."""
    images = load_manifest(fetched[2])
    assert [entry.image_id for entry in images.entries] == [
        "CHN/sports/12.jpeg",
        "KOR/pop-culture/21.webp",
        "NGA/food/11.png",
    ]
    assert {entry.licence for entry in images.entries} == {"CC BY-SA"}
    (dish,) = images.of("NGA", "food")
    assert dish.source == "https://example.org/a"
    assert images.open(dish).pixels().getpixel((0, 0)) == (255, 0, 0)


def test_fetched_pictures_record_their_commit_and_what_was_left_out(
    fetched: tuple[HubServer, Path, Path],
) -> None:
    """The commit that was resolved stands in the folder's name and in its record."""
    server, _, folder = fetched
    commit = server.repositories["dataset", data_sets.PICTURES].branches["main"]
    assert folder.name.startswith(f"cvqa-{commit}-")
    assert json.loads((folder / "fetched.json").read_text(encoding="utf-8")) == {
        "schema": 1,
        "repository": "afaji/cvqa",
        "commit": commit,
        "countries": ["CHN", "KOR", "NGA"],
        "pictures": 3,
        "left_out": {
            "another country": 1,
            "another question on the same picture": 2,
            "category People and everyday life": 1,
            "unreadable picture": 1,
        },
    }


def test_finished_pictures_serve_fewer_countries_without_the_hub(
    fetched: tuple[HubServer, Path, Path],
) -> None:
    """No request even with no revision given: a run does not move to a new commit unasked."""
    server, place, folder = fetched
    server.requests.clear()
    fewer = "print(data_sets.fetch_cvqa(cache, countries=['KOR']))"
    assert call(server, place, fewer).stdout.strip() == str(folder)
    assert server.requests == []


@pytest.mark.slow
def test_interrupted_pictures_are_continued_at_the_shard_that_failed(
    server: HubServer, tmp_path: Path
) -> None:
    """A half-built folder is never taken for a whole one, and a whole shard not read again."""
    add_pictures(server)
    server.fail("resolve/.*test-00001", 500)
    broken = call(server, tmp_path, FETCH)
    assert "out of order (500); try again later; use `--images sample`" in broken.stderr
    assert not list((tmp_path / "cache" / "images").glob("cvqa-*"))

    server.faults.clear()
    server.requests.clear()
    done = call(server, tmp_path, FETCH)
    assert len(load_manifest(Path(done.stdout.strip())).entries) == 3, done.stderr
    assert not [line for line in server.requests if "test-00000" in line]
    assert not list((tmp_path / "cache" / "images").glob(".*.part"))


def test_countries_without_a_picture_are_named(server: HubServer, tmp_path: Path) -> None:
    """Italy has none in CVQA; an empty folder would be a puzzle later."""
    add_pictures(server)
    done = call(server, tmp_path, "data_sets.fetch_cvqa(cache, countries=['ITA'])")
    assert done.stderr.startswith("DataProblem: CVQA has no picture of ITA")


# --- the loopback Hub itself -------------------------------------------------------------------


def test_server_gives_model_repositories_at_any_commit(server: HubServer, tmp_path: Path) -> None:
    """The real client resolves a branch, takes a snapshot, and reaches an older commit."""
    old = server.add("model", "org/tiny", {"config.json": b"{}"})
    new = server.add("model", "org/tiny", {"config.json": b"{ }", "sub/a.txt": b"a" * 9})
    code = (
        "import huggingface_hub as h; api = h.HfApi(); p = Path(h.snapshot_download('org/tiny'));"
        "print(api.model_info('org/tiny').sha, (p / 'sub/a.txt').read_text(),"
        f" Path(h.hf_hub_download('org/tiny', 'config.json', revision={old!r})).read_text(),"
        " api.file_exists('org/tiny', 'none'), api.repo_exists('org/none'))"
    )
    done = call(server, tmp_path, code)
    assert done.stdout.split() == [new, "a" * 9, "{}", "False", "False"], done.stderr
