"""Exports: the fields that each format requires, the run's numbers in them, and no wording."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import parse_eval_result_entries
from huggingface_hub.repocard_data import model_index_to_eval_results

from benchmark.records import CaseRecord, Item
from benchmark.runs.run import write_run
from leaderboard.__main__ import main
from leaderboard.export.commands import FORMATS
from tests.leaderboard.samples import overall, partial, record, run

DATASET = ("--dataset", "org/culture")
PROVENANCE = {
    "started_at": "2025-01-02T03:04:05+00:00",
    "finished_at": "2025-01-02T03:05:05+00:00",
    "harness_version": "0.1.0",
    "git_commit": "c0ffee",
}
PROXY = {"proxy": "country"}
SCORES = (
    overall(0.7, low=0.6, high=0.8, method="bootstrap", n_missing=2),
    overall(0.5, metric="floor_uniform"),
    overall(0.65, scope=PROXY),
    overall(0.9, scope={"country": "NGA"}),
)


def scored() -> CaseRecord:
    """A case whose one question has the headline's value."""
    plain = record()
    items = (
        Item(
            case_id=plain.case.case_id,
            item_id="q1",
            cluster="s1",
            human=(0.25, 0.75),
            model=(0.5, 0.5),
            values={"js_similarity_substantive": 0.65},
        ),
    )
    return CaseRecord(case=plain.case, scores=plain.scores, items=items)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A complete run with scores overall, by proxy and by country."""
    made = run(scores=SCORES, rows=(scored(),), provenance=PROVENANCE)
    return write_run(tmp_path / "runs", made)


def export(path: Path, kind: str, *more: str) -> dict[str, str]:
    """What the command writes, by path."""
    out = path.parents[3] / "out"
    assert main(["export", str(path), "--format", kind, "--out", str(out), *more]) == 0
    found = sorted(p for p in out.rglob("*") if p.is_file())
    return {p.relative_to(out).as_posix(): p.read_text(encoding="utf-8") for p in found}


def test_eval_results_are_read_back_by_the_hub_client(path: Path) -> None:
    """One number an entry, higher is better, under the tasks of eval.yaml."""
    ((name, text),) = export(path, "eval-results", *DATASET, "--source-url", "https://x").items()
    assert name.endswith("/.eval_results/wvs.yaml")
    entries = parse_eval_result_entries(yaml.safe_load(text))
    assert [(e.dataset_id, e.task_id, e.value) for e in entries] == [
        ("org/culture", "wvs", 0.7),
        ("org/culture", "wvs_country", 0.65),
    ]
    assert {entry.date for entry in entries} == {"2025-01-02"}
    assert "0.600 to 0.800" in str(entries[0].notes)
    assert "floor uniform 0.500" in str(entries[0].notes)


def test_eval_yaml_names_the_same_tasks(path: Path) -> None:
    """Name, description, framework and every task id."""
    content = yaml.safe_load(export(path, "eval-yaml")["eval.yaml"])
    assert {"name", "description", "evaluation_framework", "tasks"} <= content.keys()
    assert content["tasks"] == [{"id": "wvs"}, {"id": "wvs_country"}]


def test_model_index_is_read_back_by_the_hub_client(path: Path) -> None:
    """Task, data set and metric with their required fields."""
    (text,) = export(path, "model-index").values()
    name, results = model_index_to_eval_results(yaml.safe_load(text)["model-index"])
    assert name == "org/model"
    assert [(r.dataset_config, r.metric_type, r.metric_value) for r in results] == [
        ("wvs", "js_similarity", 0.7),
        ("wvs_country", "js_similarity", 0.65),
    ]


UNANSWERED: dict[str, Any] = {"n_missing": 3, "n_unanswered": 2}
LEFT_OPEN = (
    overall(0.6, metric="js_similarity_all_asked", n_missing=1, n_unanswered=2, low=0.5, high=0.7),
    overall(0.7, **UNANSWERED),
    overall(0.65, metric="js_similarity_items", **UNANSWERED),
    overall(0.8, metric="w1_similarity", **UNANSWERED),
    overall(0.77, metric="w1_floor_uniform"),
    overall(0.5, metric="floor_uniform"),
    overall(1e-6, metric="option_mass", reading=""),
)


@pytest.fixture
def left_open(tmp_path: Path) -> Path:
    """A run that ranks by all questions asked, of a model that answers something else."""
    made = run(
        headline="js_similarity_all_asked_substantive",
        scores=LEFT_OPEN,
        rows=(scored(),),
        provenance=PROVENANCE,
    )
    return write_run(tmp_path / "runs", made)


def test_what_ranks_never_stands_without_the_similarity_of_the_answers(left_open: Path) -> None:
    """Notes and records say both, both counts, and that the model answers something else."""
    (text,) = export(left_open, "eval-results", *DATASET).values()
    (entry,) = parse_eval_result_entries(yaml.safe_load(text))
    assert entry.value == 0.6
    for part in (
        "n=10, 1 not asked, 2 not answered",
        "over the answers alone 0.700",
        "answers something else than the options",
    ):
        assert part in str(entry.notes)


def test_every_similarity_is_a_metric_of_its_own(left_open: Path) -> None:
    """Ordered scales beside the others, with their own floors and bounds."""
    found = export(left_open, "every-eval-ever")
    (text,) = (text for name, text in found.items() if name.endswith(".json"))
    results = {r["evaluation_result_id"]: r for r in json.loads(text)["evaluation_results"]}
    assert {name: r["score_details"]["score"] for name, r in results.items()} == {
        "wvs/js_similarity_all_asked_substantive": 0.6,
        "wvs/js_similarity_substantive": 0.7,
        "wvs/js_similarity_items_substantive": 0.65,
        "wvs/w1_similarity_substantive": 0.8,
        "wvs/option_mass": 1e-6,
    }
    ordered = results["wvs/w1_similarity_substantive"]
    assert ordered["metric_config"]["min_score"] == 0
    assert ordered["score_details"]["details"]["w1_floor_uniform"] == "0.77"
    assert "floor_uniform" not in ordered["score_details"]["details"]
    assert "something else" in ordered["score_details"]["details"]["note"]


def test_readers_of_lm_eval_find_every_similarity(left_open: Path) -> None:
    """Under keys of their own; what was not answered is no effective sample."""
    (text,) = export(left_open, "lm-eval").values()
    values = json.loads(text)["results"]["wvs"]
    assert values["js_similarity_all_asked,substantive"] == 0.6
    assert values["js_similarity,substantive"] == 0.7
    assert values["w1_similarity,substantive"] == 0.8
    assert values["w1_floor_uniform,substantive"] == 0.77
    assert json.loads(text)["n-samples"]["wvs"] == {"original": 13, "effective": 10}


def test_lm_eval_has_the_keys_that_its_readers_look_for(path: Path) -> None:
    """Results, configs, versions, shots, directions, samples and the run's circumstances."""
    (text,) = export(path, "lm-eval").values()
    content = json.loads(text)
    tasks = {"wvs", "wvs_country"}
    for key in ("results", "configs", "versions", "n-shot", "higher_is_better", "n-samples"):
        assert content[key].keys() == tasks, key
    assert {"config", "git_hash", "date", "model_name", "model_name_sanitized"} <= content.keys()
    assert content["results"]["wvs"]["js_similarity,substantive"] == 0.7
    assert content["results"]["wvs"]["js_similarity_stderr,substantive"] == "N/A"
    assert content["n-samples"]["wvs"] == {"original": 12, "effective": 10}
    assert content["model_name_sanitized"] == "org__model"
    assert content["total_evaluation_time_seconds"] == "60.0"


def test_every_eval_ever_has_its_required_fields(path: Path) -> None:
    """The record, its results with bounds and interval, and the lines that it counts."""
    found = export(path, "every-eval-ever", "--organisation", "us")
    ((name, text),) = ((k, v) for k, v in found.items() if k.endswith(".json"))
    ((samples, lines),) = ((k, v) for k, v in found.items() if k.endswith("_samples.jsonl"))
    assert samples == name.replace(".json", "_samples.jsonl")
    content: dict[str, Any] = json.loads(text)
    required = {"schema_version", "evaluation_id", "retrieved_timestamp", "source_metadata"}
    assert required | {"model_info", "eval_library", "evaluation_results"} <= content.keys()
    first = content["evaluation_results"][0]
    assert {"evaluation_name", "source_data", "metric_config", "score_details"} <= first.keys()
    config, details = first["metric_config"], first["score_details"]
    assert config["min_score"] <= details["score"] == 0.7 <= config["max_score"]
    assert config["lower_is_better"] is False
    assert details["uncertainty"]["confidence_interval"]["lower"] == 0.6
    detailed = content["detailed_evaluation_results"]
    assert detailed["file_path"] == samples
    assert detailed["checksum"] == hashlib.sha256(lines.encode()).hexdigest()
    assert detailed["total_rows"] == 1
    (line,) = map(json.loads, lines.splitlines())
    wanted = {"schema_version", "evaluation_id", "model_id", "evaluation_name", "sample_id"}
    wanted |= {"interaction_type", "input", "output", "answer_attribution", "evaluation"}
    assert wanted <= line.keys()
    assert line["evaluation_id"] == content["evaluation_id"]
    ids = {result["evaluation_result_id"] for result in content["evaluation_results"]}
    assert line["evaluation_result_id"] in ids
    assert "withheld" in line["input"]["raw"]
    assert all(isinstance(value, str) for value in line["metadata"].values())


@pytest.mark.parametrize("kind", FORMATS)
def test_equal_runs_give_equal_files(path: Path, kind: str) -> None:
    """There is no time of the export in any."""
    assert export(path, kind, *DATASET) == export(path, kind, *DATASET)


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_no_whole_measurement_is_refused(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Partial runs and runs without a headline, before anything is written."""
    for made, why in ((partial(), "partial"), (run(scores=()), "no overall")):
        source = write_run(tmp_path, made)
        out = tmp_path / "out"
        assert main(["export", str(source), "--format", kind, "--out", str(out), *DATASET]) == 1
        assert why in capsys.readouterr().err
        assert not out.exists()


@pytest.mark.parametrize("kind", ["eval-results", "model-index"])
def test_a_model_without_a_card_is_refused_there(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder or a reference has no repository."""
    source = write_run(tmp_path, run("reference:uniform"))
    out = str(tmp_path / "out")
    assert main(["export", str(source), "--format", kind, "--out", out, *DATASET]) == 1
    assert "no repository on the Hub" in capsys.readouterr().err


def test_the_data_set_must_be_named(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Entries without it would belong to no benchmark."""
    out = str(path.parent / "out")
    assert main(["export", str(path), "--format", "eval-results", "--out", out]) == 1
    assert "--dataset" in capsys.readouterr().err
