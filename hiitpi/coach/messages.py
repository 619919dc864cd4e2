"""What the coach says and hears. Frozen data, nothing else; `hiitpi.live` carries it about."""

from dataclasses import dataclass, field
from typing import Any, Literal

EventKind = Literal["started", "rep", "attempt", "cue", "lost", "found", "finished", "discarded"]
CommandKind = Literal["start", "done", "discard"]
Status = Literal["active", "finished", "interrupted", "discarded"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One analysed frame.

    Attributes:
        seq: number of the frame since the camera started.
        time: seconds of the trainer's monotonic clock at capture.
        inference_ms: what the pose engine took.
        confidence: 0..1 that a person is in view; 0 when nobody is.
        keypoints: (x, y, score) of the seventeen COCO keypoints in whole pixels; None: nobody.
        state: the workout's state reached last; None before the first and without a session.
        signal: the workout's one number; None when it cannot be seen.
        reps, attempts: so far in this session.
        pace: repetitions per 30 s.
        score: mean form score 0..100 of the session; None before the first repetition.
        sway: of the body from side to side, degrees (standard deviation); None: not seen yet.
        truth: what the drawn athlete has really done since the session started; None for a
            camera that films a person.
    """

    seq: int
    time: float
    inference_ms: float
    confidence: float
    keypoints: tuple[tuple[int, int, float], ...] | None
    state: str | None = None
    signal: float | None = None
    reps: int = 0
    attempts: int = 0
    pace: float = 0.0
    score: float | None = None
    sway: float | None = None
    truth: int | None = None


@dataclass(frozen=True, slots=True)
class Repetition:
    """One counted repetition.

    Attributes:
        number: 1 for the session's first.
        time: seconds since the session's start.
        duration: seconds from leaving the first state to being back in it.
        range_of_motion: 0..1 of the workout's full range.
        symmetry: 0..1, 1: left and right alike.
        score: form, 0..100.
        cues: what would make the next one better, most useful first.
    """

    number: int
    time: float
    duration: float
    range_of_motion: float
    symmetry: float
    score: float
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened.

    Attributes:
        kind: what.
        time: seconds of the trainer's monotonic clock.
        text: words for the athlete; empty when there is nothing to say.
        rep: the repetition, for kind "rep".
        session: the session's uuid, as text.
    """

    kind: EventKind
    time: float
    text: str = ""
    rep: Repetition | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """What a page asks of the trainer.

    Attributes:
        kind: what to do.
        player: who trains, for "start".
        workout: slug, for "start".
        session: uuid of the session that is meant, for "done" and "discard": a late or second
            click must not end somebody else's session.
    """

    kind: CommandKind
    player: str = ""
    workout: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A training session, as it is shown, checkpointed and stored.

    Attributes:
        uuid: the same wherever the session appears, so that it cannot be stored twice.
        player: display name.
        workout: slug.
        started, ended: seconds since the epoch (UTC); `ended` is None while it runs.
        status: "active" until Done.
        pace: repetitions per 30 s over the whole session.
        score: mean form score; None without repetitions.
        sway: of the body from side to side, degrees (standard deviation); None: never seen from
            the front.
        series: every repetition.
        station, model: which camera and which pose model judged.
    """

    uuid: str
    player: str
    workout: str
    started: float
    ended: float | None
    status: Status
    reps: int
    attempts: int
    pace: float
    score: float | None
    station: str
    model: str
    series: tuple[Repetition, ...] = field(default=())
    sway: float | None = None

    def summary(self) -> dict[str, Any]:
        """Everything but the series, for the live page."""
        names = [name for name in self.__slots__ if name != "series"]
        return {name: getattr(self, name) for name in names}
