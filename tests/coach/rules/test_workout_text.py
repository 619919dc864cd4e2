"""Workout files that are read as data."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.coach.rules.workout import Workout
from hiitpi.coach.rules.workout_library import SHIPPED_FOLDER, WorkoutLibrary
from hiitpi.coach.rules.workout_text import MAX_CHARS, read_measure, read_workout
from hiitpi.errors import WorkoutError

LIBRARY = WorkoutLibrary()

#: Shipped files that share code, which is more than data.
SHARING = {"crunch", "sit_up"}
FILES = [slug for slug in (w.slug for w in LIBRARY) if slug not in SHARING]

SQUAT = (SHIPPED_FOLDER / "squat.py").read_text()
START = "from hiitpi.coach import State, Workout, angle\n"
KNEE = 'knee = angle("hip", "knee", "ankle", says=("a", "b"))\n'
WORKOUT = """workout = Workout(
    name="X", view="any", states=(State("a", knee > 160), State("b", knee < 90)),
    full_range={knee: (60, 180)}, signal=knee,
)
"""
GOOD = START + KNEE + WORKOUT


def rules(workout: Workout) -> list[str]:
    """Return the conditions of a workout as text."""
    return [str(c) for c in (*workout.conditions, *workout.throughout)]


@pytest.mark.parametrize("slug", FILES)
def test_a_shipped_file_is_read_as_what_python_makes_of_it(slug: str):
    read, executed = read_workout((SHIPPED_FOLDER / f"{slug}.py").read_text()), LIBRARY[slug]
    assert rules(read) == rules(executed)
    assert [(m.name, r) for m, r in read.full_range.items()] == [
        (m.name, r) for m, r in executed.full_range.items()
    ]
    for field in ("name", "view", "shortest", "longest", "pace", "each_side", "floor", "hands"):
        assert getattr(read, field) == getattr(executed, field), field


@pytest.mark.parametrize(
    "line",
    [
        "import os",
        "from os import system",
        "from hiitpi.coach import coach",
        "from hiitpi.coach import angle as bent",
        "from .coach import angle",
        '__import__("os").system("touch /tmp/x")',
        'x = __import__("os")',
        'x = open("/etc/passwd")',
        "x = knee.read",
        "x = knee.__class__",
        "x = [i for i in (1, 2)]",
        "x = lambda: 1",
        "x = 9 ** 9",
        "x = 'a' * 1000000000",
        'x = f"{knee}"',
        "x = (y := 3)",
        "x: int = 3",
        "x, y = 1, 2",
        "def f(): pass",
        "class A: pass",
        "if 1: x = 3",
        "for i in (1, 2): pass",
        "del knee",
        "angle = 3",
        "x = knee < 3 < 4",
        "x = knee == 3",
        "x = 3 < knee",
        "x = knee < 1e999",
        "x = not_defined",
        'x = angle("hip", "knee", "tail", says=("a", "b"))',
        'x = angle("hip", "knee", says=("a", "b"))',
        'x = angle(*("hip", "knee", "ankle"), says=("a", "b"))',
        'x = angle("hip", "knee", "ankle", says=("a", "b"), **{})',
        'x = angle("hip", "knee", "ankle", says=("a", 3))',
        'x = angle("hip", "knee", "ankle", says=("a", "' + "b" * 200 + '"))',
        'x = State("s", 3)',
        "x = -knee",
        "x = b'1'",
        "x = 3j",
        "workout = 3",
    ],
)
def test_anything_but_data_is_refused_with_its_line(line: str):
    with pytest.raises(WorkoutError, match=r"line 3: |has no line"):
        read_workout(START + KNEE + line + "\n" + (WORKOUT if "workout" not in line else ""))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('name="X"', "name=3", "name of the workout is not valid"),
        ('view="any"', 'view="above"', "view of the workout is not valid"),
        ("(60, 180)", "(180, 60)", "full_range of the workout is not valid"),
        ("signal=knee", "signal=3", "signal of the workout is not valid"),
        ("signal=knee", 'signal=knee, slug="squat"', "slug of the workout is not valid"),
        ("signal=knee", "signal=knee, longest=0", "longest of the workout is not valid"),
        ("knee < 90", "knee", "a state has a name and conditions"),
        ("signal=knee,\n)", "signal=knee,", "line"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name(old: str, new: str, reason: str):
    assert read_workout(GOOD)
    assert old in GOOD
    with pytest.raises(WorkoutError, match=reason):
        read_workout(GOOD.replace(old, new))


def test_long_and_deep_files_are_refused():
    with pytest.raises(WorkoutError, match="too long"):
        read_workout("#" * (MAX_CHARS + 1))
    with pytest.raises(WorkoutError, match="nested too deeply"):
        read_workout(GOOD.replace("knee > 160", "knee > " + "-" * 50 + "1"))
    with pytest.raises(WorkoutError, match="not a workout file"):
        read_workout("x = " + "(" * 3000 + ")" * 3000)
    with pytest.raises(WorkoutError, match="cannot be used"):
        read_workout(START + KNEE * 100 + WORKOUT)


def test_an_expression_that_is_no_measure_is_refused():
    with pytest.raises(WorkoutError, match="not a measure"):
        read_measure("3")


@given(st.text(max_size=200))
def test_no_text_does_anything_but_fail_clearly(text: str):
    with pytest.raises(WorkoutError):
        read_workout(text)


@given(st.integers(0, len(SQUAT) - 1), st.integers(0, 40), st.text(max_size=8))
def test_a_damaged_file_is_read_or_refused(begin: int, length: int, inserted: str):
    with contextlib.suppress(WorkoutError):
        read_workout(SQUAT[:begin] + inserted + SQUAT[begin + length :])
