"""What several pages let one choose by."""

from typing import Any

from dash import dcc, html

from hiitpi.coach.rules.workout_library import WorkoutLibrary

#: In the list of workouts: not one of them.
ALL = "all"


def choice(name: str, label: str, options: dict[str, str], value: str) -> html.Div:
    """A few things of which one is chosen, side by side."""
    items: Any = [{"label": text, "value": key} for key, text in options.items()]
    radios = dcc.RadioItems(id=name, options=items, value=value, className="segments")
    return html.Div([html.Span(label, className="hidden"), radios])


def workouts(library: WorkoutLibrary, name: str) -> html.Div:
    """One workout, or all."""
    items: Any = [{"label": "All workouts", "value": ALL}]
    items += [{"label": workout.name, "value": workout.slug} for workout in library]
    return html.Div(
        dcc.Dropdown(id=name, options=items, value=ALL, clearable=False, searchable=False),
        className="workout-choice",
    )


def holds(library: WorkoutLibrary) -> frozenset[str]:
    """The workouts that are counted in seconds."""
    return frozenset(workout.slug for workout in library if workout.hold)
