"""Counts the repetitions in a recording, with the same code that counts them live."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hiitpi.coach.coach import Coach
from hiitpi.coach.messages import Event, Sample
from hiitpi.coach.rules.workout import Workout
from hiitpi.recordings.pose_source import PoseFrame


@dataclass(frozen=True)
class Count:
    """The count of one recording.

    Attributes:
        workout: slug of the workout.
        model: name of the pose model.
        reps: number of repetitions.
        attempts: number of attempts that did not count.
        events: repetitions and attempts; their times are seconds since the start of the recording.
        frames: number of analysed frames.
        seconds: length of the recording.
        samples: the coach's sample for each frame.
    """

    workout: str
    model: str
    reps: int
    attempts: int
    events: tuple[Event, ...]
    frames: int
    seconds: float
    samples: tuple[Sample, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return plain data for `--json`."""
        return {
            "workout": self.workout,
            "model": self.model,
            "reps": self.reps,
            "attempts": self.attempts,
            "events": [_event_as_json(event) for event in self.events],
            "frames": self.frames,
            "seconds": round(self.seconds, 2),
        }


def count(
    frames: Iterable[PoseFrame],
    workout: Workout,
    model: str,
    on_sample: Callable[[Sample], None] = lambda sample: None,
) -> Count:
    """Run the coach on a recording.

    Args:
        frames: the recording.
        workout: the workout to count.
        model: name of the pose model.
        on_sample: receives the coach's sample for each frame, as soon as that is analysed.
    """
    coach: Coach | None = None
    events: list[Event] = []
    samples: list[Sample] = []
    now = 0.0
    for frame in frames:
        now = frame.time
        coach = coach or Coach(workout, now)
        result = coach.update(frame.pose, now)
        events.extend(result.events)
        samples.append(result.sample)
        on_sample(result.sample)
    reps, attempts = (coach.reps, coach.attempts) if coach else (0, 0)
    return Count(
        workout.slug, model, reps, attempts, tuple(events), len(samples), now, tuple(samples)
    )


def _event_as_json(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = {"t": round(event.time, 2), "kind": event.kind}
    if event.text:
        data["text"] = event.text
    if event.rep:
        data["score"] = event.rep.score
        data["duration"] = event.rep.duration
    return data
