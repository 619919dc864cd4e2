"""Writes a session as a TCX file, which nearly every sports platform can import.

Garmin's Training Center Database, version 2: each set is a lap. TCX has no repetitions, so they are
in the lap's notes.
"""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import Final

from hiitpi.coach.messages import SessionRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.integrations.activity_times import TimedSet, timed_sets

#: What XML 1.0 forbids, and an imported program may have in its name.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

NAMESPACE: Final = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"


def tcx_file(record: SessionRecord, library: WorkoutLibrary) -> bytes:
    """Return an ended session as the content of a TCX file.

    Args:
        record: the session.
        library: the workouts, for their names.
    """
    root = ET.Element("TrainingCenterDatabase", xmlns=NAMESPACE)
    activity = ET.SubElement(ET.SubElement(root, "Activities"), "Activity", Sport="Other")
    sets = timed_sets(record)
    _text(activity, "Id", _iso(sets[0].started if sets else record.started))
    for timed in sets:
        _add_lap(activity, timed, library)
    _text(activity, "Notes", record.program.name)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_lap(activity: ET.Element, timed: TimedSet, library: WorkoutLibrary) -> None:
    """Add a set as a lap; the schema prescribes the elements and their order."""
    slug = timed.record.workout
    name, counts = (library[slug].name, library[slug].counts) if slug in library else (slug, "reps")
    lap = ET.SubElement(activity, "Lap", StartTime=_iso(timed.started))
    _text(lap, "TotalTimeSeconds", f"{timed.record.seconds:.2f}")
    _text(lap, "DistanceMeters", "0")
    _text(lap, "Calories", "0")
    _text(lap, "Intensity", "Active")
    _text(lap, "TriggerMethod", "Manual")
    track = ET.SubElement(lap, "Track")  # without one, importers ignore the lap
    for time in (timed.started, timed.ended):
        _text(ET.SubElement(track, "Trackpoint"), "Time", _iso(time))
    _text(lap, "Notes", f"{name}: {timed.record.counted} {counts}")


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = _NOT_XML.sub("", text)


def _iso(seconds: float) -> str:
    """Return a time in UTC, to the millisecond."""
    time = datetime.fromtimestamp(seconds, UTC)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
