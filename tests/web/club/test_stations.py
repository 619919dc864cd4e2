"""The stations of a club in one web process: list, wall and head-to-head, with a real Redis."""

import threading
import time
from dataclasses import replace

import orjson
import pytest
from flask import Flask

from hiitpi.coach.messages import Sample, SessionRecord, SetRecord
from hiitpi.coach.session.program import Program, for_seconds, free, to_reps
from hiitpi.errors import ProgramError
from hiitpi.live.keys import OFFLINE_AFTER_S, PRESENCE_TTL_S
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import connect
from hiitpi.settings import Settings
from hiitpi.web.app import create_app
from hiitpi.web.club.head_to_head import (
    Competitor,
    Match,
    MatchCoordinator,
    MatchStarter,
    standings,
)
from hiitpi.web.club.stations import CACHE_S, Stations
from hiitpi.web.club.wall import Wall
from hiitpi.web.live.connection_limit import ConnectionLimit
from hiitpi.web.pages.head_to_head import verdict
from tests.support.waiting import until

ANA, BEN, CAT = Competitor("left", "Ana"), Competitor("right", "Ben"), Competitor("middle", "Cat")


class FakePipeline:
    """Publishes what the pipeline of a station publishes."""

    def __init__(self, redis: Settings, name: str) -> None:
        self.bus, self.seq, self.name = Publisher(connect(redis.redis(0)), name), 0, name
        self.bus.set_status({"camera": "c", "state": "on", "trouble": ""})

    def publish(self, reps: int = 0) -> tuple:
        self.seq += 1
        sample = Sample(self.seq, self.seq / 30, 20.0, 0.9, None, reps=reps, total=reps)
        return self.bus.publish(self.seq * 10.0, sample).commands

    def session(self, **summary: object) -> None:
        self.bus.set_session({"uuid": self.name, "bands": [1] * 1000, **summary})


@pytest.fixture
def hub(redis: Settings) -> Settings:
    """Return the settings of a machine without a camera that shows the stations of a club."""
    return redis.model_copy(update={"camera": "none", "redis_url": redis.redis(0)})


@pytest.fixture
def stations(hub: Settings) -> Stations:
    return Stations(hub, time.monotonic)


@pytest.fixture
def left(redis: Settings) -> FakePipeline:
    return FakePipeline(redis, "left")


@pytest.fixture
def right(redis: Settings) -> FakePipeline:
    return FakePipeline(redis, "right")


def test_without_a_club_only_the_own_station_is_known(redis: Settings, left: FakePipeline):
    stations = Stations(redis, time.monotonic)
    assert stations.own
    assert stations.names() == ["home"]
    assert not stations.several
    assert stations.get("") is stations.get("home") is stations.own
    assert stations.get("nowhere") is None
    assert stations.get("../x") is None


def test_stations_are_listed_once_they_have_reported(hub: Settings, redis: Settings):
    now = 100.0
    stations = Stations(hub, lambda: now)
    assert stations.own is None
    assert stations.several
    assert stations.names() == []
    for name in ("right", "left"):
        FakePipeline(redis, name).publish()
    assert stations.names() == []  # the list is cached
    now += CACHE_S
    assert stations.names() == ["left", "right"]
    assert stations.get("left") is stations.get("left")
    assert stations.get("") is None


def test_the_own_station_is_shown_while_the_club_is_unreachable(redis: Settings):
    settings = redis.model_copy(update={"redis_url": "redis://127.0.0.1:9/0", "station": "left"})
    stations = Stations(settings, time.monotonic)
    assert stations.names() == ["left"]
    assert "does not answer" in stations.club_error()
    assert stations.finished_token() == "-"
    assert Wall(stations).states()["left"]["here"] is False


def test_the_wall_shows_counts_sessions_and_offline_stations(
    stations: Stations, left: FakePipeline, right: FakePipeline, redis: Settings
):
    left.session(player="Ana", phase="work")
    left.publish(reps=7)
    right.publish()
    states = Wall(stations).states()
    assert states["left"]["here"]
    assert states["left"]["session"] == {"uuid": "left", "player": "Ana", "phase": "work"}
    assert states["left"]["sample"]["reps"] == 7
    assert states["right"]["session"] is None
    client = connect(redis.redis(0))
    client.expire("hiitpi:left:here", PRESENCE_TTL_S - 75)
    states = Wall(stations).states()
    assert not states["left"]["here"]
    assert states["left"]["away"] in (75, 76)
    assert OFFLINE_AFTER_S < 75
    client.delete("hiitpi:left:here")  # the key expires after a week
    assert list(Wall(stations).states()) == ["right"]
    assert client.smembers("hiitpi:stations") == {b"right"}


def test_viewers_of_the_wall_get_updates_and_wake_the_pipelines(
    stations: Stations, left: FakePipeline
):
    left.publish(reps=1)
    wall = Wall(stations)
    follower = wall.follow()
    assert next(follower) == b"retry: 1000\n\n"

    def next_states() -> dict:
        return orjson.loads(next(follower).removeprefix(b"data: "))

    assert next_states()["left"]["sample"]["reps"] == 1
    until(lambda: left.bus.publish(1e6, None).present)
    left.publish(reps=2)
    assert next_states()["left"]["sample"]["reps"] == 2
    follower.close()
    until(lambda: not left.bus.publish(1e6, None).present)


def test_pipelines_stay_awake_after_redis_connections_are_lost(
    stations: Stations, left: FakePipeline, redis: Settings
):
    left.publish()
    follower = Wall(stations).follow()
    next(follower)
    until(lambda: left.bus.publish(1e6, None).present)
    connect(redis.redis(0)).client_kill_filter(_type="pubsub")
    connect(redis.redis(0)).client_kill_filter(skipme=True)
    until(lambda: left.bus.publish(1e6 + time.monotonic(), None).present)
    follower.close()


def test_one_response_has_the_pictures_of_all_stations(
    stations: Stations, left: FakePipeline, right: FakePipeline
):
    left.publish()
    right.publish()
    stop = threading.Event()

    def publish_pictures() -> None:
        while not stop.wait(0.02):
            for pipeline in (left, right):
                pipeline.bus.publish_picture("small", 1, 1.0, pipeline.name.encode())

    publisher = threading.Thread(target=publish_pictures)
    publisher.start()
    parts = Wall(stations).pictures(["left", "right", "nowhere"])
    received = b""
    while b"X-Station: left" not in received or b"X-Station: right" not in received:
        received += next(parts)
    assert b"\r\n\r\nleft\r\n--frame\r\n" in received
    parts.close()
    stop.set()
    publisher.join()
    until(lambda: not left.bus.publish(1e6, None).watched)


def test_a_head_to_head_starts_everywhere_when_all_are_ready(
    stations: Stations, left: FakePipeline, right: FakePipeline, monkeypatch: pytest.MonkeyPatch
):
    for pipeline in (left, right):
        pipeline.publish()
    matches = MatchCoordinator(stations, lambda: 5.0)
    polls: list[bool] = []  # result of each poll: whether the start was decided
    is_decided = MatchStarter._is_decided

    def record_poll(start: MatchStarter, waited_s: float) -> bool:
        polls.append(is_decided(start, waited_s))
        return polls[-1]

    monkeypatch.setattr(MatchStarter, "_is_decided", record_poll)
    program = for_seconds("squat", 30)
    match = matches.begin(program, [ANA, BEN], "tablet")
    assert matches.find(match.id) == match
    assert matches.find("nonsense!") is None
    for pipeline, player in ((left, "Ana"), (right, "Ben")):
        (start,) = pipeline.publish()
        assert (start.kind, start.player, start.program) == ("start", player, program)
        assert (start.match, start.device) == (match.id, "tablet")
    left.session(match=match.id, phase="position", ready=True)
    left.publish()
    right.session(match=match.id, phase="position", ready=False)
    right.publish()
    polls.clear()
    until(lambda: len(polls) >= 3)
    assert not any(polls)
    assert left.publish() == ()
    right.session(match=match.id, phase="position", ready=True)
    commands: dict[str, list] = {"left": [], "right": []}

    def both_received() -> bool:
        for pipeline in (left, right):
            commands[pipeline.name] += pipeline.publish()
        return all(commands.values())

    until(both_received)
    assert [command.kind for received in commands.values() for command in received] == ["go", "go"]
    assert commands["left"][0].session == "left"
    assert matches.is_new(match)
    matches.command(match, "discard")
    assert [c.kind for c in left.publish()] == ["discard"]
    cancelled = matches.find(match.id)
    assert cancelled is not None
    assert not matches.is_new(cancelled)


@pytest.mark.parametrize(
    ("program", "sides", "message"),
    [
        (for_seconds("squat", 30), [ANA], "two or more stations"),
        (for_seconds("squat", 30), [ANA, Competitor("right", "Ana")], "two stations at once"),
        (free("squat"), [ANA, BEN], "needs an end"),
        (replace(to_reps("squat", 5), strictness="gentle"), [ANA, BEN], "standard or strict"),
        (for_seconds("squat", 30), [ANA, CAT], "no station “middle”"),
    ],
)
def test_invalid_head_to_heads_are_rejected(
    stations: Stations, left: FakePipeline, right: FakePipeline, program, sides, message: str
):
    left.publish()
    right.publish()
    with pytest.raises(ProgramError, match=message):
        MatchCoordinator(stations, time.time).begin(program, sides, "")


def test_a_head_to_head_does_not_interrupt_a_training_session(
    stations: Stations, left: FakePipeline, right: FakePipeline
):
    left.publish()
    right.session(player="Eve", phase="work")
    right.publish()
    with pytest.raises(ProgramError, match="training at “right”"):
        MatchCoordinator(stations, time.time).begin(for_seconds("squat", 30), [ANA, BEN], "")


TIMED, RACE = for_seconds("squat", 30), to_reps("squat", 20)


def result(side: Competitor, reps: int, seconds: float, status: str = "finished") -> SessionRecord:
    """Return a competitor's session."""
    sets = (SetRecord(1, "squat", 1, 0.0, seconds, reps, 0),)
    return SessionRecord(
        "u", side.player, for_seconds("squat", 30), 0.0, 1.0, status, side.station, "m", "", sets
    )


@pytest.mark.parametrize(
    ("program", "records", "places", "text"),
    [
        (TIMED, [result(ANA, 12, 30), result(BEN, 14, 30)], [("Ben", 1), ("Ana", 2)],
         "Ben wins: 14 to 12"),
        # If the clock ends the work, a difference of one camera frame is no lead.
        (TIMED, [result(ANA, 12, 30.06), result(BEN, 12, 30.02)], [("Ana", 1), ("Ben", 1)],
         "A draw: Ana and Ben, 12 each"),
        (TIMED, [result(ANA, 9, 30), result(BEN, 9, 30), result(CAT, 9, 30)],
         [("Ana", 1), ("Ben", 1), ("Cat", 1)], "A draw: Ana, Ben and Cat, 9 each"),
        (RACE, [result(ANA, 20, 41.3), result(BEN, 20, 38.04)], [("Ben", 1), ("Ana", 2)],
         "Ben wins: 20 in 38.0 s"),
        (RACE, [result(ANA, 20, 38.01), result(BEN, 20, 38.04)], [("Ana", 1), ("Ben", 1)],
         "A draw: Ana and Ben, 20 each"),
        (TIMED, [result(ANA, 9, 30), result(BEN, 12, 30), result(CAT, 9, 30)],
         [("Ben", 1), ("Ana", 2), ("Cat", 2)], "Ben wins: 12 to 9"),
        (TIMED, [result(ANA, 9, 30), result(BEN, 12, 10, "active")], [("Ana", 1)], "Ana wins: 9"),
    ],
)  # fmt: skip
def test_standings_and_verdict(
    program: Program, records: list[SessionRecord], places: list, text: str
):
    ranking = standings(Match("m", program, (ANA, BEN, CAT), 0.0, ""), records)
    assert [(standing.side.player, standing.place) for standing in ranking] == places
    assert verdict(ranking) == text


def test_released_connections_can_be_acquired_again():
    limit = ConnectionLimit(2)
    assert limit.acquire()
    assert limit.acquire()
    assert not limit.acquire()
    assert limit.full
    limit.release()
    assert limit.acquire()


def test_pages_work_on_a_machine_without_a_camera(hub: Settings, left: FakePipeline):
    left.publish()
    app: Flask = create_app(hub)
    client = app.test_client()
    assert client.get("/live").status_code == 404
    assert client.get("/videostream?station=nowhere").status_code == 404
    response = client.get("/live?station=left")
    assert response.status_code == 200
    response.close()
    services = app.extensions["hiitpi"]
    assert services.live_streams.active == 0
    for path in ("/wall", "/head-to-head", "/train", "/train?station=left", "/status"):
        assert client.get(path).status_code == 200


def test_a_station_without_a_recent_heartbeat_is_offline(hub: Settings, redis: Settings):
    FakePipeline(redis, "left").publish()
    station = Stations(hub, time.monotonic).get("left")
    assert station
    assert station.bus.is_online()
    connect(redis.redis(0)).expire("hiitpi:left:here", PRESENCE_TTL_S - 10)
    assert not station.bus.is_online()


def test_an_offline_station_keeps_its_count_but_has_no_status(
    hub: Settings, redis: Settings, left: FakePipeline
):
    left.session(phase="work")
    left.publish(reps=7)
    station = Stations(hub, time.monotonic).get("left")
    assert station
    follower = station.live.follow(None)

    def next_status() -> dict | None:
        for event in follower:
            data = orjson.loads(event.partition(b"data: ")[2] or b"{}")
            if "status" in data:
                return data["status"]
        raise AssertionError

    status = next_status() or next_status()
    assert status
    assert status["state"] == "on"
    connect(redis.redis(0)).expire("hiitpi:left:here", PRESENCE_TTL_S - 10)
    assert next_status() is None
    follower.close()
    new_follower = station.live.follow(None)
    next(new_follower)
    first_message = orjson.loads(next(new_follower).partition(b"data: ")[2])
    assert first_message["session"]["uuid"] == "left"
    assert first_message["samples"][-1]["reps"] == 7
    new_follower.close()
