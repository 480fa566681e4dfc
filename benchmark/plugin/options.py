"""The command line: declares the options and turns them into `Settings`; starts nothing.

House style of help texts: what it selects, then the default.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from benchmark.errors import UsageProblem
from benchmark.models.encoders.naming import chunking_rules, encoders_named
from benchmark.settings import EMBEDDED_MODELS, Settings, data_source, default_cache, names, pairs
from benchmark.shards import of_shard, parse_shard
from benchmark.sources import FIGURES, PICTURES, is_hub_id
from leaderboard.replay import replays

HOTTEST = 2.0  # as servers have it


class Option(NamedTuple):
    """One row of the option tables below."""

    name: str
    default: str | None
    metavar: str
    help: str


MODEL = (
    Option(
        "--model",
        "demo",
        "NAME",
        "an alias (qwen2.5-vl), org/name, a local folder, endpoint:URL#MODEL, demo, or "
        "reference:NAME with NAME uniform, world-average, nearest-country, resample, random or "
        "oracle; default: demo",
    ),
    Option(
        "--revision",
        None,
        "COMMIT",
        "pin a Hub model to a commit, tag or branch; the commit it resolves to is recorded",
    ),
    Option(
        "--device",
        "auto",
        "NAME",
        "cpu, cuda, cuda:1, mps, or balanced (one model over all GPUs); default: auto",
    ),
    Option(
        "--dtype",
        "auto",
        "NAME",
        "float32, bfloat16 or float16; default: auto (bfloat16 on a GPU, float32 elsewhere)",
    ),
    Option(
        "--scoring",
        "auto",
        "PATH",
        "shared (one encoding of the image serves all its questions) or full (each prompt by "
        "itself); default: auto (shared for the model families that are tested for it)",
    ),
    Option("--batch-size", "auto", "N", "requests a forward pass; default: auto"),
    Option(
        "--threads",
        None,
        "N",
        "CPU threads a process, fixed and recorded; default: all cores, 1 for embedded models",
    ),
    Option("--seed", "0", "N", "seed of every random draw; default: 0"),
)
DATA = (
    Option(
        "--survey",
        "auto",
        "SOURCE",
        "sample, hub, or a CSV file in GlobalOpinionQA's layout; default: auto (sample for "
        "embedded models, hub for all others)",
    ),
    Option("--prompts", None, "FILE", "a prompt template file of your own (docs/prompts.md)"),
    Option(
        "--translations",
        None,
        "FILE",
        "the questions (docs/prompts.md) or the stories' words (docs/stories.md) in another "
        "language; needs --language, and --prompts where the file has no prompts",
    ),
    Option("--language", "en", "CODE", "the prompts' language, BCP 47; default: en"),
    Option(
        "--groups",
        None,
        "FILE",
        "a CSV of ethnic groups inside countries, for whom stories are asked for beside the "
        "nationality (docs/stories.md); default: none",
    ),
    Option("--topic-labels", None, "FILE", "a CSV of questions and topics, for the published ones"),
    Option("--split", "test", "NAME", "the split of --questions to ask, or all; default: test"),
)
SELECTION = (
    Option("--countries", "", "LIST", "ISO codes or names, by comma; default: the suite's"),
    Option(
        "--topics",
        "",
        "LIST",
        "topics by slug or label, by comma, such as religion,gender; default: all",
    ),
    Option(
        "--proxies", "", "LIST", "proxies, by comma, such as country,food,tradition; default: all"
    ),
    Option("--limit", None, "N", "ask at most N questions a topic; marks the run as partial"),
    Option("--shard", None, "K/N", "measure part K of N; the last part to end merges them all"),
)
ASKING = (
    Option(
        "--permutations",
        "1",
        "N",
        "ask under N cyclic orders of the options, or all, and average; default: 1 (as printed)",
    ),
    Option(
        "--templates",
        "",
        "LIST",
        "shipped prompt templates by name, by comma, or all; default: default",
    ),
    Option(
        "--vetted",
        "off",
        "TOP",
        "keep only pictures whose country is the model's first guess (top1), among its first two "
        "(top2), or all (off); decided at run time; default: off",
    ),
    Option(
        "--recognition",
        "auto",
        "WAY",
        "which country a picture shows: by the likelihood of each name, or json (five guesses "
        "written, the paper's protocol); default: auto (json for endpoints, else likelihood)",
    ),
    Option(
        "--answering",
        "probability",
        "WAY",
        "questions about pictures by the options' probability, or generated (step by step, the "
        "letter read from the text); default: probability",
    ),
    Option(
        "--controls",
        "none,blank",
        "LIST",
        "ask questions about pictures blind too: without a picture (none), with a grey one (blank),"
        " or off; default: none,blank",
    ),
    Option(
        "--rationales",
        "auto",
        "N",
        "ask for a one-sentence reason on N questions a case; default: auto (0; the demo gives one "
        "under some proxies)",
    ),
    Option(
        "--min-images",
        None,
        "N",
        "pictures of households a country needs, recognised ones under --vetted; default: 5",
    ),
    Option(
        "--income-cut",
        None,
        "USD",
        "monthly income from which a household is income-high; default: see docs/data.md",
    ),
    Option(
        "--responses",
        "auto",
        "N",
        "stories a case at each temperature; default: auto (5; 2 of embedded models)",
    ),
    Option(
        "--temperatures",
        "0.3,0.7",
        "LIST",
        "temperatures of stories, by comma; 0 takes the likeliest word; default: 0.3,0.7",
    ),
    Option(
        "--story-tokens",
        "auto",
        "N",
        "most tokens of a story; default: auto (1000; 32 of the demo, whose stories never end)",
    ),
    Option(
        "--chunking",
        "mean-of-chunks",
        "LIST",
        "how an --encoder is given a story longer than its window: truncate, mean-of-chunks or "
        "sentence-max, by comma (docs/story-statistics.md); default: mean-of-chunks",
    ),
)
OUTPUT = (
    Option(
        "--store",
        None,
        "FILE",
        "the response store; default: in the user's cache directory; with --shard 2/4 the name "
        "becomes NAME.2-of-4.sqlite, since machines must not share one store",
    ),
    Option("--runs", None, "DIR", "where run files go; default: leaderboard/runs"),
    Option(
        "--replay",
        None,
        "BUNDLE",
        "take all answers from a response bundle (docs/replay.md) and load no model; runs and "
        "leaderboard then go to build/replay",
    ),
    Option("--leaderboard", None, "FILE", "the board; default: leaderboard/leaderboard.json"),
    Option(
        "--gate-report",
        None,
        "FILE",
        "the gates' verdicts as Markdown, for a comment on a pull request; default: none, but "
        "GitHub's job summary always has them",
    ),
)
REPEATED = (
    Option(
        "--images",
        None,
        "SOURCE",
        "sample, hub (CVQA), a folder with a manifest.csv, or Dollar Street's CSV file or folder; "
        "repeatable, all are used; default: auto, as for --survey",
    ),
    Option(
        "--questions",
        None,
        "SOURCE",
        "questions about pictures (docs/cultureverse.md): sample, a file or folder, or ORG/NAME or "
        "ORG/NAME@COMMIT on the Hub; repeatable, each set has a run of its own; default: sample",
    ),
    Option(
        "--question-columns",
        None,
        "MAP",
        "which column of --questions is what: field=column by comma, a TOML file, or cvqa or "
        "cvqa-local; repeatable, one for each set; default: columns of the fields' own names",
    ),
    Option(
        "--encoder",
        None,
        "NAME",
        "encoders of stories and pictures, for retrieval and cross-modal scores: org/name or "
        "org/name@COMMIT on the Hub, a local folder, random-clip or random-siglip; by comma or "
        "repeated; default: none",
    ),
    Option("--model-args", None, "K=V", "keyword arguments for loading the model; repeatable"),
    Option(
        "--gate",
        None,
        "FILE",
        "a TOML file of thresholds that decide the exit code (docs/gates.md); repeatable",
    ),
    Option(
        "--baseline",
        None,
        "FILE",
        "what gates with `compare` compare with: a run.json, leaderboard.json#ROW or "
        "hf://datasets/ORG/NAME#ROW with ROW a model or config digest; repeatable, one a suite",
    ),
)

FLAGS = (
    Option(
        "--trust-remote-code",
        None,
        "",
        "run the Python code that a model's repository brings; read it first; default: refuse",
    ),
    Option(
        "--estimate",
        None,
        "",
        "print what the run would ask and how long that takes here, by answering a few prompts of "
        "it, and end; the answers stay in the store",
    ),
)


def add_options(parser: pytest.Parser) -> None:
    """Declare every option of the harness in one help group."""
    group = parser.getgroup("culture", "cultural benchmark")
    for option in (*MODEL, *DATA, *SELECTION, *ASKING, *OUTPUT):
        group.addoption(
            option.name, default=option.default, metavar=option.metavar, help=option.help
        )
    for option in FLAGS:
        group.addoption(option.name, action="store_true", default=False, help=option.help)
    for option in REPEATED:
        group.addoption(
            option.name, action="append", default=[], metavar=option.metavar, help=option.help
        )


def settings_from(config: pytest.Config) -> Settings:
    """The options as one checked record; paths are relative to where pytest was called."""
    get = config.getoption
    cache = Path(os.environ.get("CULTURE_CACHE") or default_cache())
    board = config.rootpath / "leaderboard"
    here = config.invocation_params.dir
    replay = _path(get("--replay"), here)
    model = get("--model") if replay is None else replays.model_named(replay, _refused(get))
    if replay is not None:
        board = config.rootpath / "build" / "replay"
    shard = parse_shard(get("--shard")) if get("--shard") is not None else None
    sets = _question_sets(get("--questions"), get("--question-columns"), here)
    if len(sets) > 1 and get("--gate"):
        raise UsageProblem(
            "--gate judges one run of a suite, and each --questions has one of its own; gate each "
            "set by itself"
        )
    return Settings(
        model=model,
        revision=get("--revision"),
        device=get("--device"),
        dtype=_one_of(get("--dtype"), ("auto", "float32", "bfloat16", "float16"), "--dtype"),
        scoring=_one_of(get("--scoring"), ("auto", "shared", "full"), "--scoring"),
        batch_size=None
        if get("--batch-size") == "auto"
        else _count(get("--batch-size"), "--batch-size"),
        threads=_count(get("--threads"), "--threads") if get("--threads") else _threads(model),
        model_args=pairs(get("--model-args"), option="--model-args"),
        trust_remote_code=get("--trust-remote-code"),
        seed=_count(get("--seed"), "--seed", least=0),
        survey=_located(data_source(get("--survey"), model=model), here),
        images=_each_once(
            _located(data_source(choice, model=model), here)
            for choice in get("--images") or ["auto"]
        ),
        prompts=_path(get("--prompts"), here),
        topic_labels=_path(get("--topic-labels"), here),
        countries=names(get("--countries"), option="--countries"),
        topics=names(get("--topics"), option="--topics"),
        proxies=names(get("--proxies"), option="--proxies"),
        limit=_count(get("--limit"), "--limit") if get("--limit") else None,
        store=of_shard(_path(get("--store"), here) or cache / "responses.sqlite", shard)
        if replay is None
        else replays.store_in(cache, replay),
        cache=cache,
        runs=_path(get("--runs"), here) or board / "runs",
        leaderboard=_path(get("--leaderboard"), here) or board / "leaderboard.json",
        gates=tuple(here / gate for gate in get("--gate")),
        baselines=tuple(
            baseline if baseline.startswith("hf://") else str(here / baseline)
            for baseline in get("--baseline")
        ),
        gate_report=_path(get("--gate-report"), here),
        permutations=None
        if get("--permutations") == "all"
        else _count(get("--permutations"), "--permutations"),
        templates=_all_or_names(get("--templates"), "--templates"),
        vetted=_one_of(get("--vetted"), ("off", "top1", "top2"), "--vetted"),
        recognition=_one_of(get("--recognition"), ("auto", "likelihood", "json"), "--recognition"),
        rationales=None
        if get("--rationales") == "auto"
        else _count(get("--rationales"), "--rationales", least=0),
        min_images=_count(get("--min-images"), "--min-images") if get("--min-images") else None,
        income_cut=_amount(get("--income-cut"), "--income-cut") if get("--income-cut") else None,
        language=get("--language"),
        translations=_path(get("--translations"), here),
        responses=_count_or_auto(get("--responses"), "--responses"),
        temperatures=_temperatures(get("--temperatures"), "--temperatures"),
        story_tokens=_count_or_auto(get("--story-tokens"), "--story-tokens"),
        groups=_path(get("--groups"), here),
        shard=shard,
        replay=replay,
        questions=sets[0][0],
        question_columns=sets[0][1],
        more_questions=sets[1:],
        split=get("--split"),
        answering=_one_of(get("--answering"), ("probability", "generated"), "--answering"),
        controls=_controls(get("--controls")),
        encoders=encoders_named(get("--encoder"), here=here),
        chunking=chunking_rules(get("--chunking")),
    )


def _refused(get: Callable[[str], Any]) -> tuple[str, ...]:
    """Options that a replay cannot go with and that were given."""
    given = [name for name in ("--revision", "--store", "--shard", "--model-args") if get(name)]
    return (*given, *(["--estimate"] if get("--estimate") else []))


def _each_once(sources: Iterable[str]) -> tuple[str, ...]:
    """Sources in the order given; a folder named twice would show each picture twice."""
    first: dict[Path, str] = {}
    for source in sources:
        first.setdefault(Path(source).resolve(), source)
    return tuple(first.values())


def _threads(model: str) -> int:
    """All cores, whatever ``-n`` says: more workers must not change a rounding.

    The demo takes one: it is too small to gain, and loses much where workers share the cores.
    """
    if model.startswith(EMBEDDED_MODELS):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _count(text: str, option: str, *, least: int = 1) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise UsageProblem(f"{option} {text!r} is not a whole number of at least {least}")
    return number


def _count_or_auto(text: str, option: str) -> int | None:
    return None if text == "auto" else _count(text, option)


def _temperatures(text: str, option: str) -> tuple[float, ...]:
    """Each once, from cold to hot; two that print alike would be one to a case."""
    found = {}
    for part in names(text, option=option):
        try:
            temperature = float(part)
        except ValueError:
            temperature = -1.0
        if not 0 <= temperature <= HOTTEST:
            raise UsageProblem(f"{option} {part!r} is not a number from 0 to {HOTTEST:g}")
        found[f"{temperature:g}"] = temperature
    if not found:
        raise UsageProblem(f"{option} {text!r} names nothing; give numbers such as 0.3,0.7")
    return tuple(sorted(found.values()))


def _amount(text: str, option: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = math.nan
    if not 0 < amount < math.inf:
        raise UsageProblem(f"{option} {text!r} is not a number above 0")
    return amount


def _all_or_names(text: str, option: str) -> tuple[str, ...]:
    found = names(text, option=option)
    if "all" in found and len(found) > 1:
        raise UsageProblem(f"{option} {text!r}: give either all or names")
    return found


def _one_of(text: str, known: Sequence[str], option: str) -> str:
    if text not in known:
        raise UsageProblem(f"{option} {text!r} is not one of {', '.join(known)}")
    return text


def _controls(text: str) -> tuple[str, ...]:
    if text == "off":
        return ()
    found = names(text, option="--controls")
    return tuple(_one_of(name, ("none", "blank", "off"), "--controls") for name in found)


def _question_sets(
    sources: Sequence[str], columns: Sequence[str], here: Path
) -> tuple[tuple[str, str], ...]:
    """Each set with what its columns are; one mapping, or none, serves all of them."""
    named = list(sources) or ["sample"]
    if len(columns) > 1 and len(columns) != len(named):
        raise UsageProblem(
            f"{len(columns)} --question-columns for {len(named)} --questions; give one for each, "
            "in their order, or one for all"
        )
    mappings = [_mapping(text, here) for text in columns] or [""]
    mappings *= len(named) // len(mappings)
    found = list(zip([_questions(source, here) for source in named], mappings, strict=True))
    if len(set(found)) < len(found):
        twice = next(pair[0] for pair in found if found.count(pair) > 1)
        raise UsageProblem(f"--questions {twice} is named twice; each set is asked once")
    return tuple(found)


def _questions(source: str, here: Path) -> str:
    """A path stays one only where it exists: anything else may be a data set's name."""
    path = here / Path(source).expanduser()
    named = source == "sample" or (is_hub_id(source) and not path.exists())
    return source if named else str(path)


def _mapping(text: str, here: Path) -> str:
    return str(here / Path(text).expanduser()) if text.endswith(".toml") else text


def _path(text: str | None, here: Path) -> Path | None:
    return here / Path(text).expanduser() if text else None


def _located(source: str, here: Path) -> str:
    if source.endswith((FIGURES, PICTURES)):
        raise UsageProblem(
            f"{source} is a bundle's list of figures without wording and pixels, which no model "
            "can be asked; name a survey and pictures"
        )
    return source if source in ("sample", "hub") else str(here / Path(source).expanduser())
