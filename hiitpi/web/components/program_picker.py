"""The choice of what to train: one workout with or without a goal, or a program."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from hiitpi.coach.session.program import (
    SHIPPED_PROGRAMS,
)
from hiitpi.errors import RecordsError
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.program_selection import describe
from hiitpi.web.components.suggestion import suggestion
from hiitpi.web.components.workout_card import kind_filter, option_label
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
            *suggestion(services, player),
            *program_fields(
                services,
                persistence=player,
                workout=_last_workout(services, player),
                modes=MODES,
                options=[_metronome(player)],
            ),
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
    options: Sequence[Any] = (),
) -> list[Any]:
    """Return the fields for choosing a program, for a panel with the id "picker".

    Args:
        services: the services of the app.
        goals: text of the goals for one workout, by value.
        persistence: key under which the browser stores the choice (Dash's `persistence`).
        workout: slug of the workout selected initially; None for `DEFAULT_WORKOUT`.
        strictness: the values of `STRICTNESS` to choose from.
        modes: the keys of `MODES` to choose from.
        options: further fields beside the strictness.
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
                    [{"label": option_label(services, w), "value": w.slug} for w in workouts],
                    "Workout",
                    persistence,
                    selected,
                    above=[kind_filter("kind")],
                    below=[dcc.Link("Teach a workout of your own", href="/workouts")],
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
        html.Div(
            [
                html.Details(
                    [
                        html.Summary(
                            _explained("standard"), id="strictness-note", className="quiet"
                        ),
                        dcc.RadioItems(
                            id="strictness",
                            options=[
                                {"label": STRICTNESS[value][0], "value": value}
                                for value in strictness
                            ],
                            value="standard",
                            className="segments",
                            persistence=persistence,
                            persistence_type="local",
                        ),
                    ],
                    className="strictness",
                ),
                *options,
            ],
            className="options",
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
    above: Sequence[Any] = (),
    below: Sequence[Any] = (),
) -> html.Div:
    radios = dcc.RadioItems(
        id=name,
        options=options,
        value=selected or (options[0]["value"] if options else None),
        className="workouts",
        persistence=persistence,
        persistence_type="local",
    )
    return html.Div(
        [*above, radios, *below],
        role="group",
        **attributes(aria_label=label),
    )
