"""Figures over many cases: `CaseRecord`s in, `Score`s out; knows no survey, no picture, no file.

A new analysis is one file here and one row below; a suite lists the names it wants in suite.toml.
Names and seed stand in run.json, so whoever holds that file can compute its scores again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from benchmark.analyses.questions.accuracy import Accuracy
from benchmark.analyses.questions.blind import Blind
from benchmark.analyses.questions.calibration_error import Calibration
from benchmark.analyses.questions.disparity import Disparity
from benchmark.analyses.stories.distances import StoryDistances
from benchmark.analyses.stories.encoders import StoryEncoders
from benchmark.analyses.stories.groups import StoryGroups
from benchmark.analyses.stories.lexical import StoryLexical
from benchmark.analyses.stories.retrieval import StoryRetrieval
from benchmark.analyses.stories.variance import StoryVariance
from benchmark.analyses.stories.vocabulary import StoryVocabulary
from benchmark.analyses.values.alignment import Alignment
from benchmark.analyses.values.contrast import Contrast
from benchmark.analyses.values.distances import Distances
from benchmark.analyses.values.identification import Identification
from benchmark.analyses.values.rationales import Rationales
from benchmark.analyses.values.recognition import Recognition
from benchmark.analyses.values.spread import Spread
from benchmark.errors import DataProblem, unknown
from benchmark.records import Analysis, AnswerReader, CaseRecord, Score

ANALYSES: Mapping[str, Analysis] = {
    "alignment": Alignment(),
    "identification": Identification(),
    "spread": Spread(),
    "distances": Distances(),
    "contrast": Contrast(),
    "recognition": Recognition(),
    "rationales": Rationales(),
    "story_lexical": StoryLexical(),
    "story_vocabulary": StoryVocabulary(),
    "story_variance": StoryVariance(),
    "story_distances": StoryDistances(),
    "story_groups": StoryGroups(),
    "story_retrieval": StoryRetrieval(),
    "story_encoders": StoryEncoders(),
    "accuracy": Accuracy(),
    "disparity": Disparity(),
    "calibration_error": Calibration(),
    "blind": Blind(),
}


def chosen(
    names: Sequence[str], own: Mapping[str, Analysis], *, source: str
) -> Mapping[str, Analysis]:
    """The analyses of these names, in their order: the shared ones and a suite's ``own``.

    Raises
    ------
    DataProblem
        Neither has the name, which stood in ``source``, or both have one.
    """
    for name in ANALYSES.keys() & own.keys():
        raise DataProblem(f"analysis {name!r} is a shared one; name the suite's own otherwise")
    known = {**ANALYSES, **own}
    for name in names:
        if name not in known:
            raise DataProblem(unknown("analysis", name, known, source=source))
    return {name: known[name] for name in names}


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
        return tuple(
            score
            for name, analysis in analyses.items()
            for score in analysis(ordered, answers, rng=_rng(f"{seed}/{suite}/{name}"))
        )


def _rng(text: str) -> np.random.Generator:
    return np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))
