"""Whether every browser gets every sample, in order and soon."""

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from hiitpi.bench.app_under_test import station
from hiitpi.bench.load_clients import Client, follow
from hiitpi.bench.percentiles import p95
from hiitpi.bench.process_stats import cpu_seconds
from hiitpi.coach.codec import decode

CLIENTS: Final = (1, 4, 16)
INFERENCE: Final = 0.02


def bench_live(seconds: float, tell: Callable[[str], None]) -> dict[str, float]:
    """Measure for so many seconds with each number of clients."""
    figures: dict[str, float] = {}
    with station(INFERENCE) as app:
        app.start_session()
        for number in CLIENTS:
            tell(f"{number} clients of the live data…")
            time.sleep(1)
            clients = [Client("/live") for _ in range(number)]
            before: list[float] = []

            def begun(pid: int = app.pid, before: list[float] = before) -> None:
                before.append(cpu_seconds(pid)["web"])

            follow(app.address, clients, seconds, begun=begun)
            used = cpu_seconds(app.pid)["web"] - before[0]
            published = [decode(data)["seq"] for _, data in app.bus().recent()["samples"]]
            steps = [b - a for client in clients for a, b in pairwise(client.seqs)]
            ages = [age for client in clients for age in client.ages]
            figures |= {
                f"live_samples_{number}": sum(len(client.seqs) for client in clients),
                f"live_lost_{number}": sum(len(missed(c.seqs, published)) for c in clients),
                f"live_disorder_{number}": sum(step < 1 for step in steps),
                f"live_age_p95_ms_{number}": round(p95(ages) * 1000, 1),
                f"live_web_percent_{number}": round(used / seconds * 100, 1),
            }
    return figures


def missed(seen: list[int], published: list[int]) -> set[int]:
    """What was published between a client's first and last sample, and it never got.

    A camera's frame that was not analysed is no sample. Redis has the last half minute.
    """
    return {seq for seq in published if seen and seen[0] <= seq <= seen[-1]} - set(seen)
