"""The part of the Status page that chooses this station's heart rate strap."""

from typing import Any, Final

from dash import ALL, Dash, Input, Output, ctx, html, no_update

from hiitpi.integrations.heart_rate_monitor import HeartRateMonitor, StrapStatus
from hiitpi.integrations.heart_rate_strap import SEARCH_S, Strap
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

SEARCHING: Final = f"Searching for {SEARCH_S:.0f} seconds…"
NOTHING_FOUND: Final = (
    "No strap was found. Put it on with moist electrodes, near this machine, and close apps that "
    "are connected to it."
)
NOT_LOGGED_IN: Final = "Choose your name on the first page to change this."
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
        ],
        className="straps",
    )


def straps(status: StrapStatus) -> list[Any]:
    """Return the chosen strap, and what a search has found."""
    if status.searching:
        return [html.P(SEARCHING)]
    if status.found == () and status.trouble:
        return [html.P(status.trouble, className="trouble")]
    items = []
    if status.strap:
        items.append(_item(status.strap, describe(status), "Forget"))
    for strap in status.found or ():
        if strap != status.strap:
            items.append(_item(strap, strap.address, "Use", strap.address))
    nothing = html.P(NOTHING_FOUND, className="quiet") if status.found == () else None
    return [html.Ul(items, className="gone") if items else None, nothing]


def describe(status: StrapStatus) -> str:
    """Return the state of the chosen strap as text."""
    if not status.connected:
        return status.trouble or "not connected; looked for while somebody trains or watches"
    rate = "no pulse found" if status.bpm is None else f"{status.bpm} beats per minute"
    return rate if status.battery is None else f"{rate}, battery {status.battery} %"


def _item(strap: Strap, text: str, action: str, address: str = "") -> html.Li:
    return html.Li(
        [
            html.Span([html.B(strap.name), html.Br(), text]),
            html.Button(
                action,
                id={"type": "strap", "address": address},
                className="button",
                n_clicks=0,
                **attributes(aria_label=f"{action} {strap.name}"),
            ),
        ]
    )


def pairing_callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks that search for straps, choose one, and show its state."""

    @app.callback(
        Output("straps", "children"),
        Output("strap-says", "children"),
        Input("strap-search", "n_clicks"),
        Input({"type": "strap", "address": ALL}, "n_clicks"),
        Input("status-tick", "n_intervals"),
        prevent_initial_call=True,
    )
    def change(searched: int, chosen: list[int], _: int) -> Any:
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
    try:
        monitor.choose(_offered(monitor.status, str(pressed["address"])))
    except OSError as error:
        return no_update, NOT_STORED.format(error=error)
    return straps(monitor.status), ""


def _offered(status: StrapStatus, address: str) -> Strap | None:
    """Return the strap with an address that was found; None to use none."""
    found = [strap for strap in status.found or () if strap.address == address]
    return found[0] if found else None
