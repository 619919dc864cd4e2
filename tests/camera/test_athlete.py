import numpy as np
import pytest

from hiitpi.camera.athlete import AthleteCamera
from hiitpi.camera.drawn.movements import MOVEMENTS
from hiitpi.camera.drawn.painter import Painter
from hiitpi.camera.drawn.routine import LEAD, Routine
from hiitpi.coach.library import Library


def test_every_shipped_workout_has_its_movement():
    assert {workout.slug for workout in Library()} <= set(MOVEMENTS)


@pytest.mark.parametrize("slug", sorted(MOVEMENTS))
def test_pictures_are_pictures(slug: str):
    painter = Painter((320, 240))
    start, far = (painter(MOVEMENTS[slug].pose(part)) for part in (0.0, 1.0))
    assert start.shape == (240, 320, 3)
    assert start.dtype == np.uint8
    assert np.abs(start.astype(int) - far).mean() > 2


@pytest.mark.parametrize("pace", [0.0, 20.0, 60.0])
def test_a_routine_does_as_many_as_it_says(pace: float):
    movement = MOVEMENTS["jumping_jacks"]
    routine = Routine(movement, pace)
    mean = 60 / (pace or movement.pace)
    peaks, above = 0, False
    for i in range(int((LEAD + 20 * mean) * 100)):
        part = routine.at(i / 100)
        assert 0 <= part <= 1
        peaks += part > 0.5 and not above
        above = part > 0.5
    assert peaks in (routine.done, routine.done + 1)
    assert routine.done == pytest.approx(20, abs=1)


def test_it_stands_until_the_workout_begins_and_then_counts():
    camera = AthleteCamera((160, 120), rate=60, pace=120)
    camera.start()
    try:
        frame = camera.read(0, 5)
        assert frame is not None
        assert frame.truth == 0
        camera.perform("jumping_jacks")
        seq = frame.seq
        while frame.truth is None or frame.truth < 2:
            frame = camera.read(seq, 5)
            assert frame is not None
            seq = frame.seq
        camera.perform(None)
        frame = camera.read(camera.read(seq, 5).seq, 5)
        assert frame.truth == 0
    finally:
        camera.close()
        camera.close()


def test_it_does_not_know_everything(caplog: pytest.LogCaptureFixture):
    camera = AthleteCamera((160, 120))
    camera.start()
    camera.perform("juggling")
    camera.close()
    assert "does not know 'juggling'" in caplog.text
