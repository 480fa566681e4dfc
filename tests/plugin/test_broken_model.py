"""Where the model fails, and not the case, the run stops, says why once, and can go on."""

from __future__ import annotations

from tests.plugin.running import SMALL, Outcome, Place, answers

# Fails from its batch number ``AFTER`` on, in the way that ``RAISED`` says.
BREAKS = """
from benchmark.errors import ModelProblem, RequestProblem
from benchmark.models.rules.reference import UniformModel
answer, batches = UniformModel.answer, []
def failing(self, batch):
    batches.append(batch)
    if len(batches) > {after}:
        raise {raised}
    return answer(self, batch)
UniformModel.answer = failing
"""
UNFORESEEN = "RuntimeError('shapes (3,) and (4,) do not match\\nsecond line')"
SENTENCE = "reference:uniform failed with RuntimeError: shapes (3,) and (4,) do not match"


def broken(place: Place, *arguments: str, raised: str, after: int = 0) -> Outcome:
    """A run of four cases in two units, each a batch, with a model that fails."""
    env, plugins = place.plugin("breaks", BREAKS.format(raised=raised, after=after))
    return place.run(*SMALL, *arguments, env=env, plugins=plugins)


def test_an_unforeseen_exception_stops_the_run_and_the_same_command_goes_on(place: Place) -> None:
    """Sentence and traceback once; what came before is kept, and the whole equals a whole run."""
    done = broken(place, raised=UNFORESEEN, after=1)
    assert done.code == 1, done.out
    assert done.out.count(SENTENCE) == done.out.count("Traceback") == 1
    assert "2 passed, 1 stopped" in done.out
    assert place.document()["failed"] == []
    rest = place.run(*SMALL)
    assert rest.code == 0, rest.out
    assert rest.sentence("continuing an interrupted run: 2 cases are done")
    assert answers(rest)[1] == 0
    whole = Place(folder=place.folder / "whole")
    assert whole.run(*SMALL).code == 0
    assert place.rows_text() == whole.rows_text()


def test_all_workers_stop_and_one_sentence_is_printed(place: Place) -> None:
    """Both meet the failure; the journal stays, and the exit code is that of a single process."""
    done = broken(place, "-n", "2", raised=UNFORESEEN)
    assert done.code == 1, done.out
    assert done.out.count(SENTENCE) == done.out.count("Traceback") == 1
    assert "no case was run; nothing was written" in done.out
    assert place.files() == []


def test_a_problem_of_a_request_fails_its_cases_alone(place: Place) -> None:
    """The run goes on: they are failures of their own, by name."""
    done = broken(place, raised="RequestProblem('a prompt of 9 000 tokens is too long')", after=1)
    assert done.code == 1
    assert "2 failed, 2 passed" in done.out
    reasons = [failure["reason"] for failure in place.document()["failed"]]
    assert len(reasons) == 2
    assert all(reason.endswith("a prompt of 9 000 tokens is too long") for reason in reasons)
