"""The camera is open when it is wanted, and only then."""

from itertools import pairwise

import pytest

from hiitpi.errors import CameraError
from hiitpi.pipeline.camera_manager import CameraManager
from hiitpi.pipeline.privacy_shutter import PrivacyShutter
from tests.pipeline.test_pipeline import FilmCamera


class Shelf:
    """Gives cameras, unless there are none."""

    def __init__(self) -> None:
        self.given: list[FilmCamera] = []
        self.empty = False
        self.now = 0.0
        self.told = 0
        self.asked: list[float] = []  # when somebody wanted one

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def open(self) -> FilmCamera:
        self.asked.append(self.now)
        if self.empty:
            raise CameraError("There is no camera.")
        camera = FilmCamera()
        camera.close = lambda: setattr(camera, "broken", True)
        self.given.append(camera)
        return camera

    def tell(self) -> None:
        self.told += 1


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def keeper(shelf: Shelf) -> CameraManager:
    return CameraManager(shelf.open, lambda: shelf.now, shelf.tell, shelf.wait)


def test_it_is_opened_when_wanted_and_closed_when_not(keeper: CameraManager, shelf: Shelf):
    assert (keeper.state, keeper.frame()) == ("off", None)
    keeper.set_wanted(True)
    assert keeper.frame().seq == 1
    assert (keeper.state, keeper.opened, keeper.title) == ("on", 1, "the film")
    keeper.set_wanted(False)
    assert shelf.given[0].broken
    assert (keeper.state, keeper.frame()) == ("off", None)
    assert keeper.title == "the film"
    keeper.set_wanted(True)
    assert keeper.frame().seq == 1
    assert keeper.opened == len(shelf.given) == 2


def test_one_that_is_lost_is_opened_again_later_and_later(keeper: CameraManager, shelf: Shelf):
    keeper.start()
    shelf.empty, shelf.given[0].broken = True, True
    while shelf.now < 40:
        assert keeper.frame() is None
        assert keeper.state == "away"
    assert keeper.trouble == "There is no camera."
    gaps = [round(b - a) for a, b in pairwise(shelf.asked)]
    assert gaps[:5] == [1, 2, 5, 10, 10]
    shelf.empty = False
    shelf.now += 11
    assert keeper.frame()
    assert (keeper.trouble, keeper.state) == ("", "on")


def test_a_camera_that_was_named_and_is_not_there_is_an_error(keeper: CameraManager, shelf: Shelf):
    shelf.empty = True
    with pytest.raises(CameraError):
        keeper.start()


def test_the_cover_is_remembered(tmp_path):
    cover = PrivacyShutter(tmp_path)
    assert not cover.closed
    cover.set(True)
    cover.set(True)
    assert PrivacyShutter(tmp_path).closed
    cover.set(False)
    assert not PrivacyShutter(tmp_path).closed


def test_a_cover_that_cannot_be_remembered_is_closed_all_the_same(tmp_path):
    (tmp_path / "gone").write_text("not a folder")
    cover = PrivacyShutter(tmp_path / "gone")
    cover.set(True)
    assert cover.closed
