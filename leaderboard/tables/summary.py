"""Lines, cells and sentences of a run as a suite's layout declares them; text from scores.

Knows layouts and scores; no table, no file and no suite. A part of a line whose score is missing is
left out, and no number stands without its n or a figure to compare it with.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from benchmark.records import Score
from benchmark.suite.layout import (
    ANY,
    OR,
    PLACE,
    Column,
    Finding,
    Group,
    Layout,
    Line,
    Place,
    place_of,
    places,
)
from benchmark.vocabulary import Reading
from benchmark.world.countries import countries
from leaderboard.board.standing import counts

NOT_SCORED = "—"
BETWEEN = " · "
LEAST_P = 0.005  # below, a p of two decimals would read 0
LEAST_SHOWN = 0.0005  # below, three decimals would read 0
Scope = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TextLine:
    """A line of a run: its label, its value, and what follows the value."""

    label: str
    value: str
    beside: str = ""


class Scored:
    """Scores by name and scope, or by metric and scope those of one ``reading`` or of none.

    ``scope`` is that of the figures over everything. It is empty, unless the headline was scored
    under some proxy only, as controls alone are: then it is the first such proxy's.
    """

    def __init__(
        self, scores: Iterable[Score], headline: str = "", *, reading: Reading | None = None
    ) -> None:
        self.headline = headline
        self._found: dict[tuple[str, Scope], Score] = {}
        self._scopes: dict[str, list[Scope]] = {}
        for score in scores:
            if reading is not None and score.reading not in (reading, ""):
                continue
            name = score.name if reading is None else score.metric
            scope = tuple(sorted(score.scope.items()))
            self._found.setdefault((name, scope), score)
            self._scopes.setdefault(name, []).append(scope)
        alone = [s for s in self._scopes.get(headline, []) if [key for key, _ in s] == ["proxy"]]
        whole = (headline, ()) in self._found or not alone
        self.scope: Mapping[str, str] = {} if whole else dict(min(alone))

    def get(self, metric: str, scope: Mapping[str, str] | None = None) -> Score | None:
        """The score in that scope; of several members that it allows, that of the first."""
        wanted = {**self.scope, **(scope or {})}
        if not any(ANY in member or OR in member for member in wanted.values()):
            return self._found.get((metric, tuple(sorted(wanted.items()))))
        scopes = self._scopes.get(metric, [])
        fitting = [s for s in scopes if len(s) == len(wanted) and all(_fits(p, wanted) for p in s)]
        if not fitting:
            return None
        return self._found[metric, min(fitting, key=lambda s: [_rank(pair, wanted) for pair in s])]

    def members(self, metric: str, by: str) -> list[str]:
        """The members of a grouping that the metric was scored for, in order of their names."""
        scopes = [s for s in self._scopes.get(metric, []) if [key for key, _ in s] == [by]]
        return sorted((member for ((_, member),) in scopes), key=lambda name: name_of(by, name))


def lines_of(scores: Iterable[Score], layout: Layout, headline: str = "") -> list[TextLine]:
    """Every line and grouping of the layout that has something to say, in its order."""
    if not (layout.lines or layout.groups):
        return []
    found = Scored(scores, headline)
    said = [line for one in layout.lines if (line := _line(found, one)) is not None]
    groups = (_group(found, one) for one in layout.groups)
    only = found.scope.get("proxy")
    note = f"these figures are of {only} alone"
    alone = [TextLine(label="only controls", value=note)] if only else []
    return [*alone, *said, *(line for line in groups if line.beside)]


def sentences(found: Scored, finding: Finding) -> Iterator[str]:
    """What a run found, once or for each member of the grouping that was scored."""
    first = next(places(finding.text), None)
    members = sorted(found.members(first.metric, finding.by)) if first and finding.by else []
    for scope in [{finding.by: member} for member in members] if finding.by else [{}]:
        if _has_all(found, finding.text, scope):
            more = takewhile(lambda part: _has_all(found, part, scope), finding.more)  # noqa: B023 - consumed at once
            yield _filled(found, "".join((finding.text, *more)), scope)


def cell(found: Scored, column: Column, scope: Mapping[str, str] | None = None) -> str:
    """A cell: the value, and on a second line its interval or the p that goes with it; or a count.

    The column without a metric is the headline's.
    """
    score = found.get(column.metric or found.headline, scope)
    if score is not None and column.count:
        return _count(score, column.count)
    if score is None or math.isnan(score.value):
        return NOT_SCORED
    text = number(score.value, column.decimals, signed=column.signed)
    if column.interval:
        return f"{text}\n{ends(score, column.decimals)}".rstrip()
    p = found.get(column.below, scope) if column.below else None
    if p is None or math.isnan(p.value):
        return text
    return f"{text}\n{f'p {p.value:.2f}' if p.value >= LEAST_P else 'p<0.01'}"


def name_of(key: str, member: str) -> str:
    """A readable name for a member of a grouping.

    >>> name_of("country", "NGA"), name_of("topic", "music-dance")
    ('Nigeria', 'music dance')
    """
    known = countries().get(member) if key == "country" else None
    return known.name if known is not None else member.replace("-", " ")


def ends(score: Score, decimals: int) -> str:
    """``low…high``, or ``too few`` where that is why there is none."""
    if math.isnan(score.low) or math.isnan(score.high):
        return "too few" if score.method.startswith("too few") else ""
    return f"{number(score.low, decimals)}…{number(score.high, decimals)}"


def with_ends(score: Score, decimals: int, *, signed: bool = False) -> str:
    """Value and interval, or why there is none, as part of a sentence."""
    three = (score.value, score.low, score.high)
    value, low, high = (number(x, decimals, signed=signed) for x in three)
    if math.isnan(score.low):
        return f"{value} ({score.method})" if score.method.startswith("too few") else value
    return f"{value} [{low}, {high}]"


# --- lines ---------------------------------------------------------------------------------


def _line(found: Scored, line: Line) -> TextLine | None:
    wanted = [found.get(place.metric, place.scope) for place in places(line.value)]
    if None in wanted:
        return None
    beside = [_filled(found, part) for part in line.beside if _has_all(found, part)]
    if not wanted and not beside:
        return None
    return TextLine(label=line.label, value=_filled(found, line.value), beside=BETWEEN.join(beside))


def _group(found: Scored, group: Group) -> TextLine:
    first = next(places(group.shows))
    shown = []
    for member in found.members(first.metric, group.by):
        scope = {group.by: member}
        if _has_all(found, group.shows, scope):
            shown.append(f"{name_of(group.by, member)} {_filled(found, group.shows, scope)}")
    return TextLine(label=group.label, value="", beside=BETWEEN.join(shown))


def _has_all(found: Scored, text: str, scope: Mapping[str, str] | None = None) -> bool:
    scores = [found.get(p.metric, {**p.scope, **(scope or {})}) for p in places(text)]
    return all(score is not None and not math.isnan(score.value) for score in scores)


def _filled(found: Scored, text: str, scope: Mapping[str, str] | None = None) -> str:
    def fill(match: re.Match[str]) -> str:
        place = place_of(match)
        score = found.get(place.metric, {**place.scope, **(scope or {})})
        return "" if score is None else _formatted(score, place)

    return " ".join(PLACE.sub(fill, text).split())


def _formatted(score: Score, place: Place) -> str:
    form = place.form
    match form:
        case "n":
            return str(score.n)
        case "missing":
            return str(score.n_missing)
        case "first":
            return score.method.partition(",")[0]
        case _ if form.startswith("of-"):
            return name_of(form[3:], score.scope[form[3:]])
        case _ if form.startswith("key-"):
            return score.scope[form[4:]]
        case _ if "with" in form:
            return with_ends(score, int(form[-1]), signed=form[0] == "+")
        case _ if math.isnan(score.value):
            why = score.method if score.method.startswith("too few") else ""
            return "" if form.startswith("ends") else f"{NOT_SCORED} {why}"
        case "p":
            return "< 0.001" if score.value < 0.001 else f"{score.value:.3f}"
        case _ if form.startswith("ends"):
            both = ends(score, int(form[4:]))
            return f"[{both}]" if "…" in both else f"({both})" if both else ""
        case _:
            return number(score.value, int(form[-1]), signed=form[0] == "+")


def number(value: float, decimals: int, *, signed: bool = False) -> str:
    """A number with fixed decimals; a zero has no sign, whatever it was rounded from.

    >>> number(-0.0004, 2, signed=True), number(0.25, 2, signed=True)
    ('0.00', '+0.25')
    """
    near = round(value, decimals) + 0.0  # + 0.0: no minus before a zero
    return f"{near:{'+' if signed and near else ''}.{decimals}f}"


def little(value: float) -> str:
    """A share that may be small: three decimals, unless these would read 0.

    >>> little(0.0213), little(1e-6)
    ('0.021', '1e-06')
    """
    return f"{value:.0e}" if 0 < value < LEAST_SHOWN else number(value, 3)


def _count(score: Score, count: str) -> str:
    n, unasked, unanswered = counts(score)
    known = {"n": n, "missing": score.n_missing, "unasked": unasked, "unanswered": unanswered}
    return NOT_SCORED if known[count] is None else str(known[count])


def _fits(pair: tuple[str, str], wanted: Mapping[str, str]) -> bool:
    key, member = pair
    return key in wanted and bool({ANY, member} & set(wanted[key].split(OR)))


def _rank(pair: tuple[str, str], wanted: Mapping[str, str]) -> tuple[int, str]:
    """How early a member stands among those that are wanted; those of `ANY` by name."""
    key, member = pair
    named = wanted[key].split(OR)
    return (named.index(member) if member in named else len(named)), member


def explained(columns: Sequence[Column]) -> Iterator[str]:
    """What each column is, for those that say it."""
    for column in columns:
        if column.note:
            head = column.head.replace("-\n", "").replace("\n", " ")
            yield f"{head}: {column.note}"
