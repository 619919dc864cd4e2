"""Every shipped workout, performed by the synthetic athlete and seen by an engine without faults.

What a fair referee must not mind (distance, mirror, frame rate, noise, joints that jump or swap for
a frame) must change no count; what it must mind (half a repetition, somebody doing something else)
must count nothing.
"""

from functools import cache

import numpy as np
import pytest

from hiitpi.coach.coach import Coach
from hiitpi.pose.keypoints import SIDES, Pose
from tests.support.ideal_athlete import (
    LIBRARY,
    Change,
    hidden,
    judged,
    mirrored,
    performance,
    swapped,
)

SECONDS = 9.0
SLUGS = sorted(workout.slug for workout in LIBRARY)

#: A half-hearted plank is a plank, and half of the athlete's sit-up is beyond the standard.
NO_HALF = {"plank", "sit_up"}


def scaled(factor: float) -> Change:
    return lambda pose, frame: Pose(pose.xy * np.float32(factor), pose.score, pose.confidence)


def noisy(pose: Pose, frame: int) -> Pose:
    noise = np.random.default_rng(frame).normal(0, 2, (17, 2)).astype(np.float32)
    return Pose(pose.xy + noise, pose.score, pose.confidence)


def jumpy(pose: Pose, frame: int) -> Pose:
    """One joint of the body after the other is somewhere else for a frame."""
    if frame % 20:
        return pose
    xy = pose.xy.copy()
    xy[5 + frame // 20 % 12] += (120, -90)
    return Pose(xy, pose.score, pose.confidence)


def legs_swapped(pose: Pose, frame: int) -> Pose:
    return pose if frame % 17 else swapped(pose, "hip", "knee", "ankle")


CHANGES: dict[str, Change] = {
    "mirrored": lambda pose, frame: mirrored(pose),
    "far away": scaled(0.15),
    "near": scaled(4),
    "noisy": noisy,
    "a joint that jumps": jumpy,
    "legs swapped": legs_swapped,
}


def right(slug: str, reps: int, truth: int) -> bool:
    """Whether it is the truth; of what is not over at a clear moment, within one.

    A skater's landing counts when it is left, a touch as soon as the hand is on its way up, and a
    plank may begin between two seconds.
    """
    slack = 1 if slug in ("skater", "toe_touch", "plank") else 0
    return abs(reps - truth) <= slack


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("fps", [8, 15, 30, 60])
def test_full_repetitions_count_and_score_alike_at_any_rate(slug: str, fps: float):
    coach, truth = judged(slug, SECONDS, fps)
    assert right(slug, coach.reps, truth)
    assert coach.attempts == 0
    assert coach.score == pytest.approx(usual_score(slug), abs=4)


@cache
def usual_score(slug: str) -> float:
    """The score at 30 frames/s, which tells full repetitions from barely valid ones."""
    score = judged(slug, SECONDS)[0].score
    assert score is not None
    assert score >= 68
    return score


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("change", CHANGES)
def test_what_does_not_matter_changes_no_count_and_no_score(slug: str, change: str):
    coach, truth = judged(slug, SECONDS, change=CHANGES[change])
    assert right(slug, coach.reps, truth)
    assert coach.score == pytest.approx(usual_score(slug), abs=4)


@pytest.mark.parametrize("slug", sorted(set(SLUGS) - {"high_knees"}))
def test_nobody_for_a_moment_costs_nothing(slug: str):
    """0.3 s; a knee lift at this pace is over in 0.3 s, so that one of those may go unseen."""

    def gone(pose: Pose, frame: int) -> Pose | None:
        return None if frame % 90 < 9 else pose

    coach, truth = judged(slug, SECONDS, change=gone)
    assert right(slug, coach.reps, truth)


#: Half of the way that the synthetic athlete goes in a lunge, knee to the floor, is a lunge to a
#: judge: on recordings of people the hips come down to three quarters of their height standing.
@pytest.mark.parametrize("slug", sorted(set(SLUGS) - NO_HALF - {"lunge"}))
def test_half_repetitions_count_nothing(slug: str):
    coach, truth = judged(slug, SECONDS, form="half")
    assert (coach.reps, truth) == (0, 0)


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("jumping_jacks", "Hands higher"),
        ("mountain_climber", "Knee to the chest"),
        ("push_up", "Chest lower"),
        ("squat", "Go lower: hips level with the knees"),
        ("squat_jump", "Go lower"),
    ],
)
def test_half_repetitions_are_told_why(slug: str, words: str):
    said = [event.text for event in events(slug, form="half") if event.kind == "attempt"]
    assert len(said) >= 3
    assert set(said) == {words}


def events(slug: str, **how) -> list:
    told = []

    def listen(coach, told_now):
        told.extend(told_now.events)

    judged(slug, SECONDS, listen=listen, **how)
    return told


@pytest.mark.parametrize(
    ("slug", "out"),
    [
        ("push_up", ("hip", "knee", "ankle")),
        ("push_up", ("nose", "eye", "ear")),
        ("squat", ("nose", "eye", "ear", "wrist", "elbow")),
        ("jumping_jacks", ("knee", "ankle")),
        ("sit_up", ("knee", "ankle", "wrist")),
        ("lunge", ("nose", "eye", "ear", "wrist")),
    ],
)
def test_what_is_not_needed_may_be_out_of_the_picture(slug: str, out: tuple[str, ...]):
    coach, truth = judged(slug, SECONDS, change=lambda pose, frame: hidden(pose, *out))
    assert coach.reps == truth


@pytest.mark.parametrize("slug", ["push_up", "squat", "lunge", "sit_up", "burpee"])
@pytest.mark.parametrize("side", [0, 1])
def test_one_visible_side_is_enough(slug: str, side: int):
    def one_side(pose: Pose, frame: int) -> Pose:
        score = pose.score.copy()
        score[[pair[1 - side] for pair in SIDES.values()]] = 0.001
        return Pose(pose.xy, score, pose.confidence)

    coach, truth = judged(slug, SECONDS, change=one_side)
    assert coach.reps == truth


@pytest.mark.parametrize(
    ("does", "counts"),
    [
        ("squat", "push_up"),
        ("squat", "jumping_jacks"),
        ("squat", "sit_up"),
        ("squat", "high_knees"),
        ("squat", "lunge"),
        ("squat", "squat_jump"),
        ("squat", "burpee"),
        ("squat", "side_squat_jump"),
        ("squat_jump", "side_squat_jump"),
        ("lunge", "push_up"),
        ("lunge", "squat"),
        ("jumping_jacks", "squat"),
        ("jumping_jacks", "push_up"),
        ("jumping_jacks", "skater"),
        ("push_up", "sit_up"),
        ("push_up", "mountain_climber"),
        ("push_up", "burpee"),
        ("sit_up", "push_up"),
        ("sit_up", "mountain_climber"),
        ("sit_up", "plank"),
        ("plank", "push_up"),
        ("plank", "mountain_climber"),
        ("high_knees", "lunge"),
        ("high_knees", "skater"),
        ("toe_tap", "high_knees"),
    ],
)
def test_another_exercise_counts_nothing(does: str, counts: str):
    coach, _ = judged(does, SECONDS, workout=counts)
    assert coach.reps == 0


def test_a_squat_without_a_jump_is_an_attempt_at_a_squat_jump():
    coach, truth = judged("squat", SECONDS, workout="squat_jump")
    assert coach.reps == 0
    assert coach.attempts in (truth, truth + 1)


def test_who_stays_in_the_middle_has_stopped():
    """Down in a squat for longer than anybody needs, then up: no repetition; the next one is."""
    down = [pose for _, pose, _ in performance("squat", 6)]
    lowest = max(range(len(down)), key=lambda i: down[i].xy[11, 1])
    coach, time = Coach(LIBRARY["squat"], 0.0), 0.0
    for pose in (
        *down[:lowest],
        *[down[lowest]] * int(30 * (LIBRARY["squat"].longest + 1)),
        *down[lowest:],
    ):
        coach.update(pose, time)
        time += 1 / 30
    whole = Coach(LIBRARY["squat"], 0.0)
    for i, pose in enumerate(down):
        whole.update(pose, i / 30)
    assert coach.reps == whole.reps - 1


@pytest.mark.parametrize("height", [0.3, 1.05, 1.8])
@pytest.mark.parametrize(
    ("slug", "turns"),
    [
        ("burpee", (0, 45, 90, 135, 180)),
        ("high_knees", (0, 45, 90, 180, 270)),
        ("jumping_lunge", (0, 45, 135, 180)),
        ("lunge", (0, 45, 135, 180, 270)),
        ("mountain_climber", (0, 45, 135, 180)),
        ("plank", (0, 180)),
        ("push_up", (0, 45, 90, 135, 180)),
        ("sit_up", (0, 45, 90, 135, 180, 270)),
        ("squat", (0, 45, 90, 135, 180, 270)),
        ("squat_jump", (0, 45, 90, 135, 180, 270)),
    ],
)
def test_it_counts_from_every_view_and_camera_height(
    slug: str, turns: tuple[int, ...], height: float
):
    """The athlete is turned by so many degrees, before a camera so many metres over the floor."""
    for turn in turns:
        coach, truth = judged(slug, SECONDS, view=(float(turn), height))
        assert abs(coach.reps - truth) <= 1, turn


#: Repetitions a minute that fast people do, as in a HIIT class.
FAST = {"jumping_jacks": 120, "push_up": 60, "squat": 60, "lunge": 50, "jumping_lunge": 90}


@pytest.mark.parametrize("slug", FAST)
def test_fast_athletes_are_counted(slug: str):
    coach, done = Coach(LIBRARY[slug], 0.0), 0
    for time, pose, truth in performance(slug, SECONDS, pace=FAST[slug]):
        coach.update(pose, time)
        done = truth
    assert done >= 6
    assert abs(coach.reps - done) <= 1
