"""Exceptions in every background loop: the loop recovers, and /healthz reports them."""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
import redis as redis_package
from flask import Flask

from hiitpi.camera.base import Frame
from hiitpi.coach.codec import encode
from hiitpi.live.frame_forwarder import FrameForwarder
from hiitpi.live.keys import PRESENCE_TTL_S, Keys
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import connect
from hiitpi.live.subscriber import Subscriber
from hiitpi.pipeline.renderer import FrameRenderer, RenderJob
from hiitpi.settings import Settings
from hiitpi.web.health import unhealthy_loops
from hiitpi.web.live.event_broadcaster import _last_contiguous
from hiitpi.web.services import Services
from tests.support.waiting import until


@pytest.fixture
def services(app: Flask) -> Services:
    return app.extensions["hiitpi"]


class FailingMethod:
    """Replaces a method by one that raises while `failing` is set.

    Attributes:
        failing: whether calls raise.
        failures: number of calls that raised.
        successes: number of calls that were passed on.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
        original = getattr(owner, name)
        self.failing, self.failures, self.successes = True, 0, 0

        def wrapper(*args, **kwargs):
            if self.failing:
                self.failures += 1
                raise ValueError("of another version")
            self.successes += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, wrapper)


def test_failing_live_data_is_reported_and_recovers(app: Flask, services: Services, monkeypatch):
    hub = services.stations.own.live
    method = FailingMethod(monkeypatch, hub, "_read")
    monkeypatch.setattr("hiitpi.web.health.GRACE_S", 0.0)
    hub.start()
    until(lambda: method.failures)
    until(lambda: app.test_client().get("/healthz").status_code == 503)
    health = app.test_client().get("/healthz").json
    assert health["status"] == "ill"
    assert health["restart"] is False
    (loop,) = health["ill"]
    assert (loop["process"], loop["name"], loop["state"]) == ("web", "live data", "failing")
    assert "of another version" in loop["error"]
    method.failing = False
    until(lambda: app.test_client().get("/healthz").status_code == 200)
    hub.loop.stop(5)


def test_a_stalled_loop_requests_a_restart(app: Flask, services, monkeypatch):
    loop = services.stations.own.live.loop
    monkeypatch.setattr(loop, "health", lambda: replace(original(), state="stalled", error="x"))
    original = type(loop).health.__get__(loop)
    assert app.test_client().get("/healthz").json["restart"] is True
    assert app.test_client().get("/healthz").status_code == 503


def test_unhealthy_loops_of_the_pipeline_are_reported(app: Flask, services: Services, redis):
    unhealthy = [{"name": "recorder", "state": "failing", "for_s": 60, "error": "locked"}]
    bus = connect(redis.redis(0))
    status = {"camera": "x", "model": "x", "trouble": "", "state": "on", "ill": unhealthy}
    bus.set(Keys("home").camera, encode(status))
    bus.set(Keys("home").heartbeat, 1, ex=PRESENCE_TTL_S)
    until(lambda: app.test_client().get("/healthz").status_code == 503)
    response = app.test_client().get("/healthz")
    assert response.json["ill"] == [{"process": "pipeline", **unhealthy[0]}]
    page = app.test_client().get("/_dash-layout")
    assert page.status_code == 200
    bus.delete(Keys("home").camera, Keys("home").heartbeat)


def test_the_wall_recovers_from_an_exception(services: Services, monkeypatch):
    method = FailingMethod(monkeypatch, services.wall, "states")
    follower = services.wall.follow()
    assert next(follower).startswith(b"retry")
    until(lambda: method.failures)
    until(lambda: [loop["name"] for loop in unhealthy_loops(services)] == ["wall"])
    method.failing = False
    until(lambda: method.successes)
    follower.close()
    until(lambda: services.wall.loop.health().state == "idle")


def test_the_wall_tolerates_messages_of_another_version(services: Services, redis):
    bus = connect(redis.redis(0))
    keys = Keys("home")
    bus.sadd("hiitpi:stations", "home")
    bus.set(keys.heartbeat, 1, ex=PRESENCE_TTL_S)
    bus.set(keys.session, b"[]")
    bus.set(keys.camera, b"no JSON")
    bus.xadd(keys.samples, {"j": b'{"seq": 1}'})
    state = services.wall.states()["home"]
    assert state["here"] is True
    assert state["session"] is state["status"] is None
    assert state["sample"]["reps"] is None
    bus.flushdb()


def test_video_recovers_from_a_short_message_and_an_exception(services, redis, monkeypatch):
    station = services.stations.own
    bus, channel = connect(redis.redis(0)), Keys("home").key("frame")
    station.video.add_viewer("frame")
    until(lambda: bus.pubsub_numsub(channel)[0][1])
    bus.publish(channel, b"short")
    method = FailingMethod(monkeypatch, station.video._channels["frame"]._feed, "next")
    until(lambda: method.failures)
    method.failing = False
    pictures = station.video.pictures("frame", timeout=20)
    publisher = Publisher(bus, "home")
    until(lambda: method.successes and bus.pubsub_numsub(channel)[0][1])
    publisher.publish_picture("frame", 7, 1.0, b"jpeg")
    assert b"X-Seq: 7" in next(pictures)
    station.video.remove_viewer("frame")
    until(lambda: station.video.loops[0].health().state == "idle")
    until(lambda: not bus.pubsub_numsub(channel)[0][1])


def test_forwarding_frames_to_a_club_recovers(redis, monkeypatch):
    own = connect(redis.redis(0))
    source = Subscriber(own, "home")
    forwarder = FrameForwarder(source, own, Keys("club"), "frame")
    method = FailingMethod(monkeypatch, forwarder._feed, "next")
    until(lambda: method.failures)
    method.failing = False
    until(lambda: method.successes)
    assert forwarder.loop.health().state in ("ok", "failing")
    forwarder.close()
    until(lambda: forwarder.loop.health().state == "idle")


@pytest.fixture
def renderer(tmp_path) -> Iterator[FrameRenderer]:
    published = []
    bus = SimpleNamespace(publish_picture=lambda *args: published.append(args), published=published)
    renderer = FrameRenderer(Settings(instance=tmp_path), bus)
    renderer.published = published
    yield renderer
    renderer.close()


def test_the_renderer_recovers_from_a_bad_frame(renderer: FrameRenderer):
    import numpy as np

    bad = RenderJob(Frame(np.zeros((0, 0, 3), np.uint8), 1, 0.0), None, frozenset(), {"frame"})
    good = RenderJob(Frame(np.zeros((48, 64, 3), np.uint8), 2, 0.0), None, frozenset(), {"frame"})
    renderer.submit(bad)
    until(lambda: renderer.loop.health().state == "failing")
    renderer.submit(good)
    until(lambda: renderer.published)
    assert renderer.published[0][:2] == ("frame", 2)
    until(lambda: renderer.loop.health().state == "ok")


def test_an_unreachable_redis_is_not_logged_as_an_error(services: Services, monkeypatch, caplog):
    hub = services.stations.own.live

    def unreachable():
        raise redis_package.ConnectionError("away")

    monkeypatch.setattr(hub, "_read", unreachable)
    hub.start()
    until(lambda: hub.loop.health().state == "failing")
    assert not [entry for entry in caplog.records if entry.levelname == "ERROR"]
    hub.loop.stop(5)


def test_samples_from_before_a_sleep_do_not_count_for_the_frame_rate():
    before_sleep = [{"seq": 900 + i, "time": 10 + i / 30} for i in range(60)]
    after_sleep = [{"seq": 1 + i, "time": 60 + i / 30} for i in range(20)]
    assert _last_contiguous(before_sleep + after_sleep) == after_sleep
    assert _last_contiguous(after_sleep) == after_sleep
    assert _last_contiguous([]) == []
