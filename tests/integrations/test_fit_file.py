"""FIT files, read back with Garmin's own SDK."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from garmin_fit_sdk import Decoder, Stream
from garmin_fit_sdk.profile import Profile

from hiitpi.coach.messages import SessionRecord, SetRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.integrations.fit_file import EXERCISES, FIT_EPOCH_S, fit_file
from tests.support.session_factory import NOW, record

LIBRARY = WorkoutLibrary()


def a_set(number: int, workout: str, began: float, reps: int, **changes: Any) -> SetRecord:
    """Return a set of 30 seconds."""
    return replace(SetRecord(number, workout, 1, began, 30.0, reps, 0, 90.0), **changes)


def circuit() -> SessionRecord:
    """Return a session of squats, a plank and an own workout, which was corrected."""
    sets = (
        a_set(1, "squat", 0.0, 12),
        a_set(2, "plank", 50.0, 30),
        a_set(3, "my_own", 80.0, 7, corrected=9),
    )
    return record(sets=sets, started=NOW.timestamp() - 130, ended=NOW.timestamp())


def decoded(session: SessionRecord) -> dict[str, list[dict[Any, Any]]]:
    """Return the messages of the session's FIT file, by kind."""
    content = bytearray(fit_file(session, LIBRARY))
    assert Decoder(Stream.from_byte_array(content)).check_integrity()
    messages, errors = Decoder(Stream.from_byte_array(content)).read()
    assert errors == []
    return messages


def test_each_set_and_each_rest_is_a_message():
    sets = decoded(circuit())["set_mesgs"]
    keys = ("set_type", "category", "repetitions", "duration")
    assert [tuple(message.get(key) for key in keys) for message in sets] == [
        ("active", "squat", 12, 30),
        ("rest", None, None, 20),
        ("active", "plank", None, 30),
        ("active", "unknown", 9, 30),
    ]
    assert [message["message_index"] for message in sets] == [0, 1, 2, 3]
    go = NOW - timedelta(seconds=110)
    assert [message["start_time"] for message in sets] == [
        go + timedelta(seconds=s) for s in (0, 30, 50, 80)
    ]


def test_it_is_an_activity_of_strength_training():
    messages = decoded(circuit())
    (file_id,), (session,), (activity,) = (
        messages[f"{kind}_mesgs"] for kind in ("file_id", "session", "activity")
    )
    assert file_id["type"] == "activity"
    assert (session["sport"], session["sub_sport"]) == ("training", "strength_training")
    assert session["total_elapsed_time"] == 110
    assert session["active_time"] == 90
    assert activity["num_sessions"] == len(messages["lap_mesgs"]) == 1


def test_heart_rates_are_records_with_their_time():
    sets = (
        a_set(1, "squat", 0.0, 12, heart_rates=(100, 0, 120)),
        a_set(2, "plank", 50.0, 30, heart_rates=(140,)),
    )
    ended = NOW.timestamp()
    content = fit_file(record(sets=sets, started=ended - 80, ended=ended), LIBRARY, 12.4)
    messages, errors = Decoder(Stream.from_byte_array(bytearray(content))).read()
    assert errors == []
    go = NOW - timedelta(seconds=80)
    assert [(m["timestamp"], m["heart_rate"]) for m in messages["record_mesgs"]] == [
        (go, 100), (go + timedelta(seconds=2), 120), (go + timedelta(seconds=50), 140)
    ]  # fmt: skip
    for kind in ("session_mesgs", "lap_mesgs"):
        (message,) = messages[kind]
        keys = ("avg_heart_rate", "max_heart_rate", "total_calories")
        assert [message[key] for key in keys] == [120, 140, 12]


def test_a_rest_at_the_end_is_part_of_the_activity():
    rates = (120,) * 20 + (110,) * 10
    sets = (a_set(1, "squat", 0.0, 12, seconds=20.0, heart_rates=rates),)
    ended = NOW.timestamp()
    content = fit_file(record(sets=sets, started=ended - 30, ended=ended), LIBRARY)
    messages, _ = Decoder(Stream.from_byte_array(bytearray(content))).read()
    (session,) = messages["session_mesgs"]
    assert session["start_time"] == NOW - timedelta(seconds=30)
    assert messages["record_mesgs"][-1]["timestamp"] <= session["timestamp"] <= NOW
    assert messages["set_mesgs"][0]["duration"] == 20


def test_without_a_strap_nothing_is_said_about_the_heart():
    messages = decoded(circuit())
    assert "record_mesgs" not in messages
    assert not {"avg_heart_rate", "total_calories"} & messages["session_mesgs"][0].keys()


@pytest.mark.parametrize("slug", sorted(workout.slug for workout in LIBRARY))
def test_every_workout_has_an_exercise_that_garmin_knows(slug: str):
    (message,) = decoded(record(slug))["set_mesgs"]
    category, name = EXERCISES[slug]
    assert message["category"] == category.lower()
    if name:
        names = Profile["types"][f"{category.lower()}_exercise_name"]
        assert names[message["category_subtype"]] == name.lower()
    assert ("repetitions" in message) == (not LIBRARY[slug].hold)


def test_an_imported_session_with_odd_times_can_be_written():
    """Sets in any order that overlap, with more seconds and repetitions than a FIT file can say."""
    sets = (
        a_set(1, "squat", 100.0, 5),
        a_set(2, "squat", 0.0, 70_000),
        *(a_set(n, "squat", 5e6, 1, seconds=1e6) for n in range(3, 9)),
    )
    messages = decoded(record(sets=sets))
    active = [m for m in messages["set_mesgs"] if m["set_type"] == "active"]
    assert [m["repetitions"] for m in active[:2]] == [65_534, 5]
    assert messages["session_mesgs"][0]["total_elapsed_time"] == 4_294_967


def test_the_same_session_is_the_same_file():
    session = circuit()
    assert fit_file(session, LIBRARY) == fit_file(session, LIBRARY)
    serials = {decoded(s)["file_id_mesgs"][0]["serial_number"] for s in (session, circuit())}
    assert len(serials) == 2


def test_a_clock_that_was_never_set_is_moved_to_the_first_second_of_fit():
    session = record(started=60.0, ended=120.0)
    first = datetime.fromtimestamp(FIT_EPOCH_S, UTC)
    assert decoded(session)["session_mesgs"][0]["start_time"] == first
