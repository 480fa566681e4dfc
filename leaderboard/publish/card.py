"""The cards (README.md) of the data set and the Space, with the header that the Hub reads.

Knows the board and huggingface_hub's card records; no clock, so equal boards give equal cards.
The texts are templates in this folder.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import groupby

from benchmark.errors import UsageProblem
from benchmark.records import Score
from benchmark.suite.protocol import shipped_meta
from benchmark.vocabulary import MARKS, ORDERED
from leaderboard.board.board import Board, BoardRow, headline
from leaderboard.board.standing import ANSWERS_OTHERWISE, OPTION_MASS, OVER_ANSWERS, counts
from leaderboard.publish.parquet import LAYOUT
from leaderboard.report.escaping import markdown

OTHER = "not stated by the run file; ask whoever measured"
MISSING = "—"
_NAMED = re.compile(r"(?:^|, )(survey|images)\.name=([^,]+)")


def dataset_card(repo_id: str, board: Board) -> str:
    """The data set's card."""
    from huggingface_hub import DatasetCardData

    sources = _sources(board)
    licences = {source.get("licence", "other") for kind, source in sources if kind == "survey"}
    known = licences == {"cc-by-nc-sa-4.0"}
    data = DatasetCardData(
        license="cc-by-nc-sa-4.0" if known else "other",
        license_name=None if known else "see-whose-data",
        pretty_name=f"{repo_id.rpartition('/')[2]}: a pytest-culture leaderboard",
        language=["en"],
        tags=["leaderboard", "culture", "survey", "vision-language", "pytest-culture"],
        task_categories=["visual-question-answering"],
        configs=[
            {
                "config_name": name,
                "data_files": [{"split": "test", "path": f"data/v{LAYOUT}/{path}"}],
                **({"default": True} if name == "leaderboard" else {}),
            }
            for name, path in (
                ("leaderboard", "leaderboard.parquet"),
                ("rows", "rows/*.parquet"),
                ("items", "items/*.parquet"),
            )
        ],
    )
    return _render(
        "dataset_card.md",
        head=data.to_yaml(),
        repo_id=repo_id,
        title=markdown(repo_id.rpartition("/")[2]),
        n_rows=len(board.rows),
        n_models=len({(row["model_id"], row["revision"]) for row in board.rows}),
        tables=_tables(board),
        layout=LAYOUT,
        sources=[{key: markdown(text) for key, text in source.items()} for _, source in sources],
        citations=_citations(board),
    )


def space_card(repo_id: str, name: str) -> str:
    """The card of the Space: a static page made from the data set ``repo_id``."""
    from huggingface_hub import SpaceCardData

    data = SpaceCardData(
        title=name.rpartition("/")[2],
        sdk="static",
        app_file="index.html",
        datasets=[repo_id],
        pinned=False,
        colorFrom="blue",
        colorTo="gray",
        short_description="How near models' answers come to people's, by country",
    )
    return _render("space_card.md", head=data.to_yaml(), repo_id=repo_id)


def _render(name: str, **known: object) -> str:
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise UsageProblem(
            "publishing needs the extra `publish`: pip install 'pytest-culture[publish]'"
        ) from error
    text = (files("leaderboard.publish") / name).read_text(encoding="utf-8")
    # Markdown is not HTML: whatever comes from a board goes through `markdown`.
    environment = Environment(
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.from_string(text).render(**known)


def _tables(board: Board) -> list[Mapping[str, str]]:
    """A table for each suite and data set, best rows first."""
    groups = groupby(board.rows, key=lambda row: (row["suite"], *row.asked))
    return [
        {
            "title": markdown(f"{suite} {version}: {measured_on}"),
            "text": _table(sorted(rows, key=_by_headline)),
        }
        for (suite, measured_on, _, version), rows in groups
    ]


def _by_headline(row: BoardRow) -> tuple[int, float, str]:
    value = headline(row)
    last = 2 * math.isnan(value) + row.answers_otherwise
    return last, 0.0 if math.isnan(value) else -value, row["model_id"]


def _table(rows: Sequence[BoardRow]) -> str:
    head = (
        *("model", "score", "95 % interval", "answers alone", "uniform", "world average"),
        *("best blind", "ceiling", "W1", "option mass", "n", "not asked", "not answered", "trust"),
    )
    lines = [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 2) + "---|"]
    return "\n".join([*lines, *(f"| {' | '.join(_cells(row))} |" for row in rows)])


def _cells(row: BoardRow) -> list[str]:
    overall = {(s.metric, s.reading): s for s in row.scores if not s.scope}
    main = next((s for s in row.scores if not s.scope and s.name == row["headline"]), None)
    name = markdown(row["model"]) + _kind(row)
    name += "" if row.complete else " (partial)"
    name += f" ({ANSWERS_OTHERWISE})" if row.answers_otherwise else ""
    if main is None:
        return [name, *([MISSING] * 12), markdown(row.trust)]

    def found(metric: str) -> Score | None:
        return overall.get((metric, main.reading)) or overall.get((metric, ""))

    answered = found(OVER_ANSWERS.get(main.metric, main.metric))
    beside = (answered, *map(found, (*MARKS, ORDERED, OPTION_MASS)))
    return [
        name,
        _number(main.value),
        _interval(main),
        *(_number(_value(score)) for score in beside),
        *(MISSING if count is None else str(count) for count in counts(answered or main)),
        markdown(row.trust),
    ]


def _kind(row: BoardRow) -> str:
    """The kind of a row that is not a trained model, unless its name says it."""
    kind = row["kind"]
    return "" if not kind or kind in row["model"] else f" ({markdown(kind)})"


def _interval(score: Score) -> str:
    low, high = _number(score.low), _number(score.high)
    return MISSING if MISSING in (low, high) else f"{low}…{high}"


def _value(score: Score | None) -> float:
    return math.nan if score is None else score.value


def _number(value: float) -> str:
    return MISSING if math.isnan(value) else f"{value:z.3f}"


def _sources(board: Board) -> list[tuple[str, Mapping[str, str]]]:
    """Surveys and pictures behind the rows, with their terms."""
    text = (files("leaderboard.publish") / "licences.toml").read_text(encoding="utf-8")
    known = tomllib.loads(text)
    named = {pair for row in board.rows for pair in _NAMED.findall(row["config"])}
    return [(kind, _source(known[kind], kind, name)) for kind, name in sorted(named, reverse=True)]


def _source(known: Mapping[str, Mapping[str, str]], kind: str, name: str) -> Mapping[str, str]:
    """The source of a set; fetched ones are named after their commit, ``cvqa-COMMIT-…``."""
    unknown = {"title": f"{kind}: {name}", "terms": OTHER}
    return known.get(name) or known.get(name.partition("-")[0]) or unknown


def _citations(board: Board) -> list[str]:
    found = [shipped_meta(suite) for suite in sorted({row["suite"] for row in board.rows})]
    return [markdown(meta.citation) for meta in found if meta is not None]
