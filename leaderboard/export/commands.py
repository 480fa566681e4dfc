"""`python -m leaderboard export`: its options, and the files it writes.

Knows argparse and paths; other modules here hold the formats.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, assert_never, cast

from benchmark.errors import UsageProblem
from benchmark.runs.documents import write
from benchmark.runs.run import Run, read_run, run_path
from leaderboard.board.paths import files_help, files_in
from leaderboard.export import every_eval_ever, hub, lm_eval
from leaderboard.export.headline import Attribution, check

Format = Literal["eval-results", "model-index", "eval-yaml", "lm-eval", "every-eval-ever"]
FORMATS: tuple[Format, ...] = (
    *("eval-results", "model-index", "eval-yaml"),
    *("lm-eval", "every-eval-ever"),
)


def add_export(parser: argparse.ArgumentParser) -> None:
    """Write complete runs in the formats of the Hub and of other harnesses.

    These are .eval_results, model-index or eval.yaml of the Hub, lm-evaluation-harness results,
    and Every Eval Ever records. None holds survey wording.
    """
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help=files_help("run.json"))
    parser.add_argument("--format", choices=FORMATS, required=True, help="format to write")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder to write to; optional with --pull-request"
    )
    parser.add_argument(
        "--dataset", metavar="ORG/NAME", help="the benchmark's data set on the Hub (eval-results)"
    )
    parser.add_argument("--source-url", metavar="URL", help="where the run can be seen")
    parser.add_argument(
        "--organisation", default="unknown", metavar="NAME", help="who measured (every-eval-ever)"
    )
    parser.add_argument(
        "--pull-request",
        action="store_true",
        help="offer the file to the model's repository on the Hub (eval-results); with --yes",
    )
    parser.add_argument("--yes", action="store_true", help="open the pull request")


Offer = Callable[[Sequence[Run], Attribution, bool], None]
"""Opens pull requests with results on the Hub; unless the last is set, only says which."""


def run_export(options: argparse.Namespace, offer: Offer) -> int:
    """Write the files and print their paths; write nothing if a run cannot be exported."""
    if options.pull_request and options.format != "eval-results":
        raise UsageProblem(f"--pull-request goes with --format eval-results, not {options.format}")
    if options.out is None and not options.pull_request:
        raise UsageProblem("--out is missing; name the folder to write to")
    runs = {path: read_run(path) for path in files_in(options.runs)}
    for path, run in runs.items():
        check(path, run)
    about = Attribution(
        dataset=options.dataset, source_url=options.source_url, organisation=options.organisation
    )
    if options.out is not None:
        _write(options, runs, about)
    if options.pull_request:
        offer(list(runs.values()), about, options.yes)
    return 0


def _write(options: argparse.Namespace, runs: Mapping[Path, Run], about: Attribution) -> None:
    content = files(runs, cast("Format", options.format), about)
    for path, text in content.items():
        write(options.out / path, text)
        sys.stdout.write(f"{options.out / path}\n")


def files(runs: Mapping[Path, Run], kind: Format, about: Attribution) -> dict[Path, str]:
    """Every file of a format by its path; two runs that would share a path are refused."""
    if kind == "eval-yaml":
        return {Path("eval.yaml"): hub.eval_yaml(runs)}
    found: dict[Path, str] = {}
    for source, run in runs.items():
        for path, text in _of(run, kind, about).items():
            if path in found:
                raise UsageProblem(f"{source} would overwrite another run; export it separately")
            found[path] = text
    return found


def _of(run: Run, kind: Format, about: Attribution) -> dict[Path, str]:
    folder = run_path(Path(), run).with_suffix("")
    match kind:
        case "eval-results":
            return {folder / ".eval_results" / f"{run.suite}.yaml": hub.eval_results(run, about)}
        case "model-index":
            return {folder / "model-index.yaml": hub.model_index(run, about)}
        case "lm-eval":
            return {folder / "results.json": lm_eval.results(run)}
        case "every-eval-ever":
            return every_eval_ever.files(run, about)
        case "eval-yaml":
            return {}
        case _:
            assert_never(kind)
