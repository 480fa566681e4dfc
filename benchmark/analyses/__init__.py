"""Figures over many cases: `CaseRecord`s in, `Score`s out.

A new analysis is one file here and one row below; a suite lists the names it wants in suite.toml.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.analyses.alignment import Alignment
from benchmark.analyses.contrast import Contrast
from benchmark.analyses.distances import Distances
from benchmark.analyses.identification import Identification
from benchmark.analyses.spread import Spread
from benchmark.records import Analysis

ANALYSES: Mapping[str, Analysis] = {
    "alignment": Alignment(),
    "identification": Identification(),
    "spread": Spread(),
    "distances": Distances(),
    "contrast": Contrast(),
}
