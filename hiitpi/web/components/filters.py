"""Filters that several pages share."""

from typing import Any

from dash import dcc, html

from hiitpi.coach.rules.workout_library import WorkoutLibrary

#: Value of the option "All workouts".
ALL = "all"


def choice(name: str, label: str, options: dict[str, str], value: str) -> html.Div:
    """Return a row of radio buttons.

    Args:
        name: id of the component.
        label: its name for screen readers.
        options: text of each option by its value.
        value: the selected value.
    """
    items: Any = [{"label": text, "value": key} for key, text in options.items()]
    radios = dcc.RadioItems(id=name, options=items, value=value, className="segments")
    return html.Div([html.Span(label, className="hidden"), radios])


def workout_filter(library: WorkoutLibrary, name: str) -> html.Div:
    """Return a drop-down list of all workouts, with the id `name`."""
    items: Any = [{"label": "All workouts", "value": ALL}]
    items += [{"label": workout.name, "value": workout.slug} for workout in library]
    return html.Div(
        dcc.Dropdown(id=name, options=items, value=ALL, clearable=False, searchable=False),
        className="workout-choice",
    )


def hold_slugs(library: WorkoutLibrary) -> frozenset[str]:
    """Return the slugs of the workouts that are counted in seconds."""
    return frozenset(workout.slug for workout in library if workout.hold)
