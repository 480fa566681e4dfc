"""Gates: thresholds from a TOML file, decided on the intervals of `Score`s; they fail if in doubt.

`rules` holds the records, `reading` the file, `checking` what can be known before a run, `judging`
what a gate looks at, `noise` how far that may have moved by itself, `deciding` and `gaps` the
arithmetic, `wording` the sentences.
"""

from __future__ import annotations

from benchmark.gates.checking import Measured, check_gates, members_of
from benchmark.gates.judging import judge, unjudged
from benchmark.gates.reading import load_gates
from benchmark.gates.rules import Against, Gate, Status, Verdict

__all__ = [
    "Against",
    "Gate",
    "Measured",
    "Status",
    "Verdict",
    "check_gates",
    "judge",
    "load_gates",
    "members_of",
    "unjudged",
]
