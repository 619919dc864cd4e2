"""The live graphs under the video; `assets/graphs.js` extends their traces."""

from typing import Any

from dash import dcc, html

from hiitpi.web.components import charts
from hiitpi.web.components.html_attributes import attributes


def graphs() -> html.Section:
    """Return the graphs of signal, inference time and confidence, side by side."""
    config: Any = {**charts.CONFIG, "staticPlot": True}
    graph = dcc.Graph(id="graph", figure=_figure(), config=config, responsive=True)
    return html.Section(graph, className="graphs", **attributes(aria_label="Live graphs"))


def _figure() -> dict[str, Any]:
    """Return the empty figure: three line graphs, the dots of repetitions, and the ghost."""
    graphs: tuple[tuple[str, str, Any, str, dict[str, Any]], ...] = (
        ("signal", "signal", (0.0, 0.57), charts.SERIES[0], {}),
        ("inference_ms", "inference ms", (0.66, 0.79), charts.SERIES[1], {"rangemode": "tozero"}),
        ("confidence", "confidence", (0.88, 1.0), charts.SERIES[3], {"range": [0, 1.05]}),
    )
    data: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    small = {"size": 12, "color": charts.MUTED}
    common = {
        "zeroline": False,
        "fixedrange": True,
        "tickfont": small,
        "ticklabelstandoff": 6,
        # Measuring all labels again on each update takes longer than drawing the lines.
        "automargin": False,
        "ticklabeloverflow": "allow",
    }
    for i, (name, title, domain, colour, axis_options) in enumerate(graphs):
        n = str(i + 1) if i else ""
        line = {"color": colour, "width": 2}
        data.append(_trace(f"x{n}", f"y{n}", name=name, mode="lines", line=line))
        axes[f"yaxis{n}"] = {
            **common,
            **axis_options,
            "anchor": f"x{n}",
            "title": {"text": title, "font": small, "standoff": 8},
            "gridcolor": charts.GRID,
            "nticks": 4,
        }
        axes[f"xaxis{n}"] = {
            **common,
            "domain": domain,
            "anchor": f"y{n}",
            "showgrid": False,
            "ticksuffix": " s",
            "nticks": 3 if i else 8,
        }
    dot = {"color": charts.TEXT, "size": 9}
    data.append(_trace("x", "y", name="repetition", mode="markers", marker=dot))
    line = {"color": charts.MUTED, "width": 1}
    data.append(_trace("x", "y", name="best set", mode="lines", line=line))
    margin = {"l": 60, "r": 12, "t": 8, "b": 28}
    return {"data": data, "layout": charts.layout(showlegend=False, margin=margin, **axes)}


def _trace(x: str, y: str, **options: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [],
        "y": [],
        "xaxis": x,
        "yaxis": y,
        "hoverinfo": "skip",
        **options,
    }
