"""All stations in one web process: who there is, the wall, and head-to-head; a real Redis."""

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
    """Publishes what the pipeline of a station in a club does."""

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
    """A machine without a camera, that shows the stations of a club."""
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


def test_one_machine_knows_its_own_station_and_no_other(redis: Settings, left: FakePipeline):
    stations = Stations(redis, time.monotonic)
    assert stations.own
    assert stations.names() == ["home"]
    assert not stations.several
    assert stations.get("") is stations.get("home") is stations.own
    assert stations.get("nowhere") is None
    assert stations.get("../x") is None


def test_stations_are_known_when_they_have_reported(hub: Settings, redis: Settings):
    now = 100.0
    stations = Stations(hub, lambda: now)
    assert stations.own is None
    assert stations.several
    assert stations.names() == []
    for name in ("right", "left"):
        FakePipeline(redis, name).publish()
    assert stations.names() == []  # it is not asked for at every turn
    now += CACHE_S
    assert stations.names() == ["left", "right"]
    assert stations.get("left") is stations.get("left")
    assert stations.get("") is None


def test_what_a_club_knows_is_still_shown_while_it_is_away(redis: Settings):
    away = redis.model_copy(update={"redis_url": "redis://127.0.0.1:9/0", "station": "left"})
    stations = Stations(away, time.monotonic)
    assert stations.names() == ["left"]
    assert "does not answer" in stations.club_error()
    assert stations.finished_token() == "-"
    assert Wall(stations).states()["left"]["here"] is False


def test_the_wall_sees_counts_sessions_and_who_has_gone(
    stations: Stations, left: FakePipeline, right: FakePipeline, redis: Settings
):
    left.session(player="Ana", phase="work")
    left.publish(reps=7)
    right.publish()
    seen = Wall(stations).states()
    assert seen["left"]["here"]
    assert seen["left"]["session"] == {"uuid": "left", "player": "Ana", "phase": "work"}
    assert seen["left"]["sample"]["reps"] == 7
    assert seen["right"]["session"] is None
    client = connect(redis.redis(0))
    client.expire("hiitpi:left:here", PRESENCE_TTL_S - 75)
    seen = Wall(stations).states()
    assert not seen["left"]["here"]
    assert seen["left"]["away"] in (75, 76)
    assert OFFLINE_AFTER_S < 75
    client.delete("hiitpi:left:here")  # it ends by itself after a week
    assert list(Wall(stations).states()) == ["right"]
    assert client.smembers("hiitpi:stations") == {b"right"}


def test_whoever_looks_at_the_wall_gets_what_changes_and_wakes_the_pipelines(
    stations: Stations, left: FakePipeline
):
    left.publish(reps=1)
    wall = Wall(stations)
    follower = wall.follow()
    assert next(follower) == b"retry: 1000\n\n"

    def heard() -> dict:
        return orjson.loads(next(follower).removeprefix(b"data: "))

    assert heard()["left"]["sample"]["reps"] == 1
    until(lambda: left.bus.publish(1e6, None).present)
    left.publish(reps=2)
    assert heard()["left"]["sample"]["reps"] == 2
    follower.close()
    until(lambda: not left.bus.publish(1e6, None).present)


def test_pipelines_stay_awake_when_redis_was_away(
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


def test_pictures_of_all_stations_come_in_one_answer(
    stations: Stations, left: FakePipeline, right: FakePipeline
):
    left.publish()
    right.publish()
    stop = threading.Event()

    def paint() -> None:
        while not stop.wait(0.02):
            for pipeline in (left, right):
                pipeline.bus.publish_picture("small", 1, 1.0, pipeline.name.encode())

    painter = threading.Thread(target=paint)
    painter.start()
    parts = Wall(stations).pictures(["left", "right", "nowhere"])
    got = b""
    while b"X-Station: left" not in got or b"X-Station: right" not in got:
        got += next(parts)
    assert b"\r\n\r\nleft\r\n--frame\r\n" in got
    parts.close()
    stop.set()
    painter.join()
    until(lambda: not left.bus.publish(1e6, None).watched)


def test_a_head_to_head_begins_for_all_when_all_are_ready(
    stations: Stations, left: FakePipeline, right: FakePipeline, monkeypatch: pytest.MonkeyPatch
):
    for pipeline in (left, right):
        pipeline.publish()
    matches = MatchCoordinator(stations, lambda: 5.0)
    looked: list[bool] = []  # whether all were ready, each time that somebody looked
    decided = MatchStarter._is_decided

    def look(start: MatchStarter, waited: float) -> bool:
        looked.append(decided(start, waited))
        return looked[-1]

    monkeypatch.setattr(MatchStarter, "_is_decided", look)
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
    looked.clear()
    until(lambda: len(looked) >= 3)
    assert not any(looked)
    assert left.publish() == ()
    right.session(match=match.id, phase="position", ready=True)
    told: dict[str, list] = {"left": [], "right": []}

    def both() -> bool:
        for pipeline in (left, right):
            told[pipeline.name] += pipeline.publish()
        return all(told.values())

    until(both)
    assert [command.kind for one in told.values() for command in one] == ["go", "go"]
    assert told["left"][0].session == "left"
    assert matches.is_new(match)
    matches.command(match, "discard")
    assert [c.kind for c in left.publish()] == ["discard"]
    off = matches.find(match.id)
    assert off is not None
    assert not matches.is_new(off)


@pytest.mark.parametrize(
    ("program", "sides", "says"),
    [
        (for_seconds("squat", 30), [ANA], "two or more stations"),
        (for_seconds("squat", 30), [ANA, Competitor("right", "Ana")], "two stations at once"),
        (free("squat"), [ANA, BEN], "needs an end"),
        (replace(to_reps("squat", 5), strictness="gentle"), [ANA, BEN], "standard or strict"),
        (for_seconds("squat", 30), [ANA, CAT], "no station “middle”"),
    ],
)
def test_what_is_no_head_to_head(
    stations: Stations, left: FakePipeline, right: FakePipeline, program, sides, says: str
):
    left.publish()
    right.publish()
    with pytest.raises(ProgramError, match=says):
        MatchCoordinator(stations, time.time).begin(program, sides, "")


def test_somebody_who_trains_is_not_interrupted(
    stations: Stations, left: FakePipeline, right: FakePipeline
):
    left.publish()
    right.session(player="Eve", phase="work")
    right.publish()
    with pytest.raises(ProgramError, match="training at “right”"):
        MatchCoordinator(stations, time.time).begin(for_seconds("squat", 30), [ANA, BEN], "")


CLOCK, RACE = for_seconds("squat", 30), to_reps("squat", 20)


def ended(side: Competitor, reps: int, seconds: float, status: str = "finished") -> SessionRecord:
    one = SetRecord(1, "squat", 1, 0.0, seconds, reps, 0)
    return SessionRecord(
        "u", side.player, for_seconds("squat", 30), 0.0, 1.0, status, side.station, "m", "", (one,)
    )


@pytest.mark.parametrize(
    ("program", "records", "places", "words"),
    [
        (CLOCK, [ended(ANA, 12, 30), ended(BEN, 14, 30)], [("Ben", 1), ("Ana", 2)],
         "Ben wins: 14 to 12"),
        # A frame of the camera is no lead where the clock ends the work.
        (CLOCK, [ended(ANA, 12, 30.06), ended(BEN, 12, 30.02)], [("Ana", 1), ("Ben", 1)],
         "A draw: Ana and Ben, 12 each"),
        (CLOCK, [ended(ANA, 9, 30), ended(BEN, 9, 30), ended(CAT, 9, 30)],
         [("Ana", 1), ("Ben", 1), ("Cat", 1)], "A draw: Ana, Ben and Cat, 9 each"),
        (RACE, [ended(ANA, 20, 41.3), ended(BEN, 20, 38.04)], [("Ben", 1), ("Ana", 2)],
         "Ben wins: 20 in 38.0 s"),
        (RACE, [ended(ANA, 20, 38.01), ended(BEN, 20, 38.04)], [("Ana", 1), ("Ben", 1)],
         "A draw: Ana and Ben, 20 each"),
        (CLOCK, [ended(ANA, 9, 30), ended(BEN, 12, 30), ended(CAT, 9, 30)],
         [("Ben", 1), ("Ana", 2), ("Cat", 2)], "Ben wins: 12 to 9"),
        (CLOCK, [ended(ANA, 9, 30), ended(BEN, 12, 10, "active")], [("Ana", 1)], "Ana wins: 9"),
    ],
)  # fmt: skip
def test_who_wins(program: Program, records: list[SessionRecord], places: list, words: str):
    found = standings(Match("m", program, (ANA, BEN, CAT), 0.0, ""), records)
    assert [(one.side.player, one.place) for one in found] == places
    assert verdict(found) == words


def test_seats_are_given_back():
    seats = ConnectionLimit(2)
    assert seats.acquire()
    assert seats.acquire()
    assert not seats.acquire()
    assert seats.full
    seats.release()
    assert seats.acquire()


def test_pages_of_a_machine_without_a_camera(hub: Settings, left: FakePipeline):
    left.publish()
    app: Flask = create_app(hub)
    client = app.test_client()
    assert client.get("/live").status_code == 404
    assert client.get("/videostream?station=nowhere").status_code == 404
    answer = client.get("/live?station=left")
    assert answer.status_code == 200
    answer.close()
    services = app.extensions["hiitpi"]
    assert services.live_streams.active == 0
    for path in ("/wall", "/head-to-head", "/train", "/train?station=left", "/status"):
        assert client.get(path).status_code == 200


def test_a_command_to_a_station_that_is_away_is_refused(hub: Settings, redis: Settings):
    FakePipeline(redis, "left").publish()
    station = Stations(hub, time.monotonic).get("left")
    assert station
    assert station.bus.is_online()
    connect(redis.redis(0)).expire("hiitpi:left:here", PRESENCE_TTL_S - 10)
    assert not station.bus.is_online()


def test_a_station_that_is_away_keeps_its_number_and_says_nothing_of_its_camera(
    hub: Settings, redis: Settings, left: FakePipeline
):
    left.session(phase="work")
    left.publish(reps=7)
    station = Stations(hub, time.monotonic).get("left")
    assert station
    follower = station.live.follow(None)

    def status() -> dict | None:
        for event in follower:
            data = orjson.loads(event.partition(b"data: ")[2] or b"{}")
            if "status" in data:
                return data["status"]
        raise AssertionError

    seen = status() or status()
    assert seen
    assert seen["state"] == "on"
    connect(redis.redis(0)).expire("hiitpi:left:here", PRESENCE_TTL_S - 10)
    assert status() is None
    follower.close()
    found = station.live.follow(None)
    next(found)
    again = orjson.loads(next(found).partition(b"data: ")[2])
    assert again["session"]["uuid"] == "left"
    assert again["samples"][-1]["reps"] == 7
    found.close()
