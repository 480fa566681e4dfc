"""Figures over many cases: `CaseRecord`s in, `Score`s out; knows no survey, no picture, no file.

A new analysis is one file here and one row below; a suite lists the names it wants in suite.toml.
Each declares what it provides and needs, and both are checked against the suites that name it.
Names and seed are in run.json, so whoever has that file can compute its scores again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

import numpy as np
from threadpoolctl import threadpool_limits

from benchmark.analyses.questions.accuracy import ACCURACY
from benchmark.analyses.questions.blind import WITHOUT_PICTURE
from benchmark.analyses.questions.calibration_error import CALIBRATION_ERROR
from benchmark.analyses.questions.disparity import DISPARITY
from benchmark.analyses.stories.distances import STORY_DISTANCES
from benchmark.analyses.stories.encoders import STORY_ENCODERS
from benchmark.analyses.stories.groups import STORY_GROUPS
from benchmark.analyses.stories.lexical import STORY_LEXICAL
from benchmark.analyses.stories.retrieval import STORY_RETRIEVAL
from benchmark.analyses.stories.variance import STORY_VARIANCE
from benchmark.analyses.stories.vocabulary import STORY_VOCABULARY
from benchmark.analyses.unanswered import with_unanswered
from benchmark.analyses.values.alignment import ALIGNMENT
from benchmark.analyses.values.contrast import CONTRAST
from benchmark.analyses.values.distances import DISTANCES
from benchmark.analyses.values.generalisability import GENERALISABILITY
from benchmark.analyses.values.identification import IDENTIFICATION
from benchmark.analyses.values.option_bias import OPTION_BIAS
from benchmark.analyses.values.population import POPULATION
from benchmark.analyses.values.rationales import RATIONALES
from benchmark.analyses.values.recognition import RECOGNITION
from benchmark.analyses.values.spread import SPREAD
from benchmark.analyses.values.written_agreement import WRITTEN
from benchmark.errors import DataProblem, unknown
from benchmark.records import Analysis, AnswerReader, CaseRecord, Evidence, Score
from benchmark.vocabulary import SUBSTANTIVE

ANALYSES: Mapping[str, Analysis] = {
    "alignment": ALIGNMENT,
    "identification": IDENTIFICATION,
    "spread": SPREAD,
    "distances": DISTANCES,
    "contrast": CONTRAST,
    "generalisability": GENERALISABILITY,
    "recognition": RECOGNITION,
    "rationales": RATIONALES,
    "population": POPULATION,
    "option_bias": OPTION_BIAS,
    "written_agreement": WRITTEN,
    "story_lexical": STORY_LEXICAL,
    "story_vocabulary": STORY_VOCABULARY,
    "story_variance": STORY_VARIANCE,
    "story_distances": STORY_DISTANCES,
    "story_groups": STORY_GROUPS,
    "story_retrieval": STORY_RETRIEVAL,
    "story_encoders": STORY_ENCODERS,
    "accuracy": ACCURACY,
    "disparity": DISPARITY,
    "calibration_error": CALIBRATION_ERROR,
    "blind": WITHOUT_PICTURE,
}


def chosen(
    names: Sequence[str], own: Mapping[str, Analysis], *, source: str
) -> Mapping[str, Analysis]:
    """The analyses of these names, in their order: the shared ones and a suite's ``own``.

    Raises
    ------
    DataProblem
        Neither has the name that ``source`` gives, or both have it.
    """
    for name in ANALYSES.keys() & own.keys():
        raise DataProblem(f"analysis {name!r} is a shared one; give the suite's own another name")
    known = {**ANALYSES, **own}
    for name in names:
        if name not in known:
            raise DataProblem(unknown("analysis", name, known, source=source))
    return {name: known[name] for name in names}


def provided(analyses: Mapping[str, Analysis]) -> tuple[str, ...]:
    """The metrics that these analyses declare; in a name, ``*`` stands for what the data name."""
    return tuple(dict.fromkeys(name for one in analyses.values() for name in one.provides))


def is_provided(name: str, metrics: Iterable[str]) -> bool:
    """Whether a score of this name, in either reading, is of one of the declared metrics.

    >>> is_provided("js_similarity_substantive", ["js_similarity"])
    True
    >>> is_provided("rationale_words", ["rationale_*"]), is_provided("gini", ["accuracy"])
    (True, False)
    """
    names = {name, name.removesuffix(SUBSTANTIVE)}
    return any(fnmatchcase(one, metric) for one in names for metric in metrics)


def check_headline(headline: str, analyses: Mapping[str, Analysis], *, suite: str) -> None:
    """Refuse a headline that none of a suite's analyses provides.

    Raises
    ------
    DataProblem
        The table of every run would be empty.
    """
    if not is_provided(headline, provided(analyses)):
        raise DataProblem(
            f"suite {suite!r} has the headline {headline!r}, which none of its analyses "
            f"({', '.join(analyses) or 'there are none'}) provides, so no run of it could be "
            "shown; case_means of benchmark.analyses.case_means averages a score of its rows"
        )


def check_needs(
    rows: Sequence[CaseRecord], analyses: Mapping[str, Analysis], *, suite: str
) -> None:
    """Refuse the rows of a whole run that lack what an analysis cannot do without.

    An item without keys and values was not asked, for example because no picture was kept. Where
    that is so for all items of one kind of case, nobody knows what they would have recorded.

    Raises
    ------
    DataProblem
        No item of any case has a value that an analysis needs.
    """
    items = [(row.case.kind, item) for row in rows for item in row.items]
    asked = {kind for kind, item in items if item.values or item.request_keys}
    if not rows or asked != {kind for kind, _ in items}:
        return
    recorded = {name for _, item in items for name in item.values}
    for name, analysis in analyses.items():
        for value in analysis.needs:
            if value not in recorded:
                raise DataProblem(
                    f"analysis {name!r} needs item value {value!r}, which no case of suite "
                    f"{suite!r} records; record it, or leave the analysis out of suite.toml"
                )


def check_shown(
    rows: Sequence[CaseRecord], scores: Iterable[Score], headline: str, *, suite: str
) -> None:
    """Refuse a whole run in which no analysis scored the headline, in any scope.

    Raises
    ------
    DataProblem
        The analyses skipped the cases, as they skip kinds of cases that they do not read.
    """
    if rows and headline not in {score.name for score in scores}:
        kinds = ", ".join(sorted({repr(row.case.kind) for row in rows}))
        raise DataProblem(
            f"no analysis made a score {headline!r}, the headline of suite {suite!r}, of its "
            f"{len(rows)} cases; its analyses may not read cases of kind {kinds}"
        )


def recompute(
    rows: Sequence[CaseRecord],
    analyses: Mapping[str, Analysis],
    *,
    suite: str,
    seed: int,
    answers: AnswerReader,
) -> tuple[Score, ...]:
    """The scores of a run from its rows, the same for every order of them.

    The generator of an analysis depends on seed, suite and its name alone.
    """
    ordered = sorted(rows, key=lambda row: row.case.case_id)
    # One thread: a BLAS that splits its sums differently rounds differently, and on a busy
    # machine it is many times slower.
    with threadpool_limits(limits=1):
        found = [
            score
            for name, analysis in analyses.items()
            for score in analysis.compute(
                Evidence(records=ordered, answers=answers, rng=_rng(f"{seed}/{suite}/{name}"))
            )
        ]
        return tuple(with_unanswered(ordered, found))


def _rng(text: str) -> np.random.Generator:
    return np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))
