"""`python -m leaderboard`: look at runs and boards, report runs, build a board, check files.

Knows the commands by name; each is imported when it is asked for. Exit 0 done, 1 a file is not what
it should be (one sentence says why), 2 the command line is wrong; some commands distinguish input
that cannot be used (4) from a finding (1).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from benchmark.errors import CultureError

DESCRIPTION = "Look at measured runs and leaderboards; report, check, replay and publish them."
EPILOG = """\
A run of a suite writes run.json under leaderboard/runs and adds a row to leaderboard.json:

  pytest suites/wvs --model demo          measure, write both files
  python -m leaderboard show              look at the board
  python -m leaderboard show RUN.json     one run by proxy, with its floors

`python -m leaderboard COMMAND --help` has the options of each command, and examples.
"""
BAD_INPUT = 4


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: its module has ``run_NAME``, and ``add_NAME``, whose docstring describes it.

    ``unusable`` is the exit status where its input cannot be used; ``instead`` runs a command that
    two parts share.
    """

    name: str
    module: str
    help: str
    unusable: int = 1
    instead: Callable[[argparse.Namespace], int] | None = None

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Describe the command, and declare its options."""
        declare = self._function("add")
        parser.description = " ".join((declare.__doc__ or "").split())
        declare(parser)

    def run(self, options: argparse.Namespace) -> int:
        """Run it and return the exit status."""
        return (self.instead or self._function("run"))(options)

    def _function(self, verb: str) -> Callable[..., int]:
        found: Callable[..., int] = getattr(import_module(self.module), f"{verb}_{self.name}")
        return found


def _export(options: argparse.Namespace) -> int:
    from leaderboard.export.commands import run_export
    from leaderboard.publish.pull_request import offer

    return run_export(options, offer)


COMMANDS = (
    Command(
        "show", "leaderboard.tables.board_commands", "print a leaderboard, or one run, as tables"
    ),
    Command("build", "leaderboard.tables.board_commands", "add runs to a leaderboard file"),
    Command(
        "report",
        "leaderboard.report.commands",
        "write the paper's tables and figures of one run or several",
    ),
    Command("check", "leaderboard.tables.board_commands", "say whether files are sound"),
    Command(
        "gate",
        "leaderboard.board.gate_commands",
        "judge a finished run by gates, without its model or data",
        unusable=BAD_INPUT,
    ),
    Command("merge", "leaderboard.board.commands", "put the shards of a run together"),
    Command(
        "bundle",
        "leaderboard.replay.commands",
        "put runs and the answers behind them into one file",
        unusable=BAD_INPUT,
    ),
    Command(
        "replay",
        "leaderboard.replay.commands",
        "recompute runs from a bundle and say what differs",
        unusable=BAD_INPUT,
    ),
    Command(
        "rescore",
        "leaderboard.replay.rescore_commands",
        "compute an old run's figures as this version defines them",
        unusable=BAD_INPUT,
    ),
    Command(
        "rerun",
        "leaderboard.replay.commands",
        "compare a run with an independent one, and mark its row",
        unusable=BAD_INPUT,
    ),
    Command(
        "export",
        "leaderboard.export.commands",
        "write runs in the formats of the Hub and of other harnesses",
        instead=_export,
    ),
    Command(
        "page",
        "leaderboard.page.commands",
        "write the leaderboard as one HTML page that needs no network",
    ),
    Command(
        "scores", "leaderboard.tables.scores", "print every score of a run, or those of a grouping"
    ),
    Command(
        "publish",
        "leaderboard.publish.commands",
        "put the board, its runs and bundles on the Hugging Face Hub",
        unusable=BAD_INPUT,
    ),
    Command(
        "transfer",
        "leaderboard.comparisons.transfer",
        "correlate countries' scores between runs over several sets",
    ),
    Command(
        "encoders",
        "leaderboard.comparisons.encoders",
        "say whether encoders rank models alike, or one of them favours a model",
    ),
    Command(
        "bertscore",
        "leaderboard.comparisons.bertscore",
        "stories' alignment with cultural distances by BERTScore, with an encoder you name",
    ),
    Command(
        "study", "leaderboard.study.commands", "have people rate stories, and read their ratings"
    ),
    Command(
        "compare",
        "leaderboard.comparisons.compare",
        "what changed between two runs of the same questions, by group",
    ),
)


class Help(argparse.HelpFormatter):
    """Fills paragraphs, but leaves a text of several lines as it is: an epilog of examples."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if "\n" in text else super()._fill_text(text, width, indent)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser(words[:1]).parse_args(words)
    command = next(one for one in COMMANDS if one.name == options.command)
    try:
        return command.run(options)
    except CultureError as problem:
        sys.stderr.write(f"{problem}\n")
        return command.unusable


def _parser(chosen: Sequence[str]) -> argparse.ArgumentParser:
    """All commands, with options only for the chosen ones, since declaring those imports much."""
    parser = argparse.ArgumentParser(
        prog="python -m leaderboard", description=DESCRIPTION, epilog=EPILOG, formatter_class=Help
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        own = commands.add_parser(command.name, help=command.help, formatter_class=Help)
        if command.name in chosen:
            command.add_options(own)
    return parser


if __name__ == "__main__":
    sys.exit(main())
