from dataclasses import replace

import numpy as np
import pytest

from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.smoothing import Smoother
from hiitpi.coach.rules.sway import MIN_FRAMES, SwayMeter
from tests.support.stick_figure import CLOSED


def sway_of(leans: list[float], **figure: float) -> float | None:
    meter, body, smoother = SwayMeter(), BodyTracker(), Smoother(window_s=0.0)
    for frame, lean in enumerate(leans):
        pose = replace(CLOSED, lean=lean, **figure).pose()
        body.update(smoother.update(pose, float(frame)), float(frame))
        meter.update(body)
    return meter.sway


def test_a_still_athlete_does_not_sway():
    assert sway_of([4.0] * 100) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("degrees", [2.0, 10.0])
def test_sway_is_the_standard_deviation_of_the_lean(degrees: float):
    leans = (degrees * np.sin(np.arange(200) / 5)).tolist()
    assert sway_of(leans) == pytest.approx(float(np.std(leans)), rel=0.05)


def test_sway_needs_enough_frames():
    assert sway_of([1.0] * (MIN_FRAMES - 1)) is None
    assert sway_of([1.0] * MIN_FRAMES) is not None


def test_lying_is_not_sway():
    assert sway_of([90.0, 100.0] * 50) is None
