"""A player's data: export, import, rename, merge, delete and restore; tokens for scripts."""

import base64
import binascii
from datetime import datetime
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from hiitpi.errors import RecordsError
from hiitpi.records import export_import
from hiitpi.records.player_names import MAX_NAME_CHARS
from hiitpi.web.components.api_tokens import token_callbacks, token_section
from hiitpi.web.components.body_form import body_callbacks, body_section
from hiitpi.web.components.dialog import dialog
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.login_required import login_required
from hiitpi.web.components.session_table import when
from hiitpi.web.components.session_titles import plural, title
from hiitpi.web.exports import FILES
from hiitpi.web.security.player_session import current_player, log_in, log_out
from hiitpi.web.services import Services

PATH, TITLE = "/account", "Your data"


def layout(services: Services) -> Any:
    """Return the page, or a link to the login page if no player is logged in."""
    name = current_player()
    player = services.store.players.find(name) if name else None
    if player is None:
        return login_required()
    others = [p.name for p in services.store.players.all() if p.name != player.name]
    return html.Main(
        [
            html.H1("Your data"),
            html.P(f"Everything that HIIT PI has stored about {player.name}. It never stores "
                   "pictures or video.", className="quiet"),
            html.P("", id="d-says", className="says", role="status"),
            html.H2("Export"),
            html.Div(
                [html.A(text, href=path, className="button", download="") for path, text in FILES],
                className="row start wrap",
            ),
            html.H2("Import"),
            html.P("JSON or CSV files from here or another HIIT PI; select both CSV files at once. "
                   "Sessions that already exist are not duplicated.", className="quiet"),
            dcc.Upload(
                html.Button("Import files", className="button", type="button"),
                id="d-import", multiple=True, max_size=export_import.MAX_FILE_BYTES,
                accept=".json,.csv",
            ),
            html.H2("Rename"),
            html.Div(
                [
                    html.Label([html.Span("New name"), dcc.Input(
                        id="d-name", type="text", maxLength=MAX_NAME_CHARS, value=player.name)]),
                    html.Button("Rename", id="d-rename", className="button", n_clicks=0),
                ],
                className="row start fill",
            ),
            *_merge_section(player.name, others),
            body_section(services, player.name),
            token_section(services),
            html.H2("Delete"),
            html.Button("Delete this player", className="button danger",
                        **attributes(data_ask="d-dialog")),
            dialog("d-dialog", f"Delete {player.name} and all sessions? You can undo this for a "
                   "day on this page.", yes="Delete", no="Cancel", answer="d-delete"),
            html.H2("Deleted in the last 24 hours"),
            html.Div(_deleted_items(services, player.name), id="d-gone"),
            dcc.Location(id="d-go", refresh="callback-nav"),
        ],
        className="page data",
    )  # fmt: skip


def _merge_section(name: str, others: list[str]) -> list[Any]:
    # Hidden, not omitted, if there is no other player: Dash does not run a callback that has an
    # input which is not on the page, so Rename and Delete would do nothing.
    content = [
        html.H2("Merge two players"),
        html.P(f"All sessions of the other player are moved to {name}.", className="quiet"),
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


def _deleted_items(services: Services, name: str) -> Any:
    zone = services.store.zone
    now = datetime.now().astimezone(zone)
    rows = [
        html.Li([
            f"{when(session.started, now, zone)}, {title(session, services.library)}, "
            f"{plural(session.reps, 'rep')}",
            _restore_button(f"session {session.uuid}"),
        ])
        for session in services.store.history.deleted_sessions(name)
    ]  # fmt: skip
    rows += [
        html.Li([f"Player {player.name}", _restore_button(f"player {player.id}")])
        for player in services.store.player_admin.deleted_players()
    ]
    return html.Ul(rows, className="gone") if rows else html.P("Nothing.", className="quiet")


def _restore_button(item: str) -> html.Button:
    return html.Button(
        "Restore", id={"type": "d-back", "what": item}, className="button", n_clicks=0
    )


def callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks: import, rename, merge, delete, restore."""
    token_callbacks(app, services)
    body_callbacks(app, services)

    @app.callback(
        Output("d-says", "children"),
        Output("d-gone", "children"),
        Input("d-import", "contents"),
        State("d-import", "filename"),
        prevent_initial_call=True,
    )
    def import_files(contents: Any, names: Any) -> Any:
        name = current_player()
        if not contents or name is None:
            return no_update, no_update
        try:
            records = export_import.read(_uploaded(names, contents))
            imported, existing = services.store.import_sessions(records)
        except RecordsError as error:
            return str(error), no_update
        services.cache.clear()
        message = f"Imported {plural(imported, 'session')}; {existing} already there."
        return message, _deleted_items(services, name)

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
    def change_player(*values: Any) -> Any:
        new_name, other = values[-2:]
        name = current_player()
        if name is None or not ctx.triggered[0]["value"]:
            return no_update, no_update
        player_admin = services.store.player_admin
        try:
            if ctx.triggered_id == "d-rename":
                log_in(player_admin.rename(name, str(new_name or "")))
                message, path = "Saved.", "/history"
            elif ctx.triggered_id == "d-merge":
                if not other:
                    return "Please choose the other player.", no_update
                player_admin.merge(other, name)
                message, path = f"{other} was merged into {name}.", "/history"
            else:
                player_admin.remove(name)
                log_out()
                message, path = "Deleted.", "/"
        except (RecordsError, ValueError) as error:
            return str(error), no_update
        services.cache.clear()
        return message, path

    @app.callback(
        Output("d-says", "children", allow_duplicate=True),
        Output("d-gone", "children", allow_duplicate=True),
        Input({"type": "d-back", "what": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def restore(clicks: Any) -> Any:
        button, name = ctx.triggered_id, current_player()
        if name is None or not isinstance(button, dict) or not any(clicks):
            return no_update, no_update
        kind, _, item_id = str(button["what"]).partition(" ")
        try:
            if kind == "player":
                restored = services.store.player_admin.restore_player(int(item_id))
                message = f"{restored} was restored."
            else:
                services.store.discard(item_id, undo=True)
                message = "The session was restored."
        except (RecordsError, ValueError) as error:
            message = str(error)
        services.cache.clear()
        return message, _deleted_items(services, name)


def _uploaded(names: Any, contents: Any) -> list[tuple[str, bytes]]:
    """Return name and content of each uploaded file.

    Raises:
        RecordsError: the browser's data is invalid.
    """
    try:
        return [
            (str(name), base64.b64decode(content.partition(",")[2], validate=True))
            for name, content in zip(names, contents, strict=True)
        ]
    except (binascii.Error, TypeError, ValueError, AttributeError):
        raise RecordsError("The files could not be read; please try again.") from None
