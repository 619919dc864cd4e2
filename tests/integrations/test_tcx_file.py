"""TCX files."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from hiitpi.coach.messages import SetRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.integrations.tcx_file import NAMESPACE, tcx_file
from tests.support.session_factory import record

LIBRARY = WorkoutLibrary()

#: The elements of a lap that the schema requires, in its order, and those that are used here.
LAP = [
    "TotalTimeSeconds",
    "DistanceMeters",
    "Calories",
    "Intensity",
    "TriggerMethod",
    "Track",
    "Notes",
]


def parsed(session) -> tuple[ET.Element, list[ET.Element]]:
    """Return the activity of the session's file, and its laps."""
    root = ET.fromstring(tcx_file(session, LIBRARY))
    assert root.tag == f"{{{NAMESPACE}}}TrainingCenterDatabase"
    (activity,) = root.iter(f"{{{NAMESPACE}}}Activity")
    return activity, activity.findall(f"{{{NAMESPACE}}}Lap")


def text(element: ET.Element, path: str) -> str:
    found = element.findtext("/".join(f"{{{NAMESPACE}}}{tag}" for tag in path.split("/")))
    assert found is not None
    return found


def test_each_set_is_a_lap_with_its_repetitions():
    sets = (
        SetRecord(1, "squat", 1, 0.0, 20.0, 12, 0, corrected=13),
        SetRecord(2, "plank", 1, 30.0, 40.0, 38, 2),
        SetRecord(3, "my_own", 1, 80.0, 20.0, 5, 0),
    )
    activity, laps = parsed(record(sets=sets))
    assert [text(lap, "Notes") for lap in laps] == [
        "Squats: 13 reps",
        "Plank: 38 seconds",
        "my_own: 5 reps",
    ]
    assert [text(lap, "TotalTimeSeconds") for lap in laps] == ["20.00", "40.00", "20.00"]
    assert [child.tag.split("}")[1] for child in laps[0]] == LAP
    assert (
        text(activity, "Id") == laps[0].get("StartTime") == text(laps[0], "Track/Trackpoint/Time")
    )


def test_heart_rates_are_trackpoints_and_the_energy_is_shared():
    sets = (
        SetRecord(1, "squat", 1, 0.0, 20.0, 12, 0, heart_rates=(100, 0, 120)),
        SetRecord(2, "squat", 1, 30.0, 20.0, 12, 0, heart_rates=(140, 140)),
    )
    root = ET.fromstring(tcx_file(record(sets=sets), LIBRARY, 40.0))
    first, second = root.iter(f"{{{NAMESPACE}}}Lap")
    assert [child.tag.split("}")[1] for child in first] == [
        "TotalTimeSeconds", "DistanceMeters", "Calories", "AverageHeartRateBpm",
        "MaximumHeartRateBpm", "Intensity", "TriggerMethod", "Track", "Notes",
    ]  # fmt: skip
    assert text(first, "AverageHeartRateBpm/Value") == "110"
    assert text(second, "MaximumHeartRateBpm/Value") == "140"
    assert [text(lap, "Calories") for lap in (first, second)] == ["20", "20"]
    points = [
        p.findtext(f".//{{{NAMESPACE}}}Value") for p in first.iter(f"{{{NAMESPACE}}}Trackpoint")
    ]
    assert points == ["100", "120", None]
    times = [text(p, "Time") for p in first.iter(f"{{{NAMESPACE}}}Trackpoint")]
    assert times == sorted(times)


@pytest.mark.parametrize("energy", [0.4, 3.9, 12.4, 19.5, 20.4, 333.3])
def test_the_laps_have_the_energy_of_the_session(energy: float):
    sets = tuple(
        SetRecord(n, "squat", n, 30.0 * n, 20.0, 9, 0, heart_rates=(120,) * 20) for n in range(1, 9)
    )
    root = ET.fromstring(tcx_file(record(sets=sets), LIBRARY, energy))
    assert sum(int(text(lap, "Calories")) for lap in root.iter(f"{{{NAMESPACE}}}Lap")) == round(
        energy
    )


def test_a_name_with_markup_and_control_characters_is_valid_xml():
    session = record()
    name = "<b>&\x00\x1bMorning 👩\u200d🚀\u00a0שלום"
    session = replace(session, program=replace(session.program, name=name))
    activity, _ = parsed(session)
    assert text(activity, "Notes") == "<b>&Morning 👩\u200d🚀\u00a0שלום"
