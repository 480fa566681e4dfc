"""Which cells there are: country by category by question type, and their blind controls.

Knows the questions and the settings; no prompt and no answer. No picture is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from benchmark.errors import UsageProblem, unknown
from benchmark.option_values import resolve_names
from benchmark.questions.kinds import categories, question_types, slug_of
from benchmark.questions.question import PictureQuestion, QuestionSet
from benchmark.records import Case, Excluded, Selection
from benchmark.settings import Settings
from benchmark.vocabulary import CONTROL, QUESTION
from benchmark.world.countries import country
from suites.cultureverse.options import CultureVerseOptions

ALL = "all"

Cell = tuple[str, str, str]  # country, category, question type


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The cells that questions and settings allow."""

    suite: str
    questions: QuestionSet
    settings: Settings
    own: CultureVerseOptions

    def select(self) -> Selection:
        """Every cell with a question, by country, and those without one."""
        cases: list[Case] = []
        excluded: list[Excluded] = []
        for iso3 in self.countries:
            for category in self.categories:
                for kind in self.types:
                    mine = list(self._cases((iso3, category, kind)))
                    if (iso3, category, kind) in self._by_cell:
                        cases += mine
                    else:
                        why = "the set has no question of this type and category on the country"
                        excluded.append(Excluded(case_id=mine[0].case_id, reason=why))
        return Selection(cases=tuple(cases), excluded=tuple(excluded))

    def of(self, case: Case) -> Sequence[PictureQuestion]:
        """The questions of a case in order of id, at most ``--limit`` of them."""
        found = self._by_cell[case.country, case.topic, case.proxy]
        return found[: self.settings.limit]

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Those the user names, else all in the set."""
        named = (country(c, source="--countries").iso3 for c in self.settings.countries)
        return tuple(dict.fromkeys(named)) or tuple(sorted({iso3 for iso3, _, _ in self._by_cell}))

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Those asked for, in the paper's order, then a set's own."""
        there = {category for _, category, _ in self._by_cell}
        known = (*categories(), *sorted(there - set(categories())))
        slug = partial(_slug, labels=categories(), known=known, kind="category")
        wanted = set(resolve_names(self.settings.topics, slug, option="--topics")) or there
        return tuple(slug for slug in known if slug in wanted)

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Those asked for, in the paper's order."""
        there = {kind for _, _, kind in self._by_cell}
        known = tuple(question_types())
        slug = partial(_slug, labels=question_types(), known=known, kind="question type")
        wanted = set(resolve_names(self.settings.proxies, slug, option="--proxies")) or there
        return tuple(slug for slug in known if slug in wanted)

    @cached_property
    def _by_cell(self) -> Mapping[Cell, list[PictureQuestion]]:
        found: dict[Cell, list[PictureQuestion]] = {}
        for question in self.questions.questions:
            if self.own.split in (ALL, question.split or self.own.split):
                cell = question.country, question.category, question.question_type
                found.setdefault(cell, []).append(question)
        if not found:
            there = sorted({question.split for question in self.questions.questions})
            raise UsageProblem(
                f"--split {self.own.split}: the set has no questions in this split, only in "
                f"{', '.join(there)}; name one of these or all"
            )
        return found

    def _cases(self, cell: Cell) -> Iterator[Case]:
        iso3, category, kind = cell
        for variant in ("", *self.own.controls):
            yield Case(
                suite=self.suite,
                country=iso3,
                topic=category,
                proxy=kind,
                variant=variant,
                # A picture belongs to one country, so all its questions are in one unit.
                unit=f"{self.suite}/{iso3}",
                kind=CONTROL if variant else QUESTION,
            )


def _slug(
    name: str, *, labels: Mapping[str, str], known: Sequence[str], kind: str, source: str
) -> str:
    found = slug_of(name, labels) or (name if name in known else None)
    if found is None:
        raise UsageProblem(unknown(kind, name, known, source=source))
    return found
