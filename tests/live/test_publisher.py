"""Messages over a real Redis, including its restart."""

import time

import pytest

from hiitpi.coach.codec import decode
from hiitpi.coach.messages import Command, Event, HeartRate
from hiitpi.coach.session.device_control import Device
from hiitpi.coach.session.program import free
from hiitpi.live.keys import HEART_RATE_TTL_MS, MAX_SAMPLES, Picture
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import connect
from hiitpi.live.redis_process import start_redis, stop_redis
from hiitpi.live.subscriber import Subscriber
from hiitpi.settings import Settings
from tests.support.messages import REP, sample


def publisher_and_subscriber(settings: Settings) -> tuple[Publisher, Subscriber]:
    """Return the publisher of a station's pipeline and the subscriber of a page."""
    return (
        Publisher(connect(settings.redis(0)), "home"),
        Subscriber(connect(settings.redis(0)), "home"),
    )


def test_every_subscriber_gets_every_message_in_order(redis: Settings):
    pipeline, page = publisher_and_subscriber(redis)
    other = Subscriber(connect(redis.redis(0)), "home")
    for i in range(1, 101):
        pipeline.publish(i / 30, sample(i), [Event("rep", i / 30, rep=REP)] if i % 10 == 0 else ())
    for reader in (page, other):
        messages = reader.recent()
        assert [decode(data)["seq"] for _, data in messages["samples"]] == list(range(1, 101))
        assert len(messages["events"]) == 10
        assert decode(messages["events"][0][1])["rep"]["cues"] == ["Hands higher"]


def test_the_pipeline_gets_the_heart_rate_while_it_is_new(redis: Settings):
    pipeline, page = publisher_and_subscriber(redis)
    client = connect(redis.redis(0))
    assert pipeline.publish(0.0, None).heart_rate is None
    page.set_heart_rate(121, None)
    assert pipeline.publish(1.0, None).heart_rate == HeartRate(121)
    page.set_heart_rate(150, 4)
    assert pipeline.publish(2.0, sample(1)).heart_rate == HeartRate(150, 4)
    # Between two polls it stays the same, and commands are not handed out twice.
    page.set_heart_rate(99, None)
    between = pipeline.publish(2.01, sample(2))
    assert (between.heart_rate, between.commands) == (HeartRate(150, 4), ())
    assert 0 < client.pttl("hiitpi:home:heart_rate") <= HEART_RATE_TTL_MS
    client.delete("hiitpi:home:heart_rate")
    assert pipeline.publish(3.0, sample(3)).heart_rate is None


@pytest.mark.parametrize(
    "junk", [b"", b"{", b"120", b'{"bpm": 0}', b'{"bpm": 300}', b'{"zone": 1}']
)
def test_a_heart_rate_that_is_not_valid_is_ignored(redis: Settings, junk: bytes):
    pipeline, _ = publisher_and_subscriber(redis)
    connect(redis.redis(0)).set("hiitpi:home:heart_rate", junk)
    assert pipeline.publish(0.0, None).heart_rate is None


def test_streams_are_bounded(redis: Settings):
    pipeline, page = publisher_and_subscriber(redis)
    for i in range(MAX_SAMPLES * 2):
        pipeline.publish(i / 30, sample(i))
    assert MAX_SAMPLES <= len(page.recent()["samples"]) < MAX_SAMPLES * 1.2


def test_wait_returns_the_messages_after_a_cursor(redis: Settings):
    pipeline, page = publisher_and_subscriber(redis)
    pipeline.publish(0.0, sample(1))
    cursor = page.recent()["samples"][-1][0]
    pipeline.publish(0.1, sample(2), [Event("lost", 0.1)])
    messages = page.wait({"samples": cursor, "events": b"0-1"}, 1.0)
    assert [decode(data)["seq"] for _, data in messages["samples"]] == [2]
    assert len(messages["events"]) == 1
    assert page.wait({"samples": messages["samples"][-1][0]}, 0.01) == {}


def test_commands_are_delivered_once_even_after_a_restart(redis: Settings):
    pipeline, page = publisher_and_subscriber(redis)
    pipeline.publish(0.0, None)
    page.command(Command("start", player="Ada", program=free("squat")))
    page.command(Command("done", session="x"))
    assert [c.kind for c in pipeline.publish(0.1, None).commands] == ["start", "done"]
    assert pipeline.publish(0.2, None).commands == ()
    page.command(Command("discard", session="x"))
    restarted = Publisher(connect(redis.redis(0)), "home")
    assert [c.kind for c in restarted.publish(0.3, None).commands] == ["discard"]


def test_commands_from_before_the_first_start_are_ignored(redis: Settings):
    pipeline, page = publisher_and_subscriber(redis)
    page.command(Command("start", player="Ada", program=free("squat")))
    assert pipeline.publish(0.0, None).commands == ()


def test_invalid_commands_are_skipped(redis: Settings):
    pipeline, page = publisher_and_subscriber(redis)
    pipeline.publish(0.0, None)
    connect(redis.redis(0)).xadd("hiitpi:home:commands", {"j": "garbage"})
    connect(redis.redis(0)).xadd("hiitpi:home:commands", {"other": "1"})
    page.command(Command("done", session="x"))
    assert [c.kind for c in pipeline.publish(0.1, None).commands] == ["done"]


def test_session_and_status(redis: Settings):
    pipeline, page = publisher_and_subscriber(redis)
    assert page.session() is None
    assert page.status() is None
    pipeline.set_session({"uuid": "u", "controller": Device("a", "Ada")})
    pipeline.set_status({"camera": "x"})
    pipeline.publish(0.0, None)
    assert page.session() == {"uuid": "u", "controller": {"id": "a", "name": "Ada"}}
    assert page.status() == {"camera": "x"}
    pipeline.set_session(None)
    pipeline.publish(0.1, None)
    assert page.session() is None


def test_pictures_are_requested_by_watching_and_never_stored(redis: Settings):
    pipeline, page = publisher_and_subscriber(redis)
    assert not pipeline.publish(0.0, None).watched
    pictures = page.pictures()
    try:
        assert pipeline.publish(0.1, None).watched
        pipeline.publish_picture("frame", 7, 1.5, b"\xff\xd8jpeg")
        pipeline.publish_picture("small", 8, 1.6, b"\xff\xd8small")
        assert pictures.next(2.0) == Picture(7, 1.5, b"\xff\xd8jpeg")
        assert pictures.next(0.1) is None
    finally:
        pictures.close()
    deadline = time.monotonic() + 5
    while pipeline.publish(time.monotonic(), None).watched:
        assert time.monotonic() < deadline
    client = connect(redis.redis(0))
    assert not any(b"frame" in key for key in client.keys("*"))


def test_stations_are_isolated_from_each_other(redis: Settings):
    pipeline, _ = publisher_and_subscriber(redis)
    pipeline.publish(0.0, sample(1))
    assert Subscriber(connect(redis.redis(0)), "cellar").recent()["samples"] == []


@pytest.mark.slow
def test_no_event_is_lost_when_redis_restarts(settings: Settings):
    settings.logs.mkdir(parents=True)
    child = start_redis(settings)
    pipeline, page = publisher_and_subscriber(settings)
    pipeline.publish(0.0, sample(1), [Event("started", 0.0)])
    child.kill()
    child.wait()
    for i in range(2, 50):  # must neither raise nor block for long
        pipeline.publish(i / 30, sample(i), [Event("rep", i / 30, rep=REP)] if i == 5 else ())
    child = start_redis(settings)
    pipeline.set_session({"uuid": "u"})
    pipeline.publish(10.0, sample(50))
    try:
        assert [decode(d)["kind"] for _, d in page.recent()["events"]][-1] == "rep"
        assert page.session() == {"uuid": "u"}
    finally:
        stop_redis(settings, child)
