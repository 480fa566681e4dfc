"""Options: the command line over the file over defaults, and back into a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.errors import UsageProblem
from benchmark.finetune.__main__ import arguments, main
from benchmark.finetune.options import Recipe, as_toml, differences, given, read_file, recipe


def resolved(*words: str, config: Path | None = None) -> Recipe:
    """What these words ask for."""
    return recipe(given(arguments().parse_args(["--out", "x", *words]), config))


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    """What neither says is the default."""
    file = tmp_path / "tuned.toml"
    file.write_text('model = "demo"\ndata = "sample"\nrank = 4\nhold_out = ["region:Africa"]\n')
    found = resolved("--rank", "8", "--learning-rate", "2e-5", config=file)
    assert (found.model, found.rank, found.learning_rate) == ("demo", 8, 2e-5)
    assert (found.hold_out, found.alpha) == (("region:Africa",), 32)


def test_a_recipe_survives_its_file(tmp_path: Path) -> None:
    """Every kind of value, paths made absolute."""
    (tmp_path / "questions").mkdir()
    wanted = resolved(
        *("--model", "demo", "--data", str(tmp_path / "questions"), "--merge", "--max-steps", "7"),
        *("--hold-out", "region:Africa", "--hold-out", "category:food", "--dropout", "0"),
        *("--target-modules", "q_proj,v_proj", "--data-licence", 'my "own" é'),
    )
    file = tmp_path / "finetune.toml"
    file.write_text(as_toml(wanted), encoding="utf-8")
    assert recipe(read_file(file)) == wanted
    assert differences({"rank": 16, "data": wanted.data}, wanted) == []
    assert differences({"rank": 8}, wanted) == ["rank is 16 there and 8 now"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--data", "sample"), "--model is missing"),
        (("--model", "demo"), "--data is missing"),
        (("--model", "demo", "--data", "x", "--rank", "0"), "--rank '0' is not a whole number"),
        (
            ("--model", "demo", "--data", "x", "--validation", "1"),
            "--validation '1' is not a share",
        ),
        (("--model", "demo", "--data", "x", "--learning-rate", "nan"), "is not a number above 0"),
        (
            ("--model", "demo", "--data", "x", "--seed", "4294967296"),
            "--seed '4294967296' is above 4294967295",
        ),
        (
            ("--model", "demo", "--data", "x", "--device", "tpu"),
            "--device 'tpu' is not one of auto",
        ),
    ],
)
def test_a_wrong_value_is_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    """That names the option."""
    with pytest.raises(UsageProblem, match=sentence):
        resolved(*words)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rnk = 4", "unknown option 'rnk' .* did you mean rank"),
        ("rank = 4.5", "rank in .* is not a whole number"),
        ("merge = 1", "neither true nor false"),
        ("rank = ", "cannot be read as TOML"),
    ],
)
def test_a_wrong_file_is_a_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    """With the near name where there is one."""
    file = tmp_path / "tuned.toml"
    file.write_text(text)
    with pytest.raises(UsageProblem, match=sentence):
        read_file(file)


def test_names_go_before_what_lies_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for pytest: an alias and a ready mapping are not paths, a folder and a TOML file are."""
    monkeypatch.chdir(tmp_path)
    for name in ("demo", "qwen3-vl", "cvqa", "mine"):
        (tmp_path / name).mkdir()
    for model in ("demo", "qwen3-vl"):
        found = resolved("--model", model, "--data", "mine", "--question-columns", "cvqa")
        assert (found.model, found.question_columns) == (model, "cvqa")
        assert found.data == str(tmp_path / "mine")
    long = ",".join(f"image=column{n}" for n in range(90))
    own = ("--model", "mine", "--data", "sample")
    assert resolved(*own, "--question-columns", long).question_columns == long
    found = resolved(*own, "--question-columns", "map.toml", "--prompts", "p.toml")
    assert found.model == str(tmp_path / "mine")
    assert found.question_columns == str(tmp_path / "map.toml")
    assert found.prompts == str(tmp_path / "p.toml")


def test_an_unknown_option_exits_as_a_wrong_value_does(capsys: pytest.CaptureFixture[str]) -> None:
    """2 is for a run that was interrupted."""
    with pytest.raises(SystemExit) as ended:
        main(["--out", "x", "--rnak", "3"])
    assert ended.value.code == 4
    assert "unrecognized arguments: --rnak" in capsys.readouterr().err
