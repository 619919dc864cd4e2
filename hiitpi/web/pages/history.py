"""What one player has done."""

from datetime import datetime, timedelta
from typing import Any

from dash import Dash, dcc, html

from hiitpi.coach.messages import SessionRecord
from hiitpi.web.auth import current_player
from hiitpi.web.parts import charts
from hiitpi.web.parts.stranger import stranger
from hiitpi.web.parts.titles import clock, reps_by_workout, title
from hiitpi.web.services import Services

PATH, TITLE = "/history", "History"

#: Sessions in the table; the chart shows all that were read.
SHOWN = 50


def layout(services: Services) -> Any:
    """The player's sessions, as a chart and as a table; without a player, the way to the login."""
    player = current_player()
    if player is None:
        return stranger()
    sessions = services.store.history(player)
    content = (
        [_chart(services, sessions), _table(services, sessions[:SHOWN])]
        if sessions
        else [
            html.Div(
                [
                    html.P("Nothing here yet. One set, and this page begins."),
                    dcc.Link("Train", href="/train", className="button primary"),
                ],
                className="empty",
            )
        ]
    )
    return html.Main([html.H1(f"{player}’s history"), *content], className="page")


def callbacks(app: Dash, services: Services) -> None:
    """None: the page is as it was when it was opened."""


def _chart(services: Services, sessions: list[SessionRecord]) -> dcc.Graph:
    done = [(s, reps_by_workout(s)) for s in reversed(sessions)]
    slugs = sorted({slug for _, reps in done for slug in reps}, key=services.library.name)
    colour = charts.colours(slugs)
    lines = []
    for slug in slugs:
        mine = [(s, reps[slug]) for s, reps in done if slug in reps]
        lines.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": services.library.name(slug),
                "x": [_local(s).isoformat() for s, _ in mine],
                "y": [reps for _, reps in mine],
                "marker": {"color": colour[slug], "size": 10},
                "line": {"width": 2},
                "customdata": [
                    [s.pace, "–" if s.score is None else round(s.score)] for s, _ in mine
                ],
                "hovertemplate": "%{x|%-d %b %Y, %H:%M}<br><b>%{y}</b> %{fullData.name}<br>"
                "pace %{customdata[0]} /30 s · form %{customdata[1]}<extra></extra>",
            }
        )
    looks = charts.layout(
        showlegend=True,
        yaxis={"rangemode": "tozero", "title": {"text": "repetitions"}},
        xaxis={"showgrid": False, "nticks": 5, "tickangle": 0, "range": _span(sessions)},
        legend={"y": 1.02, "yanchor": "bottom"},
    )
    return dcc.Graph(
        id="history",
        figure={"data": lines, "layout": looks},
        config=charts.CONFIG,
        style={"height": "320px"},
    )


def _span(sessions: list[SessionRecord]) -> list[str]:
    """From the first session to now, and a week at least: one session alone is no time axis."""
    now = datetime.now()
    first = min(_local(sessions[-1]), now - timedelta(days=7))
    margin = (now - first) / 40
    return [(first - margin).isoformat(), (now + margin).isoformat()]


def _table(services: Services, sessions: list[SessionRecord]) -> html.Div:
    titles = ("When", "Workout", "Reps", "Pace", "Form", "Time")
    now = datetime.now()
    rows = [
        html.Tr(
            [
                html.Td(_when(_local(s), now)),
                html.Td(title(s, services.library)),
                html.Td(s.reps),
                html.Td(f"{s.pace:g}"),
                html.Td("–" if s.score is None else f"{s.score:.0f}"),
                html.Td(clock((s.ended or s.started) - s.started)),
            ]
        )
        for s in sessions
    ]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(t, scope="col") for t in titles])), html.Tbody(rows)]
    )
    return html.Div(table, className="table")


def _local(session: SessionRecord) -> datetime:
    return datetime.fromtimestamp(session.started)


def _when(moment: datetime, now: datetime) -> str:
    """Day and time; the year only when it is not this one."""
    year = "" if moment.year == now.year else " %Y"
    return moment.strftime(f"%-d %b{year}, %H:%M")
