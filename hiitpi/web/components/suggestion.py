"""A suggestion for today, above the choice of what to train."""

from datetime import timedelta
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from hiitpi.coach.suggestion import WINDOW_DAYS, Suggestion, suggest
from hiitpi.errors import RecordsError
from hiitpi.web.services import Services


def suggestion(services: Services, player: str) -> list[Any]:
    """Return the suggestion and the button that takes it; nothing if there is none."""
    day = services.store.challenges.today()
    try:
        since = day - timedelta(days=WINDOW_DAYS)
        sets = services.store.past_sets.since(player, since)
    except RecordsError:
        return []
    suggested = suggest(sets, day, [workout.slug for workout in services.library])
    if suggested is None:
        return []
    why = f", since {suggested.why}." if suggested.why else "."
    what = {"workout": suggested.workout, "goal": suggested.goal}
    return [
        html.Div(
            [
                html.P([html.B(f"Today: {in_words(services, suggested)}"), why]),
                html.Button("Choose it", id="suggest", className="button", n_clicks=0),
                dcc.Store(id="suggested", data=what),
            ],
            className="suggestion",
        )
    ]


def in_words(services: Services, suggested: Suggestion) -> str:
    """Return a suggestion in words: "12 Squats" or "40 s Plank"."""
    workout = services.library[suggested.workout]
    return f"{suggested.goal}{' s' if workout.hold else ''} {workout.name}"


def suggestion_callbacks(app: Dash, services: Services) -> None:
    """Register the callback that fills the fields of the picker."""

    @app.callback(
        Output("mode", "value"),
        Output("workout", "value"),
        Output("goal", "value"),
        Output("amount", "value"),
        Input("suggest", "n_clicks"),
        State("suggested", "data"),
        prevent_initial_call=True,
    )
    def take(clicks: int, suggested: Any) -> Any:
        if not clicks or not isinstance(suggested, dict):
            return no_update, no_update, no_update, no_update
        # Nothing is started with them before `selected_program` has checked them.
        return "workout", suggested.get("workout"), "reps", suggested.get("goal")
