"""The table of a player's sessions; the database sorts, filters and paginates it."""

from datetime import date, datetime, tzinfo
from typing import Any, Final, get_args

from dash import dcc, html

from hiitpi.coach.messages import SessionRecord
from hiitpi.records.history import Sort
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.session_titles import format_clock, title
from hiitpi.web.services import Services

#: Rows per page.
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
    """Return a page of the table and the buttons for turning pages.

    Args:
        services: the services of the app.
        player: name of the player.
        workout: slug of a workout that the sessions must contain; None for all sessions.
        since: first local day; None for all time.
        view: the state of the table in the browser; see `read_view`.
    """
    sort, descending, page = read_view(view)
    sessions, total = services.store.history.sessions(
        player, workout=workout, since=since, sort=sort, descending=descending,
        limit=ROWS_PER_PAGE, offset=page * ROWS_PER_PAGE,
    )  # fmt: skip
    if not total:
        return [
            html.P("No sessions found. Choose another workout, or all time.", className="quiet")
        ]
    head = [html.Th(_heading(key, text, sort, descending), **_sorted(key, sort, descending))
            for key, text in COLUMNS]  # fmt: skip
    now = datetime.now().astimezone(services.store.zone)
    rows = [_row(services, session, now) for session in sessions]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)])
    return [html.Div(table, className="table"), _page_buttons(page, total)]


def read_view(view: Any) -> tuple[Sort, bool, int]:
    """Return sort column, whether the order is descending, and page number from a browser's data.

    Invalid values are replaced by the defaults: "when", descending, first page.
    """
    view = view if isinstance(view, dict) else {}
    sort, page = view.get("sort"), view.get("page")
    return (
        sort if sort in get_args(Sort) else "when",
        view.get("descending") is not False,
        page if isinstance(page, int) and 0 <= page < 100_000 else 0,
    )


def when(moment: float, now: datetime, zone: tzinfo | None) -> str:
    """Format a time as local day and time, with the year only if it is not the current one.

    Args:
        moment: seconds since the epoch.
        now: the current time.
        zone: the time zone; None for that of the machine.
    """
    local = datetime.fromtimestamp(moment, now.tzinfo).astimezone(zone)
    year = "" if local.year == now.year else " %Y"
    return local.strftime(f"%-d %b{year}, %H:%M")


def _heading(key: Sort | None, text: str, sort: Sort, descending: bool) -> Any:
    if key is None:
        return text
    mark = (" ▾" if descending else " ▴") if key == sort else ""
    return html.Button(text + mark, id={"type": "h-sort", "by": key}, className="plain", n_clicks=0)


def _sorted(key: Sort | None, sort: Sort, descending: bool) -> dict[str, Any]:
    if key != sort:
        return {"scope": "col"}
    return {"scope": "col", **attributes(aria_sort="descending" if descending else "ascending")}


def _row(services: Services, session: SessionRecord, now: datetime) -> html.Tr:
    corrected = any(s.corrected is not None for s in session.sets)
    started = when(session.started, now, services.store.zone)
    mark = html.Span(" ✎", title="corrected by hand") if corrected else None
    return html.Tr(
        [
            html.Td(dcc.Link(started, href=f"/session/{session.uuid}")),
            html.Td(title(session, services.library)),
            html.Td([str(session.reps), mark]),
            html.Td(f"{session.pace:g}"),
            html.Td("–" if session.score is None else f"{session.score:.0f}"),
            html.Td(format_clock(session.seconds)),
        ]
    )


def _page_buttons(page: int, total: int) -> html.Div:
    last_page = (total - 1) // ROWS_PER_PAGE
    first, last = page * ROWS_PER_PAGE + 1, min(total, (page + 1) * ROWS_PER_PAGE)

    def page_button(text: str, to: int, label: str) -> html.Button:
        return html.Button(
            text, id={"type": "h-page", "to": to}, className="button", n_clicks=0,
            disabled=not 0 <= to <= last_page, **attributes(aria_label=label),
        )  # fmt: skip

    return html.Div(
        [
            page_button("Previous" if page else "‹", page - 1, "Previous page"),
            html.Span(f"{first}–{last} of {total}", className="quiet"),
            page_button("Next" if page < last_page else "›", page + 1, "Next page"),
        ],
        className="pages",
    )
