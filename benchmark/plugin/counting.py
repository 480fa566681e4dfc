"""Count what a run would ask, without asking: cases, prompts, prefixes, pictures, stored answers.

Knows scripts and an interview's keys; loads no model. Only first stages can be counted: what a
script asks next depends on the answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmark.engine.interview import Interview
from benchmark.engine.plan import GroupKey, group_key
from benchmark.errors import CultureError
from benchmark.plugin.suite_session import SuiteSession
from benchmark.records import Case, Embed, Generate, ImageRef, Request

Kind = tuple[str, bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Requests of one unit that share a prefix; ``n_missing`` of them have no stored answer."""

    unit: str
    name: GroupKey
    n_missing: int


@dataclass(kw_only=True)
class Counts:
    """Counts over the chosen cases of one suite; ``kinds`` holds what is left to compute.

    ``most_written`` is the tokens of the texts among it if each runs to its limit.
    """

    n_cases: int = 0
    n_units: int = 0
    n_prompts: int = 0
    n_missing: int = 0
    n_groups: int = 0
    most_written: int = 0
    pictures: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    kinds: dict[Kind, list[Group]] = field(default_factory=dict)


def count(suite: SuiteSession, interview: Interview) -> Counts:
    """Count every unit's first stage, each distinct request once."""
    counts = Counts()
    seen: set[bytes] = set()
    for unit, cases in suite.units.items():
        counts.n_units += 1
        counts.n_cases += len(cases)
        requests = interview.distinct(first_stage(suite, cases, counts.broken))
        new = {k: r for k, r in requests.items() if bytes.fromhex(k) not in seen}
        seen.update(map(bytes.fromhex, new))
        held = interview.held(list(new))
        counts.most_written += sum(
            request.params.max_new_tokens
            for key, request in new.items()
            if isinstance(request, Generate) and key not in held
        )
        groups: dict[GroupKey, list[str]] = {}
        for key, request in new.items():
            groups.setdefault(group_key(request), []).append(key)
            counts.pictures.update(ref.digest for ref in _pictures(request))
        counts.n_prompts += len(new)
        counts.n_groups += len(groups)
        for name, keys in groups.items():
            missing = sum(1 for key in keys if key not in held)
            if missing:
                kind = (name[0], bool(_pictures(new[keys[0]])))
                group = Group(unit=unit, name=name, n_missing=missing)
                counts.kinds.setdefault(kind, []).append(group)
                counts.n_missing += missing
    return counts


def first_stage(suite: SuiteSession, cases: Sequence[Case], broken: list[str]) -> list[Request]:
    """What a model is asked for these cases before any answer."""
    found: list[Request] = []
    for case in cases:
        script = suite.suite.interview(case)
        try:
            found += suite.expand(next(script))
        except StopIteration:
            continue
        except CultureError as error:
            broken.append(str(error))
        finally:
            script.close()
    return found


def members(suite: SuiteSession, group: Group) -> list[Request]:
    """The requests of a group, in the order of a run."""
    requests = first_stage(suite, suite.units[group.unit], [])
    return [request for request in requests if group_key(request) == group.name]


def _pictures(request: Request) -> tuple[ImageRef, ...]:
    if isinstance(request, Embed):
        return () if isinstance(request.content, str) else (request.content,)
    return request.prompt.images
