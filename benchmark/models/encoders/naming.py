"""What an encoder's name means, and everything about it that can change a vector; loads none.

Looks at names and folders and asks the Hub for a commit. Knows no suite and imports no framework,
unless an embedded encoder has to be built first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from benchmark.errors import UsageProblem, unknown
from benchmark.hub.asking import REPO_ID
from benchmark.models.encoders.random_weights import RANDOM, ready_encoder
from benchmark.models.weights import machine
from benchmark.models.weights.commits import hub_commit
from benchmark.models.weights.local import (
    check_folder,
    folder_named,
    processor_digest,
    weights_digest,
)
from benchmark.models.weights.placement import BALANCED
from benchmark.option_values import names
from benchmark.records import ModelIdentity
from benchmark.settings import EncoderChoice

OPTION = "--encoder"
DTYPE = "float32"  # encoders are small, and half precision moves a cosine by a hundredth
VERSION = "encoders 2"  # raise when a text is cut or a vector is made otherwise
_HUB = re.compile(rf"(?P<id>{REPO_ID})(@(?P<revision>[\w.-]+(/[\w.-]+)*))?")


def encoders_named(texts: Iterable[str], *, here: Path) -> tuple[EncoderChoice, ...]:
    """The encoders of ``--encoder``, each once; an existing folder wins over the Hub.

    Raises
    ------
    UsageProblem
        A name is unknown (near ones are suggested), or two encoders would share one.
    ModelProblem
        A folder does not hold a model.
    """
    found: dict[str, EncoderChoice] = {}
    for text in texts:
        for name in names(text, OPTION):
            one = _choice(name, here)
            if found.setdefault(one.name, one) != one:
                raise UsageProblem(
                    f"{OPTION} {name}: another encoder is named {one.name!r} already, and figures "
                    "could not tell them apart; rename the folder or leave one out"
                )
    return tuple(found.values())


def encoder_identity(choice: EncoderChoice, *, device: str, cache: Path) -> ModelIdentity:
    """What an encoder's vectors depend on, without loading it.

    Raises
    ------
    HubProblem
        The Hub does not have it, or cannot be reached and the cache has no commit of it.
    """
    folder = encoder_folder(choice, cache=cache)
    kind = machine.device_kind(encoder_device(device))
    return ModelIdentity(
        name=choice.name,
        model_id=f"{choice.name} (random weights)" if choice.source in RANDOM else choice.name,
        revision=hub_commit(choice.source, choice.revision, option=OPTION)
        if folder is None
        else weights_digest(folder, cache=cache),
        backend=f"{machine.backend()} / {VERSION}",
        dtype=DTYPE,
        device_kind=kind,
        processor="commit" if folder is None else processor_digest(folder),
        resize=machine.resize(),
    )


def encoder_folder(choice: EncoderChoice, *, cache: Path) -> Path | None:
    """Where an encoder's files lie on this machine; None for one that is on the Hub."""
    if choice.source in RANDOM:
        return ready_encoder(choice.source, cache)
    path = Path(choice.source)
    return path if path.is_absolute() else None


def encoder_device(device: str) -> str:
    """An encoder's device; where a model is spread over all GPUs, the first of them."""
    return "auto" if device == BALANCED else device


def _choice(name: str, here: Path) -> EncoderChoice:
    if name in RANDOM:
        return EncoderChoice(name=name, source=name)
    if (folder := folder_named(name, here=here)) is not None:
        path = folder.resolve()
        check_folder(path)
        return EncoderChoice(name=path.name, source=str(path))
    if re.match(r"\.{0,2}/|~|\.$|\.\.$", name):
        raise UsageProblem(f"{OPTION} {name}: there is no such folder")
    found = _HUB.fullmatch(name)
    if found is None:
        note = (
            f"{OPTION} takes these, an org/name on the Hub such as openai/clip-vit-base-patch32, "
            "or a folder"
        )
        raise UsageProblem(unknown("encoder", name, RANDOM, source=note))
    return EncoderChoice(name=found["id"], source=found["id"], revision=found["revision"])
