"""A player's history: weekly goal, calendar, progress, personal bests, and all sessions."""

from datetime import UTC, date, datetime
from typing import Any, Final, get_args

from dash import ALL as EACH
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update

from hiitpi.errors import RecordsError
from hiitpi.records.history import Day, Kind, PersonalBest, bests, weekly_progress
from hiitpi.records.local_days import first_day
from hiitpi.records.player_admin import GOALS, Goal, GoalUnit
from hiitpi.web.components import charts
from hiitpi.web.components.filters import ALL, choice, hold_slugs, workout_filter
from hiitpi.web.components.login_required import login_required
from hiitpi.web.components.progress import calendar, progress
from hiitpi.web.components.session_table import read_view, sessions_table
from hiitpi.web.components.session_titles import plural
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

PATH, TITLE = "/history", "History"

PERIODS: Final = {"30": "30 days", "182": "6 months", "all": "All time"}

UNITS: Final[dict[GoalUnit, str]] = {
    "days": "days",
    "minutes": "minutes of work",
    "reps": "repetitions",
}

#: Units of a goal of 1.
SINGULAR_UNITS: Final[dict[GoalUnit, str]] = {
    "days": "day",
    "minutes": "minute of work",
    "reps": "repetition",
}


def layout(services: Services) -> Any:
    """Return the page, or a link to the login page if no player is logged in."""
    name = current_player()
    player = services.store.players.find(name) if name else None
    if player is None:
        return login_required()
    days = services.store.history.days(player.name)
    today = _today(services)
    heading = html.H1(f"{player.name}’s history")
    account_link = dcc.Link("Your data: export, import, delete", href="/account", className="quiet")
    if not days:
        return html.Main([heading, _no_sessions(), account_link], className="page")
    slugs = hold_slugs(services.library)
    return html.Main(
        [
            heading,
            html.P(_streak(services, player.name, today), className="quiet"),
            html.Section(_goal(services, player.name, days, today), id="h-goal"),
            html.Div(
                dcc.Graph(
                    id="calendar",
                    figure=calendar(days, today, slugs),
                    config=charts.CONFIG,
                    style={"height": "180px", "minWidth": "720px"},
                ),
                className="calendar",
                tabIndex="0",  # scrolls sideways on a phone, by keyboard too
            ),
            html.Div(
                [
                    choice("h-period", "Period", PERIODS, "all"),
                    workout_filter(services.library, "h-workout"),
                ],
                className="choices",
            ),
            dcc.Graph(
                id="history",
                figure=progress(services.library, days, None, slugs),
                config=charts.CONFIG,
                style={"height": "420px"},
            ),
            html.H2("Personal bests"),
            _bests(services, bests(days)),
            html.H2("Sessions"),
            html.Div(sessions_table(services, player.name, None, None, None), id="h-sessions"),
            dcc.Store(id="h-view"),
            account_link,
        ],
        className="page history",
    )


def callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks: filters, the table's sorting and pages, the weekly goal."""

    @app.callback(
        Output("history", "figure"),
        Output("h-view", "data"),
        Input("h-period", "value"),
        Input("h-workout", "value"),
        prevent_initial_call=True,
    )
    def apply_filters(period: Any, workout: Any) -> Any:
        name = current_player()
        if name is None:
            return no_update, no_update
        since, slug = _filters(services, period, workout)
        days = services.store.history.days(name, since)
        figure = progress(services.library, days, slug, hold_slugs(services.library))
        return figure, {}  # resets the table's sorting and page

    @app.callback(
        Output("h-view", "data", allow_duplicate=True),
        Input({"type": "h-sort", "by": EACH}, "n_clicks"),
        Input({"type": "h-page", "to": EACH}, "n_clicks"),
        State("h-view", "data"),
        prevent_initial_call=True,
    )
    def change_view(_: Any, __: Any, view: Any) -> Any:
        button = ctx.triggered_id
        if not isinstance(button, dict) or not ctx.triggered[0]["value"]:
            return no_update
        sort, descending, _page = read_view(view)
        if "to" in button:
            return {"sort": sort, "descending": descending, "page": button["to"]}
        column = button["by"]
        return {"sort": column, "descending": not descending if column == sort else True}

    @app.callback(
        Output("h-sessions", "children"),
        Input("h-view", "data"),
        State("h-period", "value"),
        State("h-workout", "value"),
        prevent_initial_call=True,
    )
    def table(view: Any, period: Any, workout: Any) -> Any:
        name = current_player()
        if name is None:
            return no_update
        since, slug = _filters(services, period, workout)
        return sessions_table(services, name, slug, since, view)

    @app.callback(
        Output("h-goal", "children"),
        Input("goal-save", "n_clicks"),
        State("goal-amount", "value"),
        State("goal-unit", "value"),
        prevent_initial_call=True,
    )
    def set_goal(clicks: int, amount: Any, unit: Any) -> Any:
        name = current_player()
        if not clicks or name is None:
            return no_update
        goal = None
        message = "The goal was removed."
        if amount not in (None, ""):
            goal, message = Goal(unit, amount if isinstance(amount, int) else 0), "Saved."
        try:
            if goal and unit not in GOALS:
                raise RecordsError("Please choose days, minutes or repetitions.")
            services.store.player_admin.set_goal(name, goal)
        except RecordsError as error:
            message = str(error)
        days = services.store.history.days(name)
        return _goal(services, name, days, _today(services), message)


def _today(services: Services) -> date:
    return datetime.now(UTC).astimezone(services.store.zone).date()


def _filters(services: Services, period: Any, workout: Any) -> tuple[date | None, str | None]:
    """Return the first local day and the slug that the filters describe; None means all."""
    days = int(period) if period in PERIODS and period != ALL else None
    slug = workout if workout in services.library else None
    return first_day(days, _today(services)), slug


def _no_sessions() -> html.Div:
    return html.Div(
        [
            html.P("Nothing here yet. Your first set will show up here."),
            dcc.Link("Train", href="/train", className="button primary"),
        ],
        className="empty",
    )


def _streak(services: Services, player: str, today: date) -> str:
    current, longest = services.store.history.streak(player, today)
    text = f"{plural(current, 'day')} in a row" if current else "Start a new streak today"
    return f"{text} · longest {longest}"


def _goal(
    services: Services, player: str, days: list[Day], today: date, message: str = ""
) -> list[Any]:
    goal = services.store.player_admin.goal(player)
    bar: list[Any] = []
    if goal:
        done = weekly_progress(days, goal.unit, today, hold_slugs(services.library))
        units = SINGULAR_UNITS if goal.amount == 1 else UNITS
        text = f"This week: {done:.0f} of {goal.amount} {units[goal.unit]}"
        if done >= goal.amount:
            text += " – done!"
        bar = [
            html.Label(text, htmlFor="goal-bar"),
            html.Progress(id="goal-bar", value=str(min(done, goal.amount)), max=str(goal.amount)),
        ]
    options: Any = [{"label": text, "value": unit} for unit, text in UNITS.items()]
    form = html.Div(
        [
            html.Label(
                [
                    html.Span("Weekly goal"),
                    dcc.Input(
                        id="goal-amount", type="number", min=0, step=1,
                        value=goal.amount if goal else None,
                    ),
                ]
            ),
            dcc.Dropdown(
                id="goal-unit", options=options, value=goal.unit if goal else "days",
                clearable=False, searchable=False,
            ),
            html.Button("Save", id="goal-save", className="button", n_clicks=0),
        ],
        className="goal-form",
    )  # fmt: skip
    change = html.Details(
        [html.Summary("Change the goal" if goal else "Set a weekly goal"), form],
        open=bool(message),
    )
    return [*bar, change, html.P(message, className="says", role="status")]


def _bests(services: Services, bests: dict[str, dict[Kind, PersonalBest]]) -> html.Div:
    """Return a table of the personal bests of each workout."""
    headings = ("Workout", "Best set", "Best pace /30 s", "Best form")
    rows = []
    for slug in sorted(bests, key=services.library.name):
        cells = []
        for kind in get_args(Kind):
            best = bests[slug].get(kind)
            hold = kind == "pace" and slug in hold_slugs(services.library)
            cells.append(html.Td("–" if best is None or hold else _best(best, kind)))
        rows.append(html.Tr([html.Th(services.library.label(slug), scope="row"), *cells]))
    table = html.Table(
        [html.Thead(html.Tr([html.Th(h, scope="col") for h in headings])), html.Tbody(rows)]
    )
    return html.Div(table, className="table bests")


def _best(best: PersonalBest, kind: Kind) -> list[Any]:
    value = f"{best.value:.1f}" if kind == "pace" else f"{best.value:.0f}"
    return [html.B(value), html.Span(f" {best.day.day} {best.day:%b %Y}", className="quiet")]
