"""Retrieval and agreement of encoders, from planted vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from benchmark.analyses.stories.encoder_favours import (
    distinct_contrasts,
    encoder_favours,
    least_concepts,
)
from benchmark.analyses.stories.encoders import story_encoders
from benchmark.analyses.stories.retrieval import story_retrieval
from benchmark.analyses.stories.vectors import story_vectors
from benchmark.errors import DataProblem
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.permutation import holm
from benchmark.metrics.retrieval import nearest_piece
from benchmark.records import Answer, Case, CaseRecord, Item, Score, Text, Vector
from tests.analyses.building import evidence, find

COUNTRIES = ("BRA", "DEU", "JPN", "MEX", "USA")
CONCEPTS = tuple(f"concept-{k}" for k in range(7))
STORIES, DIM = 3, 16


@dataclass
class Planted:
    """Records of one model; a story's vector is its picture's by ``fit``, and noise."""

    seed: int = 0
    proxy: str = "own-image"
    stored: dict[str, Answer] = field(default_factory=dict)

    def records(self, fit: Mapping[str, FloatArray], model: str = "m") -> list[CaseRecord]:
        """``fit`` by encoder, one number for each case."""
        rng = np.random.default_rng(self.seed)
        found = []
        for c, (country, concept) in enumerate((a, b) for a in COUNTRIES for b in CONCEPTS):
            case = Case(
                suite="stories", country=country, topic=concept, proxy=self.proxy, kind="story"
            )
            items = [self._story(case, f"{concept}/0.3/{k}", model) for k in range(STORIES)]
            for encoder, of in fit.items():
                items.append(self._vectors(case, encoder, float(of[c]), rng, model))
            found.append(CaseRecord(case=case, scores=(), items=tuple(items)))
        return found

    def answers(self, keys: Sequence[str]) -> Mapping[str, Answer]:
        """All that the records point to."""
        return {key: self.stored[key] for key in keys}

    def _story(self, case: Case, name: str, model: str) -> Item:
        key = f"{model}/{case.case_id}/{name}"
        self.stored[key] = Text(text="Once", finish="stop")
        return Item(case_id=case.case_id, item_id=name, cluster=case.topic, request_keys=(key,))

    def _vectors(
        self, case: Case, encoder: str, fit: float, rng: np.random.Generator, model: str
    ) -> Item:
        picture = rng.normal(size=DIM)
        rows = [picture, *(fit * picture + rng.normal(size=(STORIES, DIM)))]
        keys = [f"{model}/{case.case_id}/{encoder}/{k}" for k in range(len(rows))]
        for key, row in zip(keys, rows, strict=True):
            self.stored[key] = Vector(values=tuple(row.tolist()))
        return Item(
            case_id=case.case_id,
            item_id=f"vectors:{encoder}|truncate",
            cluster=case.topic,
            image_ids=(f"{case.country}-{case.topic}",),
            request_keys=tuple(keys),
            values={
                "picture_similarity": float(
                    np.mean([nearest_piece(row, picture) for row in rows[1:]])
                )
            },
        )


def level(value: float) -> FloatArray:
    """The same fit for every case."""
    return np.full(len(COUNTRIES) * len(CONCEPTS), value)


def recalled(planted: Planted, records: Sequence[CaseRecord]) -> Sequence[Score]:
    """The scores of retrieval."""
    return story_retrieval(evidence(records, planted.answers))


def scope(query: str, gallery: str, k: int) -> dict[str, str]:
    """The scope of one figure."""
    who = {"encoder": "clip", "chunking": "truncate"}
    return {**who, "query": query, "gallery": gallery, "k": str(k)}


GALLERIES = [
    ("within-nationality", 7, 21),
    ("across-nationalities", 5, 15),
    ("all", 35, 105),
]


@pytest.mark.parametrize(("gallery", "pictures", "stories"), GALLERIES)
def test_chance_is_that_of_the_gallery(gallery: str, pictures: int, stories: int) -> None:
    """One of so many pictures; at least one of three stories among so many."""
    planted = Planted()
    scores = recalled(planted, planted.records({"clip": level(0.0)}))
    assert find(scores, "story_recall_chance", **scope("story", gallery, 1)).value == pytest.approx(
        1 / pictures
    )
    assert find(scores, "story_recall_chance", **scope("image", gallery, 1)).value == pytest.approx(
        3 / stories
    )


@pytest.mark.parametrize("query", ["story", "image"])
@pytest.mark.parametrize(("gallery", "pictures", "stories"), GALLERIES)
def test_planted_pictures_are_found_and_noise_is_at_chance(
    gallery: str, pictures: int, stories: int, query: str
) -> None:
    """Far above chance where stories hold their picture, within noise of it where not."""
    planted = Planted(seed=1)
    found, nothing = (
        recalled(planted, planted.records({"clip": level(fit)})) for fit in (2.0, 0.0)
    )
    at = scope(query, gallery, 1)
    chance = find(found, "story_recall_chance", **at).value
    recall = find(found, "story_recall", **at)
    assert recall.value > max(0.6, 2 * chance)
    assert recall.low <= recall.value <= recall.high
    assert find(nothing, "story_recall", **at).value == pytest.approx(chance, abs=0.15)
    assert (recall.n, pictures < stories) == (105 if query == "story" else 35, True)


def test_shared_pictures_are_not_retrieved() -> None:
    """A picture of all nationalities cannot tell them apart, so there is no figure."""
    planted = Planted(proxy="shared-image")
    assert list(recalled(planted, planted.records({"clip": level(1.0)}))) == []


def test_a_picture_of_two_cases_is_in_a_gallery_once() -> None:
    """Both cases' stories are right with it, and galleries shrink."""
    planted = Planted(seed=2)
    records = planted.records({"clip": level(2.0)})
    one, other = records[0], records[len(CONCEPTS)]  # one concept, two countries
    key = one.items[-1].request_keys[0]
    shared = replace(
        other.items[-1],
        image_ids=one.items[-1].image_ids,
        request_keys=(key, *other.items[-1].request_keys[1:]),
    )
    records[len(CONCEPTS)] = replace(other, items=(*other.items[:-1], shared))
    scores = recalled(planted, records)
    assert "gallery of 34 " in find(scores, "story_recall", **scope("story", "all", 1)).method


def test_encoders_that_see_the_same_agree_and_others_do_not() -> None:
    """W and tau over cases: near 1 for encoders of one mind, tau about 0 with a stranger."""
    rng = np.random.default_rng(3)
    one, other = rng.uniform(0, 40, size=(2, 35))
    planted = Planted(seed=4)
    records = planted.records({"clip": one, "siglip": one, "odd": other})
    scores = story_encoders(evidence(records, planted.answers))
    at = {"ranked": "cases", "chunking": "truncate"}
    alike = {**at, "encoder": "clip", "against": "siglip"}
    apart = {**at, "encoder": "clip", "against": "odd"}
    assert find(scores, "encoder_tau", **alike).value > 0.5
    assert abs(find(scores, "encoder_tau", **apart).value) < 0.3
    assert 0.4 < find(scores, "encoder_agreement", **at).value < 0.9
    mean = find(scores, "story_picture_similarity", encoder="clip", chunking="truncate")
    assert 0.5 < mean.value < 1


def favoured() -> dict[str, list[CaseRecord]]:
    """Three models alike in truth; the encoder ``siglip`` favours the smallest one."""
    planted = Planted(seed=5)
    runs = {}
    for k, model in enumerate(("large", "middle", "small")):
        planted.seed = 10 + k
        more = 0.6 if model == "small" else 0.0
        fit = {"blip": level(1.0), "clip": level(1.0), "siglip": level(1.0 + more)}
        runs[model] = planted.records(fit, model)
    return runs


def test_planted_bias_of_an_encoder_is_found() -> None:
    """The favour stands at its encoder and model, is significant, and is the largest."""
    runs = favoured()
    scores = encoder_favours(runs, rule="truncate", rng=np.random.default_rng(0))
    favours = {
        (s.scope["encoder"], s.scope["model"]): s.value
        for s in scores
        if s.metric == "encoder_favour"
    }
    assert max(favours, key=lambda pair: favours[pair]) == ("siglip", "small")
    at = {"encoder": "siglip", "chunking": "truncate", "model": "small"}
    assert find(scores, "encoder_favour_p", **at).value < 0.05
    assert find(scores, "encoder_agreement", ranked="models", chunking="truncate").n == 3


def held_against(encoders: int, models: int) -> tuple[FloatArray, FloatArray]:
    """Each p and Holm's, (encoders, models), of models alike but for one encoder's taste."""
    planted = Planted()
    runs = {}
    for k in range(models):
        planted.seed = 40 + k
        fit = {f"e{j}": level(1.0 + 0.3 * (j == k == 0)) for j in range(encoders)}
        runs[f"m{k}"] = planted.records(fit, f"m{k}")
    scores = encoder_favours(runs, rule="truncate", rng=np.random.default_rng(0))
    p, corrected = (
        np.array([s.value for s in scores if s.metric == name]).reshape(encoders, models)
        for name in ("encoder_favour_p", "encoder_favour_p_holm")
    )
    assert {s.n for s in scores if s.metric == "encoder_favour_p"} == {len(CONCEPTS)}
    return p, corrected


def test_one_contrast_is_tested_once() -> None:
    """Of two encoders and two models all favours are one; of three and three each is its own."""
    p, corrected = held_against(2, 2)
    assert np.ptp(p) == 0
    assert corrected.tolist() == p.tolist()
    for encoders, models in ((2, 3), (3, 2)):
        p, corrected = held_against(encoders, models)
        once = p[0] if encoders == 2 else p[:, 0]
        assert corrected.min() == pytest.approx(min(1, 3 * once.min()))
        assert corrected.ravel() == pytest.approx(
            np.broadcast_to(holm(once) if encoders == 2 else holm(once)[:, None], p.shape).ravel()
        )
    p, corrected = held_against(3, 3)
    assert corrected.min() == pytest.approx(min(1, 9 * p.min()))


@pytest.mark.parametrize(("encoders", "models"), [(2, 2), (2, 3), (3, 3), (5, 4)])
def test_the_least_number_of_concepts_is_the_least(encoders: int, models: int) -> None:
    """With one less the smallest p there is stays above 0.05 after the correction."""
    tests = distinct_contrasts(encoders, models)
    least = least_concepts(tests)
    assert tests * 2 / 2**least <= 0.05 < tests * 2 / 2 ** (least - 1)


def test_vectors_are_kept_small_and_cosines_are_exact() -> None:
    """Single precision in memory, one part at a time; sums are as of double precision to 1e-6."""
    planted = Planted(seed=8)
    records = planted.records({"clip": level(1.0), "siglip": level(0.5)})
    parts = story_vectors(records, planted.answers)
    assert iter(parts) is parts
    for part in parts:
        assert part.pieces.dtype == part.picture.dtype == np.float32
        items = [next(i for i in r.items if part.encoder in i.item_id) for r in records]
        wanted = [
            nearest_piece(planted.stored[key].values, planted.stored[item.request_keys[0]].values)  # type: ignore[union-attr]
            for item in sorted(items, key=lambda i: i.case_id)
            for key in item.request_keys[1:]
        ]
        assert part.own() == pytest.approx(wanted, abs=1e-6)
        stories, pictures = np.arange(len(part.case)), np.arange(len(part.country))
        near = part.similarities(stories, pictures)
        assert near[stories, part.case] == pytest.approx(wanted, abs=1e-6)


def test_the_order_of_rows_does_not_matter() -> None:
    """Cases backwards give the same scores of both analyses."""
    planted = Planted(seed=6)
    records = planted.records({"clip": level(1.0), "siglip": level(0.5)})
    for compute in (story_retrieval, story_encoders):
        runs = [compute(evidence(rows, planted.answers)) for rows in (records, records[::-1])]
        assert repr(runs[0]) == repr(runs[1])


def test_vectors_must_belong_to_the_stories() -> None:
    """One too few, or of another size, is one sentence."""
    planted = Planted()
    record = planted.records({"clip": level(1.0)})[0]
    vectors = record.items[-1]
    short = replace(vectors, request_keys=vectors.request_keys[:-1])
    with pytest.raises(DataProblem, match="3 stories but 2 vectors of clip"):
        recalled(planted, [replace(record, items=(*record.items[:-1], short))])
    planted.stored[vectors.request_keys[1]] = Vector(values=(1.0,) * 5)
    with pytest.raises(DataProblem, match="not a multiple of its picture's 16"):
        recalled(planted, [record])


def test_models_without_common_encoders_cannot_be_compared() -> None:
    """One model or one encoder is not a comparison."""
    runs = favoured()
    with pytest.raises(DataProblem, match="at least two models"):
        encoder_favours({"large": runs["large"]}, rule="truncate", rng=np.random.default_rng(0))
    halves = {"large": runs["large"][:10], "small": runs["small"][20:]}
    with pytest.raises(DataProblem, match="no case in common"):
        encoder_favours(halves, rule="truncate", rng=np.random.default_rng(0))


def test_the_nearest_piece_of_a_story_counts() -> None:
    """A vector of several pieces: the second is the picture itself, so the similarity is 1."""
    planted = Planted(seed=7)
    records = planted.records({"clip": level(0.0)})
    for record in records:
        picture, *stories = record.items[-1].request_keys
        values = planted.stored[picture].values  # type: ignore[union-attr]
        for key in stories:
            before = planted.stored[key].values  # type: ignore[union-attr]
            planted.stored[key] = Vector(values=before + values)
    scores = recalled(planted, records)
    assert find(scores, "story_recall", **scope("story", "all", 1)).value == 1
