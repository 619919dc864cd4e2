"""The newest frame wins, whatever the reader does."""

import threading

import numpy as np
import pytest

from hiitpi.camera.base import Camera, Image
from hiitpi.errors import CameraError


class Driven(Camera):
    """A real camera thread that gives a picture each time it is told to."""

    title = "driven"

    def __init__(self) -> None:
        super().__init__()
        self.turn = threading.Semaphore(0)
        self.taken = threading.Semaphore(0)
        self.broken = False
        self.released = 0
        self.count = 0

    def shoot(self) -> None:
        self.turn.release()
        assert self.taken.acquire(timeout=5)

    def _open(self) -> None:
        pass

    def _grab(self) -> tuple[Image, int | None]:
        self.taken.release()
        while not self.turn.acquire(timeout=0.05):
            if self._stop.is_set():
                break
        if self.broken:
            raise CameraError("The driven camera is unplugged.")
        self.count += 1
        return np.full((2, 2, 3), self.count % 256, np.uint8), None

    def _release(self) -> None:
        self.released += 1


@pytest.fixture
def camera():
    camera = Driven()
    camera.start()
    assert camera.taken.acquire(timeout=5)
    yield camera
    camera.close()


def test_a_slow_reader_gets_the_newest_and_no_other(camera: Driven):
    for _ in range(5):
        camera.shoot()
    frame = camera.read(0, 1)
    assert frame is not None
    assert frame.seq == 5
    assert frame.image[0, 0, 0] == 5
    assert camera.read(frame.seq, 0.01) is None


def test_a_waiting_reader_is_woken(camera: Driven):
    threading.Timer(0.05, camera.shoot).start()
    frame = camera.read(0, 5)
    assert frame is not None
    assert frame.seq == 1


def test_trouble_reaches_the_reader(camera: Driven):
    camera.broken = True
    camera.turn.release()
    with pytest.raises(CameraError, match="unplugged"):
        camera.read(0, 5)


def test_close_is_safe_in_any_state():
    never_started = Driven()
    never_started.close()
    never_started.close()
    camera = Driven()
    camera.start()
    camera.close()
    camera.close()
    assert camera.released == 2
