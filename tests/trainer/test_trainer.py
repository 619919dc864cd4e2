"""The loop with a real Redis, real records and the drawn athlete; only the pose engine is scripted,
so that seconds of film need no seconds of inference."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hiitpi.camera.base import Camera, Image
from hiitpi.coach.library import Library
from hiitpi.coach.messages import Command
from hiitpi.errors import CameraError, ModelError
from hiitpi.live.bus import Publisher, Subscriber, connect, decode
from hiitpi.pose.keypoints import Pose
from hiitpi.records.store import Store
from hiitpi.settings import Settings
from hiitpi.trainer.recorder import Recorder
from hiitpi.trainer.trainer import Trainer
from tests.coach.stick import CLOSED, OPEN, between

FPS = 30


class FilmCamera(Camera):
    """Gives a numbered picture each time it is read; its clock is the number of pictures."""

    title = "the film"

    def __init__(self) -> None:
        super().__init__(clock=lambda: self.count / FPS)
        self.count = 0
        self.broken = False
        self.performed: list[str | None] = []

    def start(self) -> None:
        self.count = 0

    def read(self, after, timeout):
        if self.broken:
            raise CameraError("The film has torn.")
        self.count += 1
        from hiitpi.camera.base import Frame

        return Frame(np.full((8, 8, 3), self.count % 251, np.uint8), self.count, self.clock())

    def clock(self) -> float:
        return self.count / FPS

    def perform(self, workout: str | None) -> None:
        self.performed.append(workout)

    def _open(self) -> None: ...

    def _grab(self) -> tuple[Image, int | None]:
        raise NotImplementedError

    def _release(self) -> None: ...


class FilmEngine:
    """Sees a stick figure that does one jumping jack a second, by the camera's clock."""

    name = "film"

    def __init__(self, camera: FilmCamera) -> None:
        self.camera, self.broken = camera, False

    def infer(self, image: np.ndarray) -> Pose | None:
        if self.broken:
            raise ModelError("The Edge TPU has gone.")
        part = (1 - np.cos(2 * np.pi * self.camera.clock())) / 2
        return between(CLOSED, OPEN, part).pose()

    def reset(self) -> None: ...


class House:
    """Everything the trainer works with."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder, self.engines = settings, folder, 0
        self.store = Store(settings.database)
        self.store.migrate()
        self.page = Subscriber(connect(settings.redis(0)), settings.station)
        self.trainer = self.new_trainer()

    def open_engine(self) -> "FilmEngine":
        self.engine = FilmEngine(self.camera)
        self.engines += 1
        return self.engine

    def new_trainer(self) -> Trainer:
        self.camera = FilmCamera()
        return Trainer(
            self.settings,
            lambda: self.camera,
            lambda: self.open_engine(),
            Library(),
            Publisher(connect(self.settings.redis(0)), self.settings.station),
            Recorder(self.store.save, self.folder / "unsaved"),
            clock=lambda: self.camera.clock(),
        )

    def run(self, seconds: float) -> None:
        for _ in range(int(seconds * FPS)):
            self.trainer.step()

    def start(self, player: str = "Ada") -> str:
        self.page.command(Command("start", player=player, workout="jumping_jacks"))
        self.run(0.2)
        session = self.page.session()
        assert session
        return str(session["uuid"])

    def events(self) -> list[str]:
        return [decode(data)["kind"] for _, data in self.page.recent()["events"]]


@pytest.fixture
def house(redis: Settings, tmp_path: Path) -> Iterator[House]:
    house = House(redis, tmp_path)
    house.run(0.1)
    yield house
    house.trainer.close()
    house.store.close()


def test_a_session_from_start_to_records(house: House):
    uuid = house.start()
    house.run(5)
    house.page.command(Command("done", session=uuid))
    house.run(0.2)
    record = house.store.session(uuid)
    assert record.status == "finished"
    assert record.player == "Ada"
    assert record.reps == len(record.series) == house.events().count("rep") >= 4
    assert house.events()[0] == "started"
    assert house.events()[-1] == "finished"
    assert house.page.session() is None
    assert house.camera.performed == ["jumping_jacks", None]


def test_every_frame_is_a_sample(house: House):
    house.start()
    house.run(3)
    samples = [decode(data) for _, data in house.page.recent()["samples"]]
    assert [s["seq"] for s in samples] == list(range(samples[0]["seq"], samples[-1]["seq"] + 1))
    assert samples[-1]["reps"] == house.events().count("rep")
    assert {"open", "closed"} <= {s["state"] for s in samples}


def test_nothing_is_counted_without_a_session(house: House):
    house.run(5)
    assert house.events() == []


def test_two_starts_are_one_session_and_two_dones_one_record(house: House):
    uuid = house.start()
    assert house.start("Bob") == uuid
    house.run(2)
    for _ in range(2):
        house.page.command(Command("done", session=uuid))
    house.run(0.2)
    assert house.events().count("finished") == 1
    assert [len(house.store.history(name)) for name in ("Ada", "Bob")] == [1, 0]


def test_a_late_done_does_not_end_the_next_session(house: House):
    first = house.start()
    house.page.command(Command("done", session=first))
    house.run(0.2)
    second = house.start("Bob")
    house.page.command(Command("done", session=first))
    house.run(0.2)
    assert house.page.session()["uuid"] == second


def test_discard_keeps_nothing_that_counts(house: House):
    uuid = house.start()
    house.run(2)
    house.page.command(Command("discard", session=uuid))
    house.run(0.2)
    assert house.store.history("Ada") == []
    assert house.events()[-1] == "discarded"


def test_an_unknown_workout_starts_nothing(house: House):
    house.page.command(Command("start", player="Ada", workout="juggling"))
    house.run(0.2)
    assert house.page.session() is None


def test_a_clean_stop_keeps_the_session(house: House):
    uuid = house.start()
    house.run(3)
    house.trainer.close()
    record = house.store.session(uuid)
    assert record.status == "interrupted"
    assert record.reps >= 2


def test_a_trainer_that_was_killed_goes_on_where_it_was(house: House):
    uuid = house.start()
    house.run(3.5)
    counted = house.events().count("rep")
    deadline = time.monotonic() + 5
    while house.store.running("home").reps < counted:  # the recorder writes once a second
        assert time.monotonic() < deadline
        time.sleep(0.02)
    house.trainer = house.new_trainer()  # the old one is never told
    house.trainer.resume(house.store.running("home"))
    house.run(3.5)
    house.page.command(Command("done", session=uuid))
    house.run(0.2)
    record = house.store.session(uuid)
    assert record.reps > counted
    assert [rep.number for rep in record.series] == list(range(1, record.reps + 1))


def test_pictures_are_made_only_while_somebody_watches(house: House):
    pictures = house.page.pictures()
    house.run(0.2)
    seqs = []
    while got := pictures.next(0.2):
        seqs.append(got[0])
        assert got[1].startswith(b"\xff\xd8")
    assert len(seqs) > 2
    assert seqs == sorted(set(seqs))
    pictures.close()


def test_an_engine_that_fails_is_opened_anew_and_the_session_goes_on(house: House):
    uuid = house.start()
    house.run(2.5)
    before = house.page.session()
    house.engine.broken = True
    house.run(3)
    assert house.engines == 2
    assert house.page.session() == before
    house.page.command(Command("done", session=uuid))
    house.run(0.2)
    assert house.store.session(uuid).reps >= 4


def test_camera_trouble_is_told_and_the_session_goes_on(house: House):
    uuid = house.start()
    house.camera.broken = True
    house.trainer.step()
    house.trainer.step()
    assert "torn" in house.page.status()["trouble"]
    house.camera.broken = False
    house.camera.count += 2 * FPS  # time passes
    house.run(0.2)
    assert house.page.status()["trouble"] == ""
    assert house.page.session()["uuid"] == uuid
