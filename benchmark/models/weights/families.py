"""Which scoring path a model takes, read from its config.json; needs no torch.

Knows no weights: a family is covered if a test compares its shared prefixes with full prompts.
"""

from __future__ import annotations

import importlib.resources
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from benchmark.errors import ModelProblem, UsageProblem
from benchmark.models.weights.local import json_object

# Raise a number when prompts of its path are rendered or read differently: it is part of the
# store's key, so that answers to the old prompts are not taken for answers to the new ones.
SHARED: Final = "shared 2"
FULL: Final = "full 2"
Scoring = Literal["shared 2", "full 2"]
AUTO_MAP = "auto_map"  # of config.json: classes in the repository's own Python files
CHOICES = ("auto", "shared", "full")


def scoring_path(
    asked: str,
    config: Mapping[str, object],
    *,
    name: str,
    attention: str,
    trusted: bool = False,
    spread: bool = False,
) -> Scoring:
    """`SHARED` where the prefix's encoding can serve many prompts, else `FULL`.

    ``trusted``: code of the model's repository is run, if it has any. ``spread``: the model is on
    several devices; sharing was never tried on several GPUs, so ``auto`` does not choose it.

    Raises
    ------
    ModelProblem
        ``shared`` was asked for, but this model is not covered.
    """
    if asked == "full":
        return FULL
    why = uncovered(config, attention=attention)
    if trusted and AUTO_MAP in config:
        why = "it runs its repository's code, which was not tested"
    match asked:
        case "auto":
            return FULL if why or spread else SHARED
        case "shared" if why:
            raise ModelProblem(
                f"--scoring shared is not possible for {name}: {why}; use --scoring auto or full"
            )
        case "shared":
            return SHARED
        case _:
            raise UsageProblem(f"--scoring {asked!r} is none of {', '.join(CHOICES)}")


def check_own_code(config: Mapping[str, object], *, name: str) -> None:
    """Raise where the config names code of another repository, which no commit of this one pins."""
    classes = config.get(AUTO_MAP)
    for where in classes.values() if isinstance(classes, dict) else ():
        if "--" in str(where):
            raise ModelProblem(
                f"{name} takes its code from another repository ({where}), whose commit would not "
                "be recorded; save model and code together in one folder and pass that"
            )


def uncovered(config: Mapping[str, object], *, attention: str) -> str:
    """Why prefixes cannot be shared; empty where they can."""
    known = _table()
    text = config.get("text_config")
    text = text if isinstance(text, dict) else {}
    family, decoder = config.get("model_type"), text.get("model_type")
    if family not in known["families"]:
        return f"its family {family!r} was not tested for it"
    if decoder is not None and decoder not in known["texts"]:
        return f"its text model {decoder!r} was not tested for it"
    layers = {str(layer) for layer in text.get("layer_types") or ()}
    if strange := sorted(layers.difference(known["layers"])):
        return f"its layers of kind {strange[0]!r} keep no keys and values that could be shared"
    if attention not in known["attentions"]:
        return f"the attention {attention!r} was not tested for it"
    return ""


def _table() -> Mapping[str, frozenset[str]]:
    file = importlib.resources.files("benchmark.models.weights").joinpath("families.toml")
    rows = tomllib.loads(file.read_text("utf-8"))
    return {name: frozenset(values) for name, values in rows.items()}


def folder_config(folder: Path) -> Mapping[str, object]:
    """The model's config.json as it stands."""
    return json_object(folder / "config.json", "a model's config")
