"""The loop with a real Redis, real records and the synthetic athlete; only the pose engine is
scripted, so that seconds of film need no seconds of inference."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hiitpi.camera.base import Camera, Image
from hiitpi.coach.codec import decode
from hiitpi.coach.messages import Command, SessionRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.program import Exercise, Program, free
from hiitpi.errors import CameraError, ModelError, RecordsError
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import connect
from hiitpi.live.subscriber import Subscriber
from hiitpi.pipeline.checkpoint_writer import CheckpointWriter
from hiitpi.pipeline.pipeline import CAMERA_LINGER_S, Pipeline
from hiitpi.pipeline.process import find_resumable_session
from hiitpi.pipeline.session_journal import SessionJournal
from hiitpi.pose.keypoints import Pose
from hiitpi.records.local_days import local_day
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from tests.support.session_factory import history
from tests.support.stick_figure import CLOSED, OPEN, between
from tests.support.waiting import until

FPS = 30
JACKS = free("jumping_jacks")
TWICE = Program("Twice", (Exercise("jumping_jacks", work=10, rest=5),), rounds=2)


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

        return Frame(np.full((480, 640, 3), self.count % 251, np.uint8), self.count, self.clock())

    def clock(self) -> float:
        return self.count / FPS

    def perform(self, workout: str | None) -> None:
        self.performed.append(workout)

    def prepare(self, workout: str) -> None:
        self.performed.append(f"prepare {workout}")

    def _open(self) -> None: ...

    def _grab(self) -> tuple[Image, int | None]:
        raise NotImplementedError

    def _release(self) -> None: ...


class FilmEngine:
    """Sees a stick figure that does one jumping jack a second, by the camera's clock."""

    name = "film"

    def __init__(self, camera: FilmCamera) -> None:
        self.camera, self.broken = camera, False

    def infer(self, image: np.ndarray, time: float) -> Pose | None:
        if self.broken:
            raise ModelError("The Edge TPU has gone.")
        part = (1 - np.cos(2 * np.pi * self.camera.clock())) / 2
        return between(CLOSED, OPEN, part).pose()

    def reset(self) -> None: ...


class House:
    """Everything the pipeline works with."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder, self.engines = settings, folder, 0
        self.store = Store(settings.database)
        self.store.migrate()
        self.page = Subscriber(connect(settings.redis(0)), settings.station)
        self.pipeline = self.new_pipeline()

    def open_engine(self) -> "FilmEngine":
        self.engine = FilmEngine(self.camera)
        self.engines += 1
        return self.engine

    def new_pipeline(self) -> Pipeline:
        self.camera = FilmCamera()
        return Pipeline(
            self.settings,
            lambda: self.camera,
            lambda: self.open_engine(),
            WorkoutLibrary(),
            Publisher(connect(self.settings.redis(0)), self.settings.station),
            CheckpointWriter(self.store.save, self.folder / "unsaved"),
            SessionJournal(self.folder, time.time, time.monotonic),
            clock=lambda: self.camera.clock(),
        )

    def run(self, seconds: float) -> None:
        for _ in range(int(seconds * FPS)):
            self.pipeline.step()

    def start(self, player: str = "Ada", program: Program = JACKS, device: str = "tablet") -> str:
        """Ask for a session and wait for its Go; its uuid, or that of the one that runs."""
        self.page.command(Command("start", player=player, program=program, device=device))
        self.run(0.2)
        session = self.page.session()
        assert session
        while self.page.session()["phase"] in ("position", "countdown"):
            self.run(0.2)
        return str(session["uuid"])

    def ask(self, kind: str, session: str, device: str = "tablet", player: str = "") -> None:
        self.page.command(Command(kind, player=player, session=session, device=device))
        self.run(0.2)

    def left(self) -> SessionRecord | None:
        """What a new pipeline finds."""
        journal = SessionJournal(self.folder, time.time, time.monotonic)
        return find_resumable_session(self.store, journal, "home", time.time())

    def events(self) -> list[str]:
        return [decode(data)["kind"] for _, data in self.page.recent()["events"]]


@pytest.fixture
def house(redis: Settings, tmp_path: Path) -> Iterator[House]:
    house = House(redis, tmp_path)
    house.run(0.1)
    yield house
    house.pipeline.close()
    house.store.close()


def test_a_session_from_start_to_records(house: House):
    uuid = house.start()
    house.run(5)
    house.ask("done", uuid)
    record = house.store.session(uuid)
    assert record.status == "finished"
    assert record.player == "Ada"
    assert record.reps == len(record.series) == house.events().count("rep") >= 4
    assert house.events()[0] == "started"
    assert house.events()[-1] == "finished"
    assert house.page.session() is None
    assert house.camera.performed == ["prepare jumping_jacks", "jumping_jacks", None]
    assert record.device == "tablet"


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
        house.ask("done", uuid)
    assert house.events().count("finished") == 1
    assert [len(history(house.store, name)) for name in ("Ada", "Bob")] == [1, 0]


def test_a_late_done_does_not_end_the_next_session(house: House):
    first = house.start()
    house.ask("done", first)
    second = house.start("Bob")
    house.ask("done", first)
    assert house.page.session()["uuid"] == second


def test_discard_keeps_nothing_that_counts(house: House):
    uuid = house.start()
    house.run(2)
    house.ask("discard", uuid)
    assert history(house.store, "Ada") == []
    assert house.events()[-1] == "discarded"


def test_an_unknown_workout_starts_nothing(house: House):
    house.page.command(Command("start", player="Ada", program=free("juggling")))
    house.run(0.2)
    assert house.page.session() is None


def test_a_clean_stop_keeps_the_session(house: House):
    uuid = house.start()
    house.run(3)
    house.pipeline.close()
    record = house.store.session(uuid)
    assert record.status == "interrupted"
    assert record.reps >= 2


def test_a_pipeline_that_was_killed_goes_on_where_it_was(house: House):
    uuid = house.start()
    house.run(3.5)
    counted = house.events().count("rep")
    house.pipeline = house.new_pipeline()  # the old one is never told
    assert house.left().reps == counted  # though the recorder writes once a second
    house.pipeline.resume(house.left())
    house.run(3.5)
    house.ask("done", uuid)
    record = house.store.session(uuid)
    assert record.reps > counted
    assert [rep.number for rep in record.series] == list(range(1, record.reps + 1))


def test_pictures_are_made_only_while_somebody_watches(house: House):
    pictures = house.page.pictures()
    seqs = []
    for _ in range(20):
        house.run(0.1)  # the pipeline looks for viewers ten times a second
        got = pictures.next(0.2)
        if not got:
            continue
        seqs.append(got.seq)
        assert got.jpeg.startswith(b"\xff\xd8")
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
    house.ask("done", uuid)
    assert house.store.session(uuid).reps >= 4


def test_camera_trouble_is_told_and_the_session_goes_on(house: House):
    uuid = house.start()
    house.camera.broken = True
    house.pipeline.step()
    house.pipeline.step()
    assert "torn" in house.page.status()["trouble"]
    house.camera.broken = False
    house.camera.count += 2 * FPS  # time passes
    house.run(0.2)
    assert house.page.status()["trouble"] == ""
    assert house.page.session()["uuid"] == uuid
    assert house.camera.performed[-1] == "jumping_jacks"  # whoever is before it starts anew


def test_a_camera_that_stays_away_pauses_the_clock(house: House):
    house.start(program=TWICE)
    house.run(3)
    house.camera.broken = True
    for _ in range(8):
        house.camera.count += FPS  # time passes
        house.pipeline.step()
    assert house.page.session()["phase"] == "paused"
    house.camera.broken = False
    house.camera.count += 10 * FPS
    house.run(7)
    assert house.page.session()["phase"] == "work"


# Programs


def test_a_program_runs_to_its_end_and_is_stored_by_itself(house: House):
    uuid = house.start(program=TWICE)
    house.run(30)
    assert house.page.session() is None
    record = house.store.session(uuid)
    assert (record.status, record.program) == ("finished", TWICE)
    assert [one.seconds for one in record.sets] == pytest.approx([10, 10])
    assert all(8 <= one.reps <= 10 for one in record.sets)
    assert house.camera.performed == [
        *["prepare jumping_jacks", "jumping_jacks"] * 2,
        None,
    ]


def test_a_program_that_was_killed_goes_on_where_it_was(house: House):
    uuid = house.start(program=TWICE)
    house.run(12)
    house.ask("pause", uuid)
    house.ask("resume", uuid)  # each phase is a checkpoint
    left = house.left()
    assert left.sets[0].seconds >= 10
    house.pipeline = house.new_pipeline()
    house.pipeline.resume(left)
    house.run(0.2)
    session = house.page.session()
    assert (session["uuid"], session["phase"]) == (uuid, "rest")
    assert session["controller"] == {"id": "tablet", "name": "Ada"}
    house.run(30)
    assert len(house.store.session(uuid).sets) == 2


def test_pause_and_resume(house: House):
    uuid = house.start()
    house.ask("pause", uuid)
    assert house.page.session()["phase"] == "paused"
    house.run(5)
    before = house.events().count("rep")
    house.run(5)
    assert house.events().count("rep") == before
    house.ask("resume", uuid)
    assert house.page.session()["phase"] == "countdown"


def test_before_go_there_is_nothing_to_keep(house: House):
    house.page.command(Command("start", player="Ada", program=JACKS))
    house.run(0.5)
    uuid = house.page.session()["uuid"]
    house.ask("done", uuid)
    assert house.events()[-1] == "discarded"
    assert house.page.session() is None
    assert house.store.session(uuid) is None


def test_a_session_that_nobody_comes_back_to_ends(house: House):
    uuid = house.start()
    house.run(3)
    house.ask("pause", uuid)
    house.camera.count += 590 * FPS
    house.run(0.2)
    assert house.page.session()
    house.camera.count += 20 * FPS
    house.run(0.2)
    assert house.page.session() is None
    record = house.store.session(uuid)
    assert (record.status, record.reps > 0) == ("finished", True)


# Who is in control


def test_another_device_watches_until_it_takes_over(house: House):
    uuid = house.start()
    for kind in ("pause", "done", "discard", "hand_over"):
        house.ask(kind, uuid, device="phone")
    assert house.page.session()["phase"] == "work"
    house.ask("claim", uuid, device="phone", player="Bob")
    assert house.page.session()["claimant"] == {"id": "phone", "name": "Bob"}
    house.ask("keep", uuid)
    assert house.page.session()["claimant"] is None
    house.ask("claim", uuid, device="phone", player="Bob")
    house.run(10)
    assert house.page.session()["controller"] == {"id": "phone", "name": "Bob"}
    house.ask("done", uuid)
    assert house.page.session()
    house.ask("done", uuid, device="phone")
    record = house.store.session(uuid)
    assert (record.status, record.player, record.device) == ("finished", "Ada", "phone")


# Sleep and the lens cover


def test_with_nobody_there_the_camera_is_closed_until_somebody_comes(house: House):
    house.run(CAMERA_LINGER_S + 1)
    assert house.page.status()["state"] == "off"
    before = house.camera.count
    house.run(0.1)
    assert house.camera.count == before
    there = house.page.subscribe_presence()
    house.run(0.2)
    assert house.page.status()["state"] == "on"
    assert house.page.status()["trouble"] == ""
    there.close()


def test_a_session_keeps_it_awake_and_a_start_wakes_it(house: House):
    house.run(CAMERA_LINGER_S + 1)
    uuid = house.start()
    house.run(CAMERA_LINGER_S + 5)
    assert house.page.status()["state"] == "on"
    house.ask("done", uuid)
    assert house.store.session(uuid).reps >= CAMERA_LINGER_S


def test_the_lens_cover_turns_the_camera_off_for_everybody(house: House):
    uuid = house.start()
    house.page.command(Command("cover"))
    house.run(0.2)
    assert house.page.status()["state"] == "covered"
    before = house.camera.count
    for _ in range(5):
        house.camera.count += FPS  # time passes
        house.pipeline.step()
    assert house.camera.count == before + 5 * FPS
    assert house.page.session()["phase"] == "paused"
    house.pipeline = house.new_pipeline()  # a restart does not open it
    house.run(0.1)
    assert house.page.status()["state"] == "covered"
    assert house.camera.count == 0
    house.page.command(Command("uncover"))
    there = house.page.subscribe_presence()
    house.run(0.3)
    assert house.page.status()["state"] == "on"
    assert uuid
    there.close()


# What is left by a process that was killed


def test_a_session_that_ended_is_not_gone_on_with(house: House):
    uuid = house.start()
    house.run(3)
    house.ask("done", uuid)
    assert house.left() is None
    assert not (house.folder / "running.jsonl").exists()


def test_the_journal_alone_is_enough(house: House, tmp_path: Path):
    """The database is away, and the pipeline is killed."""
    house.start()
    house.run(3.5)
    counted = house.events().count("rep")
    away = Store(f"sqlite:///{tmp_path}/no/such/folder.sqlite")
    journal = SessionJournal(house.folder, time.time, time.monotonic)
    assert find_resumable_session(away, journal, "home", time.time()).reps == counted
    assert (house.folder / "running.jsonl").exists()


def test_one_that_was_left_long_ago_is_stored_with_all_that_is_known(house: House):
    uuid = house.start()
    house.run(3.5)
    counted = house.events().count("rep")
    late = SessionJournal(house.folder, lambda: time.time() + 9e3, lambda: time.monotonic() + 9e3)
    assert find_resumable_session(house.store, late, "home", time.time() + 9e3) is None
    record = house.store.session(uuid)
    assert (record.status, record.reps) == ("interrupted", counted)


def test_what_waits_to_be_stored_is_not_taken_for_left_behind(house: House):
    """The database went away while somebody trained, who has finished since."""
    uuid = house.start()
    house.run(3.5)
    until(lambda: house.store.session(uuid))
    before = house.store.session(uuid)
    save, house.pipeline._writer._save = house.pipeline._writer._save, shut
    house.run(10)
    house.ask("done", uuid)
    counted = house.events().count("rep")
    assert counted > before.reps
    assert (house.folder / "unsaved" / f"{uuid}.json").exists()
    assert not (house.folder / "running.jsonl").exists()
    # The app is started again; the database is back, and knows an old state only.
    recorder = CheckpointWriter(shut, house.folder / "unsaved")
    journal = SessionJournal(house.folder, time.time, time.monotonic)
    assert recorder.waiting == {uuid}
    assert (
        find_resumable_session(house.store, journal, "home", time.time(), recorder.waiting) is None
    )
    assert house.store.session(uuid).status == "active"
    recorder.close()
    late = CheckpointWriter(save, house.folder / "unsaved")
    assert late.flush(30)
    late.close()
    stored = house.store.session(uuid)
    assert (stored.status, stored.reps) == ("finished", counted)


def shut(record: SessionRecord) -> None:
    raise RecordsError("The database is away.")


def test_a_record_book_that_does_not_answer_costs_no_session(house: House):
    """A connection that is dead is known to be only after a while: longer than the end waits."""
    uuid = house.start()
    house.run(3.5)
    never = threading.Event()
    house.pipeline._writer._save = lambda record: never.wait(30)
    house.run(1)
    house.ask("done", uuid)
    assert (house.folder / "unsaved" / f"{uuid}.json").exists()
    never.set()


def test_a_clock_that_is_set_does_not_end_a_session(house: House):
    """A Pi without a battery learns the time while somebody trains."""
    house.start()
    house.run(3.5)
    for jump in (-3600, 3600, 86_400 * 365):
        journal = SessionJournal(house.folder, lambda by=jump: time.time() + by, time.monotonic)
        assert find_resumable_session(house.store, journal, "home", time.time() + jump).reps >= 2


def test_a_session_is_stored_by_the_clock_as_it_was_set(house: House):
    jump, sessions = 0.0, house.pipeline._sessions
    sessions._wall = lambda: time.time() + jump
    uuid = house.start()
    house.run(2)
    jump = 86_400.0
    house.run(2)
    house.ask("done", uuid)
    record = house.store.session(uuid)
    assert 0 <= record.ended - record.started < 30
    assert record.started == pytest.approx(time.time() + jump, abs=30)
    assert house.store.history.days("Ada")[0].day == local_day(record.started, house.store.zone)
