"""The part of “Your data” with what heart rate zones and calories need."""

from typing import Any, Final, cast

from dash import Dash, Input, Output, State, dcc, html, no_update

from hiitpi.coach.heart_rate import TANAKA, Body, Sex
from hiitpi.errors import RecordsError
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

SEXES: Final = {"": "not said", "female": "female", "male": "male"}

ABOUT: Final = (
    "For heart rate zones and calories, with a heart rate strap; stored on this machine, and each "
    "may be left empty. The summaries of your sessions, which everybody in the house may open, "
    "show zones, calories and their formula, from which these figures can be guessed. Without a "
    f"measured maximum heart rate it is {TANAKA[0]:.0f} − {-TANAKA[1]:g} × age (Tanaka et al., "
    "2001)."
)


def body_section(services: Services, player: str) -> html.Section:
    """Return the section."""
    body = services.store.bodies.get(player)
    return html.Section(
        [
            html.H2("Heart rate and calories"),
            html.P(ABOUT, className="quiet"),
            html.Div(
                [
                    _field("Year of birth", _number("b-year", body.birth_year)),
                    _field("Weight in kg", _number("b-weight", body.weight_kg)),
                    _field("Maximum heart rate", _number("b-max", body.max_heart_rate)),
                ],
                className="row start wrap fill",
            ),
            html.Fieldset(
                [
                    html.Legend("Sex, for the formula"),
                    dcc.RadioItems(id="b-sex", options=SEXES, value=body.sex or "", inline=True),
                ]
            ),
            html.Div(
                html.Button("Save", id="b-save", className="button", n_clicks=0),
                className="row start",
            ),
            html.P("", id="b-says", className="says", role="status"),
        ],
        className="body",
    )


def _number(name: str, value: float | None) -> dcc.Input:
    # Text, since an input for numbers does not send what is out of range or no number at all.
    text = "" if value is None else f"{value:g}"
    return dcc.Input(id=name, type="text", value=text, maxLength=8, size="8")


def _field(text: str, field: dcc.Input) -> html.Label:
    return html.Label([html.Span(text), field])


def body_callbacks(app: Dash, services: Services) -> None:
    """Register the callback that stores the form."""

    @app.callback(
        Output("b-says", "children"),
        Input("b-save", "n_clicks"),
        State("b-year", "value"),
        State("b-sex", "value"),
        State("b-weight", "value"),
        State("b-max", "value"),
        prevent_initial_call=True,
    )
    def save(clicks: int, *values: Any) -> Any:
        player = current_player()
        if player is None or not clicks:
            return no_update
        try:
            services.store.bodies.set(player, _body(*values))
        except (RecordsError, ValueError) as error:
            return str(error)
        return "Saved."


def _body(year: Any, sex: Any, weight: Any, highest: Any) -> Body:
    """Return the form's values.

    Raises:
        ValueError: a value is not a number, or the sex is unknown.
    """
    if not isinstance(sex, str | None) or (sex or "") not in SEXES:
        raise ValueError("Choose one of the answers for the sex.")
    try:
        return Body(
            birth_year=int(year) if year else None,
            sex=cast("Sex", sex) if sex else None,
            weight_kg=float(str(weight).replace(",", ".")) if weight else None,
            max_heart_rate=int(highest) if highest else None,
        )
    except (TypeError, ValueError, OverflowError):
        raise ValueError("Enter numbers, or leave a field empty.") from None
