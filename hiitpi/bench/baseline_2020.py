"""A plain reimplementation of the 2020 design, as a baseline measured in the same run.

One camera thread and one Redis list of samples. Each viewer has its own generator, which takes the
current frame as fast as it can, counts, draws and encodes; each page polls for the newest sample
every 50 ms and pops it off the list. Run it with `python -m hiitpi.bench.baseline_2020 PORT REDIS`.
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
INFERENCE_S: Final = 0.02
POLL_S: Final = 0.05

#: Length and key of the list of samples.
LIST_LENGTH: Final = 30
LIST_KEY: Final = "hiitpi:2020"


def bench_legacy(seconds: float, report: Callable[[str], None]) -> dict[str, float]:
    """Measure CPU time and duplicates with 1 and 8 viewers, and the loss of 1 and 4 pollers.

    Args:
        seconds: duration of each measurement.
        report: called with a line of progress.

    Returns:
        Values by name.
    """
    figures: dict[str, float] = {}
    with station(INFERENCE_S) as app:  # for its Redis
        url = app.settings.redis(0)
        for viewers in (1, 8):
            report(f"2020: {viewers} viewers…")
            figures |= _measure_viewers(url, viewers, seconds)
        for clients in (1, 4):
            report(f"2020: {clients} polling clients…")
            figures |= _measure_pollers(url, clients, seconds)
    return figures


def _measure_viewers(url: str, viewers: int, seconds: float) -> dict[str, float]:
    with _BaselineServer(url) as (port, pid):
        clients = [Client("/videostream") for _ in range(viewers)]
        before: dict[str, float] = {}
        follow(
            ("127.0.0.1", port),
            clients,
            seconds,
            on_start=lambda: before.update(cpu_seconds(pid)),
        )
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


def _measure_pollers(url: str, number: int, seconds: float) -> dict[str, float]:
    redis = connect(url)
    lost: list[float] = []
    with _BaselineServer(url):
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
    """Poll like one page, and append the fraction of the samples that it missed to `lost`."""
    received, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        data = redis.lpop(LIST_KEY)
        if data:
            received.append(orjson.loads(data)["seq"])
        time.sleep(POLL_S)
    published = sum(b - a for a, b in pairwise(sorted(received)))
    lost.append(1 - (len(received) - 1) / max(published, 1))


class _BaselineServer:
    """Context manager that runs the baseline process and returns its port and process id."""

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
    """Serve in one process, as in 2020."""
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
    redis, camera, engine = connect(url), AthleteCamera(), IdealEngine(INFERENCE_S)
    camera.start()
    workout = WorkoutLibrary()["jumping_jacks"]
    latest: dict[str, Any] = {}

    def capture() -> None:
        seq = 0
        while True:
            frame = camera.read(seq, 1)
            if frame is None:
                continue
            seq = frame.seq
            latest["frame"] = frame, engine.infer(frame.image, frame.time)
            redis.lpush(LIST_KEY, orjson.dumps({"seq": seq}))
            redis.ltrim(LIST_KEY, 0, LIST_LENGTH - 1)

    def pictures() -> Iterator[bytes]:
        coach = Coach(workout, time.monotonic())  # one per viewer, as in 2020
        yield b"--frame\r\n"
        while True:
            frame, pose = latest["frame"]
            coach.update(pose, time.monotonic())
            data = jpeg(draw(frame.image, pose, workout.joints, True), 80)
            header = b"Content-Type: image/jpeg\r\nX-Seq: %d\r\nX-Encoded: %.4f\r\n\r\n"
            yield header % (frame.seq, time.monotonic()) + data + b"\r\n--frame\r\n"

    app = Flask("legacy")
    app.add_url_rule(
        "/videostream",
        view_func=lambda: Response(
            pictures(), mimetype="multipart/x-mixed-replace; boundary=frame"
        ),
    )
    threading.Thread(target=capture, daemon=True).start()
    while "frame" not in latest:
        time.sleep(0.01)
    server = make_server("127.0.0.1", int(port), app, threaded=True)
    server.RequestHandlerClass.protocol_version = "HTTP/1.1"  # type: ignore[attr-defined]
    print("open", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
