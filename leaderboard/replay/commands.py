"""`python -m leaderboard bundle` and `replay`: their options, and what they print.

Knows argparse; exit 0 all is equal, 1 something differs, 4 the input cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmark.errors import BoardProblem
from benchmark.option_values import Option
from benchmark.replay.bundle import read
from benchmark.runs.run import read_run
from benchmark.suite.suite_options import own_options, shipped_folders
from leaderboard.board.paths import files_help, files_in
from leaderboard.board.trust import dependence, disagreements, note_replay, note_rerun
from leaderboard.replay.comparing import TOLERANCE, Comparison, Difference
from leaderboard.replay.making import make
from leaderboard.replay.origin import Origin
from leaderboard.replay.replaying import LEVELS, ReplayResult, replay

EQUAL, DIFFERS = 0, 1
SHOWN = 10
DATA = (
    ("--survey", "SOURCE", "the survey's wording: sample, hub or a file; default: the sample for "
     "runs on the sample"),
    ("--prompts", "FILE", "the prompt file, if the run had one of its own"),
    ("--translations", "FILE", "the translated questions or stories' words, if the run had some"),
    ("--suite", "DIR", "the suite's folder, if it is not among those shipped"),
)  # fmt: skip
BUNDLE_EPILOG = """\
  python -m leaderboard bundle RUN.json --store responses.sqlite --out run.bundle.zip
  python -m leaderboard bundle RUN.json --store S.sqlite --survey hub --images hub --out B.zip
"""
REPLAY_EPILOG = """\
  python -m leaderboard replay run.bundle.zip
  python -m leaderboard replay run.bundle.zip --survey global_opinions.csv   wording, too
  python -m leaderboard replay run.bundle.zip --leaderboard leaderboard.json mark the row
"""


def add_bundle(parser: argparse.ArgumentParser) -> None:
    """Write run files and all stored answers that their rows name into one file.

    It holds the figures needed to recompute every number, but no question, option or picture.
    Nothing is written if an answer is missing.
    """
    parser.epilog = BUNDLE_EPILOG
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help=files_help("run.json"))
    parser.add_argument(
        "--store",
        action="append",
        type=Path,
        required=True,
        metavar="FILE",
        help="the response store of the run, or of each shard; repeatable",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="BUNDLE", help="the new file")
    parser.add_argument(
        "--allow-quotes",
        action="store_true",
        help="bundle texts of the model that quote a question, too; default: refuse",
    )
    add_data(parser)


def add_replay(parser: argparse.ArgumentParser) -> None:
    """Recompute every number of the runs in a bundle from its answers, without a model.

    Exit 0 if all are equal, 1 if something differs, 4 if the input cannot be used.
    """
    parser.epilog = REPLAY_EPILOG
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="a file made by `bundle`")
    parser.add_argument(
        "--level",
        choices=LEVELS,
        help="rows: from the answers that the rows name, without wording; full: ask everything "
        "again, so that wording, options and pictures are checked too; default: full where the "
        "wording is available, else rows",
    )
    parser.add_argument(
        "--exact", action="store_true", help="equal to the last bit; default: within 1e-12"
    )
    parser.add_argument(
        "--leaderboard",
        type=Path,
        metavar="FILE",
        help="mark the row of each equal run as replayed there",
    )
    add_data(parser)


def add_rerun(parser: argparse.ArgumentParser) -> None:
    """Compare a run with a second one that computed all its answers itself.

    Both must be of the same model and configuration. Where no similarity and no option mass
    differs by more than the noise floor, the first run's row is marked as re-run.
    """
    parser.add_argument("run", type=Path, metavar="RUN", help="run.json of the row")
    parser.add_argument("again", type=Path, metavar="AGAIN", help="run.json of the second run")
    parser.add_argument(
        "--leaderboard", type=Path, required=True, metavar="FILE", help="the leaderboard"
    )


def run_rerun(options: argparse.Namespace) -> int:
    """Compare two runs and say why they do not count as one result, or mark the row."""
    run, again = read_run(options.run), read_run(options.again)
    reasons = list(dependence(run, again))
    if reasons:
        raise BoardProblem(f"{options.again} says nothing new about {options.run}: {reasons[0]}")
    apart = list(disagreements(run, again))
    if apart:
        sys.stdout.write("".join(f"{line}\n" for line in apart[:SHOWN]))
        sys.stdout.write(f"{len(apart)} differences beyond the noise floor\n")
        return DIFFERS
    sys.stdout.write(f"{note_rerun(options.leaderboard, run, again)}\n")
    return EQUAL


def run_bundle(options: argparse.Namespace) -> int:
    """Write a bundle and say what is in it."""
    runs = {path: read_run(path) for path in files_in(options.runs)}
    made = make(
        runs,
        stores=options.store,
        origin=origin_of(options),
        out=options.out,
        quotes=options.allow_quotes,
    )
    many = f"{len(runs)} runs" if len(runs) > 1 else "1 run"
    sys.stdout.write(
        f"{options.out}: {many}, {made.n_answers} answers, {made.n_bytes / 1e6:.2f} MB\n"
        f"digest {made.digest}\n"
    )
    return EQUAL


def run_replay(options: argparse.Namespace) -> int:
    """Recompute a bundle's runs, say what differs, and mark equal ones on a board."""
    bundle = read(options.bundle)
    tolerance = 0.0 if options.exact else TOLERANCE
    found = replay(bundle, origin_of(options), level=options.level, tolerance=tolerance)
    for one in found:
        sys.stdout.write("".join(f"{line}\n" for line in lines(one)))
        if one.equal and options.leaderboard is not None:
            note = note_replay(options.leaderboard, one.run, bundle=bundle.digest, level=one.level)
            sys.stdout.write(f"  {note}\n")
    return EQUAL if all(one.equal for one in found) else DIFFERS


def lines(found: ReplayResult) -> list[str]:
    """What a replay says about one run."""
    run = found.run
    verdict = "equal" if found.equal else "DIFFERS"
    head = f"{run.suite} of {run.model.name} (config {run.config_digest}), level {found.level}"
    said = [f"{head}: {verdict}", *(f"  note: {note}" for note in found.notes)]
    said.append(f"  cases:  {_counts(found.rows)}")
    if found.rows.equal:
        said.append(f"  scores: {_counts(found.scores)}")
    else:
        said.append("  scores: not recomputed, since the cases they are made of differ")
    differences = [*_first_of_each(found.rows), *found.scores.differences]
    said += [f"  {difference}" for difference in differences[:SHOWN]]
    if len(differences) > SHOWN:
        said.append(f"  … and {len(differences) - SHOWN} more")
    return said


def _first_of_each(rows: Comparison) -> list[Difference]:
    """The first difference of each case: the others mostly follow from it."""
    return list({one.case_id: one for one in reversed(rows.differences)}.values())[::-1]


def _counts(found: Comparison) -> str:
    different = len({one.case_id + one.where for one in found.differences})
    close = f", the largest difference {found.largest:.1e}" if found.largest else ""
    said = f"{found.n} compared, {found.n_exact} equal to the last bit{close}"
    return f"{said}, {different} numbers differ" if different else said


def add_data(parser: argparse.ArgumentParser) -> None:
    """The options that say where wording, figures and pictures are."""
    for name, metavar, words in DATA:
        kind = str if name == "--survey" else Path
        parser.add_argument(name, type=kind, metavar=metavar, help=words)
    for option in _of_suites():
        parser.add_argument(option.name, metavar=option.metavar, help=option.at_replay)
    parser.add_argument(
        "--images",
        action="append",
        default=[],
        metavar="SOURCE",
        help="the pictures, as for pytest; repeatable; a bundle has their digests, so a replay "
        "needs them only to check these",
    )


def _of_suites() -> list[Option]:
    """The shipped suites' options that a replay needs again."""
    found = (option for folder in shipped_folders() for option in own_options(folder))
    return [option for option in found if option.at_replay]


def origin_of(options: argparse.Namespace) -> Origin:
    """What these options name."""
    return Origin(
        survey=options.survey,
        images=tuple(options.images),
        prompts=options.prompts,
        translations=options.translations,
        own={
            option.name: text
            for option in _of_suites()
            if (text := getattr(options, option.dest)) is not None
        },
        suite=options.suite,
    )
