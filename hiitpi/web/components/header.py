"""The header of all pages: navigation, player, device settings."""

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from hiitpi.records.players import Player
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

LINKS = (
    ("/train", "Train"),
    ("/programs", "Programs"),
    ("/leaderboard", "Leaderboard"),
    ("/history", "History"),
)

#: The first link if there are several stations.
WALL = ("/wall", "Wall")

#: Settings that the browser stores for each device.
DEVICE_SETTINGS = (
    ("sound", "Sound"),
    ("voice", "Spoken counts and cues"),
    ("light", "Light theme"),
    ("small", "Small video"),
)


def header(services: Services) -> html.Header:
    """Return the header: brand, links, and a menu with the player and the device settings."""
    links = (WALL, *LINKS) if services.stations.several else LINKS
    return html.Header(
        [
            html.A(
                [html.Span("HIIT", className="brand-a"), "PI"], href="/train", className="brand"
            ),
            html.Nav(
                [dcc.Link(text, href=path) for path, text in links],
                **attributes(aria_label="Pages"),
            ),
            html.Details(
                [
                    html.Summary("Menu", id="who"),
                    html.Div(
                        [
                            dcc.Checklist(
                                id="device",
                                options=[{"label": t, "value": v} for v, t in DEVICE_SETTINGS],
                                value=["sound"],
                                persistence=True,
                                persistence_type="local",
                            ),
                            html.Button("Test the sound", id="test-sound", className="button"),
                            html.P("", id="sound-result", className="quiet", role="status"),
                            dcc.Link("Workouts", href="/workouts", className="button"),
                            dcc.Link("Switch player", href="/", className="button"),
                            dcc.Link("Status", href="/status", className="button"),
                        ],
                        className="menu",
                    ),
                ],
                id="menu",
            ),
        ],
        className="top",
    )


def header_callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks: the player's name, the current page's link, the device settings."""
    for name, source, prop in (
        ("here", "_pages_location", "pathname"),
        ("device", "device", "value"),
    ):
        app.clientside_callback(
            ClientsideFunction("hiitpi", name),
            Output("menu", "title", allow_duplicate=True),
            Input(source, prop),
            prevent_initial_call="initial_duplicate",
        )

    @app.callback(Output("who", "children"), Input("_pages_location", "pathname"))
    def who(path: str | None) -> Any:
        name = current_player()
        if name is None:
            return "Menu"
        player = services.store.players.find(name) or Player(name, "")
        return [dot(player.colour), html.Span(player.name)]


def dot(colour: str) -> html.I:
    """Return a dot in a player's colour, shown next to the name."""
    return html.I(className="dot", style={"background": colour})
