"""Writes a session as a TCX file, which nearly every sports platform can import.

Garmin's Training Center Database, version 2: each set is a lap. TCX has no repetitions, so they are
in the lap's notes.
"""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from statistics import fmean
from typing import Final

from hiitpi.coach.messages import SessionRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.integrations.activity_times import TimedSet, timed_sets

#: What XML 1.0 forbids, and an imported program may have in its name.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

NAMESPACE: Final = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"


def tcx_file(
    record: SessionRecord, library: WorkoutLibrary, kilocalories: float | None = None
) -> bytes:
    """Return an ended session as the content of a TCX file.

    Args:
        record: the session.
        library: the workouts, for their names.
        kilocalories: energy spent, which the laps share by their measured time; None if it is not
            known.
    """
    root = ET.Element("TrainingCenterDatabase", xmlns=NAMESPACE)
    activity = ET.SubElement(ET.SubElement(root, "Activities"), "Activity", Sport="Other")
    sets = timed_sets(record)
    _text(activity, "Id", _iso(sets[0].started if sets else record.started))
    measured, so_far, written = len(record.heart_rates) or 1, 0, 0
    for timed in sets:
        so_far += len(timed.heart_rates)
        until_here = round((kilocalories or 0) * so_far / measured)  # so that the sum is right
        _add_lap(activity, timed, library, until_here - written)
        written = until_here
    _text(activity, "Notes", record.program.name)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_lap(
    activity: ET.Element, timed: TimedSet, library: WorkoutLibrary, kilocalories: int
) -> None:
    """Add a set as a lap; the schema prescribes the elements and their order."""
    slug = timed.record.workout
    name, counts = (library[slug].name, library[slug].counts) if slug in library else (slug, "reps")
    lap = ET.SubElement(activity, "Lap", StartTime=_iso(timed.started))
    _text(lap, "TotalTimeSeconds", f"{timed.record.seconds:.2f}")
    _text(lap, "DistanceMeters", "0")
    _text(lap, "Calories", str(kilocalories))
    rates = timed.heart_rates
    if rates:
        _add_bpm(lap, "AverageHeartRateBpm", round(fmean(bpm for _, bpm in rates)))
        _add_bpm(lap, "MaximumHeartRateBpm", max(bpm for _, bpm in rates))
    _text(lap, "Intensity", "Active")
    _text(lap, "TriggerMethod", "Manual")
    track = ET.SubElement(lap, "Track")  # without one, importers ignore the lap
    points = {timed.started: 0, timed.ended: 0} | dict(rates)
    for time, bpm in sorted(points.items()):
        point = ET.SubElement(track, "Trackpoint")
        _text(point, "Time", _iso(time))
        if bpm:
            _add_bpm(point, "HeartRateBpm", bpm)
    _text(lap, "Notes", f"{name}: {timed.record.counted} {counts}")


def _add_bpm(parent: ET.Element, tag: str, bpm: int) -> None:
    _text(ET.SubElement(parent, tag), "Value", str(bpm))


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = _NOT_XML.sub("", text)


def _iso(seconds: float) -> str:
    """Return a time in UTC, to the millisecond."""
    time = datetime.fromtimestamp(seconds, UTC)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
