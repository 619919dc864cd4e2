"""Messages between the pipeline and the pages: frozen data, which `hiitpi.live` transports."""

import math
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import Field

from hiitpi.coach.heart_rate import mean
from hiitpi.coach.rules.pace import PACE_WINDOW_S
from hiitpi.coach.session.program import Program

#: Length limits of the texts in a command. The database checks whether a player's name is valid.
PlayerName = Annotated[str, Field(max_length=120)]
Identifier = Annotated[str, Field(max_length=80)]

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

#: Statuses of sessions that count: finished by Done, or interrupted because the app stopped.
COMPLETED_STATUSES: tuple[Status, ...] = ("finished", "interrupted")

#: Version of the rules of the form score, see `hiitpi.coach.rules.scoring`. Scores of different
#: versions are not compared with each other.
SCORING_VERSION: Final = 2


@dataclass(frozen=True, slots=True)
class HeartRate:
    """A measurement of a heart rate strap.

    Attributes:
        bpm: beats per minute.
        zone: training zone, 1 to 5; 0 below them; None if the athlete's maximum is not known.
    """

    bpm: Annotated[int, Field(ge=1, le=255)]
    zone: Annotated[int, Field(ge=0, le=5)] | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """The result of one analysed frame.

    Attributes:
        seq: number of the frame since the camera started.
        time: capture time, seconds of the pipeline's monotonic clock.
        inference_ms: time taken by the pose engine, in milliseconds.
        confidence: probability that a person is in view, 0..1; 0 if nobody was detected.
        keypoints: (x, y, score) of the 17 COCO keypoints; x and y in whole pixels, score 0..1.
            None if nobody was detected.
        state: name of the workout state reached last; None before the first, and without a session.
        signal: value of the workout's signal, in its unit; None if it is not visible.
        reps: repetitions in the current set; during a rest, in the previous set.
        attempts: attempts that did not count, in the same set as `reps`.
        pace: repetitions per 30 s.
        score: mean form score of the set, 0..100; None before its first repetition.
        sway: sideways sway of the trunk in degrees (standard deviation); None if there are not
            enough frames yet.
        truth: repetitions that the synthetic athlete has actually performed in this set; None for
            any other camera, and while nothing is counted.
        phase: phase of the session; None without a session.
        left: seconds until the phase ends; None if that depends on the athlete.
        spent: elapsed seconds of the current work or rest, without pauses.
        total: repetitions in the whole session.
        heart_rate: the athlete's heart rate; None without a strap.
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
    heart_rate: HeartRate | None = None


@dataclass(frozen=True, slots=True)
class Repetition:
    """One counted repetition.

    Attributes:
        number: its number in the session, from 1.
        time: seconds since the session's first Go, without pauses.
        duration: seconds from leaving the workout's first state until the return to it.
        range_of_motion: fraction of the workout's full range, 0..1.
        symmetry: 0..1; 1 if left and right moved alike.
        score: form score, 0..100.
        cues: how to improve the next repetition, most useful first.
        set: number of its set, from 1.
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
    """Something that happened in a session.

    Attributes:
        kind: the kind of event.
        time: when it happened, seconds of the pipeline's monotonic clock.
        text: message for the athlete, such as a cue; "" for none.
        rep: the repetition, for kind "rep".
        session: uuid of the session, as text; filled in by the session manager.
        count: for kind "rep", number of the repetition in its set, which the browser speaks.
        missed: for kind "attempt", what was measured and what the rules need, for the replay.
    """

    kind: EventKind
    time: float
    text: str = ""
    rep: Repetition | None = None
    session: str | None = None
    count: int | None = None
    missed: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command from a page to the pipeline.

    Attributes:
        kind: the action.
        player: for "start", the player who trains; for "claim", the player who asks for control.
        program: for "start", the program to train.
        session: uuid of the session to act on, so that a late or second click cannot end somebody
            else's session; "" for "start", "cover" and "uncover".
        device: id of the browser that sends the command.
        match: for "start", id of the head-to-head; its session waits for "go". "" for none.
    """

    kind: CommandKind
    player: PlayerName = ""
    program: Program | None = None
    session: Identifier = ""
    device: Identifier = ""
    match: Identifier = ""


@dataclass(frozen=True, slots=True)
class SetRecord:
    """One set: one workout, from Go until the next rest.

    Attributes:
        number: its number in the session, from 1.
        workout: slug of the workout.
        round: round of the program, from 1.
        began: start of the set, in seconds since the session's first Go, without pauses.
        seconds: seconds of work, without pauses.
        reps: repetitions counted by the camera.
        attempts: attempts that did not count.
        score: mean form score, 0..100; None without repetitions.
        sway: sideways sway of the trunk in degrees (standard deviation); None if the athlete was
            not seen from the front long enough.
        corrected: repetitions according to the athlete's later correction; None if not corrected.
        scoring: version of the rules of its score, see `SCORING_VERSION`; a record without it was
            written under the first rules.
        recognised: slug of the workout that was recognised, in a session of “Just train”; None in
            others. `workout` is the same until the athlete corrects it.
        heart_rates: heart rate in each second from its start to that of the next set, without
            pauses, in beats per minute: first those of the work, then those of the rest. 0 where it
            was not measured; may be shorter, or empty without a strap.
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
    recognised: str | None = None
    heart_rates: tuple[int, ...] = ()

    @property
    def mean_heart_rate(self) -> int | None:
        """Mean heart rate during its work, in beats per minute; None if it was not measured."""
        return mean(self._at_work)

    @property
    def max_heart_rate(self) -> int | None:
        """Highest heart rate during its work, in beats per minute; None if not measured."""
        return max(self._at_work, default=0) or None

    @property
    def _at_work(self) -> tuple[int, ...]:
        return self.heart_rates[: math.ceil(self.seconds)]

    @property
    def is_corrected(self) -> bool:
        """Whether the athlete has corrected its count, or the workout that was recognised."""
        return self.corrected is not None or self.recognised not in (None, self.workout)

    @property
    def counted(self) -> int:
        """Repetitions after the athlete's correction."""
        return self.reps if self.corrected is None else self.corrected


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A training session as it is journaled and stored in the database.

    Attributes:
        uuid: unique id, so that the session is stored only once.
        player: display name.
        program: the program being trained.
        started: start, in seconds since the epoch (UTC).
        ended: end, in seconds since the epoch (UTC); None while the session runs.
        status: "active" while it runs.
        station: name of the station whose camera was used.
        model: name of the pose model.
        device: id of the browser in control.
        sets: the sets so far, in order.
        series: all repetitions counted by the camera, in order.
        match: id of its head-to-head; "" for none.
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
        """Repetitions of all sets, after corrections."""
        return sum(s.counted for s in self.sets)

    @property
    def attempts(self) -> int:
        """Attempts that did not count, in all sets."""
        return sum(s.attempts for s in self.sets)

    @property
    def seconds(self) -> float:
        """Seconds of work in all sets."""
        return sum(s.seconds for s in self.sets)

    @property
    def pace(self) -> float:
        """Repetitions per 30 s of work."""
        return round(self.reps * PACE_WINDOW_S / self.seconds, 1) if self.seconds > 0 else 0.0

    @property
    def score(self) -> float | None:
        """Mean form score of all repetitions, 0..100; None without repetitions."""
        scored = [(s.score, s.reps) for s in self.sets if s.score is not None]
        total_reps = sum(reps for _, reps in scored)
        if not total_reps:
            return None
        return round(sum(score * reps for score, reps in scored) / total_reps, 1)

    @property
    def sway(self) -> float | None:
        """Mean sway of the sets that have one, in degrees; None if none has."""
        sways = [s.sway for s in self.sets if s.sway is not None]
        return round(sum(sways) / len(sways), 1) if sways else None

    @property
    def heart_rates(self) -> tuple[int, ...]:
        """Heart rate in each measured second of work and rest, in beats per minute."""
        return tuple(bpm for s in self.sets for bpm in s.heart_rates if bpm)

    @property
    def workouts(self) -> tuple[str, ...]:
        """Slugs of the workouts in its sets, without duplicates."""
        return tuple(dict.fromkeys(s.workout for s in self.sets))
