"""The design of 2020, plainly made again, to be measured beside ours in one run.

One camera thread and one Redis list of samples. Each viewer has a generator of its own that takes
the picture of the moment as fast as it can, counts, draws and encodes; each page asks for the
newest sample every 50 ms and takes it off the list. Run it with
`python -m hiitpi.bench.baseline_2020 PORT REDIS`.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Final

import orjson

from hiitpi.bench.app_under_test import station
from hiitpi.bench.load_clients import Client, follow
from hiitpi.bench.process_stats import cpu_seconds
from hiitpi.live.redis_client import connect
from hiitpi.system.ports import free_port

FPS: Final = 30
INFERENCE: Final = 0.02
POLL: Final = 0.05

#: Samples that the list holds, and the key it has.
LENGTH: Final = 30
LIST: Final = "hiitpi:2020"


def bench_legacy(seconds: float, tell: Callable[[str], None]) -> dict[str, float]:
    """CPU time and duplicates with 1 and 8 viewers, and what 1 and 4 polling clients lose."""
    figures: dict[str, float] = {}
    with station(INFERENCE) as app:  # for its Redis
        url = app.settings.redis(0)
        for viewers in (1, 8):
            tell(f"2020: {viewers} viewers…")
            figures |= _watched(url, viewers, seconds)
        for clients in (1, 4):
            tell(f"2020: {clients} polling clients…")
            figures |= _polled(url, clients, seconds)
    return figures


def _watched(url: str, viewers: int, seconds: float) -> dict[str, float]:
    with _running(url) as (port, pid):
        clients = [Client("/videostream") for _ in range(viewers)]
        before: dict[str, float] = {}
        follow(("127.0.0.1", port), clients, seconds, begun=lambda: before.update(cpu_seconds(pid)))
        used = sum(cpu_seconds(pid).values()) - sum(before.values())
    sent = sum(len(client.seqs) for client in clients)
    unique = sum(len(set(client.seqs)) for client in clients)
    frames = max(len(set(client.seqs)) for client in clients)
    analysed = clients[0].seqs[-1] - clients[0].seqs[0]
    return {
        f"legacy_cpu_percent_{viewers}": round(used / seconds * 100, 1),
        f"legacy_ms_per_unique_frame_{viewers}": round(used / max(frames, 1) * 1000, 2),
        f"legacy_duplicate_part_{viewers}": round(1 - unique / max(sent, 1), 3),
        f"legacy_analysed_fps_{viewers}": round(analysed / seconds, 1),
    }


def _polled(url: str, number: int, seconds: float) -> dict[str, float]:
    redis = connect(url)
    lost: list[float] = []
    with _running(url):
        time.sleep(1)
        threads = [
            threading.Thread(target=_poll, args=(redis, seconds, lost)) for _ in range(number)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return {f"legacy_lost_part_{number}": round(sum(lost) / len(lost), 3)}


def _poll(redis: Any, seconds: float, lost: list[float]) -> None:
    """One page: which part of the samples it never saw."""
    got, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        data = redis.lpop(LIST)
        if data:
            got.append(orjson.loads(data)["seq"])
        time.sleep(POLL)
    there = sum(b - a for a, b in pairwise(sorted(got)))
    lost.append(1 - (len(got) - 1) / max(there, 1))


class _running:
    """The process, as a context: its port and its id."""

    def __init__(self, url: str) -> None:
        self._url, self._port = url, free_port()

    def __enter__(self) -> tuple[int, int]:
        command = [sys.executable, "-m", "hiitpi.bench.baseline_2020", str(self._port), self._url]
        self._child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._child.stdout is not None
        self._child.stdout.readline()
        return self._port, self._child.pid

    def __exit__(self, *_: object) -> None:
        self._child.terminate()
        self._child.communicate()


def main(port: str, url: str) -> None:
    """Serve, in one process, as it was."""
    import logging

    from flask import Flask, Response
    from werkzeug.serving import make_server

    from hiitpi.bench.fake_engine import IdealEngine
    from hiitpi.camera.synthetic.camera import AthleteCamera
    from hiitpi.coach.coach import Coach
    from hiitpi.coach.rules.workout_library import WorkoutLibrary
    from hiitpi.video.encoder import jpeg
    from hiitpi.video.overlay import draw

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    redis, camera, engine = connect(url), AthleteCamera(), IdealEngine(INFERENCE)
    camera.start()
    workout = WorkoutLibrary()["jumping_jacks"]
    now: dict[str, Any] = {}

    def film() -> None:
        seq = 0
        while True:
            frame = camera.read(seq, 1)
            if frame is None:
                continue
            seq = frame.seq
            now["seen"] = frame, engine.infer(frame.image, frame.time)
            redis.lpush(LIST, orjson.dumps({"seq": seq}))
            redis.ltrim(LIST, 0, LENGTH - 1)

    def pictures() -> Iterator[bytes]:
        coach = Coach(workout, time.monotonic())  # each viewer's own
        yield b"--frame\r\n"
        while True:
            frame, pose = now["seen"]
            coach.update(pose, time.monotonic())
            data = jpeg(draw(frame.image, pose, workout.joints, True), 80)
            head = b"Content-Type: image/jpeg\r\nX-Seq: %d\r\nX-Encoded: %.4f\r\n\r\n"
            yield head % (frame.seq, time.monotonic()) + data + b"\r\n--frame\r\n"

    app = Flask("legacy")
    app.add_url_rule(
        "/videostream",
        view_func=lambda: Response(
            pictures(), mimetype="multipart/x-mixed-replace; boundary=frame"
        ),
    )
    threading.Thread(target=film, daemon=True).start()
    while "seen" not in now:
        time.sleep(0.01)
    server = make_server("127.0.0.1", int(port), app, threaded=True)
    server.RequestHandlerClass.protocol_version = "HTTP/1.1"  # type: ignore[attr-defined]
    print("open", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
