"""What several benchmarks make of their numbers."""

import statistics
from collections.abc import Sequence


def p95(values: Sequence[float]) -> float:
    """What 95 % of the values do not exceed; not a number when there are too few."""
    if len(values) < 2:
        return float("nan")
    return statistics.quantiles(values, n=20, method="inclusive")[-1]
