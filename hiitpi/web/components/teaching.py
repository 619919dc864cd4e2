"""The panel in which somebody shows an exercise; `assets/teach.js` records and draws."""

import json
from dataclasses import asdict, field
from typing import Annotated, Any, Final, Literal

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from werkzeug.exceptions import BadRequest

from hiitpi.coach.teaching.draft import parse_draft
from hiitpi.errors import HiitPiError
from hiitpi.web.components.filters import choice
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.login_required import NOT_LOGGED_IN
from hiitpi.web.components.teacher import ask_teacher
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

#: Repetitions that are shown, if the player does not choose another number.
USUAL_REPS: Final = 5

VIEWS: Final = {"front": "From the front", "side": "From the side"}

STEPS: Final = (
    "Put this device where you hear it. Then everything goes by itself: take the first position "
    "and stand still; after 3-2-1 do the repetitions; then stand still again. A position, such as "
    "a plank, is held for ten seconds."
)

Index = Annotated[int, Field(ge=0, le=20)]


@dataclass(frozen=True)
class Recorded:
    """What the page has recorded: to be understood, or to try what was understood.

    Attributes:
        frames: see `hiitpi.recordings.teach_command.Request`, which checks them.
    """

    kind: Literal["show", "try"]
    frames: list[Any]


@dataclass(frozen=True)
class Moved:
    """A threshold that was moved: of which clause of which state, and where to."""

    state: Index
    clause: Index
    threshold: Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True)
class Line:
    """A threshold of the signal, and the name of its state."""

    state: Index
    clause: Index
    name: str
    sign: Literal["<", ">"]
    at: Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True, config={"extra": "ignore"})
class Lesson:
    """What was understood; see `hiitpi.coach.teaching.lesson.Lesson.data`.

    Attributes:
        shown: the frames from which it was understood.
    """

    draft: dict[str, Any]
    says: list[str]
    lines: list[Line]
    signal_counts: bool
    hold: bool
    reps: int
    attempts: int
    times: list[float]
    signal: list[float | None]
    fits: list[bool]
    shown: list[Any] = field(default_factory=list)


_RECORDED: Final = TypeAdapter(Recorded)
_MOVED: Final = TypeAdapter(Moved)
_LESSON: Final = TypeAdapter(Lesson)


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
                    _labelled("Name", dcc.Input(id="teach-name", maxLength=60)),
                    _labelled(
                        "Repetitions",
                        dcc.Input(id="teach-reps", type="number", min=2, max=20, value=USUAL_REPS),
                    ),
                    choice("teach-view", "The camera sees you", VIEWS, "front"),
                    html.Button(
                        "Show it", id="teach-start", className="button primary", n_clicks=0
                    ),
                    _button("teach-file", "Use a video"),
                ],
                className="fields",
            ),
            html.Div(
                [
                    html.Img(id="teach-video", alt="Live video with the detected skeleton"),
                    html.P("", id="teach-big", **attributes(aria_hidden="true")),
                ],
                className="teach-stage",
            ),
            html.P("", id="teach-live", className="says", role="status"),
            html.Div(
                [_button("teach-done", "Done"), _button("teach-stop", "Cancel")],
                className="row start teach-showing",
            ),
            html.Div(
                [
                    html.Div(id="teach-rules"),
                    html.Div(
                        [
                            html.Canvas(id="teach-figure", width=300, height=300, role="img",
                                        **attributes(aria_label="What you have shown")),
                            html.Canvas(id="teach-signal", width=640, height=300, role="img",
                                        **attributes(aria_label="The signal and its thresholds")),
                        ],
                        className="teach-pictures",
                    ),
                    html.Div(
                        [
                            html.Button("Keep it", id="teach-keep", className="button primary",
                                        n_clicks=0),
                            _button("teach-try", "Try it"),
                        ],
                        className="row start",
                    ),
                ],
                className="teach-lesson",
            ),
            html.P("", id="teach-trouble", className="trouble", role="alert"),
            dcc.Store(id="teach-frames"),
            dcc.Store(id="teach-moved"),
            dcc.Store(id="teach-lesson"),
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
        ("teach", "teach-start", "teach", "id"),
        ("lesson", "teach-keep", "teach-lesson", "data"),
    ):
        app.clientside_callback(
            ClientsideFunction("hiitpi", name), Output(output, "title"), Input(source, prop)
        )

    @app.callback(
        Output("teach-lesson", "data"),
        Output("teach-rules", "children"),
        Output("teach-trouble", "children"),
        Input("teach-frames", "data"),
        Input("teach-moved", "data"),
        Input({"type": "teach-line", "i": 0}, "value", allow_optional=True),
        Input({"type": "teach-line", "i": 1}, "value", allow_optional=True),
        State("teach-lesson", "data"),
        State("teach-name", "value"),
        State("teach-view", "value"),
        State("teach-reps", "value"),
        prevent_initial_call=True,
    )
    def look(frames: Any, moved: Any, *values: Any) -> Any:
        *typed, lesson, name, view, reps = values
        if current_player() is None:
            return no_update, no_update, NOT_LOGGED_IN
        if ctx.triggered_id != "teach-frames":
            return _recount(services, _checked(_LESSON, lesson), moved, typed)
        recorded = _checked(_RECORDED, frames)
        try:
            if recorded.kind == "try":
                known = _checked(_LESSON, lesson)
                tried = _ask(services, {"draft": known.draft, "frames": recorded.frames})
                return no_update, _rules(known, f"In your trial: {_counted(tried)}."), ""
            request = {
                "frames": recorded.frames,
                "name": str(name or "").strip() or "My workout",
                "view": view,
                "reps": reps or USUAL_REPS,
            }
            return _shown(services, request)
        except HiitPiError as error:
            return None, None, str(error)


def _recount(services: Services, lesson: Lesson, moved: Any, typed: list[Any]) -> Any:
    """Count what was shown with the threshold that was moved on the graph, or typed."""
    try:
        known = parse_draft(lesson.draft)
        draft = known.data()
        for change in _changes(lesson, moved, typed):
            draft["states"][change.state][1][change.clause]["threshold"] = change.threshold
        if draft == known.data():
            return no_update, no_update, no_update
        return _shown(services, {"draft": draft, "frames": lesson.shown})
    except HiitPiError as error:
        return no_update, no_update, str(error)
    except IndexError:
        raise BadRequest("There is no such threshold.") from None


def _changes(lesson: Lesson, moved: Any, typed: list[Any]) -> list[Moved]:
    if not isinstance(ctx.triggered_id, dict):
        return [_checked(_MOVED, moved)]
    number = ctx.triggered_id["i"]
    if number >= len(lesson.lines):
        raise BadRequest("There is no such threshold.")
    line, value = lesson.lines[number], typed[number]
    if not isinstance(value, int | float) or f"{value:.3g}" == f"{line.at:.3g}":
        return []
    return [Moved(line.state, line.clause, value)]


def _shown(services: Services, request: dict[str, Any]) -> tuple[Any, Any, str]:
    lesson = _ask(services, request)
    stored = {**asdict(lesson), "shown": request["frames"]}
    return stored, _rules(lesson, ""), ""


def _ask(services: Services, request: dict[str, Any]) -> Lesson:
    answer = ask_teacher(services.settings, "-", request=json.dumps(request))
    return _LESSON.validate_json(answer)


def _rules(lesson: Lesson, said: str) -> list[Any]:
    """Return what was understood in words, with a field for each threshold of the signal."""
    fields = [
        _labelled(
            f"{line.name.capitalize()} {line.sign}",
            dcc.Input(
                id={"type": "teach-line", "i": i},
                type="number",
                value=float(f"{line.at:.3g}"),
                step="any",
                debounce=True,
            ),
        )
        for i, line in enumerate(lesson.lines[:2])
    ]
    return [
        html.P(_counted(lesson), id="teach-count"),
        html.P(said, className="says") if said else None,
        html.Ul([html.Li(sentence) for sentence in lesson.says]),
        html.Div(fields, className="row start teach-lines"),
    ]


def _counted(lesson: Lesson) -> str:
    unit = "seconds" if lesson.hold else "repetitions"
    missed = f", {lesson.attempts} did not count" if lesson.attempts else ""
    return f"Counted {lesson.reps} {unit}{missed}"


def draft_of(lesson: Any) -> dict[str, Any]:
    """Return the draft of the lesson that the page keeps.

    Raises:
        BadRequest: it is not one.
    """
    draft: dict[str, Any] = _checked(_LESSON, lesson).draft
    return draft


def _checked(adapter: TypeAdapter[Any], data: Any) -> Any:
    """Validate what the page keeps in its stores.

    Raises:
        BadRequest: it cannot come from the page.
    """
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        raise BadRequest(f"This cannot be used: {error.errors()[0]['msg']}.") from None
