"""Which words mark a nationality's stories: TF-IDF as published, log-odds with a test beside it.

Knows words of stories and counts; no list of words made by hand, and no meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from benchmark.analyses.reporting import scored
from benchmark.analyses.stories.table import IntArray
from benchmark.analyses.stories.words import StoryWords, story_words
from benchmark.metrics.distinctive import log_odds, max_t_p, tf_idf
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.records import Analysis, Evidence, Score

LISTED = 25  # as published
FEWEST_STORIES = 10  # with a word, for its log-odds
SHUFFLINGS = 199
LEVEL = 0.05


def story_vocabulary(evidence: Evidence, *, shufflings: int = SHUFFLINGS) -> list[Score]:
    """Words as scores: scope ``country`` and ``word``, in stories under all proxies but controls.

    ``story_word_tfidf``: a document for each nationality, raw count times ln(N/df), the 25
    highest (scope ``end``: ``top``) and the 25 lowest (``bottom``) of the words it uses; words
    that every nationality uses tie at 0, in alphabetical order. ``story_word_z``: log-odds with
    an informative Dirichlet prior, 25 highest, counted in *stories that have the word*, so that a
    name repeated in one story counts once, and of words in at least 10 stories.
    ``story_word_p`` is that z's p against the largest z of all words and nationalities when
    nationality is shuffled within concept, temperature and proxy: below 0.05 a word is a
    *marker*, with a chance of 0.05 of any false one in the whole table.

    Learned marker words: ``story_marker_words`` by country counts them; ``story_marker_rate`` is
    the share of stories that have a marker of their own nationality and
    ``story_marker_rate_others`` the share of other nationalities' stories that have one of it,
    both in concepts that the markers were *not* learned from (two halves, each tests the other);
    overall, by country, by proxy (controls too). No direction: a stereotype is a marker.
    """
    table = story_words(evidence.records, evidence.answers)
    if table is None or table.control.all() or len(table.countries) < 2:
        return []
    stories = ~table.control
    entries = stories[table.story]
    counted = table.by_country(entries, table.country)
    kept = np.asarray(counted.sum(axis=0) >= FEWEST_STORIES)
    z = np.full(counted.shape, np.nan)
    z[:, kept] = log_odds(counted[:, kept])
    largest = _largest(table, entries & kept[table.word], kept, evidence.rng, shufflings)
    p = max_t_p(z, largest)
    return [
        *_tf_idf_words(table, entries, counted),
        *_z_words(table, z, p, counted, shufflings),
        *_markers(table, p, kept, largest),
    ]


STORY_VOCABULARY = Analysis(
    compute=story_vocabulary,
    provides=(
        *("story_word_tfidf", "story_word_z", "story_word_p"),
        *("story_marker_words", "story_marker_rate", "story_marker_rate_others"),
    ),
)


def _largest(
    table: StoryWords,
    entries: BoolArray,
    kept: BoolArray,
    rng: np.random.Generator,
    shufflings: int,
) -> FloatArray:
    """The largest z of each shuffling of nationality within strata, (shufflings,)."""
    stories = np.flatnonzero(~table.control)
    grouped = stories[np.argsort(table.stratum[stories], kind="stable")]
    found = np.full(shufflings, -np.inf)
    for k in range(shufflings):
        mixed = rng.permutation(grouped)
        mixed = mixed[np.argsort(table.stratum[mixed], kind="stable")]
        country = table.country.copy()
        country[grouped] = table.country[mixed]
        z = log_odds(table.by_country(entries, country)[:, kept])
        found[k] = z.max(initial=-np.inf)
    return found


def _z_words(
    table: StoryWords, z: FloatArray, p: FloatArray, counted: FloatArray, shufflings: int
) -> Iterator[Score]:
    method = f"maxT over all words and nationalities, {shufflings} shufflings"
    for c, country in enumerate(table.countries):
        known = np.flatnonzero(~np.isnan(z[c]))
        for w in known[np.argsort(-z[c][known], kind="stable")][:LISTED].tolist():
            n = int(counted[c, w])
            scope = {"country": country, "word": table.words[w]}
            yield scored("story_word_z", z[c, w], scope, n, "log-odds, counts are stories")
            yield scored("story_word_p", p[c, w], scope, n, method)


def _markers(
    table: StoryWords, p: FloatArray, kept: BoolArray, largest: FloatArray
) -> Iterator[Score]:
    mine = np.bincount(table.country[~table.control], minlength=len(table.countries))
    for c, country in enumerate(table.countries):
        number = float((p[c] <= LEVEL).sum())
        method = f"words with story_word_p of at most {LEVEL}"
        yield scored("story_marker_words", number, {"country": country}, int(mine[c]), method)
    has = _has_marker(table, kept, _threshold(largest))
    scopes: list[tuple[Mapping[str, str], BoolArray]] = [({}, ~table.control)]
    for k, proxy in enumerate(table.proxies):
        scopes.append(({"proxy": proxy}, np.asarray(table.proxy == k)))
    for scope, chosen in scopes:
        yield from _rates(table, has, chosen, scope, None)
    for c, country in enumerate(table.countries):
        yield from _rates(table, has, ~table.control, {"country": country}, c)


def _threshold(largest: FloatArray) -> float:
    """The least z whose p is at most the level; infinite where so few shufflings allow none."""
    most = int(LEVEL * (1 + largest.size)) - 1  # shufflings that may reach it
    if most < 0:
        return float("inf")
    return float(np.nextafter(np.sort(largest)[largest.size - 1 - most], np.inf))


def _has_marker(table: StoryWords, kept: BoolArray, threshold: float) -> BoolArray:
    """Whether a story has a marker of each nationality, learned from the other half's concepts."""
    has = np.zeros((len(table.country), len(table.countries)), dtype=np.bool_)
    for half in (0, 1):
        learned = (table.half[table.story] != half) & ~table.control[table.story]
        z = np.full((len(table.countries), len(table.words)), -np.inf)
        z[:, kept] = np.nan_to_num(
            log_odds(table.by_country(learned, table.country)[:, kept]), nan=-np.inf
        )
        marker = z >= threshold
        tested = table.half[table.story] == half
        for c in range(len(table.countries)):
            hit = tested & marker[c][table.word]
            has[table.story[hit], c] = True
    return has


def _rates(
    table: StoryWords,
    has: BoolArray,
    chosen: BoolArray,
    scope: Mapping[str, str],
    country: int | None,
) -> Iterator[Score]:
    rows = np.flatnonzero(chosen)
    own = np.zeros_like(has)
    own[np.arange(len(has)), table.country] = True
    columns = slice(None) if country is None else slice(country, country + 1)
    for metric, wanted in (
        ("story_marker_rate", own[rows, columns]),
        ("story_marker_rate_others", ~own[rows, columns]),
    ):
        n = int(wanted.sum())
        hits = float((has[rows, columns] & wanted).sum())
        yield scored(metric, hits / n if n else np.nan, scope, n, "markers of the other concepts")


def _tf_idf_words(table: StoryWords, entries: BoolArray, counted: FloatArray) -> Iterator[Score]:
    weighed = tf_idf(table.by_country(entries, table.country, table.count))
    for c, country in enumerate(table.countries):
        used = np.flatnonzero(counted[c] > 0)
        ties = int((weighed[c][used] == 0).sum())
        ends: Mapping[str, IntArray] = {
            "top": used[np.argsort(-weighed[c][used], kind="stable")],
            "bottom": used[np.argsort(weighed[c][used], kind="stable")],
        }
        for end, order in ends.items():
            method = "count · ln(N/df), a document for each nationality"
            if end == "bottom":
                method += f"; {ties} of {used.size} words at 0"
            for w in order[:LISTED].tolist():
                scope = {"country": country, "word": table.words[w], "end": end}
                value = weighed[c, w]
                yield scored("story_word_tfidf", value, scope, int(counted[c, w]), method)
