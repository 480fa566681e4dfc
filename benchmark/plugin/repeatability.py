"""How a run finds its noise floor: what is asked again, in which batches, where it is kept.

Knows interviews, the store and the model's kind; `benchmark.scoring.asked_twice` compares.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmark.engine import noise_floor as determinism
from benchmark.engine.interview import Interview
from benchmark.engine.keys import Keys
from benchmark.engine.noise_document import document, parsed
from benchmark.engine.noise_floor import (
    DISTANCE,
    LOGIT_STEPS,
    STEPS,
    UNKNOWN_STEP,
    Determinism,
    enough,
)
from benchmark.engine.sample_again import LEAST
from benchmark.engine.sampled import sampled_by
from benchmark.engine.store import ResponseStore
from benchmark.errors import BoardProblem, CultureError, excerpt
from benchmark.gates import load_gates
from benchmark.jsonio import canonical
from benchmark.models.endpoint import adapter
from benchmark.models.registry import REFERENCE_BACKEND
from benchmark.plugin.suite_session import SuiteSession
from benchmark.records import ModelIdentity
from benchmark.scoring.asked_twice import Mask, Pair, compare
from benchmark.settings import Settings

NOTHING = (
    "no probabilities were computed: all were read from the store, which has no comparison yet, "
    "only texts were asked for, or the run was broken off"
)

MOST = 256  # questions asked again, however small a margin is
USUAL = 0.01  # a margin of non-inferiority


def ended_early(session: pytest.Session) -> bool:
    """Whether the run is to end now, so that nothing more should be asked."""
    interrupted = session.exitstatus == pytest.ExitCode.INTERRUPTED
    return interrupted or bool(session.shouldstop or session.shouldfail)


def measure(interview: Interview, suite: SuiteSession, store: ResponseStore) -> None:
    """Ask a sample again and add what moved to what is known of this model in this store.

    If the device cannot hold the other batches, the comparison is lost and the rows are kept.
    """
    ways = _ways(interview.identity, rows=interview.batch_size)
    if not ways:
        return
    try:
        least = _least(suite.settings, interview.identity.dtype)
        triples = interview.ask_again(ways, least=least)
    except (CultureError, RuntimeError) as error:  # torch's own errors are RuntimeErrors
        found = determinism.unmeasured(f"asking again failed: {excerpt(error)}")
    else:
        if not triples:
            return
        pairs = [Pair(request=r, stored=stored, again=again) for r, stored, again in triples]
        masks = _masks(suite)
        found = compare(
            pairs,
            dtype=interview.identity.dtype,
            asked_again=_in_words(interview.identity, ways),
            substantive=lambda choice: masks.get(choice.subject.item_id),
        )
    store.note_noise(interview.context, lambda known: _text(known, found))


def determinism_of(store: Path, identity: ModelIdentity) -> Determinism:
    """What is known of how far this model's answers move, even if this run computed none."""
    if _is_rule(identity):
        return determinism.exact()
    if sampled_by(identity) is not None:
        return determinism.drawn()
    opened = ResponseStore(store)
    try:
        text = opened.noise(Keys(identity).context)
    finally:
        opened.close()
    return determinism.unmeasured(NOTHING) if text is None else _read(text)


def _text(known: str | None, found: Determinism) -> str:
    earlier = [] if known is None else [_read(known)]
    return canonical(document(determinism.pooled([*earlier, found])))


def _read(text: str) -> Determinism:
    try:
        return parsed(json.loads(text))
    except ValueError as error:
        raise BoardProblem(f"the store's noise floor is not JSON ({error})") from error


def _least(settings: Settings, dtype: str) -> int:
    """How many questions to ask again so that gates on the smallest margin can be decided.

    Without a gate in use a usual margin: the run may be the baseline of one that has.
    """
    gates = [gate for path in settings.gates for gate in load_gates(path)]
    margin = min([gate.margin for gate in gates if gate.margin > 0], default=USUAL)
    step = STEPS[DISTANCE] * LOGIT_STEPS.get(dtype, UNKNOWN_STEP)
    return max(LEAST, enough(step, margin, most=MOST))


def _masks(suite: SuiteSession) -> dict[str, Mask]:
    """Which printed options of each question are opinions, if the suite asks a survey."""
    survey = suite.suite.survey
    questions = () if survey is None else survey.questions
    return {question.question_id: question.substantive for question in questions}


def _is_rule(identity: ModelIdentity) -> bool:
    """Whether answers follow from a rule, each by itself."""
    return identity.backend == REFERENCE_BACKEND


def _ways(identity: ModelIdentity, *, rows: int) -> tuple[int, ...]:
    """Batch sizes for repeating questions that were answered in batches of ``rows``.

    Alone, and with other neighbours: half as many, or two if there was one. A server forms its
    own batches, so it is asked once more in the same way.
    """
    if _is_rule(identity):
        return ()
    return (rows,) if identity.backend == adapter.BACKEND else (1, max(2, rows // 2))


def _in_words(identity: ModelIdentity, ways: Sequence[int]) -> str:
    if identity.backend == adapter.BACKEND:
        return "the same request once more"
    return " and ".join("each alone" if rows == 1 else f"up to {rows} together" for rows in ways)
