"""The summary of an ended session, shown on every screen; its player can correct it."""

from typing import Any, Final

from dash import dcc, html

from hiitpi.coach.messages import SCORING_VERSION, Repetition, SessionRecord, SetRecord
from hiitpi.coach.rules.scoring import (
    CONTROL_SHARE,
    LOCKOUT_SHARE,
    MAX_SCORE,
    MIN_VALID_SCORE,
    SYMMETRY_SHARE,
    TEMPO_SHARE,
)
from hiitpi.records.history import Kind, beaten_bests
from hiitpi.records.sessions import MAX_REPS
from hiitpi.web.components.achievements import new_achievements
from hiitpi.web.components.challenge import challenge_line
from hiitpi.web.components.filters import hold_slugs
from hiitpi.web.components.heart_rate import heart_rate_section
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.replay import replay_section
from hiitpi.web.components.session_graph import graph
from hiitpi.web.components.session_titles import format_clock, plural, title
from hiitpi.web.components.share import share
from hiitpi.web.services import Services

#: Text and number of decimals of personal bests.
BESTS: Final[dict[Kind, tuple[str, int]]] = {
    "set": ("best set", 0),
    "pace": ("best pace", 1),
    "score": ("best form", 1),
}

#: Columns of the sets that were trained with a heart rate strap.
HEART_RATE_TITLES: Final = ("♥ mean", "♥ max.")

KEEP: Final = (
    "Thank you. The joints of the corrected sets can be kept on this machine, without your name, "
    "so that the rules can be checked against them."
)

OLD_SCORING: Final = "Form was scored by earlier rules and is not compared with newer scores."

_POINTS: Final = MAX_SCORE - MIN_VALID_SCORE

SCORING_INTRODUCTION: Final = (
    f"A repetition that just reaches the standard scores {MIN_VALID_SCORE:.0f}. Going further earns"
    f" up to {_POINTS:.0f} points more; the best tenth of people earn them all. Faults cost a part"
    " of these points:"
)

#: Name and explanation of each fault.
SCORING_PARTS: Final = (
    ("Lockout", f"up to {LOCKOUT_SHARE:.0%} if you do not come all the way back."),
    ("Tempo", f"up to {TEMPO_SHARE:.0%} if it takes half or twice as long as those before it."),
    ("Symmetry", f"up to {SYMMETRY_SHARE:.0%} if one side does less than the other."),
    ("Control", f"up to {CONTROL_SHARE:.0%} if you drop instead of lowering yourself."),
)


def summary(
    services: Services, record: SessionRecord, editable: bool, message: str = ""
) -> list[Any]:
    """Return the content of the panel.

    Args:
        services: the services of the app.
        record: the session, with its series of repetitions.
        editable: whether the viewer may correct and discard it.
        message: result of the last action; "" for none.
    """
    discarded = record.status == "discarded"
    return [
        html.Div(
            [
                html.P(
                    message or ("Discarded" if discarded else "Finished"),
                    className="phase",
                    role="status",
                ),
                html.P(str(record.reps), className="reps"),
                html.P(title(record, services.library), className="workout-name"),
                *_comparison(services, record),
                *([] if discarded else _achievements(services, record)),
                None if discarded else challenge_line(services, record),
                _facts(record),
                _reasons(record),
                heart_rate_section(services, record),
                scoring_help(),
                _buttons(discarded) if editable else None,
            ],
            className="result",
        ),
        html.Div(
            [
                _sets(services, record, editable and not discarded),
                _keep(services, record) if editable else None,
                graph(record),
                share(f"/export/session/{record.uuid}.png") if editable and record.reps else None,
                None if discarded else replay_section(services, record),
            ],
            className="details",
        ),
    ]


def _comparison(services: Services, record: SessionRecord) -> list[Any]:
    """Return the session's new bests, or else the player's best session of the same kind."""
    new_bests = _new_bests(services, record)
    if new_bests:
        return [html.P(text, className="best") for text in new_bests]
    best = services.store.best(record)
    if best is None:
        return [html.P("Your first session of this kind.", className="quiet")]
    text = f"Your best: {plural(best.reps, 'rep')}, pace {best.pace:g} /30 s."
    return [html.P(text, className="quiet")]


def _achievements(services: Services, record: SessionRecord) -> list[html.P]:
    return [html.P(f"★ {text}", className="best") for text in new_achievements(services, record)]


def _new_bests(services: Services, record: SessionRecord) -> list[str]:
    if record.status == "discarded":
        return []
    previous_bests, texts = services.store.history.previous_bests(record), []
    best = services.store.best(record)
    if best is not None and record.reps > best.reps:
        texts.append(f"New best! Your previous best was {best.reps}.")
    elif best is not None and record.pace > best.pace:
        texts.append(f"New best pace: {record.pace:g} /30 s, previously {best.pace:g}.")
    for slug, kind, value, previous in beaten_bests(record, previous_bests):
        if kind == "pace" and slug in hold_slugs(services.library):
            continue
        name, decimals = BESTS[kind]
        texts.append(
            f"{services.library.label(slug)}: {name} {value:.{decimals}f}, "
            f"previously {previous:.{decimals}f}."
        )
    return texts


def _facts(record: SessionRecord) -> html.Dl:
    facts = [
        ("work", format_clock(record.seconds)),
        ("pace /30 s", f"{record.pace:g}"),
        ("form", _rounded(record.score)),
        ("sway", "–" if record.sway is None else f"{record.sway:.0f}°"),
        ("did not count", str(record.attempts)),
    ]
    return html.Dl([html.Div([html.Dt(k), html.Dd(v)]) for k, v in facts], className="facts")


def _sets(services: Services, record: SessionRecord, editable: bool) -> html.Div:
    strap = bool(record.heart_rates)
    titles = ("Set", "Workout", "Counted", "Camera", "Missed", "Form", *HEART_RATE_TITLES * strap)
    caption = "Was the camera wrong? Correct the count, then save." if editable else "Sets"
    table = html.Table(
        [
            html.Caption(caption),
            html.Thead(html.Tr([html.Th(t, scope="col") for t in titles])),
            html.Tbody([_set_row(services, s, editable, strap) for s in record.sets]),
        ]
    )
    return html.Div(table, className="table sets")


def _set_row(services: Services, record: SetRecord, editable: bool, strap: bool) -> html.Tr:
    name: Any = services.library.name(record.workout)
    counted: Any = str(record.counted)
    if editable:
        field = dcc.Input(
            id={"type": "counted", "set": record.number},
            type="number",
            min=0,
            max=MAX_REPS,
            step=1,
            value=record.counted,
        )
        label = f"Repetitions of set {record.number}, {name}"
        counted = html.Label([html.Span(label, className="hidden"), field])
        if record.recognised:
            name = _name_field(services, record)
    rates = (record.mean_heart_rate, record.max_heart_rate) if strap else ()
    return html.Tr(
        [
            html.Td(record.number),
            html.Td(name),
            html.Td(counted),
            html.Td(record.reps),
            html.Td(record.attempts),
            html.Td(_rounded(record.score)),
            *(html.Td(_rounded(rate)) for rate in rates),
        ]
    )


def _keep(services: Services, record: SessionRecord) -> html.Div | None:
    """Return the offer to keep sets whose count was corrected; None if there is nothing to keep."""
    corrected = any(s.is_corrected for s in record.sets)
    if not corrected or services.replays.path(record.uuid) is None:
        return None
    return html.Div(
        [
            html.P(KEEP, className="quiet"),
            html.Button(
                "Keep as a recording",
                id={"type": "ended", "act": "keep"},
                className="button",
                n_clicks=0,
            ),
        ],
        className="row start wrap",
    )


def _name_field(services: Services, record: SetRecord) -> html.Div:
    """Return the choice of the workout of a set in which it was recognised."""
    options: Any = {workout.slug: workout.name for workout in services.library}
    field = dcc.Dropdown(
        id={"type": "named", "set": record.number},
        options=options,
        value=record.workout,
        clearable=False,
        searchable=False,
    )
    label = html.Span(f"Workout of set {record.number}", className="hidden")
    return html.Div([label, field], className="named")


def _reasons(record: SessionRecord) -> html.Div | None:
    """Return the best repetition, and the worst if there is something to improve."""
    if not record.series:
        return None
    best = max(record.series, key=lambda rep: rep.score)
    worst = min(record.series, key=lambda rep: rep.score)
    lines = [html.P([html.B("Best: "), f"{_repetition(best)}."])]
    if worst.cues and worst.score < best.score:
        lines.append(html.P([html.B("To work on: "), f"{worst.cues[0]} ({_repetition(worst)})."]))
    if any(set_record.scoring < SCORING_VERSION for set_record in record.sets):
        lines.append(html.P(OLD_SCORING, className="quiet"))
    return html.Div(lines, className="reasons")


def _repetition(rep: Repetition) -> str:
    return f"repetition {rep.number}, form {rep.score:.0f}"


def scoring_help() -> html.Details:
    """Explain the parts of the form score, with their weights."""
    return html.Details(
        [
            html.Summary("How form is scored"),
            html.P(SCORING_INTRODUCTION),
            html.Ul([html.Li([html.B(f"{name}: "), text]) for name, text in SCORING_PARTS]),
            html.P("What the camera cannot see costs nothing."),
        ],
        className="scoring",
    )


def _buttons(discarded: bool) -> html.Div:
    if discarded:
        return html.Div(_action_button("undo", "Undo"), className="row")
    return html.Div(
        [
            _action_button("save", "Save"),
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


def _action_button(act: str, text: str) -> html.Button:
    return html.Button(
        text, id={"type": "ended", "act": act}, className="button primary", n_clicks=0
    )


def _rounded(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"
