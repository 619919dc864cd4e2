"""The years of a player in numbers, folded away in the history."""

from typing import Final

from dash import html

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.records.history import Day
from hiitpi.records.year_review import YearReview, review_year
from hiitpi.web.components.filters import hold_slugs
from hiitpi.web.components.session_titles import plural
from hiitpi.web.components.share import share

#: Workouts that are named.
FAVOURITES: Final = 3


def years_section(library: WorkoutLibrary, days: list[Day]) -> html.Section:
    """Return a section with each year in which the player trained, the newest first."""
    years = sorted({day.day.year for day in days}, reverse=True)
    reviews = (review_year(days, year, hold_slugs(library)) for year in years)
    return html.Section(
        [html.H2("Your years"), *(_year(library, review) for review in reviews if review)]
    )


def facts(library: WorkoutLibrary, review: YearReview) -> list[tuple[str, str]]:
    """Return names and values of a year."""
    favourites = [library.name(slug) for slug, _ in review.favourites[:FAVOURITES]]
    return [
        ("days of training", f"{review.days}"),
        ("repetitions", f"{review.reps:,}"),
        ("work", _hours(review.minutes)),
        ("longest streak", plural(review.longest_streak, "day")),
        ("most often", ", ".join(favourites)),
    ]


def _year(library: WorkoutLibrary, review: YearReview) -> html.Details:
    rows = [html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts(library, review)]
    return html.Details(
        [
            html.Summary(f"{review.year}"),
            html.Dl(rows, className="plan"),
            share(f"/export/year/{review.year}.png"),
        ]
    )


def _hours(minutes: float) -> str:
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"
