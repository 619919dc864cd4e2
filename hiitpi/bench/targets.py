"""What we mean to reach, and what misses it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class Target:
    """A figure may be at most, or must be at least, so much."""

    figure: str
    sign: Literal["<=", ">="]
    limit: float

    def met(self, value: float) -> bool:
        """Whether it is."""
        return value <= self.limit if self.sign == "<=" else value >= self.limit


#: Frames a second of 30 that count as all: a second more or less at the ends of the measurement.
ALL: Final = 29.8

TARGETS: Final = (
    *(Target(f"video_analysed_fps_{n}", ">=", ALL) for n in (0, 1, 8, 24)),
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
    Target("web_start_s", "<=", 4.0),
    Target("web_idle_percent", "<=", 2.0),
    Target("web_awake_s", "<=", 1.0),
    Target("web_rep_shown_p95_ms", "<=", 150),
    Target("web_memory_mb", "<=", 350),
)


def missed(figures: Mapping[str, float]) -> list[str]:
    """A line for each measured figure that misses its target."""
    return [
        f"{t.figure} is {figures[t.figure]:g}, not {t.sign} {t.limit:g}"
        for t in TARGETS
        if t.figure in figures and not t.met(figures[t.figure])
    ]


def table(figures: Mapping[str, float]) -> str:
    """All figures, with their targets, for people."""
    limits = {t.figure: t for t in TARGETS}
    wide = max(map(len, figures))
    lines = []
    for name, value in figures.items():
        t = limits.get(name)
        mark = "" if t is None else f"  {t.sign} {t.limit:g}  {'✓' if t.met(value) else '✗'}"
        lines.append(f"{name:<{wide}}  {value:>10g}{mark}")
    return "\n".join(lines)
