"""GPUs for xdist workers, one or an equal share each; pure: the controller never starts CUDA.

A worker sees only its own devices, through the environment of its process. Numbering by worker id
would be wrong after a restart; the environment stays with the worker's specification.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from benchmark.errors import UsageProblem

VISIBLE = "CUDA_VISIBLE_DEVICES"


class WorkerSpec(Protocol):
    """The part of execnet's worker specification used here."""

    env: dict[str, str]


def visible_gpus(n_listed: int, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The GPUs a process may name in CUDA_VISIBLE_DEVICES: those visible now, else all by number.

    >>> visible_gpus(3, {}), visible_gpus(8, {"CUDA_VISIBLE_DEVICES": "5,7"})
    (('0', '1', '2'), ('5', '7'))
    """
    if VISIBLE not in environ:
        return tuple(map(str, range(n_listed)))
    return tuple(part.strip() for part in environ[VISIBLE].split(",") if part.strip())


def assign(specs: Sequence[WorkerSpec], gpus: Sequence[str], *, several: bool = False) -> None:
    """Give each worker one GPU of its own; with ``several`` an equal share of all.

    Raises
    ------
    UsageProblem
        There are more workers than GPUs (two models on one would run out of memory), or the GPUs
        are unknown.
    """
    if not gpus:
        raise UsageProblem(
            f"the driver lists no GPUs to give to the workers ({len(specs)}); name them in "
            f"{VISIBLE}, or use -n 0"
        )
    each = len(gpus) // len(specs) if several else 1
    if several and each < 2:
        raise UsageProblem(
            f"-n {len(specs)} leaves each worker {each} of {len(gpus)} GPUs, and --device balanced "
            "spreads a model over two or more; use fewer workers or --device cuda"
        )
    if len(specs) > len(gpus):
        raise UsageProblem(
            f"-n {len(specs)} asks for more workers than there are GPUs ({len(gpus)}); "
            f"use -n {len(gpus)}, or --device cpu"
        )
    for i, spec in enumerate(specs):
        spec.env[VISIBLE] = ",".join(gpus[i * each : (i + 1) * each])
