"""The table of a player's sessions: sorted, filtered and turned over by the database."""

from datetime import date, datetime, tzinfo
from typing import Any, Final, get_args

from dash import dcc, html

from hiitpi.coach.messages import SessionRecord
from hiitpi.records.history import Sort
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.session_titles import clock, title
from hiitpi.web.services import Services

#: Rows of a page.
ROWS_PER_PAGE: Final = 25

COLUMNS: Final[tuple[tuple[Sort | None, str], ...]] = (
    ("when", "When"),
    (None, "Workout"),
    ("reps", "Reps"),
    ("pace", "Pace"),
    ("score", "Form"),
    ("time", "Work"),
)


def sessions_table(
    services: Services, player: str, workout: str | None, since: date | None, view: Any
) -> list[Any]:
    """The table and what turns its pages.

    Args:
        services: of the app.
        player: whose.
        workout: only sessions that have it; None: all.
        since: only from that local day on; None: all.
        view: sort, descending and page, as the browser has them.
    """
    sort, descending, page = read_view(view)
    found, number = services.store.history.sessions(
        player, workout=workout, since=since, sort=sort, descending=descending,
        limit=ROWS_PER_PAGE, offset=page * ROWS_PER_PAGE,
    )  # fmt: skip
    if not number:
        return [
            html.P("No sessions found. Choose another workout, or all time.", className="quiet")
        ]
    head = [html.Th(_heading(key, text, sort, descending), **_sorted(key, sort, descending))
            for key, text in COLUMNS]  # fmt: skip
    now = datetime.now().astimezone(services.store.zone)
    rows = [_row(services, one, now) for one in found]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)])
    return [html.Div(table, className="table"), _pages(page, number)]


def read_view(view: Any) -> tuple[Sort, bool, int]:
    """What the browser remembers of the table; nonsense is the beginning."""
    view = view if isinstance(view, dict) else {}
    sort, page = view.get("sort"), view.get("page")
    return (
        sort if sort in get_args(Sort) else "when",
        view.get("descending") is not False,
        page if isinstance(page, int) and 0 <= page < 100_000 else 0,
    )


def when(moment: float, now: datetime, zone: tzinfo | None) -> str:
    """Local day and time; the year only when it is not this one."""
    local = datetime.fromtimestamp(moment, now.tzinfo).astimezone(zone)
    year = "" if local.year == now.year else " %Y"
    return local.strftime(f"%-d %b{year}, %H:%M")


def _heading(key: Sort | None, text: str, sort: Sort, descending: bool) -> Any:
    if key is None:
        return text
    mark = (" ▾" if descending else " ▴") if key == sort else ""
    return html.Button(text + mark, id={"type": "h-sort", "by": key}, className="plain", n_clicks=0)


def _sorted(key: Sort | None, sort: Sort, descending: bool) -> dict[str, Any]:
    more = attributes(aria_sort="descending" if descending else "ascending") if key == sort else {}
    return {"scope": "col", **more}


def _row(services: Services, one: SessionRecord, now: datetime) -> html.Tr:
    corrected = any(s.corrected is not None for s in one.sets)
    return html.Tr(
        [
            html.Td(
                dcc.Link(when(one.started, now, services.store.zone), href=f"/session/{one.uuid}")
            ),
            html.Td(title(one, services.library)),
            html.Td(
                [str(one.reps), html.Span(" ✎", title="corrected by hand") if corrected else None]
            ),
            html.Td(f"{one.pace:g}"),
            html.Td("–" if one.score is None else f"{one.score:.0f}"),
            html.Td(clock(one.seconds)),
        ]
    )


def _pages(page: int, number: int) -> html.Div:
    last = (number - 1) // ROWS_PER_PAGE
    first, end = page * ROWS_PER_PAGE + 1, min(number, (page + 1) * ROWS_PER_PAGE)

    def turn(text: str, to: int, label: str) -> html.Button:
        return html.Button(
            text, id={"type": "h-page", "to": to}, className="button", n_clicks=0,
            disabled=not 0 <= to <= last, **attributes(aria_label=label),
        )  # fmt: skip

    return html.Div(
        [
            turn("Newer" if page else "‹", page - 1, "Newer sessions"),
            html.Span(f"{first}–{end} of {number}", className="quiet"),
            turn("More" if page < last else "›", page + 1, "More sessions"),
        ],
        className="pages",
    )
