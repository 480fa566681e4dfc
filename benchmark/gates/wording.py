"""What a gate says: its name, one sentence for people, an object for run.json, Markdown.

Knows decisions and the names of countries; decides nothing and writes no file. The Markdown is for
a comment on a pull request.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from benchmark.gates.deciding import Bounds, Decision
from benchmark.gates.gaps import Gap
from benchmark.gates.rules import Against, Cell, Gate, Status, Verdict
from benchmark.jsonio import Json
from benchmark.world.countries import countries

NO_MORE = "and there are no more in this selection"
# What is independent in each suite; another's are units.
UNITS = {"wvs": "stems", "stories": "concepts", "cultureverse": "pictures"}
OF_METRICS = {"recognition_": "pictures", "identification_": "countries"}  # by how they begin
SHOWN = {Status.PASS: "✅ pass", Status.FAIL: "❌ fail", Status.INCONCLUSIVE: "❔ inconclusive"}


def name_of(gate: Gate, against: Against | None = None) -> str:
    """What the gate is about, which is its name in reports and test results."""
    parts = [f"{gate.suite} {gate.metric} {gate.reading}".rstrip(), scope_words(gate.scope)]
    if gate.compare:
        parts.append(gate.compare + (f" against {against.name}" if against else ""))
    if gate.worst:
        parts.append(f"worst {gate.worst}")
    if gate.gap:
        parts.append(f"gap by {gate.gap}")
    return ", ".join(part for part in parts if part)


def scope_words(scope: Mapping[str, str]) -> str:
    """``{"country": "NGA"}`` as ``country Nigeria``."""
    return ", ".join(f"{key} {member(key, name)}" for key, name in sorted(scope.items()))


def member(key: str, name: str) -> str:
    """The name of a grouping's member for people."""
    known = countries().get(name) if key == "country" else None
    return known.name if known is not None else name


def verdict(
    gate: Gate, decision: Decision, bounds: Bounds, *, against: Against | None, looked_at: int
) -> Verdict:
    """The verdict on one number or on every member of a grouping."""
    cell, name = decision.cell, name_of(gate, against)
    others = len(decision.failing or decision.undecided) - 1
    how = f"; {cell.method}" if gate.compare else ""
    rest = f" and {others} more of {looked_at}" if others > 0 else ""
    corrected = ""
    outside = cell.decides and (cell.top < bounds.min or cell.bottom > bounds.max)
    if decision.status is Status.INCONCLUSIVE and outside:
        corrected = f"; outside by itself, not when {looked_at} are looked at (Holm)"
    change = "change " if gate.compare else ""
    text = f"{name}: {change}{_number(cell)} {_relation(decision, bounds)}{rest}{how}{corrected}"
    return _verdict(gate, name, text, decision, against)


def gap_verdict(gate: Gate, gap: Gap, decision: Decision, bounds: Bounds) -> Verdict:
    """The verdict on the largest gap; its sentence says what noise alone would show."""
    name = name_of(gate)
    sentence = (
        f"{name}: {_number(gap.cell)} {_relation(decision, bounds)} ({gap.least.label} "
        f"{gap.least.value:z.3f} to {gap.most.label} {gap.most.value:z.3f}; equal ones would show "
        f"{gap.by_noise:.3f} by noise)"
    )
    return _verdict(gate, name, sentence, decision, None)


def no_interval(gate: Gate, bare: Sequence[Cell], *, is_outside: bool) -> Verdict:
    """The undecided verdict on a gap over members that decide nothing."""
    name = name_of(gate)
    named = ", ".join(cell.label for cell in bare[:3]) + (", …" if len(bare) > 3 else "")
    why = bare[0].open or f"no interval ({bare[0].method})"
    sentence = f"{name}: {named}: {why}"
    decision = Decision(status=Status.INCONCLUSIVE, cell=bare[0], is_shut=is_outside)
    return _verdict(gate, name, sentence, decision, None)


def _verdict(
    gate: Gate, name: str, sentence: str, decision: Decision, against: Against | None
) -> Verdict:
    ending = decision.status.upper()
    if decision.status is Status.INCONCLUSIVE:
        needed = _needed(gate, decision)
        sentence = f"{sentence}; {needed}" if needed else sentence
        counts_as = gate.inconclusive
        if decision.is_shut and counts_as is Status.PASS:
            sentence = f"{sentence}; nothing shows that it holds"
            counts_as = Status.FAIL
        ending = f"{ending}, counts as {counts_as}"
    return Verdict(
        gate=gate,
        status=decision.status,
        sentence=f"{sentence}: {ending}",
        name=name,
        cell=decision.cell,
        failing=tuple(cell.label for cell in decision.failing if cell.label),
        more_units=decision.needed.more if decision.needed else None,
        is_shut=decision.is_shut,
        against=against.name if gate.compare and against else "",
    )


def _needed(gate: Gate, decision: Decision) -> str:
    """What would settle an undecided gate; empty where nothing can be said."""
    unit = next(
        (unit for start, unit in OF_METRICS.items() if gate.metric.startswith(start)),
        UNITS.get(gate.suite, "units"),
    )
    if decision.cell.open:
        return ""
    if not decision.cell.has_interval:
        return f"it takes more {unit}, {NO_MORE}"
    if decision.needed is None:
        return ""
    if decision.needed.more is None:
        return f"no number of {unit} would settle it, answers move too far by themselves"
    return f"about {decision.needed.more} more {unit} would settle it (power 80 %), {NO_MORE}"


def _number(cell: Cell) -> str:
    label = f"{cell.label} " if cell.label else ""
    if cell.open:
        return f"{label}{cell.value:z.3f}, {cell.open},"
    if not cell.has_interval:
        return f"{label}{cell.value:z.3f} has no interval ({cell.method}),"
    if cell.low == cell.high == cell.value and not cell.noise and not cell.n_clusters:
        return f"{label}{cell.value:z.3f}"
    widened = f" ± {cell.noise:.2g} noise floor" if cell.noise >= 0.0005 else ""
    return f"{label}{cell.value:z.3f} [{cell.low:z.3f}, {cell.high:z.3f}]{widened}"


def _relation(decision: Decision, bounds: Bounds) -> str:
    """``>= 0.6`` if it is, ``< 0.6`` if it is not, ``wanted >= 0.6`` if it is undecided."""
    if decision.status is Status.FAIL:
        cell = decision.cell
        return f"< {bounds.min:g}" if cell.top < bounds.min else f"> {bounds.max:g}"
    wanted = " and ".join(
        text
        for text in (
            f">= {bounds.min:g}" if bounds.min > -math.inf else "",
            f"<= {bounds.max:g}" if bounds.max < math.inf else "",
        )
        if text
    )
    return wanted if decision.status is Status.PASS else f"wanted {wanted}"


def document(verdict: Verdict) -> dict[str, Json]:
    """The verdict as an entry of ``gates`` in run.json; null for what is not set or not known."""
    gate, cell = verdict.gate, verdict.cell
    return {
        "status": str.__str__(verdict.status),
        "holds": verdict.holds,
        "sentence": verdict.sentence,
        "name": verdict.name,
        "suite": gate.suite,
        "metric": gate.metric,
        "reading": gate.reading,
        "scope": dict(gate.scope),
        "worst": gate.worst,
        "gap": gate.gap,
        "among": list(gate.among),
        "compare": gate.compare,
        "margin": gate.margin if gate.compare else None,
        "min": _json(gate.min),
        "max": _json(gate.max),
        "inconclusive": str.__str__(gate.inconclusive),
        "file": gate.file,
        "member": cell.label if cell else "",
        "value": _json(cell.value) if cell else None,
        "low": _json(cell.low) if cell else None,
        "high": _json(cell.high) if cell else None,
        "noise_floor": cell.noise if cell else None,
        "n": cell.n if cell else None,
        "method": cell.method if cell else "",
        "failing": list(verdict.failing),
        "more_units": verdict.more_units,
        "against": verdict.against,
        "reason": verdict.reason,
    }


def _json(value: float) -> Json:
    return value if math.isfinite(value) else None


def report(verdicts: Sequence[Verdict], *, model: str, problems: Sequence[str] = ()) -> str:
    """A heading that says the result, and a row for each gate."""
    missed = sum(1 for verdict in verdicts if not verdict.holds)
    all_well = not missed and not problems
    counted = f"{missed} of {len(verdicts)} gates do not hold" if missed else ""
    result = f"all {len(verdicts)} gates hold" if all_well else counted or "a problem, see below"
    lines = [f"### Gates for {escaped(model)}: {result}", ""]
    if verdicts:
        lines += ["| gate | result | why |", "|---|---|---|", *map(_row, verdicts), ""]
    lines += [f"- {escaped(problem)}" for problem in problems]
    return "\n".join(lines).rstrip() + "\n"


def _row(verdict: Verdict) -> str:
    result = SHOWN[verdict.status]
    if verdict.status is Status.INCONCLUSIVE:
        result += f" (counts as {verdict.gate.inconclusive})"
    why = verdict.sentence.removeprefix(f"{verdict.name}: ").rpartition(": ")[0]
    return f"| {escaped(verdict.name)} | {result} | {escaped(why)} |"


def escaped(text: str) -> str:
    r"""Text that stays text in Markdown, whatever the name of a model or file.

    >>> print(escaped("<script>|`x`"))
    &lt;script&gt;\|\`x\`
    """
    plain = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*\[\]|@!#~])|(?<!\w)_|_(?!\w)", lambda found: "\\" + found[0], plain)
