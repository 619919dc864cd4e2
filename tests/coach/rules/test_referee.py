import pytest

from tests.support.ideal_athlete import LIBRARY, judged


@pytest.mark.parametrize("slug", ["high_knees", "mountain_climber", "toe_touch"])
def test_the_signal_is_that_of_the_moving_side(slug: str):
    """It enters the range of the last state once for each repetition, of whichever side."""
    workout, reached, inside = LIBRARY[slug], 0, False

    def listen(coach, result):
        nonlocal reached, inside
        value = result.sample.signal
        (band,) = (b for b in workout.bands() if b[0] == workout.states[-1].name)
        _, low, high = band
        within = (
            value is not None and (low is None or value > low) and (high is None or value < high)
        )
        reached += within and not inside
        inside = within

    coach, truth = judged(slug, 6, listen=listen)
    assert coach.reps >= truth - 1
    assert reached == pytest.approx(truth, abs=1)


def test_the_state_is_that_of_the_leading_side():
    states = []
    judged("high_knees", 6, listen=lambda coach, result: states.append(result.sample.state))
    changes = [state for state, before in zip(states[1:], states, strict=False) if state != before]
    assert changes.count("up") >= 5
    assert set(changes) <= {"up", "down"}
