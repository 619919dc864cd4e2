"""Exceptions thrown into every background loop: it goes on, and /healthz tells."""

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


class Once:
    """Throws into a method, until it is told to stop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
        real = getattr(owner, name)
        self.throws, self.thrown, self.worked = True, 0, 0

        def method(*given, **named):
            if self.throws:
                self.thrown += 1
                raise ValueError("of another version")
            self.worked += 1
            return real(*given, **named)

        monkeypatch.setattr(owner, name, method)


def test_live_data_that_fails_is_told_and_comes_back(app: Flask, services: Services, monkeypatch):
    hub = services.stations.own.live
    thrower = Once(monkeypatch, hub, "_read")
    monkeypatch.setattr("hiitpi.web.health.GRACE_S", 0.0)
    hub.start()
    until(lambda: thrower.thrown)
    until(lambda: app.test_client().get("/healthz").status_code == 503)
    answer = app.test_client().get("/healthz").json
    assert answer["status"] == "ill"
    assert answer["restart"] is False
    (ill,) = answer["ill"]
    assert (ill["process"], ill["name"], ill["state"]) == ("web", "live data", "failing")
    assert "of another version" in ill["error"]
    thrower.throws = False
    until(lambda: app.test_client().get("/healthz").status_code == 200)
    hub.loop.stop(5)


def test_a_loop_that_does_not_come_back_asks_for_a_restart(app: Flask, services, monkeypatch):
    loop = services.stations.own.live.loop
    monkeypatch.setattr(loop, "health", lambda: replace(real(), state="stalled", error="x"))
    real = type(loop).health.__get__(loop)
    assert app.test_client().get("/healthz").json["restart"] is True
    assert app.test_client().get("/healthz").status_code == 503


def test_what_the_pipeline_says_of_its_loops_is_told(app: Flask, services: Services, redis):
    ill = [{"name": "recorder", "state": "failing", "for_s": 60, "error": "locked"}]
    bus = connect(redis.redis(0))
    status = {"camera": "x", "model": "x", "trouble": "", "state": "on", "ill": ill}
    bus.set(Keys("home").camera, encode(status))
    bus.set(Keys("home").heartbeat, 1, ex=PRESENCE_TTL_S)
    until(lambda: app.test_client().get("/healthz").status_code == 503)
    answer = app.test_client().get("/healthz")
    assert answer.json["ill"] == [{"process": "pipeline", **ill[0]}]
    page = app.test_client().get("/_dash-layout")
    assert page.status_code == 200
    bus.delete(Keys("home").camera, Keys("home").heartbeat)


def test_the_wall_goes_on(services: Services, monkeypatch):
    thrower = Once(monkeypatch, services.wall, "states")
    follower = services.wall.follow()
    assert next(follower).startswith(b"retry")
    until(lambda: thrower.thrown)
    until(lambda: [one["name"] for one in unhealthy_loops(services)] == ["wall"])
    thrower.throws = False
    until(lambda: thrower.worked)
    follower.close()
    until(lambda: services.wall.loop.health().state == "idle")


def test_a_station_of_another_version_does_not_stop_the_wall(services: Services, redis):
    bus = connect(redis.redis(0))
    keys = Keys("home")
    bus.sadd("hiitpi:stations", "home")
    bus.set(keys.heartbeat, 1, ex=PRESENCE_TTL_S)
    bus.set(keys.session, b"[]")
    bus.set(keys.camera, b"no JSON")
    bus.xadd(keys.samples, {"j": b'{"seq": 1}'})
    seen = services.wall.states()["home"]
    assert seen["here"] is True
    assert seen["session"] is seen["status"] is None
    assert seen["sample"]["reps"] is None
    bus.flushdb()


def test_video_goes_on_after_a_short_message_and_an_exception(services, redis, monkeypatch):
    station = services.stations.own
    bus, channel = connect(redis.redis(0)), Keys("home").key("frame")
    station.video.add_viewer("frame")
    until(lambda: bus.pubsub_numsub(channel)[0][1])
    bus.publish(channel, b"short")
    thrower = Once(monkeypatch, station.video._channels["frame"]._feed, "next")
    until(lambda: thrower.thrown)
    thrower.throws = False
    pictures = station.video.pictures("frame", timeout=20)
    publisher = Publisher(bus, "home")
    until(lambda: thrower.worked and bus.pubsub_numsub(channel)[0][1])
    publisher.publish_picture("frame", 7, 1.0, b"jpeg")
    assert b"X-Seq: 7" in next(pictures)
    station.video.remove_viewer("frame")
    until(lambda: station.video.loops[0].health().state == "idle")
    until(lambda: not bus.pubsub_numsub(channel)[0][1])


def test_pictures_for_a_club_go_on(redis, monkeypatch):
    own = connect(redis.redis(0))
    source = Subscriber(own, "home")
    painter = FrameForwarder(source, own, Keys("club"), "frame")
    thrower = Once(monkeypatch, painter._feed, "next")
    until(lambda: thrower.thrown)
    thrower.throws = False
    until(lambda: thrower.worked)
    assert painter.loop.health().state in ("ok", "failing")
    painter.close()
    until(lambda: painter.loop.health().state == "idle")


@pytest.fixture
def studio(tmp_path) -> Iterator[FrameRenderer]:
    shown = []
    bus = SimpleNamespace(publish_picture=lambda *given: shown.append(given), shown=shown)
    studio = FrameRenderer(Settings(instance=tmp_path), bus)
    studio.shown = shown
    yield studio
    studio.close()


def test_the_picture_is_not_frozen_for_good(studio: FrameRenderer):
    import numpy as np

    bad = RenderJob(Frame(np.zeros((0, 0, 3), np.uint8), 1, 0.0), None, frozenset(), {"frame"})
    good = RenderJob(Frame(np.zeros((48, 64, 3), np.uint8), 2, 0.0), None, frozenset(), {"frame"})
    studio.submit(bad)
    until(lambda: studio.loop.health().state == "failing")
    studio.submit(good)
    until(lambda: studio.shown)
    assert studio.shown[0][:2] == ("frame", 2)
    until(lambda: studio.loop.health().state == "ok")


def test_redis_away_is_no_bug(services: Services, monkeypatch, caplog):
    hub = services.stations.own.live

    def away():
        raise redis_package.ConnectionError("away")

    monkeypatch.setattr(hub, "_read", away)
    hub.start()
    until(lambda: hub.loop.health().state == "failing")
    assert not [r for r in caplog.records if r.levelname == "ERROR"]
    hub.loop.stop(5)


def test_a_camera_that_woke_up_has_its_speed_at_once():
    slept = [{"seq": 900 + i, "time": 10 + i / 30} for i in range(60)]
    awake = [{"seq": 1 + i, "time": 60 + i / 30} for i in range(20)]
    assert _last_contiguous(slept + awake) == awake
    assert _last_contiguous(awake) == awake
    assert _last_contiguous([]) == []
