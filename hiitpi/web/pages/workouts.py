"""The workouts that the house has taught: show one to the camera, keep, export, import, delete."""

from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from flask import Blueprint, Response

from hiitpi.coach.rules.workout_text import MAX_CHARS, read_workout
from hiitpi.coach.teaching.draft import parse_draft
from hiitpi.errors import HiitPiError, RecordsError, WorkoutError
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.login_required import login_required
from hiitpi.web.components.teaching import draft_of, teaching_callbacks, teaching_panel
from hiitpi.web.components.uploaded_text import uploaded_text
from hiitpi.web.components.workout_card import card, kind_filter
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

PATH, TITLE = "/workouts", "Workouts"

ABOUT = (
    "Show the camera a few repetitions of any exercise. HIIT PI finds out what to count, and "
    "everyone in the house can train it, use it in programs, and compare."
)


def layout(services: Services) -> Any:
    """Return the page, or a link to the login page if no player is logged in."""
    if current_player() is None:
        return login_required()
    return html.Main(
        [
            html.H1(TITLE),
            html.P(ABOUT, className="quiet"),
            teaching_panel(services),
            dcc.Upload(
                html.Button("Import a file", className="button", type="button"),
                id="own-import",
                accept=".py,text/plain",
                max_size=MAX_CHARS,
            ),
            html.P("", id="own-says", className="says", role="status"),
            html.Div(_list(services), id="own-list"),
            dcc.Store(id="own-gone"),
        ],
        className="page workouts-page",
    )


def files(services: Services) -> Blueprint:
    """Return the route that exports a taught workout as a file."""
    routes = Blueprint("workouts", __name__)

    @routes.get("/export/workout/<slug>.py")
    def workout(slug: str) -> Response:
        text = services.store.taught_workouts.texts().get(slug)
        if text is None:
            return Response("There is no such workout.\n", 404, mimetype="text/plain")
        response = Response(text, mimetype="text/plain")
        response.headers.set("Content-Disposition", "attachment", filename=f"{slug}.py")
        return response

    return routes


def _list(services: Services) -> list[Any]:
    library = services.library
    taught = sorted(services.store.taught_workouts.texts(), key=library.name)
    cards = [_card(slug, library.name(slug), slug in library) for slug in taught]
    shipped = [card(services, workout) for workout in library if workout.slug not in taught]
    empty = html.P("None yet. Teach one above, or import a file.", className="quiet")
    return [
        html.H2("Yours"),
        html.Ul(cards, className="cards") if cards else empty,
        html.H2("Included"),
        html.Label(
            [
                html.Span("Search"),
                dcc.Input(id="own-search", type="search", placeholder="glutes, jump, …"),
            ],
            className="search",
        ),
        kind_filter("own-kind"),
        html.Div(shipped, className="guides"),
    ]


def _card(slug: str, name: str, readable: bool) -> html.Li:
    note = "" if readable else "This version cannot read it."
    return html.Li(
        [
            html.Div([html.B(name), html.P(note)], className="about"),
            html.Div(
                [
                    html.A(
                        "Export",
                        href=f"/export/workout/{slug}.py",
                        className="button",
                        download=f"{slug}.py",
                        **attributes(aria_label=f"Export {name}"),
                    ),
                    html.Button(
                        "Delete",
                        id={"type": "own-delete", "slug": slug},
                        className="button",
                        n_clicks=0,
                        **attributes(aria_label=f"Delete {name}"),
                    ),
                ],
                className="row",
            ),
        ]
    )


def callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks for keeping, importing, deleting and restoring workouts."""
    teaching_callbacks(app, services)
    app.clientside_callback(
        ClientsideFunction("hiitpi", "search"),
        Output("own-search", "title"),
        Input("own-search", "value"),
    )

    def changed(says: Any) -> tuple[list[Any], Any]:
        taught = services.store.taught_workouts
        taught.refresh(services.library.set_taught)
        return _list(services), says

    @app.callback(
        Output("own-list", "children"),
        Output("own-says", "children"),
        Output("teach-lesson", "data", allow_duplicate=True),
        Output("teach-trouble", "children", allow_duplicate=True),
        Input("teach-keep", "n_clicks"),
        State("teach-lesson", "data"),
        State("teach-name", "value"),
        prevent_initial_call=True,
    )
    def keep(clicks: int, lesson: Any, name: Any) -> Any:
        if not clicks or not lesson or current_player() is None:
            return no_update, no_update, no_update, no_update
        name = str(name or "").strip()
        if not name:
            return no_update, no_update, no_update, "Please give the workout a name."
        try:
            text = parse_draft({**draft_of(lesson), "name": name}).text()
            kept = _add(services, text)
        except HiitPiError as error:
            return no_update, no_update, no_update, str(error)
        return *changed(f"Kept: {kept}. Choose it on the Train page."), None, ""

    @app.callback(
        Output("own-list", "children", allow_duplicate=True),
        Output("own-says", "children", allow_duplicate=True),
        Input("own-import", "contents"),
        prevent_initial_call=True,
    )
    def import_file(contents: str | None) -> Any:
        if not contents or current_player() is None:
            return no_update, no_update
        try:
            return changed(
                f"Imported: {_add(services, uploaded_text(contents, WorkoutError, 'workout'))}"
            )
        except HiitPiError as error:
            return no_update, str(error)

    @app.callback(
        Output("own-list", "children", allow_duplicate=True),
        Output("own-says", "children", allow_duplicate=True),
        Output("own-gone", "data"),
        Input({"type": "own-delete", "slug": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def delete(clicks: list[int]) -> Any:
        button = ctx.triggered_id
        if not any(clicks) or not isinstance(button, dict) or current_player() is None:
            return no_update, no_update, no_update
        deleted = services.store.taught_workouts.delete(button["slug"])
        if deleted is None:
            return *changed("It was already deleted."), None
        name, text = deleted
        undo = html.Button("Undo", id="own-undo", className="button", n_clicks=0)
        return *changed([f"Deleted: {name} ", undo]), text

    @app.callback(
        Output("own-list", "children", allow_duplicate=True),
        Output("own-says", "children", allow_duplicate=True),
        Input("own-undo", "n_clicks"),
        State("own-gone", "data"),
        prevent_initial_call=True,
    )
    def undo(clicks: int, text: Any) -> Any:
        if not clicks or current_player() is None:
            return no_update, no_update
        try:
            return changed(f"Restored: {_add(services, str(text))}")
        except HiitPiError as error:
            return no_update, str(error)


def _add(services: Services, text: str) -> str:
    """Store a workout file and return the workout's name.

    Raises:
        WorkoutError: it is not a workout file.
        RecordsError: there is one with that name.
    """
    name = read_workout(text).name.strip()
    if any(workout.name.casefold() == name.casefold() for workout in services.library):
        raise RecordsError(f"There is already a workout called {name}.")
    services.store.taught_workouts.add(name, text)
    return name
