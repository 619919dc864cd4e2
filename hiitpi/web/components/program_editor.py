"""The form for creating and editing a program."""

from typing import Any

from dash import dcc, html

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.program import MAX_EXERCISES, MAX_ROUNDS, Program, parse
from hiitpi.errors import ProgramError
from hiitpi.web.components.html_attributes import attributes

#: Number fields of an exercise: name, label, and limits.
FIELDS = (
    ("work", "Work, s", {"min": 5, "max": 3600}),
    ("reps", "Reps", {"min": 1, "max": 1000}),
    ("rest", "Rest, s", {"min": 0, "max": 900}),
)

#: When else an exercise ends, with the texts of the choice.
UNTIL = {"": "–", "slower": "Slower by 20 %"}

#: Initial values of a new program.
NEW_PROGRAM: dict[str, Any] = {
    "name": "",
    "rounds": 3,
    "exercises": [{"workout": "jumping_jacks", "work": 40, "rest": 20}],
}


def editor(data: dict[str, Any], library: WorkoutLibrary, error: str = "") -> list[Any]:
    """Return the form.

    Args:
        data: values of its fields, as from `Program.data`; the program may be incomplete.
        library: the workouts to choose from.
        error: the message below the fields.
    """
    exercises = data.get("exercises") or []
    return [
        html.H2("Program", id="editor-title", tabIndex="-1"),
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
            "An exercise ends when its work time is up or its repetitions are done. If you set "
            "both, you rest for the time that is left (EMOM). It can also end when your "
            "repetitions become slower by 20 %. For as many rounds as possible (AMRAP), leave the "
            "rounds empty and set a time limit.",
            className="quiet",
        ),
        html.Ol(
            [_exercise(i, exercise, library) for i, exercise in enumerate(exercises)],
            className="exercises",
        ),
        html.Button(
            "Add an exercise",
            id="p-add",
            className="button",
            n_clicks=0,
            disabled=len(exercises) >= MAX_EXERCISES,
        ),
        html.P(error, id="editor-trouble", className="trouble", role="alert"),
        html.Div(
            [
                html.Button("Save", id="p-save", className="button primary", n_clicks=0),
                html.Button("Cancel", id="p-cancel", className="button", n_clicks=0),
            ],
            className="row apart",
        ),
    ]


def form_data(
    name: Any, rounds: Any, round_rest: Any, limit: Any, exercises: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return a program's data, as `parse` takes it, from the values of the form's fields.

    Empty fields are left out, except the rounds: None means as many as possible.
    """
    fields = {"name": str(name or "").strip(), "round_rest": round_rest, "limit": limit}
    data = {key: value for key, value in fields.items() if value not in (None, "")}
    data["rounds"] = rounds
    data["exercises"] = [
        {key: value for key, value in exercise.items() if value not in (None, "")}
        for exercise in exercises
    ]
    return data


def validated(data: dict[str, Any], library: WorkoutLibrary) -> Program:
    """Return the program that the form's data describes.

    Raises:
        ProgramError: the data is invalid, or a workout is unknown.
    """
    if not data.get("name"):
        raise ProgramError("Please give the program a name.")
    program = parse(data)
    unknown = [slug for slug in program.workouts if slug not in library]
    if unknown:
        raise ProgramError(f"There is no workout {unknown[0]!r}.")
    for exercise in program.exercises:
        if exercise.until and library[exercise.workout].hold:
            name = library.name(exercise.workout)
            raise ProgramError(
                f"{name} is held, so it cannot become slower: set a time or seconds."
            )
    return program


def _exercise(i: int, exercise: dict[str, Any], library: WorkoutLibrary) -> html.Li:
    workouts = {w.slug: w.name for w in library}
    select = _choice({"type": "p-workout", "i": i}, workouts, exercise.get("workout"))
    until = _choice({"type": "p-until", "i": i}, UNTIL, exercise.get("until") or "")
    fields = [
        _labelled(label, _number({"type": f"p-{name}", "i": i}, exercise.get(name), **limits))
        for name, label, limits in FIELDS
    ]
    buttons = [
        html.Button(
            text,
            id={"type": f"p-{act}", "i": i},
            className="button small",
            n_clicks=0,
            **attributes(aria_label=f"{verb} exercise {i + 1}"),
        )
        for text, act, verb in (("↑", "up", "Move up"), ("×", "remove", "Remove"))
    ]
    return html.Li(
        [
            _labelled(f"Exercise {i + 1}", select),
            *fields,
            _labelled("Also ends when", until),
            html.Div(buttons, className="moves"),
        ]
    )


def _choice(name: Any, options: dict[str, str], value: Any) -> dcc.Dropdown:
    listed = [{"label": text, "value": key} for key, text in options.items()]
    return dcc.Dropdown(id=name, options=listed, value=value, clearable=False, searchable=False)


def _labelled(text: str, field: Any) -> html.Label:
    return html.Label([html.Span(text), field])


def _number(name: Any, value: Any, **limits: Any) -> dcc.Input:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return dcc.Input(id=name, type="number", step=1, value=value, **limits)
