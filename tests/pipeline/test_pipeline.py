"""The pipeline's loop with a real Redis and a real database.

Camera and pose engine are fakes on a simulated clock, so that a test need not wait for a video.
"""

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
from hiitpi.records.replays import ReplayFolder, read_replay
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from tests.support.session_factory import history
from tests.support.stick_figure import CLOSED, OPEN, between
from tests.support.waiting import until

FPS = 30
JACKS = free("jumping_jacks")
TWO_SETS = Program("Twice", (Exercise("jumping_jacks", work=10, rest=5),), rounds=2)


class FakeCamera(Camera):
    """Returns a numbered frame at each read; its clock counts the frames."""

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


class FakeEngine:
    """Detects a stick figure that does one jumping jack per second of the camera's clock."""

    name = "film"

    def __init__(self, camera: FakeCamera) -> None:
        self.camera, self.broken = camera, False

    def infer(self, image: np.ndarray, time: float) -> Pose | None:
        if self.broken:
            raise ModelError("The Edge TPU has gone.")
        fraction = (1 - np.cos(2 * np.pi * self.camera.clock())) / 2
        return between(CLOSED, OPEN, fraction).pose()

    def reset(self) -> None: ...


class StationUnderTest:
    """A pipeline with its database, and a page that subscribes to it and sends commands.

    Args:
        settings: settings with a running Redis.
        folder: folder of the session journal and of unsaved sessions.
    """

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder, self.engines = settings, folder, 0
        self.replays: ReplayFolder | None = None
        self.store = Store(settings.database)
        self.store.migrate()
        self.page = Subscriber(connect(settings.redis(0)), settings.station)
        self.pipeline = self.new_pipeline()

    def open_engine(self) -> FakeEngine:
        self.engine = FakeEngine(self.camera)
        self.engines += 1
        return self.engine

    def new_pipeline(self) -> Pipeline:
        self.camera = FakeCamera()
        return Pipeline(
            self.settings,
            lambda: self.camera,
            lambda: self.open_engine(),
            WorkoutLibrary(),
            Publisher(connect(self.settings.redis(0)), self.settings.station),
            CheckpointWriter(self.store.save, self.folder / "unsaved"),
            SessionJournal(self.folder, time.time, time.monotonic),
            clock=lambda: self.camera.clock(),
            replays=self.replays,
        )

    def run(self, seconds: float) -> None:
        """Run the loop for a number of seconds of the camera's clock."""
        for _ in range(int(seconds * FPS)):
            self.pipeline.step()

    def start(self, player: str = "Ada", program: Program = JACKS, device: str = "tablet") -> str:
        """Start a session, wait for its Go, and return its uuid, or that of one already running."""
        self.page.command(Command("start", player=player, program=program, device=device))
        self.run(0.2)
        session = self.page.session()
        assert session
        while self.page.session()["phase"] in ("position", "countdown"):
            self.run(0.2)
        return str(session["uuid"])

    def send(self, kind: str, session: str, device: str = "tablet", player: str = "") -> None:
        """Send a command of a device to the pipeline, and let it be handled."""
        self.page.command(Command(kind, player=player, session=session, device=device))
        self.run(0.2)

    def find_resumable(self) -> SessionRecord | None:
        """Return the session that a new pipeline would resume, if any."""
        journal = SessionJournal(self.folder, time.time, time.monotonic)
        return find_resumable_session(self.store, journal, "home", time.time())

    def events(self) -> list[str]:
        return [decode(data)["kind"] for _, data in self.page.recent()["events"]]


@pytest.fixture
def station(redis: Settings, tmp_path: Path) -> Iterator[StationUnderTest]:
    station = StationUnderTest(redis, tmp_path)
    station.run(0.1)
    yield station
    station.pipeline.close()
    station.store.close()


def test_a_session_from_start_to_database(station: StationUnderTest):
    uuid = station.start()
    station.run(5)
    station.send("done", uuid)
    record = station.store.session(uuid)
    assert record.status == "finished"
    assert record.player == "Ada"
    assert record.reps == len(record.series) == station.events().count("rep") >= 4
    assert station.events()[0] == "started"
    assert station.events()[-1] == "finished"
    assert station.page.session() is None
    assert station.camera.performed == ["prepare jumping_jacks", "jumping_jacks", None]
    assert record.device == "tablet"


def test_every_frame_gives_a_sample(station: StationUnderTest):
    station.start()
    station.run(3)
    samples = [decode(data) for _, data in station.page.recent()["samples"]]
    assert [s["seq"] for s in samples] == list(range(samples[0]["seq"], samples[-1]["seq"] + 1))
    assert samples[-1]["reps"] == station.events().count("rep")
    assert {"open", "closed"} <= {s["state"] for s in samples}


def test_heart_rates_are_shown_and_kept_although_the_strap_drops_out(station: StationUnderTest):
    uuid = station.start(program=TWO_SETS)
    redis = connect(station.settings.redis(0))
    for bpm in (100, None, 140):
        if bpm:
            station.page.set_heart_rate(bpm, 3)
        else:
            redis.delete("hiitpi:home:heart_rate")
        station.run(3)
        shown = station.page.newest_sample()["heart_rate"]
        assert shown == ({"bpm": bpm, "zone": 3} if bpm else None)
    station.pipeline = station.new_pipeline()  # a crash, which loses at most the last seconds
    station.pipeline.resume(station.find_resumable())
    station.page.set_heart_rate(150, 4)
    station.run(2)
    station.send("done", uuid)
    (only,) = station.store.session(uuid).sets
    rates = only.heart_rates
    assert set(rates[:2]) == {100}
    assert 0 in rates[2:7]
    assert {140, 150} <= set(rates[5:])
    assert only.max_heart_rate == 150


def test_the_movements_of_a_session_are_kept_unless_it_is_discarded(
    station: StationUnderTest, tmp_path: Path
):
    replays = ReplayFolder(tmp_path, 30, time.time)
    station.replays = replays
    station.pipeline.close()
    station.pipeline = station.new_pipeline()
    station.run(0.1)
    for ending, kept in (("done", True), ("discard", False)):
        uuid = station.start()
        station.run(4)
        station.send(ending, uuid)
        path = replays.path(uuid)
        assert (path is not None) == kept
        if path:
            header = read_replay(path).header
            assert 2 <= len(header["reps"]) <= 4
            assert header["times"][-1] > 3.5
    station.replays = None
    station.pipeline.close()
    station.pipeline = station.new_pipeline()
    station.run(0.1)
    uuid = station.start()
    station.run(4)
    station.send("done", uuid)
    assert replays.path(uuid) is None


def test_nothing_is_counted_without_a_session(station: StationUnderTest):
    station.run(5)
    assert station.events() == []


def test_repeated_start_and_done_give_one_session_and_one_record(station: StationUnderTest):
    uuid = station.start()
    assert station.start("Bob") == uuid
    station.run(2)
    for _ in range(2):
        station.send("done", uuid)
    assert station.events().count("finished") == 1
    assert [len(history(station.store, name)) for name in ("Ada", "Bob")] == [1, 0]


def test_a_late_done_does_not_end_the_next_session(station: StationUnderTest):
    first = station.start()
    station.send("done", first)
    second = station.start("Bob")
    station.send("done", first)
    assert station.page.session()["uuid"] == second


def test_a_discarded_session_is_not_in_the_history(station: StationUnderTest):
    uuid = station.start()
    station.run(2)
    station.send("discard", uuid)
    assert history(station.store, "Ada") == []
    assert station.events()[-1] == "discarded"


def test_an_unknown_workout_starts_nothing(station: StationUnderTest):
    station.page.command(Command("start", player="Ada", program=free("juggling")))
    station.run(0.2)
    assert station.page.session() is None


def test_a_clean_stop_stores_the_session(station: StationUnderTest):
    uuid = station.start()
    station.run(3)
    station.pipeline.close()
    record = station.store.session(uuid)
    assert record.status == "interrupted"
    assert record.reps >= 2


def test_a_killed_pipeline_resumes_the_session(station: StationUnderTest):
    uuid = station.start()
    station.run(3.5)
    counted = station.events().count("rep")
    station.pipeline = station.new_pipeline()  # the old one is not closed
    # Nothing is lost although checkpoints are written only once a second.
    assert station.find_resumable().reps == counted
    station.pipeline.resume(station.find_resumable())
    station.run(3.5)
    station.send("done", uuid)
    record = station.store.session(uuid)
    assert record.reps > counted
    assert [rep.number for rep in record.series] == list(range(1, record.reps + 1))


def test_pictures_are_published_while_somebody_watches(station: StationUnderTest):
    pictures = station.page.pictures()
    seqs = []
    for _ in range(20):
        station.run(0.1)  # the pipeline polls for viewers ten times a second
        picture = pictures.next(0.2)
        if not picture:
            continue
        seqs.append(picture.seq)
        assert picture.jpeg.startswith(b"\xff\xd8")
    assert len(seqs) > 2
    assert seqs == sorted(set(seqs))
    pictures.close()


def test_a_failed_engine_is_reopened_and_the_session_continues(station: StationUnderTest):
    uuid = station.start()
    station.run(2.5)
    before = station.page.session()
    station.engine.broken = True
    station.run(3)
    assert station.engines == 2
    assert station.page.session() == before
    station.send("done", uuid)
    assert station.store.session(uuid).reps >= 4


def test_a_camera_error_is_reported_and_the_session_continues(station: StationUnderTest):
    uuid = station.start()
    station.camera.broken = True
    station.pipeline.step()
    station.pipeline.step()
    assert "torn" in station.page.status()["trouble"]
    station.camera.broken = False
    station.camera.count += 2 * FPS  # time passes
    station.run(0.2)
    assert station.page.status()["trouble"] == ""
    assert station.page.session()["uuid"] == uuid
    assert station.camera.performed[-1] == "jumping_jacks"  # the synthetic athlete starts again


def test_a_long_camera_outage_pauses_the_session(station: StationUnderTest):
    station.start(program=TWO_SETS)
    station.run(3)
    station.camera.broken = True
    for _ in range(8):
        station.camera.count += FPS  # time passes
        station.pipeline.step()
    assert station.page.session()["phase"] == "paused"
    station.camera.broken = False
    station.camera.count += 10 * FPS
    station.run(7)
    assert station.page.session()["phase"] == "work"


# Programs


def test_a_program_ends_and_is_stored_automatically(station: StationUnderTest):
    uuid = station.start(program=TWO_SETS)
    station.run(30)
    assert station.page.session() is None
    record = station.store.session(uuid)
    assert (record.status, record.program) == ("finished", TWO_SETS)
    assert [training_set.seconds for training_set in record.sets] == pytest.approx([10, 10])
    assert all(8 <= training_set.reps <= 10 for training_set in record.sets)
    assert station.camera.performed == [
        *["prepare jumping_jacks", "jumping_jacks"] * 2,
        None,
    ]


def test_a_killed_pipeline_resumes_a_program(station: StationUnderTest):
    uuid = station.start(program=TWO_SETS)
    station.run(12)
    station.send("pause", uuid)
    station.send("resume", uuid)  # each change of phase is a checkpoint
    pending = station.find_resumable()
    assert pending.sets[0].seconds >= 10
    station.pipeline = station.new_pipeline()
    station.pipeline.resume(pending)
    station.run(0.2)
    session = station.page.session()
    assert (session["uuid"], session["phase"]) == (uuid, "rest")
    assert session["controller"] == {"id": "tablet", "name": "Ada"}
    station.run(30)
    assert len(station.store.session(uuid).sets) == 2


def test_pause_and_resume(station: StationUnderTest):
    uuid = station.start()
    station.send("pause", uuid)
    assert station.page.session()["phase"] == "paused"
    station.run(5)
    before = station.events().count("rep")
    station.run(5)
    assert station.events().count("rep") == before
    station.send("resume", uuid)
    assert station.page.session()["phase"] == "countdown"


def test_a_session_ended_before_go_is_not_stored(station: StationUnderTest):
    station.page.command(Command("start", player="Ada", program=JACKS))
    station.run(0.5)
    uuid = station.page.session()["uuid"]
    station.send("done", uuid)
    assert station.events()[-1] == "discarded"
    assert station.page.session() is None
    assert station.store.session(uuid) is None


def test_an_abandoned_session_ends(station: StationUnderTest):
    uuid = station.start()
    station.run(3)
    station.send("pause", uuid)
    station.camera.count += 590 * FPS
    station.run(0.2)
    assert station.page.session()
    station.camera.count += 20 * FPS
    station.run(0.2)
    assert station.page.session() is None
    record = station.store.session(uuid)
    assert (record.status, record.reps > 0) == ("finished", True)


# Control


def test_another_device_cannot_control_until_it_takes_over(station: StationUnderTest):
    uuid = station.start()
    for kind in ("pause", "done", "discard", "hand_over"):
        station.send(kind, uuid, device="phone")
    assert station.page.session()["phase"] == "work"
    station.send("claim", uuid, device="phone", player="Bob")
    assert station.page.session()["claimant"] == {"id": "phone", "name": "Bob"}
    station.send("keep", uuid)
    assert station.page.session()["claimant"] is None
    station.send("claim", uuid, device="phone", player="Bob")
    station.run(10)
    assert station.page.session()["controller"] == {"id": "phone", "name": "Bob"}
    station.send("done", uuid)
    assert station.page.session()
    station.send("done", uuid, device="phone")
    record = station.store.session(uuid)
    assert (record.status, record.player, record.device) == ("finished", "Ada", "phone")


# Sleep and the privacy shutter


def test_the_camera_is_closed_while_there_are_no_viewers(station: StationUnderTest):
    station.run(CAMERA_LINGER_S + 1)
    assert station.page.status()["state"] == "off"
    before = station.camera.count
    station.run(0.1)
    assert station.camera.count == before
    viewer = station.page.subscribe_presence()
    station.run(0.2)
    assert station.page.status()["state"] == "on"
    assert station.page.status()["trouble"] == ""
    viewer.close()


def test_a_start_opens_the_camera_and_a_session_keeps_it_open(station: StationUnderTest):
    station.run(CAMERA_LINGER_S + 1)
    uuid = station.start()
    station.run(CAMERA_LINGER_S + 5)
    assert station.page.status()["state"] == "on"
    station.send("done", uuid)
    assert station.store.session(uuid).reps >= CAMERA_LINGER_S


def test_the_privacy_shutter_closes_the_camera(station: StationUnderTest):
    uuid = station.start()
    station.page.command(Command("cover"))
    station.run(0.2)
    assert station.page.status()["state"] == "covered"
    before = station.camera.count
    for _ in range(5):
        station.camera.count += FPS  # time passes
        station.pipeline.step()
    assert station.camera.count == before + 5 * FPS
    assert station.page.session()["phase"] == "paused"
    station.pipeline = station.new_pipeline()  # a restart does not open the shutter
    station.run(0.1)
    assert station.page.status()["state"] == "covered"
    assert station.camera.count == 0
    station.page.command(Command("uncover"))
    viewer = station.page.subscribe_presence()
    station.run(0.3)
    assert station.page.status()["state"] == "on"
    assert uuid
    viewer.close()


# Recovery after a kill


def test_an_ended_session_is_not_resumed(station: StationUnderTest):
    uuid = station.start()
    station.run(3)
    station.send("done", uuid)
    assert station.find_resumable() is None
    assert not (station.folder / "running.jsonl").exists()


def test_a_session_can_be_resumed_without_the_database(station: StationUnderTest, tmp_path: Path):
    """The database is unreachable, and the pipeline is killed: the journal is enough."""
    station.start()
    station.run(3.5)
    counted = station.events().count("rep")
    unreachable = Store(f"sqlite:///{tmp_path}/no/such/folder.sqlite")
    journal = SessionJournal(station.folder, time.time, time.monotonic)
    assert find_resumable_session(unreachable, journal, "home", time.time()).reps == counted
    assert (station.folder / "running.jsonl").exists()


def test_an_old_session_is_stored_as_interrupted_instead_of_resumed(station: StationUnderTest):
    uuid = station.start()
    station.run(3.5)
    counted = station.events().count("rep")
    journal = SessionJournal(
        station.folder, lambda: time.time() + 9e3, lambda: time.monotonic() + 9e3
    )
    assert find_resumable_session(station.store, journal, "home", time.time() + 9e3) is None
    record = station.store.session(uuid)
    assert (record.status, record.reps) == ("interrupted", counted)


def test_a_spooled_session_is_not_resumed(station: StationUnderTest):
    """The database became unreachable during a session that has been finished since."""
    uuid = station.start()
    station.run(3.5)
    until(lambda: station.store.session(uuid))
    before = station.store.session(uuid)
    save, station.pipeline._writer._save = station.pipeline._writer._save, fail_to_save
    station.run(10)
    station.send("done", uuid)
    counted = station.events().count("rep")
    assert counted > before.reps
    assert (station.folder / "unsaved" / f"{uuid}.json").exists()
    assert not (station.folder / "running.jsonl").exists()
    # The app restarts; the database is back, but has only an old state of the session.
    writer = CheckpointWriter(fail_to_save, station.folder / "unsaved")
    journal = SessionJournal(station.folder, time.time, time.monotonic)
    assert writer.waiting == {uuid}
    assert (
        find_resumable_session(station.store, journal, "home", time.time(), writer.waiting) is None
    )
    assert station.store.session(uuid).status == "active"
    writer.close()
    late_writer = CheckpointWriter(save, station.folder / "unsaved")
    assert late_writer.flush(30)
    late_writer.close()
    stored = station.store.session(uuid)
    assert (stored.status, stored.reps) == ("finished", counted)


def fail_to_save(record: SessionRecord) -> None:
    raise RecordsError("The database is away.")


def test_a_session_is_spooled_if_the_database_hangs(station: StationUnderTest):
    """A dead connection times out only after a while, longer than the end of a session waits."""
    uuid = station.start()
    station.run(3.5)
    release = threading.Event()
    station.pipeline._writer._save = lambda record: release.wait(30)
    station.run(1)
    station.send("done", uuid)
    assert (station.folder / "unsaved" / f"{uuid}.json").exists()
    release.set()


def test_a_session_is_resumed_although_the_clock_was_set(station: StationUnderTest):
    """A Pi without a clock battery may synchronise its time during a session."""
    station.start()
    station.run(3.5)
    for jump_s in (-3600, 3600, 86_400 * 365):
        journal = SessionJournal(
            station.folder, lambda offset=jump_s: time.time() + offset, time.monotonic
        )
        assert (
            find_resumable_session(station.store, journal, "home", time.time() + jump_s).reps >= 2
        )


def test_a_session_is_stored_with_the_corrected_time(station: StationUnderTest):
    jump_s, sessions = 0.0, station.pipeline._sessions
    sessions._wall = lambda: time.time() + jump_s
    uuid = station.start()
    station.run(2)
    jump_s = 86_400.0
    station.run(2)
    station.send("done", uuid)
    record = station.store.session(uuid)
    assert 0 <= record.ended - record.started < 30
    assert record.started == pytest.approx(time.time() + jump_s, abs=30)
    assert station.store.history.days("Ada")[0].day == local_day(record.started, station.store.zone)
