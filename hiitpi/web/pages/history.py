"""A player's history: weekly goal, calendar, progress, personal bests, and all sessions."""

from datetime import date
from typing import Any, Final, get_args

from dash import ALL as EACH
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update

from hiitpi.records.history import Kind, PersonalBest, bests
from hiitpi.records.local_days import first_day
from hiitpi.web.components import charts
from hiitpi.web.components.achievements import achievements_section
from hiitpi.web.components.filters import ALL, choice, hold_slugs, workout_filter
from hiitpi.web.components.login_required import login_required
from hiitpi.web.components.progress import calendar, progress
from hiitpi.web.components.session_table import read_view, sessions_table
from hiitpi.web.components.session_titles import plural
from hiitpi.web.components.week_plan import week_plan
from hiitpi.web.components.weekly_goal import goal_callbacks, weekly_goal
from hiitpi.web.components.year_review import years_section
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

PATH, TITLE = "/history", "History"

PERIODS: Final = {"30": "30 days", "182": "6 months", "all": "All time"}


def layout(services: Services) -> Any:
    """Return the page, or a link to the login page if no player is logged in."""
    name = current_player()
    player = services.store.players.find(name) if name else None
    if player is None:
        return login_required()
    days = services.store.history.days(player.name)
    today = services.store.challenges.today()
    heading = html.H1(f"{player.name}’s history")
    account_link = dcc.Link("Your data: export, import, delete", href="/account", className="quiet")
    if not days:
        return html.Main([heading, _no_sessions(), account_link], className="page")
    slugs = hold_slugs(services.library)
    return html.Main(
        [
            heading,
            html.P(_streak(services, player.name, today), className="quiet"),
            html.Section(weekly_goal(services, player.name, days, today), id="h-goal"),
            week_plan(services, player.name, today),
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
            achievements_section(services, player.name),
            years_section(services.library, days),
            html.H2("Sessions"),
            html.Div(sessions_table(services, player.name, None, None, None), id="h-sessions"),
            dcc.Store(id="h-view"),
            account_link,
        ],
        className="page history",
    )


def callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks: filters, the table's sorting and pages, the weekly goal."""
    goal_callbacks(app, services)

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


def _filters(services: Services, period: Any, workout: Any) -> tuple[date | None, str | None]:
    """Return the first local day and the slug that the filters describe; None means all."""
    days = int(period) if period in PERIODS and period != ALL else None
    slug = workout if workout in services.library else None
    return first_day(days, services.store.challenges.today()), slug


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
    if not current:
        text = "Start a new streak today"
    else:
        text = f"{plural(current, 'day')} of training in a row"
    return f"{text} · longest {longest}"


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
