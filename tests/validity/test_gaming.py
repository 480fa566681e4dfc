"""Every way to look better than one is that we know of, and what shows it.

Each test plays it out with the product's own records, analyses and gates; where a mechanism has
tests of its own, they go into detail, and this is the list.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmark.analyses.stories.lexical import story_lexical
from benchmark.analyses.unanswered import with_unanswered
from benchmark.analyses.values.alignment import alignment
from benchmark.engine.noise_floor import unmeasured
from benchmark.errors import DataProblem
from benchmark.gates import Gate, Status, judge, load_gates
from benchmark.records import Case, CaseRecord, Item, Probabilities, Reply, Score
from benchmark.scoring.choice_answers import layout
from benchmark.scoring.distributions import case_record
from benchmark.scoring.floors import Floors
from benchmark.survey.survey import Question
from tests.analyses.building import evidence, find, item, measured, record
from tests.models.asking import survey

LABELS = tuple("ABCD")
FRANCE = Case(suite="wvs", country="FRA", topic="religion", proxy="food")
PEOPLE = np.random.default_rng(0).dirichlet(np.ones(4), size=(40, 2))
NAN = math.nan


def question(number: int, *, options: Sequence[str] = LABELS, stems: int = 20) -> Question:
    """A question that France and Brazil answered."""
    shares = PEOPLE[number, :, : len(options)]
    people = {"FRA": shares[0] / shares[0].sum(), "BRA": shares[1] / shares[1].sum()}
    return Question(
        question_id=f"q{number:03}",
        text="",
        options=tuple(options),
        substantive=(True,) * len(options),
        topic="religion",
        stem=f"s{number % stems:03}",
        human={name: tuple(of.tolist()) for name, of in people.items()},
        respondents={},
        source="made up",
    )


QUESTIONS = tuple(question(i) for i in range(40))


@cache
def floors(questions: tuple[Question, ...]) -> Floors:
    """They cost more than all else here."""
    return Floors(survey(*questions), seed=0)


def answered(
    answers: Sequence[Sequence[float]],
    *,
    pictures: int = 1,
    questions: tuple[Question, ...] = QUESTIONS,
) -> CaseRecord:
    """The suite's record of these answers, pictures outer; NaN is none."""
    replies = [
        Reply(
            key="k",
            answer=Probabilities(p=tuple(p), option_mass=0.0 if math.isnan(p[0]) else 1.0),
        )
        for p in answers
    ]
    return case_record(
        FRANCE,
        questions=questions,
        unasked=[],
        asked=layout(questions, pictures=pictures, orders=1),
        replies=replies,
        image_ids=[f"{k}.png" for k in range(pictures)],
        floors=floors(questions),
    )


def scores_of(*records: CaseRecord) -> list[Score]:
    """What a run of these records prints."""
    return with_unanswered(records, alignment(evidence(list(records))))


def gate(metric: str = "js_similarity", reading: str = "substantive", **changes: object) -> Gate:
    """A gate on a figure over everything."""
    fields = {"suite": "wvs", "metric": metric, "reading": reading, **changes}
    return Gate(**fields)  # type: ignore[arg-type]


def loaded(tmp_path: Path, text: str) -> None:
    """Read a gate file."""
    path = tmp_path / "gate.toml"
    path.write_text(f'[[gate]]\nsuite = "wvs"\n{text}')
    load_gates(path)


# --- looking like people without knowing them ------------------------------------------------


def test_many_pictures_help_nobody_who_knows_nothing() -> None:
    """Averaged over eight pictures random answers are flat; only the pooled figure is fooled."""
    rng = np.random.default_rng(1)
    every = rng.dirichlet(np.ones(4), size=320).tolist()
    many = scores_of(answered(every, pictures=8))
    alone = [scores_of(answered(every[40 * k : 40 * k + 40])) for k in range(8)]
    mean = np.mean([find(found, "js_similarity_substantive").value for found in alone])
    assert find(many, "js_similarity_substantive").value == pytest.approx(mean, abs=0.01)
    assert find(many, "js_similarity_pooled_substantive").value > mean + 0.05


def test_answering_only_where_it_is_sure_costs() -> None:
    """Half the questions, the better half: higher by itself, lower over all asked, and no gate."""
    rng = np.random.default_rng(2)
    answers = rng.dirichlet(np.ones(4), size=40)
    whole = answered(answers.tolist())
    own = np.array([i.values["js_similarity_substantive"] for i in whole.items])
    sure = np.where((own > np.median(own))[:, None], answers, NAN)
    picked, all_of_it = scores_of(answered(sure.tolist())), scores_of(whole)
    for metric, better in (("js_similarity", True), ("js_similarity_all_asked", False)):
        one, other = (find(s, f"{metric}_substantive").value for s in (picked, all_of_it))
        assert (one > other) is better
    verdict = judge(gate(min=0.3), picked)
    assert verdict.status is Status.FAIL
    assert "20 of 40 questions asked were not answered" in verdict.sentence


def test_saying_dont_know_where_it_is_unsure_costs_as_much() -> None:
    """All on "don't know" is no answer among opinions: lower over all asked, and no gate."""
    rng = np.random.default_rng(2)
    questions = tuple(replace(q, substantive=(True, True, True, False)) for q in QUESTIONS)
    answers = rng.dirichlet(np.ones(4), size=40)
    whole = answered(answers.tolist(), questions=questions)
    own = np.array([i.values["js_similarity_substantive"] for i in whole.items])
    sure = np.where((own > np.median(own))[:, None], answers, np.eye(4)[3])
    picked = scores_of(answered(sure.tolist(), questions=questions))
    for metric, better in (("js_similarity", True), ("js_similarity_all_asked", False)):
        one, other = (find(s, f"{metric}_substantive").value for s in (picked, scores_of(whole)))
        assert (one > other) is better
    for metric in ("js_similarity", "skill_world_average"):
        verdict = judge(gate(metric, min=0.3), picked)
        assert verdict.status is Status.FAIL
        assert "20 of 40 questions asked were not answered" in verdict.sentence


def test_a_battery_of_easy_questions_has_one_vote() -> None:
    """A hundred questions of one stem move the mean by no more than one stem's share."""
    rng = np.random.default_rng(3)
    plain = [item(f"q{i}", measured(rng.uniform(0.4, 0.6))) for i in range(20)]
    easy = [item(f"e{i}", measured(1.0), cluster="easy") for i in range(100)]
    before, after = (scores_of(record(*items)) for items in (plain, [*plain, *easy]))
    gain = find(after, "js_similarity").value - find(before, "js_similarity").value
    assert gain < 0.6 / 21 + 1e-12
    paper = [find(found, "js_similarity_items").value for found in (before, after)]
    assert paper[1] - paper[0] > 0.3


def test_a_question_with_one_option_is_no_success() -> None:
    """Whoever is asked it is right, so it is not scored."""
    with_one = (question(0, options=("A",)), *QUESTIONS[1:])
    found = case_record(
        FRANCE,
        questions=with_one,
        unasked=[],
        asked=layout(with_one, pictures=1, orders=1),
        replies=[
            Reply(key="k", answer=Probabilities(p=(1.0,) + (0.0,) * (n - 1), option_mass=1.0))
            for n in (len(q.options) for q in with_one)
        ],
        image_ids=["0.png"],
        floors=floors(with_one),
    )
    assert math.isnan(found.items[0].values.get("js_similarity_substantive", NAN))
    assert math.isfinite(found.items[1].values["js_similarity_substantive"])


def test_a_millionth_of_the_mass_on_the_labels_is_seen() -> None:
    """What is left is renormalised to a perfect answer; its mass stands beside it and is gated."""
    people = [q.human["FRA"] for q in QUESTIONS]
    whole = answered(people)
    tiny = replace(
        whole,
        items=tuple(
            replace(one, values={**one.values, "option_mass": 1e-6}) for one in whole.items
        ),
    )
    found = scores_of(tiny)
    assert find(found, "js_similarity_substantive").value == pytest.approx(1)
    asked = gate("option_mass", "", min=0.5, inconclusive=Status.PASS)
    assert judge(asked, found).status is Status.FAIL


# --- passing gates ---------------------------------------------------------------------------


def stories(concepts: int) -> list[CaseRecord]:
    """Four usable stories about each concept."""
    rows = []
    for name in (f"c{i}" for i in range(concepts)):
        case = Case(suite="stories", country="JPN", topic=name, proxy="own-image", kind="story")
        items = tuple(
            Item(
                case_id=case.case_id,
                item_id=f"{name}/{k}",
                cluster=name,
                request_keys=("k",),
                values={"usable": 1.0},
            )
            for k in range(4)
        )
        rows.append(CaseRecord(case=case, scores=(), items=items))
    return rows


@pytest.mark.parametrize(("concepts", "passes"), [(6, False), (35, True)])
def test_a_few_whole_concepts_are_no_certainty(concepts: int, passes: bool) -> None:
    """Nothing but usable stories about six concepts are worth six trials: from 0.61 on."""
    found = story_lexical(evidence(stories(concepts)))
    asked = Gate(suite="stories", metric="usable", min=0.9)
    assert judge(asked, found).holds is passes


@pytest.mark.parametrize("metric", ["js_similarity", "skill_uniform", "option_mass", "accuracy"])
def test_noise_that_nobody_measured_is_not_none(metric: str) -> None:
    """A replay whose bundle does not say how far answers move decides nothing, of no metric."""
    found = Score(
        metric=metric,
        value=0.9,
        low=0.89,
        high=0.91,
        n=100,
        n_clusters=100,
        n_unanswered=0,
        higher_is_better=True,
    )
    asked = gate(metric, "", min=0.5)
    assert judge(asked, [found]).status is Status.PASS
    assert judge(asked, [found], noise=unmeasured("not in the bundle")).status is not Status.PASS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('metric = "accuracy_shrunk"\nworst = "country"\nmin = 0.4', "accuracy_simultaneous"),
        ('metric = "js_similarity_items"\nreading = "printed"\nmin = 0.4', "cannot be gated"),
        ('metric = "floor_uniform"\nreading = "printed"\nmin = 0.4', "cannot be gated"),
        (
            'metric = "js_similarity"\nreading = "printed"\ncompare = "non-inferiority"\n'
            "margin = 2",
            "did you mean 0.02",
        ),
        (
            'metric = "js_similarity"\nreading = "printed"\ngap = "country"\nmax = 15',
            "did you mean 0.15",
        ),
        ('metric = "js_distance"\nreading = "printed"\nmin = 0.1', "did you mean max"),
    ],
)
def test_a_gate_that_anybody_passes_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """Shrunk worst groups, figures without interval, margins beyond what can change."""
    with pytest.raises(DataProblem, match=words):
        loaded(tmp_path, text)
