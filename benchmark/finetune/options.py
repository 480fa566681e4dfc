"""What a fine-tuning is asked to do: command line over a TOML file over defaults, checked once.

Opens no data, no model and no framework. The file that it writes is one that it reads.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.errors import UsageProblem, unknown
from benchmark.models.naming import folder_meant
from benchmark.option_values import Option, amount, count, flag, names, one_of, share, texts
from benchmark.questions.embedded import NAME


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """One fine-tuning. ``max_steps`` goes before ``epochs``; empty ``target_modules`` are all.

    ``model`` and ``data`` are absolute where they are paths.
    """

    model: str
    data: str
    revision: str | None = None
    question_columns: str = ""
    split: str = "train"
    data_licence: str = ""
    prompts: str = ""
    hold_out: tuple[str, ...] = ()
    validation: float = 0.1
    seed: int = 0
    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    target_modules: tuple[str, ...] = ()
    epochs: int = 1
    max_steps: int | None = None
    learning_rate: float = 1e-4
    batch_size: int = 4
    accumulation: int = 4
    max_image_size: int | None = None
    gradient_checkpointing: bool = False
    save_steps: int = 100
    device: str = "auto"
    dtype: str = "auto"
    threads: int | None = None
    trust_remote_code: bool = False
    merge: bool = False


SEEDS = 2**32 - 1  # the largest that NumPy and torch both take
OPTIONS = (
    Option("--model", "NAME", "what is tuned: an alias, org/name, a local folder, or demo"),
    Option("--revision", "COMMIT", "pin a Hub model; its commit is recorded either way"),
    Option(
        "--data",
        "SOURCE",
        "questions in the layout of --questions: sample, a file or folder, or ORG/NAME on the Hub",
    ),
    Option("--question-columns", "MAP", "which column is what, as for pytest"),
    Option("--split", "NAME", "the split to train on; default: train"),
    Option(
        "--data-licence",
        "TEXT",
        "the licence of questions that state none; the model card names it",
    ),
    Option("--prompts", "FILE", "a template file of your own; default: the suite's"),
    Option(
        "--hold-out",
        "KIND:NAME",
        "leave a group out of training: region:Africa, continent:Europe, country:NGA or "
        "category:food; repeatable",
        read=texts,
        repeated=True,
    ),
    Option(
        "--validation",
        "SHARE",
        "of the training questions kept for validation, whole concepts; 0 keeps none; default: 0.1",
        read=share,
    ),
    Option(
        "--seed",
        "N",
        "seed of every random draw; default: 0",
        read=partial(count, least=0, most=SEEDS),
    ),
    Option("--rank", "N", "rank of the adapters; default: 16", read=count),
    Option("--alpha", "N", "their weight is alpha / rank; default: 32", read=count),
    Option("--dropout", "SHARE", "of the adapters' inputs; default: 0.05", read=share),
    Option(
        "--target-modules",
        "LIST",
        "linear layers of the language model by name, by comma, such as q_proj,v_proj; default: "
        "all of them but the head",
        read=names,
    ),
    Option("--epochs", "N", "times that each question is trained on; default: 1", read=count),
    Option("--max-steps", "N", "that many steps, however many epochs they are", read=count),
    Option("--learning-rate", "RATE", "at its highest; default: 0.0001", read=amount),
    Option("--batch-size", "N", "questions a forward pass; default: 4", read=count),
    Option("--accumulation", "N", "forward passes a step; default: 4", read=count),
    Option(
        "--max-image-size",
        "PIXELS",
        "shrink pictures with a longer side",
        read=partial(count, least=16),
    ),
    Option("--gradient-checkpointing", "", "less memory, more time", read=flag, flag=True),
    Option("--save-steps", "N", "steps between checkpoints; default: 100", read=count),
    Option(
        "--device",
        "NAME",
        "default: auto (the GPU, if there is one)",
        read=partial(one_of, known=("auto", "cpu", "cuda", "mps")),
    ),
    Option(
        "--dtype",
        "NAME",
        "float32 or bfloat16; default: auto (bfloat16 on a GPU, float32 elsewhere)",
        read=partial(one_of, known=("auto", "float32", "bfloat16")),
    ),
    Option("--threads", "N", "CPU threads; default: torch's own choice", read=count),
    Option(
        "--trust-remote-code",
        "",
        "run Python code that the model's repository brings",
        read=flag,
        flag=True,
    ),
    Option(
        "--merge",
        "",
        "write whole weights; default: the adapter, which needs its base",
        read=flag,
        flag=True,
    ),
)
PATHS = ("model", "data", "prompts", "question_columns")  # options that may be paths
BY_NAME = {option.dest: option for option in OPTIONS}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare every option; none has a default here, so that a file's value can stand."""
    for option in OPTIONS:
        if option.flag:
            parser.add_argument(option.name, action="store_true", default=None, help=option.help)
        else:
            action = "append" if option.repeated else "store"
            parser.add_argument(
                option.name, action=action, metavar=option.metavar, help=option.help
            )


def given(words: argparse.Namespace, config: Path | None) -> Mapping[str, object]:
    """The values of the file, and over them those of the command line; nothing else.

    Raises
    ------
    UsageProblem
        The file cannot be read or has an unknown key, or a value is not what its option takes.
    """
    found = read_file(config) if config is not None else {}
    typed = {name: value for name in BY_NAME if (value := getattr(words, name)) is not None}
    from_words = {
        name: BY_NAME[name].read(value, BY_NAME[name].name) for name, value in typed.items()
    }
    return {**found, **from_words}


def recipe(values: Mapping[str, object]) -> Recipe:
    """A recipe of what was given and defaults.

    Raises
    ------
    UsageProblem
        There is no model or no data.
    """
    for name in ("model", "data"):
        if not values.get(name):
            raise UsageProblem(
                f"--{name} is missing; it says {BY_NAME[name].help.partition(':')[0]}"
            )
    known: dict[str, Any] = {**values}
    for name in PATHS:
        known[name] = absolute(name, known.get(name, ""))
    return Recipe(**known)


def read_file(path: Path) -> Mapping[str, object]:
    """The options in a TOML file, under their names with underscores."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageProblem(f"config file {path} cannot be read as TOML: {error}") from error
    for name in table:
        if name not in BY_NAME:
            raise UsageProblem(unknown("option", name, BY_NAME, source=str(path)))
    return {name: BY_NAME[name].read(value, f"{name} in {path}:") for name, value in table.items()}


def as_toml(wanted: Recipe) -> str:
    """The whole recipe as a file that `read_file` reads; what is not set is left out."""
    values = dataclasses.asdict(wanted)
    return "".join(
        f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
        for name, value in values.items()
        if value is not None
    )


def differences(wanted: Mapping[str, object], there: Recipe) -> list[str]:
    """What was given otherwise than it stands in a recipe, one phrase each."""
    return [
        f"{name} is {getattr(there, name)!r} there and {value!r} now"
        for name, value in wanted.items()
        if _compared(name, value) != getattr(there, name)
    ]


def _compared(name: str, value: object) -> object:
    return absolute(name, str(value)) if name in PATHS else value


def absolute(option: str, text: str) -> str:
    """A path as it would be from anywhere; a name as it stands, whatever lies in this folder.

    The rules are those by which pytest's options of these names are read.
    """
    return str(Path(text).expanduser().resolve()) if _is_path(option, text) else text


def _is_path(option: str, text: str) -> bool:
    match option:
        case "model":
            return folder_meant(text) is not None
        case "data":
            return text not in ("", NAME) and Path(text).expanduser().exists()
        case "question_columns":  # field=column pairs may end in anything
            return text.endswith(".toml") and "=" not in text
        case _:
            return bool(text)
