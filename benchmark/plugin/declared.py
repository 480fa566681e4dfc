"""The command line's options: names, defaults, help; `options` reads them into `Settings`.

Knows pytest's parser, and no option's meaning. A help text says what the option selects, then the
default.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from benchmark.errors import UsageProblem
from benchmark.option_values import Option
from benchmark.suite.suite_options import OPTIONS_FILE, options_read, shipped_folders

TITLE = "cultural benchmark"
MODEL = (
    Option(
        "--model",
        "NAME",
        "an alias (qwen2.5-vl), org/name, a local folder, endpoint:URL#MODEL, demo, or "
        "reference:NAME with NAME uniform, world-average, nearest-country, resample, random or "
        "oracle; default: demo",
        default="demo",
    ),
    Option(
        "--revision",
        "COMMIT",
        "pin a Hub model to a commit, tag or branch; the commit it resolves to is recorded",
    ),
    Option(
        "--device",
        "NAME",
        "cpu, cuda, cuda:1, mps, or balanced (one model over all GPUs); default: auto",
        default="auto",
    ),
    Option(
        "--dtype",
        "NAME",
        "float32, bfloat16 or float16; default: auto (bfloat16 on a GPU, float32 elsewhere)",
        default="auto",
    ),
    Option(
        "--scoring",
        "PATH",
        "shared (one encoding of the image serves all its questions), full (each prompt by "
        "itself), or 'sampled N' in quotes (N written answers a choice, for models that give no "
        "probabilities; docs/sampled.md); default: auto (shared for the model families tested "
        "for it)",
        default="auto",
    ),
    Option("--samples", "N", "written answers a choice under --scoring sampled; default: 10"),
    Option(
        "--sample-tokens",
        "N",
        "most tokens of one such answer, thinking included; default: 2048 (12 for the demo)",
    ),
    Option("--sample-temperature", "T", "the temperature of such answers; default: 1"),
    Option(
        "--max-requests",
        "N",
        "most requests to a server in this session, retries included; then the run stops, and the "
        "same command resumes it; default: no limit",
    ),
    Option(
        "--max-tokens",
        "N",
        "most tokens of prompts and answers in this session, as the server counts them; default: "
        "no limit",
    ),
    Option("--batch-size", "N", "requests per forward pass; default: auto", default="auto"),
    Option(
        "--threads",
        "N",
        "CPU threads per process, fixed and recorded; default: all cores, 1 for embedded models",
    ),
    Option("--seed", "N", "seed of every random draw; default: 0", default="0"),
    Option(
        "--model-args", "K=V", "keyword arguments for loading the model; repeatable", repeated=True
    ),
    Option(
        "--template-args",
        "K=V",
        "arguments of the chat template, such as enable_thinking=true (docs/prompts.md); "
        "repeatable; default: thinking off where the template can switch it off",
        repeated=True,
    ),
    Option(
        "--trust-remote-code",
        "",
        "run the Python code in a model's repository; read it first; default: refuse",
        flag=True,
    ),
)
RUN = (
    Option(
        "--store",
        "FILE",
        "the response store; default: in the user's cache directory; with --shard 2/4 the name "
        "becomes NAME.2-of-4.sqlite, since machines must not share a store",
    ),
    Option("--runs", "DIR", "where run files go; default: leaderboard/runs"),
    Option(
        "--replay",
        "BUNDLE",
        "take all answers from a response bundle (docs/replay.md) and load no model; runs and "
        "leaderboard then go to build/replay",
    ),
    Option("--leaderboard", "FILE", "the board; default: leaderboard/leaderboard.json"),
    Option(
        "--gate-report",
        "FILE",
        "the gates' verdicts as Markdown, for a comment on a pull request; default: none (GitHub's "
        "job summary always has them)",
    ),
    Option("--shard", "K/N", "measure shard K of N; the last one to end merges them all"),
    Option(
        "--gate",
        "FILE",
        "a TOML file of thresholds that decide the exit code (docs/gates.md); repeatable",
        repeated=True,
    ),
    Option(
        "--baseline",
        "FILE",
        "what gates with `compare` compare with: a run.json, leaderboard.json#ROW or "
        "hf://datasets/ORG/NAME#ROW, ROW a model or config digest; repeatable, one per suite",
        repeated=True,
    ),
    Option(
        "--estimate",
        "",
        "print what the run would ask and how long that takes here, by answering a few of its "
        "prompts, and end; the answers stay in the store",
        flag=True,
    ),
)


def add_options(parser: pytest.Parser, folders: Iterable[Path]) -> None:
    """Declare the harness's options, and those of the shipped suites and of further folders.

    Raises
    ------
    UsageProblem
        Two suites define an option differently, or a suite's option is taken.
    """
    _add(parser, "the model", dict.fromkeys(MODEL, ""))
    _add(parser, "the run", dict.fromkeys(RUN, ""))
    groups: dict[str, dict[Option, str]] = {}
    for option, suites in options_of_suites(folders).items():
        several = len(suites) > 1
        group = groups.setdefault("several suites" if several else f"suite {suites[0]}", {})
        group[option] = f" (read by {', '.join(suites)})" if several else ""
    for title, options in sorted(groups.items()):
        _add(parser, title, options)


def options_of_suites(folders: Iterable[Path]) -> Mapping[Option, tuple[str, ...]]:
    """Every option that the shipped suites and those in the folders read, and who reads it."""
    first = {option.name: (option, "the harness") for option in (*MODEL, *RUN)}
    readers: dict[Option, tuple[str, ...]] = {}
    for folder in dict.fromkeys((*shipped_folders(), *folders)):
        for option in options_read(folder) if (folder / OPTIONS_FILE).is_file() else ():
            known, whose = first.setdefault(option.name, (option, f"the suite in {folder}"))
            if known in (*MODEL, *RUN) or not _same(option, known):
                raise UsageProblem(
                    f"{folder / OPTIONS_FILE} defines {option.name}, which is another option of "
                    f"{whose}; make the definitions equal, or use another name"
                )
            readers[known] = tuple(dict.fromkeys((*readers.get(known, ()), folder.name)))
    return readers


def _same(one: Option, other: Option) -> bool:
    """Whether they are one option on the command line; each suite reads its text itself."""
    return _shown(one) == _shown(other)


def _shown(one: Option) -> tuple[object, ...]:
    return (one.name, one.metavar, one.help, one.default, one.repeated, one.flag)


def _add(parser: pytest.Parser, title: str, options: Mapping[Option, str]) -> None:
    """Add a group of the help; ``options`` maps each to what follows its help text.

    A suite's option has no default here: None means that it was not given.
    """
    group = parser.getgroup(f"culture, {title}", f"cultural benchmark, {title}")
    for option in sorted(options, key=lambda one: one.name):
        ours = option in (*MODEL, *RUN)
        words = f"{option.help}{options[option]}"
        try:
            if option.flag:
                group.addoption(option.name, action="store_true", default=None, help=words)
            elif option.repeated:
                group.addoption(
                    option.name,
                    action="append",
                    default=[] if ours else None,
                    metavar=option.metavar,
                    help=words,
                )
            else:
                group.addoption(
                    option.name,
                    default=option.default if ours else None,
                    metavar=option.metavar,
                    help=words,
                )
        except (ValueError, argparse.ArgumentError) as error:
            raise UsageProblem(
                f"{option.name} ({title}) cannot be an option: {error}; give it another name"
            ) from error
