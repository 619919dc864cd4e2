"""Your data: taken away, brought back, under another name, deleted."""

import base64
import binascii
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from flask import Blueprint, Response, redirect

from hiitpi.errors import RecordsError
from hiitpi.records import export_import as exchange
from hiitpi.records.player_names import MAX_NAME_CHARS
from hiitpi.web.components.dialog import dialog
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.login_required import login_required
from hiitpi.web.components.session_table import when
from hiitpi.web.components.session_titles import plural, title
from hiitpi.web.security.player_session import current_player, log_in, log_out
from hiitpi.web.services import Services

PATH, TITLE = "/account", "Your data"

FILES = (
    ("/export/sessions.json", "Everything (JSON)"),
    ("/export/sessions.csv", "Sessions (CSV)"),
    ("/export/repetitions.csv", "Repetitions (CSV)"),
)


def layout(services: Services) -> Any:
    """The page; without a player, the way to the login."""
    name = current_player()
    player = services.store.players.find(name) if name else None
    if player is None:
        return login_required()
    others = [p.name for p in services.store.players.all() if p.name != player.name]
    return html.Main(
        [
            html.H1("Your data"),
            html.P(f"What HIIT PI knows of {player.name}, and what you can do with it. "
                   "There are no pictures in it: none are stored.", className="quiet"),
            html.P("", id="d-says", className="says", role="status"),
            html.H2("Export"),
            html.Div(
                [html.A(text, href=path, className="button", download="") for path, text in FILES],
                className="row start wrap",
            ),
            html.H2("Import"),
            html.P("The files above, from here or another HIIT PI; select both CSV files at once. "
                   "Sessions that are already here are not duplicated.", className="quiet"),
            dcc.Upload(
                html.Button("Import files", className="button", type="button"),
                id="d-import", multiple=True, max_size=exchange.MAX_FILE_BYTES, accept=".json,.csv",
            ),
            html.H2("Another name"),
            html.Div(
                [
                    html.Label([html.Span("New name"), dcc.Input(
                        id="d-name", type="text", maxLength=MAX_NAME_CHARS, value=player.name)]),
                    html.Button("Rename", id="d-rename", className="button", n_clicks=0),
                ],
                className="row start fill",
            ),
            *_merging(player.name, others),
            html.H2("Leave"),
            html.Button("Delete this player", className="button danger",
                        **attributes(data_ask="d-dialog")),
            dialog("d-dialog", f"Delete {player.name} with all sessions? For a day it can be "
                   "undone on this page.", yes="Delete", no="Keep it", answer="d-delete"),
            html.H2("Deleted in the last day"),
            html.Div(_gone(services, player.name), id="d-gone"),
            dcc.Location(id="d-go", refresh="callback-nav"),
        ],
        className="page data",
    )  # fmt: skip


def _merging(name: str, others: list[str]) -> list[Any]:
    # Without another player it is there all the same, unseen: Dash refuses a callback with an input
    # that the page does not have, and Rename and Delete would do nothing.
    content = [
        html.H2("Merge two players"),
        html.P(f"Everything of the other player becomes {name}’s.", className="quiet"),
        html.Div(
            [
                dcc.Dropdown(id="d-other", options=others, clearable=True, placeholder="Player"),
                html.Button("Merge", className="button", **attributes(data_ask="d-merging")),
            ],
            className="row start fill",
        ),
        dialog(
            "d-merging", "Merge the two players? You can undo this for a day on this page.",
            yes="Merge", no="Keep both", answer="d-merge",
        ),
    ]  # fmt: skip
    return [html.Div(content, hidden=not others)]


def _gone(services: Services, name: str) -> Any:
    now = datetime.now().astimezone(services.store.zone)
    zone = services.store.zone
    rows = [
        html.Li([
            f"{when(one.started, now, zone)}, {title(one, services.library)}, {one.reps} reps",
            html.Button("Put back", id={"type": "d-back", "what": f"session {one.uuid}"},
                        className="button", n_clicks=0),
        ])
        for one in services.store.history.deleted_sessions(name)
    ]  # fmt: skip
    rows += [
        html.Li([
            f"Player {one.name}",
            html.Button("Put back", id={"type": "d-back", "what": f"player {one.id}"},
                        className="button", n_clicks=0),
        ])
        for one in services.store.player_admin.deleted_players()
    ]  # fmt: skip
    return html.Ul(rows, className="gone") if rows else html.P("Nothing.", className="quiet")


def files(services: Services) -> Blueprint:
    """The routes of the exports."""
    routes = Blueprint("data", __name__)

    def send(kind: str, make: Callable[[], Iterator[Any]], mimetype: str) -> Any:
        name = current_player()
        if name is None:
            return redirect("/")
        answer = Response(make(), mimetype=mimetype)
        answer.headers.set("Content-Disposition", "attachment", filename=f"hiitpi-{kind}")
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def mine() -> Iterator[Any]:
        name = current_player()
        return services.store.iter_sessions(name) if name else iter(())

    @routes.get("/export/sessions.json")
    def iter_sessions() -> Any:
        records = mine()
        return send(
            "sessions.json", lambda: exchange.as_json(records, services.store.zone),
            "application/json",
        )  # fmt: skip

    @routes.get("/export/sessions.csv")
    def sessions() -> Any:
        records = mine()
        return send(
            "sessions.csv", lambda: exchange.sets_csv(records, services.store.zone), "text/csv"
        )

    @routes.get("/export/repetitions.csv")
    def repetitions() -> Any:
        records = mine()
        return send("repetitions.csv", lambda: exchange.repetitions_csv(records), "text/csv")

    return routes


def callbacks(app: Dash, services: Services) -> None:
    """Import, other names, deleting and undoing."""

    @app.callback(
        Output("d-says", "children"),
        Output("d-gone", "children"),
        Input("d-import", "contents"),
        State("d-import", "filename"),
        prevent_initial_call=True,
    )
    def bring(contents: Any, names: Any) -> Any:
        name = current_player()
        if not contents or name is None:
            return no_update, no_update
        try:
            new, known = services.store.import_sessions(exchange.read(_uploaded(names, contents)))
        except RecordsError as error:
            return str(error), no_update
        services.cache.clear()
        says = f"Imported {plural(new, 'session')}; {known} already there."
        return says, _gone(services, name)

    @app.callback(
        Output("d-says", "children", allow_duplicate=True),
        Output("d-go", "href"),
        Input("d-rename", "n_clicks"),
        Input("d-merge", "n_clicks"),
        Input("d-delete", "n_clicks"),
        State("d-name", "value"),
        State("d-other", "value"),
        prevent_initial_call=True,
    )
    def act(*values: Any) -> Any:
        new, other = values[-2:]
        name = current_player()
        if name is None or not ctx.triggered[0]["value"]:
            return no_update, no_update
        roster = services.store.player_admin
        try:
            if ctx.triggered_id == "d-rename":
                log_in(roster.rename(name, str(new or "")))
                says, go = "Saved.", "/history"
            elif ctx.triggered_id == "d-merge":
                if not other:
                    return "Please choose the other player.", no_update
                roster.merge(other, name)
                says, go = f"{other} is {name} now.", "/history"
            else:
                roster.remove(name)
                log_out()
                says, go = "Deleted.", "/"
        except (RecordsError, ValueError) as error:
            return str(error), no_update
        services.cache.clear()
        return says, go

    @app.callback(
        Output("d-says", "children", allow_duplicate=True),
        Output("d-gone", "children", allow_duplicate=True),
        Input({"type": "d-back", "what": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def undo(clicks: Any) -> Any:
        by, name = ctx.triggered_id, current_player()
        if name is None or not isinstance(by, dict) or not any(clicks):
            return no_update, no_update
        kind, _, which = str(by["what"]).partition(" ")
        try:
            if kind == "player":
                says = f"{services.store.player_admin.restore_player(int(which))} is back."
            else:
                services.store.discard(which, undo=True)
                says = "It counts again."
        except (RecordsError, ValueError) as error:
            says = str(error)
        services.cache.clear()
        return says, _gone(services, name)


def _uploaded(names: Any, contents: Any) -> list[tuple[str, bytes]]:
    """Name and content of each uploaded file."""
    try:
        return [
            (str(name), base64.b64decode(content.partition(",")[2], validate=True))
            for name, content in zip(names, contents, strict=True)
        ]
    except (binascii.Error, TypeError, ValueError, AttributeError):
        raise RecordsError("The files could not be read; please try again.") from None
