"""What a club costs its Redis, its pages and its database, for each station."""

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
from hiitpi.bench.process_stats import TICK, cpu_seconds
from hiitpi.coach.messages import Repetition, Sample, SessionRecord, SetRecord
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

#: Stations, frames a second of each, and walls that are looked at.
STATIONS: Final = 8
RATE: Final = 30
WALLS: Final = (1, 4)

#: Checkpoints that are timed.
SAVES: Final = 300


def bench_club(
    seconds: float, tell: Callable[[str], None], database: str | None = None
) -> dict[str, float]:
    """Measure for so many seconds each; with an empty `database`, its checkpoints too."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="hiitpi-bench-") as folder, _redis(folder) as redis:
        url, pid = redis
        stop = Stop()
        crowd = threading.Thread(target=_stations, args=(Path(folder), url, stop), daemon=True)
        crowd.start()
        time.sleep(3)
        tell(f"{STATIONS} stations…")
        used, moved = _server(pid, url, seconds)
        figures["club_redis_percent_station"] = round(used / STATIONS, 2)
        figures["club_redis_kbytes_station"] = round(moved / STATIONS / 1000, 1)
        with station(camera="none", redis_url=url) as pages:
            for number in WALLS:
                tell(f"…and {number} walls…")
                clients = [Client("/wall/video") for _ in range(number)]
                before = [0.0, 0.0]

                def begun(pid: int = pages.pid, before: list[float] = before) -> None:
                    before[:] = cpu_seconds(pid)["web"], time.monotonic()

                follow(pages.address, clients, seconds, begun=begun)
                spent = cpu_seconds(pages.pid)["web"] - before[0]
                passed = time.monotonic() - before[1]
                rates = [len(client.seqs) / passed / STATIONS for client in clients]
                figures[f"club_web_percent_{number}"] = round(100 * spent / passed, 1)
                figures[f"club_pictures_station_{number}"] = round(min(rates), 1)
                size = sum(client.size for client in clients) / passed / number
                figures[f"club_wall_kbytes_{number}"] = round(size / 1000, 1)
            watching = threading.Thread(
                target=follow, args=(pages.address, [Client("/wall/video")], seconds + 2)
            )
            watching.start()
            time.sleep(2)
            used, moved = _server(pid, url, seconds)
            watching.join()
            figures["club_redis_percent_station_watched"] = round(used / STATIONS, 2)
            figures["club_redis_kbytes_station_watched"] = round(moved / STATIONS / 1000, 1)
        stop.set()
        crowd.join()
    if database:
        tell("Checkpoints…")
        figures |= _checkpoints(database)
    return figures


@contextmanager
def _redis(folder: str) -> Iterator[tuple[str, int]]:
    """A server on loopback: its URL and its process."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--save", "", "--dir", folder]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        yield f"redis://127.0.0.1:{port}/0", process.pid
        process.terminate()


def _stations(folder: Path, url: str, stop: Stop) -> None:
    """All stations in this process: what their trainers publish, and their relays."""
    settings = Settings.load(instance=folder / "stations")
    settings.logs.mkdir(parents=True)
    child = start_redis(settings)
    picture = jpeg(np.random.default_rng(1).integers(90, 140, (360, 480, 3), np.uint8), 20)
    try:
        threads = []
        for i in range(STATIONS):
            name = f"station-{i}"
            bus = Publisher(connect(settings.redis(0)), name)
            one = Relay(
                connect(settings.redis(0)), connect(url), name, f"bench:{i} x", time.monotonic
            )
            for target, given in ((_train, (bus, picture, stop)), (one.run, (stop, lambda: None))):
                threads.append(threading.Thread(target=target, args=given, daemon=True))
                threads[-1].start()
        for thread in threads:
            thread.join()
    finally:
        stop_redis(settings, child)


def _train(bus: Publisher, picture: bytes, stop: Stop) -> None:
    points = ((320, 240, 0.9),) * 17
    bus.set_status({"camera": "bench", "drawn": False, "state": "on", "trouble": "", "model": "x"})
    seq, due = 0, time.monotonic()
    while not stop.is_set():
        seq, due = seq + 1, due + 1 / RATE
        now = time.monotonic()
        sample = Sample(seq, now, 20.0, 0.9, points, "open", 90.0, seq // 60, phase="work")
        for size in bus.publish(now, sample).watched:
            bus.picture(size, seq, now, picture)
        time.sleep(max(0.0, due - time.monotonic()))


def _server(pid: int, url: str, seconds: float) -> tuple[float, float]:
    """CPU percent of a Redis, and bytes a second that come in and go out."""
    client = connect(url)

    def now() -> tuple[float, float]:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        stats: Any = client.info("stats")
        moved = stats["total_net_input_bytes"] + stats["total_net_output_bytes"]
        return (int(fields[11]) + int(fields[12])) / TICK, moved

    before, began = now(), time.monotonic()
    time.sleep(seconds)
    after, passed = now(), time.monotonic() - began
    return 100 * (after[0] - before[0]) / passed, (after[1] - before[1]) / passed


def _checkpoints(database: str) -> dict[str, float]:
    """How long it takes to store a running session once more, with one repetition more."""
    store = Store(database)
    store.migrate()
    record = SessionRecord(
        str(uuid.uuid4()), "Bench", free("squat"), time.time(), None, "active", "bench", "x"
    )
    taken = []
    try:
        for i in range(1, SAVES + 1):
            rep = Repetition(i, i * 2.0, 1.5, 0.9, 1.0, 90.0)
            one = SetRecord(1, "squat", 1, 0.0, i * 2.0, i, 0, 90.0)
            record = replace(record, sets=(one,), series=(*record.series, rep))
            began = time.perf_counter()
            store.save(record)
            taken.append((time.perf_counter() - began) * 1000)
    finally:
        store.close()
    return {
        "club_save_ms": round(float(np.median(taken)), 2),
        "club_save_p95_ms": round(p95(taken), 2),
    }
