"""`python -m leaderboard bertscore`: whether stories of similar cultures are alike.

Knows a run file, the store with its stories, and the adapter of text encoders. It is not part of
the run: token vectors of all stories take gigabytes and pairs take hours, so none are stored, and
a replay would need the encoder.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from benchmark.analyses import recompute
from benchmark.analyses.stories.distances import STORY_DISTANCES, story_distances
from benchmark.analyses.stories.similarity import MEASURES, Measure, by_tokens
from benchmark.analyses.stories.table import counts
from benchmark.engine.store import StoredAnswers
from benchmark.errors import BoardProblem, UsageProblem, unknown
from benchmark.models.encoders.tokens import open_token_encoder
from benchmark.option_values import names
from benchmark.records import AnswerReader, Score
from benchmark.runs.run import Run, read_run
from benchmark.settings import default_cache
from leaderboard.tables.summary import NOT_SCORED
from leaderboard.tables.tables import render

OPTION = "--text-encoder"
WIDTH = 100
MEASURE, TAU = "bertscore", "story_alignment_tau"
CAPTION = (
    "\ntau: Kendall's tau-b of the distance between two nationalities' stories and their cultural "
    "distance; positive is aligned. By BERTScore (1 less its F1, no idf weights, not rescaled), "
    "and next to it by word edits and BLEU, over the same stories. p: Mantel, one-sided, of "
    "BERTScore. Values of another encoder or layer cannot be compared with these."
)
_SPEC = re.compile(r"(?P<source>[^@#]+)(@(?P<revision>[^@#]+))?#(?P<layer>\d+)")


def add_bertscore(parser: argparse.ArgumentParser) -> None:
    """Correlate stories' distances with distances between cultures by BERTScore.

    It uses a text encoder that you name. Every two stories of a cell are compared: narrow a large
    run with --topics.
    """
    parser.add_argument("run", type=Path, metavar="RUN", help="a run.json of stories")
    parser.add_argument(
        OPTION,
        required=True,
        metavar="NAME#LAYER",
        help="org/name, org/name@COMMIT or a folder, and the layer whose vectors are compared, "
        "such as FacebookAI/roberta-large#17 (Zhang et al. 2020, table 8)",
    )
    parser.add_argument(
        "--store",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="the store with the stories; repeatable (default: in the user's cache directory)",
    )
    parser.add_argument(
        "--topics", default="", metavar="LIST", help="comma-separated concept slugs (default: all)"
    )
    parser.add_argument(
        "--device", default="auto", metavar="NAME", help="cpu, cuda or cuda:1 (default: auto)"
    )


def run_bertscore(options: argparse.Namespace) -> int:
    """Print the table."""
    found = _SPEC.fullmatch(options.text_encoder)
    if found is None:
        raise UsageProblem(
            f"{OPTION} {options.text_encoder} names no layer; write NAME#LAYER, such as "
            "google-bert/bert-base-uncased#9 (Zhang et al. 2020 say which is best for which model)"
        )
    run = _narrowed(read_run(options.run), names(options.topics, "--topics"))
    cache = default_cache()
    encoder = open_token_encoder(
        found["source"],
        layer=int(found["layer"]),
        revision=found["revision"],
        cache=cache,
        device=options.device,
    )
    answers = StoredAnswers(*(options.store or [cache / "responses.sqlite"]))
    try:
        scores = bertscores(run, by_tokens(encoder.encode_tokens), answers)
    finally:
        answers.close()
    table = bertscore_table(scores, f"{run.model.name}, {encoder.name}")
    sys.stdout.write(render(table, WIDTH))
    return 0


def bertscores(run: Run, measure: Measure, answers: AnswerReader) -> list[Score]:
    """`story_distances` of a run's stories by one more measure, drawn with the run's seed."""
    seed = run.config.get("seed", 0)
    compute = partial(story_distances, measures={MEASURE: measure, **MEASURES})
    found = recompute(
        run.rows,
        {"story_distances": replace(STORY_DISTANCES, compute=compute)},
        suite=run.suite,
        seed=seed if isinstance(seed, int) else 0,
        answers=answers,
    )
    return list(found)


def bertscore_table(scores: Sequence[Score], title: str) -> Table:
    """One row for each frame and scope except countries."""
    table = Table(
        title=Text(f"Stories alike where cultures are near? {title}", style="bold"),
        title_justify="left",
        caption=Text(CAPTION),
        caption_justify="left",
        box=SIMPLE_HEAD,
    )
    for head in ("distance", "proxy", "concept"):
        table.add_column(head)
    for head in ("countries", "tau", "p", *MEASURES):
        table.add_column(head, justify="right", no_wrap=True)
    known = {(s.metric, frozenset(s.scope.items())): s.value for s in scores}
    mine = (s for s in scores if s.metric == TAU and s.scope["measure"] == MEASURE)
    rows = [s for s in mine if "country" not in s.scope]
    for score in sorted(rows, key=lambda s: (s.scope["frame"], len(s.scope))):
        scope = score.scope
        others = (frozenset({**scope, "measure": measure}.items()) for measure in MEASURES)
        table.add_row(
            scope["frame"],
            scope.get("proxy", "all but controls"),
            scope.get("topic", "all"),
            str(score.n),
            _number(score.value, 2),
            _number(known[f"{TAU}_p", frozenset(scope.items())], 3),
            *(_number(known[TAU, other], 2) for other in others),
        )
    return table


def _narrowed(run: Run, topics: Sequence[str]) -> Run:
    rows = [row for row in run.rows if counts(row)]
    if not rows:
        raise BoardProblem(f"the run of {run.model.name} is of {run.suite!r} and holds no stories")
    known = {row.case.topic for row in rows}
    for topic in topics:
        if topic not in known:
            raise UsageProblem(unknown("concept", topic, known, source="--topics"))
    return replace(run, rows=tuple(r for r in rows if not topics or r.case.topic in topics))


def _number(value: float, decimals: int) -> str:
    return NOT_SCORED if np.isnan(value) else f"{value:.{decimals}f}"
