"""Gates: thresholds from a TOML file, decided on the intervals of `Score`s; they fail if in doubt.

`rules` holds the records, `reading` the file, `judging` what a gate looks at, `deciding`
and `gaps` the arithmetic, `wording` the sentences.
"""

from __future__ import annotations

from benchmark.gates.judging import judge, unjudged
from benchmark.gates.reading import load_gates
from benchmark.gates.rules import Against, Gate, Status, Verdict

__all__ = ["Against", "Gate", "Status", "Verdict", "judge", "load_gates", "unjudged"]
