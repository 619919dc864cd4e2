"""Benchmarks the live data: loss, order and latency of samples with many clients."""

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
INFERENCE_S: Final = 0.02


def bench_live(seconds: float, report: Callable[[str], None]) -> dict[str, float]:
    """Measure with each number of clients.

    Args:
        seconds: duration of each measurement.
        report: called with a line of progress.

    Returns:
        Values by name.
    """
    figures: dict[str, float] = {}
    with station(INFERENCE_S) as app:
        app.start_session()
        for number in CLIENTS:
            report(f"{number} clients of the live data…")
            time.sleep(1)
            clients = [Client("/live") for _ in range(number)]
            before: list[float] = []

            def start(pid: int = app.pid, before: list[float] = before) -> None:
                before.append(cpu_seconds(pid)["web"])

            follow(app.address, clients, seconds, on_start=start)
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


def missed(received: list[int], published: list[int]) -> set[int]:
    """Return the samples between a client's first and last one that it did not receive.

    Args:
        received: sequence numbers that the client received, in order.
        published: sequence numbers that were published in the last half minute, as Redis keeps
            them; frames that were not analysed have no sample.
    """
    window = {seq for seq in published if received and received[0] <= seq <= received[-1]}
    return window - set(received)
