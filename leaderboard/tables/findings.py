"""What a run found, as sentences below its table: those of its suite's layout, and its encoders'.

Knows no metric. A sentence appears only where the run has its figures.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.records import Score
from benchmark.suite.layout import Layout
from leaderboard.tables.encoder_lines import encoder_lines
from leaderboard.tables.summary import Scored, sentences


def findings(scores: Sequence[Score], layout: Layout) -> tuple[str, ...]:
    """The sentences that have something to say, in the layout's order."""
    found = Scored(scores)
    of_layout = (said for finding in layout.findings for said in sentences(found, finding))
    return (*of_layout, *encoder_lines(scores))
