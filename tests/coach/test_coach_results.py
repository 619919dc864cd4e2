"""The results of the coach: scores, times, pace and sway, and how samples report them."""

from dataclasses import replace

import pytest

from hiitpi.coach.coach import Coach, idle_sample
from hiitpi.coach.messages import Event, Repetition, Sample
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from tests.support.stick_figure import CLOSED, OPEN, Figure, cycle, film

JACKS = WorkoutLibrary()["jumping_jacks"]


def series(*scores: float) -> tuple[Repetition, ...]:
    """Return repetitions of a second with these scores, every two seconds."""
    return tuple(
        Repetition(number, 2.0 * number, 1.0, 1.0, 1.0, score)
        for number, score in enumerate(scores, 1)
    )


def train(
    coach: Coach, *stops: tuple[float, Figure], start: float = 0.0
) -> tuple[Sample, list[Event]]:
    """Let the coach watch a `film`, and return the last sample and all events."""
    events: list[Event] = []
    for time, figure in film(*stops):
        result = coach.update(figure.pose(), start + time)
        events += result.events
    return result.sample, events


def test_the_score_is_the_mean_to_one_decimal():
    assert Coach(JACKS, 0.0).score is None
    coach = Coach(JACKS, 10.0, series(80.0, 90.0, 90.0), attempts=2)
    assert (coach.reps, coach.score, coach.attempts) == (3, 86.7, 2)
    sample, _ = train(coach, *cycle(OPEN, CLOSED), start=10.0)
    new = coach.series[-1]
    assert (new.number, sample.reps, sample.attempts) == (4, 4, 2)
    assert sample.score == coach.score == round((80 + 90 + 90 + new.score) / 4, 1)


def test_a_resumed_set_continues_at_the_time_of_its_last_repetition():
    assert Coach(JACKS, 10.0).elapsed(12.5) == 2.5
    coach = Coach(JACKS, 10.0, series(80.0, 90.0))
    assert (coach.elapsed(10.0), coach.elapsed(12.5)) == (4.0, 6.5)
    assert coach.elapsed(0.0) == 0.0


@pytest.mark.parametrize(
    ("durations", "even"), [((9, 1, 9, 9, 1, 1), True), ((1, 9, 1, 9, 9), False)]
)
def test_the_tempo_is_compared_with_the_last_five_repetitions(
    durations: tuple[float, ...], even: bool
):
    """Their medians are 1 s and 9 s. The median of all six would be 5 s."""
    earlier = tuple(replace(series(90.0)[0], duration=float(seconds)) for seconds in durations)
    coach = Coach(JACKS, 0.0, earlier)
    train(coach, *cycle(OPEN, CLOSED, 1.2))
    assert ("Keep an even pace" not in coach.series[-1].cues) == even


def test_a_repetition_is_reported_with_its_number_and_its_first_cue():
    """Arms that reach 118° are an eighth of the way from the standard to the full range."""
    poor = replace(OPEN, arms=(118, 118))
    _, events = train(Coach(JACKS, 0.0), *cycle(poor, CLOSED, 1.0, times=2))
    assert [(event.kind, event.text, event.count) for event in events] == [
        ("rep", "Hands higher", 1),
        ("rep", "Hands higher", 2),
    ]
    first, second = (event.rep for event in events)
    assert first.cues == second.cues == ("Hands higher",)
    assert second.time - first.time == pytest.approx(1.0, abs=1 / 30)
    assert first.symmetry == 1.0


def test_a_repetition_is_rounded():
    uneven = replace(OPEN, arms=(139.0, 121.0))
    coach = Coach(JACKS, 0.0)
    train(coach, *cycle(uneven, CLOSED, 1.15))
    (rep,) = coach.series
    values = (rep.time, rep.duration, rep.range_of_motion, rep.symmetry)
    assert values == tuple(round(value, 3) for value in values)
    assert rep.score == round(rep.score, 1)


def test_a_sample_is_rounded():
    pose = replace(CLOSED, arms=(15.4321, 15.4321)).pose()
    pose.xy[0], pose.score[0] = (12.6, 7.4), 0.876
    coach = Coach(JACKS, 0.0)
    sample = coach.update(
        replace(pose, confidence=0.87654), 1.23456, seq=7, inference_ms=12.345
    ).sample
    assert (sample.seq, sample.time, sample.inference_ms) == (7, 1.235, 12.3)
    assert sample.confidence == 0.877
    assert sample.keypoints is not None
    assert sample.keypoints[0] == (13, 7, 0.88)
    assert (sample.signal, sample.state, sample.pace) == (15.432, "closed", 0.0)


def test_a_sample_without_a_pose():
    coach = Coach(JACKS, 0.0)
    coach.update(CLOSED.pose(), 0.0)
    sample = coach.update(None, 0.1).sample
    assert (sample.confidence, sample.keypoints, sample.signal) == (0.0, None, None)
    assert sample.state == "closed"


def test_the_pace_of_a_sample_has_one_decimal():
    sample, _ = train(Coach(JACKS, 0.0), *cycle(OPEN, CLOSED, 0.7, times=4))
    assert sample.pace == round(30 / 0.7, 1)


def test_sway_is_measured_while_standing():
    coach = Coach(JACKS, 0.0)
    for frame in range(60):
        lean = 4.3 if frame // 10 % 2 else -4.3
        coach.update(replace(CLOSED, lean=lean, feet=0.5).pose(), frame / 30)
    assert coach.sway == 4.3


def test_a_sample_in_a_rest_repeats_the_results_of_the_last_set():
    assert idle_sample(None, 2.0, 5, 1.0).reps == 0
    coach = Coach(JACKS, 0.0, series(80.0, 90.0), attempts=3)
    sample = idle_sample(CLOSED.pose(), 2.0, 5, 1.0, coach)
    assert (sample.seq, sample.reps, sample.attempts, sample.score) == (5, 2, 3, 85.0)
    assert (sample.state, sample.signal, sample.pace) == (None, None, 0.0)
