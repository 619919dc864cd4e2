"""The scoreboard of a running session; `assets/scoreboard.js` updates it."""

from dash import html

from hiitpi.web.components.html_attributes import attributes


def scoreboard() -> html.Div:
    """Return the scoreboard: phase, time ring, counter, figures, and buttons."""
    return html.Div(
        [
            html.Div(
                [
                    html.P(
                        [html.Span("", id="phase"), html.Span("", id="round")], className="phase"
                    ),
                    html.Div(
                        html.Span("0:00", id="clock"),
                        id="ring",
                        className="ring",
                        role="timer",
                        **attributes(aria_label="Time"),
                    ),
                ],
                className="head",
            ),
            html.P("0", id="reps", className="reps"),
            # Screen readers announce every tenth repetition: jumping jacks come two a second.
            html.P("", id="reps-read", className="hidden", **attributes(aria_live="polite")),
            html.P("", id="big", className="reps", **attributes(aria_hidden="true")),
            html.P("", id="workout-name", className="workout-name"),
            html.Dl(
                [
                    html.Div([html.Dt(text), html.Dd(start, id=name)])
                    for text, name, start in (
                        ("pace /30 s", "pace", "–"),
                        ("form", "score", "–"),
                        ("sway", "sway", "–"),
                        ("did not count", "attempts", "0"),
                        ("total", "total", "0"),
                    )
                ],
                className="facts",
            ),
            html.P(
                [html.B("", id="bpm"), html.Span("", id="zone")],
                id="heart-rate",
                className="heart-rate",
                hidden=True,
            ),
            html.Div(id="bars", className="bars", **attributes(aria_hidden="true")),
            html.P("", id="ghost", className="quiet"),
            html.P("", id="next", className="next"),
            html.P("", id="sign", className="quiet"),
            html.P("", id="who-trains", className="quiet watching"),
            html.Div(
                [
                    _button("Start anyway", "go"),
                    _button("Pause", "pause"),
                    _button("Resume", "resume", primary=True),
                    _button("Cancel", "cancel"),
                    _button("Done", "done"),
                    _button("Take over", "claim"),
                ],
                className="row commands",
            ),
            html.P("", id="command-trouble", className="trouble", role="alert"),
        ],
        className="panel board",
    )


def takeover_box() -> html.Div:
    """Return the request to take over control, shown on the two devices it concerns."""
    return html.Div(
        [
            html.P("", id="claim-text"),
            html.Div(
                [_button("Keep control", "keep"), _button("Hand over", "hand-over")],
                className="row",
            ),
        ],
        id="claim-box",
        className="claim",
        role="alert",
        hidden=True,
    )


def _button(text: str, name: str, primary: bool = False) -> html.Button:
    return html.Button(text, id=name, className=f"button large{' primary' * primary}", n_clicks=0)
