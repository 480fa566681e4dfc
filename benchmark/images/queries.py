"""What to look for when gathering pictures for stories: a query for each concept and nationality.

Knows the two lists; no picture and no network: nothing here searches.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from benchmark.stories.lists import Concept, Nationality

COLUMNS = ("concept", "country", "query", "file")


def query_list(
    concepts: Sequence[Concept], nationalities: Sequence[Nationality], *, shared: bool
) -> str:
    """CSV with a row for each picture to find; ``file`` is where `pick` expects it.

    With ``shared``, also a row for the picture that serves every nationality.

    >>> from benchmark.stories.lists import concept, nationalities
    >>> egypt = [nationalities()["EGY"]]
    >>> print(query_list([concept("forest", source="")], egypt, shared=True).strip())
    concept,country,query,file
    forest,,forest for a child,forest/shared
    forest,EGY,forest for an Egyptian child,forest/EGY
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for concept in concepts:
        if shared:
            words = f"{concept.concept} for a child"
            writer.writerow((concept.slug, "", words, f"{concept.slug}/shared"))
        for whom in nationalities:
            words = f"{concept.concept} for {whom.with_article} child"
            writer.writerow((concept.slug, whom.iso3, words, f"{concept.slug}/{whom.iso3}"))
    return text.getvalue()
