"""The sets and repetitions of a session so far, and the coach of the latest set."""

from dataclasses import replace

from hiitpi.coach.coach import Coach
from hiitpi.coach.messages import SCORING_VERSION, Event, Repetition, SessionRecord, SetRecord
from hiitpi.coach.rules.workout import Workout
from hiitpi.coach.session.program import Step


class SetLog:
    """The sets of a session, of which the latest is in progress or followed by a rest.

    Attributes:
        coach: coach of the latest set; None before the first.
        series: all repetitions of the session, in order.
        work_s: seconds of work in the latest set, without pauses.

    Args:
        record: the session, with the sets and repetitions of an earlier process if it is resumed.
    """

    def __init__(self, record: SessionRecord) -> None:
        self.coach: Coach | None = None
        self.series: list[Repetition] = list(record.series)
        self.work_s = 0.0
        self._sets = list(record.sets)
        self._heart_rates = list(record.sets[-1].heart_rates) if record.sets else []
        self._strictness = record.program.strictness

    def __len__(self) -> int:
        return len(self._sets)

    @property
    def last(self) -> SetRecord:
        """The latest set, without the coach's results while it is in progress."""
        return self._sets[-1]

    def sets(self) -> tuple[SetRecord, ...]:
        """Return all sets with the results so far; times are rounded to 10 ms."""
        sets = (*self._sets[:-1], self._with_results()) if self._sets else ()
        return tuple(replace(s, began=round(s.began, 2), seconds=round(s.seconds, 2)) for s in sets)

    def begin_set(self, step: Step, workout: Workout, began: float, time: float) -> None:
        """Add a set.

        Args:
            step: the work step of the program.
            workout: the workout of the set.
            began: seconds since the session's first Go, without pauses.
            time: the current time, seconds of the pipeline's clock.
        """
        if self._sets:  # with the heart rates of the rest
            self._sets[-1] = self._with_results()
        self._heart_rates = []
        self.coach, self.work_s = Coach(workout, time, strictness=self._strictness), 0.0
        position = step.number, workout.slug, step.round
        self._sets.append(SetRecord(*position, began, 0.0, 0, 0, scoring=SCORING_VERSION))

    def resume_set(self, workout: Workout, time: float) -> None:
        """Continue the latest set after a restart.

        Args:
            workout: the workout of the set.
            time: the current time, seconds of the pipeline's clock.
        """
        series = tuple(rep for rep in self.series if rep.set == self.last.number)
        self.coach, self.work_s = (
            Coach(workout, time, series, self.last.attempts, self._strictness),
            self.last.seconds,
        )

    def end_set(self, ended: float) -> None:
        """End the latest set; `ended` in seconds since the session's first Go, without pauses."""
        self.work_s = ended - self.last.began
        self._sets[-1] = self._with_results()

    def add_rep(self, event: Event, time: float) -> Event:
        """Add the repetition of an event, if it has one.

        Args:
            event: an event of the coach, whose repetition is numbered within the set.
            time: seconds since the session's first Go, without pauses.

        Returns:
            The event, with its repetition numbered within the session.
        """
        if event.rep is None:
            return event
        number, set_number = len(self.series) + 1, self.last.number
        rep = replace(event.rep, number=number, time=round(time, 3), set=set_number)
        self.series.append(rep)
        return replace(event, rep=rep)

    def add_heart_rate(self, bpm: int, time: float) -> None:
        """Add a measurement to the latest set, or to the rest after it.

        Args:
            bpm: beats per minute.
            time: seconds since the session's first Go, without pauses.
        """
        second = max(0, int(time - self.last.began))
        missing = second + 1 - len(self._heart_rates)
        self._heart_rates += [0] * missing
        self._heart_rates[second] = bpm

    def _with_results(self) -> SetRecord:
        """Return the latest set with the coach's results so far."""
        last, coach = self.last, self.coach
        if coach is None:
            return last
        return replace(
            last,
            seconds=self.work_s,
            reps=coach.reps,
            attempts=coach.attempts,
            score=coach.score,
            sway=last.sway if coach.sway is None else coach.sway,
            heart_rates=tuple(self._heart_rates),
        )
