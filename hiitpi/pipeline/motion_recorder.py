"""Keeps the movements of a session for its replay: joints, no pictures."""

import math
from array import array
from collections.abc import Iterable
from typing import Any, Final

from hiitpi.coach.messages import Event, Sample, SessionRecord, SetRecord
from hiitpi.coach.rules.strictness import at
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.pose.keypoints import KEYPOINTS
from hiitpi.records.replays import Replay

#: Frames a second that are kept.
FPS: Final = 15.0

#: A session that is longer than this, in seconds of work, is kept up to here: 11 MB of memory.
MAX_SECONDS: Final = 2 * 3600.0


class MotionRecorder:
    """The movements of one session, in memory until its end.

    Args:
        size: (width, height) of the frames in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._times: list[float] = []
        self._signal: list[float | None] = []
        self._xy, self._scores = array("h"), array("B")
        self._attempts: list[dict[str, Any]] = []

    def add(self, sample: Sample, events: Iterable[Event], time: float) -> None:
        """Add a frame in which the athlete works.

        Args:
            sample: the sample of the frame.
            events: what happened in it.
            time: seconds since the session's first Go, without pauses.
        """
        for event in events:
            if event.kind == "attempt":
                moment = time - (sample.time - event.time)
                attempt = {"time": round(moment, 2), "text": event.text, "missed": event.missed}
                self._attempts.append(attempt)
        last = self._times[-1] if self._times else -math.inf
        if time - last < 0.9 / FPS or time > MAX_SECONDS:  # frames do not come exactly in time
            return
        self._times.append(round(time, 3))
        self._signal.append(sample.signal)
        for x, y, score in sample.keypoints or ((0, 0, 0.0),) * len(KEYPOINTS):
            self._xy.extend((_int16(x), _int16(y)))
            self._scores.append(round(100 * score))

    def replay(self, record: SessionRecord, library: WorkoutLibrary) -> Replay:
        """Return the replay of the session.

        Args:
            record: the ended session.
            library: the workouts.
        """
        header = {
            "size": self._size,
            "times": self._times,
            "signal": self._signal,
            "sets": [_set(set_record, record, library) for set_record in record.sets],
            "reps": [
                {
                    "number": rep.number,
                    "set": rep.set,
                    "time": rep.time,
                    "duration": rep.duration,
                    "score": rep.score,
                    "cues": rep.cues,
                }
                for rep in record.series
            ],
            "attempts": self._attempts,
        }
        return Replay(header, self._xy.tobytes(), self._scores.tobytes())


def _set(set_record: SetRecord, record: SessionRecord, library: WorkoutLibrary) -> dict[str, Any]:
    slug = set_record.workout
    if slug not in library:  # an own workout that was removed
        return {
            "number": set_record.number,
            "began": set_record.began,
            "workout": slug,
            "bands": [],
        }
    workout = library[slug]
    return {
        "number": set_record.number,
        "began": set_record.began,
        "workout": workout.name,
        "bands": at(workout, record.program.strictness).bands(),
    }


def _int16(value: int) -> int:
    return max(-32768, min(32767, value))
