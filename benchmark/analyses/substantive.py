"""Which options of a question are answers, found in the rows: no row says it in so many words.

Knows items and metrics. A row holds both distributions and what they are worth over substantive
options; of all choices of options only the right one gives those values. Where several do, they
differ in options that nobody chose, and no figure can tell them apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from benchmark.errors import DataProblem
from benchmark.metrics.divergence import (
    BoolArray,
    FloatArray,
    divergence_unchecked,
    restrict_unchecked,
)
from benchmark.records import Item

DIVERGENCE = "js_divergence_substantive"
UNIFORM = "floor_uniform_substantive"
NEEDS = frozenset({DIVERGENCE, UNIFORM})
TOLERANCE = 1e-8
BLOCK = 4096  # choices of options tried at once


def has_substantive_value(item: Item) -> bool:
    """Whether the item compares model and people over substantive options."""
    compared = item.human is not None and item.model is not None
    return compared and bool(np.isfinite(item.values.get(DIVERGENCE, np.nan)))


def substantive_options(telling: Sequence[Item]) -> BoolArray:
    """The mask (options,) that explains the substantive values of all these items of one question.

    A DataProblem names the question where no mask does: then the values are not those of the
    distributions beside them.
    """
    people = np.array([item.human for item in telling], dtype=np.float64)  # (items, options)
    model = np.array([item.model for item in telling], dtype=np.float64)
    for masks in _guesses(people.shape[1]):
        found = _explaining(masks, telling, people, model)
        if found is not None:
            return found
    raise DataProblem(
        f"no choice of substantive options gives the values of question {telling[0].item_id!r} "
        f"in case {telling[0].case_id!r}; the row's distributions and values do not belong together"
    )


def _explaining(
    masks: BoolArray, telling: Sequence[Item], people: FloatArray, model: FloatArray
) -> BoolArray | None:
    """The first mask that gives every item's values; the first item leaves few to try."""
    values = np.array(
        [[item.values[DIVERGENCE], item.values.get(UNIFORM, np.nan)] for item in telling]
    )
    for some in (slice(1), slice(1, None)):
        fits = _fits(masks, values[some], people[some], model[some])
        masks = masks[fits.all(axis=1)]
    return masks[0] if len(masks) else None


def _fits(masks: BoolArray, values: FloatArray, p: FloatArray, q: FloatArray) -> BoolArray:
    """Whether each mask gives each item's two values, (masks, items)."""
    keep = masks[:, None, :]
    kept = restrict_unchecked(p, keep)  # (masks, items, options)
    divergence = divergence_unchecked(kept, restrict_unchecked(q, keep))
    fits = np.abs(divergence - values[:, 0]) < TOLERANCE
    uniform = restrict_unchecked(np.ones_like(p), keep)
    expected = (1 - values[:, 1]) ** 2
    floor = np.abs(divergence_unchecked(kept, uniform) - expected) < TOLERANCE
    return np.asarray(fits & (floor | np.isnan(expected)))


def _guesses(options: int) -> Iterator[BoolArray]:
    """All masks: first those that drop options at the end, where surveys print non-answers."""
    ends = np.arange(options) < np.arange(options, 0, -1)[:, None]
    yield ends
    every = itertools.product((True, False), repeat=options)
    while block := list(itertools.islice(every, BLOCK)):
        yield np.array(block, dtype=np.bool_)
