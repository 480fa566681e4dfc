"""What can be said on the command line: names, defaults, help; read into `Settings` by `options`.

Knows pytest's parser and no meaning of a word. House style of help texts: what it selects, then
the default.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest


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
        "shared (one encoding of the image serves all its questions), full (each prompt by "
        "itself), or 'sampled N' in quotes (N written answers a choice, of models that give no "
        "probabilities; docs/sampled.md); default: auto (shared for the model families that are "
        "tested for it)",
    ),
    Option("--samples", None, "N", "written answers a choice under --scoring sampled; default: 10"),
    Option(
        "--sample-tokens",
        None,
        "N",
        "most tokens of one of them, its thinking included; default: 2048; 12 of the demo",
    ),
    Option("--sample-temperature", None, "T", "the temperature they are drawn at; default: 1"),
    Option(
        "--max-requests",
        None,
        "N",
        "requests to send to a server in this session, repeated ones included; the run then stops "
        "and the same command goes on with it; default: no bound",
    ),
    Option(
        "--max-tokens",
        None,
        "N",
        "tokens of prompts and answers, as the server counts them, to spend in this session; "
        "default: no bound",
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
        "--template-args",
        None,
        "K=V",
        "what the chat template is told, such as enable_thinking=true (docs/prompts.md); "
        "repeatable; default: thinking off where the template knows how",
    ),
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
