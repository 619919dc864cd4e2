"""The sway of a standing athlete."""

from dataclasses import replace

import numpy as np
import pytest

from hiitpi.coach.rules.body import BodyTracker
from hiitpi.coach.rules.smoothing import Smoother
from hiitpi.coach.rules.sway import MIN_FRAMES, SwayMeter
from tests.support.bodies import body_after, rows
from tests.support.stick_figure import CLOSED


def sway_of(leans: list[float], **figure: float) -> float | None:
    """Return the sway of a figure that takes each lean, in degrees, for one frame."""
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


def sway_at(*leans: float, width: float = 100.0) -> float | None:
    """Return the sway of a trunk 200 long that takes each lean equally often.

    Args:
        leans: sideways leans in degrees.
        width: width of the shoulders.
    """
    meter = SwayMeter()
    for lean in leans:
        x, y = 200 * np.sin(np.radians(lean)), 200 * np.cos(np.radians(lean))
        shoulders = (300 + x + width / 2, 300 - y), (300 + x - width / 2, 300 - y)
        body = body_after(rows(shoulder=shoulders, hip=(300, 300)), seconds=1 / 30)
        for _ in range(MIN_FRAMES):
            meter.update(body)
    return meter.sway


def test_sway_is_relative_to_the_mean_lean():
    assert sway_at(6.0, 10.0) == pytest.approx(2.0)
    assert sway_at(-3.0, 0.0, 3.0) == pytest.approx(np.sqrt(6))


@pytest.mark.parametrize(("width", "measured"), [(94, True), (91, False)])
def test_sway_is_measured_if_the_shoulders_are_wider_than_045_trunks(width: float, measured: bool):
    """From the middle of the hips to a shoulder it is 205, of which 0.45 is 92.4."""
    assert (sway_at(0.0, width=width) is not None) == measured


@pytest.mark.parametrize(("lean", "standing"), [(59, True), (-59, True), (61, False), (-61, False)])
def test_a_lean_of_more_than_60_degrees_is_not_sway(lean: float, standing: bool):
    assert (sway_at(lean, width=200) is not None) == standing
