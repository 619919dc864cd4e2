"""The household's webhooks: add, test and delete them, and see what was sent."""

from datetime import datetime
from typing import Any, Final

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from hiitpi.errors import RecordsError, WebhookError
from hiitpi.integrations.webhook_request import MAX_URL_CHARS, check_url
from hiitpi.integrations.webhook_sender import sender_name
from hiitpi.records.webhooks import GIVE_UP_AFTER, Delivery, Webhook
from hiitpi.web.components.dialog import dialog
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.login_required import login_required
from hiitpi.web.components.session_table import when
from hiitpi.web.components.session_titles import plural
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

PATH, TITLE = "/webhooks", "Webhooks"

#: Number of messages that the page shows, and the interval at which it looks for new ones.
SHOWN: Final = 20
REFRESH_MS: Final = 2000

#: What happened, by kind of message.
KINDS: Final = {
    "session.finished": "a session finished",
    "best.beaten": "a best was beaten",
    "test": "test",
}


def layout(services: Services) -> Any:
    """Return the page, or a link to the login page if no player is logged in."""
    if current_player() is None:
        return login_required()
    return html.Main(
        [
            html.H1(TITLE),
            html.P(
                "HIIT PI sends a signed message to these addresses when somebody of this house "
                "finishes a session or beats a best.",
                className="quiet",
            ),
            html.Label(
                [
                    html.Span("Address"),
                    dcc.Input(
                        id="w-url", type="url", placeholder="https://", maxLength=MAX_URL_CHARS
                    ),
                ]
            ),
            html.Div(
                html.Button("Add", id="w-add", className="button primary", n_clicks=0),
                className="row start",
            ),
            html.P("", id="w-says", className="says", role="status"),
            html.P("", id="w-trouble", className="trouble", role="alert"),
            html.Div(_cards(services), id="w-list"),
            html.H2("Last messages"),
            html.Div(_deliveries(services), id="w-deliveries"),
            dcc.Interval(id="w-tick", interval=REFRESH_MS),
        ],
        className="page webhooks",
    )


def callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks: add, test, delete, and refresh the list of messages."""

    @app.callback(
        Output("w-says", "children"),
        Output("w-trouble", "children"),
        Output("w-list", "children"),
        Output("w-url", "value"),
        Input("w-add", "n_clicks"),
        Input("w-url", "n_submit"),
        Input({"type": "w-test", "id": ALL}, "n_clicks"),
        Input({"type": "w-delete", "id": ALL}, "n_clicks"),
        State("w-url", "value"),
        prevent_initial_call=True,
    )
    def change(
        added: int, submitted: int, tests: list[int], deletions: list[int], url: str | None
    ) -> Any:
        if current_player() is None or not ctx.triggered[0]["value"]:
            return no_update, no_update, no_update, no_update
        try:
            message = _apply(services, ctx.triggered_id, str(url or ""))
        except (WebhookError, RecordsError) as error:
            return "", str(error), no_update, no_update
        clear = "" if isinstance(ctx.triggered_id, str) else no_update
        return message, "", _cards(services), clear

    @app.callback(
        Output("w-deliveries", "children"),
        Input("w-tick", "n_intervals"),
        Input("w-list", "children"),
        prevent_initial_call=True,
    )
    def refresh(ticks: int, cards: Any) -> Any:
        return _deliveries(services) if current_player() else no_update


def _apply(services: Services, pressed: Any, url: str) -> Any:
    """Do what the pressed button says, and return the message to show.

    Raises:
        WebhookError: the address cannot be used.
        RecordsError: the database cannot be written.
    """
    webhooks = services.store.webhooks
    if isinstance(pressed, str):
        webhook = webhooks.add(check_url(url))
        return [
            "Added. Its secret, which is only shown now: ",
            html.Code(webhook.secret, className="secret"),
        ]
    number = int(pressed["id"])
    if pressed["type"] == "w-delete":
        webhooks.delete(number)
        return "Deleted"
    webhooks.send_test(number, sender_name(services.settings))
    return "A test message is being sent"


def _cards(services: Services) -> Any:
    webhooks = services.store.webhooks.all()
    if not webhooks:
        return html.P("None yet.", className="quiet")
    return html.Ul([_card(webhook) for webhook in webhooks], className="cards")


def _card(webhook: Webhook) -> html.Li:
    ask = f"w-ask-{webhook.id}"
    about: list[Any] = [html.B(webhook.url)]
    if webhook.disabled:
        about.append(html.P(f"Nothing is sent any more: it answered {webhook.disabled}."))
    test = html.Button(
        "Send a test", id={"type": "w-test", "id": webhook.id}, className="button", n_clicks=0,
        disabled=bool(webhook.disabled), **attributes(aria_label=f"Send a test to {webhook.url}"),
    )  # fmt: skip
    remove = html.Button(
        "Delete", className="button danger",
        **attributes(data_ask=ask, aria_label=f"Delete {webhook.url}"),
    )  # fmt: skip
    return html.Li(
        [
            html.Div(about, className="about"),
            html.Div([test, remove], className="row"),
            dialog(
                ask, f"Send nothing to {webhook.url} any more?", yes="Delete", no="Keep",
                answer={"type": "w-delete", "id": webhook.id},
            ),
        ]
    )  # fmt: skip


def _deliveries(services: Services) -> Any:
    deliveries = services.store.webhooks.deliveries(SHOWN)
    if not deliveries:
        return html.P("None yet.", className="quiet")
    zone = services.store.zone
    now = datetime.now().astimezone(zone)
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(
                        f"{when(delivery.created.timestamp(), now, zone)}: "
                        f"{KINDS.get(delivery.kind, delivery.kind)}"
                    ),
                    html.Span(delivery.webhook.url, className="quiet"),
                    html.Span(
                        _state(delivery, now), className="good" if delivery.accepted else "quiet"
                    ),
                ]
            )
            for delivery in deliveries
        ],
        className="deliveries",
    )


def _state(delivery: Delivery, now: datetime) -> str:
    """Return what became of a message."""
    if delivery.accepted:
        return f"accepted ({delivery.result})"
    if not delivery.attempts:
        return "waiting" if delivery.next_try else "not sent"
    tries = f"{delivery.result} ({plural(delivery.attempts, 'attempt')})"
    if delivery.next_try is None:
        return f"given up after {GIVE_UP_AFTER.days * 24} hours: {tries}"
    wait_s = max(0, round((delivery.next_try - now).total_seconds()))
    soon = f"{wait_s} s" if wait_s < 120 else f"{round(wait_s / 60)} min"
    return f"{tries}; again in {soon}"
