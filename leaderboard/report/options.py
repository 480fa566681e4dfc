"""The readings and formats that a report offers, and how formats are parsed.

Knows nothing else, so that the command line imports nothing that draws or computes.
"""

from __future__ import annotations

from typing import Literal, get_args

from benchmark.errors import UsageProblem, unknown

ReadingName = Literal["substantive", "printed", "paper"]
Format = Literal["md", "csv", "tex", "svg", "png"]
Picture = Literal["svg", "png"]
READING_NAMES: tuple[ReadingName, ...] = get_args(ReadingName)
FORMATS: tuple[Format, ...] = get_args(Format)
PICTURES: tuple[Picture, ...] = get_args(Picture)


def formats(text: str) -> tuple[Format, ...]:
    """The formats in a comma-separated list, in our order; UsageProblem for unknown ones.

    >>> formats("png, md")
    ('md', 'png')
    """
    wanted = {part.strip().casefold() for part in text.split(",") if part.strip()}
    for name in sorted(wanted - set(FORMATS)):
        raise UsageProblem(unknown("format", name, FORMATS, source="--formats"))
    if not wanted:
        raise UsageProblem(f"--formats {text!r} names no format; give some of {', '.join(FORMATS)}")
    return tuple(name for name in FORMATS if name in wanted)
