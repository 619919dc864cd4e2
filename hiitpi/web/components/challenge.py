"""The challenge of the house: on the leaderboard, and a line in the summary of a session."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any, Final

from dash import Dash, Input, Output, State, dcc, html, no_update

from hiitpi.coach.messages import SessionRecord
from hiitpi.errors import RecordsError
from hiitpi.records.challenges import Challenge
from hiitpi.records.leaderboard import Place
from hiitpi.records.local_days import local_day, week_start
from hiitpi.web.components.dialog import dialog
from hiitpi.web.components.filters import hold_slugs
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.session_titles import plural
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

#: Ends that can be chosen, by key.
ENDS: Final = {"week": "Sunday", "fortnight": "Sunday next week", "month": "the end of the month"}

#: Places that are shown.
MAX_PLACES: Final = 8

ORDINALS: Final = {1: "1st", 2: "2nd", 3: "3rd"}


def challenge_section(services: Services) -> html.Section:
    """Return the section of the leaderboard."""
    return html.Section(
        [
            html.Div(_content(services), id="challenge"),
            html.P("", id="challenge-trouble", className="trouble", role="alert"),
        ],
        className="challenge",
        **attributes(aria_label="Challenge of the house"),
    )


def challenge_callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks that start, cancel and refresh the challenge."""

    @app.callback(
        Output("challenge", "children"),
        Output("challenge-trouble", "children"),
        Input("challenge-start", "n_clicks"),
        State("challenge-workout", "value"),
        State("challenge-end", "value"),
        prevent_initial_call=True,
    )
    def start(clicks: int, workout: Any, end: Any) -> Any:
        if not clicks or current_player() is None:
            return no_update, no_update
        if workout not in services.library or end not in ENDS:
            return no_update, "Choose a workout and an end."
        challenges = services.store.challenges
        try:
            challenges.start(workout, last_day(end, challenges.today()))
        except RecordsError as error:
            return _content(services), str(error)
        return _content(services), ""

    @app.callback(
        Output("challenge", "children", allow_duplicate=True),
        Input("challenge-cancel", "n_clicks"),
        State("challenge-id", "data"),
        prevent_initial_call=True,
    )
    def cancel(clicks: int, number: Any) -> Any:
        if not clicks or not isinstance(number, int) or current_player() is None:
            return no_update
        services.store.challenges.cancel(number)
        return _content(services)

    @app.callback(
        Output("challenge", "children", allow_duplicate=True),
        Input("lb-seen", "data"),
        prevent_initial_call=True,
    )
    def refresh(_token: Any) -> Any:
        """Show the new standings; a form that somebody fills in stays as it is."""
        return _content(services) if services.store.challenges.newest() else no_update


def last_day(end: str, today: date) -> date:
    """Return the last day of a challenge that starts today, by the key of its end in `ENDS`."""
    sunday = week_start(today) + timedelta(days=6)
    return {
        "week": sunday,
        "fortnight": sunday + timedelta(days=7),
        "month": today.replace(day=monthrange(today.year, today.month)[1]),
    }[end]


def challenge_line(services: Services, record: SessionRecord) -> html.P | None:
    """Return where a session's player stands in the challenge; None if it is not about that."""
    challenges = services.store.challenges
    challenge = challenges.newest()
    if challenge is None or challenge.workout not in record.workouts:
        return None
    if not challenge.first <= local_day(record.started, services.store.zone) <= challenge.last:
        return None
    places = challenges.standings(challenge)
    own = next((place for place in places if place.player == record.player), None)
    if own is None:
        return None
    unit = "seconds" if challenge.workout in hold_slugs(services.library) else "reps"
    text = _standing(own, places, unit)
    return html.P(f"Challenge of the house: {text}", className="challenge-line")


def _standing(own: Place, places: list[Place], unit: str) -> str:
    """Return where a player stands, in words that anybody may read."""
    others = [place for place in places if place is not own]
    amount = f"{own.value:.0f} {unit}"
    if own.rank == 1 and not (others and others[0].rank == 1):
        ahead = f", {own.value - others[0].value:.0f} ahead of {others[0].player}" if others else ""
        return f"1st with {amount}{ahead}."
    if own.rank == 1:
        return f"1st with {amount}, like {others[0].player}."
    leader = places[0]
    rank = ORDINALS.get(own.rank, f"{own.rank}th")
    return f"{rank} with {amount}, {leader.value - own.value:.0f} behind {leader.player}."


def _content(services: Services) -> list[Any]:
    challenge = services.store.challenges.newest()
    if challenge is None:
        return _form(services) if current_player() else []
    running = services.store.challenges.is_running(challenge)
    places = services.store.challenges.standings(challenge)
    # "Plank · seconds": what is counted, if it is not repetitions.
    name = services.library.label(challenge.workout)
    shown = [
        html.H2(f"Challenge until {challenge.last:%A, %-d %B}: {name}"),
        html.P(_headline(services, challenge, places), className="quiet"),
        _table(places),
    ]
    if current_player() is None:
        return shown
    return [*shown, *(_cancel(challenge) if running else _form(services))]


def _headline(services: Services, challenge: Challenge, places: list[Place]) -> str:
    days = (challenge.last - services.store.challenges.today()).days
    if days < 0:
        winners = " and ".join(place.player for place in places if place.rank == 1)
        return f"{winners} won." if winners else "Nobody took part."
    if not days:
        return "Today is the last day."
    return f"{plural(days, 'day')} left." + ("" if places else " First place is free.")


def _table(places: list[Place]) -> html.Table | None:
    rows = [
        html.Tr([html.Td(f"{p.rank}."), html.Th(p.player, scope="row"), html.Td(f"{p.value:.0f}")])
        for p in places[:MAX_PLACES]
    ]
    return html.Table(html.Tbody(rows)) if rows else None


def _cancel(challenge: Challenge) -> list[Any]:
    return [
        html.Button(
            "End this challenge", className="button", **attributes(data_ask="challenge-dialog")
        ),
        dialog(
            "challenge-dialog",
            "End the challenge without a winner? Repetitions stay in the history.",
            yes="End it",
            no="Go on",
            answer="challenge-cancel",
        ),
        dcc.Store(id="challenge-id", data=challenge.id),
    ]


def _form(services: Services) -> list[Any]:
    today = services.store.challenges.today()
    ends = {key: f"{text}, {last_day(key, today):%-d %b}" for key, text in ENDS.items()}
    workouts = {workout.slug: workout.name for workout in services.library}
    return [
        html.Details(
            [
                html.Summary("Start a challenge of the house"),
                html.P(
                    "Who does most of one workout until that day? Everybody takes part who trains "
                    "it; gentle sessions do not count, as on the leaderboard.",
                    className="quiet",
                ),
                dcc.Dropdown(
                    id="challenge-workout", options=workouts, value="squat", clearable=False
                ),
                dcc.RadioItems(id="challenge-end", options=ends, value="week"),
                html.Button("Start", id="challenge-start", className="button primary", n_clicks=0),
            ]
        )
    ]
