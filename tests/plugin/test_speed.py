"""The speed of a run: what is shown of it, by units and without a clock."""

from __future__ import annotations

from benchmark.plugin.speed import Speed, fitting

# Four units of ten cases.
UNITS = {f"{unit}{i}": unit for unit in "abcd" for i in range(10)}


def told(speed: Speed, unit: str, now_s: float, *, worker: str = "") -> None:
    """All cases of a unit are reported at once, five prompts each."""
    for i in range(10):
        speed.note(f"{unit}{i}", 5, now_s, worker=worker)


def test_nothing_is_told_before_anything_is_known() -> None:
    """No unit, no speed."""
    assert Speed(UNITS, started_s=0.0).words() == ()


def test_the_first_case_of_a_unit_tells_of_all_its_cases() -> None:
    """10 of 40 cases in 10 s: 5 prompts/s, 30 s left, though one case was reported."""
    speed = Speed(UNITS, started_s=100.0)
    speed.note("a0", 5, 110.0)
    assert speed.words() == ("5.0 prompts/s, 30 s left", "30 s left")


def test_loading_does_not_count_once_a_second_unit_is_there() -> None:
    """100 s for the first unit and 10 s for the second: two are left, 20 s."""
    speed = Speed(UNITS, started_s=0.0)
    told(speed, "a", 100.0)
    assert speed.words()[1] == "5:00 left"
    told(speed, "b", 110.0)
    assert speed.words() == ("5.0 prompts/s, 20 s left", "20 s left")


def test_workers_that_begin_together_are_no_sudden_haste() -> None:
    """Two first units within a second say nothing of the speed; a round later it is known."""
    speed = Speed({**UNITS, **{f"e{i}": "e" for i in range(10)}}, started_s=0.0)
    told(speed, "a", 100.0, worker="gw0")
    told(speed, "b", 101.0, worker="gw1")
    assert speed.words()[1] == "2:32 left"
    told(speed, "c", 111.0, worker="gw0")
    assert speed.words()[1] == "1:14 left"  # still since the start: gw1 has had no second unit
    told(speed, "d", 111.0, worker="gw1")
    assert speed.words() == ("10 prompts/s, 5.0 s left", "5.0 s left")


def test_tests_that_are_no_cases_are_not_counted() -> None:
    """Another test of the same session moves nothing."""
    speed = Speed(UNITS, started_s=0.0)
    speed.note("other", 0, 5.0)
    assert speed.words() == ()


def test_cases_without_prompts_have_a_time_and_no_rate() -> None:
    """A suite whose items name no requests."""
    speed = Speed(UNITS, started_s=0.0)
    speed.note("a0", 0, 10.0)
    assert speed.words() == ("30 s left",)


def test_a_text_that_does_not_fit_is_left_out() -> None:
    """Dots up to the right edge leave no room, and pytest's percentage is never written over."""
    words = ("41 prompts/s, 3:10 left", "3:10 left")
    for used in range(81):
        text = fitting(words, used=used, width=80)
        assert used + len(text) + len(" [100%]") < 80 or text == ""
    assert fitting(words, used=80, width=80) == ""
