"""Ethnic groups inside a country: the file, its cases, and what is said of their stories."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmark.analyses.stories.groups import story_groups
from benchmark.analyses.stories.lexical import story_lexical
from benchmark.analyses.stories.variance import story_variance
from benchmark.analyses.stories.vocabulary import story_vocabulary
from benchmark.errors import CultureError, DataProblem
from benchmark.metrics.edits import normalised_word_edit_distance
from benchmark.records import Answer, Case, CaseRecord, Generate, Item, Reply, Score, Text, Vector
from benchmark.settings import EncoderChoice
from benchmark.stories.groups import load_groups
from benchmark.suite.protocol import Suite, shipped_layout
from leaderboard.tables.findings import findings
from tests.analyses.building import evidence
from tests.stories.test_lists import asked, suite

REPO = Path(__file__).parents[2]
NIGERIA = REPO / "docs" / "groups-nigeria.csv"
HEAD = "slug,country,name,a_name,source\n"
Stories = dict[str, str]


# --- the file ------------------------------------------------------------------------------


def test_example_file_is_read_and_its_groups_have_sources() -> None:
    """Three groups of Nigeria, by slug, each with its article and where the name is from."""
    groups = load_groups(NIGERIA)
    assert [(g.slug, g.a_name) for g in groups.of("NGA")] == [
        *(("hausa", "a Hausa"), ("igbo", "an Igbo"), ("yoruba", "a Yoruba"))
    ]
    assert all("https://" in group.source for group in groups)
    assert groups.of("FRA") == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("slug,country\nigbo,NGA\n", "lacks the column name"),
        (HEAD, "has no group"),
        (f"{HEAD}igbo,NGA,Igbo,an Igbo,\n", "line 2: source is empty"),
        (f"{HEAD}igbo,Nigeria,Igbo,an Igbo,x\n", "unknown ISO3 code 'Nigeria'"),
        (f"{HEAD}Igbo/1,NGA,Igbo,an Igbo,x\n", "cannot be part of a case id"),
        (f"{HEAD}nationality,NGA,Igbo,an Igbo,x\n", "cannot be part of a case id"),
        (f"{HEAD}igbo,NGA,Igbo,an Ibo,x\n", "does not contain the name"),
        (f"{HEAD}igbo,NGA,Igbo,an Igbo,x,y\n", "more fields than the header"),
        (f"{HEAD}igbo,NGA,Igbo,an Igbo,x\nigbo,NGA,Ibo,an Ibo,x\n", "line 3: NGA has two groups"),
    ],
)
def test_bad_file_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    """With the file, the line and the value."""
    file = tmp_path / "groups.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataProblem, match=sentence) as problem:
        load_groups(file)
    assert str(file) in str(problem.value)
    with pytest.raises(DataProblem, match="cannot be read"):
        load_groups(tmp_path / "none.csv")


# --- the cases -----------------------------------------------------------------------------


def test_groups_stand_beside_their_nationality(tmp_path: Path) -> None:
    """As variants in the same unit, under the same picture, in their own words and seeds."""
    of = suite(tmp_path, groups=NIGERIA, countries=("NGA", "FRA"), topics=("forest",))
    cases = {case.case_id: case for case in of.select().cases if case.proxy == "own-image"}
    assert list(cases) == [
        "stories/NGA/forest/own-image",
        "stories/NGA/forest/own-image/hausa",
        "stories/NGA/forest/own-image/igbo",
        "stories/NGA/forest/own-image/yoruba",
        "stories/FRA/forest/own-image",
    ]
    plain, _, igbo, *_ = cases.values()
    assert plain.unit == igbo.unit
    one, other = asked(of, plain)[0], asked(of, igbo)[0]
    assert one.prompt.prefix == other.prompt.prefix
    assert "for an Igbo child" in other.prompt.suffix
    assert "for a Nigerian child" in one.prompt.suffix
    assert one.seed != other.seed
    assert of.config()["groups"] == {
        "name": "groups-nigeria",
        "digest": load_groups(NIGERIA).digest,
    }
    assert "groups of NGA: hausa, igbo, yoruba (groups-nigeria)" in of.header()


def test_without_groups_nothing_moves(tmp_path: Path) -> None:
    """Neither the configuration nor a nationality's requests."""
    plain = suite(tmp_path, countries=("NGA",), topics=("forest",))
    grouped = suite(tmp_path, countries=("NGA",), topics=("forest",), groups=NIGERIA)
    assert "groups" not in plain.config()
    for case in plain.select().cases:
        assert asked(plain, case) == asked(grouped, case)


def stages(of: Suite, case: Case) -> int:
    """How often a case asks something before its record is there."""
    script = of.interview(case)
    requests, number = next(script), 0
    while True:
        number += 1
        replies = [
            Reply(key=f"{number}/{k}", answer=Text(text="", finish="stop"))
            if isinstance(request, Generate)
            else Reply(key=f"{number}/{k}", answer=Vector(values=(1.0, 0.0)))
            for k, request in enumerate(requests)
        ]
        try:
            requests = script.send(replies)
        except StopIteration:
            return number


def test_no_vector_is_made_for_a_group(tmp_path: Path) -> None:
    """Nothing would read it; those of the nationality stand as ever."""
    one = (EncoderChoice(name="clip", source="clip"),)
    more = {"countries": ("NGA",), "topics": ("forest",), "proxies": ("own-image",)}
    of = suite(tmp_path, groups=NIGERIA, encoders=one, **more)
    asked_of = {case.variant: stages(of, case) for case in of.select().cases}
    assert asked_of == {"": 2, "hausa": 1, "igbo": 1, "yoruba": 1}


def test_groups_of_countries_that_are_not_asked_are_told(tmp_path: Path) -> None:
    """None at all is refused, some are named in the header; a nationality is not needed."""
    with pytest.raises(CultureError, match=r"has groups of NGA.*--countries"):
        suite(tmp_path, groups=NIGERIA, countries=("FRA",)).select()
    file = tmp_path / "groups.csv"
    ainu = "ainu,JPN,Ainu,an Ainu,somebody\n"
    file.write_text(f"{NIGERIA.read_text('utf-8')}{ainu}", encoding="utf-8")
    header = suite(tmp_path, groups=file, countries=("NGA",)).header()
    assert "groups not asked, nor is their country: of JPN" in header
    japan = suite(tmp_path, groups=file, countries=("JPN",), proxies=("none",), topics=("zoo",))
    assert [case.case_id for case in japan.select().cases] == ["stories/JPN/zoo/none/ainu"]
    assert "Japan" in japan.select().excluded[0].reason


# --- what is said of them ------------------------------------------------------------------


def record(country: str, variant: str, concept: str, *, proxy: str = "shared-image") -> CaseRecord:
    """A case of three stories whose keys are their place."""
    kind = "control" if proxy == "none" else "story"
    case = Case(
        suite="stories", country=country, topic=concept, proxy=proxy, variant=variant, kind=kind
    )
    items = tuple(
        Item(
            case_id=case.case_id,
            item_id=f"{concept}/0.3/{n}",
            cluster=concept,
            request_keys=(f"{case.case_id} {n}",),
            values={"n_words": float(10 * len(variant))},
        )
        for n in (1, 2, 3)
    )
    return CaseRecord(case=case, scores=(), items=items)


class Told:
    """Stories of random words, in which a planted word marks a variant."""

    def __init__(self, marks: Stories) -> None:
        self.marks = marks

    def __call__(self, keys: object) -> dict[str, Answer]:
        return {key: Text(text=self.story(key), finish="stop") for key in keys}  # type: ignore[attr-defined]

    def story(self, key: str) -> str:
        rng = np.random.default_rng(list(key.encode()))
        words = [f"word{n:c}" for n in 97 + rng.integers(0, 20, size=12)]
        mark = self.marks.get(key.split()[0].split("/")[-1])
        return " ".join([*words, *([mark] * 6 if mark else [])])


CONCEPTS = ("zoo", "forest", "birds", "robots")
GROUPS = ("", "hausa", "igbo", "yoruba")
RECORDS = [
    record(country, variant, concept, proxy=proxy)
    for country in ("NGA", "FRA")
    for variant in (GROUPS if country == "NGA" else ("",))
    for concept in CONCEPTS
    for proxy in ("shared-image", "none")
]
OF_GROUPS = (
    partial(story_variance, permutations=199, published=False),
    partial(story_vocabulary, shufflings=39),
)


def scores_of(marks: Stories, records: list[CaseRecord] = RECORDS) -> list[Score]:
    """What the analysis says."""
    return story_groups(evidence(records, Told(marks), seed=1), of_groups=OF_GROUPS)


def value(scores: list[Score], metric: str, **scope: str) -> Score:
    """The one score of a scope."""
    (found,) = [s for s in scores if s.metric == metric and dict(s.scope) == scope]
    return found


def test_a_planted_group_is_found_and_only_within_its_country() -> None:
    """One group's own word: the test sees it, the word is a marker, the group stands apart."""
    scores = scores_of({"igbo": "udara"})
    assert value(scores, "story_group_permanova_p", country="NGA").value < 0.05
    assert value(scores, "story_group_permanova_p", country="NGA").n == 3 * 4 * 3  # no control
    assert value(scores, "story_group_omega2", country="NGA").value > 0.05
    marked = value(scores, "story_group_word_p", country="NGA", variant="igbo", word="udara")
    assert marked.value < 0.05
    assert marked.n == 12
    pair = {"country": "NGA", "variant": "igbo"}
    assert value(scores, "story_group_apart", **pair, against="nationality").value > 0.05
    other = {"country": "NGA", "variant": "hausa", "against": "nationality"}
    assert abs(value(scores, "story_group_apart", **other).value) < 0.05
    assert {score.scope["country"] for score in scores} == {"NGA"}
    assert "stories for groups of NGA: apart by" in findings(scores, shipped_layout("stories"))[0]


def test_groups_that_are_told_apart_by_nothing_are_not_found() -> None:
    """The effect is about 0, and no word marks anybody; a control is in its own proxy alone."""
    scores = scores_of({})
    assert value(scores, "story_group_permanova_p", country="NGA").value > 0.05
    assert abs(value(scores, "story_group_omega2", country="NGA").value) < 0.05
    assert value(scores, "story_group_marker_words", country="NGA", variant="igbo").value == 0
    assert value(scores, "story_group_permanova_p", country="NGA", proxy="none").n == 36


def test_distance_is_the_mean_over_pairs_of_one_stratum() -> None:
    """By hand for one concept; an own distance leaves a story out of its pair with itself."""
    records = [one for one in RECORDS if one.case.topic == "zoo" and one.case.proxy != "none"]
    told = Told({"igbo": "udara"})
    scores = story_groups(evidence(records, told, seed=1), of_groups=OF_GROUPS)

    def stories(variant: str) -> list[str]:
        (mine,) = [r for r in records if (r.case.country, r.case.variant) == ("NGA", variant)]
        return [told.story(item.request_keys[0]) for item in mine.items]

    def mean(pairs: list[tuple[str, str]]) -> float:
        return float(np.mean([normalised_word_edit_distance(*pair) for pair in pairs]))

    igbo, plain = stories("igbo"), stories("")
    found = value(
        scores, "story_group_distance", country="NGA", variant="igbo", against="nationality"
    )
    assert found.value == pytest.approx(mean([(a, b) for a in igbo for b in plain]))
    assert found.n == 9
    own = value(scores, "story_group_distance", country="NGA", variant="igbo", against="igbo")
    pairs = [(igbo[0], igbo[1]), (igbo[0], igbo[2]), (igbo[1], igbo[2])]
    assert own.value == pytest.approx(mean(pairs))
    assert own.n == 3


def test_nationalities_never_hear_of_groups() -> None:
    """Lexical means of a country are of its nationality; groups have scopes of their own."""
    scores = story_lexical(evidence(RECORDS, seed=1))
    words = {tuple(s.scope.items()): s for s in scores if s.metric == "n_words"}
    assert (words[()].value, words[()].n) == (0, 2 * 4 * 3)
    assert words[(("country", "NGA"),)].value == 0
    igbo = words[("country", "NGA"), ("variant", "igbo")]
    assert (igbo.value, igbo.n) == (40, 12)
    assert words[("proxy", "none"), ("country", "NGA"), ("variant", "igbo")].n == 12


def test_rows_in_any_order_and_runs_without_groups() -> None:
    """The same scores from shuffled rows; none at all where there is no group."""
    marks = {"igbo": "udara"}
    assert repr(scores_of(marks, RECORDS[::-1])) == repr(scores_of(marks))
    assert scores_of(marks, [r for r in RECORDS if not r.case.variant]) == []
    alone = [r for r in RECORDS if r.case.variant in ("", "igbo")]
    assert {s.metric for s in scores_of(marks, alone)} == {
        *("story_group_distance", "story_group_apart")
    }
    assert scores_of(marks, [replace(RECORDS[0], case=replace(RECORDS[0].case, kind="x"))]) == []
