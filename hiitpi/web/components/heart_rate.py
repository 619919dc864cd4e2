"""How a session's heart rates are shown in its summary, with zones and energy."""

from datetime import UTC, datetime
from typing import Any, Final

from dash import html

from hiitpi.coach.heart_rate import ZONE_BOUNDS, ZONE_NAMES, mean, seconds_in_zones
from hiitpi.coach.messages import SessionRecord
from hiitpi.web.components import charts
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.session_titles import format_clock
from hiitpi.web.services import Services

#: The formula for energy, printed beside the number.
FORMULA: Final = (
    "Calories after Keytel et al. (2005) from heart rate, sex, age and weight: kJ/min = −55.1 + "
    "0.631 × heart rate + 0.199 × kg + 0.202 × years (men), −20.4 + 0.447 × heart rate − 0.126 × "
    "kg + 0.074 × years (women). An estimate: single people differ by a fifth and more."
)
MAXIMUM: Final = "Zones are parts of the maximum heart rate, here {highest}."
NO_ZONES: Final = "For zones and calories, enter age, sex and weight on the page Your data."


def kilocalories(services: Services, record: SessionRecord) -> float | None:
    """Return the energy spent in a session; None without a strap, or if too little is known."""
    rates = record.heart_rates
    year = _started(record).year
    return services.store.bodies.get(record.player).kilocalories(rates, year) if rates else None


def heart_rate_facts(services: Services, record: SessionRecord) -> list[tuple[str, str]]:
    """Return name and value of the figures of a session; none without a strap."""
    rates = record.heart_rates
    if not rates:
        return []
    energy = kilocalories(services, record)
    facts = [("heart rate", f"{mean(rates)}, max. {max(rates)}")]
    return [*facts, ("kcal", f"{energy:.0f}")] if energy is not None else facts


def zones(services: Services, record: SessionRecord) -> html.Div | None:
    """Return the time in each zone, and the formulas; None without a strap."""
    rates = record.heart_rates
    if not rates:
        return None
    body = services.store.bodies.get(record.player)
    highest = body.highest(_started(record).year)
    if highest is None:
        return html.Div(html.P(NO_ZONES, className="quiet"), className="zones")
    seconds = seconds_in_zones(rates, highest)
    longest = max(*seconds, 1)
    energy = kilocalories(services, record)
    notes = [MAXIMUM.format(highest=highest), FORMULA if energy is not None else ""]
    return html.Div(
        [
            html.Table(
                [
                    html.Caption("Time in heart rate zones"),
                    html.Tbody([_zone(i, seconds[i], longest, highest) for i in range(5)][::-1]),
                ]
            ),
            html.P(" ".join(notes), className="quiet"),
        ],
        className="zones",
    )


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


def _started(record: SessionRecord) -> datetime:
    return datetime.fromtimestamp(record.started, UTC)
