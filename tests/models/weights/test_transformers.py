"""The adapter: scores, label tokens, batches, pictures, text; on the demo's real forward."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmark.errors import ModelProblem, RequestProblem
from benchmark.models.weights.generation import end_tokens
from benchmark.models.weights.transformers import TransformersModel, probabilities
from benchmark.records import (
    Continuation,
    Embed,
    Generate,
    GenerationParams,
    LogLikelihoods,
    Probabilities,
    Task,
    Text,
)
from tests.models.asking import QUESTION, SUBJECT, choice, picture, prompt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmark.records import Choice, Request

torch = pytest.importorskip("torch")


def scored(model: TransformersModel, batch: Sequence[Request]) -> list[Probabilities]:
    """Answers to choices."""
    found = model.answer(batch)
    assert all(isinstance(answer, Probabilities) for answer in found)
    return [answer for answer in found if isinstance(answer, Probabilities)]


def mixed_batch() -> list[Choice]:
    """Long and short, with pictures of three shapes and without."""
    return [
        choice("Look:\n", picture("red", (64, 64))),
        choice("Only words.\n"),
        choice("Rules. " * 40, picture("green", (200, 60)), "What do people there say?\n"),
        choice("Short.\n", question="Yes?\n(A) yes\n(B) no\n", labels=("A", "B")),
        choice("Look again:\n", picture("blue", (40, 90))),
        choice("You live in Nigeria. " * 20),
    ]


def test_probabilities_sum_to_one_and_their_mass_is_a_share(demo_model: TransformersModel) -> None:
    """Over the labels, with what they held of the vocabulary kept apart."""
    for request, answer in zip(mixed_batch(), scored(demo_model, mixed_batch()), strict=True):
        assert len(answer.p) == len(request.labels)
        assert math.isclose(sum(answer.p), 1, abs_tol=1e-12)
        assert 0 < answer.option_mass <= 1
        assert {type(x) for x in (*answer.p, answer.option_mass)} == {float}


def test_batch_equals_one_by_one(demo_model: TransformersModel) -> None:
    """Padding, order and neighbours change nothing but rounding."""
    together = scored(demo_model, mixed_batch())
    alone = [scored(demo_model, [request])[0] for request in mixed_batch()]
    for a, b in zip(together, alone, strict=True):
        assert np.abs(np.asarray(a.p) - b.p).max() < 1e-5
        assert abs(a.option_mass - b.option_mass) < 1e-5


def test_score_is_the_plain_next_token_distribution(demo_model: TransformersModel) -> None:
    """Worked without the adapter's shortcuts: processor, forward, softmax, last position."""
    request = choice("Look:\n", picture("red"))
    processor, model = demo_model._inputs._processor, demo_model._model
    text = f"USER: Look:\n<image>\n{QUESTION.rstrip()}\nASSISTANT: I choose ("
    image = request.prompt.images[0].pixels()
    inputs = processor(text=[text], images=[[image]], return_tensors="pt")
    with torch.inference_mode():
        row = model(**inputs).logits[0, -1].double().softmax(0)
    ids = processor.tokenizer.convert_tokens_to_ids(["A", "B", "C"])
    expected = row[ids].numpy()
    (found,) = scored(demo_model, [request])
    assert np.abs(expected / expected.sum() - found.p).max() < 1e-6
    assert math.isclose(expected.sum(), found.option_mass, rel_tol=1e-5)


def test_model_whose_forward_keeps_all_logits_scores_the_same(
    demo_model: TransformersModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`logits_to_keep` saves work and changes no score."""
    short = scored(demo_model, mixed_batch())
    monkeypatch.setattr(demo_model, "_keeps", False)
    for a, b in zip(short, scored(demo_model, mixed_batch()), strict=True):
        assert np.abs(np.asarray(a.p) - b.p).max() < 1e-6


def test_label_order_does_not_matter_to_a_label(demo_model: TransformersModel) -> None:
    """The first label stands in the text that is run, and must not be seen."""
    (forward,) = scored(demo_model, [choice("Look:\n", picture("red"))])
    (back,) = scored(demo_model, [choice("Look:\n", picture("red"), labels=("C", "B", "A"))])
    assert np.abs(np.asarray(forward.p) - back.p[::-1]).max() < 1e-6


def test_tokenizer_that_merges_bracket_and_letter(demo_folder: Path) -> None:
    """`(A` as one token is scored where it starts: before the bracket, not behind it."""
    transformers: Any = pytest.importorskip("transformers")
    processor = transformers.AutoProcessor.from_pretrained(demo_folder)
    model = transformers.AutoModelForImageTextToText.from_pretrained(demo_folder).eval()
    processor.tokenizer.add_tokens(["(A", "(B", "(C"])
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model.resize_token_embeddings(len(processor.tokenizer))
    merging = TransformersModel(_identity(), model, processor)
    (found,) = scored(merging, [choice("Only words.\n", question="Pick.\n")])
    text = "USER: Only words.\nPick.\nASSISTANT: I choose "
    inputs = processor(text=[text], return_tensors="pt")
    with torch.inference_mode():
        row = model(**inputs).logits[0, -1].double().softmax(0)
    expected = row[processor.tokenizer.convert_tokens_to_ids(["(A", "(B", "(C"])].numpy()
    assert np.abs(expected / expected.sum() - found.p).max() < 1e-6
    assert math.isclose(expected.sum(), found.option_mass, rel_tol=1e-5)


def _identity() -> Any:
    from benchmark.records import ModelIdentity

    return ModelIdentity(name="m", model_id="m", revision="1", backend="test")


def test_labels_that_start_alike_are_refused(demo_model: TransformersModel) -> None:
    """No score rather than a wrong one."""
    with pytest.raises(RequestProblem, match="do not begin with different tokens"):
        demo_model.answer([choice("Hm.\n", labels=("A", "A"))])


@pytest.mark.parametrize(
    "logits",
    [[math.nan, 0.0, 1.0, 2.0], [-math.inf, -math.inf, 1.0, 2.0], [0.0, 1.0, math.inf, 2.0]],
)
def test_logits_that_are_not_numbers_give_nan(logits: list[float]) -> None:
    """A broken forward is a missing score, not an exception."""
    found = probabilities(torch.tensor(logits, dtype=torch.float64), (0, 1))
    assert all(map(math.isnan, (*found.p, found.option_mass)))


def test_vanishing_labels_still_compare() -> None:
    """Worked by hand: two labels e apart, far below the smallest float on a plain softmax."""
    found = probabilities(torch.tensor([0.0, 1.0, 900.0], dtype=torch.float64), (0, 1))
    assert found.p == pytest.approx((1 / (1 + math.e), math.e / (1 + math.e)))
    assert 0 <= found.option_mass < 1e-300


# --- text and continuations --------------------------------------------------------------------


def story(seed: int, temperature: float = 1.0, n: int = 12) -> Generate:
    """A request for a few tokens."""
    params = GenerationParams(max_new_tokens=n, temperature=temperature, top_p=0.95)
    return Generate(
        prompt=prompt("Look:\n", picture("red")), params=params, seed=seed, subject=SUBJECT
    )


def test_generation_repeats_with_its_seed_only(demo_model: TransformersModel) -> None:
    """Same seed, same text, whatever was drawn before; another seed, another text."""
    (first,) = demo_model.answer([story(1)])
    torch.rand(3)
    again, other = demo_model.answer([story(1), story(2)])
    assert first == again
    assert first != other
    assert isinstance(first, Text)
    assert first.finish in ("stop", "length")


def test_generation_leaves_the_global_random_state_alone(demo_model: TransformersModel) -> None:
    """A run's other draws do not depend on whether text was generated."""
    before = torch.random.get_rng_state()
    demo_model.answer([story(5)])
    assert torch.equal(torch.random.get_rng_state(), before)


def test_greedy_generation_ignores_the_seed(demo_model: TransformersModel) -> None:
    """Temperature 0 takes the likeliest token each time."""
    one, two = demo_model.answer([story(1, temperature=0), story(2, temperature=0)])
    assert one == two


def test_cut_text_says_so(demo_model: TransformersModel) -> None:
    """`finish` tells a story that ended from one that was cut."""
    (answer,) = demo_model.answer([story(1, n=1)])
    assert isinstance(answer, Text)
    assert end_tokens(demo_model._model, demo_model._inputs.eos_id)
    assert answer.finish == "length"


def test_continuation_is_the_sum_of_its_tokens_steps(demo_model: TransformersModel) -> None:
    """Worked step by step: each token scored by a forward over what stands before it."""
    request = Continuation(
        prompt=prompt("Only words.\n", lead_in=" I say"),
        texts=(" very", " rather not", ""),
        subject=SUBJECT,
    )
    (found,) = demo_model.answer([request])
    assert isinstance(found, LogLikelihoods)
    before, _ = demo_model._inputs.render(request.prompt)
    for text, total, n in zip(request.texts, found.total, found.n_tokens, strict=True):
        start = len(demo_model._inputs.token_ids(before))
        ids = demo_model._inputs.token_ids(before + text)
        steps = 0.0
        for end in range(start, len(ids)):
            with torch.inference_mode():
                row = demo_model._model(input_ids=torch.tensor([ids[:end]])).logits[0, -1]
            steps += float(row.double().log_softmax(0)[ids[end]])
        assert n == len(ids) - start
        assert total == pytest.approx(steps, abs=1e-4)


def test_continuation_with_an_image_is_finite(demo_model: TransformersModel) -> None:
    """Image tokens stand before the text and are not counted."""
    request = Continuation(
        prompt=prompt("Look:\n", picture("red"), lead_in=" I say"),
        texts=(" very",),
        subject=SUBJECT,
    )
    (found,) = demo_model.answer([request])
    assert isinstance(found, LogLikelihoods)
    assert math.isfinite(found.total[0])
    assert found.n_tokens == (1,)


def test_mixed_requests_come_back_in_order(demo_model: TransformersModel) -> None:
    """Kinds are computed apart and returned as asked."""
    batch: list[Request] = [
        choice("Look:\n", picture("red")),
        story(1),
        choice("Words.\n"),
        story(1, temperature=0),
    ]
    found = demo_model.answer(batch)
    assert [type(answer).__name__ for answer in found] == [
        "Probabilities",
        "Text",
        "Probabilities",
        "Text",
    ]
    assert np.allclose(
        scored(demo_model, [batch[2]])[0].p, scored(demo_model, [batch[0], batch[2]])[1].p
    )


def test_embedding_is_refused(demo_model: TransformersModel) -> None:
    """What is not supported is said, and not in `supports`."""
    assert Task.EMBED not in demo_model.supports
    with pytest.raises(ModelProblem, match="embedding"):
        demo_model.answer([Embed(content="x", encoder="clip", subject=SUBJECT)])
