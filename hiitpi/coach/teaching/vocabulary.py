"""The measures among which the rules of a taught workout are looked for."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from hiitpi.coach.rules.measure import Measure
from hiitpi.coach.rules.workout_text import read_measure


@dataclass(frozen=True)
class Word:
    """A measure as it is written in a workout file.

    Attributes:
        name: name for it in the file.
        text: the measure, as an expression of a workout file.
        scale: a large movement, in the measure's unit.
        sees: the view in which it can be told: "front", "side", or "any".
        part: the part of the body that it is about; the arms are free in most exercises of others.
        weight: how well rules on it hold for other people, compared with the rest; 0 if it only
            supports a signal.
        floor_weight: the same for exercises on the floor.
    """

    name: str
    text: str
    scale: float
    part: str
    weight: float
    floor_weight: float
    sees: str = "any"

    @cached_property
    def measure(self) -> Measure:
        """The measure."""
        return read_measure(self.text)

    def can_be_seen(self, view: str) -> bool:
        """Return whether a view shows it: "front", "side" or "any"."""
        return "any" in (self.sees, view) or self.sees == view

    @property
    def sided(self) -> bool:
        """Whether each side has a value of its own."""
        return self.measure.side is not None


def _says(lower: str, higher: str) -> str:
    return f'says=("{lower}", "{higher}"), needed=False'


def _angle(a: str, b: str, c: str, lower: str, higher: str) -> str:
    return f'angle("{a}", "{b}", "{c}", {_says(lower, higher)})'


def _height(joint: str, over: str, per: str, lower: str, higher: str) -> str:
    return f'height("{joint}", over="{over}", per="{per}", {_says(lower, higher)})'


def _arch(end: str) -> str:
    return f'arch("shoulder", "hip", "{end}", per="torso", {_says("Hips lower", "Hips higher")})'


def _spread(joint: str, lower: str, higher: str) -> str:
    return f'spread("{joint}", per="torso", {_says(lower, higher)})'


def _reach(joint: str, to: str) -> str:
    name, goal = joint.replace("wrist", "hand").capitalize(), to.replace("ankle", "foot")
    says = _says(f"{name} closer to the {goal}", f"{name} away from the {goal}")
    return f'reach("{joint}", to="{to}", per="torso", {says})'


def _step(joint: str, lower: str, higher: str) -> str:
    return f'step("{joint}", per="leg", {_says(lower, higher)})'


_HIP: Final = _angle("shoulder", "hip", "knee", "Bend at the hips", "Stretch your hips")
_KNEE: Final = _angle("hip", "knee", "ankle", "Bend your knees", "Straighten your legs")
_ELBOW: Final = _angle("shoulder", "elbow", "wrist", "Bend your elbows", "Straighten your arms")
_ARM: Final = _angle("hip", "shoulder", "elbow", "Lower your arms", "Lift your arms higher")
_HIPS: Final = _height("hip", "ankle", "leg", "Hips lower", "Hips higher")
_KNEES: Final = _height("knee", "hip", "torso", "Knees lower", "Knees higher")

WORDS: Final = (
    Word("depth", 'squat_depth(says=("Go lower", "Stand all the way up"))', 1.0, "legs", 1.1, 0.5),
    Word("body", f"stature({_says('Go lower', 'Stand all the way up')})", 0.5, "legs", 1.05, 0.3),
    Word("hip", _HIP, 90, "trunk", 0.95, 0.95),
    Word("knee", _KNEE, 90, "legs", 0.9, 0.9),
    Word("bent_knee", f"smaller({_KNEE})", 90, "legs", 0.9, 0.8),
    Word("straight_knee", f"larger({_KNEE})", 90, "legs", 0, 0),
    Word("elbow", _ELBOW, 90, "arms", 0.9, 0.95),
    Word("arm", _ARM, 90, "arms", 1, 0.7),
    Word("hips", _HIPS, 0.6, "legs", 1, 0.9),
    Word(
        "shoulders",
        _height("shoulder", "ankle", "leg", "Chest lower", "Chest higher"),
        1.0,
        "trunk",
        0.9,
        0.9,
    ),
    Word(
        "hands",
        _height("wrist", "shoulder", "arm", "Hands lower", "Hands higher"),
        1.2,
        "arms",
        0.85,
        0.6,
    ),
    Word(
        "hands_over_feet",
        _height("wrist", "ankle", "torso", "Hands lower", "Hands higher"),
        1.2,
        "arms",
        0.6,
        0.4,
    ),
    Word(
        "hands_over_hips",
        _height("wrist", "hip", "torso", "Hands lower", "Hands higher"),
        1.2,
        "arms",
        0.6,
        0.4,
    ),
    Word(
        "elbows",
        _height("elbow", "shoulder", "arm", "Elbows lower", "Elbows higher"),
        0.8,
        "arms",
        0.7,
        0.6,
    ),
    Word("knees", _KNEES, 0.7, "legs", 1, 1),
    Word("high_knee", f"larger({_KNEES})", 0.7, "legs", 0, 0),
    Word(
        "shins",
        _height("knee", "ankle", "shin", "Feet higher", "Feet lower"),
        0.8,
        "legs",
        0.6,
        0.6,
    ),
    Word(
        "feet_over_hips",
        _height("ankle", "hip", "leg", "Feet lower", "Feet higher"),
        0.8,
        "legs",
        0.8,
        0.9,
    ),
    Word("push", 'press(says=("Chest lower", "Push all the way up"))', 0.6, "arms", 0.4, 1.3),
    Word(
        "still", 'hand_travel(per="arm", says=("Keep your hands in place", ""))', 1.0, "arms", 0, 0
    ),
    Word("trunk", f"lean({_says('Trunk more upright', 'Lean further')})", 60, "trunk", 1, 1),
    Word(
        "up", 'curl(says=("Shoulders back to the floor", "Come up higher"))', 60, "trunk", 0.3, 1.4
    ),
    Word("line", _arch("knee"), 0.5, "trunk", 0.7, 0.9, "side"),
    Word("body_line", _arch("ankle"), 0.5, "trunk", 0.7, 0.8, "side"),
    Word("feet", _spread("ankle", "Feet together", "Feet wider"), 1.2, "feet", 1, 0.8, "front"),
    Word(
        "wrists", _spread("wrist", "Hands together", "Hands wider"), 1.5, "arms", 0.6, 0.4, "front"
    ),
    Word("hand_to_foot", _reach("wrist", "ankle"), 1.2, "arms", 0.6, 0.4),
    Word("elbow_to_knee", _reach("elbow", "knee"), 1.0, "arms", 0.7, 0.6),
    Word(
        "jump",
        f'rise("ankle", per="leg", {_says("Land", "Jump: both feet off the floor")})',
        0.25,
        "feet",
        0,
        0,
    ),
    Word(
        "aside",
        f'shift(per="torso", {_says("Come back", "Further to the side")})',
        1.5,
        "trunk",
        0.9,
        0.3,
        "front",
    ),
    Word(
        "legs",
        'split(says=("Feet side by side", "One foot in front of the other"))',
        1.5,
        "feet",
        0,
        0,
    ),
    Word("one_foot", _step("ankle", "Feet level", "Lift one foot higher"), 0.5, "feet", 0, 0),
    Word("one_knee", _step("knee", "Knees level", "Lift one knee higher"), 0.5, "legs", 0, 0),
    Word(
        "foot",
        'tap(per="torso", says=("Foot back under the hip", "Foot further out"))',
        0.6,
        "feet",
        0.9,
        0.5,
        "front",
    ),
)

BY_NAME: Final = {word.name: word for word in WORDS}
