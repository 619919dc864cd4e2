"""Keeps the movements of a session for its replay: joints, no pictures."""

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, Final

from hiitpi.coach.messages import Event, Sample, SessionRecord, SetRecord
from hiitpi.coach.rules.strictness import at
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.records.replays import JOINTS, Replay

#: The joints of a frame in which nobody was detected.
NOBODY: Final = ((0, 0, 0.0),) * JOINTS

#: Frames a second that are kept.
FPS: Final = 15.0

#: A session that is longer than this, in seconds of work, is kept up to here: 8 MB of memory, and
#: some 30 MB more for a moment at its end.
MAX_SECONDS: Final = 2 * 3600.0


class MotionRecorder:
    """The movements of one session, in memory until its end.

    Args:
        size: (width, height) of the frames in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._times, self._signal = array("d"), array("f")
        self._xy, self._scores = array("h"), array("B")
        self._attempts: list[dict[str, Any]] = []

    def add(
        self, sample: Sample, events: Iterable[Event], time: float, size: tuple[int, int]
    ) -> None:
        """Add a frame in which the athlete works.

        Args:
            sample: the sample of the frame.
            events: what happened in it.
            time: seconds since the session's first Go, without pauses. It goes back when seconds
                of absence are taken back; then what was added in them is removed.
            size: (width, height) of the frame in pixels. Another one than the first, of a camera
                that was opened again, is scaled to that.
        """
        self._rewind(time)
        if time > MAX_SECONDS:
            return
        for event in events:
            if event.kind == "attempt":
                moment = time - (sample.time - event.time)
                attempt = {"time": round(moment, 2), "text": event.text, "missed": event.missed}
                self._attempts.append(attempt)
        last = self._times[-1] if self._times else -math.inf
        if time - last < 0.9 / FPS:  # frames do not come exactly in time
            return
        self._times.append(round(time, 3))
        self._signal.append(math.nan if sample.signal is None else sample.signal)
        scale_x, scale_y = self._size[0] / size[0], self._size[1] / size[1]
        for x, y, score in sample.keypoints or NOBODY:
            self._xy.extend((_int16(x * scale_x), _int16(y * scale_y)))
            self._scores.append(round(100 * score))

    def replay(self, record: SessionRecord, library: WorkoutLibrary) -> Replay:
        """Return the replay of the session.

        Args:
            record: the ended session. Of its repetitions only those are shown whose movement was
                added: an earlier process may have counted the first ones.
            library: the workouts.
        """
        first, last = (self._times[0], self._times[-1]) if self._times else (0.0, 0.0)
        header = {
            "size": self._size,
            "times": self._times.tolist(),
            "signal": [None if math.isnan(v) else round(v, 3) for v in self._signal],
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
                if first <= rep.time - rep.duration and rep.time <= last + 1 / FPS
            ],
            "attempts": self._attempts,
        }
        return Replay(header, self._xy.tobytes(), self._scores.tobytes())

    def _rewind(self, time: float) -> None:
        frames = bisect_right(self._times, time)
        del self._times[frames:], self._signal[frames:]
        del self._xy[frames * 2 * JOINTS :], self._scores[frames * JOINTS :]
        self._attempts = [a for a in self._attempts if a["time"] <= time]


def _set(set_record: SetRecord, record: SessionRecord, library: WorkoutLibrary) -> dict[str, Any]:
    slug = set_record.workout
    known = slug in library  # unlike an own workout that was removed
    return {
        "number": set_record.number,
        "began": set_record.began,
        "workout": library.name(slug),
        "bands": at(library[slug], record.program.strictness).bands() if known else [],
    }


def _int16(value: float) -> int:
    return max(-32768, min(32767, round(value)))
