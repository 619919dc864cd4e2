"""Workouts that the synthetic athlete teaches, and then does."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from hiitpi.coach.coach import Coach
from hiitpi.coach.rules.workout_text import read_workout
from hiitpi.coach.teaching.draft import Clause, Draft, View, parse_draft
from hiitpi.coach.teaching.example import measure_example
from hiitpi.coach.teaching.learn import learn
from hiitpi.coach.teaching.lesson import judge
from hiitpi.errors import WorkoutError
from hiitpi.pose.keypoints import Pose
from tests.support.ideal_athlete import LIBRARY, performance

Frames = Sequence[tuple[float, Pose]]

#: A deadline for the athlete, in seconds, and frames per second.
LONG_S, FPS = 60.0, 15


def shown(slug: str, reps: int) -> Frames:
    """Return so many repetitions, or eight seconds of a hold."""
    frames, ended = [], None
    for time, pose, done in performance(slug, LONG_S, FPS):
        if ended is None and (time > 8 if LIBRARY[slug].hold else done >= reps):
            ended = time
        if ended is not None and time > ended + 0.3:
            break
        frames.append((time, pose))
    return frames


def taught(slug: str) -> Draft:
    """Return what is understood from five repetitions, of each side if they take turns."""
    workout = LIBRARY[slug]
    reps = 10 if workout.each_side else 5
    view: View = "front" if workout.view == "any" else workout.view
    return learn(measure_example(shown(slug, reps)), "Mine", view, reps).draft


@pytest.mark.parametrize("slug", [w.slug for w in LIBRARY])
def test_every_workout_can_be_taught_with_five_repetitions(slug: str):
    text = taught(slug).text()
    assert len(text.splitlines()) <= 60, text
    workout = read_workout(text)
    assert (workout.name, workout.hold) == ("Mine", LIBRARY[slug].hold)
    coach = Coach(workout, 0.0)
    performed = list(performance(slug, 20, FPS))
    for time, pose, _ in performed:
        coach.update(pose, time)
    assert coach.reps == performed[-1][2]


@pytest.mark.parametrize(
    ("taught_slug", "other"),
    [("squat", "jumping_jacks"), ("jumping_jacks", "squat"), ("push_up", "plank"),
     ("sit_up", "push_up"), ("pull_up", "squat"), ("squat_jump", "squat")],
)  # fmt: skip
def test_another_exercise_does_not_count(taught_slug: str, other: str):
    coach = Coach(read_workout(taught(taught_slug).text()), 0.0)
    for time, pose, _ in performance(other, 15, FPS):
        coach.update(pose, time)
    assert coach.reps == 0


def test_the_number_of_repetitions_must_be_that_which_was_shown():
    with pytest.raises(WorkoutError, match="repeated 9 times"):
        learn(measure_example(shown("squat", 5)), "Mine", "front", 9)


def test_nobody_or_a_glimpse_teaches_nothing():
    for frames in ([(i / 30, None) for i in range(300)], shown("squat", 5)[:10]):
        with pytest.raises(WorkoutError, match="saw nobody"):
            measure_example(frames)


def test_walking_about_teaches_nothing():
    pose = shown("squat", 1)[0][1]
    frames = [(i / 30, replace(pose, xy=pose.xy + np.float32(3 * (i % 90)))) for i in range(300)]
    draft = learn(measure_example(frames), "Mine", "front", 5).draft
    assert len(draft.states) == 1  # the posture is held, wherever


def test_the_lesson_counts_what_was_shown_and_says_so():
    frames = shown("squat", 5)
    lesson = learn(measure_example(frames), "Mine", "front", 5)
    data = lesson.data()
    assert (lesson.reps, lesson.attempts) == (5, 0)
    assert len(data["times"]) == len(data["signal"]) == len(data["fits"]) == len(frames)
    assert data["says"][0].startswith("It begins and ends with height of the hips over the knees >")
    assert [line["name"] for line in data["lines"]] == ["start", "turn"]
    assert parse_draft(data["draft"]) == lesson.draft


def test_moved_thresholds_change_the_count():
    frames = shown("squat", 5)
    draft = learn(measure_example(frames), "Mine", "front", 5).draft
    (start, first), (turn, clauses) = draft.states
    deeper = replace(clauses[0], threshold=draft.full_range["depth"][0] - 0.1)
    moved = replace(draft, states=((start, first), (turn, (deeper, *clauses[1:]))))
    assert (judge(moved, frames).reps, judge(moved, frames).attempts) == (0, 5)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 'x" * 3'},
        {"name": "x\nimport os"},
        {"about": ('"""\nimport os\n"""',)},
        {"signal": "os"},
        {"throughout": (Clause("os.system", "<", 1),)},
        {"states": (("a", ()),)},
    ],
)
def test_a_draft_from_elsewhere_cannot_smuggle_code(changes: dict[str, object]):
    draft = replace(taught("squat"), **changes)
    try:
        workout = read_workout(draft.text())
    except WorkoutError:
        return
    assert workout.name == changes.get("name", "Mine")


def test_what_is_not_a_draft_is_refused():
    for data in (None, {}, {**taught("squat").data(), "pace": float("nan")}):
        with pytest.raises(WorkoutError, match="not a draft"):
            parse_draft(data)
