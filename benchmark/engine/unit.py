"""One unit of cases: their scripts run stage by stage, each stage's requests asked together.

Knows scripts and a function to ask; no model, no store and no pytest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from benchmark.engine.interview import ReplyOrError
from benchmark.errors import CultureError, RunProblem
from benchmark.records import CaseRecord, Reply, Request, Script

Outcome = CaseRecord | Exception


def run_unit(
    scripts: Mapping[str, Script], ask: Callable[[Sequence[Request]], Sequence[ReplyOrError]]
) -> dict[str, Outcome]:
    """Run the scripts of one unit stage by stage, each stage's requests asked together.

    A script that fails (an unreadable picture, say) ends with what it raised, and so does one that
    asks for what cannot be answered; the others continue. What would stop every unit, which is all
    that ``ask`` raises and a script's `RunProblem`, is raised here.
    """
    outcomes: dict[str, Outcome] = {}
    waiting = {name: _advance(name, script, None, outcomes) for name, script in scripts.items()}
    while stage := {name: asked for name, asked in waiting.items() if asked is not None}:
        replies = iter(ask([request for asked in stage.values() for request in asked]))
        for case_id, asked in stage.items():
            share = [next(replies) for _ in asked]
            waiting[case_id] = _advance(case_id, scripts[case_id], share, outcomes)
    return outcomes


def _advance(
    case_id: str, script: Script, share: Sequence[ReplyOrError] | None, outcomes: dict[str, Outcome]
) -> Sequence[Request] | None:
    """The next stage's requests, or None when the script ended and its outcome is noted."""
    replies = [one for one in share or () if isinstance(one, Reply)]
    problems = [one for one in share or () if isinstance(one, CultureError)]
    if problems:
        script.close()
        outcomes[case_id] = problems[0]
        return None
    try:
        return next(script) if share is None else script.send(replies)
    except StopIteration as end:
        outcomes[case_id] = end.value
    except RunProblem:
        raise
    except Exception as error:  # noqa: BLE001 - kept, not swallowed: the case raises it
        outcomes[case_id] = error
    return None
