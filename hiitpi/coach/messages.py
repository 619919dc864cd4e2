"""What the coach says and hears. Frozen data, nothing else; `hiitpi.live` carries it about."""

from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import Field

from hiitpi.coach.rules.pace import PACE_WINDOW_S
from hiitpi.coach.session.program import Program

#: What the words of a command may have; whether a name can be one, the database says.
Name = Annotated[str, Field(max_length=120)]
Ident = Annotated[str, Field(max_length=80)]

Phase = Literal["position", "countdown", "work", "rest", "paused"]
EventKind = Literal[
    "started", "phase", "advice", "control",
    "rep", "attempt", "cue", "lost", "found",
    "finished", "discarded",
]  # fmt: skip
CommandKind = Literal[
    "start", "go", "pause", "resume", "done", "discard", "claim", "keep", "hand_over",
    "cover", "uncover",
]  # fmt: skip
Status = Literal["active", "finished", "interrupted", "discarded"]

#: Sessions that count: finished by Done, or cut short by a stop of the app.
KEPT: tuple[Status, ...] = ("finished", "interrupted")

#: Version of the rules of the form score, see `hiitpi.coach.rules.scoring`. Scores of different
#: versions are not compared with each other.
SCORING_VERSION: Final = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """One analysed frame.

    Attributes:
        seq: number of the frame since the camera started.
        time: time of capture, seconds of the pipeline's monotonic clock.
        inference_ms: what the pose engine took.
        confidence: 0..1 that a person is in view; 0 when nobody is.
        keypoints: (x, y, score) of the seventeen COCO keypoints in whole pixels; None: nobody.
        state: the workout's state reached last; None before the first and without a session.
        signal: the workout's one number; None when it cannot be seen.
        reps, attempts: so far in this set; of a rest, in the set before it.
        pace: repetitions per 30 s.
        score: mean form score 0..100 of the set; None before its first repetition.
        sway: of the body from side to side, degrees (standard deviation); None: not seen yet.
        truth: what the synthetic athlete has really done in this set; None for a camera that
            films a person, and while nothing is counted.
        phase: of the session; None without one.
        left: seconds until the phase ends; None: that depends on the athlete.
        spent: seconds of it so far, without pauses.
        total: repetitions of the whole session.
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
    phase: Phase | None = None
    left: float | None = None
    spent: float = 0.0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Repetition:
    """One counted repetition.

    Attributes:
        number: 1 for the session's first.
        time: seconds since the session's first Go, without pauses.
        duration: seconds from leaving the first state to being back in it.
        range_of_motion: 0..1 of the workout's full range.
        symmetry: 0..1, 1: left and right alike.
        score: form, 0..100.
        cues: what would make the next one better, most useful first.
        set: number of the set that it belongs to.
    """

    number: int
    time: float
    duration: float
    range_of_motion: float
    symmetry: float
    score: float
    cues: tuple[str, ...] = ()
    set: int = 1


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened.

    Attributes:
        kind: what.
        time: seconds of the pipeline's monotonic clock.
        text: words for the athlete; empty when there is nothing to say.
        rep: the repetition, for kind "rep".
        session: the session's uuid, as text.
        count: repetitions in the set with this one, for kind "rep": the number to be spoken.
    """

    kind: EventKind
    time: float
    text: str = ""
    rep: Repetition | None = None
    session: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """What a page asks of the pipeline.

    Attributes:
        kind: what to do.
        player: who trains, for "start"; whoever asks, for "claim".
        program: what to train, for "start".
        session: uuid of the session that is meant, for everything but "start" and the lens cover: a
            late or second click must not end somebody else's session.
        device: the id of the browser that asks.
        match: of a head-to-head that "start" begins: the session waits for "go".
    """

    kind: CommandKind
    player: Name = ""
    program: Program | None = None
    session: Ident = ""
    device: Ident = ""
    match: Ident = ""


@dataclass(frozen=True, slots=True)
class SetRecord:
    """A set: one workout, from Go to the next rest.

    Attributes:
        number: 1 for the session's first.
        workout: slug.
        round: of the program.
        began: seconds since the session's first Go, without pauses.
        seconds: of work.
        reps, attempts: what the camera saw.
        score: mean form score; None without repetitions.
        sway: of the body from side to side, degrees (standard deviation); None: never seen from
            the front.
        corrected: repetitions as the athlete corrected them afterwards; None: not corrected.
        scoring: version of the rules behind the score, see `SCORING_VERSION`; records without it
            were written under the first ones.
    """

    number: int
    workout: str
    round: int
    began: float
    seconds: float
    reps: int
    attempts: int
    score: float | None = None
    sway: float | None = None
    corrected: int | None = None
    scoring: int = 1

    @property
    def counted(self) -> int:
        """The repetitions that count."""
        return self.reps if self.corrected is None else self.corrected


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A training session, as it is checkpointed and stored.

    Attributes:
        uuid: the same wherever the session appears, so that it cannot be stored twice.
        player: display name.
        program: what was to be done.
        started, ended: seconds since the epoch (UTC); `ended` is None while it runs.
        status: "active" until Done.
        station, model: which camera and which pose model judged.
        device: the id of the browser in control.
        sets: what was done, in order.
        series: every repetition that the camera saw.
        match: the head-to-head that it belongs to; "": none.
    """

    uuid: str
    player: str
    program: Program
    started: float
    ended: float | None
    status: Status
    station: str
    model: str
    device: str = ""
    sets: tuple[SetRecord, ...] = ()
    series: tuple[Repetition, ...] = field(default=())
    match: str = ""

    @property
    def reps(self) -> int:
        """Repetitions that count, in all."""
        return sum(one.counted for one in self.sets)

    @property
    def attempts(self) -> int:
        """What did not count, in all."""
        return sum(one.attempts for one in self.sets)

    @property
    def seconds(self) -> float:
        """Seconds of work, in all."""
        return sum(one.seconds for one in self.sets)

    @property
    def pace(self) -> float:
        """Repetitions per 30 s of work."""
        return round(self.reps * PACE_WINDOW_S / self.seconds, 1) if self.seconds > 0 else 0.0

    @property
    def score(self) -> float | None:
        """Mean form score of all repetitions; None without any."""
        scored = [(one.score, one.reps) for one in self.sets if one.score is not None]
        reps = sum(n for _, n in scored)
        return round(sum(s * n for s, n in scored) / reps, 1) if reps else None

    @property
    def sway(self) -> float | None:
        """Mean sway of the sets in which it was seen, degrees; None: in none."""
        seen = [one.sway for one in self.sets if one.sway is not None]
        return round(sum(seen) / len(seen), 1) if seen else None

    @property
    def workouts(self) -> tuple[str, ...]:
        """The slugs of what was done, each once."""
        return tuple(dict.fromkeys(one.workout for one in self.sets))
