"""What one player has done: the week, the calendar, what changes, bests, and every session."""

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
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

PATH, TITLE = "/history", "History"

PERIODS: Final = {"30": "30 days", "182": "6 months", "all": "All time"}

UNITS: Final[dict[GoalUnit, str]] = {
    "days": "days",
    "minutes": "minutes of work",
    "reps": "repetitions",
}


def layout(services: Services) -> Any:
    """The player's page; without a player, the way to the login."""
    name = current_player()
    player = services.store.players.find(name) if name else None
    if player is None:
        return login_required()
    days = services.store.history.days(player.name)
    today = _today(services)
    head = html.H1(f"{player.name}’s history")
    data = dcc.Link("Your data: export, import, delete", href="/account", className="quiet")
    if not days:
        return html.Main([head, _nothing(), data], className="page")
    slugs = hold_slugs(services.library)
    return html.Main(
        [
            head,
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
            data,
        ],
        className="page history",
    )


def callbacks(app: Dash, services: Services) -> None:
    """Choosing, sorting, turning pages, the goal."""

    @app.callback(
        Output("history", "figure"),
        Output("h-view", "data"),
        Input("h-period", "value"),
        Input("h-workout", "value"),
        prevent_initial_call=True,
    )
    def choose(period: Any, workout: Any) -> Any:
        name = current_player()
        if name is None:
            return no_update, no_update
        since, slug = _chosen(services, period, workout)
        days = services.store.history.days(name, since)
        figure = progress(services.library, days, slug, hold_slugs(services.library))
        return figure, {}  # the table begins anew

    @app.callback(
        Output("h-view", "data", allow_duplicate=True),
        Input({"type": "h-sort", "by": EACH}, "n_clicks"),
        Input({"type": "h-page", "to": EACH}, "n_clicks"),
        State("h-view", "data"),
        prevent_initial_call=True,
    )
    def turn(_: Any, __: Any, view: Any) -> Any:
        by = ctx.triggered_id
        if not isinstance(by, dict) or not ctx.triggered[0]["value"]:
            return no_update
        sort, descending, _page = read_view(view)
        if "to" in by:
            return {"sort": sort, "descending": descending, "page": by["to"]}
        return {"sort": by["by"], "descending": not descending if by["by"] == sort else True}

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
        since, slug = _chosen(services, period, workout)
        return sessions_table(services, name, slug, since, view)

    @app.callback(
        Output("h-goal", "children"),
        Input("goal-save", "n_clicks"),
        State("goal-amount", "value"),
        State("goal-unit", "value"),
        prevent_initial_call=True,
    )
    def aim(clicks: int, amount: Any, unit: Any) -> Any:
        name = current_player()
        if not clicks or name is None:
            return no_update
        goal = None
        says = "No goal for now."
        if amount not in (None, ""):
            goal, says = Goal(unit, amount if isinstance(amount, int) else 0), "Saved."
        try:
            if goal and unit not in GOALS:
                raise RecordsError("Please choose days, minutes or repetitions.")
            services.store.player_admin.set_goal(name, goal)
        except RecordsError as error:
            says = str(error)
        days = services.store.history.days(name)
        return _goal(services, name, days, _today(services), says)


def _today(services: Services) -> date:
    return datetime.now(UTC).astimezone(services.store.zone).date()


def _chosen(services: Services, period: Any, workout: Any) -> tuple[date | None, str | None]:
    days = int(period) if period in PERIODS and period != ALL else None
    slug = workout if workout in services.library else None
    return first_day(days, _today(services)), slug


def _nothing() -> html.Div:
    return html.Div(
        [
            html.P("Nothing here yet. Your first set will show up here."),
            dcc.Link("Train", href="/train", className="button primary"),
        ],
        className="empty",
    )


def _streak(services: Services, player: str, today: date) -> str:
    now, longest = services.store.history.streak(player, today)
    words = f"{now} day{'' if now == 1 else 's'} in a row" if now else "Today is a good first day"
    return f"{words} · longest {longest}"


def _goal(
    services: Services, player: str, days: list[Day], today: date, says: str = ""
) -> list[Any]:
    goal = services.store.player_admin.goal(player)
    bar: list[Any] = []
    if goal:
        done = weekly_progress(days, goal.unit, today, hold_slugs(services.library))
        text = f"This week: {done:.0f} of {goal.amount} {UNITS[goal.unit]}"
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
        [html.Summary("Change the goal" if goal else "Set a goal for the week"), form],
        open=bool(says),
    )
    return [*bar, change, html.P(says, className="says", role="status")]


def _bests(services: Services, found: dict[str, dict[Kind, PersonalBest]]) -> html.Div:
    heads = ("Workout", "Best set", "Best pace /30 s", "Best form")
    rows = []
    for slug in sorted(found, key=services.library.name):
        cells = []
        for kind in get_args(Kind):
            best = found[slug].get(kind)
            hold = kind == "pace" and slug in hold_slugs(services.library)
            cells.append(html.Td("–" if best is None or hold else _best(best, kind)))
        rows.append(html.Tr([html.Th(services.library.counted(slug), scope="row"), *cells]))
    table = html.Table(
        [html.Thead(html.Tr([html.Th(h, scope="col") for h in heads])), html.Tbody(rows)]
    )
    return html.Div(table, className="table bests")


def _best(best: PersonalBest, kind: Kind) -> list[Any]:
    value = f"{best.value:.1f}" if kind == "pace" else f"{best.value:.0f}"
    return [html.B(value), html.Span(f" {best.day.day} {best.day:%b %Y}", className="quiet")]
