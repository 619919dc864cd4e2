"""Delivery of frames, and errors of cameras that freeze or deliver invalid frames."""

import threading

import numpy as np
import pytest

from hiitpi.camera.base import (
    FIRST_FRAME_TIMEOUT_S,
    FROZEN_AFTER_S,
    MAX_DELIVERY_DELAY_S,
    Camera,
    Capture,
    PolledCamera,
)
from hiitpi.errors import CameraError


class SteppedCamera(PolledCamera):
    """A camera with a real thread that delivers a frame whenever the test calls `shoot`."""

    title = "stepped"

    def __init__(self) -> None:
        super().__init__()
        self.due = threading.Semaphore(0)
        self.polled = threading.Semaphore(0)
        self.broken = False
        self.released = 0
        self.count = 0

    def shoot(self) -> None:
        self.due.release()
        assert self.polled.acquire(timeout=5)

    def _open(self) -> None:
        pass

    def _grab(self) -> Capture:
        self.polled.release()
        while not self.due.acquire(timeout=0.05):
            if self._stop.is_set():
                break
        if self.broken:
            raise CameraError("The stepped camera is unplugged.")
        self.count += 1
        return Capture(np.full((2, 2, 3), self.count % 256, np.uint8))

    def _release(self) -> None:
        self.released += 1


class Corner(PolledCamera):
    """A camera that delivers one frame of 2 x 3 pixels whose top left one is white."""

    title = "corner"

    def _open(self) -> None:
        self._left = 1

    def _grab(self) -> Capture | None:
        if not self._left:
            return None
        self._left = 0
        image = np.zeros((2, 3, 3), np.uint8)
        image[0, 0] = 255
        return Capture(image)

    def _release(self) -> None:
        pass


@pytest.mark.parametrize(
    ("rotation", "corner", "shape"),
    [(0, (0, 0), (2, 3)), (90, (0, 1), (3, 2)), (180, (1, 2), (2, 3)), (270, (2, 0), (3, 2))],
)
def test_frames_are_turned_clockwise(rotation, corner: tuple[int, int], shape: tuple[int, int]):
    camera = Corner()
    camera.rotation = rotation
    camera.start()
    try:
        frame = camera.read(0, 5)
    finally:
        camera.close()
    assert frame is not None
    assert frame.image.shape == (*shape, 3)
    assert frame.image.flags.c_contiguous
    assert frame.image[corner].tolist() == [255, 255, 255]
    assert frame.image.sum() == 3 * 255


@pytest.fixture
def camera():
    """Start a stepped camera that waits for the first `shoot`."""
    camera = SteppedCamera()
    camera.start()
    assert camera.polled.acquire(timeout=5)
    yield camera
    camera.close()


def test_a_slow_reader_gets_only_the_newest_frame(camera: SteppedCamera):
    for _ in range(5):
        camera.shoot()
    frame = camera.read(0, 1)
    assert frame is not None
    assert frame.seq == 5
    assert frame.image[0, 0, 0] == 5
    assert camera.read(frame.seq, 0.01) is None


def test_a_new_frame_wakes_a_waiting_reader(camera: SteppedCamera):
    threading.Timer(0.05, camera.shoot).start()
    frame = camera.read(0, 5)
    assert frame is not None
    assert frame.seq == 1


def test_an_error_of_the_camera_is_raised_in_the_reader(camera: SteppedCamera):
    camera.broken = True
    camera.due.release()
    with pytest.raises(CameraError, match="unplugged"):
        camera.read(0, 5)


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class ManualCamera(Camera):
    """A camera whose frames the test delivers."""

    title = "pushed camera"

    def _open(self) -> None: ...

    def _release(self) -> None: ...


def test_a_frozen_camera_is_an_error():
    clock = Clock()
    camera = ManualCamera(clock)
    camera.start()
    clock.now += FIRST_FRAME_TIMEOUT_S - 0.1
    assert camera.read(0, 0) is None
    camera._deliver(np.zeros((2, 2, 3), np.uint8))
    assert camera.read(0, 0).seq == 1
    clock.now += FROZEN_AFTER_S - 0.1
    assert camera.read(1, 0) is None
    clock.now += 0.2
    with pytest.raises(CameraError, match="pushed camera is frozen"):
        camera.read(1, 0)


def test_a_camera_without_a_first_frame_is_an_error():
    clock = Clock()
    camera = ManualCamera(clock)
    camera.start()
    clock.now += FIRST_FRAME_TIMEOUT_S + 0.1
    with pytest.raises(CameraError, match="frozen"):
        camera.read(0, 0)


@pytest.mark.parametrize(
    "garbage",
    [None, b"", np.zeros((4, 4)), np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)],
)
def test_an_invalid_frame_is_an_error(garbage):
    camera = ManualCamera()
    camera.start()
    camera._deliver(garbage)
    with pytest.raises(CameraError, match="invalid frames"):
        camera.read(0, 0)


def test_close_is_safe_in_any_state():
    never_started = SteppedCamera()
    never_started.close()
    never_started.close()
    camera = SteppedCamera()
    camera.start()
    camera.close()
    camera.close()
    assert camera.released == 2


class TimestampedCamera(Camera):
    """A camera whose driver reports when a frame was captured."""

    title = "stamped"

    def _open(self) -> None:
        pass

    def _release(self) -> None:
        pass


@pytest.mark.parametrize(
    ("captured", "time"),
    [
        pytest.param(100.0 - 0.045, 100.0 - 0.045, id="captured 45 ms ago"),
        pytest.param(None, 100.0, id="no timestamp"),
        pytest.param(100.5, 100.0, id="in the future: another clock"),
        pytest.param(100.0 - MAX_DELIVERY_DELAY_S - 1, 100.0, id="long ago: another clock"),
    ],
)
def test_a_frame_has_its_capture_time(captured: float | None, time: float):
    camera = TimestampedCamera(clock=lambda: 100.0)
    camera._deliver(np.zeros((2, 2, 3), np.uint8), captured=captured)
    frame = camera.read(0, 0)
    assert frame is not None
    assert frame.time == time


def test_the_time_of_frames_never_decreases():
    camera = TimestampedCamera(clock=lambda: 100.0)
    for captured in (99.9, 99.8):
        camera._deliver(np.zeros((2, 2, 3), np.uint8), captured=captured)
    frame = camera.read(0, 0)
    assert frame is not None
    assert frame.time == 99.9
