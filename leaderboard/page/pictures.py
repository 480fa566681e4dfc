"""Small copies of the pictures that a run showed, where their licence lets anybody pass them on.

Knows picture sets, licences and pixels; not what was asked about a picture. A picture without a
free licence is credited but not shown.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from benchmark.errors import ImageProblem
from benchmark.images.image_set import ImageSet
from benchmark.images.manifest import ImageEntry
from benchmark.jsonio import Json

SIDE = 96  # pixels of the longer side
LARGE_SIDE = 320  # of a picture that a story was written for
QUALITY = 60
# Licences under which a copy may be made smaller and published with its credit.
_FREE = re.compile(
    r"\bcc0\b|public domain|\bcc[ -]by\b|creative commons attribution|\bapache\b|\bmit\b",
    re.IGNORECASE,
)
_BOUND = re.compile(r"\bnc\b|\bnd\b|non-?commercial|no-?deriv", re.IGNORECASE)


def is_free(licence: str) -> bool:
    """Whether anybody may publish a small copy with its credit; unknown licences are not free.

    >>> [is_free(text) for text in ("CC BY 4.0", "CC0", "CC BY-NC-SA 4.0", "", "all rights")]
    [True, True, False, False, False]
    """
    return bool(_FREE.search(licence)) and not _BOUND.search(licence)


def thumbnails(
    sets: Sequence[ImageSet], wanted: Iterable[str], *, side: int = SIDE
) -> Mapping[str, Json]:
    """By image id: licence, credit, category and, where it may be shown, a data URI in ``src``."""
    entries = {e.image_id: (e, images) for images in reversed(sets) for e in images.entries}
    return {
        image_id: _shown(*entries[image_id], side)
        for image_id in sorted(set(wanted))
        if image_id in entries
    }


def _shown(entry: ImageEntry, images: ImageSet, side: int) -> Mapping[str, Json]:
    about: dict[str, Json] = {
        "licence": entry.licence,
        "credit": entry.credit,
        "category": entry.category,
        "country": entry.country,
    }
    if entry.income_usd_month is not None:
        about["income"] = entry.income_usd_month
    if is_free(entry.licence):
        try:
            about["src"] = _small(entry, images, side)
        except ImageProblem:  # the file is missing, but credit and licence are known
            about["missing"] = True
    return about


def _small(entry: ImageEntry, images: ImageSet, side: int) -> str:
    picture = images.source.read(entry).copy()
    picture.thumbnail((side, side))
    out = io.BytesIO()
    picture.save(out, format="WEBP", quality=QUALITY, method=6)
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"
