"""What a player has achieved, in words: for the history, and once in the summary of a session."""

from calendar import day_name
from typing import Final
from uuid import UUID

from dash import html

from hiitpi.coach.messages import SessionRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.errors import RecordsError
from hiitpi.records.achievements import (
    FULL_HOLD_S,
    FULL_SET,
    Achievement,
    achievements,
    next_totals,
    reached_by,
)
from hiitpi.web.components.filters import hold_slugs
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.session_titles import plural
from hiitpi.web.services import Services

#: Achievements in the history before the others are folded away, and totals that are ahead.
SHOWN: Final = 6
AHEAD: Final = 3


def achievements_section(services: Services, player: str) -> html.Section:
    """Return the achievements of a player, the newest first, and what comes next."""
    library, holds = services.library, hold_slugs(services.library)
    days = services.store.past_sets.days(player)
    newest_first = achievements(days, holds)[::-1]
    ahead = [
        f"{_total(library, slug, goal)}, {_amount(library, slug, total)} so far"
        for slug, total, goal in next_totals(days, holds)[:AHEAD]
    ]
    return html.Section(
        [
            html.H2("Achievements"),
            html.Ul([_item(library, each) for each in newest_first[:SHOWN]], className="achieved"),
            html.Details(
                [
                    html.Summary(f"All {len(newest_first)}"),
                    html.Ul(
                        [_item(library, each) for each in newest_first[SHOWN:]],
                        className="achieved",
                    ),
                ]
            )
            if len(newest_first) > SHOWN
            else None,
            html.P(f"Next: {'; '.join(ahead)}.", className="quiet") if ahead else None,
        ]
    )


def new_achievements(services: Services, record: SessionRecord) -> list[str]:
    """Return in words what a player achieved with a session; nothing without a database."""
    store, holds = services.store.past_sets, hold_slugs(services.library)
    try:
        now = achievements(store.days(record.player), holds)
        before = achievements(store.days(record.player, UUID(record.uuid)), holds)
    except RecordsError:
        return []
    return [achievement_text(services.library, each) for each in reached_by(now, before)]


def achievement_text(library: WorkoutLibrary, achieved: Achievement) -> str:
    """Return an achievement in words."""
    name = library.name(achieved.workout)
    match achieved.kind:
        case "full" if achieved.workout in hold_slugs(library):
            return f"{name}: {FULL_HOLD_S} seconds or more in one go"
        case "full":
            return f"A full set of {name}: {FULL_SET} or more, and all of them counted"
        case "total":
            return _total(library, achieved.workout, achieved.amount)
        case "month":
            return f"A month of {day_name[achieved.amount]}s: every one in {achieved.day:%B}"
        case "streak":
            return f"{achieved.amount} days of training, never more than a day of rest between"
        case "variety":
            return f"{achieved.amount} different workouts"
        case "first":
            return "Your first day of training"


def _item(library: WorkoutLibrary, achieved: Achievement) -> html.Li:
    day = achieved.day
    return html.Li(
        [
            html.Span("★", className="star", **attributes(aria_hidden="true")),
            html.Span(achievement_text(library, achieved)),
            html.Span(f"{day.day} {day:%b %Y}", className="quiet"),
        ]
    )


def _total(library: WorkoutLibrary, workout: str, amount: int) -> str:
    return f"{_amount(library, workout, amount)} {_of(library, workout)}"


def _of(library: WorkoutLibrary, workout: str) -> str:
    name = library.name(workout)
    return f"of {name}" if workout in hold_slugs(library) else name


def _amount(library: WorkoutLibrary, workout: str, amount: int) -> str:
    if workout not in hold_slugs(library):
        return f"{amount:,}"
    if amount < 60:
        return plural(amount, "second")
    return plural(amount // 60, "minute") if amount < 7200 else plural(amount // 3600, "hour")
