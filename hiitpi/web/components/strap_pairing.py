"""The part of the Status page that chooses this station's heart rate strap."""

from typing import Any, Final

from dash import ALL, Dash, Input, Output, ctx, html, no_update

from hiitpi.integrations.heart_rate_monitor import HeartRateMonitor, StrapStatus
from hiitpi.integrations.heart_rate_strap import SEARCH_S, Strap
from hiitpi.web.components.dialog import dialog
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

NOT_CONNECTED: Final = "not connected; looked for while somebody trains or watches"
NOT_IN_REACH: Final = "not in reach; put it on with moist electrodes, and close other apps"
SEARCHING: Final = f"Searching for {SEARCH_S:.0f} seconds…"
NOTHING_FOUND: Final = (
    "No strap was found. Put it on with moist electrodes, near this machine, and close apps that "
    "are connected to it."
)
NOT_LOGGED_IN: Final = "Choose your name on the first page to change this."
SEARCH_AGAIN: Final = "That list is outdated. Search again."
NOT_STORED: Final = "The choice could not be stored: {error}"


def pairing_section(services: Services) -> html.Section | None:
    """Return the section; None on a machine without a camera."""
    monitor = services.heart_rate
    if monitor is None:
        return None
    return html.Section(
        [
            html.H2("Heart rate"),
            html.P(
                "A chest strap, or a watch that sends its heart rate, by Bluetooth to this "
                "machine. It shows whoever trains here.",
                className="quiet",
            ),
            html.Div(straps(monitor.status), id="straps"),
            html.Div(
                html.Button("Search for straps", id="strap-search", className="button", n_clicks=0),
                className="row start",
            ),
            html.P("", id="strap-says", className="says", role="status"),
            dialog(
                "strap-dialog",
                "Forget the strap? Heart rates that were measured are kept.",
                yes="Forget",
                no="Keep it",
                answer="strap-forget",
            ),
        ],
        className="straps",
    )


def straps(status: StrapStatus) -> list[Any]:
    """Return the chosen strap, and what a search has found."""
    items = [_chosen(status.strap, describe(status))] if status.strap else []
    for strap in status.found or ():
        if status.strap is None or strap.address != status.strap.address:
            items.append(_found(strap))
    return [html.Ul(items, className="gone") if items else None, _search_result(status)]


def _search_result(status: StrapStatus) -> html.P | None:
    if status.searching:
        return html.P(SEARCHING)
    if status.search_trouble:
        return html.P(status.search_trouble, className="trouble")
    return html.P(NOTHING_FOUND, className="quiet") if status.found == () else None


def describe(status: StrapStatus) -> str:
    """Return the state of the chosen strap as text."""
    if not status.connected:
        return status.trouble or (NOT_IN_REACH if status.missing else NOT_CONNECTED)
    rate = "no pulse found" if status.bpm is None else f"{status.bpm} beats per minute"
    return rate if status.battery is None else f"{rate}, battery {status.battery} %"


def _chosen(strap: Strap, text: str) -> html.Li:
    forget = html.Button(
        "Forget",
        className="button",
        **attributes(data_ask="strap-dialog", aria_label=f"Forget {strap.name}"),
    )
    return html.Li([html.Span([html.B(strap.name), html.Br(), text]), forget])


def _found(strap: Strap) -> html.Li:
    use = html.Button(
        "Use",
        id={"type": "strap", "address": strap.address},
        className="button",
        n_clicks=0,
        **attributes(aria_label=f"Use {strap.name}"),
    )
    return html.Li([html.Span([html.B(strap.name), html.Br(), strap.address]), use])


def pairing_callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks that search for straps, choose one, and show its state."""

    @app.callback(
        Output("straps", "children"),
        Output("strap-says", "children"),
        Input("strap-search", "n_clicks"),
        Input("strap-forget", "n_clicks"),
        Input({"type": "strap", "address": ALL}, "n_clicks"),
        Input("status-tick", "n_intervals"),
        prevent_initial_call=True,
    )
    def change(searched: int, forgotten: int, chosen: list[int], _: int) -> Any:
        monitor = services.heart_rate
        if monitor is None:
            return no_update, no_update
        pressed = ctx.triggered_id
        if pressed == "status-tick":
            return straps(monitor.status), no_update
        if not ctx.triggered[0]["value"]:
            return no_update, no_update
        if current_player() is None:
            return no_update, NOT_LOGGED_IN
        return _act(monitor, pressed)


def _act(monitor: HeartRateMonitor, pressed: Any) -> Any:
    """Do what a button says, and return the section's content and a message."""
    if pressed == "strap-search":
        monitor.search()
        return straps(monitor.status), ""
    status, strap = monitor.status, None
    if pressed != "strap-forget":
        address = str(pressed["address"])
        strap = next((strap for strap in status.found or () if strap.address == address), None)
        if strap is None:  # pressed twice, or in an old list
            known = status.strap is not None and status.strap.address == address
            return straps(status), "" if known else SEARCH_AGAIN
    try:
        monitor.choose(strap)
    except OSError as error:
        return no_update, NOT_STORED.format(error=error)
    return straps(monitor.status), ""
