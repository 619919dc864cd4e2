"""A player's charts: the calendar, and the progress over time. Pure functions of daily stats."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, Final

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.records.history import Day, Kind, bests
from hiitpi.records.local_days import week_start
from hiitpi.web.components import charts

#: Weeks that the calendar shows.
WEEKS: Final = 53

#: Longest period, in days, with one bar per day, and with one bar per week. Longer periods have one
#: bar per month.
MAX_DAYS_BY_DAY, MAX_DAYS_BY_WEEK = 31, 400


def calendar(days: Sequence[Day], today: date, holds: Collection[str]) -> dict[str, Any]:
    """Return a calendar of the last year: a square per day, brighter with more repetitions.

    A column is a week. A hold adds its seconds, but at least 1, so that its day is not shown as
    empty.

    Args:
        days: the player's daily stats.
        today: the last day, a local date.
        holds: slugs of the workouts counted in seconds.
    """
    reps: defaultdict[date, int] = defaultdict(int)
    for day in days:
        reps[day.day] += max(1, day.reps) if day.workout in holds else day.reps
    first_monday = week_start(today) - timedelta(weeks=WEEKS - 1)
    mondays = [first_monday + timedelta(weeks=i) for i in range(WEEKS)]
    values: list[list[int | None]] = []
    hover_texts: list[list[str]] = []
    for weekday in range(7):
        dates = [monday + timedelta(days=weekday) for monday in mondays]
        values.append([None if d > today else reps.get(d, 0) for d in dates])
        hover_texts.append([f"{d:%a} {d.day} {d:%b %Y}: {reps.get(d, 0)}" for d in dates])
    months = {monday.replace(day=1): monday for monday in mondays if monday.day <= 7}
    return {
        "data": [
            {
                "type": "heatmap",
                "x": [monday.isoformat() for monday in mondays],
                "y": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
                "z": values,
                "text": hover_texts,
                "hovertemplate": "%{text}<extra></extra>",
                "xgap": 3,
                "ygap": 3,
                "zmin": 0,
                "zmax": max([*reps.values(), 1]),
                "colorscale": [[0, "#232831"], [0.001, "#14532d"], [1, charts.SERIES[0]]],
                "showscale": False,
            }
        ],
        "layout": charts.layout(
            margin={"l": 4, "r": 4, "t": 4, "b": 4},
            xaxis={
                "type": "category",
                "tickvals": [monday.isoformat() for monday in months.values()],
                "ticktext": [f"{monday:%b}" for monday in months.values()],
                "tickangle": 0,
                "showgrid": False,
                "tickfont": {"size": 12},
            },
            yaxis={
                "autorange": "reversed",
                "tickvals": ["Mon", "Wed", "Fri"],
                "showgrid": False,
                "tickfont": {"size": 12},
            },
        ),
    }


def progress(
    library: WorkoutLibrary, days: Sequence[Day], workout: str | None, holds: Collection[str]
) -> dict[str, Any]:
    """Return charts of repetitions, form and, for a single workout, pace over time.

    For a single workout the personal bests of the period are marked.

    Args:
        library: the workouts, for their names.
        days: the daily stats of the period, in order.
        workout: slug of the workout; None for all workouts except those counted in seconds.
        holds: slugs of the workouts counted in seconds.
    """
    days = [d for d in days if (d.workout == workout if workout else d.workout not in holds)]
    if not days:
        hidden = {"visible": False}
        return {"data": [], "layout": charts.layout(xaxis=hidden, yaxis=hidden)}
    span = (days[-1].day - days[0].day).days
    buckets: defaultdict[date, list[Day]] = defaultdict(list)
    for day in days:
        buckets[_bucket(day.day, span)].append(day)
    slugs = sorted({d.workout for d in days}, key=library.name)
    colour = charts.colours(slugs)
    unit = "seconds" if workout in holds else "reps"
    data = [
        {
            "type": "bar",
            "name": library.name(slug),
            "x": [b.isoformat() for b in buckets],
            "y": [sum(d.reps for d in bucket if d.workout == slug) for bucket in buckets.values()],
            "width": _bar_width_ms(span),
            "marker": {"color": colour[slug]},
            "hovertemplate": f"%{{y}} {unit}, %{{fullData.name}}<extra></extra>",
        }
        for slug in slugs
    ]
    titles = [f"{unit} {_per_bucket(span)}", "form"]
    data.append(_line("form", [_mean_score(bucket) for bucket in buckets.values()], buckets, 2))
    if workout and workout not in holds:
        titles.append("pace /30 s")
        data.append(_line("pace", [_mean_pace(bucket) for bucket in buckets.values()], buckets, 3))
    if workout:
        data += _stars(days, span, workout in holds)
    return {"data": data, "layout": _layout(titles, not workout, list(buckets), span)}


def _bucket(day: date, span: int) -> date:
    if span <= MAX_DAYS_BY_DAY:
        return day
    return week_start(day) if span <= MAX_DAYS_BY_WEEK else day.replace(day=1)


def _bar_width_ms(span: int) -> float:
    """Return the width of a bar in Plotly's unit, ms; by default a single bar is a thin line."""
    days = 1 if span <= MAX_DAYS_BY_DAY else 7 if span <= MAX_DAYS_BY_WEEK else 30
    return 0.75 * 86_400_000 * days


def _per_bucket(span: int) -> str:
    if span <= MAX_DAYS_BY_DAY:
        return "a day"
    return "a week" if span <= MAX_DAYS_BY_WEEK else "a month"


def _mean_score(days: list[Day]) -> float | None:
    scored = sum(d.scored for d in days)
    total = sum(d.score * d.scored for d in days if d.score is not None)
    return round(total / scored, 1) if scored else None


def _mean_pace(days: list[Day]) -> float | None:
    paces = [d.pace for d in days if d.pace is not None]
    return round(sum(paces) / len(paces), 1) if paces else None


def _line(name: str, values: list[float | None], buckets: Any, axis: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [b.isoformat() for b in buckets],
        "y": values,
        "yaxis": f"y{axis}",
        "line": {"color": charts.SERIES[axis - 1], "width": 2},
        "marker": {"size": 6},
        "showlegend": False,
        "hovertemplate": f"{name} %{{y}}<extra></extra>",
    }


def _stars(days: list[Day], span: int, hold: bool) -> list[dict[str, Any]]:
    """Return markers of the period's personal bests, at the bar of the day they were achieved."""
    axes: dict[Kind, tuple[str, str]] = {
        "set": ("y", "best set"),
        "score": ("y2", "best form"),
        "pace": ("y3", "best pace"),
    }
    stars = []
    for kind, best in next(iter(bests(days).values()), {}).items():
        axis, name = axes[kind]
        if hold and kind == "pace":
            continue
        stars.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": [_bucket(best.day, span).isoformat()],
                "y": [round(best.value, 1)],
                "yaxis": axis,
                "marker": {"symbol": "star", "size": 14, "color": charts.TEXT},
                "showlegend": False,
                "hovertemplate": f"{name}: %{{y}}, {best.day.day} {best.day:%b %Y}<extra></extra>",
            }
        )
    return stars


def _layout(titles: list[str], legend: bool, buckets: list[date], span: int) -> dict[str, Any]:
    small = {"size": 12, "color": charts.MUTED}
    n = len(titles)
    axes: dict[str, Any] = {}
    for i, text in enumerate(titles):
        top = 1 - i / n
        axes[f"yaxis{i + 1 if i else ''}"] = {
            "domain": [top - 1 / n + 0.06, top],
            "title": {"text": text, "font": small},
            "tickfont": small,
            "gridcolor": charts.GRID,
            "zeroline": False,
            "fixedrange": True,
            "nticks": 4,
            "rangemode": "tozero",
            **({"range": [0, 105]} if text == "form" else {}),
        }
    pad = timedelta(days=1 if span <= MAX_DAYS_BY_DAY else 7 if span <= MAX_DAYS_BY_WEEK else 31)
    first = min(buckets[0], buckets[-1] - 6 * pad)  # at least seven bars wide
    return charts.layout(
        barmode="stack",
        showlegend=legend,
        legend={"y": 1.02, "yanchor": "bottom"},
        margin={"l": 56, "r": 8, "t": 8, "b": 28},
        xaxis={
            "anchor": f"y{n}",
            "type": "date",
            "range": [(first - pad).isoformat(), (buckets[-1] + pad).isoformat()],
            "tickformat": "%b %Y" if span > MAX_DAYS_BY_WEEK else "%-d %b",
            "hoverformat": "%b %Y" if span > MAX_DAYS_BY_WEEK else "%-d %b %Y",
            "tickfont": small,
            "tickangle": 0,
            "nticks": 6,
            "showgrid": False,
        },
        hovermode="x unified",
        **axes,
    )
