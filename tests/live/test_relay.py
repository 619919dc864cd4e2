"""Relaying a station's live data to a club, with two real Redis servers."""

from collections.abc import Iterator
from contextlib import closing

import pytest
import redis as redis_errors

from hiitpi.coach.codec import decode
from hiitpi.coach.messages import Command, Event, Repetition, Sample
from hiitpi.coach.session.program import free
from hiitpi.errors import LiveError
from hiitpi.live import relay as relay_module
from hiitpi.live.keys import FINISHED_KEY, OFFLINE_AFTER_S, PRESENCE_TTL_S, STATIONS_KEY
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import Client, connect
from hiitpi.live.redis_process import start_redis, stop_redis
from hiitpi.live.relay import APPEND_SCRIPT, Relay, check_name
from hiitpi.live.subscriber import Subscriber
from hiitpi.settings import Settings
from hiitpi.system.process import Stop
from tests.support.waiting import until


class ClubRedis:
    """The Redis server that the club shares."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.url = settings.redis(0)
        settings.logs.mkdir(parents=True)
        self.start()

    def start(self) -> None:
        self._child = start_redis(self._settings)

    def stop(self) -> None:
        stop_redis(self._settings, self._child)


@pytest.fixture
def club(settings: Settings) -> Iterator[ClubRedis]:
    club = ClubRedis(settings.model_copy(update={"instance": settings.instance.parent / "club"}))
    yield club
    club.stop()


class RelayedStation:
    """A station, the club, and the relay between them, on a clock that the test sets."""

    def __init__(self, redis: Settings, club: ClubRedis, identity: str = "pi:/a boot") -> None:
        self.own_redis, self.club_redis = connect(redis.redis(0)), connect(club.url, 1.0)
        pipeline_redis, page_redis = connect(redis.redis(0)), connect(club.url)
        self._clients = (self.own_redis, self.club_redis, pipeline_redis, page_redis)
        self.pipeline = Publisher(pipeline_redis, "left")
        self.club_page = Subscriber(page_redis, "left")
        self.time, self.seq = 100.0, 0
        self.relay = self.new_relay(identity)

    def new_relay(self, identity: str = "pi:/a boot") -> Relay:
        return Relay(self.own_redis, self.club_redis, "left", identity, lambda: self.time)

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def publish_rep(self) -> None:
        self.seq += 1
        rep = Repetition(self.seq, self.seq / 30, 1.0, 0.9, 1.0, 95.5)
        sample = Sample(self.seq, self.seq / 30, 20.0, 0.9, None)
        self.pipeline.publish(self.time, sample, [Event("rep", self.time, rep=rep)])

    def reps_in_club(self) -> list[int]:
        """Return the numbers of the repetitions that the club's pages have received."""
        return [decode(data)["rep"]["number"] for _, data in self.club_page.recent()["events"]]


@pytest.fixture
def station(redis: Settings, club: ClubRedis) -> Iterator[RelayedStation]:
    with closing(RelayedStation(redis, club)) as station:
        yield station


def test_all_messages_are_relayed_once_and_in_order(station: RelayedStation):
    for _ in range(30):
        station.publish_rep()
        station.relay.step()
    assert station.reps_in_club() == list(range(1, 31))
    samples = station.club_page.recent()["samples"]
    assert [decode(data)["seq"] for _, data in samples] == list(range(1, 31))
    assert station.club_redis.smembers(STATIONS_KEY) == {b"left"}
    assert station.club_page.is_online()


def test_a_restarted_relay_relays_nothing_twice(station: RelayedStation):
    for _ in range(10):
        station.publish_rep()
    station.relay.step()
    for _ in range(10):
        station.publish_rep()
    station.new_relay().step()  # after a restart
    assert station.reps_in_club() == list(range(1, 21))


def test_a_batch_that_arrives_late_is_ignored(station: RelayedStation):
    """TCP delivers such a batch after an outage, when another connection has already relayed it."""
    station.publish_rep()
    station.relay.step()
    keys = [f"hiitpi:left:{name}" for name in ("relayed", "owner", "samples", "events")]
    late = [
        station.club_redis.get(keys[0]),
        "9-9_9-9",
        "pi:/a boot",
        10,
        0,
        b'{"rep":{"number":2}}',
    ]
    station.publish_rep()
    station.relay.step()
    assert station.club_redis.eval(APPEND_SCRIPT, 4, *keys, *late) == 0
    assert station.reps_in_club() == [1, 2]
    station.publish_rep()
    station.relay.step()
    assert station.reps_in_club() == [1, 2, 3]


def test_no_event_is_lost_in_a_long_outage(station: RelayedStation, club: ClubRedis):
    station.publish_rep()
    station.relay.step()
    club.stop()
    for _ in range(400):  # more than one batch
        station.publish_rep()
    with pytest.raises(redis_errors.RedisError):
        station.relay.step()
    station.relay._on_disconnect("The club is away.")
    assert "away" in decode(station.own_redis.get("hiitpi:left:club"))["trouble"]
    club.start()
    for _ in range(3):
        station.time += 1
        station.relay.step()
    assert station.reps_in_club() == list(range(1, 402))
    assert decode(station.own_redis.get("hiitpi:left:club"))["trouble"] == ""


def test_session_status_and_finished_sessions_are_relayed(station: RelayedStation):
    station.pipeline.set_status({"camera": "c", "trouble": ""})
    station.pipeline.set_session({"uuid": "u", "phase": "work"})
    station.publish_rep()
    station.relay.step()
    assert station.club_page.session() == {"uuid": "u", "phase": "work"}
    assert station.club_page.status() == {"camera": "c", "trouble": ""}
    station.pipeline.set_session(None)
    station.pipeline.publish(station.time, None, [Event("finished", station.time, session="u")])
    station.relay.step()
    assert station.club_page.session() is None
    assert station.club_redis.get(FINISHED_KEY) == b"1"


def test_commands_are_relayed_once_and_expire(station: RelayedStation, monkeypatch):
    station.relay.step()
    station.pipeline.publish(station.time, None)
    start = Command("start", player="Ana", program=free("squat"), match="m")
    station.club_page.command(start)
    station.time += 1
    station.relay.step()
    station.time += 1
    station.relay.step()
    assert station.pipeline.publish(station.time, None).commands == (start,)
    # Commands sent long before this station reconnects are dropped.
    monkeypatch.setattr(relay_module, "COMMAND_MAX_AGE_S", 0)
    sent_at, _ = station.club_redis.time()
    station.club_page.command(Command("done", session="u"))
    until(lambda: station.club_redis.time()[0] > sent_at + 1)
    restarted = station.new_relay()
    station.time += 1
    restarted.step()
    assert station.pipeline.publish(station.time + 1, None).commands == ()


def test_viewers_in_the_club_wake_the_pipeline_and_get_pictures(station: RelayedStation):
    station.relay.step()
    station.pipeline.publish(station.time, None)
    pictures = station.club_page.pictures("small")

    def step() -> None:
        station.time += 1
        station.relay.step()

    until(lambda: station.pipeline.publish(station.time, None).watched == {"small"}, step=step)
    until(
        lambda: pictures.next(0.1),
        step=lambda: station.pipeline.publish_picture("small", 7, 1.5, b"JPEG"),
    )
    pictures.close()
    until(lambda: not station.pipeline.publish(station.time, None).present, step=step)


def test_a_dead_pipeline_goes_offline_in_the_club(station: RelayedStation):
    station.publish_rep()
    station.relay.step()
    assert station.club_page.is_online()
    # Some seconds without a heartbeat: its key has used up that much of its time to live.
    for heartbeats in (station.own_redis, station.club_redis):
        heartbeats.pexpire("hiitpi:left:here", int((PRESENCE_TTL_S - OFFLINE_AFTER_S - 1) * 1000))
    station.time += 1
    station.relay.step()
    assert not station.club_page.is_online()


@pytest.fixture
def other_machine(redis: Settings, club: ClubRedis) -> Iterator[RelayedStation]:
    with closing(RelayedStation(redis, club, "pi-2:/b boot2")) as other_machine:
        yield other_machine


def test_two_machines_cannot_share_a_station_name(
    station: RelayedStation,
    other_machine: RelayedStation,
    redis: Settings,
    club: ClubRedis,
    monkeypatch,
):
    first, second = station, other_machine
    first.relay.step()
    with pytest.raises(LiveError, match=r"Another machine, pi:/a, already .*left.*HIITPI_STATION"):
        second.relay.step()
    assert first.club_redis.get("hiitpi:left:owner") == b"pi:/a boot"
    first.pipeline.set_session({"uuid": "theirs"})
    first.publish_rep()
    first.relay.step()
    with pytest.raises(LiveError):
        second.relay.step()
    # The second machine has not overwritten the data of the first.
    assert first.club_page.session() == {"uuid": "theirs"}
    settings = redis.model_copy(update={"station": "left", "redis_url": club.url})
    with pytest.raises(LiveError, match=r"Another machine, pi:/a,"):
        check_name(settings)
    check_name(settings.model_copy(update={"station": "free"}))
    # An unreachable club cannot be checked.
    check_name(settings.model_copy(update={"redis_url": "redis://127.0.0.1:9/0"}))
    monkeypatch.setattr(relay_module, "CONNECT_TIMEOUT_S", 0.01)
    monkeypatch.setattr(relay_module, "OWNER_CONFLICT_TIMEOUT_S", 0.03)
    second.time += 1
    with pytest.raises(LiveError):
        second.relay.run(Stop(), lambda: None)
    first.relay._release_name()
    second.relay.step()


def test_relaying_resumes_after_a_reset_of_the_own_redis(station: RelayedStation, redis: Settings):
    for _ in range(5):
        station.publish_rep()
    station.relay.step()
    own_redis: Client = station.own_redis
    own_redis.delete("hiitpi:left:samples", "hiitpi:left:events")
    own_redis.xadd("hiitpi:left:events", {"j": b"{}"}, id="1-1")  # the clock went back
    restarted = station.new_relay()
    restarted.step()
    own_redis.xadd("hiitpi:left:events", {"j": b'{"rep":{"number":6}}'}, id="1-2")
    station.time += 1
    restarted.step()
    assert station.reps_in_club() == [1, 2, 3, 4, 5, 6]
