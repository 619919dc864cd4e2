"""Counts, failed attempts and cues of the coach, for stick figures and shipped workouts."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiitpi.coach.coach import Coach
from hiitpi.coach.messages import Event
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.pose.keypoints import SIDES, Pose
from tests.support.stick_figure import CLOSED, DOWN, OPEN, STANDING, Figure, cycle, film

JACKS = WorkoutLibrary()["jumping_jacks"]
SQUAT = WorkoutLibrary()["squat"]

HALF = replace(OPEN, arms=(90, 90))
FEET_TOGETHER = replace(OPEN, feet=0.3)
LEFT_ONLY = replace(OPEN, arms=(150, 15))
QUARTER = replace(DOWN, depth=0.58)


def watch(frames: Iterable[tuple[float, Figure | Pose | None]], workout=JACKS) -> list[Event]:
    """Return the events of a coach that watches the frames."""
    coach = Coach(workout, 0.0)
    events: list[Event] = []
    for time, figure in frames:
        pose = figure.pose() if isinstance(figure, Figure) else figure
        events.extend(coach.update(pose, time).events)
    return events


def reps(events: list[Event]) -> int:
    """Return the number of repetitions."""
    return sum(event.kind == "rep" for event in events)


def attempt_cues(events: list[Event]) -> list[str]:
    """Return the cues of failed attempts."""
    return [event.text for event in events if event.kind == "attempt"]


@pytest.mark.parametrize(
    ("stops", "count", "cues"),
    [
        pytest.param(cycle(OPEN, CLOSED), 1, [], id="a full repetition"),
        pytest.param(cycle(OPEN, CLOSED, 0.6, times=8), 8, [], id="eight fast repetitions"),
        pytest.param(cycle(OPEN, CLOSED, 6.0, times=2), 2, [], id="two slow repetitions"),
        pytest.param([(1.0, OPEN)], 0, [], id="half a repetition"),
        pytest.param(cycle(HALF, CLOSED), 0, ["Hands higher"], id="arms only level"),
        pytest.param(cycle(FEET_TOGETHER, CLOSED), 0, ["Feet wider"], id="without the feet"),
        pytest.param(cycle(LEFT_ONLY, CLOSED), 0, ["Hands higher"], id="only one arm"),
        pytest.param(
            cycle(replace(CLOSED, arms=(60, 60)), CLOSED, times=5), 0, [], id="fidgeting"
        ),
        pytest.param(
            [(0.5, OPEN), (0.4, HALF), (0.4, OPEN), (0.5, CLOSED)],
            1,
            [],
            id="a dip on the way down is no attempt",
        ),
        pytest.param(
            [(0.5, OPEN), (0.4, replace(CLOSED, arms=(60, 60))), (0.4, OPEN), (0.5, CLOSED)],
            1,
            ["Lower your arms"],
            id="up again before the arms were down",
        ),
        pytest.param(
            [(0.25, OPEN), (0.3, None), (0.45, CLOSED)], 1, [], id="a gap of 0.3 s is tolerated"
        ),
        pytest.param(
            [(0.5, OPEN), (3.0, None), (0.5, CLOSED)], 0, [], id="leaving discards the repetition"
        ),
        pytest.param([(20.0, CLOSED)], 0, [], id="standing still"),
        pytest.param(
            [(0.5, replace(CLOSED, lean=20)), (0.5, replace(CLOSED, lean=-20))] * 6,
            0,
            [],
            id="swaying",
        ),
        pytest.param(
            cycle(replace(CLOSED, feet=1.0), CLOSED, 1.0, times=6), 0, [], id="walking, arms down"
        ),
        pytest.param(
            cycle(replace(OPEN, hidden=frozenset({"ankle", "knee"})), CLOSED, times=3),
            3,
            [],
            id="legs are not needed",
        ),
        pytest.param(
            cycle(replace(OPEN, hidden=frozenset({"nose", "eye", "ear"})), CLOSED, times=3),
            3,
            [],
            id="the head is not needed",
        ),
    ],
)  # fmt: skip
def test_jumping_jacks(stops, count, cues):
    events = watch(film(*stops))
    assert reps(events) == count
    assert attempt_cues(events) == cues or (cues and set(attempt_cues(events)) == set(cues))


@pytest.mark.parametrize(
    ("stops", "count", "cues"),
    [
        pytest.param(cycle(DOWN, STANDING, 2.0, times=3), 3, [], id="three squats"),
        pytest.param(
            cycle(replace(DOWN, knees=0.0), STANDING, 2.0),
            1,
            [],
            id="thighs that point at the camera",
        ),
        pytest.param(
            cycle(QUARTER, STANDING, 1.5, times=2),
            0,
            ["Go lower: hips level with the knees"] * 2,
            id="quarter squats",
        ),
        pytest.param(
            [(0.6, replace(STANDING, lean=85)), (1.5, replace(DOWN, lean=85)), (1.5, STANDING)],
            0,
            [],
            id="picking something up",
        ),
        pytest.param(
            cycle(replace(DOWN, hidden=frozenset({"nose", "eye", "ear"})), STANDING, 2.0),
            1,
            [],
            id="the head is not needed",
        ),
    ],
)
def test_squat(stops, count, cues):
    events = watch(film(*stops, start=STANDING), SQUAT)
    assert reps(events) == count
    assert attempt_cues(events) == cues


def test_a_keypoint_that_jumps_for_a_frame_is_ignored():
    frames = list(film(*cycle(OPEN, CLOSED, 1.0, times=5)))
    plain = watch(frames)
    for i in range(3, len(frames), 11):
        time, figure = frames[i]
        pose = figure.pose()
        pose.xy[SIDES["elbow"][0]] = (600, 20)
        pose.xy[SIDES["hip"][1]] = (10, 10)
        frames[i] = time, pose
    assert reps(watch(frames)) == reps(plain) == 5
    assert not attempt_cues(watch(frames))


def test_left_and_right_swapped_for_a_frame_are_ignored():
    frames = list(film(*cycle(OPEN, CLOSED, 1.0, times=5)))
    for i in range(5, len(frames), 9):
        frames[i] = frames[i][0], swapped(frames[i][1].pose())
    events = watch(frames)
    assert reps(events) == 5
    assert not attempt_cues(events)


def test_leaving_and_coming_back_are_one_event_each():
    events = watch(film((0.5, CLOSED), (2.0, None), (1.0, CLOSED)))
    assert [event.kind for event in events] == ["lost", "found"]


@pytest.mark.parametrize(("frames", "kinds"), [(16, []), (17, ["lost"]), (40, ["lost"])])
def test_an_absence_is_reported_once_after_a_second(frames: int, kinds: list[str]):
    absence = [(5.0 + frame / 16, None) for frame in range(1, frames + 1)]
    events = watch([(5.0, CLOSED), *absence])
    assert [event.kind for event in events] == kinds
    assert {event.text for event in events} <= {"Nobody in view: step in front of the camera"}


def test_an_athlete_who_never_appeared_is_absent_since_the_start():
    coach = Coach(JACKS, 5.0)
    assert coach.update(None, 6.0).events == ()
    assert [event.kind for event in coach.update(None, 6.1).events] == ["lost"]


def test_a_pause_resets_the_duration_of_an_absence():
    coach = Coach(JACKS, 0.0)
    coach.update(None, 3.0)
    coach.interrupt(10.0)
    assert coach.update(None, 11.0).events == ()
    assert [event.kind for event in coach.update(None, 11.1).events] == ["lost"]
    coach.interrupt(20.0)
    assert coach.update(CLOSED.pose(), 20.1).events == ()


def test_a_pause_discards_the_current_repetition():
    coach = Coach(JACKS, 0.0)
    for time, figure in film((0.5, OPEN)):
        coach.update(figure.pose(), time)
    coach.interrupt(2.0)
    for time, figure in film((0.5, CLOSED), start=OPEN):
        sample = coach.update(figure.pose(), 2.0 + time).sample
    assert (sample.reps, sample.attempts, sample.state) == (0, 0, "closed")


def test_reps_are_numbered_timed_and_scored():
    events = watch(film(*cycle(OPEN, CLOSED, 1.0, times=3)))
    counted = [event.rep for event in events if event.rep]
    assert [rep.number for rep in counted] == [1, 2, 3]
    assert [round(rep.time - counted[0].time) for rep in counted] == [0, 1, 2]
    assert all(rep.score > 75 for rep in counted)


def test_a_resumed_set_keeps_its_count():
    first = Coach(JACKS, 0.0)
    for time, figure in film(*cycle(OPEN, CLOSED, 1.0, times=3)):
        first.update(figure.pose(), time)
    second = Coach(JACKS, 100.0, tuple(first.series), first.attempts)
    for time, figure in film(*cycle(OPEN, CLOSED, 1.0, times=2)):
        sample = second.update(figure.pose(), 100 + time).sample
    assert sample.reps == 5
    assert [rep.number for rep in second.series] == [1, 2, 3, 4, 5]
    assert second.series[3].time > first.series[2].time


def swapped(pose: Pose) -> Pose:
    """Return the pose with left and right swapped."""
    order = list(range(17))
    for left, right in SIDES.values():
        order[left], order[right] = right, left
    return Pose(pose.xy[order], pose.score[order], pose.confidence)


# Properties

POSITIONS = {
    "closed": CLOSED,
    "low": replace(CLOSED, arms=(70, 70), feet=0.5),
    "half": HALF,
    "open": OPEN,
}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(POSITIONS)), max_size=14))
def test_no_repetition_without_passing_every_state(names: list[str]):
    stops = [(0.5, POSITIONS[name]) for name in names]
    expected, at = 0, "closed"
    for name in names:
        if name == "open":
            at = "open"
        elif name == "closed":
            expected += at == "open"
            at = "closed"
    assert reps(watch(film(*stops))) == expected


@settings(max_examples=40, deadline=None)
@given(
    scale=st.floats(0.3, 4.0),
    x=st.floats(-500, 2000),
    y=st.floats(-500, 2000),
    mirrored=st.booleans(),
)
def test_size_position_and_mirroring_do_not_matter(
    scale: float, x: float, y: float, mirrored: bool
):
    stops = [*cycle(OPEN, CLOSED, 0.9, times=3), *cycle(HALF, CLOSED), *cycle(OPEN, CLOSED)]
    frames = list(film(*stops))
    moved = []
    for time, figure in frames:
        pose = figure.pose(scale, x, y)
        if mirrored:
            xy = pose.xy * np.float32([-1, 1]) + np.float32([640, 0])
            pose = swapped(Pose(xy, pose.score, pose.confidence))
        moved.append((time, pose))
    expected = [(event.kind, event.text) for event in watch(frames)]
    assert [(event.kind, event.text) for event in watch(moved)] == expected
    assert reps(watch(moved)) == 4


@settings(max_examples=40, deadline=None)
@given(
    fps=st.floats(10, 60),
    seconds=st.floats(0.9, 3.0),
    times=st.integers(1, 5),
)
def test_the_frame_rate_does_not_matter(fps: float, seconds: float, times: int):
    frames = film(*cycle(OPEN, CLOSED, seconds, times), fps=fps)
    assert reps(watch(frames)) == times
