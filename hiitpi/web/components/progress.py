"""A player's charts: the calendar, and what changes over time. Figures out of days; no database."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, Final

from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.records.history import Day, Kind, bests
from hiitpi.records.local_days import week_start
from hiitpi.web.components import charts

#: Weeks of the calendar.
WEEKS: Final = 53

#: Up to so many days a bar is a day; up to so many a week; beyond, a month.
BY_DAY, BY_WEEK = 31, 400


def calendar(days: Sequence[Day], today: date, holds: Collection[str]) -> dict[str, Any]:
    """The last year, a square a day, a column a week: the more repetitions, the brighter.

    A day with holds only is shown as one that was not empty.
    """
    reps: defaultdict[date, int] = defaultdict(int)
    for day in days:
        reps[day.day] += max(1, day.reps) if day.workout in holds else day.reps
    first = week_start(today) - timedelta(weeks=WEEKS - 1)
    columns = [first + timedelta(weeks=i) for i in range(WEEKS)]
    squares: list[list[int | None]] = []
    words: list[list[str]] = []
    for weekday in range(7):
        dates = [monday + timedelta(days=weekday) for monday in columns]
        squares.append([None if d > today else reps.get(d, 0) for d in dates])
        words.append([f"{d:%a} {d.day} {d:%b %Y}: {reps.get(d, 0)}" for d in dates])
    months = {c.replace(day=1): c for c in columns if c.day <= 7}
    return {
        "data": [
            {
                "type": "heatmap",
                "x": [c.isoformat() for c in columns],
                "y": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
                "z": squares,
                "text": words,
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
                "tickvals": [c.isoformat() for c in months.values()],
                "ticktext": [f"{c:%b}" for c in months.values()],
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
    """Repetitions, form and (of one workout) pace over time, with the bests marked.

    Args:
        library: names of workouts.
        days: of the period, in order.
        workout: only this one; None: all but those counted in seconds.
        holds: workouts counted in seconds.
    """
    mine = [d for d in days if (d.workout == workout if workout else d.workout not in holds)]
    if not mine:
        hidden = {"visible": False}
        return {"data": [], "layout": charts.layout(xaxis=hidden, yaxis=hidden)}
    span = (mine[-1].day - mine[0].day).days
    buckets: defaultdict[date, list[Day]] = defaultdict(list)
    for day in mine:
        buckets[_bucket(day.day, span)].append(day)
    slugs = sorted({d.workout for d in mine}, key=library.name)
    colour = charts.colours(slugs)
    unit = "seconds" if workout in holds else "reps"
    data = [
        {
            "type": "bar",
            "name": library.name(slug),
            "x": [b.isoformat() for b in buckets],
            "y": [sum(d.reps for d in all_ if d.workout == slug) for all_ in buckets.values()],
            "width": _wide(span),
            "marker": {"color": colour[slug]},
            "hovertemplate": f"%{{y}} {unit}, %{{fullData.name}}<extra></extra>",
        }
        for slug in slugs
    ]
    titles = [f"{unit} {_per(span)}", "form"]
    data.append(_line("form", [_score(all_) for all_ in buckets.values()], buckets, 2))
    if workout and workout not in holds:
        titles.append("pace /30 s")
        data.append(_line("pace", [_pace(all_) for all_ in buckets.values()], buckets, 3))
    if workout:
        data += _stars(mine, span, workout in holds)
    return {"data": data, "layout": _layout(titles, not workout, list(buckets), span)}


def _bucket(day: date, span: int) -> date:
    if span <= BY_DAY:
        return day
    return week_start(day) if span <= BY_WEEK else day.replace(day=1)


def _wide(span: int) -> float:
    """Milliseconds that a bar is wide; one bar alone would be a hair otherwise."""
    return 0.75 * 86_400_000 * (1 if span <= BY_DAY else 7 if span <= BY_WEEK else 30)


def _per(span: int) -> str:
    return "a day" if span <= BY_DAY else "a week" if span <= BY_WEEK else "a month"


def _score(days: list[Day]) -> float | None:
    scored = sum(d.scored for d in days)
    total = sum(d.score * d.scored for d in days if d.score is not None)
    return round(total / scored, 1) if scored else None


def _pace(days: list[Day]) -> float | None:
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
    """The personal bests of the period, at the bar of the day they were reached."""
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
            "gridcolor": charts.LINE,
            "zeroline": False,
            "fixedrange": True,
            "nticks": 4,
            "rangemode": "tozero",
            **({"range": [0, 105]} if text == "form" else {}),
        }
    pad = timedelta(days=1 if span <= BY_DAY else 7 if span <= BY_WEEK else 31)
    first = min(buckets[0], buckets[-1] - 6 * pad)  # one session alone is no time axis
    return charts.layout(
        barmode="stack",
        showlegend=legend,
        legend={"y": 1.02, "yanchor": "bottom"},
        margin={"l": 56, "r": 8, "t": 8, "b": 28},
        xaxis={
            "anchor": f"y{n}",
            "type": "date",
            "range": [(first - pad).isoformat(), (buckets[-1] + pad).isoformat()],
            "tickformat": "%b %Y" if span > BY_WEEK else "%-d %b",
            "hoverformat": "%b %Y" if span > BY_WEEK else "%-d %b %Y",
            "tickfont": small,
            "tickangle": 0,
            "nticks": 6,
            "showgrid": False,
        },
        hovermode="x unified",
        **axes,
    )
