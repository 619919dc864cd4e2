"""The chart of an ended session: pace, form, and the heart rate if there is one."""

from itertools import pairwise
from typing import Any

from dash import dcc

from hiitpi.coach.messages import Repetition, SessionRecord
from hiitpi.coach.rules.pace import PACE_WINDOW_S
from hiitpi.web.components import charts
from hiitpi.web.components.heart_rate import add_heart_rates


def graph(record: SessionRecord) -> dcc.Graph | None:
    """Return the chart of a session; None without repetitions."""
    if not record.series:
        return None
    figure, style = _figure(record.series), {"height": "240px"}
    if record.heart_rates:
        add_heart_rates(figure, record)
        style = {"height": "340px"}
    return dcc.Graph(id="summary-graph", figure=figure, config=charts.CONFIG, style=style)


def _figure(series: tuple[Repetition, ...]) -> dict[str, Any]:
    """Return a chart of the pace between repetitions and the score of each, over work time."""
    times = [rep.time for rep in series]
    pace: list[float | None] = [None]
    for previous, rep in pairwise(series):
        consecutive = rep.set == previous.set and rep.time > previous.time
        pace.append(round(PACE_WINDOW_S / (rep.time - previous.time), 1) if consecutive else None)
    small = {"size": 12, "color": charts.MUTED}
    axis = {"tickfont": small, "gridcolor": charts.GRID, "nticks": 4, "rangemode": "tozero"}
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "pace /30 s",
            "x": times,
            "y": pace,
            "line": {"color": charts.SERIES[1], "width": 2},
            "marker": {"size": 5},
            "hovertemplate": "%{x:.0f} s: %{y} /30 s<extra></extra>",
        },
        {
            "type": "bar",
            "name": "form",
            "x": times,
            "y": [rep.score for rep in series],
            "yaxis": "y2",
            "marker": {"color": charts.SERIES[0]},
            "customdata": [[rep.number, ", ".join(rep.cues) or "good"] for rep in series],
            "hovertemplate": "repetition %{customdata[0]}: form %{y:.0f}<br>%{customdata[1]}"
            "<extra></extra>",
        },
    ]
    return {
        "data": data,
        "layout": charts.layout(
            showlegend=False,
            margin={"l": 48, "r": 8, "t": 8, "b": 24},
            xaxis={
                "anchor": "y2",
                "ticksuffix": " s",
                "tickfont": small,
                "showgrid": False,
                "nticks": 6,
            },
            yaxis={**axis, "domain": [0.55, 1], "title": {"text": "pace", "font": small}},
            yaxis2={
                **axis,
                "domain": [0, 0.45],
                "range": [0, 100],
                "fixedrange": True,
                "title": {"text": "form", "font": small},
            },
        ),
    }
