"""How charts look: dark, quiet, with direct labels."""

from html import escape
from typing import Any

from hiitpi.records.player_names import COLOURS

TEXT, MUTED, SURFACE, LINE = "#e8eaed", "#9aa3af", "#181b21", "#2a2f38"

#: One for each workout, in the order of their names: the players' colours, which are told apart
#: without seeing red and green, and three more.
SERIES = (*COLOURS, "#f5d0a9", "#e05fd0", "#8a9a3a")

CONFIG: Any = {"displayModeBar": False, "responsive": True}


def layout(**more: Any) -> dict[str, Any]:
    """A Plotly layout in the page's language; `more` is merged over it."""
    axis: dict[str, Any] = {
        "gridcolor": LINE,
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
        "hoverlabel": {"bgcolor": SURFACE, "bordercolor": LINE, "font": {"color": TEXT}},
        "bargap": 0.35,
    }
    for key, value in more.items():
        base[key] = {**base[key], **value} if isinstance(base.get(key), dict) else value
    return base


def colours(slugs: list[str]) -> dict[str, str]:
    """A colour for each workout."""
    return {slug: SERIES[i % len(SERIES)] for i, slug in enumerate(slugs)}


def label(text: str) -> str:
    """Text for a chart, where Plotly would take `<b>` for an order: shown as it is written."""
    return escape(text, quote=False)


def short(text: str, longest: int = 22) -> str:
    """Text that fits beside others on a phone."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
