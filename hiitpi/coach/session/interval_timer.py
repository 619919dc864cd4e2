"""The clock of a program: walks through its steps as time passes and repetitions are done."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from hiitpi.coach.session.program import Program, Step, steps


class IntervalTimer:
    """Where a program is. It is told how much time has passed, and stands still otherwise.

    Attributes:
        step: what is under way; None: the program is over.
        spent: seconds of this step.
        trained: seconds since the beginning, work and rest.
    """

    def __init__(self, program: Program) -> None:
        self._limit = program.limit
        self._steps: Iterator[Step] = steps(program)
        self._coming: Step | None = next(self._steps)
        self.step: Step | None = None
        self.total_s = 0.0
        self._next()

    def go_to(self, number: int, spent: float, trained: float) -> None:
        """Be within the work of set `number`, as a session that goes on after a restart."""
        while self.step and (self.step.number < number or self.step.phase == "rest"):
            self._next()
        self.spent, self.total_s = spent, trained

    @property
    def next_step(self) -> Step | None:
        """The step after this one; None: it is the last."""
        return self._coming

    @property
    def length(self) -> float | None:
        """Seconds that the step has in all; where it has no end, those of the program's limit."""
        if self.step and self.step.seconds is not None:
            return self.step.seconds
        return self._limit

    @property
    def left(self) -> float | None:
        """Seconds until the step ends; None: it goes on until the goal, or Done."""
        if self.step is None:
            return 0.0
        ends = [] if self.step.seconds is None else [self.step.seconds - self.spent]
        if self._limit is not None:
            ends.append(self._limit - self.total_s)
        return max(0.0, min(ends)) if ends else None

    def run(self, seconds: float, done: int) -> bool:
        """Let `seconds` pass, with `done` repetitions in this set; whether the step has changed."""
        before = self.step
        while self.step:
            goal = self.step.exercise.reps if self.step.phase == "work" else None
            if goal is not None and done >= goal:
                self._goal_reached(self.left)
                done = 0
                continue
            left = self.left
            if left is None or seconds < left:
                self._spend(seconds)
                break
            self._spend(left)
            seconds -= left
            done = 0
            if self._limit is not None and self.total_s >= self._limit:
                self.step = None
            else:
                self._next()
        return self.step is not before

    def rewind(self, seconds: float) -> None:
        """Take back so much of this step, which was not the athlete's time."""
        self._spend(-min(seconds, self.spent))

    def _spend(self, seconds: float) -> None:
        self.spent += seconds
        self.total_s += seconds

    def _next(self) -> None:
        self.step, self.spent = self._coming, 0.0
        self._coming = next(self._steps, None) if self.step else None

    def _goal_reached(self, left: float | None) -> None:
        """Done early: what is left of the work's seconds is rest, if more work comes."""
        fixed = self.step is not None and self.step.seconds is not None
        self._next()
        if not fixed or not left or self.step is None:
            return
        if self.step.phase == "work":
            self._coming_back(self.step)
            self.step = replace(self.step, phase="rest", seconds=left)
        else:
            self.step = replace(self.step, seconds=left + (self.step.seconds or 0.0))

    def _coming_back(self, step: Step) -> None:
        """Put a step back, to come next."""
        after = [self._coming] if self._coming else []
        self._coming, self._steps = step, chain(after, self._steps)
