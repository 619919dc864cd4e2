"""Statistics shared by several benchmarks."""

import statistics
from collections.abc import Sequence


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile; NaN for fewer than two values."""
    if len(values) < 2:
        return float("nan")
    return statistics.quantiles(values, n=20, method="inclusive")[-1]
