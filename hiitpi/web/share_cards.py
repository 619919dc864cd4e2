"""What the pictures of a session and of a year show."""

from calendar import month_abbr
from datetime import datetime

from hiitpi.coach.messages import SessionRecord
from hiitpi.records.year_review import review_year
from hiitpi.web.components.achievements import new_achievements
from hiitpi.web.components.filters import hold_slugs
from hiitpi.web.components.session_titles import format_clock, plural, title
from hiitpi.web.components.year_review import facts
from hiitpi.web.services import Services
from hiitpi.web.share_picture import Card


def session_card(services: Services, record: SessionRecord, named: bool) -> Card:
    """Return what the picture of a session shows: its numbers, and a bar for each repetition.

    Args:
        services: the services of the app.
        record: the session.
        named: whether to show the player's name.
    """
    started = datetime.fromtimestamp(record.started).astimezone(services.store.zone)
    form = [] if record.score is None else [("form", f"{record.score:.0f}")]
    return Card(
        number=str(record.reps),
        title=title(record, services.library),
        facts=[("work", format_clock(record.seconds)), ("pace /30 s", f"{record.pace:g}"), *form],
        lines=new_achievements(services, record),
        bars=[rep.score / 100 for rep in record.series],
        footer=f"{started.day} {started:%B %Y}",
        name=record.player if named else "",
    )


def year_card(services: Services, player: str, year: int, named: bool) -> Card | None:
    """Return what the picture of a year shows; None if the player did not train in it.

    Args:
        services: the services of the app.
        player: name of the player.
        year: the calendar year.
        named: whether to show the name.
    """
    days = services.store.history.days(player)
    review = review_year(days, year, hold_slugs(services.library))
    if review is None:
        return None
    (_, number), *others = facts(services.library, review)
    *others, (_, favourites) = others
    most = max(review.months)
    best_month = month_abbr[review.months.index(most) + 1]
    return Card(
        number=number,
        title=f"days of training in {year}",
        facts=others,
        lines=[favourites, f"{plural(most, 'day')} in {best_month}"],
        bars=[month / most for month in review.months],
        footer=f"January to December {year}",
        name=player if named else "",
    )
