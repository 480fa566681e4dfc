"""The verdicts as Markdown, for a comment on a pull request; knows no file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from benchmark.gates.rules import Status, Verdict

SHOWN = {Status.PASS: "✅ pass", Status.FAIL: "❌ fail", Status.INCONCLUSIVE: "❔ inconclusive"}


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
