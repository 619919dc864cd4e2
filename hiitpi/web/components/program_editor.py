"""The form in which a program is made or changed."""

from typing import Any

from dash import dcc, html

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.program import MAX_EXERCISES, MAX_ROUNDS, Program, parse
from hiitpi.errors import ProgramError
from hiitpi.web.components.html_attributes import attributes

#: Fields of an exercise: name, what it says above, and what may be typed.
FIELDS = (
    ("work", "Work, s", {"min": 5, "max": 3600}),
    ("reps", "Reps", {"min": 1, "max": 1000}),
    ("rest", "Rest, s", {"min": 0, "max": 900}),
)

#: What a new program begins with.
BLANK: dict[str, Any] = {
    "name": "",
    "rounds": 3,
    "exercises": [{"workout": "jumping_jacks", "work": 40, "rest": 20}],
}


def editor(data: dict[str, Any], library: WorkoutLibrary, trouble: str = "") -> list[Any]:
    """The form, filled with a program's data, which need not be a whole program yet."""
    exercises = data.get("exercises") or []
    return [
        html.H2("The program", id="editor-title", tabIndex="-1"),
        html.Div(
            [
                _labelled("Name", dcc.Input(id="p-name", maxLength=60, value=data.get("name"))),
                _labelled("Rounds", _number("p-rounds", data.get("rounds"), min=1, max=MAX_ROUNDS)),
                _labelled(
                    "Rest between rounds, s",
                    _number("p-round-rest", data.get("round_rest"), min=0, max=900),
                ),
                _labelled(
                    "Time limit, s", _number("p-limit", data.get("limit"), min=10, max=14400)
                ),
            ],
            className="fields",
        ),
        html.P(
            "An exercise ends when its work time is up, or its reps are done; with both, who is "
            "done early rests for what is left (EMOM). Leave the rounds empty and give a time "
            "limit for as many rounds as possible (AMRAP).",
            className="quiet",
        ),
        html.Ol(
            [_exercise(i, one, library) for i, one in enumerate(exercises)], className="exercises"
        ),
        html.Button(
            "Add an exercise",
            id="p-add",
            className="button",
            n_clicks=0,
            disabled=len(exercises) >= MAX_EXERCISES,
        ),
        html.P(trouble, id="editor-trouble", className="trouble", role="alert"),
        html.Div(
            [
                html.Button("Save", id="p-save", className="button primary", n_clicks=0),
                html.Button("Cancel", id="p-cancel", className="button", n_clicks=0),
            ],
            className="row apart",
        ),
    ]


def filled(
    name: Any, rounds: Any, round_rest: Any, limit: Any, exercises: list[dict[str, Any]]
) -> dict[str, Any]:
    """A program's data out of what the form's fields hold; empty ones are left out."""
    given = {"name": str(name or "").strip(), "round_rest": round_rest, "limit": limit}
    data = {key: value for key, value in given.items() if value not in (None, "")}
    data["rounds"] = rounds
    data["exercises"] = [
        {key: value for key, value in one.items() if value not in (None, "")} for one in exercises
    ]
    return data


def checked(data: dict[str, Any], library: WorkoutLibrary) -> Program:
    """The program that the form describes.

    Raises:
        ProgramError: it describes none, or one with a workout that is not here.
    """
    if not data.get("name"):
        raise ProgramError("Please give the program a name.")
    program = parse(data)
    unknown = [slug for slug in program.workouts if slug not in library]
    if unknown:
        raise ProgramError(f"There is no workout {unknown[0]!r} here.")
    return program


def _exercise(i: int, one: dict[str, Any], library: WorkoutLibrary) -> html.Li:
    select = dcc.Dropdown(
        id={"type": "p-workout", "i": i},
        options=[{"label": w.name, "value": w.slug} for w in library],
        value=one.get("workout"),
        clearable=False,
        searchable=False,
    )
    fields = [
        _labelled(label, _number({"type": f"p-{name}", "i": i}, one.get(name), **bounds))
        for name, label, bounds in FIELDS
    ]
    moves = [
        html.Button(
            text,
            id={"type": f"p-{act}", "i": i},
            className="button small",
            n_clicks=0,
            **attributes(aria_label=f"{says} exercise {i + 1}"),
        )
        for text, act, says in (("↑", "up", "Move up"), ("×", "remove", "Remove"))
    ]
    return html.Li(
        [_labelled(f"Exercise {i + 1}", select), *fields, html.Div(moves, className="moves")]
    )


def _labelled(text: str, field: Any) -> html.Label:
    return html.Label([html.Span(text), field])


def _number(name: Any, value: Any, **bounds: Any) -> dcc.Input:
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    return dcc.Input(id=name, type="number", step=1, value=whole, **bounds)
