"""How a workout is done: a card with a moving picture, for the page Workouts and the picker."""

from typing import Any, Final

from dash import html

from hiitpi.coach.rules.explanation import explain
from hiitpi.coach.rules.guides import guides
from hiitpi.coach.rules.workout import Workout
from hiitpi.web.asset_urls import ASSETS, FIGURES, asset_url
from hiitpi.web.components.filters import choice
from hiitpi.web.services import Services

#: Kinds of workouts to choose from, with their texts. `pages.css` hides the others.
KINDS: Final = {
    "all": "All",
    "standing": "Standing",
    "floor": "Floor",
    "quiet": "No jumping",
    "knees": "Easy on the knees",
}

#: Where to stand, by the view that a workout needs, and where to put the camera.
STAND: Final = {
    "front": "Face the camera",
    "side": "Turn your side to the camera",
    "any": "Face the camera, or turn your side to it",
}
DISTANCE: Final = "2.5 to 3 m away, with your whole body in view."
CAMERA: Final = {
    False: "The camera is best at hip height, about 1 m.",
    True: "The camera is best low, 0.3 to 1 m above the floor.",
}


def kinds(workout: Workout) -> list[str]:
    """Return the kinds of a workout, keys of `KINDS`."""
    guide = guides().get(workout.slug)
    names = ["all", _place(workout)]
    if guide and not guide.jumps:
        names.append("quiet")
    if guide and not guide.knees:
        names.append("knees")
    return names


def _place(workout: Workout) -> str:
    return "floor" if workout.floor else "standing"


def kind_filter(name: str) -> html.Div:
    """Return the choice of a kind of workouts."""
    return html.Div(choice(name, "Kind of workout", KINDS, "all"), className="kinds")


def option_label(services: Services, workout: Workout) -> html.Span:
    """Return the label of a workout in the picker: a still picture, which moves once selected."""
    pictures = _pictures(services, workout.slug)
    return html.Span([*pictures, workout.name], className=f"choice {_classes(workout)}")


def _classes(workout: Workout) -> str:
    return " ".join(f"is-{kind}" for kind in kinds(workout))


def _pictures(services: Services, slug: str) -> list[Any]:
    """Return the still and the moving picture; none of a workout that was taught.

    The moving one is a background, which browsers do not load before it is shown.
    """
    url = services.figures.get(slug)
    if url is None:
        return []
    return [
        html.Img(src=still_picture(slug), alt="", className="still"),
        html.Span(style={"backgroundImage": f"url({url})"}, className="moving"),
    ]


def still_picture(slug: str) -> str:
    """Return the address of the picture of an included workout that does not move."""
    return asset_url(ASSETS, f"{FIGURES}/still/{slug}.svg")


def card(services: Services, workout: Workout) -> html.Details:
    """Return the card of a workout, which opens."""
    guide = guides().get(workout.slug)
    how = [html.Ol([html.Li(line) for line in guide.how])] if guide else []
    facts = {"Where": f"{STAND[workout.view]}, {DISTANCE} {CAMERA[workout.floor]}"}
    if guide:
        facts |= {"Trains": guide.muscles, "Easier": guide.easier, "Harder": guide.harder}
    rows = [html.Div([html.Dt(name), html.Dd(text)]) for name, text in facts.items()]
    counts = html.Ul([html.Li(sentence) for sentence in explain(workout)])
    return html.Details(
        [
            html.Summary([*_pictures(services, workout.slug), html.B(workout.name)]),
            *how,
            html.Img(
                src=asset_url(ASSETS, f"plans/{workout.view}-{_place(workout)}.svg"),
                alt="Where to stand, seen from above",
                className="stand",
            ),
            html.Dl(rows),
            html.Details([html.Summary("What counts"), counts], className="quiet"),
        ],
        className=f"guide {_classes(workout)}",
    )
