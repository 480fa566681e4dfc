"""From a case's replies to its record: distributions, values, means; knows no model and no pytest.

Serves every suite that compares option probabilities with a people's answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmark.calibration import Calibration, stack, substantive_mask
from benchmark.errors import ModelProblem
from benchmark.metrics.alignment import SUBSTANTIVE, similarity_values
from benchmark.records import Case, CaseRecord, Item, Probabilities, Reply, Score
from benchmark.survey import Question

Floats = NDArray[np.float64]

DIRECTION: Mapping[str, bool | None] = {
    "js_similarity": True,
    "js_distance": False,
    "js_divergence": False,
}


def case_record(
    case: Case,
    *,
    questions: Sequence[Question],
    unasked: Sequence[Question],
    replies: Sequence[Sequence[Reply]],
    image_ids: Sequence[str],
    calibration: Calibration,
) -> CaseRecord:
    """Compare the mean answer over pictures with the people's, question by question.

    ``replies`` holds one sequence per picture (one in all without pictures), in the order of
    ``questions``; ``unasked`` are the questions nobody was asked in this country, kept as
    missing items.
    """
    model, mass = _mean_answer(replies)
    human = stack([[q.human[case.country]] for q in questions])[:, 0]
    values = {
        **similarity_values(human, model, substantive_mask(questions)),
        **calibration.values(case.country, questions),
        "option_mass": mass,
    }
    items = [
        Item(
            case_id=case.case_id,
            item_id=question.question_id,
            cluster=question.stem,
            image_ids=tuple(image_ids),
            request_keys=tuple(row[i].key for row in replies),
            human=tuple(human[i, : len(question.options)].tolist()),
            model=_distribution(model[i, : len(question.options)]),
            values={name: float(column[i]) for name, column in values.items()},
        )
        for i, question in enumerate(questions)
    ]
    items += [
        Item(case_id=case.case_id, item_id=question.question_id, cluster=question.stem)
        for question in unasked
    ]
    items.sort(key=lambda item: item.item_id)
    return CaseRecord(case=case, scores=_scores(values, len(items)), items=tuple(items))


def _mean_answer(replies: Sequence[Sequence[Reply]]) -> tuple[Floats, Floats]:
    """Mean probabilities (questions, options) and option mass (questions,) over pictures."""
    answers = [[_probabilities(reply) for reply in row] for row in replies]
    p = np.stack([stack([[answer.p] for answer in row])[:, 0] for row in answers])
    mass = np.array([[answer.option_mass for answer in row] for row in answers])
    return p.mean(axis=0), mass.mean(axis=0)


def _probabilities(reply: Reply) -> Probabilities:
    if not isinstance(reply.answer, Probabilities):
        kind = type(reply.answer).__name__
        raise ModelProblem(f"the model answered a choice with {kind}, not with probabilities")
    return reply.answer


def _distribution(p: Floats) -> tuple[float, ...] | None:
    return None if np.isnan(p).any() else tuple(p.tolist())


def _scores(values: Mapping[str, Floats], n_items: int) -> tuple[Score, ...]:
    return tuple(_mean(name, column, n_items) for name, column in values.items())


def _mean(name: str, column: Floats, n_items: int) -> Score:
    metric = name.removesuffix(SUBSTANTIVE)
    found = column[~np.isnan(column)]
    return Score(
        metric=metric,
        value=float(found.mean()) if found.size else float("nan"),
        n=int(found.size),
        n_missing=n_items - int(found.size),
        method="mean",
        higher_is_better=DIRECTION.get(metric),
        reading=""
        if name == "option_mass"
        else ("substantive" if name.endswith(SUBSTANTIVE) else "printed"),
    )
