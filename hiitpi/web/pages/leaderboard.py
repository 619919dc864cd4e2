"""The leaderboard: by period, measure and workout."""

from datetime import UTC, date, datetime
from typing import Any, Final

from dash import Dash, Input, Output, State, dcc, html, no_update

from hiitpi.records.leaderboard import PLANK, Measure, Place, rank, rank_streaks
from hiitpi.records.local_days import first_day
from hiitpi.web.components import charts
from hiitpi.web.components.challenge import challenge_callbacks, challenge_section
from hiitpi.web.components.filters import ALL, choice, hold_slugs, workout_filter
from hiitpi.web.services import Services

PATH, TITLE = "/leaderboard", "Leaderboard"

#: Maximum number of rows: more are not readable from three metres.
MAX_ROWS: Final = 20

#: Polling interval for new sessions.
REFRESH_MS: Final = 5000

PERIODS: Final = {"1": "Today", "7": "7 days", "30": "30 days", "all": "All time"}

MEASURES: Final[dict[str, tuple[str, str]]] = {
    "reps": ("Reps", "Repetitions"),
    "set": ("Best set", "Most in one set"),
    "pace": ("Pace", "Best pace of a set, repetitions per 30 s"),
    "score": ("Form", "Best mean form score of a set, 0 to 100"),
    "plank": ("Plank", "Longest plank, seconds"),
    "streak": ("Streak", "Days of training in a row"),
}


def layout(services: Services) -> html.Main:
    """Return the page, initially with the repetitions of the last seven days."""
    if services.stations.own:
        services.stations.own.live.start()  # it reads the events that invalidate the cache
    description, figure, style = _chart(services, "7", "reps", ALL)
    return html.Main(
        [
            html.H1(TITLE),
            html.Div(
                [
                    choice("lb-period", "Period", PERIODS, "7"),
                    choice(
                        "lb-measure", "By", {key: short for key, (short, _) in MEASURES.items()},
                        "reps",
                    ),
                    workout_filter(services.library, "lb-workout"),
                ],
                className="choices",
            ),
            html.P(description, id="lb-says", className="quiet", role="status"),
            dcc.Graph(id="leaderboard", figure=figure, config=charts.CONFIG, style=style),
            html.Div(_empty_notice(figure), id="lb-empty"),
            challenge_section(services),
            dcc.Interval(id="lb-tick", interval=REFRESH_MS),
            dcc.Store(id="lb-seen", data=services.stations.finished_token()),
        ],
        className="page",
    )  # fmt: skip


def callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks: filters, the end of a session, and the challenge of the house."""
    challenge_callbacks(app, services)

    @app.callback(
        Output("lb-says", "children"),
        Output("leaderboard", "figure"),
        Output("leaderboard", "style"),
        Output("lb-empty", "children"),
        Input("lb-period", "value"),
        Input("lb-measure", "value"),
        Input("lb-workout", "value"),
        Input("lb-seen", "data"),
        prevent_initial_call=True,
    )
    def update(period: Any, measure: Any, workout: Any, _token: Any) -> Any:
        description, figure, style = _chart(services, period, measure, workout)
        return description, figure, style, _empty_notice(figure)

    @app.callback(
        Output("lb-seen", "data"),
        Input("lb-tick", "n_intervals"),
        State("lb-seen", "data"),
        prevent_initial_call=True,
    )
    def poll(_: int, last_token: Any) -> Any:
        token = services.stations.finished_token()
        return no_update if token == last_token else token


def _chart(
    services: Services, period: Any, measure: Any, workout: Any
) -> tuple[str, dict[str, Any], dict[str, str]]:
    """Return the description, the figure and the style (its height) for the filters' values."""
    period = period if period in PERIODS else "7"
    measure = measure if measure in MEASURES else "reps"
    slug = workout if workout in services.library else None
    today = datetime.now(UTC).astimezone(services.store.zone).date()
    places = _places(services, period, measure, slug, today)[:MAX_ROWS]
    description = MEASURES[measure][1]
    if slug and measure not in ("plank", "streak"):
        description += f" · {services.library.name(slug)}"
    if measure != "streak" or period == "all":
        description += f" · {PERIODS[period].lower()}"
    style = {"height": f"{48 + 72 * len(places)}px"}
    return description, _figure(services, places, measure), style


def _places(
    services: Services, period: str, measure: Measure | Any, slug: str | None, today: date
) -> list[Place]:
    # With the token in the key, the cache is invalidated when a session ends.
    key = f"{period}-{today}-{services.stations.finished_token()}"
    if measure == "streak":
        streaks = services.cache.get(f"streaks-{key}")
        if streaks is None:
            streaks = services.store.leaderboard.streaks(today)
            services.cache.set(f"streaks-{key}", streaks)
        return rank_streaks(streaks, all_time=period == "all")
    totals = services.cache.get(f"totals-{key}")
    if totals is None:
        totals = services.store.leaderboard.totals(
            first_day(None if period == "all" else int(period), today), until=today
        )
        services.cache.set(f"totals-{key}", totals)
    return rank(totals, measure, slug, hold_slugs(services.library))


def _empty_notice(figure: dict[str, Any]) -> html.Div | None:
    if figure["data"]:
        return None
    return html.Div(
        [
            html.P("Nobody yet. First place is free."),
            dcc.Link("Take it", href="/train", className="button primary"),
        ],
        className="empty",
    )


def _figure(services: Services, places: list[Place], measure: str) -> dict[str, Any]:
    if not places:
        hidden = {"visible": False}
        return {"data": [], "layout": charts.layout(xaxis=hidden, yaxis=hidden)}
    rows = [f"place {i}" for i in range(len(places))]
    data = _stack(services, places, rows) if measure == "reps" else [
        _bars(_colours(services, places), rows, [place.value for place in places])
    ]  # fmt: skip
    return {
        "data": data,
        "layout": charts.layout(
            barmode="stack",
            bargap=0.72,
            annotations=[
                label
                for row, place in zip(rows, places, strict=True)
                for label in _labels(services, row, place, measure)
            ],
            showlegend=measure == "reps",
            legend={"traceorder": "normal", "y": 1, "yanchor": "bottom"},
            margin={"l": 4, "r": 4, "t": 8, "b": 0},
            xaxis={"visible": False, "range": [0, max(place.value for place in places)]},
            yaxis={
                "visible": False,
                "type": "category",
                "categoryorder": "array",
                "categoryarray": rows[::-1],
                "range": [-0.6, len(rows) - 0.3],
            },
        ),
    }


def _stack(services: Services, places: list[Place], rows: list[str]) -> list[dict[str, Any]]:
    slugs = sorted({s for place in places for s in place.parts}, key=services.library.name)
    colour = charts.colours(slugs)
    return [
        {
            **_bars(colour[slug], rows, [place.parts.get(slug, 0) for place in places]),
            "name": services.library.name(slug),
            "hovertemplate": "%{x} %{fullData.name}<extra></extra>",
        }
        for slug in slugs
    ]


def _bars(colour: Any, rows: list[str], values: list[float]) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "y": rows,
        "x": values,
        "marker": {"color": colour},
        "hoverinfo": "skip",
    }


def _colours(services: Services, places: list[Place]) -> list[str]:
    colour = {player.name: player.colour for player in services.store.players.all()}
    return [colour.get(place.player, charts.MUTED) for place in places]


def _labels(services: Services, row: str, place: Place, measure: str) -> list[dict[str, Any]]:
    """Return annotations above a bar: rank and name at the left, the value at the right."""
    note = place.note
    if measure in ("set", "pace", "score") and place.parts:
        note = services.library.name(next(iter(place.parts)))
    if note:
        note = f'  <span style="color:{charts.MUTED}">{charts.escape_label(note)}</span>'
    value = f"{place.value:,.0f}" if measure in ("reps", "set", "streak") else f"{place.value:.1f}"
    if measure == "plank" or (measure == "set" and PLANK in place.parts):
        value = f"{place.value:.0f} s"
    common = {"y": row, "xref": "paper", "yshift": 22, "showarrow": False}
    return [
        {
            **common, "x": 0, "xanchor": "left", "font": {"size": 16},
            "text": f"{place.rank}.  {charts.escape_label(charts.truncate(place.player))}{note}",
        },
        {**common, "x": 1, "xanchor": "right", "font": {"size": 20}, "text": f"<b>{value}</b>"},
    ]  # fmt: skip
