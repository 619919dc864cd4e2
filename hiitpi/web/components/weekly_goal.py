"""A player's goal for each week: its progress, a goal that fits, and the form that sets it."""

from datetime import date
from typing import Any, Final

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from hiitpi.errors import RecordsError
from hiitpi.records.history import Day
from hiitpi.records.player_admin import GOALS, Goal, GoalUnit
from hiitpi.records.weekly_goals import last_weeks, suggested_goal, weekly_progress
from hiitpi.web.components.filters import hold_slugs
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

UNITS: Final[dict[GoalUnit, str]] = {
    "days": "days",
    "minutes": "minutes of work",
    "reps": "repetitions",
}

SAVED: Final = "Saved."

#: Units of a goal of 1.
SINGULAR_UNITS: Final[dict[GoalUnit, str]] = {
    "days": "day",
    "minutes": "minute of work",
    "reps": "repetition",
}


def weekly_goal(
    services: Services, player: str, days: list[Day], today: date, message: str = ""
) -> list[Any]:
    """Return the progress of the week, the goal that fits, and the form.

    Args:
        services: the services of the app.
        player: name of the player.
        days: the player's daily stats.
        today: the local day.
        message: result of the last action; "" for none.
    """
    goal = services.store.player_admin.goal(player)
    bar: list[Any] = []
    if goal:
        done = weekly_progress(days, goal.unit, today, hold_slugs(services.library))
        text = f"This week: {done:.0f} of {_amount(goal.amount, goal.unit)}"
        if done >= goal.amount:
            text += " – done!"
        bar = [
            html.Label(text, htmlFor="goal-bar"),
            html.Progress(id="goal-bar", value=str(min(done, goal.amount)), max=str(goal.amount)),
        ]
    options: Any = [{"label": text, "value": unit} for unit, text in UNITS.items()]
    form = html.Div(
        [
            html.Label(
                [
                    html.Span("Weekly goal"),
                    dcc.Input(
                        id="goal-amount", type="number", min=0, step=1,
                        value=goal.amount if goal else None,
                    ),
                ]
            ),
            dcc.Dropdown(
                id="goal-unit", options=options, value=goal.unit if goal else "days",
                clearable=False, searchable=False,
            ),
            html.Button("Save", id="goal-save", className="button", n_clicks=0),
        ],
        className="goal-form",
    )  # fmt: skip
    change = html.Details(
        [html.Summary("Change the goal" if goal else "Set a weekly goal"), form],
        open=message not in ("", SAVED),
    )
    fitting = _fitting(services, goal, days, today)
    return [*bar, *fitting, change, html.P(message, className="says", role="status")]


def _fitting(services: Services, goal: Goal | None, days: list[Day], today: date) -> list[Any]:
    """Return the goal that fits the last weeks, with a button; nothing if it is the goal."""
    unit: GoalUnit = goal.unit if goal else "days"
    weeks = last_weeks(days, unit, today, hold_slugs(services.library))
    amount = suggested_goal(weeks, unit)
    if amount is None or (goal and goal.amount == amount):
        return []
    done = ", ".join(f"{week:.0f}" for week in weeks)
    text = f"Your last weeks: {done}. A goal that fits: {_amount(amount, unit)}."
    take = {"type": "goal-take", "unit": unit, "amount": amount}
    return [
        html.Div(
            [html.P(text), html.Button("Take it", id=take, className="button", n_clicks=0)],
            className="suggestion",
        )
    ]


def goal_callbacks(app: Dash, services: Services) -> None:
    """Register the callback that sets the goal."""

    @app.callback(
        Output("h-goal", "children"),
        Input("goal-save", "n_clicks"),
        Input({"type": "goal-take", "unit": ALL, "amount": ALL}, "n_clicks"),
        State("goal-amount", "value"),
        State("goal-unit", "value"),
        prevent_initial_call=True,
    )
    def set_goal(clicks: int, taken: list[int], amount: Any, unit: Any) -> Any:
        name, button = current_player(), ctx.triggered_id
        if not (clicks or any(taken)) or name is None:
            return no_update
        if isinstance(button, dict):
            unit, amount = button["unit"], button["amount"]
        goal, message = None, "The goal was removed."
        if amount not in (None, ""):
            goal, message = Goal(unit, amount if isinstance(amount, int) else 0), SAVED
        try:
            if goal and unit not in GOALS:
                raise RecordsError("Please choose days, minutes or repetitions.")
            services.store.player_admin.set_goal(name, goal)
        except RecordsError as error:
            message = str(error)
        days = services.store.history.days(name)
        return weekly_goal(services, name, days, services.store.challenges.today(), message)


def _amount(amount: int, unit: GoalUnit) -> str:
    return f"{amount} {(SINGULAR_UNITS if amount == 1 else UNITS)[unit]}"
