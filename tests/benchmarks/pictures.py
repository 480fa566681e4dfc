"""How many tokens a picture is to each family, with the settings of its published checkpoints.

Prints the second table of docs/models.md: ``python -m tests.benchmarks.pictures`` (a minute). The
processors are the library's, opened as a run opens them; tokenizers and weights are stand-ins,
which a count of picture tokens does not depend on.
"""

from __future__ import annotations

import dataclasses
import json
import shlex
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.models.picture_cost import cost
from benchmark.models.weights.processor_arguments import cap, open_with
from benchmark.models.weights.processors import open_processor
from tests.models.families import builders, newer
from tests.models.families.parts import Parts, library, write

SIZES = ((4000, 3000), (1024, 768), (264, 264))
PINPOINTS = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
STEPS = range(384, 2304 + 1, 384)


def _square(side: int) -> dict[str, int]:
    return {"height": side, "width": side}


def _pixels(least: int, most: int) -> dict[str, int]:
    return {"shortest_edge": least, "longest_edge": most}


def published() -> dict[str, tuple[Callable[[], Parts], Any, dict[str, object]]]:
    """A family's stand-in, its image processor as published, and its processor's settings."""
    t = library()
    qwen = t.Qwen2VLImageProcessorPil
    crops = partial(t.GotOcr2ImageProcessorPil, crop_to_patches=True, max_patches=12)
    clip = {"size": {"shortest_edge": 336}, "crop_size": _square(336)}
    grid = [[height, width] for height in STEPS for width in STEPS]
    plain = {"patch_size": 14, "vision_feature_select_strategy": "default"}
    return {
        "aya_vision": (newer.aya_vision, crops(size=_square(364)), {"img_size": 364}),
        "gemma3": (
            builders.gemma3,
            t.Gemma3ImageProcessorPil(size=_square(896)),
            {"image_seq_length": 256},
        ),
        "gemma4": (builders.gemma4, t.Gemma4ImageProcessorPil(), {"image_seq_length": 280}),
        "idefics3": (
            newer.idefics3,
            t.Idefics3ImageProcessorPil(
                size={"longest_edge": 4 * 364}, max_image_size={"longest_edge": 364}
            ),
            {"image_seq_len": 169},
        ),
        "internvl": (builders.internvl, crops(size=_square(448)), {"image_seq_length": 256}),
        "llava": (builders.llava, t.CLIPImageProcessorPil(**clip), plain),
        "llava_next": (
            builders.llava_next,
            t.LlavaNextImageProcessorPil(image_grid_pinpoints=PINPOINTS, **clip),
            plain,
        ),
        "llava_onevision": (
            newer.llava_onevision,
            t.LlavaOnevisionImageProcessorPil(size=_square(384), image_grid_pinpoints=grid),
            {"num_image_tokens": 729},
        ),
        "mistral3": (
            newer.mistral3,
            t.PixtralImageProcessorPil(size={"longest_edge": 1540}, patch_size=_square(14)),
            {},
        ),
        "qwen2_5_vl": (builders.qwen2_5_vl, qwen(size=_pixels(3136, 12845056)), {}),
        "qwen2_vl": (newer.qwen2_vl, qwen(size=_pixels(3136, 12845056)), {}),
        "qwen3_vl": (builders.qwen3_vl, qwen(size=_pixels(65536, 16777216), patch_size=16), {}),
        "smolvlm": (
            builders.smolvlm,
            t.SmolVLMImageProcessorPil(
                size={"longest_edge": 1536}, max_image_size={"longest_edge": 384}
            ),
            {"image_seq_len": 81},
        ),
    }


def main() -> None:
    """A row for each family."""
    library().utils.logging.set_verbosity_error()
    library().utils.logging.disable_progress_bar()
    shown = " | ".join(f"{width} by {height}" for width, height in SIZES)
    print(f"| family | {shown} | the first with its cap | cap |\n|---|---|---|---|---|---|")  # noqa: T201
    with tempfile.TemporaryDirectory() as place:
        for family, (builder, pictures, settings) in published().items():
            parts = builder()
            arguments = parts.processor_arguments | settings
            whole = dataclasses.replace(
                parts, image_processor=pictures, processor_arguments=arguments
            )
            print(_row(family, write(whole, Path(place) / family)))  # noqa: T201


def _row(family: str, folder: Path) -> str:
    opened = partial(open_processor, library(), folder, trust_remote_code=False)
    limit = cap(family)
    argument = shlex.split(limit)[-1].removeprefix("processor.") if limit else ""
    name, _, value = argument.partition("=")
    given = {name: json.loads(value)} if limit else {}
    found = [cost(open_with(opened, {}, name=family, family=family), size) for size in SIZES]
    capped = cost(open_with(opened, given, name=family, family=family), SIZES[0])
    cells = [f"{one.tokens} ({one.mebibytes:.0f} MiB)" for one in found]
    last = f"{capped.tokens} | `{limit}`" if limit else "none | "
    return f"| `{family}` | {' | '.join(cells)} | {last} |"


if __name__ == "__main__":
    main()
