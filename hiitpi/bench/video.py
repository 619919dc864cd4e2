"""Benchmarks the video: CPU time, loss and latency with any number of viewers."""

import time
from collections.abc import Callable
from typing import Final

from hiitpi.bench.app_under_test import Station, station
from hiitpi.bench.fake_engine import IdealEngine
from hiitpi.bench.load_clients import Client, follow
from hiitpi.bench.percentiles import p95
from hiitpi.bench.process_stats import cpu_seconds, memory_mb
from hiitpi.coach.codec import decode
from hiitpi.live.subscriber import Subscriber

#: Numbers of concurrent viewers.
VIEWERS: Final = (0, 1, 8, 24)

#: Duration of an inference of the fake engine.
INFERENCE_S: Final = 0.02

FPS: Final = 30

#: How long the stalled viewer reads nothing.
STALL_S: Final = 12.0

#: Age from which a picture counts as stale.
STALE_AFTER_S: Final = 0.5

Figures = dict[str, float]


def bench_video(seconds: float, report: Callable[[str], None]) -> Figures:
    """Measure with each number of viewers, and with one viewer that stalls.

    Args:
        seconds: duration of each measurement.
        report: called with a line of progress.

    Returns:
        Values by name.
    """
    figures: Figures = {"video_engine_ms": engine_ms()}
    with station(INFERENCE_S) as app:
        app.start_session()
        for viewers in VIEWERS:
            report(f"{viewers} viewers…")
            figures |= _measure(app, viewers, seconds, figures["video_engine_ms"])
        extra_ms = figures["video_web_ms_24"] - figures["video_web_ms_1"]
        figures["video_web_ms_per_viewer"] = round(extra_ms / 23, 3)
        report(f"one viewer that reads nothing for {STALL_S:.0f} s…")
        figures |= _stalled(app)
    return figures


def engine_ms() -> float:
    """Measure the CPU time of the fake engine itself, which is subtracted from the results."""
    engine, cpu_s = IdealEngine(INFERENCE_S), 0.0
    for _ in range(60):
        began = time.thread_time()
        engine.infer(None, 0.0)  # type: ignore[arg-type]  # it ignores the image
        cpu_s += time.thread_time() - began
        time.sleep(1 / FPS - INFERENCE_S)
    return round(cpu_s / 60 * 1000, 3)


def _measure(app: Station, viewers: int, seconds: float, engine: float) -> Figures:
    time.sleep(1)  # let earlier viewers disconnect
    clients = [Client("/videostream") for _ in range(viewers)]
    bus, before, frames = app.bus(), {}, []

    def start() -> None:
        before.update(cpu_seconds(app.pid))
        frames.append(newest(bus))

    follow(app.address, clients, seconds, on_start=start)
    used = {part: now - before[part] for part, now in cpu_seconds(app.pid).items()}
    (first, began), (last, ended) = frames[0], newest(bus)
    analysed = last - first
    figures: Figures = {
        f"video_analysed_fps_{viewers}": round(analysed / (ended - began), 2),
        f"video_pipeline_ms_{viewers}": round(used["pipeline"] / analysed * 1000 - engine, 2),
        f"video_web_ms_{viewers}": round(used["web"] / analysed * 1000, 3),
        f"video_redis_ms_{viewers}": round(used["redis"] / analysed * 1000, 3),
    }
    if not viewers:
        return figures
    ages = [age for client in clients for age in client.ages]
    received = sum(len(client.seqs) for client in clients)
    return figures | {
        f"video_delivered_part_{viewers}": round(received / viewers / analysed, 3),
        f"video_duplicates_{viewers}": received - sum(len(set(c.seqs)) for c in clients),
        f"video_age_p95_ms_{viewers}": round(p95(ages) * 1000, 1),
        f"video_picture_kb_{viewers}": round(sum(c.size for c in clients) / received / 1000, 1),
    }


def newest(bus: Subscriber) -> tuple[int, float]:
    """Return the number and time (monotonic seconds) of the newest analysed frame."""
    sample = decode(bus.recent()["samples"][-1][1])
    return int(sample["seq"]), float(sample["time"])


def _stalled(app: Station) -> Figures:
    """Measure the effects of a viewer that reads nothing for a while."""
    time.sleep(1)
    stalled, reading = Client("/videostream"), Client("/videostream")
    before = sum(memory_mb(app.pid).values())
    follow(app.address, [stalled, reading], STALL_S + 5, stall=(1, STALL_S))
    # On a busy machine pictures are late for everyone: count only what stalling adds.
    late, late_anyway = (
        sum(age > STALE_AFTER_S for age in client.ages) for client in (stalled, reading)
    )
    stale = max(0, late - late_anyway)
    return {
        "video_stalled_stale_s": round(stale / FPS, 2),
        "video_stalled_others_age_p95_ms": round(p95(reading.ages) * 1000, 1),
        "video_stalled_memory_mb": round(sum(memory_mb(app.pid).values()) - before, 1),
    }
