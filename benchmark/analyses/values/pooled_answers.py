"""The model's mean answer to each question under each proxy, and what noise a mean still holds.

Knows the answer table; not what is made of the means. Several answers to a question come of
pictures (a country's own), of orders of the options and of templates (the same for all countries).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.item_table import IntArray
from benchmark.analyses.values.answer_table import AnswerTable
from benchmark.metrics.dispersion import Noise, entropy
from benchmark.metrics.divergence import (
    BoolArray,
    FloatArray,
    restrict_unchecked,
)
from benchmark.vocabulary import Reading

DEBIASED = "debiased by the dispersion between answers"
SINGLE = "not debiased: one answer to each question"
PARTLY = "debiased under the proxies with several answers to a question"


@dataclass(frozen=True, kw_only=True, slots=True)
class PooledAnswers:
    """Mean answers under each proxy; ``noise`` is None where no question has several answers."""

    proxies: tuple[str, ...]
    control: BoolArray  # (proxies,)
    mean: FloatArray  # (proxies, countries, questions, options)
    noise: Noise | None  # of the same cells
    repeated: BoolArray  # (proxies,): some question has several answers


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answers:
    """Answers by picture and way of asking, the cell (proxy, country, question) of each.

    A way is a template, or an order of the options where there is one template.
    """

    p: FloatArray
    cell: IntArray
    picture: IntArray
    way: IntArray


def pooled_answers(table: AnswerTable, reading: Reading) -> PooledAnswers:
    """Means over pictures, orders and templates."""
    proxies = tuple(sorted({condition.proxy for condition in table.conditions}))
    shape = (len(proxies), len(table.countries), len(table.questions))
    answers = _numbered(table, proxies, shape)
    size, options = int(np.prod(shape)), answers.p.shape[1]
    mean = _by_code(answers.p, answers.cell, size)
    several = (answers.picture > 0) | (answers.way > 0)
    repeated = np.zeros(len(proxies), dtype=np.bool_)
    repeated[np.unravel_index(answers.cell[several], shape)[0]] = True
    keep = np.ones((size, options), dtype=np.bool_)
    if reading == "substantive":
        keep = np.broadcast_to(table.substantive, (*shape, options)).reshape(size, options)
    noise = None
    if several.any():
        found = _noise(answers, mean, keep, shape)
        noise = Noise(
            own=found.own.reshape(shape), variance=found.variance.reshape(*shape, options)
        )
    control = {condition.proxy: condition.control for condition in table.conditions}
    return PooledAnswers(
        proxies=proxies,
        control=np.array([control[name] for name in proxies], dtype=np.bool_),
        mean=(mean if keep.all() else restrict_unchecked(mean, keep)).reshape(*shape, options),
        noise=noise,
        repeated=repeated,
    )


def how_debiased(pooled: PooledAnswers, proxies: Sequence[int]) -> str:
    """What a figure over these proxies says about the noise in their answers."""
    repeated = pooled.repeated[list(proxies)]
    if not repeated.any():
        return SINGLE
    return DEBIASED if repeated.all() else PARTLY


def _numbered(
    table: AnswerTable, proxies: tuple[str, ...], shape: tuple[int, int, int]
) -> _Answers:
    """The answers of the table; orders of one template that is one of several are averaged."""
    each = table.each
    proxy = np.array([proxies.index(c.proxy) for c in table.conditions], dtype=np.intp)
    variants = [sorted(c.variant for c in table.conditions if c.proxy == name) for name in proxies]
    at = zip(table.conditions, proxy.tolist(), strict=True)
    template = np.array([variants[k].index(c.variant) for c, k in at], dtype=np.intp)
    one = np.array([len(names) == 1 for names in variants], dtype=np.bool_)
    way = np.where(one[proxy[each.condition]], each.order, template[each.condition])
    cell = np.ravel_multi_index((proxy[each.condition], each.country, each.question), shape)
    pictures, ways = (int(codes.max(initial=0)) + 1 for codes in (each.picture, way))
    key = (cell * pictures + each.picture) * ways + way
    found, p = _means(each.p, key)
    return _Answers(
        p=p, cell=found // (pictures * ways), picture=found // ways % pictures, way=found % ways
    )


def _noise(answers: _Answers, mean: FloatArray, keep: BoolArray, shape: tuple[int, ...]) -> Noise:
    """Of pictures, and of ways after what all countries share of them, by cell.

    Their interaction is in both and is taken off once: V = V_picture + V_way - V_picture x way.
    """
    size = len(mean)
    cell, own = answers.cell, answers.p - mean[answers.cell]
    pictures, ways = (int(codes.max(initial=0)) + 1 for codes in (answers.picture, answers.way))
    of_picture, shown = _means(own, cell * pictures + answers.picture)
    of_way, asked = _means(own, cell * ways + answers.way)
    p_number = np.bincount(of_picture // pictures, minlength=size)
    w_number = np.bincount(of_way // ways, minlength=size)
    rest = (
        own
        - shown[np.searchsorted(of_picture, cell * pictures + answers.picture)]
        - asked[np.searchsorted(of_way, cell * ways + answers.way)]
    )
    # What all countries share of a way: a liking for a label is not noise between countries.
    proxy, _, question = np.unravel_index(of_way // ways, shape)
    together = (proxy * shape[2] + question) * ways + of_way % ways
    codes, shared = _means(asked, together)
    position = np.searchsorted(codes, together)
    countries = np.bincount(position)[position]
    asked = np.where((countries > 1)[:, None], asked - shared[position], 0.0)
    asked *= np.sqrt(countries / np.maximum(countries - 1, 1))[:, None]
    parts = [
        _jackknifed(shown, of_picture // pictures, p_number - 1, mean, keep),
        _jackknifed(asked, of_way // ways, w_number - 1, mean, keep),
        _jackknifed(rest, cell, (p_number - 1) * (w_number - 1), mean, keep),
    ]
    return Noise(
        own=parts[0].own + parts[1].own - parts[2].own,
        variance=(parts[0].variance + parts[1].variance - parts[2].variance).clip(min=0),
    )


def _jackknifed(
    off: FloatArray, cell: IntArray, freedom: IntArray, mean: FloatArray, keep: BoolArray
) -> Noise:
    """From what each answer is off the mean: leaving it out moves the mean by that over freedom."""
    size, options = mean.shape
    own, variance = np.zeros(size), np.zeros((size, options))
    chosen = freedom[cell] > 0
    off, cell = off[chosen], cell[chosen]
    if cell.size:
        moved = restrict_unchecked((mean[cell] - off / freedom[cell, None]).clip(min=0), keep[cell])
        at = restrict_unchecked(mean[cell], keep[cell])
        lost = freedom[cell] * (entropy(at) - entropy(moved))
        codes, lowered = _means(np.nan_to_num(lost)[:, None], cell)
        _, squares = _means(np.where(keep[cell], off, 0.0) ** 2 / freedom[cell, None], cell)
        own[codes], variance[codes] = lowered[:, 0], squares
    return Noise(own=own, variance=variance)


def _by_code(rows: FloatArray, codes: IntArray, size: int) -> FloatArray:
    found = np.full((size, rows.shape[1]), np.nan)
    some, means = _means(rows, codes)
    found[some] = means
    return found


def _means(rows: FloatArray, codes: IntArray) -> tuple[IntArray, FloatArray]:
    """Codes that occur, sorted, and the mean of each one's rows."""
    order = np.argsort(codes, kind="stable")
    found, starts, counts = np.unique(codes[order], return_index=True, return_counts=True)
    if not found.size:
        return found, rows[:0]
    means: FloatArray = np.add.reduceat(rows[order], starts) / counts[:, None]
    return found, means
