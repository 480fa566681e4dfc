"""What goes into a bundle: run files, their answers, and the figures that a row cannot do without.

Knows runs, stores and suites. No question, option or picture is put in; a generated text that
quotes a question is refused, unless the caller says that it may be published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from benchmark.engine.keys import KEY_SCHEMA, named_document
from benchmark.engine.sampled import sampled_by
from benchmark.engine.sampled_choices import asking
from benchmark.engine.store import ResponseStore
from benchmark.errors import BoardProblem, DataProblem, StoreProblem
from benchmark.images.image_set import ImageSet
from benchmark.jsonio import Json, canonical
from benchmark.records import Answer, Text
from benchmark.replay import bundle
from benchmark.replay.stored_model import BundleModel, measure_again, noting
from benchmark.runs.run import Run, encoders_of, run_path
from benchmark.suite.figures_only import FIGURES, PICTURES, figures, pictures
from benchmark.suite.protocol import Suite
from benchmark.survey.survey import Survey
from leaderboard.replay.origin import (
    Origin,
    as_named_now,
    images_named,
    needed,
    open_suite,
    survey_named,
)


@dataclass(kw_only=True, slots=True)
class _Content:
    """What was gathered so far."""

    runs: list[Mapping[str, Json]] = field(default_factory=list)
    members: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleSummary:
    """What was written."""

    digest: str
    n_answers: int
    n_bytes: int


def make(
    runs: Mapping[Path, Run],
    *,
    stores: Sequence[Path],
    origin: Origin,
    out: Path,
    quotes: bool = False,
) -> BundleSummary:
    """Write the bundle of some runs; nothing is written if anything is missing.

    Raises
    ------
    StoreProblem
        An answer that a row names is in no store.
    DataProblem
        Survey or pictures are not those of a run, or a text quotes a question.
    """
    content = _Content()
    opened = _open(stores)
    try:
        for path, run in runs.items():
            _add(content, path, run, opened, origin, quotes=quotes)
    finally:
        for store in opened:
            store.close()
    content.members[bundle.ANSWERS] = bundle.answer_lines(content.answers)
    digest = bundle.write(out, runs=content.runs, members=content.members)
    return BundleSummary(digest=digest, n_answers=len(content.answers), n_bytes=out.stat().st_size)


def _open(paths: Sequence[Path]) -> list[ResponseStore]:
    for path in paths:
        if not path.is_file():
            raise StoreProblem(f"there is no response store {path}; name one with --store")
    return [ResponseStore(path) for path in paths]


def _add(
    content: _Content,
    path: Path,
    run: Run,
    stores: Sequence[ResponseStore],
    origin: Origin,
    *,
    quotes: bool,
) -> None:
    if run.shard is not None:
        raise BoardProblem(f"{path} is {run.shard}; merge the shards first, then bundle the run")
    file = run_path(Path("runs"), run).as_posix()
    if file in content.members:
        raise BoardProblem(f"{path} is a second run file of one configuration; bundle it by itself")
    suite = suite_as_measured(run, origin)
    answers = _answers(run, _keys(run), stores, path)
    asked = _asked(run, suite, stores) if run.config.get("vetted", "off") != "off" else None
    if asked is not None:
        keys = sorted({key for of_case in asked.values() for key in of_case})
        answers |= _answers(run, keys, stores, path)
    if suite.survey is not None and not quotes:
        _check_quotes(answers, suite.survey)
    content.answers |= answers
    content.members[file] = path.read_bytes()
    content.runs.append(
        {
            "file": file,
            "suite": run.suite,
            "config_digest": run.config_digest,
            "key_schema": key_schema(run),
            "identity": named_document(run.model),
            **_figures(content, run, suite),
            **_noted(content, file, asked),
        }
    )


def suite_as_measured(run: Run, origin: Origin) -> Suite:
    """The suite over the data of the run; other data are refused."""
    survey, images = survey_named(run, origin), images_named(run, origin)
    if survey is None:
        raise needed(run, "survey")
    if images is None:
        raise needed(run, "images")
    suite = open_suite(run, origin, survey=survey, images=images)
    here = suite.config()
    there = as_named_now(run, suite)
    for what in ("survey", "images", "questions"):
        if here.get(what) != there.get(what):
            raise DataProblem(
                f"the run of {run.model.name} was measured on another --{what} than this one "
                f"({canonical(here.get(what))[:80]}…); name the run's own"
            )
    return suite


def key_schema(run: Run) -> int:
    """The schema of the keys under which a run's answers are stored; a run without one has 1.

    Raises
    ------
    BoardProblem
        A later version made the run.
    """
    schema = run.provenance.get("key_schema", 1)
    if not isinstance(schema, int) or not 1 <= schema <= KEY_SCHEMA:
        raise BoardProblem(
            f"the run of {run.model.name} names its answers by keys of schema {schema!r}, this "
            f"version knows 1 to {KEY_SCHEMA}; upgrade pytest-culture"
        )
    return schema


def _keys(run: Run) -> list[str]:
    return [key for row in run.rows for item in row.items for key in item.request_keys]


def _answers(
    run: Run, keys: Sequence[str], stores: Sequence[ResponseStore], path: Path
) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    distinct = list(dict.fromkeys(keys))
    for store in stores:
        found |= store.get([key for key in distinct if key not in found])
    if missing := len(distinct) - len(found):
        where = ", ".join(str(store.path) for store in stores) or "no store"
        raise StoreProblem(
            f"{missing} of the {len(distinct)} answers behind {path} ({run.model.name}) are not in "
            f"{where}; name the --store that the run wrote them to"
        )
    return {key: _published(answer) for key, answer in found.items()}


def _published(answer: Answer) -> Answer:
    """Without the model's thinking: no number needs it, and it quotes what was asked."""
    return replace(answer, thinking="") if isinstance(answer, Text) else answer


def _asked(run: Run, suite: Suite, stores: Sequence[ResponseStore]) -> dict[str, list[str]]:
    """The keys of all that each case asks, in their order; vetting asks more than a row names."""

    def read(keys: Sequence[str]) -> Mapping[str, Answer]:
        found: dict[str, Answer] = {}
        for store in stores:
            found |= store.get([key for key in keys if key not in found])
        return found

    model = BundleModel(run.model, read, encoders_of(run), key_schema=key_schema(run))
    way, seed = sampled_by(run.model), cast("int", run.config["seed"])
    asked: dict[str, list[str]] = {}
    for row in run.rows:
        noted = asked.setdefault(row.case.case_id, [])
        ask = asking(noting(model.ask, noted), way, seed=seed)
        measure_again(row.case.case_id, suite.interview(row.case), ask)
    return asked


def _figures(content: _Content, run: Run, suite: Suite) -> dict[str, Json]:
    """Add the figures of the suite's survey and the list of its pictures; the members' names."""
    named: dict[str, Json] = {}
    if suite.survey is not None:
        name = f"survey-{suite.survey.digest[:12]}{FIGURES}"
        if name not in content.members:
            content.members[name] = "".join(figures(suite.survey)).encode()
        named["figures"] = name
    images = getattr(suite, "images", None)
    if isinstance(images, ImageSet):
        shown = {image_id for row in run.rows for item in row.items for image_id in item.image_ids}
        text = "".join(pictures(images, shown)).encode()
        # Another run of the same pictures may have shown others of them.
        name = f"images-{images.digest[:12]}{PICTURES}"
        if content.members.get(name, text) != text:
            name = f"images-{images.digest[:12]}-{len(content.runs)}{PICTURES}"
        content.members[name] = text
        named["pictures"] = name
    return named


def _noted(
    content: _Content, file: str, asked: Mapping[str, Sequence[str]] | None
) -> dict[str, Json]:
    if asked is None:
        return {}
    name = f"{file.removesuffix('.json')}.asked.json"
    content.members[name] = (canonical(asked) + "\n").encode()
    return {"asked": name}


def _check_quotes(answers: Mapping[str, Answer], survey: Survey) -> None:
    """Raise where a model wrote a question of the survey into its text."""
    wordings = {_folded(question.text): question.question_id for question in survey.questions}
    for answer in answers.values():
        if not isinstance(answer, Text):
            continue
        text = _folded(answer.text)
        for wording, question_id in wordings.items():
            if wording in text:
                raise DataProblem(
                    f"a text that the model wrote quotes question {question_id!r} of "
                    f"{survey.name} ({survey.licence}); --allow-quotes puts it into the bundle"
                )


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
