"""What a run found, as sentences below its table: its suite's, its option mass, its encoders'.

Knows of metrics only the option mass. A sentence appears only where the run has its figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from benchmark.records import Score
from benchmark.suite.layout import Layout
from leaderboard.board.standing import (
    ANSWERS_OTHERWISE,
    LEAST_OPTION_MASS,
    answers_otherwise,
    option_mass,
)
from leaderboard.tables.encoder_lines import encoder_lines
from leaderboard.tables.summary import LEAST_SHOWN, Scored, little, sentences, with_ends


def findings(scores: Sequence[Score], layout: Layout) -> tuple[str, ...]:
    """The sentences that have something to say, in the layout's order."""
    found = Scored(scores)
    of_layout = (said for finding in layout.findings for said in sentences(found, finding))
    return (*of_layout, *_option_mass(scores), *encoder_lines(scores))


def _option_mass(scores: Sequence[Score]) -> Iterator[str]:
    """How much of a model's probability is on the options, and what follows where it is little."""
    mass = option_mass(scores)
    if mass is None or mass.scope or math.isnan(mass.value):
        return
    otherwise = (
        f": below {LEAST_OPTION_MASS}, so it {ANSWERS_OTHERWISE} and is not ranked"
        if answers_otherwise(mass)
        else ""
    )
    value = little(mass.value) if 0 < mass.value < LEAST_SHOWN else with_ends(mass, 3)
    yield f"probability on the options: {value}{otherwise}"
