"""What a player could train today: a pure function of the sets of the last weeks."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

#: Days that are looked at.
WINDOW_DAYS: Final = 42

#: A workout that was done within so many days rests.
REST_DAYS: Final = 1

#: After a pause of more days than this, of any workout, one begins with less.
PAUSE_DAYS: Final = 10

#: Goals: a tenth more after a good session, at least one repetition; a fifth less after a pause.
#: Small steps, as the American College of Sports Medicine advises (2009, "Progression Models in
#: Resistance Training for Healthy Adults", Med Sci Sports Exerc 41(3): 2 to 10 % of the load).
MORE: Final = 1.1
LESS: Final = 0.8

#: A session was good if at most this fraction of all tries did not count, and its mean form score,
#: where it has one, is at least this.
MAX_MISSED: Final = 0.1
MIN_SCORE: Final = 70.0

#: Goals of a suggestion.
MIN_GOAL: Final = 3
MAX_GOAL: Final = 200

#: For somebody who has not trained yet, or not for weeks.
FIRST: Final = ("squat", 10)


@dataclass(frozen=True, slots=True)
class TrainedSet:
    """A set of the past.

    Attributes:
        day: local day.
        workout: slug of the workout.
        reps: repetitions, or seconds of a hold.
        attempts: attempts that did not count.
        score: mean form score, 0..100; None without one.
    """

    day: date
    workout: str
    reps: int
    attempts: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to train.

    Attributes:
        workout: slug of the workout.
        goal: repetitions, or seconds of a hold.
        why: the reason, a clause that follows "since", or "" for the first one.
    """

    workout: str
    goal: int
    why: str


def suggest(sets: Sequence[TrainedSet], today: date, known: Collection[str]) -> Suggestion | None:
    """Return a suggestion for today.

    It is the workout that rests longest among those that were done, with a little more than last
    time if that went well.

    Args:
        sets: the player's sets of the last `WINDOW_DAYS`, in any order.
        today: the local day.
        known: slugs of the workouts that exist.

    Returns:
        The suggestion; None if everything that the player does has been done just now, or the
        first workout does not exist.
    """
    sets = [s for s in sets if s.workout in known and s.reps > 0 and s.day <= today]
    if not sets:
        slug, goal = FIRST
        return Suggestion(slug, goal, "") if slug in known else None
    last_day = {slug: max(s.day for s in sets if s.workout == slug) for slug in _slugs(sets)}
    rested = {slug: day for slug, day in last_day.items() if (today - day).days > REST_DAYS}
    if not rested:
        return None
    slug = min(rested, key=lambda s: (rested[s], s))
    return _next_goal(slug, [s for s in sets if s.workout == slug], rested[slug], sets, today)


def _next_goal(
    slug: str, own: Sequence[TrainedSet], last: date, sets: Sequence[TrainedSet], today: date
) -> Suggestion:
    then = [s for s in own if s.day == last]
    best = max(s.reps for s in then)
    done, missed = sum(s.reps for s in then), sum(s.attempts for s in then)
    scores = [s.score for s in then if s.score is not None]
    pause = (today - max(s.day for s in sets)).days
    when = f"you did {best} on {last:%A, %-d %B}"
    if pause > PAUSE_DAYS:
        return Suggestion(slug, _goal(best * LESS), f"{when}, and {pause} days of rest lie between")
    if missed > MAX_MISSED * (done + missed):
        return Suggestion(slug, _goal(best), f"{when}, and {missed} did not count")
    if scores and min(scores) < MIN_SCORE:
        return Suggestion(slug, _goal(best), f"{when}, with a form of {min(scores):.0f}")
    return Suggestion(slug, _goal(max(best + 1, best * MORE)), f"{when}, and all of them were full")


def _goal(reps: float) -> int:
    return max(MIN_GOAL, min(MAX_GOAL, math.floor(reps + 0.5)))


def _slugs(sets: Sequence[TrainedSet]) -> list[str]:
    return sorted({s.workout for s in sets})
