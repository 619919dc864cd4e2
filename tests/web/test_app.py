"""The web app on a real Redis and a real database, without a browser."""

import os
import re
import stat
import threading
import time
from collections.abc import Iterator

import orjson
import pytest
from flask import Flask

from hiitpi.coach.messages import Event, Sample
from hiitpi.coach.session import program_file
from hiitpi.coach.session.program import SHIPPED_PROGRAMS
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import connect
from hiitpi.live.subscriber import Subscriber
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from hiitpi.web.app import create_app
from hiitpi.web.asset_urls import IMMUTABLE, SCRIPTS, STYLES
from hiitpi.web.live.event_broadcaster import EventBroadcaster
from hiitpi.web.live.video_broadcaster import VideoBroadcaster
from hiitpi.web.pages.status import findings
from tests.support.devices import logged_in
from tests.support.session_factory import record


@pytest.fixture
def pipeline(redis: Settings) -> Publisher:
    return Publisher(connect(redis.redis(0)), "home")


def sample(seq: int) -> Sample:
    return Sample(seq, seq / 30, 20.0, 0.9, None, reps=seq // 10)


def events(chunks: Iterator[bytes]) -> Iterator[tuple[str, dict]]:
    """(id, data) of Server-Sent Events."""
    for chunk in chunks:
        lines = dict(
            line.split(": ", 1) for line in chunk.decode().splitlines() if ": " in line[:8]
        )
        if "data" in lines:
            yield lines["id"], orjson.loads(lines["data"])


def test_pages_open_and_are_in_english(app: Flask):
    client = app.test_client()
    for path in ("/", "/train", "/leaderboard", "/status", "/nowhere"):
        answer = client.get(path)
        assert answer.status_code == (404 if path == "/nowhere" else 200)
        assert b'<html lang="en">' in answer.data
        assert b"https://" not in answer.data


@pytest.mark.parametrize("path", ["/programs", "/history", "/account"])
def test_strangers_are_asked_who_they_are(app: Flask, path: str):
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_healthz(app: Flask):
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "ill": [], "restart": False}


# Flask-Compress reads a file and leaves closing it to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_everything_the_page_loads_is_here_and_compressed(app: Flask):
    client = app.test_client()
    page = client.get("/").get_data(as_text=True)
    scripts = [part.split('"')[0] for part in page.split('src="')[1:]]
    assert len(scripts) > 3
    for script in scripts:
        answer = client.get(script, headers={"Accept-Encoding": "br"})
        assert answer.status_code == 200
        if int(answer.headers.get("Content-Length", 0)) > 2000:
            assert answer.headers["Content-Encoding"] == "br"
        answer.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_file_that_may_be_kept_carries_nobody_s_session(app: Flask):
    client = app.test_client()
    with client.session_transaction() as device:
        device.update(logged_in(app, "Ada"))
        device.permanent = True
    page = client.get("/")
    assert "Set-Cookie" in page.headers
    files = re.findall(r'(?:src|href)="([^"]+)"', page.get_data(as_text=True))
    assert len(files) > 8
    for file in files:
        answer = client.get(file)
        assert "Set-Cookie" not in answer.headers, file
        answer.close()


def test_keys_and_code_are_made_once_and_private(redis: Settings, app: Flask):
    kept = {}
    for name in ("keys", "house_code"):
        path = redis.instance / name
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        kept[path] = path.read_bytes()
    create_app(redis)
    assert all(path.read_bytes() == content for path, content in kept.items())


def test_redis_away_is_a_page_a_person_understands(settings: Settings):
    store = Store(settings.database)
    settings.instance.mkdir()
    store.migrate()
    store.close()
    client = create_app(settings).test_client()
    client.set_cookie("hiitpi", "somebody")
    answer = client.get("/")
    assert answer.status_code == 503
    assert b"The live server is restarting" in answer.data


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_is_ours_is_named_by_its_content_and_kept_for_good(app: Flask):
    client = app.test_client()
    page = client.get("/").get_data(as_text=True)
    ours = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
    assert len(ours) == len(SCRIPTS) + len(STYLES)
    for address in [*ours, "/assets/fonts/inter-latin.woff2"]:
        answer = client.get(address)
        assert answer.headers["Cache-Control"] == IMMUTABLE
        answer.close()
    answer = client.get("/assets/train.js")  # without its name it may change
    assert answer.headers["Cache-Control"] != IMMUTABLE
    answer.close()


def test_a_program_is_exported_as_text(app: Flask):
    answer = app.test_client().get("/export/program/shipped-3.toml")
    assert program_file.read(answer.get_data(as_text=True)) == SHIPPED_PROGRAMS[3]
    assert "attachment" in answer.headers["Content-Disposition"]
    for key in ("shipped-99", "house-1", "house--1", "x", "shipped-", "house-99999999999999999999"):
        assert app.test_client().get(f"/export/program/{key}.toml").status_code == 404


@pytest.mark.parametrize("kind", ["sessions.json", "sessions.csv", "repetitions.csv"])
def test_a_player_exports_what_is_its_own(app: Flask, kind: str):
    assert app.test_client().get(f"/export/{kind}").status_code == 302
    store = app.extensions["hiitpi"].store
    for name in ("=1+1", "Bob"):
        store.save(record(player=name))
    client = app.test_client()
    with client.session_transaction() as device:
        device.update(logged_in(app, "=1+1"))
    answer = client.get(f"/export/{kind}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f"attachment; filename=hiitpi-{kind}"
    assert answer.headers["Cache-Control"] == "no-store"
    ours, theirs = (store.history.sessions(name)[0][0].uuid for name in ("=1+1", "Bob"))
    assert ours in answer.text
    assert theirs not in answer.text


def test_a_record_book_that_is_closed_is_told(app: Flask):
    services = app.extensions["hiitpi"]
    services.store.close()
    path = services.settings.instance / "hiitpi.sqlite"
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.write_bytes(b"damaged" * 1000)
    answer = app.test_client().get("/export/program/house-1.toml")
    assert answer.status_code == 503
    assert "restore FILE" in answer.text
    (row,) = (row for row in findings(services, None) if row[0] == "database")
    assert row[1] is False
    assert "restore FILE" in row[2]


def test_status_says_what_is_wrong(app: Flask, redis: Settings, pipeline: Publisher):
    services = app.extensions["hiitpi"]
    station = services.stations.own
    first = {name: (good, says) for name, good, says in findings(services, station)}
    assert first["camera"] == (False, "not started")
    assert first["engine"][0] is False
    pipeline.set_status({"camera": "x", "model": "m", "drawn": False, "trouble": "It is frozen."})
    for i in range(1, 61):
        pipeline.publish(i / 30, sample(i * 2))
    station.live.start()
    deadline = time.monotonic() + 5
    while station.live.stats().rate == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    found = {name: (good, says) for name, good, says in findings(services, station)}
    assert found["camera"] == (False, "It is frozen.")
    assert found["engine"] == (True, "m")
    assert found["dropped frames"] == (None, "50% in the last 10 s")
    assert found["inference"] == (None, "20 ms")
    page = app.test_client().get("/status")
    assert page.status_code == 200


# Live data


def test_every_browser_gets_every_sample_once(app: Flask, redis: Settings, pipeline: Publisher):
    hub = EventBroadcaster(Subscriber(connect(redis.redis(0)), "home"))
    got: list[list[int]] = [[], [], [], []]

    def follow(mine: list[int]) -> None:
        for _, data in events(hub.follow(None)):
            mine.extend(s["seq"] for s in data["samples"])
            if mine and mine[-1] == 200:
                return

    threads = [threading.Thread(target=follow, args=(mine,), daemon=True) for mine in got]
    for thread in threads:
        thread.start()
    for i in range(1, 201):
        pipeline.publish(i / 30, sample(i))
        time.sleep(0.001)
    for thread in threads:
        thread.join(10)
    assert got == [list(range(1, 201))] * 4


def test_a_browser_that_was_away_misses_nothing(redis: Settings, pipeline: Publisher):
    hub = EventBroadcaster(Subscriber(connect(redis.redis(0)), "home"))
    for i in range(1, 21):
        pipeline.publish(i / 30, sample(i), [Event("lost", i / 30)] if i == 20 else ())
    last, seen = "", []
    for name, data in events(hub.follow(None)):
        last = name
        seen += [s["seq"] for s in data["samples"]]
        if seen and seen[-1] == 20:
            break
    for i in range(21, 41):
        pipeline.publish(i / 30, sample(i), [Event("found", i / 30)] if i == 30 else ())
    again, kinds = [], []
    for _, data in events(hub.follow(last)):
        again += [s["seq"] for s in data["samples"]]
        kinds += [e["kind"] for e in data["events"]]
        if again and again[-1] == 40:
            break
    assert seen == list(range(1, 21))
    assert again == list(range(21, 41))
    assert kinds == ["found"]


@pytest.mark.parametrize("last", ["", "nonsense", "1_2_3", "x-y_z", "-_-"])
def test_a_strange_last_event_id_is_the_beginning(redis: Settings, pipeline: Publisher, last: str):
    pipeline.publish(0.0, sample(1))
    hub = EventBroadcaster(Subscriber(connect(redis.redis(0)), "home"))
    for _, data in events(hub.follow(last)):
        if data["samples"]:
            assert data["samples"][0]["seq"] == 1
            break


def test_the_session_is_told_after_what_happened(redis: Settings, pipeline: Publisher):
    """A page takes a session that vanishes after "finished" for saved, and any other not."""
    hub = EventBroadcaster(Subscriber(connect(redis.redis(0)), "home"))
    pipeline.set_session({"uuid": "u"})
    pipeline.publish(0.0, sample(1))
    order = []
    for _, data in events(hub.follow(None)):
        order += [e["kind"] for e in data["events"]]
        if "session" in data:
            order.append(data["session"] and data["session"]["uuid"])
            if data["session"]:
                pipeline.set_session(None)
                pipeline.publish(0.1, sample(2), [Event("finished", 0.1, session="u")])
            elif "finished" in order:
                break
    assert order[-3:] == ["u", "finished", None]


# Video


def test_pictures_are_never_sent_twice_and_asked_for_only_while_watched(
    redis: Settings, pipeline: Publisher
):
    told: list[int] = []
    hub = VideoBroadcaster(Subscriber(connect(redis.redis(0)), "home"), told.append)
    assert not pipeline.publish(0.0, None).watched
    hub.add_viewer("frame")
    hub.add_viewer("small")
    assert told == [1, 2]
    deadline = time.monotonic() + 5
    while pipeline.publish(0.0, None).watched != {"frame", "small"}:
        assert time.monotonic() < deadline
    got: list[bytes] = []
    thread = threading.Thread(target=lambda: got.extend(hub.pictures("frame", timeout=0.5)))
    thread.start()
    for i in range(30):
        pipeline.publish_picture("frame", i, i / 30, b"%d" % i)
        pipeline.publish_picture("small", i, i / 30, b"small")
        time.sleep(0.01)
    thread.join(10)
    assert got
    assert len(got) == len(set(got))
    assert got[-1].endswith(b"X-Seq: 29\r\nX-Encoded: 0.9667\r\n\r\n29\r\n--frame\r\n")
    assert not any(b"small" in part for part in got)
    hub.remove_viewer("small")
    while pipeline.publish(0.0, None).watched != {"frame"}:
        assert time.monotonic() < deadline
    hub.remove_viewer("frame")
    while pipeline.publish(0.0, None).present:
        assert time.monotonic() < deadline
    assert told == [1, 2, 1, 0]


def test_the_stream_is_multipart_and_gives_its_place_back(
    app: Flask, redis: Settings, pipeline: Publisher
):
    answer = app.test_client().get("/videostream?size=small")
    assert answer.mimetype == "multipart/x-mixed-replace"
    parts = answer.iter_encoded()
    assert next(parts) == b"--frame\r\n"
    feeder = threading.Timer(0.3, lambda: pipeline.publish_picture("small", 1, 2.0, b"JPEG"))
    feeder.start()
    head, _, rest = next(parts).partition(b"\r\n\r\n")
    assert b"Content-Type: image/jpeg\r\nContent-Length: 4\r\n" in head
    assert rest == b"JPEG\r\n--frame\r\n"
    feeder.join()
    answer.close()
    deadline = time.monotonic() + 5
    while pipeline.publish(0.0, None).watched:
        assert time.monotonic() < deadline


def test_whoever_follows_keeps_the_pipeline_awake(redis: Settings, pipeline: Publisher):
    hub = EventBroadcaster(Subscriber(connect(redis.redis(0)), "home"))
    follower = hub.follow(None)
    assert not pipeline.publish(0.0, None).present
    next(follower)
    assert pipeline.publish(0.0, None).present
    assert not pipeline.publish(0.0, None).watched
    follower.close()
    deadline = time.monotonic() + 5
    while pipeline.publish(0.0, None).present:
        assert time.monotonic() < deadline


def test_one_too_many_is_told(redis: Settings, pipeline: Publisher):
    store = Store(redis.database)
    store.migrate()
    store.close()
    app = create_app(redis.model_copy(update={"max_viewers": 1}))
    first = app.test_client().get("/videostream")
    assert app.test_client().get("/videostream").status_code == 503
    first.close()
    assert app.test_client().get("/videostream").status_code == 200


def test_a_page_with_a_template_is_found(app: Flask):
    client = app.test_client()
    assert client.get("/session/0b5c2f1e-0000-4000-8000-000000000000").status_code == 200
    assert client.get("/session/a/b").status_code == 404
    assert client.get("/sessions").status_code == 404
