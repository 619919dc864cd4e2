"""Performance targets of the benchmarks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class Target:
    """An upper or lower limit of a measured figure.

    Attributes:
        figure: name of the figure.
        sign: "<=" for an upper, ">=" for a lower limit.
        limit: the limit, in the figure's unit.
    """

    figure: str
    sign: Literal["<=", ">="]
    limit: float

    def met(self, value: float) -> bool:
        """Return whether a value is within the limit."""
        return value <= self.limit if self.sign == "<=" else value >= self.limit


#: Frames per second that count as all 30: the ends of a measurement are off by a frame or two.
ALL_FRAMES_FPS: Final = 29.8

TARGETS: Final = (
    *(Target(f"video_analysed_fps_{n}", ">=", ALL_FRAMES_FPS) for n in (0, 1, 8, 24)),
    Target("video_pipeline_ms_0", "<=", 1.0),
    *(Target(f"video_pipeline_ms_{n}", "<=", 3.5) for n in (1, 8, 24)),
    Target("video_web_ms_per_viewer", "<=", 0.3),
    *(Target(f"video_duplicates_{n}", "<=", 0) for n in (1, 8, 24)),
    *(Target(f"video_delivered_part_{n}", ">=", 0.98) for n in (1, 8, 24)),
    *(Target(f"video_age_p95_ms_{n}", "<=", 15) for n in (1, 8, 24)),
    Target("video_stalled_stale_s", "<=", 1.0),
    Target("video_stalled_others_age_p95_ms", "<=", 15),
    Target("video_stalled_memory_mb", "<=", 5),
    *(Target(f"live_lost_{n}", "<=", 0) for n in (1, 4, 16)),
    *(Target(f"live_disorder_{n}", "<=", 0) for n in (1, 4, 16)),
    *(Target(f"live_age_p95_ms_{n}", "<=", 50) for n in (1, 4, 16)),
    Target("coach_worst_us", "<=", 300),
    Target("coach_latency_p95_ms", "<=", 70),
    Target("web_start_s", "<=", 4.0),
    Target("web_idle_percent", "<=", 2.0),
    Target("web_awake_s", "<=", 1.0),
    Target("web_rep_shown_p95_ms", "<=", 150),
    Target("web_memory_mb", "<=", 350),
)


def missed(figures: Mapping[str, float]) -> list[str]:
    """Return a line for each measured figure that misses its target."""
    return [
        f"{t.figure} is {figures[t.figure]:g}, not {t.sign} {t.limit:g}"
        for t in TARGETS
        if t.figure in figures and not t.met(figures[t.figure])
    ]


def table(figures: Mapping[str, float]) -> str:
    """Format all figures with their targets as a table."""
    limits = {t.figure: t for t in TARGETS}
    width = max(map(len, figures))
    lines = []
    for name, value in figures.items():
        t = limits.get(name)
        mark = "" if t is None else f"  {t.sign} {t.limit:g}  {'✓' if t.met(value) else '✗'}"
        lines.append(f"{name:<{width}}  {value:>10g}{mark}")
    return "\n".join(lines)
