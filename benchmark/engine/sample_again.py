"""Which computed questions are asked again: a small sample, the same for the same run.

Knows requests and their keys; no model and no store. Questions are drawn by their keys, which are
digests and so as good as random, from a few groups that share a prefix: each group costs one
encoding, and a spread over groups shows what another picture does to the rounding.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.engine.plan import GroupKey, group_key
from benchmark.records import Choice, Request

LEAST, MOST = 16, 64  # questions
SHARE = 100  # one in so many of those computed; asked twice, this is 2 % of the prompts
EACH = 8  # questions of one group
KEPT = 2 * MOST  # groups that are remembered while more come


class Sample:
    """Remembers some of the requests that a model has computed; memory is bounded."""

    def __init__(self) -> None:
        self.n_seen = 0
        self._groups: dict[GroupKey, dict[str, Request]] = {}
        self._ranks: dict[GroupKey, str] = {}  # the key by which a group came in
        self._last = ""

    def add(self, computed: Mapping[str, Request]) -> None:
        """Note what was computed, by key; only choices can be compared."""
        for key, request in computed.items():
            if isinstance(request, Choice):
                self.n_seen += 1
                self._note(group_key(request), key, request)

    def drawn(self, least: int = LEAST) -> dict[str, Request]:
        """The sample, group by group: one in a hundred, from ``least`` on, at most 64 unasked for.

        All that were seen where these are fewer; a ``least`` above 64 is kept to as far as the
        groups remembered go.
        """
        wanted = max(least, min(self.n_seen // SHARE, MOST))
        each = max(EACH, -(-wanted // max(len(self._groups), 1)))
        found: dict[str, Request] = {}
        for name in sorted(self._groups, key=self._ranks.__getitem__):
            group = self._groups[name]
            found |= {key: group[key] for key in sorted(group)[: min(each, wanted - len(found))]}
        return found

    def _note(self, name: GroupKey, key: str, request: Request) -> None:
        if name not in self._groups:
            if len(self._groups) == KEPT and key > self._last:
                return
            self._enter(name, key)
        group = self._groups[name]
        group[key] = request
        if len(group) > MOST:
            del group[max(group)]

    def _enter(self, name: GroupKey, key: str) -> None:
        if len(self._groups) == KEPT:
            gone = max(self._ranks, key=self._ranks.__getitem__)
            del self._groups[gone], self._ranks[gone]
        self._groups[name], self._ranks[name] = {}, key
        self._last = max(self._ranks.values())
