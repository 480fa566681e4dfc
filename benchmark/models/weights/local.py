"""Local model folders: what they must hold, and digests that tell two checkpoints apart.

Two fine-tunes share config and weight index, so only the weight bytes identify them. They are
hashed once and then looked up by path, size, modification time and inode. Knows no framework.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

from benchmark import jsonio
from benchmark.errors import ModelProblem

WEIGHTS = "*.safetensors"
ADAPTER = "adapter_config.json"
# Everything else that a processor or config may be read from; the index only lists the shards.
SIDE_FILES = frozenset({".json", ".jinja", ".model", ".txt", ".tiktoken"})
LEFT_OUT = ("*.safetensors.index.json", "trainer_state.json", "finetune.json", "README*")
# A file rewritten within a clock tick looks unchanged: remember only stable ones.
STABLE_S = 2.0

Entry = list[str | int]


def folder_named(text: str, *, here: Path | None = None) -> Path | None:
    """The folder that a text names, beginning at ``here``; None where there is none.

    An unknown user's home, or a name too long for a file, is not a folder.
    """
    try:
        path = (here or Path()) / Path(text).expanduser()
        return path if text and path.is_dir() else None
    except (OSError, RuntimeError, ValueError):
        return None


def check_folder(folder: Path) -> None:
    """Raise unless the folder holds one whole model that can be loaded from safetensors."""
    if not (folder / "config.json").is_file():
        raise ModelProblem(
            f"the folder {folder} has no config.json, so it is not a model saved by transformers; "
            "pass the folder that save_pretrained wrote"
        )
    if (folder / ADAPTER).is_file():
        raise ModelProblem(
            f"the folder {folder} has a config.json and an {ADAPTER}, and whether the adapter is "
            "added would depend on what is installed; move the adapter to a folder of its own, or "
            f"remove {ADAPTER} if its weights are in the model already"
        )
    if not any(folder.glob(WEIGHTS)):
        raise ModelProblem(
            f"the folder {folder} has no *.safetensors file, and weights in other formats are not "
            "read; save the model again with save_pretrained"
        )


def json_object(path: Path, what: str) -> Mapping[str, object]:
    """The JSON object in a file of a model, ``what`` in words."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ModelProblem(f"{path} cannot be read as {what} ({error})") from error
    if not isinstance(found, dict):
        raise ModelProblem(f"{path} is not a JSON object, so it is not {what}")
    return found


def weights_digest(folder: Path, *, cache: Path) -> str:
    """``sha256:…`` over the names and bytes of all weight files."""
    files = sorted(folder.glob(WEIGHTS))
    cache.mkdir(parents=True, exist_ok=True)
    memory = cache / "weight-digests.json"
    with FileLock(f"{memory}.lock"):
        known = _read(memory)
        fresh = {str(f.resolve()): _entry(f, known.get(str(f.resolve()))) for f in files}
        stable = {path: entry for path, entry in fresh.items() if _is_stable(entry)}
        if any(known.get(path) != entry for path, entry in stable.items()):
            jsonio.write_atomic(memory, jsonio.pretty(known | stable))
    digests = [[f.name, fresh[str(f.resolve())][0]] for f in files]
    return f"sha256:{jsonio.digest(digests)}"


def processor_digest(folder: Path, *, code: bool = False) -> str:
    """SHA-256 over config, generation, tokenizer, processor and chat template files.

    With ``code`` also over the Python files, for a model whose own code is run.
    """
    suffixes = SIDE_FILES | ({".py"} if code else set())
    digests = [
        [str(path.relative_to(folder)), _sha256(path)]
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix in suffixes
        and not any(path.match(pattern) for pattern in LEFT_OUT)
    ]
    return jsonio.digest(digests)


def _entry(file: Path, known: Entry | None) -> Entry:
    """Digest, size, modification time (ns) and inode; hashed again only if these differ."""
    mark = _mark(file)
    if known is not None and known[1:] == mark:
        return known
    digest = _sha256(file)
    if _mark(file) != mark:
        raise ModelProblem(f"the weights {file} changed while being read; run again once saved")
    return [digest, *mark]


def _mark(file: Path) -> list[int]:
    stat = file.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ino]


def _is_stable(entry: Entry) -> bool:
    return time.time() - int(entry[2]) / 1e9 > STABLE_S


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read(memory: Path) -> dict[str, Entry]:
    """What was hashed before; a damaged memory is only a reason to hash again."""
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError, json.JSONDecodeError):
        return {}
    rows = found.items() if isinstance(found, dict) else ()
    return {path: row for path, row in rows if isinstance(row, list) and len(row) == 4}
