"""Counts the repetitions in a recording with the very code that counts them live."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hiitpi.coach.coach import Coach
from hiitpi.coach.messages import Event, Sample
from hiitpi.coach.rules.workout import Workout
from hiitpi.recordings.pose_source import PoseFrame


@dataclass(frozen=True)
class Count:
    """What was counted.

    Attributes:
        workout: slug.
        model: whose keypoints.
        reps, attempts: how many.
        events: what happened, times in seconds since the recording's start.
        frames: analysed.
        seconds: length of the recording.
        samples: what was seen in each frame.
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
        """Plain data for `--json`."""
        return {
            "workout": self.workout,
            "model": self.model,
            "reps": self.reps,
            "attempts": self.attempts,
            "events": [_plain(event) for event in self.events],
            "frames": self.frames,
            "seconds": round(self.seconds, 2),
        }


def count(
    seen: Iterable[PoseFrame],
    workout: Workout,
    model: str,
    tell: Callable[[Sample], None] = lambda sample: None,
) -> Count:
    """Run the coach over a recording; `tell` takes what it makes of each frame, as it goes."""
    coach: Coach | None = None
    events: list[Event] = []
    samples: list[Sample] = []
    now = 0.0
    for moment in seen:
        now = moment.time
        coach = coach or Coach(workout, now)
        told = coach.update(moment.pose, now)
        events.extend(told.events)
        samples.append(told.sample)
        tell(told.sample)
    reps, attempts = (coach.reps, coach.attempts) if coach else (0, 0)
    return Count(
        workout.slug, model, reps, attempts, tuple(events), len(samples), now, tuple(samples)
    )


def _plain(event: Event) -> dict[str, Any]:
    plain: dict[str, Any] = {"t": round(event.time, 2), "kind": event.kind}
    if event.text:
        plain["text"] = event.text
    if event.rep:
        plain["score"] = event.rep.score
        plain["duration"] = event.rep.duration
    return plain
