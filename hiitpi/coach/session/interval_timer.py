"""The timer of a program: moves from step to step as time passes and repetitions are done."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from hiitpi.coach.session.program import Program, Step, steps


class IntervalTimer:
    """The current step of a program, and the time spent in it.

    The timer reads no clock: `advance` tells it how much time has passed. It stands still during a
    pause because it is not called then.

    Attributes:
        step: the current step; None if the program is over.
        elapsed_s: seconds of the current step so far.
        total_s: seconds of the program so far, work and rest.
    """

    def __init__(self, program: Program) -> None:
        self._limit_s = program.limit
        self._steps: Iterator[Step] = steps(program)
        self._upcoming: Step | None = next(self._steps)
        self.step: Step | None = None
        self.total_s = 0.0
        self._enter_next()

    def seek(self, set_number: int, elapsed_s: float, total_s: float) -> None:
        """Go to the work of a set, to resume a session after a restart.

        Args:
            set_number: number of the set, from 1.
            elapsed_s: seconds of the set so far.
            total_s: seconds of the program so far.
        """
        while self.step and (self.step.number < set_number or self.step.phase == "rest"):
            self._enter_next()
        self.elapsed_s, self.total_s = elapsed_s, total_s

    @property
    def next_step(self) -> Step | None:
        """The step after the current one; None if the current one is the last."""
        return self._upcoming

    @property
    def length_s(self) -> float | None:
        """Seconds of the current step, or of the program's limit if the step is open-ended.

        None without either.
        """
        if self.step and self.step.seconds is not None:
            return self.step.seconds
        return self._limit_s

    @property
    def remaining_s(self) -> float | None:
        """Seconds until the step ends; None if only the athlete ends it."""
        if self.step is None:
            return 0.0
        remaining = [] if self.step.seconds is None else [self.step.seconds - self.elapsed_s]
        if self._limit_s is not None:
            remaining.append(self._limit_s - self.total_s)
        return max(0.0, min(remaining)) if remaining else None

    def advance(self, seconds: float, reps: int, slower: bool = False) -> bool:
        """Let time pass, and enter the next step when its time has come.

        Args:
            seconds: time since the last call.
            reps: repetitions in the current set.
            slower: whether the athlete has become slower in it.

        Returns:
            Whether the step has changed.
        """
        before = self.step
        while self.step:
            if self.step.phase == "work" and self.step.exercise.is_done(reps, slower):
                self._finish_early(self.remaining_s)
                reps, slower = 0, False
                continue
            remaining = self.remaining_s
            if remaining is None or seconds < remaining:
                self._add(seconds)
                break
            self._add(remaining)
            seconds -= remaining
            reps, slower = 0, False
            if self._limit_s is not None and self.total_s >= self._limit_s:
                self.step = None
            else:
                self._enter_next()
        return self.step is not before

    def rewind(self, seconds: float) -> None:
        """Take back time of the current step, at most to its beginning."""
        self._add(-min(seconds, self.elapsed_s))

    def _add(self, seconds: float) -> None:
        self.elapsed_s += seconds
        self.total_s += seconds

    def _enter_next(self) -> None:
        self.step, self.elapsed_s = self._upcoming, 0.0
        self._upcoming = next(self._steps, None) if self.step else None

    def _finish_early(self, remaining: float | None) -> None:
        """Enter the next step because the goal is reached; the remaining seconds become rest."""
        fixed = self.step is not None and self.step.seconds is not None
        self._enter_next()
        if not fixed or not remaining or self.step is None:
            return
        if self.step.phase == "work":
            self._put_back(self.step)
            self.step = replace(self.step, phase="rest", seconds=remaining)
        else:
            self.step = replace(self.step, seconds=remaining + (self.step.seconds or 0.0))

    def _put_back(self, step: Step) -> None:
        """Make `step` the upcoming one again."""
        following = [self._upcoming] if self._upcoming else []
        self._upcoming, self._steps = step, chain(following, self._steps)
