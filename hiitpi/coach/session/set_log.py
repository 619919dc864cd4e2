"""The sets and repetitions of a session so far, and the coach of the latest set."""

from dataclasses import replace
from itertools import pairwise

from hiitpi.coach.coach import Coach
from hiitpi.coach.just_train import JustTrainCoach
from hiitpi.coach.messages import SCORING_VERSION, Event, Repetition, SessionRecord, SetRecord
from hiitpi.coach.rules.workout import Workout
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.coach.session.program import Step


class SetLog:
    """The sets of a session, of which the latest is in progress or followed by a rest.

    In a session of “Just train” one coach follows the athlete all the time, and a set begins when
    it has recognised the workout.

    Attributes:
        coach: coach of the latest set, or of all sets; None before the first Go.
        series: all repetitions of the session, in order.
        work_s: seconds of work in the latest set, without pauses.

    Args:
        record: the session, with the sets and repetitions of an earlier process if it is resumed.
        library: the workouts that may be recognised.
    """

    def __init__(self, record: SessionRecord, library: WorkoutLibrary) -> None:
        self.coach: Coach | JustTrainCoach | None = None
        self._library = library
        self._counting: Coach | None = None  # has the results of the latest set
        self._last_rep_s = 0.0  # since the first Go, without pauses
        self._recognised = 0  # sets of a `JustTrainCoach` that are in the log
        self.series: list[Repetition] = list(record.series)
        self.work_s = 0.0
        self._sets = list(record.sets)
        self._heart_rates = {  # by second since the first Go, without pauses
            int(s.began) + i: bpm for s in record.sets for i, bpm in enumerate(s.heart_rates) if bpm
        }
        self._strictness = record.program.strictness
        self._just_train = record.program.just_train

    def __len__(self) -> int:
        return len(self._sets)

    @property
    def slower(self) -> bool:
        """Whether the athlete has become slower in the latest set; see `Coach.slower`."""
        return isinstance(self.coach, Coach) and self.coach.slower

    @property
    def last(self) -> SetRecord:
        """The latest set, without the coach's results while it is in progress."""
        return self._sets[-1]

    def sets(self) -> tuple[SetRecord, ...]:
        """Return all sets with the results so far; times are rounded to 10 ms."""
        if not self._sets:
            return ()
        sets = (*self._sets[:-1], self._with_results())
        begins = [*(int(s.began) for s in sets), max(self._heart_rates, default=0) + 1]
        return tuple(
            replace(
                s,
                began=round(s.began, 2),
                seconds=round(s.seconds, 2),
                heart_rates=self._heart_rates_between(first, following),
            )
            for s, (first, following) in zip(sets, pairwise(begins), strict=True)
        )

    def _heart_rates_between(self, first: int, following: int) -> tuple[int, ...]:
        """Return the heart rates from one second until before another; 0 where not measured."""
        measured = [second for second in self._heart_rates if first <= second < following]
        seconds = range(first, max(measured, default=first - 1) + 1)
        return tuple(self._heart_rates.get(second, 0) for second in seconds)

    def workout(self, planned: Workout) -> Workout:
        """Return the workout that is counted; `planned` unless it is recognised."""
        return self.coach.workout if isinstance(self.coach, JustTrainCoach) else planned

    def begin_set(self, step: Step, workout: Workout, began: float, time: float) -> None:
        """Add a set; of “Just train” begin to look for the first.

        Args:
            step: the work step of the program.
            workout: the workout of the set.
            began: seconds since the session's first Go, without pauses.
            time: the current time, seconds of the pipeline's clock.
        """
        if self._just_train:
            self._follow_athlete(time)
            return
        self.coach = Coach(workout, time, strictness=self._strictness)
        self._counting, self.work_s = self.coach, 0.0
        position = step.number, workout.slug, step.round
        self._sets.append(SetRecord(*position, began, 0.0, 0, 0, scoring=SCORING_VERSION))

    def resume_set(self, workout: Workout, time: float) -> None:
        """Continue the latest set after a restart; “Just train” begins a new one.

        Args:
            workout: the workout of the set.
            time: the current time, seconds of the pipeline's clock.
        """
        if self._just_train:
            self._follow_athlete(time)
            return
        series = tuple(rep for rep in self.series if rep.set == self.last.number)
        self.coach = Coach(workout, time, series, self.last.attempts, self._strictness)
        self._counting, self.work_s = self.coach, self.last.seconds

    def _follow_athlete(self, time: float) -> None:
        self.coach = JustTrainCoach(self._library, time, self._strictness)
        self._recognised = 0

    def add_recognised(self, time: float, total_s: float) -> bool:
        """Add a set if the coach has just recognised one; return whether it has.

        Args:
            time: the current time, seconds of the pipeline's clock.
            total_s: seconds since the session's first Go, without pauses.
        """
        coach = self.coach
        if not isinstance(coach, JustTrainCoach) or coach.sets == self._recognised:
            return False
        ended = 0.0
        if self._sets:
            self._sets[-1] = self._with_results()
            ended = self.last.began + self.last.seconds
        self._recognised, self._counting = coach.sets, coach.coach
        began = max(ended, total_s - (time - coach.began))
        slug, number = coach.workout.slug, len(self._sets) + 1
        record = SetRecord(number, slug, 1, began, 0.0, 0, 0, scoring=SCORING_VERSION)
        self._sets.append(replace(record, recognised=slug))
        return True

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
        self._last_rep_s = time
        return replace(event, rep=rep)

    def add_heart_rate(self, bpm: int, time: float) -> None:
        """Add a measurement, which replaces an earlier one of the same second.

        Args:
            bpm: beats per minute.
            time: seconds since the session's first Go, without pauses.
        """
        self._heart_rates[int(time)] = bpm

    def rewind(self, seconds: float, time: float) -> None:
        """Take back seconds of work, during which the athlete was absent.

        Args:
            seconds: how many.
            time: seconds since the session's first Go, without them and without pauses.
        """
        self.work_s -= seconds
        self._heart_rates = {s: bpm for s, bpm in self._heart_rates.items() if s < time}

    def _with_results(self) -> SetRecord:
        """Return the latest set with the coach's results so far."""
        last, coach = self.last, self._counting
        if coach is None:
            return last
        return replace(
            last,
            # Of “Just train” the work ends with the last repetition.
            seconds=self._last_rep_s - last.began if last.recognised else self.work_s,
            reps=coach.reps,
            attempts=coach.attempts,
            score=coach.score,
            sway=last.sway if coach.sway is None else coach.sway,
        )
