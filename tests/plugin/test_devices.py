"""One GPU for each worker, without starting CUDA on the controller."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from benchmark.errors import UsageProblem
from benchmark.plugin.devices import VISIBLE, assign, visible_gpus
from tests.plugin.running import ALWAYS, SMALL, Place

# A machine with two GPUs, as far as the harness can tell; each case notes which one it sees.
TWO_GPUS = """
import dataclasses, os
from benchmark.models import registry
from benchmark.models.weights import machine

machine.gpu_count = lambda: 2
kept = registry.identify

def identify(spec, options, *, survey):
    return dataclasses.replace(kept(spec, options, survey=survey), device_kind="NVIDIA Fake")

registry.identify = identify

def pytest_runtest_call(item):
    if "PYTEST_XDIST_WORKER" in os.environ:
        with open({seen!r}, "a") as file:
            file.write(os.environ["PYTEST_XDIST_WORKER"] + os.environ["CUDA_VISIBLE_DEVICES"] + " ")
"""


@dataclass
class Spec:
    """A worker's specification."""

    env: dict[str, str] = field(default_factory=dict)


def test_each_worker_gets_a_gpu_of_its_own() -> None:
    """Three workers on four visible GPUs take the first three, by their own names."""
    specs = [Spec() for _ in range(3)]
    assign(specs, visible_gpus(8, {VISIBLE: "4, 5,6,7"}))
    assert [spec.env[VISIBLE] for spec in specs] == ["4", "5", "6"]


def test_more_workers_than_gpus_is_one_sentence() -> None:
    """What fits is named."""
    with pytest.raises(UsageProblem, match=r"-n 3 .*GPUs \(2\); use -n 2"):
        assign([Spec(), Spec(), Spec()], ("0", "1"))


def test_a_model_over_several_gpus_gets_an_equal_share() -> None:
    """Two workers on five GPUs take two each, and none may have only one."""
    specs = [Spec(), Spec()]
    assign(specs, tuple("01234"), several=True)
    assert [spec.env[VISIBLE] for spec in specs] == ["0,1", "2,3"]
    with pytest.raises(UsageProblem, match="-n 3 leaves each worker 1 of 5 GPUs"):
        assign([Spec(), Spec(), Spec()], tuple("01234"), several=True)


def test_gpus_that_cannot_be_told_apart_must_be_named() -> None:
    """In a container without the driver's table the user says which there are."""
    with pytest.raises(UsageProblem, match="name them in CUDA_VISIBLE_DEVICES"):
        assign([Spec()], visible_gpus(0, {}))


@pytest.mark.slow
def test_workers_see_their_own_device_only(place: Place) -> None:
    """Worker gw0 sees GPU 0 and gw1 GPU 1; a third worker is refused before anything runs."""
    seen = place.folder / "seen"
    env, plugins = place.plugin("two_gpus", TWO_GPUS.format(seen=str(seen)))
    done = place.run(*SMALL, "-n", "2", env=env, plugins=plugins)
    assert done.code == 0, done.out
    assert set(seen.read_text().split()) == {"gw00", "gw11"}
    refused = place.run(*SMALL, "-n", "3", env=env, plugins=plugins)
    assert refused.code == 4
    assert "use -n 2" in refused.sentence("more workers than there are GPUs")


def test_a_model_on_the_cpu_takes_any_number_of_workers(place: Place) -> None:
    """No GPU, nothing to hand out."""
    assert place.run(*SMALL, "-n", "2", plugins=ALWAYS).code == 0
