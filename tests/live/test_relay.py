"""A station's live data on their way to a club: two real Redis servers."""

from collections.abc import Iterator

import pytest
import redis as redis_errors

from hiitpi.coach.codec import decode
from hiitpi.coach.messages import Command, Event, Repetition, Sample
from hiitpi.coach.session.program import free
from hiitpi.errors import LiveError
from hiitpi.live import relay as module
from hiitpi.live import subscriber
from hiitpi.live.keys import FINISHED_KEY, STATIONS_KEY
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import Client, connect
from hiitpi.live.redis_process import start_redis, stop_redis
from hiitpi.live.relay import APPEND_SCRIPT, Relay, check_name
from hiitpi.live.subscriber import Subscriber
from hiitpi.settings import Settings
from hiitpi.system.process import Stop
from tests.support.waiting import until


class Club:
    """Another Redis, which the club shares."""

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
def club(settings: Settings) -> Iterator[Club]:
    club = Club(settings.model_copy(update={"instance": settings.instance.parent / "club"}))
    yield club
    club.stop()


class House:
    """A station, the club, and the relay between them; time passes as it is told."""

    def __init__(self, redis: Settings, club: Club, me: str = "pi:/a boot") -> None:
        self.own, self.shared = connect(redis.redis(0)), connect(club.url, 1.0)
        self.pipeline = Publisher(connect(redis.redis(0)), "left")
        self.page = Subscriber(connect(club.url), "left")
        self.time, self.seq = 100.0, 0
        self.relay = self.made(me)

    def made(self, me: str = "pi:/a boot") -> Relay:
        return Relay(self.own, self.shared, "left", me, lambda: self.time)

    def rep(self) -> None:
        self.seq += 1
        rep = Repetition(self.seq, self.seq / 30, 1.0, 0.9, 1.0, 95.5)
        sample = Sample(self.seq, self.seq / 30, 20.0, 0.9, None)
        self.pipeline.publish(self.time, sample, [Event("rep", self.time, rep=rep)])

    def seen(self) -> list[int]:
        """The repetitions that the club's pages have been told of."""
        return [decode(data)["rep"]["number"] for _, data in self.page.recent()["events"]]


@pytest.fixture
def house(redis: Settings, club: Club) -> House:
    return House(redis, club)


def test_everything_is_handed_over_once_and_in_order(house: House):
    for _ in range(30):
        house.rep()
        house.relay.step()
    assert house.seen() == list(range(1, 31))
    samples = house.page.recent()["samples"]
    assert [decode(data)["seq"] for _, data in samples] == list(range(1, 31))
    assert house.shared.smembers(STATIONS_KEY) == {b"left"}
    assert house.page.is_online()


def test_what_another_relay_goes_on_with_is_not_handed_over_twice(house: House):
    for _ in range(10):
        house.rep()
    house.relay.step()
    for _ in range(10):
        house.rep()
    house.made().step()  # after a restart
    assert house.seen() == list(range(1, 21))


def test_a_batch_that_comes_late_adds_nothing(house: House):
    """As TCP delivers it when the network is back: after another connection has handed it over."""
    house.rep()
    house.relay.step()
    keys = [f"hiitpi:left:{name}" for name in ("relayed", "owner", "samples", "events")]
    late = [house.shared.get(keys[0]), "9-9_9-9", "pi:/a boot", 10, 0, b'{"rep":{"number":2}}']
    house.rep()
    house.relay.step()
    assert house.shared.eval(APPEND_SCRIPT, 4, *keys, *late) == 0
    assert house.seen() == [1, 2]
    house.rep()
    house.relay.step()
    assert house.seen() == [1, 2, 3]


def test_a_cut_of_any_length_loses_no_event(house: House, club: Club):
    house.rep()
    house.relay.step()
    club.stop()
    for _ in range(400):  # more than a batch
        house.rep()
    with pytest.raises(redis_errors.RedisError):
        house.relay.step()
    house.relay._on_disconnect("The club is away.")
    assert "away" in decode(house.own.get("hiitpi:left:club"))["trouble"]
    club.start()
    for _ in range(3):
        house.time += 1
        house.relay.step()
    assert house.seen() == list(range(1, 402))
    assert decode(house.own.get("hiitpi:left:club"))["trouble"] == ""


def test_session_and_status_follow_and_the_record_book_is_known_to_have_changed(house: House):
    house.pipeline.set_status({"camera": "c", "trouble": ""})
    house.pipeline.set_session({"uuid": "u", "phase": "work"})
    house.rep()
    house.relay.step()
    assert house.page.session() == {"uuid": "u", "phase": "work"}
    assert house.page.status() == {"camera": "c", "trouble": ""}
    house.pipeline.set_session(None)
    house.pipeline.publish(house.time, None, [Event("finished", house.time, session="u")])
    house.relay.step()
    assert house.page.session() is None
    assert house.shared.get(FINISHED_KEY) == b"1"


def test_commands_come_back_once_and_old_ones_are_not_meant(house: House, monkeypatch):
    house.relay.step()
    house.pipeline.publish(house.time, None)
    start = Command("start", player="Ana", program=free("squat"), match="m")
    house.page.command(start)
    house.time += 1
    house.relay.step()
    house.time += 1
    house.relay.step()
    assert house.pipeline.publish(house.time, None).commands == (start,)
    # What was asked while this station was away for long is forgotten.
    monkeypatch.setattr(module, "COMMAND_MAX_AGE_S", 0)
    asked, _ = house.shared.time()
    house.page.command(Command("done", session="u"))
    until(lambda: house.shared.time()[0] > asked + 1)
    other = house.made()
    house.time += 1
    other.step()
    assert house.pipeline.publish(house.time + 1, None).commands == ()


def test_whoever_watches_in_the_club_wakes_the_pipeline_and_gets_pictures(house: House):
    house.relay.step()
    house.pipeline.publish(house.time, None)
    pictures = house.page.pictures("small")

    def step() -> None:
        house.time += 1
        house.relay.step()

    until(lambda: house.pipeline.publish(house.time, None).watched == {"small"}, step=step)
    until(
        lambda: pictures.next(0.1),
        step=lambda: house.pipeline.publish_picture("small", 7, 1.5, b"JPEG"),
    )
    pictures.close()
    until(lambda: not house.pipeline.publish(house.time, None).present, step=step)


def test_a_pipeline_that_has_died_is_told(house: House, monkeypatch):
    monkeypatch.setattr(subscriber, "OFFLINE_AFTER_S", 0.3)
    house.rep()
    house.relay.step()
    ttl = house.shared.pttl("hiitpi:left:here")
    until(lambda: house.shared.pttl("hiitpi:left:here") <= ttl - 400)
    house.time += 1
    house.relay.step()
    assert house.shared.pttl("hiitpi:left:here") <= ttl - 400


def test_two_machines_of_one_name_are_told_apart(redis: Settings, club: Club, monkeypatch):
    first = House(redis, club)
    first.relay.step()
    second = House(redis, club, "pi-2:/b boot2")
    with pytest.raises(LiveError, match=r"Another machine, pi:/a, already .*left.*HIITPI_STATION"):
        second.relay.step()
    assert first.shared.get("hiitpi:left:owner") == b"pi:/a boot"
    first.pipeline.set_session({"uuid": "theirs"})
    first.rep()
    first.relay.step()
    with pytest.raises(LiveError):
        second.relay.step()
    assert first.page.session() == {"uuid": "theirs"}  # nothing of it is overwritten
    named = redis.model_copy(update={"station": "left", "redis_url": club.url})
    with pytest.raises(LiveError, match=r"Another machine, pi:/a,"):
        check_name(named)
    check_name(named.model_copy(update={"station": "free"}))
    check_name(named.model_copy(update={"redis_url": "redis://127.0.0.1:9/0"}))  # nobody can say
    monkeypatch.setattr(module, "CONNECT_TIMEOUT_S", 0.01)
    monkeypatch.setattr(module, "OWNER_CONFLICT_TIMEOUT_S", 0.03)
    second.time += 1
    with pytest.raises(LiveError):
        second.relay.run(Stop(), lambda: None)
    first.relay._release_name()
    second.relay.step()


def test_a_redis_of_ours_that_begins_anew(house: House, redis: Settings):
    for _ in range(5):
        house.rep()
    house.relay.step()
    own: Client = house.own
    own.delete("hiitpi:left:samples", "hiitpi:left:events")
    own.xadd("hiitpi:left:events", {"j": b"{}"}, id="1-1")  # the clock went back
    other = house.made()
    other.step()
    own.xadd("hiitpi:left:events", {"j": b'{"rep":{"number":6}}'}, id="1-2")
    house.time += 1
    other.step()
    assert house.seen() == [1, 2, 3, 4, 5, 6]
