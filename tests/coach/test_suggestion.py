"""What is suggested for a day, from the sets before it."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hiitpi.coach.suggestion import FIRST, MAX_GOAL, MIN_GOAL, TrainedSet, suggest

TODAY = date(2026, 11, 28)  # a Saturday
KNOWN = ("squat", "push_up", "plank")


def trained(
    days_ago: int,
    workout: str = "squat",
    reps: int = 12,
    attempts: int = 0,
    score: float | None = 85,
) -> TrainedSet:
    """Return a set of some days ago."""
    return TrainedSet(TODAY - timedelta(days=days_ago), workout, reps, attempts, score)


def goal(*sets: TrainedSet) -> tuple[str, int, str]:
    """Return the workout, the goal and the reason of what is suggested."""
    suggestion = suggest(sets, TODAY, KNOWN)
    assert suggestion
    return suggestion.workout, suggestion.goal, suggestion.why


def test_a_newcomer_begins_with_squats():
    assert goal() == (*FIRST, "")
    assert suggest((), TODAY, ("push_up",)) is None


def test_a_little_more_after_full_sets():
    sets = [trained(4, reps=12), trained(4, reps=10), trained(20, reps=99)]
    assert goal(*sets) == (
        "squat", 13, "you did 12 on Tuesday, 24 November, and all of them were full",
    )  # fmt: skip
    assert goal(trained(4, reps=40))[1] == 44
    assert goal(trained(4, reps=3, score=None))[1] == 4


def test_the_same_again_if_some_did_not_count_or_the_form_was_poor():
    assert goal(trained(4, attempts=2))[1:] == (
        12, "you did 12 on Tuesday, 24 November, and 2 did not count",
    )  # fmt: skip
    assert goal(trained(4, attempts=1))[1] == 13
    assert goal(trained(4, score=64.6))[1:] == (
        12, "you did 12 on Tuesday, 24 November, with a form of 65",
    )  # fmt: skip


def test_less_after_a_pause():
    assert goal(trained(15))[1:] == (
        10, "you did 12 on Friday, 13 November, and 15 days of rest lie between",
    )  # fmt: skip


def test_what_rests_longest_comes_next_and_yesterday_rests():
    assert goal(trained(3), trained(5, "push_up"), trained(2, "plank"))[0] == "push_up"
    assert goal(trained(0, "push_up"), trained(1, "plank"), trained(2))[0] == "squat"
    assert suggest([trained(0), trained(1, "plank")], TODAY, KNOWN) is None


def test_workouts_that_are_gone_and_sets_of_the_future_are_passed_over():
    assert goal(trained(3, "gone"), trained(-1, "push_up"), trained(4, "plank"))[0] == "plank"


@given(
    st.lists(
        st.builds(
            trained,
            st.integers(-2, 60),
            st.sampled_from([*KNOWN, "gone"]),
            st.integers(0, 9999),
            st.integers(0, 50),
            st.none() | st.floats(0, 100),
        ),
        max_size=8,
    )
)
def test_every_history_gives_a_sensible_goal_whatever_its_order(sets: list[TrainedSet]):
    suggestion = suggest(sets, TODAY, KNOWN)
    assert suggestion == suggest(sets[::-1], TODAY, KNOWN)
    if suggestion:
        assert MIN_GOAL <= suggestion.goal <= MAX_GOAL
        assert suggestion.workout in KNOWN
