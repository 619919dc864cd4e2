"""What to train: one workout with or without a goal, or a program."""

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.program import (
    SHIPPED_PROGRAMS,
    Program,
    for_seconds,
    free,
    tabata,
    to_reps,
)
from hiitpi.errors import ProgramError, RecordsError
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.services import Services

#: Goals for one workout, with the amount that the field begins with.
GOALS = {"free": "Free", "reps": "Reps", "seconds": "Seconds", "tabata": "Tabata"}
AMOUNT = 20

#: What a new player begins with: everybody knows it, and it needs neither floor nor strength.
FIRST = "jumping_jacks"


def picker(services: Services, player: str) -> html.Div:
    """The panel from which a session is started."""
    return html.Div(
        [
            html.H1(f"Ready, {player}?"),
            *what(services, kept=player, last=_last_workout(services, player)),
            html.Button("Start", id="start", className="button primary large", n_clicks=0),
            html.P("", id="start-trouble", className="trouble", role="alert"),
        ],
        id="picker",
        className="panel picker",
    )


def what(
    services: Services, goals: Mapping[str, str] = GOALS, kept: Any = True, last: str | None = None
) -> list[Any]:
    """The fields by which a program is chosen, for a panel with the id "picker".

    Args:
        services: of the app.
        goals: for one workout, by value.
        kept: the name under which a browser remembers what was chosen (Dash's `persistence`).
        last: slug of the workout to begin with; None: one that everybody knows.
    """
    workouts = list(services.library)
    known = {workout.slug for workout in workouts}
    first = next((slug for slug in (last, FIRST) if slug in known), None)
    return [
        dcc.RadioItems(
            id="mode",
            options=[
                {"label": "One workout", "value": "workout"},
                {"label": "Program", "value": "program"},
            ],
            value="workout",
            className="segments",
            persistence=kept,
            persistence_type="local",
        ),
        html.Div(
            [
                _cards(
                    "workout",
                    [{"label": w.name, "value": w.slug} for w in workouts],
                    "Workout",
                    kept,
                    first,
                ),
                html.Div(
                    [
                        dcc.RadioItems(
                            id="goal",
                            options=[{"label": t, "value": v} for v, t in goals.items()],
                            value=next(iter(goals)),
                            className="segments",
                            persistence=kept,
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
                                    value=AMOUNT,
                                    persistence=kept,
                                    persistence_type="local",
                                ),
                            ],
                            className="amount",
                        ),
                    ],
                    className="goal",
                ),
            ],
            className="one",
        ),
        html.Div(
            [
                _cards("program", _programs(services), "Program", kept),
                dcc.Link("Make or change programs", href="/programs", className="quiet"),
            ],
            className="several",
        ),
    ]


def _last_workout(services: Services, player: str) -> str | None:
    """What the player did last; None: nothing yet, or it cannot be asked now."""
    try:
        found, _ = services.store.history.sessions(player, limit=1)
    except RecordsError:
        return None
    return found[0].workouts[-1] if found and found[0].workouts else None


def chosen(
    services: Services, mode: str, workout: Any, goal: Any, amount: Any, key: Any
) -> Program:
    """The program that the panel's fields describe.

    Raises:
        ProgramError: something is missing or out of bounds; the message is for the player.
    """
    if mode == "program":
        return by_key(services, key)
    if workout not in services.library:
        raise ProgramError("Please choose a workout.")
    if goal in ("reps", "seconds"):
        if not isinstance(amount, int | float) or not 1 <= amount <= 1000:
            raise ProgramError("Please enter a number from 1 to 1000.")
        if goal == "reps":
            return to_reps(workout, int(amount))
        if amount < 5:
            raise ProgramError("A set takes at least 5 seconds.")
        return for_seconds(workout, float(amount))
    return tabata(workout) if goal == "tabata" else free(workout)


def by_key(services: Services, key: Any) -> Program:
    """The program of a key like "shipped-0" or "house-3".

    Raises:
        ProgramError: there is none.
    """
    kind, number = key_parts(key)
    program = None
    if kind == "shipped" and 0 <= number < len(SHIPPED_PROGRAMS):
        program = SHIPPED_PROGRAMS[number]
    elif kind == "house":
        program = services.store.programs.get(number)
    if program is None:
        raise ProgramError("Please choose a program.")
    return program


def key_parts(key: Any) -> tuple[str, int]:
    """Where a program comes from, and its number there; -1 for what is no number of ours."""
    kind, _, number = str(key or "").partition("-")
    digits = number.isascii() and number.isdecimal() and len(number) < 10
    return kind, int(number) if digits else -1


def described(program: Program, library: WorkoutLibrary) -> str:
    """A program in a line: "8 rounds · Squats 20 s, rest 10 s · 4 min"."""
    rounds = "as many rounds as possible" if program.rounds is None else f"{program.rounds} rounds"
    parts = [] if program.rounds == 1 else [rounds]
    shown = program.exercises[:3]
    exercises = ", ".join(_exercise(e, library) for e in shown)
    more = len(program.exercises) - len(shown)
    parts.append(f"{exercises} and {more} more" if more else exercises)
    seconds = program.seconds
    if seconds is not None:
        parts.append(f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:g} s")
    return " · ".join(parts)


def _exercise(exercise: Any, library: WorkoutLibrary) -> str:
    reps = f"{exercise.reps} " if exercise.reps else ""
    work = f" {exercise.work:g} s" if exercise.work else ""
    rest = f", rest {exercise.rest:g} s" if exercise.rest else ""
    return f"{reps}{library.name(exercise.workout)}{work}{rest}"


def _programs(services: Services) -> list[dict[str, Any]]:
    try:
        house = services.store.programs.all()
    except RecordsError:
        house = []
    known = [(f"house-{kept.id}", kept.program) for kept in house]
    known += [(f"shipped-{i}", program) for i, program in enumerate(SHIPPED_PROGRAMS)]
    return [
        {
            "label": html.Span(
                [
                    program.name,
                    html.Small(described(program, services.library)),
                ]
            ),
            "value": key,
        }
        for key, program in known
    ]


def _cards(
    name: str, options: list[dict[str, Any]], label: str, kept: Any, chosen: str | None = None
) -> html.Div:
    return html.Div(
        dcc.RadioItems(
            id=name,
            options=options,
            value=chosen or (options[0]["value"] if options else None),
            className="workouts",
            persistence=kept,
            persistence_type="local",
        ),
        role="group",
        **attributes(aria_label=label),
    )
