"""Answers a case's choices from the distributions in its items, where no stored answer is at hand.

Knows records and requests; no file. An item holds every answer to its question, but no text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from benchmark.errors import DataProblem
from benchmark.records import CaseRecord, Choice, Item, Probabilities, Reply, Request
from benchmark.replay.stored_model import Ask

SAY_WHERE = "name the --store that the run wrote, or give its bundle"


def by_items(record: CaseRecord) -> Ask:
    """Answer each choice about an item by the item's next distribution.

    The option mass of every answer is the item's mean, as it keeps no other.

    Raises
    ------
    DataProblem
        Something else than a choice is asked, or an item has fewer answers than are asked for.
    """
    answers = {item.item_id: _answers(item) for item in record.items}

    def ask(batch: Sequence[Request]) -> list[Reply]:
        return [_reply(record, request, answers) for request in batch]

    return ask


def _answers(item: Item) -> Iterator[Reply]:
    each = item.each or ((math.nan,) * len(item.human or ()),)
    mass = item.values.get("option_mass", math.nan)
    if len(item.request_keys) < len(each):
        return
    for key, p in zip(item.request_keys, each, strict=False):
        yield Reply(key=key, answer=Probabilities(p=p, option_mass=mass))


def _reply(record: CaseRecord, request: Request, answers: dict[str, Iterator[Reply]]) -> Reply:
    where = f"case {record.case.case_id!r}"
    if not isinstance(request, Choice):
        kind = type(request).__name__
        raise DataProblem(f"{where} needs a {kind} that its run file does not hold; {SAY_WHERE}")
    item_id = request.subject.item_id
    found = next(answers.get(item_id, iter(())), None)
    if found is None:
        raise DataProblem(
            f"{where} asked more about {item_id!r} than its run file holds (it keeps the mean over "
            f"orders of the options); {SAY_WHERE}"
        )
    printed = found.answer
    if not isinstance(printed, Probabilities) or len(printed.p) != len(request.labels):
        raise DataProblem(f"{where} has another number of options for {item_id!r} than are asked")
    order = request.subject.order or range(len(printed.p))
    shown = tuple(printed.p[place] for place in order)
    return Reply(key=found.key, answer=Probabilities(p=shown, option_mass=printed.option_mass))
