"""Shows timings as a table and writes them as JSON; measures nothing."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

from rich.table import Table

from benchmark.models import machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.jsonio import Json
    from benchmark.perf.measure import Figures


def table(figures: Sequence[Figures]) -> Table:
    """One row a config; both speed-ups are followed by their share of the bound."""
    shown = Table(title="one picture, questions a second", title_justify="left")
    shown.add_column("config")
    for name in ("prefix", "tail", "full", "shared", "speed-up", "by CPU", "bound", "overhead"):
        shown.add_column(name, justify="right")
    for one in figures:
        shown.add_row(
            f"{one.plan.config} ({one.parameters / 1e6:.0f} M, {one.plan.device})",
            str(one.prefix_tokens),
            f"{one.tail_tokens:.0f}",
            f"{1 / min(one.full_s):.2f}-{1 / max(one.full_s):.2f}",
            f"{1 / min(one.shared_s):.2f}-{1 / max(one.shared_s):.2f}",
            f"{one.speedup:.2f}x ({one.speedup / one.bound:.0%})",
            f"{one.cpu_speedup:.2f}x ({one.cpu_speedup / one.bound:.0%})",
            f"{one.bound:.2f}x",
            f"{one.overhead:.1%}",
        )
    return shown


def document(figures: Sequence[Figures]) -> dict[str, Json]:
    """Figures with what they were measured on."""
    return {
        "schema": 1,
        "backend": machine.backend(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "figures": [one.document() for one in figures],
    }
