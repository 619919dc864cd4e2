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
from plotly.offline import get_plotlyjs_version

from hiitpi.coach.messages import Event, Sample
from hiitpi.coach.session import program_file
from hiitpi.coach.session.program import SHIPPED_PROGRAMS
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import connect
from hiitpi.live.subscriber import Subscriber
from hiitpi.records.sessions import Store
from hiitpi.settings import ROOT, Settings
from hiitpi.web.app import ASSETS, create_app
from hiitpi.web.asset_urls import IMMUTABLE, PLOTLY, PLOTLY_PATH, SCRIPTS, STYLES
from hiitpi.web.live.event_broadcaster import EventBroadcaster
from hiitpi.web.live.video_broadcaster import VideoBroadcaster
from hiitpi.web.pages.status import findings
from tests.support.devices import logged_in


@pytest.fixture
def pipeline(redis: Settings) -> Publisher:
    return Publisher(connect(redis.redis(0)), "home")


def sample(seq: int) -> Sample:
    return Sample(seq, seq / 30, 20.0, 0.9, None, reps=seq // 10)


def events(chunks: Iterator[bytes]) -> Iterator[tuple[str, dict]]:
    """Yield (id, data) of Server-Sent Events."""
    for chunk in chunks:
        lines = dict(
            line.split(": ", 1) for line in chunk.decode().splitlines() if ": " in line[:8]
        )
        if "data" in lines:
            yield lines["id"], orjson.loads(lines["data"])


def test_pages_are_in_english_and_load_nothing_from_elsewhere(app: Flask):
    client = app.test_client()
    for path in ("/", "/train", "/leaderboard", "/status", "/nowhere"):
        response = client.get(path)
        assert response.status_code == (404 if path == "/nowhere" else 200)
        assert b'<html lang="en">' in response.data
        assert b"https://" not in response.data


@pytest.mark.parametrize("path", ["/programs", "/history", "/account"])
def test_personal_pages_require_a_login(app: Flask, path: str):
    response = app.test_client().get(path)
    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_healthz(app: Flask):
    response = app.test_client().get("/healthz")
    assert response.status_code == 200
    assert response.json == {"status": "ok", "ill": [], "restart": False}


# Flask-Compress leaves closing the file to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_scripts_are_served_locally_and_compressed(app: Flask):
    client = app.test_client()
    page = client.get("/").get_data(as_text=True)
    scripts = [part.split('"')[0] for part in page.split('src="')[1:]]
    assert len(scripts) > 3
    for script in scripts:
        response = client.get(script, headers={"Accept-Encoding": "br"})
        assert response.status_code == 200
        if int(response.headers.get("Content-Length", 0)) > 2000:
            assert response.headers["Content-Encoding"] == "br"
        response.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_cacheable_files_set_no_session_cookie(app: Flask):
    client = app.test_client()
    with client.session_transaction() as device:
        device.update(logged_in(app, "Ada"))
        device.permanent = True
    page = client.get("/")
    assert "Set-Cookie" in page.headers
    files = re.findall(r'(?:src|href)="([^"]+)"', page.get_data(as_text=True))
    assert len(files) > 8
    for file in files:
        response = client.get(file)
        assert "Set-Cookie" not in response.headers, file
        response.close()


def test_keys_and_code_are_created_once_and_private(redis: Settings, app: Flask):
    contents = {}
    for name in ("keys", "house_code"):
        path = redis.instance / name
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        contents[path] = path.read_bytes()
    create_app(redis)
    assert all(path.read_bytes() == content for path, content in contents.items())


def test_an_unreachable_redis_is_explained_on_a_page(settings: Settings):
    store = Store(settings.database)
    settings.instance.mkdir()
    store.migrate()
    store.close()
    client = create_app(settings).test_client()
    client.set_cookie("hiitpi", "somebody")
    response = client.get("/")
    assert response.status_code == 503
    assert b"The live server is restarting" in response.data


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_asset_urls_contain_a_hash_and_are_cached_forever(app: Flask):
    client = app.test_client()
    page = client.get("/").get_data(as_text=True)
    assets = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
    assert len(assets) == len(SCRIPTS) + len(STYLES) + 3  # two icons, and the manifest
    for url in [*assets, "/assets/fonts/inter-latin.woff2"]:
        response = client.get(url)
        assert response.headers["Cache-Control"] == IMMUTABLE
        response.close()
    response = client.get("/assets/train.js")  # without a hash the content may change
    assert response.headers["Cache-Control"] != IMMUTABLE
    response.close()


def test_a_program_is_printed_with_a_box_for_each_round(app: Flask):
    page = app.test_client().get("/print/program/shipped-3").get_data(as_text=True)
    program = SHIPPED_PROGRAMS[3]
    assert f"<h1>{program.name}</h1>" in page
    assert page.count("<i></i>") == len(program.exercises) * min(program.rounds or 12, 12)
    assert page.count("<img") == len(program.exercises)
    assert app.test_client().get("/print/program/house-9").status_code == 404


def test_a_program_is_exported_as_text(app: Flask):
    response = app.test_client().get("/export/program/shipped-3.toml")
    assert program_file.read(response.get_data(as_text=True)) == SHIPPED_PROGRAMS[3]
    assert "attachment" in response.headers["Content-Disposition"]
    for key in ("shipped-99", "house-1", "house--1", "x", "shipped-", "house-99999999999999999999"):
        assert app.test_client().get(f"/export/program/{key}.toml").status_code == 404


def test_a_damaged_database_is_reported(app: Flask):
    services = app.extensions["hiitpi"]
    services.store.close()
    path = services.settings.instance / "hiitpi.sqlite"
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes(b"damaged" * 1000)
    response = app.test_client().get("/export/program/house-1.toml")
    assert response.status_code == 503
    assert "restore FILE" in response.text
    (row,) = (row for row in findings(services, None) if row[0] == "database")
    assert row[1] is False
    assert "restore FILE" in row[2]


def test_the_status_page_reports_errors(app: Flask, redis: Settings, pipeline: Publisher):
    services = app.extensions["hiitpi"]
    station = services.stations.own
    before = {name: (is_ok, text) for name, is_ok, text in findings(services, station)}
    assert before["camera"] == (False, "not started")
    assert before["engine"][0] is False
    pipeline.set_status({"camera": "x", "model": "m", "drawn": False, "trouble": "It is frozen."})
    for i in range(1, 61):
        pipeline.publish(i / 30, sample(i * 2))
    station.live.start()
    deadline = time.monotonic() + 5
    while station.live.stats().rate == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    after = {name: (is_ok, text) for name, is_ok, text in findings(services, station)}
    assert after["camera"] == (False, "It is frozen.")
    assert after["engine"] == (True, "m")
    assert after["dropped frames"] == (None, "50% in the last 10 s")
    assert after["inference"] == (None, "20 ms")
    page = app.test_client().get("/status")
    assert page.status_code == 200


# Live data


def test_every_browser_gets_every_sample_once(app: Flask, redis: Settings, pipeline: Publisher):
    hub = EventBroadcaster(Subscriber(connect(redis.redis(0)), "home"))
    received: list[list[int]] = [[], [], [], []]

    def follow(sequence: list[int]) -> None:
        for _, data in events(hub.follow(None)):
            sequence.extend(s["seq"] for s in data["samples"])
            if sequence and sequence[-1] == 200:
                return

    threads = [
        threading.Thread(target=follow, args=(sequence,), daemon=True) for sequence in received
    ]
    for thread in threads:
        thread.start()
    for i in range(1, 201):
        pipeline.publish(i / 30, sample(i))
        time.sleep(0.001)
    for thread in threads:
        thread.join(10)
    assert received == [list(range(1, 201))] * 4


def test_a_reconnecting_browser_misses_nothing(redis: Settings, pipeline: Publisher):
    hub = EventBroadcaster(Subscriber(connect(redis.redis(0)), "home"))
    for i in range(1, 21):
        pipeline.publish(i / 30, sample(i), [Event("lost", i / 30)] if i == 20 else ())
    last_event_id, before = "", []
    for event_id, data in events(hub.follow(None)):
        last_event_id = event_id
        before += [s["seq"] for s in data["samples"]]
        if before and before[-1] == 20:
            break
    for i in range(21, 41):
        pipeline.publish(i / 30, sample(i), [Event("found", i / 30)] if i == 30 else ())
    after, kinds = [], []
    for _, data in events(hub.follow(last_event_id)):
        after += [s["seq"] for s in data["samples"]]
        kinds += [e["kind"] for e in data["events"]]
        if after and after[-1] == 40:
            break
    assert before == list(range(1, 21))
    assert after == list(range(21, 41))
    assert kinds == ["found"]


@pytest.mark.parametrize("last_event_id", ["", "nonsense", "1_2_3", "x-y_z", "-_-"])
def test_an_invalid_last_event_id_starts_from_the_beginning(
    redis: Settings, pipeline: Publisher, last_event_id: str
):
    pipeline.publish(0.0, sample(1))
    hub = EventBroadcaster(Subscriber(connect(redis.redis(0)), "home"))
    for _, data in events(hub.follow(last_event_id)):
        if data["samples"]:
            assert data["samples"][0]["seq"] == 1
            break


def test_the_session_is_sent_after_its_events(redis: Settings, pipeline: Publisher):
    """Pages take a session that disappears for saved only if "finished" came before."""
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


def test_frames_are_sent_once_and_requested_only_while_watched(
    redis: Settings, pipeline: Publisher
):
    viewer_counts: list[int] = []
    hub = VideoBroadcaster(Subscriber(connect(redis.redis(0)), "home"), viewer_counts.append)
    assert not pipeline.publish(0.0, None).watched
    hub.add_viewer("frame")
    hub.add_viewer("small")
    assert viewer_counts == [1, 2]
    deadline = time.monotonic() + 5
    while pipeline.publish(0.0, None).watched != {"frame", "small"}:
        assert time.monotonic() < deadline
    parts: list[bytes] = []
    thread = threading.Thread(target=lambda: parts.extend(hub.pictures("frame", timeout=0.5)))
    thread.start()
    for i in range(30):
        pipeline.publish_picture("frame", i, i / 30, b"%d" % i)
        pipeline.publish_picture("small", i, i / 30, b"small")
        time.sleep(0.01)
    thread.join(10)
    assert parts
    assert len(parts) == len(set(parts))
    assert parts[-1].endswith(b"X-Seq: 29\r\nX-Encoded: 0.9667\r\n\r\n29\r\n--frame\r\n")
    assert not any(b"small" in part for part in parts)
    hub.remove_viewer("small")
    while pipeline.publish(0.0, None).watched != {"frame"}:
        assert time.monotonic() < deadline
    hub.remove_viewer("frame")
    while pipeline.publish(0.0, None).present:
        assert time.monotonic() < deadline
    assert viewer_counts == [1, 2, 1, 0]


def test_the_video_stream_is_multipart_and_unsubscribes_when_closed(
    app: Flask, redis: Settings, pipeline: Publisher
):
    response = app.test_client().get("/videostream?size=small")
    assert response.mimetype == "multipart/x-mixed-replace"
    parts = response.iter_encoded()
    assert next(parts) == b"--frame\r\n"
    feeder = threading.Timer(0.3, lambda: pipeline.publish_picture("small", 1, 2.0, b"JPEG"))
    feeder.start()
    headers, _, body = next(parts).partition(b"\r\n\r\n")
    assert b"Content-Type: image/jpeg\r\nContent-Length: 4\r\n" in headers
    assert body == b"JPEG\r\n--frame\r\n"
    feeder.join()
    response.close()
    deadline = time.monotonic() + 5
    while pipeline.publish(0.0, None).watched:
        assert time.monotonic() < deadline


def test_a_subscriber_keeps_the_pipeline_awake(redis: Settings, pipeline: Publisher):
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


def test_the_number_of_viewers_is_limited(redis: Settings, pipeline: Publisher):
    store = Store(redis.database)
    store.migrate()
    store.close()
    app = create_app(redis.model_copy(update={"max_viewers": 1}))
    first = app.test_client().get("/videostream")
    assert app.test_client().get("/videostream").status_code == 503
    first.close()
    assert app.test_client().get("/videostream").status_code == 200


def test_pages_with_a_path_template_are_found(app: Flask):
    client = app.test_client()
    assert client.get("/session/0b5c2f1e-0000-4000-8000-000000000000").status_code == 200
    assert client.get("/session/a/b").status_code == 404
    assert client.get("/sessions").status_code == 404


def test_the_status_page_tells_which_webhook_fails(app: Flask):
    """By the newest message that was sent, and without the part of an address that is a secret."""
    services = app.extensions["hiitpi"]
    webhooks = services.store.webhooks

    def finding() -> list[tuple]:
        return [row for row in findings(services, None) if row[0] == "webhooks"]

    assert finding() == []
    webhook = webhooks.add("https://example.org/secret")
    assert finding() == [("webhooks", True, "1 address")]
    for result, accepted in (("404 Not Found", False), ("200 OK", True)):
        webhooks.send_test(webhook.id, result)
        (delivery,) = webhooks.claim(result)
        webhooks.record_result(delivery.id, result, accepted=accepted)
        text = "1 address" if accepted else "example.org: 404 Not Found"
        webhooks.send_test(webhook.id, "another station")  # waits, so it tells nothing
        assert finding() == [("webhooks", accepted, text)]


def test_the_smaller_plotly_is_served_and_is_the_version_that_dash_expects(app: Flask):
    content = (ASSETS / PLOTLY).read_bytes()
    assert f"(cartesian - minified) v{get_plotlyjs_version()}\n".encode() in content[:200]
    installed = ROOT / "node_modules/plotly.js-cartesian-dist-min/plotly-cartesian.min.js"
    assert content == installed.read_bytes()  # package.json pins it
    client = app.test_client()
    response = client.get(PLOTLY_PATH)
    assert response.status_code == 302
    served = client.get(response.headers["Location"])
    assert served.get_data() == content
    assert served.headers["Cache-Control"] == IMMUTABLE
    served.close()
