"""Gates: decided on intervals, and closed in doubt."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmark.errors import DataProblem
from benchmark.gates import Gate, Status, judge, load_gates
from benchmark.records import Score

REPO = Path(__file__).parents[2]
NAN = float("nan")
BARE = '[[gate]]\nsuite = "wvs"\nmetric = "x"\n'
FLOOR = f"{BARE}min = 1\n"
SIMILARITY = BARE.replace('"x"', '"js_similarity"') + 'reading = "printed"\n'
GATE = Gate(suite="wvs", metric="js_similarity", reading="substantive", min=0.6)


def score(low: float, high: float, *, value: float = 0.62) -> Score:
    """An overall similarity with an interval."""
    return Score(
        metric="js_similarity", value=value, n=40, n_missing=2, low=low, high=high,
        method="too few stems (3 < 6)", reading="substantive",
        higher_is_better=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "status"),
    [
        (0.60, 0.65, Status.PASS),
        (0.55, 0.65, Status.INCONCLUSIVE),
        (0.50, 0.59, Status.FAIL),
        (NAN, NAN, Status.INCONCLUSIVE),
    ],
)
def test_a_gate_decides_on_the_whole_interval(low: float, high: float, status: Status) -> None:
    """The point estimate alone never passes a gate."""
    assert judge(GATE, [score(low, high)]).status is status


def test_an_inconclusive_gate_fails_unless_told_otherwise() -> None:
    """Doubt does not ship."""
    lenient = Gate(
        suite="wvs",
        metric="js_similarity",
        reading="substantive",
        min=0.6,
        inconclusive=Status.PASS,
    )
    doubtful = [score(0.55, 0.65)]
    assert not judge(GATE, doubtful).holds
    assert judge(lenient, doubtful).holds


@pytest.mark.parametrize(
    ("scores", "incomplete", "reason"),
    [
        ([], (), "no such score"),
        ([score(NAN, NAN, value=NAN)], (), "not scored"),
        ([score(0.7, 0.8)], ("--limit 2",), r"incomplete \(--limit 2\)"),
    ],
)
def test_gates_fail_closed(scores: list[Score], incomplete: tuple[str, ...], reason: str) -> None:
    """A missing score, NaN and a partial run fail, with the reason."""
    verdict = judge(GATE, scores, incomplete=incomplete)
    assert verdict.status is Status.FAIL
    assert re.search(reason, verdict.sentence)


def test_a_maximum_is_a_gate_too() -> None:
    """Distances are gated from above."""
    gate = Gate(suite="wvs", metric="js_similarity", reading="substantive", max=0.5)
    assert judge(gate, [score(0.6, 0.7)]).status is Status.FAIL


def test_a_gate_file_is_read(tmp_path: Path) -> None:
    """Scope, reading and bounds arrive as written."""
    path = tmp_path / "g.toml"
    path.write_text(
        '[[gate]]\nsuite = "wvs"\nmetric = "js_similarity"\nreading = "substantive"\n'
        'min = 0.6\nscope = {country = "VNM"}\n'
    )
    (gate,) = load_gates(path)
    assert gate.scope == {"country": "VNM"}
    assert (gate.min, gate.max) == (0.6, float("inf"))


def test_a_reading_is_part_of_the_name_or_stands_beside_it(tmp_path: Path) -> None:
    """As in rows, or as in the documents; what has one reading needs none."""
    both, path = [], tmp_path / "g.toml"
    for written in (
        'metric = "js_similarity_substantive"',
        'metric = "js_similarity"\nreading = "substantive"',
        'metric = "w1_similarity"',
    ):
        path.write_text(f'[[gate]]\nsuite = "wvs"\n{written}\nmin = 0.5\n')
        (gate,) = load_gates(path)
        both.append((gate.metric.startswith(("js", "w1")), gate.reading))
    assert both == [(True, "substantive")] * 3


def test_a_country_may_be_written_as_people_do(tmp_path: Path) -> None:
    """A name becomes its code; what the world does not know may be a suite's own."""
    path = tmp_path / "g.toml"
    path.write_text(FLOOR + 'worst = "country"\namong = ["Vietnam", "BRA", "Atlantis"]')
    assert load_gates(path)[0].among == ("VNM", "BRA", "Atlantis")


@pytest.mark.parametrize("path", sorted((REPO / "docs" / "gates").glob("*.toml")), ids=str)
def test_shipped_gate_files_are_sound(path: Path) -> None:
    """Each can be read, and says what it is for."""
    assert load_gates(path)
    assert path.read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '[[gate]]\nsuite = "wvs"\nmetrc = "x"\nmin = 1',
            "unknown key 'metrc'.*did you mean metric",
        ),
        ('[[gates]]\nsuite = "wvs"', "did you mean gate"),
        ("", "would pass anything"),
        ('[[gate]]\nsuite = "wvs"\nmetric = "x"', "neither min nor max"),
        ('[[gate]]\nmetric = "x"\nmin = 1', "name a suite and a metric"),
        ('[[gate]]\nsuite = "wvs"\nmetric = "x"\nmin = "high"', "'high' is not a number"),
        ('[[gate]]\nsuite = "wvs"\nmetric = "x"\nmin = 1\ninconclusive = "maybe"', "inconclusive"),
        ("[[gate", "is not TOML"),
        ("[[gate]]\nsuite = wvs", "is not TOML.*line 2"),
        ('\n[[gate]]\nsuite = "wvs"\nmetrc = "x"', r"line 4, gate 1\); did you mean metric"),
        (FLOOR + 'compare = "regression"', "so min and max mean nothing"),
        (BARE + 'compare = "regresion"', r"line 4, gate 1\); did you mean regression"),
        (BARE + 'compare = "regression"\nmargin = 0.1', r"line 5.*belongs to .*non-inferiority"),
        (BARE + 'compare = "non-inferiority"', "needs a margin above 0"),
        (FLOOR + 'gap = "country"', "needs a max, but no min"),
        (
            SIMILARITY + 'gap = "country"\namong = ["NGA"]\nmax = 0.1',
            "line 6, gate 1 is on a gap, which is between two members or more, and names one",
        ),
        (FLOOR + 'gap = "country"\nworst = "country"', "both worst and gap"),
        (FLOOR + 'worst = "country"\nscope = {country = "NGA"}', "fixes one in scope"),
        (FLOOR + 'among = ["NGA"]', "without worst or gap"),
        (FLOOR + "max = 0.5", "at least 1 and at most 0.5"),
        (FLOOR + 'worst = "country"\namong = "NGA"', "among is a list"),
        (FLOOR + 'scope = "NGA"', "scope is a table"),
        (FLOOR + "worst = 3", "worst is 3, not text"),
        (SIMILARITY + "min = 1.5", r"line 5.*beyond what js_similarity can be \(0.167 to 1\)"),
        (SIMILARITY + "min = 60", r"did you mean 0.6\?"),
        (SIMILARITY + "max = 0.8", "of which more is better; did you mean min"),
        (
            SIMILARITY + 'gap = "country"\nmax = 15',
            r"can change by \(0 to 0.833\); did you mean 0.15",
        ),
        (
            SIMILARITY + 'compare = "non-inferiority"\nmargin = 2',
            r"margin = 2 is beyond what js_similarity can change by.*did you mean 0.02\?",
        ),
        (
            SIMILARITY.replace("js_similarity", "js_distance") + "min = 0.1",
            "of which less is better; did you mean max",
        ),
        (
            SIMILARITY.replace("js_similarity", "js_similarity_items") + "min = 0.5",
            "cannot be gated: .* use js_similarity",
        ),
        (SIMILARITY.replace("js_similarity", "floor_uniform") + "min = 0.5", "cannot be gated"),
        (
            SIMILARITY.replace('reading = "printed"\n', "") + "min = 0.5",
            "name one: printed or",
        ),
        (
            BARE.replace('"x"', '"option_mass"') + 'reading = "printed"\nmin = 0.5',
            "no readings",
        ),
        (
            BARE.replace('"x"', '"js_similarity_substantive"') + 'reading = "printed"\nmin = 0.5',
            "leave one out",
        ),
        (
            BARE.replace('"x"', '"accuracy_shrunk"') + 'worst = "country"\nmin = 0.4',
            "cannot be gated: .* use accuracy or accuracy_simultaneous",
        ),
        (
            BARE.replace('"x"', '"accuracy_shrunk"') + 'scope = {country = "NGA"}\nmin = 0.4',
            "cannot be gated",
        ),
        (BARE.replace('"x"', '"js_similarity_gain_p"') + "max = 0.05", "use js_similarity_gain"),
        (BARE.replace('"x"', '"story_dispersion_p"') + "max = 0.05", "use story_permanova_p"),
        (
            BARE.replace('"x"', '"spread_ratio"') + 'reading = "printed"\ncompare = "regression"',
            "no better or worse",
        ),
    ],
)
def test_a_typo_in_a_gate_file_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    """A gate that would silently pass is an error."""
    path = tmp_path / "g.toml"
    path.write_text(text)
    with pytest.raises(DataProblem, match=sentence):
        load_gates(path)
