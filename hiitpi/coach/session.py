"""A training session: who, what, since when, and the coach who watches it."""

from dataclasses import replace

from hiitpi.coach.coach import Coach, Told
from hiitpi.coach.messages import SessionRecord, Status
from hiitpi.coach.pace import SPAN
from hiitpi.coach.workout import Workout
from hiitpi.pose.keypoints import Pose


class Session:
    """One player's session.

    Args:
        record: what is known of it; a session that goes on after a restart brings its repetitions.
        workout: the rules of `record.workout`.
        time: now, seconds of the clock that `update` will be given.
    """

    def __init__(self, record: SessionRecord, workout: Workout, time: float) -> None:
        self._record = record
        self.coach = Coach(workout, time, record.series, record.attempts)

    @property
    def uuid(self) -> str:
        """The session's uuid, as text."""
        return self._record.uuid

    @property
    def workout(self) -> Workout:
        """The rules it follows."""
        return self.coach.workout

    def update(
        self, pose: Pose | None, time: float, *, seq: int = 0, inference_ms: float = 0.0
    ) -> Told:
        """Judge one frame; see `Coach.update`."""
        told = self.coach.update(pose, time, seq=seq, inference_ms=inference_ms)
        return replace(told, events=tuple(replace(e, session=self.uuid) for e in told.events))

    def record(
        self, time: float, *, status: Status = "active", ended: float | None = None
    ) -> SessionRecord:
        """The session as of `time` (the coach's clock); `ended` in seconds since the epoch."""
        coach = self.coach
        elapsed = coach.elapsed(time)
        return replace(
            self._record,
            status=status,
            ended=ended,
            reps=coach.reps,
            attempts=coach.attempts,
            pace=round(coach.reps * SPAN / elapsed, 1) if elapsed > 0 else 0.0,
            score=None if coach.score is None else round(coach.score, 1),
            series=tuple(coach.series),
            sway=self._record.sway if coach.sway is None else coach.sway,
        )
