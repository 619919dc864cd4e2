"""The plan for the coming week, below the weekly goal."""

from datetime import date, timedelta

from dash import html

from hiitpi.coach.suggestion import WINDOW_DAYS
from hiitpi.coach.week_plan import PlannedDay, plan_week
from hiitpi.web.components.suggestion import in_words
from hiitpi.web.services import Services


def week_plan(services: Services, player: str, today: date) -> html.Section | None:
    """Return the days on which the player usually trains, with what to train; None without any."""
    sets = services.store.past_sets.since(player, today - timedelta(days=WINDOW_DAYS))
    plan = plan_week(sets, today, [workout.slug for workout in services.library])
    if not plan:
        return None
    return html.Section(
        [
            html.H2("Your week"),
            html.Dl([_day(services, each, today) for each in plan], className="plan"),
            html.P(
                "For the days on which you usually train, a little more than last time.",
                className="quiet",
            ),
        ]
    )


def _day(services: Services, planned: PlannedDay, today: date) -> html.Div:
    name = "Today" if planned.day == today else f"{planned.day:%A}"
    workouts = ", ".join(in_words(services, suggested) for suggested in planned.workouts)
    return html.Div([html.Dt(name), html.Dd(workouts)])
