"""Benchmarks the load of a club on its Redis, its web process and its database, per station."""

import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from hiitpi.bench.app_under_test import station
from hiitpi.bench.load_clients import Client, follow
from hiitpi.bench.percentiles import p95
from hiitpi.bench.process_stats import CLOCK_TICKS_PER_S, cpu_seconds
from hiitpi.coach.messages import SCORING_VERSION, Repetition, Sample, SessionRecord, SetRecord
from hiitpi.coach.session.program import free
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import connect
from hiitpi.live.redis_process import start_redis, stop_redis
from hiitpi.live.relay import Relay
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from hiitpi.system.ports import free_port
from hiitpi.system.process import Stop
from hiitpi.video.encoder import jpeg

#: Number of stations, and frames per second of each.
STATIONS: Final = 8
FPS: Final = 30

#: Numbers of viewers of the wall.
WALL_VIEWERS: Final = (1, 4)

#: Checkpoints that are timed.
SAVES: Final = 300


def bench_club(
    seconds: float, report: Callable[[str], None], database: str | None = None
) -> dict[str, float]:
    """Measure the load of a club.

    Args:
        seconds: duration of each measurement.
        report: called with a line of progress.
        database: URL of an empty database whose checkpoints are timed too; None to skip that.

    Returns:
        Values by name.
    """
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="hiitpi-bench-") as folder, _redis(folder) as redis:
        url, pid = redis
        stop = Stop()
        stations = threading.Thread(
            target=_run_stations, args=(Path(folder), url, stop), daemon=True
        )
        stations.start()
        time.sleep(3)
        report(f"{STATIONS} stations…")
        cpu_percent, traffic = _redis_load(pid, url, seconds)
        figures["club_redis_percent_station"] = round(cpu_percent / STATIONS, 2)
        figures["club_redis_kbytes_station"] = round(traffic / STATIONS / 1000, 1)
        with station(camera="none", redis_url=url) as pages:
            for number in WALL_VIEWERS:
                report(f"…and {number} walls…")
                clients = [Client("/wall/video") for _ in range(number)]
                before = [0.0, 0.0]

                def start(pid: int = pages.pid, before: list[float] = before) -> None:
                    before[:] = cpu_seconds(pid)["web"], time.monotonic()

                follow(pages.address, clients, seconds, on_start=start)
                cpu_s = cpu_seconds(pages.pid)["web"] - before[0]
                elapsed_s = time.monotonic() - before[1]
                rates = [len(client.seqs) / elapsed_s / STATIONS for client in clients]
                figures[f"club_web_percent_{number}"] = round(100 * cpu_s / elapsed_s, 1)
                figures[f"club_pictures_station_{number}"] = round(min(rates), 1)
                size = sum(client.size for client in clients) / elapsed_s / number
                figures[f"club_wall_kbytes_{number}"] = round(size / 1000, 1)
            watching = threading.Thread(
                target=follow, args=(pages.address, [Client("/wall/video")], seconds + 2)
            )
            watching.start()
            time.sleep(2)
            cpu_percent, traffic = _redis_load(pid, url, seconds)
            watching.join()
            figures["club_redis_percent_station_watched"] = round(cpu_percent / STATIONS, 2)
            figures["club_redis_kbytes_station_watched"] = round(traffic / STATIONS / 1000, 1)
        stop.set()
        stations.join()
    if database:
        report("Checkpoints…")
        figures |= _checkpoints(database)
    return figures


@contextmanager
def _redis(folder: str) -> Iterator[tuple[str, int]]:
    """Run a Redis server on loopback; yield its URL and process id."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--save", "", "--dir", folder]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        yield f"redis://127.0.0.1:{port}/0", process.pid
        process.terminate()


def _run_stations(folder: Path, url: str, stop: Stop) -> None:
    """Simulate all stations in this process: what their pipelines publish, and their relays."""
    settings = Settings.load(instance=folder / "stations")
    settings.logs.mkdir(parents=True)
    child = start_redis(settings)
    picture = jpeg(np.random.default_rng(1).integers(90, 140, (360, 480, 3), np.uint8), 20)
    try:
        threads = []
        for i in range(STATIONS):
            name = f"station-{i}"
            publisher = Publisher(connect(settings.redis(0)), name)
            relay = Relay(
                connect(settings.redis(0)), connect(url), name, f"bench:{i} x", time.monotonic
            )
            tasks = (
                (_publish, (publisher, picture, stop)),
                (relay.run, (stop, lambda: None)),
            )
            for target, arguments in tasks:
                threads.append(threading.Thread(target=target, args=arguments, daemon=True))
                threads[-1].start()
        for thread in threads:
            thread.join()
    finally:
        stop_redis(settings, child)


def _publish(publisher: Publisher, picture: bytes, stop: Stop) -> None:
    """Publish samples, and pictures if they are watched, like the pipeline of a station."""
    points = ((320, 240, 0.9),) * 17
    publisher.set_status(
        {"camera": "bench", "drawn": False, "state": "on", "trouble": "", "model": "x"}
    )
    seq, due = 0, time.monotonic()
    while not stop.is_set():
        seq, due = seq + 1, due + 1 / FPS
        now = time.monotonic()
        sample = Sample(seq, now, 20.0, 0.9, points, "open", 90.0, seq // 60, phase="work")
        for size in publisher.publish(now, sample).watched:
            publisher.publish_picture(size, seq, now, picture)
        time.sleep(max(0.0, due - time.monotonic()))


def _redis_load(pid: int, url: str, seconds: float) -> tuple[float, float]:
    """Return the CPU load of a Redis in percent, and its traffic (in and out) in bytes/s."""
    client = connect(url)

    def totals() -> tuple[float, float]:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        stats: Any = client.info("stats")
        traffic = stats["total_net_input_bytes"] + stats["total_net_output_bytes"]
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS_PER_S, traffic

    before, began = totals(), time.monotonic()
    time.sleep(seconds)
    after, elapsed_s = totals(), time.monotonic() - began
    return 100 * (after[0] - before[0]) / elapsed_s, (after[1] - before[1]) / elapsed_s


def _checkpoints(database: str) -> dict[str, float]:
    """Measure saving a running session again after each new repetition."""
    store = Store(database)
    store.migrate()
    record = SessionRecord(
        str(uuid.uuid4()), "Bench", free("squat"), time.time(), None, "active", "bench", "x"
    )
    times_ms = []
    try:
        for i in range(1, SAVES + 1):
            rep = Repetition(i, i * 2.0, 1.5, 0.9, 1.0, 90.0)
            set_record = SetRecord(1, "squat", 1, 0.0, i * 2.0, i, 0, 90.0, scoring=SCORING_VERSION)
            record = replace(record, sets=(set_record,), series=(*record.series, rep))
            began = time.perf_counter()
            store.save(record)
            times_ms.append((time.perf_counter() - began) * 1000)
    finally:
        store.close()
    return {
        "club_save_ms": round(float(np.median(times_ms)), 2),
        "club_save_p95_ms": round(p95(times_ms), 2),
    }
