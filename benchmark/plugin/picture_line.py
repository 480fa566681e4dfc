"""The header's line about pictures that cost a model many tokens.

Knows suites that show pictures, and a model's processor, which it opens without the weights and
only if a picture is large.
"""

from __future__ import annotations

from benchmark.errors import CultureError
from benchmark.models import registry
from benchmark.models.picture_cost import MANY, SMALL, cost
from benchmark.models.weights.processor_arguments import cap
from benchmark.records import ModelIdentity
from benchmark.settings import Settings
from benchmark.suite.protocol import ShowsPictures, Suite

# What opening an unsuitable processor can raise; loading the model explains it in a sentence.
FAILURES = (
    *(CultureError, OSError, ValueError, TypeError, KeyError),
    *(ImportError, AttributeError, RuntimeError),
)


def picture_line(suite: Suite, settings: Settings, identity: ModelIdentity) -> str:
    """The largest picture's tokens and what limits them; empty if they are few."""
    if not identity.scoring:
        return ""
    found = suite.largest_picture() if isinstance(suite, ShowsPictures) else None
    if found is None or found[1][0] * found[1][1] < SMALL:
        return ""
    name, (width, height) = found
    try:
        processor, family = registry.open_processor(settings, identity)
        one = cost(processor, (width, height))
    except FAILURES:
        return ""
    if one.tokens <= MANY:
        return ""
    limit = cap(family)
    hint = f"{limit} makes it fewer" if limit else "smaller pictures make it fewer"
    return (
        f"  pictures: {name} ({width} by {height} pixels) is {one.tokens} tokens to this model and "
        f"{one.mebibytes:.0f} MiB of pixels; {hint} (docs/models.md)"
    )
