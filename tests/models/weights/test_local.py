"""Digests of local folders: what changes them, and when bytes are read again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from benchmark.models.weights import local
from benchmark.models.weights.local import processor_digest, weights_digest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two shards that were written a while ago, and the files around them."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("model-1.safetensors", "model-2.safetensors"):
        (folder / name).write_bytes(name.encode() * 100)
        age(folder / name)
    (folder / "config.json").write_text('{"a": 1}')
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    return folder


def age(file: Path, seconds: float = 60.0) -> None:
    """Make a file look as if it was written earlier."""
    then = time.time_ns() - int(seconds * 1e9)
    os.utime(file, ns=(then, then))


def count_hashing(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are read from here on."""
    read: list[Path] = []
    real = local._sha256

    def counting(file: Path) -> str:
        read.append(file)
        return real(file)

    monkeypatch.setattr(local, "_sha256", counting)
    return read


def test_one_changed_byte_changes_the_digest(folder: Path, tmp_path: Path) -> None:
    """Two checkpoints of equal size and names are two models."""
    before = weights_digest(folder, cache=tmp_path)
    shard = folder / "model-2.safetensors"
    data = bytearray(shard.read_bytes())
    data[50] ^= 1
    shard.write_bytes(data)
    assert weights_digest(folder, cache=tmp_path) != before
    assert before.startswith("sha256:")
    assert len(before) == len("sha256:") + 64


def test_digest_depends_on_bytes_and_names_only(folder: Path, tmp_path: Path) -> None:
    """A moved copy is the same model; config and clock are not weights."""
    before = weights_digest(folder, cache=tmp_path)
    moved = folder.rename(tmp_path / "elsewhere")
    (moved / "config.json").write_text("{}")
    age(moved / "model-1.safetensors", 999)
    assert weights_digest(moved, cache=tmp_path / "other") == before
    (moved / "model-1.safetensors").rename(moved / "model-3.safetensors")
    assert weights_digest(moved, cache=tmp_path) != before


def test_unchanged_weights_are_hashed_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second look costs a stat; only a touched shard is read again."""
    read = count_hashing(monkeypatch)
    first = weights_digest(folder, cache=tmp_path)
    assert weights_digest(folder, cache=tmp_path) == first
    assert len(read) == 2
    age(folder / "model-1.safetensors", 30)
    assert weights_digest(folder, cache=tmp_path) == first
    assert [file.name for file in read[2:]] == ["model-1.safetensors"]


def test_weights_written_just_now_are_not_remembered(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second write within the clock's tick would look unchanged: fresh files are read again."""
    read = count_hashing(monkeypatch)
    (folder / "model-1.safetensors").write_bytes(b"fresh")
    weights_digest(folder, cache=tmp_path)
    weights_digest(folder, cache=tmp_path)
    assert [file.name for file in read].count("model-1.safetensors") == 2
    assert [file.name for file in read].count("model-2.safetensors") == 1


@pytest.mark.parametrize("damage", [b"not json", b"[]", b"\xff", b'{"x": 3}'])
def test_damaged_memory_only_costs_time(folder: Path, tmp_path: Path, damage: bytes) -> None:
    """The remembered digests are a convenience and never an error."""
    before = weights_digest(folder, cache=tmp_path)
    (tmp_path / "weight-digests.json").write_bytes(damage)
    assert weights_digest(folder, cache=tmp_path) == before


@pytest.mark.parametrize("name", ["config.json", "chat_template.jinja", "merges.txt", "tok.model"])
def test_processor_digest_covers_what_shapes_the_input(folder: Path, name: str) -> None:
    """Config, tokenizer, processor and chat template count, added or changed."""
    before = processor_digest(folder)
    (folder / name).write_text("changed")
    assert processor_digest(folder) != before


@pytest.mark.parametrize("name", ["README.md", "model.safetensors.index.json", "notes.pdf"])
def test_processor_digest_leaves_out_what_no_processor_reads(folder: Path, name: str) -> None:
    """A model card or the list of shards changes no answer."""
    before = processor_digest(folder)
    (folder / name).write_text("changed")
    assert processor_digest(folder) == before
