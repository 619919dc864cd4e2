"""The panel in which somebody shows an exercise; `assets/teach.js` records and draws."""

import json
import threading
from typing import Any, Final

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update

from hiitpi.coach.teaching.draft import parse_draft
from hiitpi.errors import HiitPiError, WorkoutError
from hiitpi.system.own_command import ask_command
from hiitpi.web.components.filters import choice
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.services import Services

#: Repetitions that are shown, if the player does not choose another number.
USUAL_REPS: Final = 5

VIEWS: Final = {"front": "From the front", "side": "From the side"}

STEPS: Final = (
    "Put this device where you hear it. Then everything goes by itself: take the first position "
    "and stand still; after 3-2-1 do the repetitions; then stand still again. A position, such as "
    "a plank, is held for ten seconds."
)
BUSY: Final = "Another workout is being looked at. Please try again in a moment."

_looking = threading.Lock()  # one at a time: it takes a second of a processor, on a Pi several


def teaching_panel(services: Services) -> html.Section:
    """Return the panel; without a camera of its own, a machine cannot be taught."""
    own = services.stations.own
    if own is None:
        return html.Section(
            html.P("Open this page at a station: this machine has no camera.", className="quiet")
        )
    return html.Section(
        [
            html.H2("Teach a workout"),
            html.P(STEPS, className="quiet"),
            html.Div(
                [
                    _labelled("Name", dcc.Input(id="t-name", maxLength=60)),
                    _labelled(
                        "Repetitions",
                        dcc.Input(id="t-reps", type="number", min=2, max=20, value=USUAL_REPS),
                    ),
                    choice("t-view", "The camera sees you", VIEWS, "front"),
                    html.Button("Show it", id="t-start", className="button primary", n_clicks=0),
                ],
                className="fields",
            ),
            html.Div(
                [
                    html.Img(id="t-video", alt="Live video with the detected skeleton"),
                    html.P("", id="t-big", **attributes(aria_hidden="true")),
                ],
                className="t-stage",
            ),
            html.P("", id="t-live", className="says", role="status"),
            html.Div(
                [_button("t-done", "Done"), _button("t-stop", "Cancel")],
                className="row start t-showing",
            ),
            html.Div(
                [
                    html.Div(id="t-rules"),
                    html.Div(
                        [
                            html.Canvas(id="t-figure", width=300, height=300, role="img",
                                        **attributes(aria_label="What you have shown")),
                            html.Canvas(id="t-signal", width=640, height=300, role="img",
                                        **attributes(aria_label="The signal and its thresholds")),
                        ],
                        className="t-pictures",
                    ),
                    html.Div(
                        [
                            html.Button("Keep it", id="t-keep", className="button primary",
                                        n_clicks=0),
                            _button("t-try", "Try it"),
                        ],
                        className="row start",
                    ),
                ],
                className="t-lesson",
            ),
            html.P("", id="t-trouble", className="trouble", role="alert"),
            dcc.Store(id="t-frames"),
            dcc.Store(id="t-moved"),
            dcc.Store(id="t-lesson"),
        ],
        id="teach",
        className="editor teach",
        **attributes(data_station=own.name, data_state="ready"),
    )  # fmt: skip


def _button(name: str, text: str) -> html.Button:
    return html.Button(text, id=name, className="button", type="button")


def _labelled(text: str, field: Any) -> html.Label:
    return html.Label([html.Span(text), field])


def teaching_callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks that understand what was shown, and try it."""
    for name, output, source, prop in (
        ("teach", "t-start", "teach", "id"),
        ("lesson", "t-keep", "t-lesson", "data"),
    ):
        app.clientside_callback(
            ClientsideFunction("hiitpi", name), Output(output, "title"), Input(source, prop)
        )

    @app.callback(
        Output("t-lesson", "data"),
        Output("t-rules", "children"),
        Output("t-trouble", "children"),
        Input("t-frames", "data"),
        Input("t-moved", "data"),
        Input({"type": "t-line", "i": 0}, "value", allow_optional=True),
        Input({"type": "t-line", "i": 1}, "value", allow_optional=True),
        State("t-lesson", "data"),
        State("t-name", "value"),
        State("t-view", "value"),
        State("t-reps", "value"),
        prevent_initial_call=True,
    )
    def look(frames: Any, moved: Any, *values: Any) -> Any:
        *typed, lesson, name, view, reps = values
        try:
            if ctx.triggered_id == "t-frames" and frames["kind"] == "show":
                request = {
                    "frames": frames["frames"],
                    "name": (name or "").strip() or "My workout",
                    "view": view,
                    "reps": reps or USUAL_REPS,
                }
                return _shown(_ask(services, request), frames["frames"], "")
            if ctx.triggered_id == "t-frames":
                tried = _ask(services, {"draft": lesson["draft"], "frames": frames["frames"]})
                return no_update, _rules(lesson, f"In your trial: {_counted(tried)}."), ""
            draft = _changed(lesson, moved, typed)
            if draft == lesson["draft"]:
                return no_update, no_update, no_update
            return _shown(
                _ask(services, {"draft": draft, "frames": lesson["shown"]}), lesson["shown"], ""
            )
        except HiitPiError as error:
            return None if ctx.triggered_id == "t-frames" else no_update, None, str(error)


def _ask(services: Services, request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer of the command `teach`; a process of its own, since it needs NumPy."""
    if not _looking.acquire(blocking=False):
        raise WorkoutError(BUSY)
    try:
        answer: dict[str, Any] = json.loads(
            ask_command(services.settings, "teach", "-", request=json.dumps(request))
        )
        return answer
    finally:
        _looking.release()


def _shown(lesson: dict[str, Any], frames: Any, said: str) -> tuple[Any, Any, str]:
    return {**lesson, "shown": frames}, _rules(lesson, said), ""


def _changed(lesson: dict[str, Any], moved: Any, typed: list[Any]) -> dict[str, Any]:
    """Return the draft with the threshold that was moved on the graph, or typed.

    Raises:
        WorkoutError: the draft is not valid.
    """
    draft = parse_draft(lesson["draft"]).data()
    changes = [moved] if ctx.triggered_id == "t-moved" else []
    if isinstance(ctx.triggered_id, dict):
        line = lesson["lines"][ctx.triggered_id["i"]]
        value = typed[ctx.triggered_id["i"]]
        if isinstance(value, int | float) and f"{value:.3g}" != f"{line['at']:.3g}":
            changes = [{**line, "threshold": value}]
    for change in changes:
        draft["states"][change["state"]][1][change["clause"]]["threshold"] = change["threshold"]
    return draft


def _rules(lesson: dict[str, Any], said: str) -> list[Any]:
    """Return what was understood in words, with a field for each threshold of the signal."""
    fields = [
        _labelled(
            f"{line['name'].capitalize()} {line['sign']}",
            dcc.Input(
                id={"type": "t-line", "i": i},
                type="number",
                value=float(f"{line['at']:.3g}"),
                step="any",
                debounce=True,
            ),
        )
        for i, line in enumerate(lesson["lines"][:2])
    ]
    return [
        html.P([html.B(_counted(lesson)), ""], id="t-count"),
        html.P(said, className="says") if said else None,
        html.Ul([html.Li(sentence) for sentence in lesson["says"]]),
        html.Div(fields, className="row start t-lines"),
    ]


def _counted(lesson: dict[str, Any]) -> str:
    unit = "seconds" if lesson["hold"] else "repetitions"
    missed = f", {lesson['attempts']} did not count" if lesson["attempts"] else ""
    return f"Counted {lesson['reps']} {unit}{missed}"
