"""In which orders a question's options are shown, and what an answer means in the printed one.

Only arithmetic on positions. Only cyclic orders are used: over a full cycle each option appears
once under each label, so a bias towards a label or a place cancels in the mean.
"""

from __future__ import annotations

from collections.abc import Sequence

Order = tuple[int, ...]  # for each option as shown, its place as printed


def cyclic_orders(n_options: int, n_orders: int | None) -> tuple[Order, ...]:
    """At most ``n_orders`` rotations, spread evenly over the cycle; the printed order is first.

    None means the full cycle.

    >>> cyclic_orders(4, 2)
    ((0, 1, 2, 3), (2, 3, 0, 1))
    """
    n = n_options if n_orders is None else min(n_orders, n_options)
    starts = [i * n_options // n for i in range(n)]
    return tuple(tuple((start + i) % n_options for i in range(n_options)) for start in starts)


def as_printed(shown: Sequence[float], order: Order) -> tuple[float, ...]:
    """Probabilities of the options as shown, put into the printed order.

    >>> as_printed((0.1, 0.2, 0.7), (2, 0, 1))
    (0.2, 0.7, 0.1)
    """
    printed = [0.0] * len(order)
    for value, place in zip(shown, order, strict=True):
        printed[place] = value
    return tuple(printed)
