"""The words that set a nationality's stories apart, from a run's scores, to list and to mark.

Knows scores of a country's words, not of its groups'; no text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmark.jsonio import Json
from benchmark.records import Score
from leaderboard.page.figures import rounded

MOST = 12  # words of a list
COMMON = 0.0  # a TF-IDF of 0: every nationality uses the word


def vocabulary(scores: Sequence[Score]) -> Mapping[str, Json]:
    """By country: ``tested`` words ``[word, z, p, stories]`` and ``counted`` ``[word, weight, n]``.

    ``tested`` has the log-odds, markers (p of at most 0.05) first; ``counted`` the published
    TF-IDF, which has no test. Words that every nationality uses are in neither.
    """
    of_countries = [s for s in scores if s.scope.keys() - {"end"} == {"country", "word"}]
    p = {_place(s): s.value for s in of_countries if s.metric == "story_word_p"}
    found: dict[str, dict[str, list[Json]]] = {}
    for score in of_countries:
        country, word = _place(score)
        mine = found.setdefault(country, {})
        if score.metric == "story_word_z" and score.value > 0:
            entry: Json = [word, rounded(score.value), rounded(p.get(_place(score), 1.0)), score.n]
            mine.setdefault("tested", []).append(entry)
        leads = score.metric == "story_word_tfidf" and score.scope.get("end") == "top"
        if leads and score.value > COMMON:
            mine.setdefault("counted", []).append([word, rounded(score.value), score.n])
    return {
        country: {name: words[:MOST] for name, words in sorted(lists.items())}
        for country, lists in sorted(found.items())
        if lists
    }


def _place(score: Score) -> tuple[str, str]:
    return score.scope["country"], score.scope["word"]
