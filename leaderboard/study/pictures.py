"""The pictures of a study: finds them, checks their licences and copies them for Label Studio.

Knows sets of pictures and their terms; no rater. Only pictures whose licence lets anybody show
them are copied, each named by a number.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from PIL.Image import Image

from benchmark.errors import BoardProblem, DataProblem, UsageProblem
from benchmark.images.opening import ImageSet, drawn_stories, load_images, union
from benchmark.runs.run import Run

FOLDER = "pictures"
SAMPLE = "sample"
# Licences beginning like this let anybody show a picture with its credit, whatever else they ask.
FREE = ("cc0", "cc by", "cc-by", "public domain", "pd", "apache-2.0", "mit", "ogl")
SMALL = 512  # pixels a side up to which a lossless file is small enough
QUALITY = 92


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """One picture as raters see it: its file below Label Studio's root, its credit, its bytes."""

    file: str
    credit: str
    content: bytes


def open_pictures(run: Run, named: Sequence[str]) -> ImageSet:
    """The pictures that the run was measured on.

    Raises
    ------
    UsageProblem
        They are not the drawn sample and were not named.
    DataProblem
        Other pictures were named.
    """
    about = cast("Mapping[str, Any]", run.config.get("images") or {})
    if not named and about.get("name") != SAMPLE:
        raise UsageProblem(
            f"the stories were written with the pictures {about.get('name')!r}; name them with "
            "--images, or leave pictures out with --no-pictures"
        )
    sets = [drawn_stories() if one == SAMPLE else load_images(Path(one)) for one in named]
    found = union(sets) if sets else drawn_stories()
    if found.digest != about.get("digest"):
        raise DataProblem(
            f"the pictures in {', '.join(named) or SAMPLE} are not those that the stories were "
            "written with: their list or files differ; name the run's own with --images"
        )
    return found


def copies(images: ImageSet, wanted: Sequence[str], allowed: Sequence[str]) -> dict[str, Copy]:
    """Each of the wanted pictures by its id; ``allowed`` are licences besides the free ones.

    Raises
    ------
    BoardProblem
        A run names a picture that is not in the set.
    DataProblem
        A licence is not known to let anybody show the picture.
    ImageProblem
        A picture cannot be decoded.
    """
    entries = {entry.image_id: entry for entry in images.entries}
    known = tuple(one.casefold() for one in (*FREE, *allowed))
    for image in wanted:
        if image not in entries:
            raise BoardProblem(f"picture {image} of the runs is not among those named by --images")
    closed = [image for image in wanted if not _begins(entries[image].licence, known)]
    if closed:
        licence = entries[closed[0]].licence
        raise DataProblem(
            f"{len(closed)} pictures may not be free to show, such as {closed[0]} "
            f"({licence or 'no licence'}); allow a licence that you have checked with "
            "--allow-licence, or leave pictures out with --no-pictures"
        )
    found = {}
    for place, image in enumerate(sorted(wanted), start=1):
        entry = entries[image]
        content, ending = _encoded(images.open(entry).pixels())
        credit = f"{entry.credit}, {entry.licence}"
        found[image] = Copy(file=f"{FOLDER}/p{place:03d}.{ending}", credit=credit, content=content)
    return found


def _begins(licence: str, known: Sequence[str]) -> bool:
    """Whether a licence is a known one, in any version."""
    text = " ".join(licence.casefold().split())
    return any(
        text.startswith(one) and not text[len(one) : len(one) + 1].isalpha() for one in known
    )


def _encoded(image: Image) -> tuple[bytes, str]:
    out = io.BytesIO()
    if max(image.size) <= SMALL:
        image.save(out, "PNG")
        return out.getvalue(), "png"
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue(), "jpg"
