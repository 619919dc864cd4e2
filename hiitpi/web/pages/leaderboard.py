"""Who did most in the last seven days."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from dash import Dash, dcc, html

from hiitpi.records.store import Total, first_moment
from hiitpi.web.parts import charts
from hiitpi.web.services import Services

PATH, TITLE = "/leaderboard", "Leaderboard"

DAYS = 7

#: Rows of the chart; more than this nobody reads from three metres.
SHOWN = 20


def layout(services: Services) -> html.Main:
    """Players by repetitions, stacked by workout."""
    # What was cached before the last session ended is of no use after it.
    services.live.start()
    key = f"totals-{services.live.last_finished}"
    totals = services.cache.get(key)
    if totals is None:
        totals = services.store.totals(first_moment(DAYS, datetime.now(UTC)))
        services.cache.set(key, totals)
    return html.Main(
        [
            html.H1(TITLE),
            html.P(f"Repetitions in the last {DAYS} days", className="quiet"),
            _chart(services, totals) if any(t.reps for t in totals) else _nobody(),
        ],
        className="page",
    )


def callbacks(app: Dash, services: Services) -> None:
    """None: the page is as it was when it was opened."""


def _nobody() -> html.Div:
    return html.Div(
        [
            html.P("Nobody has trained this week. The first place is free."),
            dcc.Link("Take it", href="/train", className="button primary"),
        ],
        className="empty",
    )


def _chart(services: Services, totals: list[Total]) -> dcc.Graph:
    reps: defaultdict[str, int] = defaultdict(int)
    for total in totals:
        reps[charts.label(total.player)] += total.reps
    players = sorted(reps, key=lambda name: (-reps[name], name))[:SHOWN]
    slugs = sorted({t.workout for t in totals}, key=services.library.name)
    colour = charts.colours(slugs)
    bars = []
    for slug in slugs:
        done = {charts.label(t.player): t.reps for t in totals if t.workout == slug}
        bars.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": services.library.name(slug),
                "y": players,
                "x": [done.get(player, 0) for player in players],
                "marker": {"color": colour[slug]},
                "hovertemplate": "%{y}: %{x} %{fullData.name}<extra></extra>",
            }
        )
    return dcc.Graph(
        id="leaderboard",
        figure={"data": bars, "layout": _looks(players, reps, _dots(services))},
        config=charts.CONFIG,
        style={"height": f"{120 + 56 * len(players)}px"},
    )


def _dots(services: Services) -> dict[str, str]:
    """Each player's colour, by the name as the chart has it."""
    return {charts.label(p.name): p.colour for p in services.store.house.players()}


def _looks(players: list[str], reps: dict[str, int], colours: dict[str, str]) -> dict[str, Any]:
    labels = [
        {
            "x": reps[player],
            "y": player,
            "text": f"<b>{reps[player]}</b>",
            "showarrow": False,
            "xanchor": "left",
            "xshift": 8,
            "font": {"size": 20},
        }
        for player in players
    ]
    return charts.layout(
        barmode="stack",
        annotations=labels,
        showlegend=True,
        legend={"traceorder": "normal", "y": 1.02, "yanchor": "bottom"},
        margin={"r": 72},
        xaxis={"visible": False},
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": players[::-1],
            "tickvals": players,
            "ticktext": [
                f'{name} <span style="color:{colours.get(name, charts.MUTED)}">●</span>  '
                for name in players
            ],
            "tickfont": {"size": 16},
            "showgrid": False,
        },
    )
