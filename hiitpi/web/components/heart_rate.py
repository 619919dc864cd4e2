"""How a session's heart rates are shown in its summary, with zones and energy."""

from datetime import UTC, datetime
from typing import Any, Final

from dash import html

from hiitpi.coach.heart_rate import KEYTEL, ZONE_BOUNDS, ZONE_NAMES, Body, mean, seconds_in_zones
from hiitpi.coach.messages import SessionRecord
from hiitpi.web.components import charts
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.session_titles import format_clock
from hiitpi.web.services import Services

#: The formula for energy, printed beside the number.
FORMULA: Final = (
    "Calories by the formula of Keytel et al. (2005), {sex}: kJ/min = {intercept:g} + {bpm:g} × "
    "heart rate + {kg:g} × weight in kg + {years:g} × age. It is an estimate."
)
MAXIMUM: Final = "Zones are parts of the maximum heart rate, here {highest}. "
NO_ZONES: Final = (
    "For zones and calories, enter your year of birth, sex and weight on the page Your data."
)
NO_ENERGY: Final = "For calories, enter your sex and weight as well on the page Your data."


def kilocalories(body: Body, record: SessionRecord) -> float | None:
    """Return the energy spent in a session; None without a strap, or if too little is known."""
    return body.kilocalories(record.heart_rates, _year(record)) if record.heart_rates else None


def heart_rate_section(services: Services, record: SessionRecord) -> html.Div | None:
    """Return mean and maximum, energy with its formula, and time in zones; None without a strap."""
    rates = record.heart_rates
    if not rates:
        return None
    body = services.store.bodies.get(record.player)
    energy, highest = kilocalories(body, record), body.highest(_year(record))
    facts = [("heart rate", f"{mean(rates)}"), ("maximum", f"{max(rates)}")]
    if energy is not None:
        facts.append(("kcal", f"{energy:.0f}"))
    return html.Div(
        [
            html.Dl([html.Div([html.Dt(k), html.Dd(v)]) for k, v in facts], className="facts"),
            *_zones(rates, highest),
            html.P(_formula(body, energy, highest), className="quiet"),
        ],
        className="zones",
    )


def _zones(rates: tuple[int, ...], highest: int | None) -> list[Any]:
    if highest is None:
        return [html.P(NO_ZONES, className="quiet")]
    seconds = seconds_in_zones(rates, highest)
    longest = max(*seconds, 1)
    rows = [_zone(i, seconds[i], longest, highest) for i in range(len(seconds))][::-1]
    return [
        html.Table([html.Caption("Time in heart rate zones"), html.Tbody(rows)]),
        html.P(MAXIMUM.format(highest=highest), className="quiet"),
    ]


def _formula(body: Body, energy: float | None, highest: int | None) -> str:
    if energy is None or body.sex is None:
        return NO_ENERGY if highest is not None else ""
    intercept, bpm, kg, years = KEYTEL[body.sex]
    text = FORMULA.format(sex=body.sex, intercept=intercept, bpm=bpm, kg=kg, years=years)
    return text.replace("+ -", "− ").replace("-", "−")


def add_heart_rates(figure: dict[str, Any], record: SessionRecord) -> None:
    """Add the heart rate to the chart of a session, above its pace and form."""
    points = [
        (round(s.began + second), bpm or None)  # None makes a gap
        for s in record.sets
        for second, bpm in enumerate(s.heart_rates)
    ]
    line = {"color": charts.SERIES[2], "width": 2}
    figure["data"].append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "heart rate",
            "x": [time for time, _ in points],
            "y": [bpm for _, bpm in points],
            "yaxis": "y3",
            "line": line,
            "hovertemplate": "%{x:.0f} s: %{y} /min<extra></extra>",
        }
    )
    layout, axis = figure["layout"], figure["layout"]["yaxis"]
    layout["yaxis3"] = axis | {
        "domain": [0.7, 1],
        "rangemode": "normal",
        "title": axis["title"] | {"text": "heart rate"},
    }
    layout["yaxis"] = axis | {"domain": [0.36, 0.64]}
    layout["yaxis2"] = layout["yaxis2"] | {"domain": [0, 0.3]}


def _zone(index: int, seconds: int, longest: int, highest: int) -> Any:
    bar = html.I(
        className=f"zone zone-{index + 1}",
        style={"width": f"{seconds / longest:.1%}"},
        **attributes(aria_hidden="true"),
    )
    return html.Tr(
        [
            html.Th(f"{index + 1} {ZONE_NAMES[index]}", scope="row"),
            html.Td(f"from {-(-ZONE_BOUNDS[index] * highest // 1):.0f}"),
            html.Td(bar, className="bar"),
            html.Td(format_clock(seconds)),
        ]
    )


def _year(record: SessionRecord) -> int:
    return datetime.fromtimestamp(record.started, UTC).year
