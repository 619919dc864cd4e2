"""An ended session, wherever it is shown: corrected, discarded, put back."""

from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update

from hiitpi.coach.messages import SessionRecord
from hiitpi.errors import RecordsError
from hiitpi.records.player_names import name_key
from hiitpi.web.components.dialog import dialog
from hiitpi.web.components.session_summary import summary
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services


def discard_question() -> html.Dialog:
    """Asked once before a session is discarded."""
    return dialog(
        "discard-dialog",
        "Discard this session? It will not count anywhere. You can restore it for a day.",
        yes="Discard",
        no="Keep it",
        answer="discard",
    )


def ended_callbacks(app: Dash, services: Services) -> None:
    """What its buttons do."""
    app.clientside_callback(
        ClientsideFunction("hiitpi", "announce"),
        Output("summary", "title"),
        Input("summary", "children"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output("summary", "children"),
        Output("summary-trouble", "children"),
        Input("finished-id", "data"),
        prevent_initial_call=True,
    )
    def ended(session: str | None) -> Any:
        if not session:
            return None, ""
        return shown(services, session)

    @app.callback(
        Output("summary", "children", allow_duplicate=True),
        Output("summary-trouble", "children", allow_duplicate=True),
        Input("discard", "n_clicks"),
        Input({"type": "ended", "act": ALL}, "n_clicks"),
        State({"type": "counted", "set": ALL}, "value"),
        State({"type": "counted", "set": ALL}, "id"),
        State("finished-id", "data"),
        prevent_initial_call=True,
    )
    def change(*values: Any) -> Any:
        counts, ids, session = values[-3:]
        if not session or not ctx.triggered[0]["value"]:
            return no_update, no_update
        record = services.store.session(session)
        if record is None or not mine(record):
            return no_update, "Only the player who trained can change this."
        try:
            says = _changed(services, session, counts, ids)
        except RecordsError as error:
            return no_update, str(error)
        services.cache.clear()
        return shown(services, session, says)


def _changed(services: Services, session: str, counts: list[Any], ids: list[Any]) -> str:
    """Do what was asked of an ended session; what to say about it."""
    act = ctx.triggered_id if isinstance(ctx.triggered_id, str) else ctx.triggered_id["act"]
    if act != "save":
        undo = act == "undo"
        services.store.discard(session, undo=undo)
        return "It counts again" if undo else "Discarded"
    given = dict(zip((one["set"] for one in ids), counts, strict=True))
    if any(not isinstance(count, int) for count in given.values()):
        raise RecordsError("Please enter whole numbers.")
    services.store.correct(session, given)
    return "Saved"


def shown(services: Services, session: str, says: str = "") -> tuple[Any, str]:
    """The panel of an ended session, and what is wrong with it."""
    record = services.store.session(session)
    if record is None:
        return None, "It will be saved as soon as the database is available."
    return summary(services, record, mine(record), says), ""


def mine(record: SessionRecord) -> bool:
    """Whether whoever looks at it may change it."""
    player = current_player()
    return player is not None and name_key(player) == name_key(record.player)
