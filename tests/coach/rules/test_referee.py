"""The referee, which counts both sides and reports one signal and state."""

from dataclasses import replace

import pytest

from hiitpi.coach import State, Workout, height
from hiitpi.coach.rules.measure import Reading
from hiitpi.coach.rules.referee import Referee
from hiitpi.coach.rules.rep_counter import CompletedRep, FailedAttempt
from tests.support.bodies import body_after, rows
from tests.support.ideal_athlete import LIBRARY, judged


@pytest.mark.parametrize("slug", ["high_knees", "mountain_climber", "toe_touch"])
def test_the_signal_is_that_of_the_moving_side(slug: str):
    """The signal enters the range of the last state once for each repetition of either side."""
    workout, reached, inside = LIBRARY[slug], 0, False

    def listen(coach, result):
        nonlocal reached, inside
        value = result.sample.signal
        (band,) = (b for b in workout.bands() if b[0] == workout.states[-1].name)
        _, low, high = band
        is_inside = (
            value is not None and (low is None or value > low) and (high is None or value < high)
        )
        reached += is_inside and not inside
        inside = is_inside

    coach, truth = judged(slug, 6, listen=listen)
    assert coach.reps >= truth - 1
    assert reached == pytest.approx(truth, abs=1)


def test_the_state_is_that_of_the_leading_side():
    states = []
    judged("high_knees", 6, listen=lambda coach, result: states.append(result.sample.state))
    changes = [
        state for state, previous in zip(states[1:], states, strict=False) if state != previous
    ]
    assert changes.count("up") >= 5
    assert set(changes) <= {"up", "down"}


KNEE = height("knee", over="hip", per="torso", says=("Foot down", "Knee higher"))
LIFT = Workout(
    name="Lift",
    view="front",
    states=(State("down", KNEE < -0.75), State("up", KNEE > -0.25)),
    signal=KNEE,
    full_range={KNEE: (-1.0, 0.0)},
    each_side=True,
    shortest=0.0,
)


class Lifter:
    """A person in front of a referee, who lifts the knees.

    Attributes:
        referee: the referee.
        results: the repetitions and attempts so far.
    """

    def __init__(self, workout: Workout = LIFT) -> None:
        self.referee = Referee(workout)
        self.results: list[CompletedRep | FailedAttempt] = []
        self._time = 0.0

    def move(self, left: float, right: float) -> Reading:
        """Return the signal after a frame with the knees below the hips, in trunk lengths."""
        knees = (320.0, 200 + 100 * left), (280.0, 200 + 100 * right)
        body = body_after(rows(shoulder=(300, 100), hip=(300, 200), knee=knees), seconds=0.1)
        signal, results, _ = self.referee.update(body, self._time)
        self.results += results
        self._time += 0.1
        return signal


@pytest.mark.parametrize(
    ("up", "each_side", "count"),
    [
        ((0.0, 1.0), True, 1),
        ((1.0, 0.0), True, 1),
        ((0.0, 0.0), True, 2),
        ((0.0, 0.0), False, 1),
    ],
)
def test_sides_that_take_turns_are_counted_separately(
    up: tuple[float, float], each_side: bool, count: int
):
    lifter = Lifter(replace(LIFT, each_side=each_side))
    for knees in ((1.0, 1.0), up, (1.0, 1.0)):
        assert lifter.results == []
        lifter.move(*knees)
    assert len(lifter.results) == count
    assert all(isinstance(result, CompletedRep) for result in lifter.results)


def test_the_signal_is_that_of_the_side_closer_to_the_next_state():
    up, down = Lifter(), Lifter(replace(LIFT, states=LIFT.states[::-1]))
    assert up.move(0.25, 0.75).value == pytest.approx(-0.25)
    assert up.move(0.75, 0.5).value == pytest.approx(-0.5)
    assert down.move(0.25, 0.75).value == pytest.approx(-0.75)
    assert down.move(1.0, 0.5).value == pytest.approx(-1.0)


@pytest.mark.parametrize("up", [(0.0, 1.0), (1.0, 0.0)])
def test_the_state_is_the_furthest_of_both_sides_until_a_reset(up: tuple[float, float]):
    lifter = Lifter()
    states = []
    for knees in ((0.5, 0.5), (1.0, 1.0), up):
        lifter.move(*knees)
        states.append(lifter.referee.state)
    assert states == [None, *LIFT.states]
    lifter.referee.reset()
    assert lifter.referee.state is None
