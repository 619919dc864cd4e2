"""The choice of what to train: one workout with or without a goal, or a program."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.program import (
    SHIPPED_PROGRAMS,
    Program,
    for_seconds,
    free,
    just_train,
    tabata,
    to_reps,
)
from hiitpi.errors import ProgramError, RecordsError
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.services import Services

#: What is trained: nothing is chosen, one workout, or a program.
MODES = {"any": "Just train", "workout": "One workout", "program": "Program"}
JUST_TRAIN_NOTE = (
    "Do what you like: a workout is recognised after two good repetitions, which count too. "
    "Another one begins a new set; rest ten seconds before one that is much alike. You can "
    "correct the names at the end."
)

#: Goals for one workout, and the initial amount of repetitions or seconds.
GOALS = {"free": "Free", "reps": "Reps", "seconds": "Seconds", "tabata": "Tabata"}
DEFAULT_AMOUNT = 20

#: How strictly repetitions are judged, and what that means.
STRICTNESS = {
    "strict": ("Strict", "competition: deeper than the standard"),
    "standard": ("Standard", "the rules of each workout"),
    "gentle": ("Gentle", "smaller movements count, for children and rehabilitation; not ranked"),
}

#: Workout of a new player: everyone knows it, and it needs neither the floor nor strength.
DEFAULT_WORKOUT = "jumping_jacks"


def picker(services: Services, player: str) -> html.Div:
    """Return the panel in which a player starts a session."""
    return html.Div(
        [
            html.H1(f"Ready, {player}?"),
            *program_fields(
                services, persistence=player, workout=_last_workout(services, player), modes=MODES
            ),
            _metronome(player),
            html.Button("Start", id="start", className="button primary large", n_clicks=0),
            html.P("", id="start-trouble", className="trouble", role="alert"),
        ],
        id="picker",
        className="panel picker",
    )


def program_fields(
    services: Services,
    goals: Mapping[str, str] = GOALS,
    persistence: Any = True,
    workout: str | None = None,
    strictness: Iterable[str] = STRICTNESS,
    modes: Iterable[str] = ("workout", "program"),
) -> list[Any]:
    """Return the fields for choosing a program, for a panel with the id "picker".

    Args:
        services: the services of the app.
        goals: text of the goals for one workout, by value.
        persistence: key under which the browser stores the choice (Dash's `persistence`).
        workout: slug of the workout selected initially; None for `DEFAULT_WORKOUT`.
        strictness: the values of `STRICTNESS` to choose from.
        modes: the keys of `MODES` to choose from.
    """
    workouts = list(services.library)
    slugs = {workout.slug for workout in workouts}
    selected = next((slug for slug in (workout, DEFAULT_WORKOUT) if slug in slugs), None)
    return [
        dcc.RadioItems(
            id="mode",
            options=[{"label": MODES[mode], "value": mode} for mode in modes],
            value="workout",
            className="segments",
            persistence=persistence,
            persistence_type="local",
        ),
        html.Div(
            [
                _cards(
                    "workout",
                    [{"label": w.name, "value": w.slug} for w in workouts],
                    "Workout",
                    persistence,
                    selected,
                ),
                html.Div(
                    [
                        dcc.RadioItems(
                            id="goal",
                            options=[{"label": t, "value": v} for v, t in goals.items()],
                            value=next(iter(goals)),
                            className="segments",
                            persistence=persistence,
                            persistence_type="local",
                        ),
                        html.Label(
                            [
                                html.Span("How many", className="hidden"),
                                dcc.Input(
                                    id="amount",
                                    type="number",
                                    min=1,
                                    max=1000,
                                    step=1,
                                    value=DEFAULT_AMOUNT,
                                    persistence=persistence,
                                    persistence_type="local",
                                ),
                            ],
                            className="amount",
                        ),
                    ],
                    className="goal",
                ),
                dcc.Link("Teach a workout of your own", href="/workouts", className="quiet"),
            ],
            className="one",
        ),
        html.P(JUST_TRAIN_NOTE, className="quiet any"),
        html.Div(
            [
                _cards("program", _program_options(services), "Program", persistence),
                dcc.Link("Create or edit programs", href="/programs", className="quiet"),
            ],
            className="several",
        ),
        html.Details(
            [
                html.Summary(_explained("standard"), id="strictness-note", className="quiet"),
                dcc.RadioItems(
                    id="strictness",
                    options=[
                        {"label": STRICTNESS[value][0], "value": value} for value in strictness
                    ],
                    value="standard",
                    className="segments",
                    persistence=persistence,
                    persistence_type="local",
                ),
            ],
            className="strictness",
        ),
    ]


def _metronome(player: str) -> html.Details:
    """Return the field for the metronome of this device; `assets/metronome.js` beats."""
    field = dcc.Input(
        id="metronome",
        type="number",
        min=10,
        max=240,
        step=1,
        persistence=player,
        persistence_type="local",
    )
    label = html.Label([html.Span("Beats a minute, empty for none"), field], className="metronome")
    note = html.Summary("Metronome: off", id="metronome-note", className="quiet")
    return html.Details([note, label], className="strictness")


def picker_callbacks(app: Dash) -> None:
    """Register the callbacks that explain the selected strictness, and set the metronome."""
    app.clientside_callback(
        ClientsideFunction("hiitpi", "metronome"),
        Output("metronome-note", "children"),
        Input("metronome", "value"),
    )

    @app.callback(Output("strictness-note", "children"), Input("strictness", "value"))
    def explain(strictness: Any) -> str:
        return _explained(strictness if strictness in STRICTNESS else "standard")


def _explained(strictness: str) -> str:
    return ": ".join(STRICTNESS[strictness])


def _last_workout(services: Services, player: str) -> str | None:
    """Return the player's last workout; None if there is none or the database is unavailable."""
    try:
        sessions, _ = services.store.history.sessions(player, limit=1)
    except RecordsError:
        return None
    return sessions[0].workouts[-1] if sessions and sessions[0].workouts else None


def selected_program(
    services: Services, mode: str, workout: Any, goal: Any, amount: Any, key: Any, strictness: Any
) -> Program:
    """Return the program that the values of the panel's fields describe.

    Args:
        services: the services of the app.
        mode: a key of `MODES`.
        workout: slug of the workout, for the mode "workout".
        goal: one of `GOALS`, for the mode "workout".
        amount: repetitions or seconds, for these goals.
        key: key of the program, for the mode "program".
        strictness: one of `STRICTNESS`; anything else, such as the None of a page that was open
            during an update, is the standard.

    Raises:
        ProgramError: a value is missing or out of range; the message is shown to the player.
    """
    program = _selected_program(services, mode, workout, goal, amount, key)
    return replace(program, strictness=strictness if strictness in STRICTNESS else "standard")


def _selected_program(
    services: Services, mode: str, workout: Any, goal: Any, amount: Any, key: Any
) -> Program:
    if mode == "program":
        return by_key(services, key)
    if mode == "any":
        return just_train()
    if workout not in services.library:
        raise ProgramError("Please choose a workout.")
    if goal in ("reps", "seconds"):
        if not isinstance(amount, int | float) or not 1 <= amount <= 1000:
            raise ProgramError("Please enter a number from 1 to 1000.")
        if goal == "reps":
            return to_reps(workout, int(amount))
        if amount < 5:
            raise ProgramError("A set must last at least 5 seconds.")
        return for_seconds(workout, float(amount))
    return tabata(workout) if goal == "tabata" else free(workout)


def by_key(services: Services, key: Any) -> Program:
    """Return the program with a key such as "shipped-0" or "house-3".

    Raises:
        ProgramError: there is no such program.
    """
    kind, number = parse_key(key)
    program = None
    if kind == "shipped" and 0 <= number < len(SHIPPED_PROGRAMS):
        program = SHIPPED_PROGRAMS[number]
    elif kind == "house":
        program = services.store.programs.get(number)
    if program is None:
        raise ProgramError("Please choose a program.")
    return program


def parse_key(key: Any) -> tuple[str, int]:
    """Split a key into the program's origin and its number; the number is -1 if it is invalid."""
    kind, _, number = str(key or "").partition("-")
    digits = number.isascii() and number.isdecimal() and len(number) < 10
    return kind, int(number) if digits else -1


def describe(program: Program, library: WorkoutLibrary) -> str:
    """Return a program as one line, such as "8 rounds · Squats 20 s, rest 10 s · 4 min"."""
    rounds = "as many rounds as possible" if program.rounds is None else f"{program.rounds} rounds"
    parts = [] if program.rounds == 1 else [rounds]
    listed = program.exercises[:3]
    exercises = ", ".join(_exercise(e, library) for e in listed)
    omitted = len(program.exercises) - len(listed)
    parts.append(f"{exercises} and {omitted} more" if omitted else exercises)
    seconds = program.seconds
    if seconds is not None:
        parts.append(f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:g} s")
    return " · ".join(parts)


def _exercise(exercise: Any, library: WorkoutLibrary) -> str:
    reps = f"{exercise.reps} " if exercise.reps else ""
    work = f" {exercise.work:g} s" if exercise.work else ""
    rest = f", rest {exercise.rest:g} s" if exercise.rest else ""
    until = " until slower" if exercise.until else ""
    return f"{reps}{library.name(exercise.workout)}{work}{until}{rest}"


def _program_options(services: Services) -> list[dict[str, Any]]:
    try:
        house = services.store.programs.all()
    except RecordsError:
        house = []
    programs = [(f"house-{stored.id}", stored.program) for stored in house]
    programs += [(f"shipped-{i}", program) for i, program in enumerate(SHIPPED_PROGRAMS)]
    return [
        {
            "label": html.Span(
                [
                    program.name,
                    html.Small(describe(program, services.library)),
                ]
            ),
            "value": key,
        }
        for key, program in programs
    ]


def _cards(
    name: str,
    options: list[dict[str, Any]],
    label: str,
    persistence: Any,
    selected: str | None = None,
) -> html.Div:
    return html.Div(
        dcc.RadioItems(
            id=name,
            options=options,
            value=selected or (options[0]["value"] if options else None),
            className="workouts",
            persistence=persistence,
            persistence_type="local",
        ),
        role="group",
        **attributes(aria_label=label),
    )
