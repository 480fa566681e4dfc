"""What letters, places and prompts without content do to a model's answers, by scope.

Knows the item values that a run in a Latin square, or with calibration, records; no prompt.
"""

from __future__ import annotations

import numpy as np

from benchmark.analyses.item_table import item_table
from benchmark.analyses.reporting import Family, NamedFigure, report
from benchmark.analyses.stem_intervals import Figure
from benchmark.records import Analysis, Evidence, Score
from benchmark.vocabulary import BIAS_NOISE, CONTENT_FREE, LABEL_BIAS, POSITION_BIAS

METRICS = (LABEL_BIAS, POSITION_BIAS, BIAS_NOISE, CONTENT_FREE)
GROUPS: tuple[tuple[str, ...], ...] = ((), ("proxy",), ("country",), ("country", "proxy"))
TEMPLATES = ("variant",)


def option_bias(evidence: Evidence) -> list[Score]:
    """Means with intervals over stems of what was recorded; none where nothing was.

    ``label_bias`` and ``position_bias`` are the probability that letters (places) alone would move
    away from uniform if all options said the same, in [0, 1), and ``option_bias_noise`` what noise
    alone would show in either; ``content_free_js`` is the Jensen-Shannon distance to uniform of the
    answer to a prompt without content, in [0, 0.83]. Lower is better, 0 is none.
    """
    table = item_table(evidence.records, (), analysis="option_bias", optional=METRICS)
    asked = [metric for metric in METRICS if np.isfinite(table.values[metric]).any()]
    wanted = tuple(
        NamedFigure.of(metric, Figure(columns=(metric,), interval=metric != BIAS_NOISE))
        for metric in asked
    )
    several = len(table.factors["variant"].names) > 1
    families = [Family(by=by, wanted=wanted) for by in (*GROUPS, *([TEMPLATES] if several else []))]
    return report(table, families if wanted else [])


OPTION_BIAS = Analysis(compute=option_bias, provides=METRICS)
