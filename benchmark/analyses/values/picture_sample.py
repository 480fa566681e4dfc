"""How near the answer under each single picture is, and what other pictures would have changed.

Knows items with their pictures, and gains over a paired table; not which proxies are compared.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.item_table import Grouping, IntArray, ItemTable, Labels, item_rows
from benchmark.analyses.pairing import rows_of
from benchmark.analyses.values.stacking import kept, stacked, widest
from benchmark.metrics.divergence import FloatArray, js_similarity, restrict_unchecked
from benchmark.metrics.two_way import Crossed, PictureVariance, picture_variance
from benchmark.records import CaseRecord, Item
from benchmark.vocabulary import SUBSTANTIVE


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """Every single answer to the items of a table, all (answers,): one a picture and order."""

    item: IntArray  # the item's place in the table
    picture: IntArray  # among the item's own, from 0; 0 without any
    order: IntArray  # of the options, from 0 as printed
    orders: IntArray  # how many there were
    similarity: Mapping[str, FloatArray]  # by the suffix of the reading


def answers_of(items: Sequence[Item]) -> Answers:
    """The similarity of each answer to the people's, in both readings."""
    each = [item.each if item.human is not None else () for item in items]
    counts = np.array([len(answers) for answers in each], dtype=np.intp)
    item = np.repeat(np.arange(len(items)), counts)
    place = np.arange(len(item)) - np.repeat(np.cumsum(counts) - counts, counts)
    orders = np.array(
        [len(a) // max(1, len(i.image_ids)) for a, i in zip(each, items, strict=True)],
        dtype=np.intp,
    )[item]
    width = widest(items)
    model = stacked([p for answers in each for p in answers], width)
    human = stacked([i.human or () for i in items], width)[item]
    opinions = kept(items, width, substantive=True)[item]
    readings = {
        "": (human, model),
        SUBSTANTIVE: (restrict_unchecked(human, opinions), restrict_unchecked(model, opinions)),
    }
    return Answers(
        item=item,
        picture=place // np.maximum(1, orders),
        order=place % np.maximum(1, orders),
        orders=orders,
        similarity={suffix: js_similarity(p, q) for suffix, (p, q) in readings.items()},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Every answer under a picture, orders averaged, and where it stands; all (answers,)."""

    row: IntArray  # of the table that is paired over proxies
    proxy: IntArray
    picture: IntArray
    similarity: Mapping[str, FloatArray]
    proxies: tuple[str, ...]


def shown_pictures(records: Sequence[CaseRecord], table: ItemTable) -> Shown:
    """The answers of a table of these records under pictures; other proxies show none."""
    every = [item for _, item in item_rows(records)]
    pictured = np.flatnonzero([bool(item.image_ids) for item in every])
    items = [every[k] for k in pictured.tolist()]
    _, row = rows_of(table, over="proxy")
    found = answers_of(items)
    pair = found.item * (int(found.picture.max(initial=0)) + 1) + found.picture
    _, first, at = np.unique(pair, return_index=True, return_inverse=True)
    item, picture = found.item[first], found.picture[first]
    n = np.bincount(at)
    names = [items[i].image_ids[k] for i, k in zip(item.tolist(), picture.tolist(), strict=True)]
    return Shown(
        row=row[pictured[item]],
        proxy=table.factors["proxy"].codes[pictured[item]],
        picture=Labels.of(names).codes,
        similarity={
            suffix: np.asarray(np.bincount(at, column, len(n)) / n)
            for suffix, column in found.similarity.items()
        },
        proxies=table.factors["proxy"].names,
    )


def of_gain(
    shown: Shown,
    wide: ItemTable,
    grouping: Grouping,
    *,
    under: Collection[str],
    gain: str,
    base: str,
    suffix: str,
) -> PictureVariance:
    """What pictures add to the variance of a gain in each scope of a grouping.

    ``gain`` and ``base`` name the columns of the gain and of what is subtracted; the similarity
    ``under`` several proxies is the mean of what it is under each. The pictures of one proxy of one
    country are drawn by themselves; that each country is asked about is no accident.
    """
    among = np.isin(shown.proxy, [k for k, name in enumerate(shown.proxies) if name in under])
    there = (
        among & np.isfinite(shown.similarity[suffix]) & np.isfinite(wide.values[gain])[shown.row]
    )
    there &= grouping.grouped[shown.row]
    row, proxy = shown.row[there], shown.proxy[there]
    country = wide.factors["country"].codes[row]
    answers = Crossed(
        value=shown.similarity[suffix][there] - wide.values[base][row],
        share=_shares(row, proxy, len(shown.proxies)),
        group=grouping.codes[row],
        stem=wide.clusters.codes[row],
        picture=shown.picture[there],
        stratum=country * len(shown.proxies) + proxy,
    )
    return picture_variance(answers, len(grouping.scopes))


def _shares(row: IntArray, proxy: IntArray, width: int) -> FloatArray:
    """Proxies count alike in a row, and pictures alike in a proxy: 1 over both numbers."""
    pairs, at = np.unique(row * width + proxy, return_inverse=True)
    proxies = np.bincount(pairs // width)
    share: FloatArray = 1 / (np.bincount(at)[at] * proxies[row])
    return share
