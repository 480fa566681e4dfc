"""Which raters are left out for missed attention checks, by rules with names.

Knows how checks went; it reads no rating of a story, so that nobody is dropped for what they
think.
"""

from __future__ import annotations

from collections.abc import Mapping

from leaderboard.study.ratings import Checks, Ratings

HALF, ANY, NONE = "half", "any", "none"
RULES: Mapping[str, str] = {
    HALF: "raters who missed half of the attention checks they answered, or more, are dropped",
    ANY: "raters who missed any attention check are dropped",
    NONE: "no rater is dropped, whatever checks they missed",
}


def dropped(ratings: Ratings, rule: str) -> tuple[str, ...]:
    """The raters that a rule of `RULES` leaves out, in the key's order.

    An unanswered check is not missed; a rater who answered none is kept.
    """
    return tuple(rater for rater in ratings.raters if fails(ratings.checks[rater], rule))


def fails(checks: Checks, rule: str) -> bool:
    """Whether a rater is dropped.

    >>> fails(Checks(on_list=2, answered=2, missed=1), HALF)
    True
    >>> fails(Checks(on_list=3, answered=3, missed=1), HALF)
    False
    """
    least = {HALF: max(1.0, checks.answered / 2), ANY: 1.0, NONE: float("inf")}[rule]
    return checks.missed >= least
