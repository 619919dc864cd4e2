"""What a session was like: shown at its end, on every screen; its player may correct it."""

from itertools import pairwise
from typing import Any, Final

from dash import dcc, html

from hiitpi.coach.messages import Repetition, SessionRecord, SetRecord
from hiitpi.coach.rules.pace import PACE_WINDOW_S
from hiitpi.records.history import Kind, session_bests
from hiitpi.records.sessions import MAX_REPS
from hiitpi.web.components import charts
from hiitpi.web.components.filters import holds
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.session_titles import clock, title
from hiitpi.web.services import Services

#: How personal bests are called, and with how many decimals they are told.
BESTS: Final[dict[Kind, tuple[str, int]]] = {
    "set": ("best set", 0),
    "pace": ("best pace", 1),
    "score": ("best form", 1),
}


def summary(services: Services, record: SessionRecord, mine: bool, says: str = "") -> list[Any]:
    """The whole panel.

    Args:
        record: with its series.
        mine: whether whoever looks at it may correct and discard it.
        says: what was done to it just now.
    """
    discarded = record.status == "discarded"
    return [
        html.Div(
            [
                html.P(
                    says or ("Discarded" if discarded else "Finished"),
                    className="phase",
                    role="status",
                ),
                html.P(str(record.reps), className="reps"),
                html.P(title(record, services.library), className="workout-name"),
                *_compared(services, record),
                _facts(record),
                _reasons(record.series),
                _commands(discarded) if mine else None,
            ],
            className="result",
        ),
        html.Div(
            [_sets(services, record, mine and not discarded), _graph(record.series)],
            className="details",
        ),
    ]


def _compared(services: Services, record: SessionRecord) -> list[Any]:
    """How it stands beside the player's other sessions; new bests are announced."""
    new = _new_bests(services, record)
    if new:
        return [html.P(text, className="best") for text in new]
    best = services.store.best(record)
    if best is None:
        return [html.P("Your first session of this kind.", className="quiet")]
    return [html.P(f"Your best: {best.reps} reps, pace {best.pace:g} /30 s.", className="quiet")]


def _new_bests(services: Services, record: SessionRecord) -> list[str]:
    if record.status == "discarded":
        return []
    before, new = services.store.history.previous_bests(record), []
    best = services.store.best(record)
    if best is not None and record.reps > best.reps:
        new.append(f"New best! Before it was {best.reps}.")
    elif best is not None and record.pace > best.pace:
        new.append(f"Fastest so far: {record.pace:g} /30 s, before {best.pace:g}.")
    for slug, kinds in session_bests(record).items():
        for kind, value in kinds.items():
            old = before.get(slug, {}).get(kind)
            if old is None or round(value, 1) <= round(old, 1):
                continue
            if kind == "pace" and slug in holds(services.library):
                continue
            name, digits = BESTS[kind]
            new.append(
                f"{services.library.counted(slug)}: {name} {value:.{digits}f}, "
                f"before {old:.{digits}f}."
            )
    return new


def _facts(record: SessionRecord) -> html.Dl:
    facts = [
        ("work", clock(record.seconds)),
        ("pace /30 s", f"{record.pace:g}"),
        ("form", _whole(record.score)),
        ("sway", "–" if record.sway is None else f"{record.sway:.0f}°"),
        ("did not count", str(record.attempts)),
    ]
    return html.Dl([html.Div([html.Dt(k), html.Dd(v)]) for k, v in facts], className="facts")


def _sets(services: Services, record: SessionRecord, mine: bool) -> html.Div:
    titles = ("Set", "Workout", "Counted", "Camera", "Missed", "Form")
    rows = [_set(services, one, mine) for one in record.sets]
    table = html.Table(
        [
            html.Caption("Was the camera wrong? Correct the count, then save." if mine else "Sets"),
            html.Thead(html.Tr([html.Th(t, scope="col") for t in titles])),
            html.Tbody(rows),
        ]
    )
    return html.Div(table, className="table sets")


def _set(services: Services, one: SetRecord, mine: bool) -> html.Tr:
    name = services.library.name(one.workout)
    counted: Any = str(one.counted)
    if mine:
        field = dcc.Input(
            id={"type": "counted", "set": one.number},
            type="number",
            min=0,
            max=MAX_REPS,
            step=1,
            value=one.counted,
        )
        says = f"Repetitions of set {one.number}, {name}"
        counted = html.Label([html.Span(says, className="hidden"), field])
    return html.Tr(
        [
            html.Td(one.number),
            html.Td(name),
            html.Td(counted),
            html.Td(one.reps),
            html.Td(one.attempts),
            html.Td(_whole(one.score)),
        ]
    )


def _graph(series: tuple[Repetition, ...]) -> dcc.Graph | None:
    if not series:
        return None
    style = {"height": "240px"}
    return dcc.Graph(id="summary-graph", figure=_figure(series), config=charts.CONFIG, style=style)


def _reasons(series: tuple[Repetition, ...]) -> html.Div | None:
    """The best repetition and the worst, and why."""
    if not series:
        return None
    best = max(series, key=lambda rep: rep.score)
    worst = min(series, key=lambda rep: rep.score)
    lines = [html.P([html.B("Best: "), _told(best)])]
    if worst.score < best.score:
        lines.append(html.P([html.B("To work on: "), _told(worst)]))
    return html.Div(lines, className="reasons")


def _told(rep: Repetition) -> str:
    reason = rep.cues[0] if rep.cues else _praise(rep)
    return f"repetition {rep.number}, form {rep.score:.0f}. {reason}."


def _praise(rep: Repetition) -> str:
    parts = {"full range": rep.range_of_motion, "both sides alike": rep.symmetry}
    good = [name for name, value in parts.items() if value >= 0.9]
    if not good:
        return "It could go further"
    return ", ".join(good).capitalize()


def _figure(series: tuple[Repetition, ...]) -> dict[str, Any]:
    """Pace from repetition to repetition, and the score of each, over training time."""
    times = [rep.time for rep in series]
    pace: list[float | None] = [None]
    for before, rep in pairwise(series):
        together = rep.set == before.set and rep.time > before.time
        pace.append(round(PACE_WINDOW_S / (rep.time - before.time), 1) if together else None)
    small = {"size": 12, "color": charts.MUTED}
    axis = {"tickfont": small, "gridcolor": charts.LINE, "nticks": 4, "rangemode": "tozero"}
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "pace /30 s",
            "x": times,
            "y": pace,
            "line": {"color": charts.SERIES[1], "width": 2},
            "marker": {"size": 5},
            "hovertemplate": "%{x:.0f} s: %{y} /30 s<extra></extra>",
        },
        {
            "type": "bar",
            "name": "form",
            "x": times,
            "y": [rep.score for rep in series],
            "yaxis": "y2",
            "marker": {"color": charts.SERIES[0]},
            "customdata": [[rep.number, ", ".join(rep.cues) or "good"] for rep in series],
            "hovertemplate": "repetition %{customdata[0]}: form %{y:.0f}<br>%{customdata[1]}"
            "<extra></extra>",
        },
    ]
    return {
        "data": data,
        "layout": charts.layout(
            showlegend=False,
            margin={"l": 48, "r": 8, "t": 8, "b": 24},
            xaxis={
                "anchor": "y2",
                "ticksuffix": " s",
                "tickfont": small,
                "showgrid": False,
                "nticks": 6,
            },
            yaxis={**axis, "domain": [0.55, 1], "title": {"text": "pace", "font": small}},
            yaxis2={
                **axis,
                "domain": [0, 0.45],
                "range": [0, 100],
                "fixedrange": True,
                "title": {"text": "form", "font": small},
            },
        ),
    }


def _commands(discarded: bool) -> html.Div:
    if discarded:
        undo = _act("undo", "Undo")
        return html.Div(undo, className="row")
    return html.Div(
        [
            _act("save", "Save"),
            html.Button(
                "Discard",
                id="ask-discard",
                className="button danger",
                n_clicks=0,
                **attributes(data_ask="discard-dialog"),
            ),
        ],
        className="row apart",
    )


def _act(act: str, text: str) -> html.Button:
    return html.Button(
        text, id={"type": "ended", "act": act}, className="button primary", n_clicks=0
    )


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"
