"""Actions on an ended session, on every page that shows it: correct, discard, restore."""

from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update

from hiitpi.coach.messages import SessionRecord
from hiitpi.errors import RecordsError
from hiitpi.records.player_names import name_key
from hiitpi.system.own_command import run_command
from hiitpi.web.components.dialog import dialog
from hiitpi.web.components.session_summary import summary
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services


def discard_question() -> html.Dialog:
    """Return the confirmation dialog for discarding a session."""
    return dialog(
        "discard-dialog",
        "Discard this session? It will not count anywhere. You can restore it for a day.",
        yes="Discard",
        no="Keep it",
        answer="discard",
    )


def session_callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks of an ended session's panel."""
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
        return session_panel(services, session)

    @app.callback(
        Output("summary", "children", allow_duplicate=True),
        Output("summary-trouble", "children", allow_duplicate=True),
        Input("discard", "n_clicks"),
        Input({"type": "ended", "act": ALL}, "n_clicks"),
        State({"type": "counted", "set": ALL}, "value"),
        State({"type": "counted", "set": ALL}, "id"),
        State({"type": "named", "set": ALL}, "value"),
        State({"type": "named", "set": ALL}, "id"),
        State("finished-id", "data"),
        prevent_initial_call=True,
    )
    def change(*values: Any) -> Any:
        *fields, session = values[-5:]
        if not session or not ctx.triggered[0]["value"]:
            return no_update, no_update
        record = services.store.session(session)
        if record is None or not can_edit(record):
            return no_update, "Only the player who trained can change this."
        try:
            message = _apply_change(services, session, *fields)
        except RecordsError as error:
            return no_update, str(error)
        services.cache.clear()
        return session_panel(services, session, message)


def _apply_change(
    services: Services,
    session: str,
    counts: list[Any],
    count_ids: list[Any],
    names: list[Any],
    name_ids: list[Any],
) -> str:
    """Perform the action of the button that was pressed; return the message to show.

    Args:
        services: the services of the app.
        session: uuid of the ended session.
        counts: the corrected number of repetitions of each set.
        count_ids: ids of the fields of `counts`, which contain the number of the set.
        names: the corrected workout of each set in which it was recognised.
        name_ids: ids of the fields of `names`.

    Raises:
        RecordsError: a count is invalid or the database is unavailable.
    """
    act = ctx.triggered_id if isinstance(ctx.triggered_id, str) else ctx.triggered_id["act"]
    if act == "keep":
        trouble = run_command(services.settings, "recordings", "keep", session)
        if trouble:
            raise RecordsError(trouble)
        return "Kept as a recording"
    if act != "save":
        undo = act == "undo"
        services.store.discard(session, undo=undo)
        return "Restored" if undo else "Discarded"
    corrections = dict(zip((field["set"] for field in count_ids), counts, strict=True))
    workouts = dict(zip((field["set"] for field in name_ids), names, strict=True))
    if any(not isinstance(count, int) for count in corrections.values()):
        raise RecordsError("Please enter whole numbers.")
    if any(slug not in services.library for slug in workouts.values()):
        raise RecordsError("Please choose a workout.")
    services.store.correct(session, corrections, workouts)
    return "Saved"


def session_panel(services: Services, session: str, message: str = "") -> tuple[Any, str]:
    """Return the panel of an ended session and an error message; one of the two is empty.

    Args:
        services: the services of the app.
        session: uuid of the session.
        message: result of the last action, shown instead of "Finished".
    """
    record = services.store.session(session)
    if record is None:
        return None, "It will be saved as soon as the database is available."
    return summary(services, record, can_edit(record), message), ""


def can_edit(record: SessionRecord) -> bool:
    """Return whether the player logged in on this device may change a session."""
    player = current_player()
    return player is not None and name_key(player) == name_key(record.player)
