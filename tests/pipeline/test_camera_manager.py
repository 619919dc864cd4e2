"""The camera manager, which keeps the camera open only while it is wanted, and the shutter."""

from itertools import pairwise

import pytest

from hiitpi.errors import CameraError
from hiitpi.pipeline.camera_manager import CameraManager
from hiitpi.pipeline.privacy_shutter import PrivacyShutter
from tests.pipeline.test_pipeline import FakeCamera


class FakeCameras:
    """Opens fake cameras, on a fake clock.

    Attributes:
        opened: the cameras opened so far.
        unavailable: whether opening fails.
        now: the time in seconds.
        changes: number of notifications of the manager.
        attempts: when a camera was to be opened, in seconds.
    """

    def __init__(self) -> None:
        self.opened: list[FakeCamera] = []
        self.unavailable = False
        self.now = 0.0
        self.changes = 0
        self.attempts: list[float] = []

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def open(self) -> FakeCamera:
        self.attempts.append(self.now)
        if self.unavailable:
            raise CameraError("There is no camera.")
        camera = FakeCamera()
        camera.close = lambda: setattr(camera, "broken", True)
        self.opened.append(camera)
        return camera

    def on_change(self) -> None:
        self.changes += 1


@pytest.fixture
def cameras() -> FakeCameras:
    return FakeCameras()


@pytest.fixture
def manager(cameras: FakeCameras) -> CameraManager:
    return CameraManager(cameras.open, lambda: cameras.now, cameras.on_change, cameras.wait)


def test_the_camera_is_open_only_while_wanted(manager: CameraManager, cameras: FakeCameras):
    assert (manager.state, manager.frame()) == ("off", None)
    manager.set_wanted(True)
    assert manager.frame().seq == 1
    assert (manager.state, manager.opened, manager.title) == ("on", 1, "the film")
    manager.set_wanted(False)
    assert cameras.opened[0].broken
    assert (manager.state, manager.frame()) == ("off", None)
    assert manager.title == "the film"
    manager.set_wanted(True)
    assert manager.frame().seq == 1
    assert manager.opened == len(cameras.opened) == 2


def test_a_lost_camera_is_reopened_with_backoff(manager: CameraManager, cameras: FakeCameras):
    manager.start()
    cameras.unavailable, cameras.opened[0].broken = True, True
    while cameras.now < 40:
        assert manager.frame() is None
        assert manager.state == "away"
    assert manager.trouble == "There is no camera."
    gaps = [round(b - a) for a, b in pairwise(cameras.attempts)]
    assert gaps[:5] == [1, 2, 5, 10, 10]
    cameras.unavailable = False
    cameras.now += 11
    assert manager.frame()
    assert (manager.trouble, manager.state) == ("", "on")


def test_a_missing_camera_is_an_error_at_start(manager: CameraManager, cameras: FakeCameras):
    cameras.unavailable = True
    with pytest.raises(CameraError):
        manager.start()


def test_the_privacy_shutter_persists(tmp_path):
    shutter = PrivacyShutter(tmp_path)
    assert not shutter.closed
    shutter.set(True)
    shutter.set(True)
    assert PrivacyShutter(tmp_path).closed
    shutter.set(False)
    assert not PrivacyShutter(tmp_path).closed


def test_the_privacy_shutter_closes_even_if_it_cannot_be_saved(tmp_path):
    (tmp_path / "gone").write_text("not a folder")
    shutter = PrivacyShutter(tmp_path / "gone")
    shutter.set(True)
    assert shutter.closed
