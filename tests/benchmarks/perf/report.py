"""Shows timings as a table and writes them as JSON; measures nothing."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence

from rich.table import Table

from benchmark.jsonio import Json
from benchmark.models.weights import machine
from tests.benchmarks.perf.agreement import Agreement
from tests.benchmarks.perf.generation import Figures as Writing
from tests.benchmarks.perf.measure import Figures


def table(figures: Sequence[Figures]) -> Table:
    """One row a config; both speed-ups are followed by their share of the bound."""
    shown = _table(
        "one picture, questions a second",
        *("prefix", "tail", "full", "shared", "speed-up", "by CPU", "bound", "overhead"),
    )
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


def generation_table(rows: Sequence[Writing]) -> Table:
    """One row a config; the bound is reading's alone, which a busy CPU is far from."""
    shown = _table(
        "one picture, tokens a second",
        *("prefix", "texts x tokens", "one at a time", "together", "speed-up", "by CPU"),
        *("memory", "bound"),
    )
    for one in rows:
        shown.add_row(
            f"{one.plan.config} ({one.parameters / 1e6:.0f} M, {one.plan.device})",
            str(one.prefix_tokens),
            f"{one.writing.n_texts} x {one.writing.n_tokens}",
            f"{1 / max(one.plain_s):.1f}-{1 / min(one.plain_s):.1f}",
            f"{1 / max(one.together_s):.1f}-{1 / min(one.together_s):.1f}",
            f"{one.speedup:.2f}x",
            f"{one.cpu_speedup:.2f}x",
            f"{one.bandwidth_gb_s:.1f} GB/s",
            f"{one.bound_tokens_s:.0f}",
        )
    return shown


def agreement_table(rows: Sequence[Agreement]) -> Table:
    """One row a number type; what could not run says why."""
    shown = _table(
        "label probabilities against float32, shared prefixes",
        *("type", "n", "mean max p", "max |dp|", "mean JS distance", "same choice"),
    )
    for one in rows:
        figures = (
            f"{one.max_difference:.4f}",
            f"{one.js_distance:.4f}",
            f"{one.same_choice:.1%}",
        )
        shown.add_row(
            f"{one.config} ({one.device})",
            one.dtype,
            str(one.n),
            f"{one.sharpness:.2f}",
            *((one.reason, "", "") if one.reason else figures),
        )
    return shown


def _table(title: str, *columns: str) -> Table:
    """A row a config, and figures beside it."""
    shown = Table(title=title, title_justify="left")
    shown.add_column("config")
    for name in columns:
        shown.add_column(name, justify="right")
    return shown


def document(figures: Sequence[Figures | Agreement | Writing]) -> dict[str, Json]:
    """Figures with what they were measured on."""
    return {
        "schema": 1,
        "backend": machine.backend(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "figures": [one.document() for one in figures],
    }
