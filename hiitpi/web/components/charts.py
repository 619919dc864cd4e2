"""The style of charts: dark, without frames, with direct labels."""

from html import escape
from typing import Any

from hiitpi.records.player_names import COLOURS

TEXT, MUTED, SURFACE, GRID = "#e8eaed", "#9aa3af", "#181b21", "#2a2f38"

#: Colours of workouts, assigned in the order of their names: the players' colours, which people
#: with red-green colour blindness can distinguish, and three more.
SERIES = (*COLOURS, "#f5d0a9", "#e05fd0", "#8a9a3a")

CONFIG: Any = {"displayModeBar": False, "responsive": True}


def layout(**overrides: Any) -> dict[str, Any]:
    """Return a Plotly layout in the style of the pages; dicts in `overrides` are merged into it."""
    axis: dict[str, Any] = {
        "gridcolor": GRID,
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
    }
    axis["ticklabelstandoff"] = 8
    base: dict[str, Any] = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "Inter, system-ui, sans-serif", "size": 14, "color": TEXT},
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "xaxis": dict(axis),
        "yaxis": dict(axis),
        "legend": {"orientation": "h", "y": -0.15, "x": 0},
        "hoverlabel": {"bgcolor": SURFACE, "bordercolor": GRID, "font": {"color": TEXT}},
        "bargap": 0.35,
    }
    for key, value in overrides.items():
        base[key] = {**base[key], **value} if isinstance(base.get(key), dict) else value
    return base


def colours(slugs: list[str]) -> dict[str, str]:
    """Return a colour for each workout."""
    return {slug: SERIES[i % len(SERIES)] for i, slug in enumerate(slugs)}


def escape_label(text: str) -> str:
    """Escape text for a chart: Plotly would interpret tags such as `<b>`."""
    return escape(text, quote=False)


def truncate(text: str, max_chars: int = 22) -> str:
    """Shorten text to `max_chars`, by default to what fits next to a value on a phone."""
    return text if len(text) <= max_chars else text[: max_chars - 1].rstrip() + "…"
