"""What frames and pictures cost, with any number of viewers."""

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

#: Viewers at a time, and seconds that the inference of the stub takes.
VIEWERS: Final = (0, 1, 8, 24)
INFERENCE: Final = 0.02

FPS: Final = 30

#: Seconds for which a viewer reads nothing, and from which age on a picture is old news.
STALL: Final = 12.0
OLD: Final = 0.5

Figures = dict[str, float]


def bench_video(seconds: float, tell: Callable[[str], None]) -> Figures:
    """Measure for so many seconds with each number of viewers."""
    figures: Figures = {"video_engine_ms": engine_ms()}
    with station(INFERENCE) as app:
        app.start_session()
        for viewers in VIEWERS:
            tell(f"{viewers} viewers…")
            figures |= _measure(app, viewers, seconds, figures["video_engine_ms"])
        one, many = figures["video_web_ms_1"], figures["video_web_ms_24"]
        figures["video_web_ms_per_viewer"] = round((many - one) / 23, 3)
        tell(f"a viewer who reads nothing for {STALL:.0f} s…")
        figures |= _stalled(app)
    return figures


def engine_ms() -> float:
    """CPU time of the stub's own inference, which is no part of what is measured."""
    engine, spent = IdealEngine(INFERENCE), 0.0
    for _ in range(60):
        began = time.thread_time()
        engine.infer(None, 0.0)  # type: ignore[arg-type]  # it looks at no picture
        spent += time.thread_time() - began
        time.sleep(1 / FPS - INFERENCE)
    return round(spent / 60 * 1000, 3)


def _measure(app: Station, viewers: int, seconds: float, engine: float) -> Figures:
    time.sleep(1)  # whoever watched before has gone
    watching = [Client("/videostream") for _ in range(viewers)]
    bus, before, frames = app.bus(), {}, []

    def begun() -> None:
        before.update(cpu_seconds(app.pid))
        frames.append(newest(bus))

    follow(app.address, watching, seconds, begun=begun)
    used = {part: now - before[part] for part, now in cpu_seconds(app.pid).items()}
    (first, began), (last, ended) = frames[0], newest(bus)
    analysed = last - first
    found: Figures = {
        f"video_analysed_fps_{viewers}": round(analysed / (ended - began), 2),
        f"video_pipeline_ms_{viewers}": round(used["pipeline"] / analysed * 1000 - engine, 2),
        f"video_web_ms_{viewers}": round(used["web"] / analysed * 1000, 3),
        f"video_redis_ms_{viewers}": round(used["redis"] / analysed * 1000, 3),
    }
    if not viewers:
        return found
    ages = [age for client in watching for age in client.ages]
    seen = sum(len(client.seqs) for client in watching)
    return found | {
        f"video_delivered_part_{viewers}": round(seen / viewers / analysed, 3),
        f"video_duplicates_{viewers}": seen - sum(len(set(client.seqs)) for client in watching),
        f"video_age_p95_ms_{viewers}": round(p95(ages) * 1000, 1),
        f"video_picture_kb_{viewers}": round(sum(c.size for c in watching) / seen / 1000, 1),
    }


def newest(bus: Subscriber) -> tuple[int, float]:
    """Number and time of the newest frame that was analysed."""
    sample = decode(bus.recent()["samples"][-1][1])
    return int(sample["seq"]), float(sample["time"])


def _stalled(app: Station) -> Figures:
    time.sleep(1)
    asleep, awake = Client("/videostream"), Client("/videostream")
    before = sum(memory_mb(app.pid).values())
    follow(app.address, [asleep, awake], STALL + 5, stall=(1, STALL))
    # A busy machine makes pictures late for everybody: what counts is what sleeping adds to that.
    late, late_anyway = (sum(age > OLD for age in one.ages) for one in (asleep, awake))
    old = max(0, late - late_anyway)
    return {
        "video_stalled_stale_s": round(old / FPS, 2),
        "video_stalled_others_age_p95_ms": round(p95(awake.ages) * 1000, 1),
        "video_stalled_memory_mb": round(sum(memory_mb(app.pid).values()) - before, 1),
    }
