"""The timer of a program: how it moves from step to step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.coach.session.interval_timer import IntervalTimer
from hiitpi.coach.session.program import Exercise, Program, free, tabata, to_reps
from tests.coach.session.test_program import programs


def walk(program: Program, tick: float, reps_a_second: float = 0.0) -> list[tuple[str, int, float]]:
    """Run a program, and return (phase, set number, seconds) of each step that was taken."""
    timer, steps_taken, reps, spent = IntervalTimer(program), [], 0.0, 0.0
    for _ in range(200_000):
        if timer.step is None:
            break
        step, reps, spent = timer.step, reps + reps_a_second * tick, spent + tick
        if timer.advance(tick, int(reps) if step.phase == "work" else 0):
            overrun = timer.elapsed_s if timer.step else 0.0
            steps_taken.append((step.phase, step.number, round(spent - overrun, 3)))
            reps, spent = 0.0, overrun
    return steps_taken


@pytest.mark.parametrize("tick", [1 / 30, 0.13, 1.0, 7.0])
def test_the_timer_is_exact_at_any_tick(tick: float):
    steps_taken = walk(tabata("squat"), tick)
    if tick < 1:  # a longer tick may pass over a whole rest
        assert [seconds for *_, seconds in steps_taken][:-1] == pytest.approx(
            [20, 10] * 7, abs=0.01
        )
    timer = IntervalTimer(tabata("squat"))
    while timer.step:
        timer.advance(tick, 0)
    assert timer.total_s == pytest.approx(230)


def test_the_timer_stands_still_when_no_time_passes():
    timer = IntervalTimer(tabata("squat"))
    timer.advance(5, 3)
    for _ in range(100):
        assert not timer.advance(0.0, 3)
    assert (timer.remaining_s, timer.total_s) == (15, 5)


def test_finishing_early_in_an_emom_rests_until_the_minute_is_over():
    steps_taken = walk(Program("x", (Exercise("squat", 60, 10),), 2), 0.5, reps_a_second=0.5)
    assert steps_taken[0] == ("work", 1, pytest.approx(20, abs=0.6))
    assert steps_taken[1] == ("rest", 2, pytest.approx(40, abs=0.6))
    assert steps_taken[2][:2] == ("work", 2)
    assert len(steps_taken) == 3  # no rest after the last set


def test_an_emom_set_that_takes_too_long_is_followed_by_the_next():
    program = Program("x", (Exercise("squat", 60, 10),), 2)
    assert walk(program, 0.5) == [("work", 1, 60), ("work", 2, 60)]


def test_a_set_until_slower_ends_when_the_athlete_is_slower_or_the_goal_is_reached():
    program = Program("x", (Exercise("squat", until="slower", reps=30, rest=10),), 2)
    timer = IntervalTimer(program)
    assert not timer.advance(40, 20)
    assert timer.advance(1, 21, slower=True)
    assert timer.step
    assert (timer.step.phase, timer.step.number) == ("rest", 2)
    assert not timer.advance(5, 0, slower=True)  # what the last set was does not end the rest
    timer.advance(5, 0)
    assert timer.step.phase == "work"
    assert timer.advance(40, 30)
    assert timer.step is None


def test_an_amrap_repeats_rounds_until_the_time_limit():
    program = Program("x", (Exercise("squat", reps=5), Exercise("plank", reps=5)), None, limit=60)
    steps_taken = walk(program, 0.1, reps_a_second=0.5)
    assert [number for _, number, _ in steps_taken] == list(range(1, len(steps_taken) + 1))
    assert len(steps_taken) == 6
    assert sum(seconds for *_, seconds in steps_taken) == pytest.approx(60, abs=0.5)


def test_free_training_does_not_end():
    timer = IntervalTimer(free("squat"))
    assert not timer.advance(10_000, 500)
    assert timer.remaining_s is None


@given(programs.filter(lambda p: p.rounds is not None), st.integers(0, 2000))
def test_the_timer_adds_up_all_time(program: Program, seconds: int):
    timer = IntervalTimer(program)
    for _ in range(seconds):
        timer.advance(1.0, 0)
    assert timer.total_s <= min(seconds, program.limit) + 1e-6
    if timer.step:
        assert timer.total_s == pytest.approx(seconds)
        assert timer.remaining_s is None or timer.remaining_s >= 0


def test_a_timer_resumes_where_it_was():
    timer = IntervalTimer(tabata("squat"))
    timer.advance(65, 0)
    resumed = IntervalTimer(tabata("squat"))
    resumed.seek(timer.step.number, timer.elapsed_s, timer.total_s)
    assert (
        (resumed.step, resumed.remaining_s) == (timer.step, timer.remaining_s) == (timer.step, 15)
    )


# What ends a step, and what comes next


#: Squats and planks by turns, 30 s each with 10 s of rest.
TURNS = Program("x", (Exercise("squat", 30, rest=10), Exercise("plank", 30, rest=10)), 2)

#: Ten squats in a minute, and a minute of plank.
EMOM = Program("x", (Exercise("squat", 60, reps=10, rest=15), Exercise("plank", 60)), 1)


def position(timer: IntervalTimer) -> tuple[str, int, float] | None:
    """Return (phase, set number, elapsed seconds); None if the program is over."""
    return timer.step and (timer.step.phase, timer.step.number, timer.elapsed_s)


def next_step(timer: IntervalTimer) -> tuple[str, int] | None:
    """Return (phase, set number) of the next step; None if there is none."""
    return timer.next_step and (timer.next_step.phase, timer.next_step.number)


def test_a_step_ends_with_its_last_second():
    timer = IntervalTimer(TURNS)
    assert not timer.advance(29.5, 0)
    assert position(timer) == ("work", 1, 29.5)
    assert timer.advance(0.5, 0)
    assert position(timer) == ("rest", 2, 0.0)
    assert (timer.length_s, timer.remaining_s, timer.total_s) == (10, 10, 30)


def test_time_beyond_a_step_is_spent_in_the_following_ones():
    timer = IntervalTimer(TURNS)
    assert timer.advance(42.0, 0)
    assert position(timer) == ("work", 2, 2.0)
    assert (timer.remaining_s, timer.total_s) == (28, 42)
    assert timer.advance(1000.0, 0)
    assert (position(timer), timer.remaining_s, timer.total_s) == (None, 0.0, 150)
    assert not timer.advance(1.0, 0)


def test_the_next_step():
    timer, upcoming = IntervalTimer(TURNS), []
    while timer.step:
        upcoming.append(next_step(timer))
        timer.advance(timer.remaining_s or 0.0, 0)
    rests_and_work = [(phase, number) for number in (2, 3, 4) for phase in ("rest", "work")]
    assert upcoming == [*rests_and_work, None]


def test_a_goal_ends_open_ended_work():
    timer = IntervalTimer(to_reps("squat", 20))
    assert (timer.length_s, timer.remaining_s) == (None, None)
    assert not timer.advance(100.0, 19)
    assert timer.advance(0.0, 20)
    assert (position(timer), timer.total_s) == (None, 100)


def test_finishing_early_prolongs_the_rest():
    timer = IntervalTimer(EMOM)
    timer.advance(50.0, 0)
    assert timer.advance(0.0, 10)
    assert position(timer) == ("rest", 2, 0.0)
    assert timer.length_s == timer.remaining_s == 10 + 15
    assert next_step(timer) == ("work", 2)


def test_finishing_early_without_a_rest_inserts_one():
    timer = IntervalTimer(Program("x", (Exercise("squat", 60, reps=10),), 3))
    timer.advance(45.0, 0)
    assert timer.advance(0.0, 10)
    assert (position(timer), timer.length_s, next_step(timer)) == (("rest", 2, 0), 15, ("work", 2))
    assert timer.advance(15.0, 0)
    assert (position(timer), timer.length_s, next_step(timer)) == (("work", 2, 0), 60, ("work", 3))


def test_repetitions_in_a_rest_do_not_reach_the_goal():
    timer = IntervalTimer(EMOM)
    timer.advance(60.0, 9)
    assert not timer.advance(1.0, 100)
    assert position(timer) == ("rest", 2, 1.0)


def test_the_time_limit_ends_a_program_within_a_step():
    exercises = Exercise("squat", 30, rest=10), Exercise("plank", 30)
    timer = IntervalTimer(Program("x", exercises, None, limit=50))
    timer.advance(45.0, 0)
    assert (position(timer), timer.remaining_s, timer.length_s) == (("work", 2, 5), 5, 30)
    assert timer.advance(5.0, 0)
    assert (position(timer), timer.total_s) == (None, 50)


def test_an_open_ended_step_has_the_length_of_the_time_limit():
    exercises = Exercise("squat", reps=5), Exercise("plank", reps=9)
    timer = IntervalTimer(Program("x", exercises, None, limit=60))
    timer.advance(20.0, 0)
    assert (timer.length_s, timer.remaining_s) == (60, 40)
    timer.advance(10.0, 0)
    assert timer.advance(0.0, 5)
    assert (position(timer), timer.length_s, timer.remaining_s) == (("work", 2, 0), 60, 30)


def test_only_time_of_the_current_step_is_taken_back():
    timer = IntervalTimer(TURNS)
    timer.advance(45.0, 0)
    timer.rewind(2.0)
    assert (timer.elapsed_s, timer.total_s, timer.remaining_s) == (3, 43, 27)
    timer.rewind(10.0)
    assert (timer.elapsed_s, timer.total_s, timer.remaining_s) == (0, 40, 30)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_seek_goes_to_the_work_of_a_set(number: int):
    timer = IntervalTimer(TURNS)
    timer.seek(number, 12.0, 100.0)
    assert position(timer) == ("work", number, 12.0)
    assert (timer.remaining_s, timer.total_s) == (18, 100)


def test_seek_beyond_the_last_set_ends_the_program():
    timer = IntervalTimer(tabata("squat"))
    timer.seek(9, 1.0, 240.0)
    assert position(timer) is None
