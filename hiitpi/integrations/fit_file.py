"""Writes a session as a FIT file, the format of sports watches and their platforms.

It is an activity of strength training with a `set` message for each set and each rest, as a watch
writes it. The messages and their fields are those of the FIT SDK's profile; `fit_tool` encodes
them. Its import takes 11 MB, so it waits until the first file is wanted.
"""

from collections.abc import Iterator
from itertools import count, zip_longest
from typing import TYPE_CHECKING, Any, Final

from hiitpi.coach.heart_rate import mean
from hiitpi.coach.messages import SessionRecord
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.integrations.activity_times import TimedSet, timed_sets

if TYPE_CHECKING:
    from fit_tool.data_message import DataMessage

#: The exercise category of each workout in FIT's profile, and the name of the exercise within it;
#: "" where FIT has no name for it. Own workouts have the category UNKNOWN.
EXERCISES: Final = {
    "bicycle_crunch": ("CRUNCH", "BICYCLE_CRUNCH"),
    "burpee": ("TOTAL_BODY", "BURPEE"),
    "crunch": ("CRUNCH", "CRUNCH"),
    "glute_bridge": ("HIP_RAISE", "HIP_RAISE"),
    "high_knees": ("CARDIO", ""),
    "jumping_jacks": ("CARDIO", "JUMPING_JACKS"),
    "jumping_lunge": ("PLYO", "ALTERNATING_JUMP_LUNGE"),
    "lunge": ("LUNGE", "LUNGE"),
    "mountain_climber": ("PLANK", "MOUNTAIN_CLIMBER"),
    "plank": ("PLANK", "PLANK"),
    "pull_up": ("PULL_UP", "PULL_UP"),
    "push_up": ("PUSH_UP", "PUSH_UP"),
    "side_squat_jump": ("PLYO", ""),
    "sit_up": ("SIT_UP", "SIT_UP"),
    "skater": ("PLYO", ""),
    "squat": ("SQUAT", "SQUAT"),
    "squat_jump": ("PLYO", "BODY_WEIGHT_JUMP_SQUAT"),
    "toe_tap": ("CARDIO", ""),
    "toe_touch": ("WARM_UP", ""),
    "wall_sit": ("SQUAT", "BODY_WEIGHT_WALL_SQUAT"),
}
UNKNOWN: Final = ("UNKNOWN", "")

#: The first second that FIT can express, 1989-12-31 00:00 UTC, in seconds since 1970.
FIT_EPOCH_S: Final = 631_065_600

#: The largest span of time, number of repetitions and energy that fit into their fields.
MAX_SPAN_S: Final = 4_294_967.0
MAX_REPS: Final = 65_534
MAX_KCAL: Final = 65_534

#: The value of a field that is not set, for the uint16 of an exercise's name.
NO_NAME: Final = 0xFFFF


def fit_file(
    record: SessionRecord, library: WorkoutLibrary, kilocalories: float | None = None
) -> bytes:
    """Return an ended session as the content of a FIT file.

    Repetitions are those after the athlete's corrections. A hold, of which seconds are counted, has
    a duration and no repetitions.

    Args:
        record: the session.
        library: the workouts.
        kilocalories: energy spent; None if it is not known.
    """
    from fit_tool.fit_file_builder import FitFileBuilder

    builder = FitFileBuilder(auto_define=True)
    builder.add_all(list(_messages(record, library, kilocalories)))
    return builder.build().to_bytes()


def _messages(
    record: SessionRecord, library: WorkoutLibrary, kilocalories: float | None
) -> Iterator["DataMessage"]:
    from fit_tool.profile.messages.activity_message import ActivityMessage
    from fit_tool.profile.messages.event_message import EventMessage
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.messages.lap_message import LapMessage
    from fit_tool.profile.messages.session_message import SessionMessage
    from fit_tool.profile.profile_type import (
        Activity,
        Event,
        EventType,
        FileType,
        Manufacturer,
        Sport,
        SubSport,
    )

    sets = timed_sets(record)
    start = sets[0].started if sets else record.started
    ends = [(t.ended, *(second for second, _ in t.heart_rates)) for t in sets]
    end = max(map(max, ends), default=start)
    elapsed_s, work_s = min(end - start, MAX_SPAN_S), min(record.seconds, MAX_SPAN_S)
    sport: dict[str, Any] = {"sport": Sport.TRAINING, "sub_sport": SubSport.STRENGTH_TRAINING}
    span: dict[str, Any] = {
        "timestamp": _ms(end),
        "start_time": _ms(start),
        "total_elapsed_time": elapsed_s,
        "total_timer_time": elapsed_s,
    }
    effort = _effort(record, kilocalories)
    yield _filled(
        FileIdMessage(),
        type=FileType.ACTIVITY,
        manufacturer=Manufacturer.DEVELOPMENT.value,
        product=0,
        serial_number=int(record.uuid[:7], 16) + 1,  # the same file for the same session
        time_created=_ms(start),
    )
    timer = {"event": Event.TIMER, "event_type": EventType.START}
    yield _filled(EventMessage(), timestamp=_ms(start), **timer)
    for timed in sets:
        yield from (_heart_rate_message(second, bpm) for second, bpm in timed.heart_rates)
    yield from _set_messages(sets, library)
    yield _filled(
        EventMessage(), timestamp=_ms(end), event=Event.TIMER, event_type=EventType.STOP_ALL
    )
    yield _filled(LapMessage(), message_index=0, **sport, **span, **effort)
    yield _filled(
        SessionMessage(),
        message_index=0,
        first_lap_index=0,
        num_laps=1,
        event=Event.SESSION,
        event_type=EventType.STOP,
        active_time=work_s,
        **sport,
        **span,
        **effort,
    )
    yield _filled(
        ActivityMessage(),
        timestamp=_ms(end),
        total_timer_time=elapsed_s,
        num_sessions=1,
        type=Activity.MANUAL,
        event=Event.ACTIVITY,
        event_type=EventType.STOP,
    )


def _heart_rate_message(second: float, bpm: int) -> "DataMessage":
    """Return a record of the heart rate at a time in seconds.

    It has two fields: a `RecordMessage` makes all of its 84, which takes twenty times as long.
    """
    from fit_tool.data_message import DataMessage
    from fit_tool.profile.messages.common_fields import TimestampField
    from fit_tool.profile.messages.record_message import RecordHeartRateField, RecordMessage

    fields = [TimestampField(), RecordHeartRateField(growable=True)]
    for field, value in zip(fields, (_ms(second), bpm), strict=True):
        field.set_value(0, value, None)
    return DataMessage(global_id=RecordMessage.ID, name=RecordMessage.NAME, fields=fields)


def _effort(record: SessionRecord, kilocalories: float | None) -> dict[str, int]:
    """Return the fields for heart rate and energy, without those that are not known."""
    rates = record.heart_rates
    fields = {
        "avg_heart_rate": mean(rates),
        "max_heart_rate": max(rates, default=None),
        "total_calories": None if kilocalories is None else min(round(kilocalories), MAX_KCAL),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _set_messages(sets: list[TimedSet], library: WorkoutLibrary) -> Iterator["DataMessage"]:
    """Yield a message for each set, and one for each rest between two."""
    from fit_tool.profile.messages.set_message import SetMessage
    from fit_tool.profile.profile_type import SetType

    index = count()
    for timed, following in zip_longest(sets, sets[1:]):
        slug = timed.record.workout
        category, name = _exercise(slug)
        hold = slug in library and library[slug].hold
        yield _filled(
            SetMessage(),
            message_index=next(index),
            timestamp=_ms(timed.ended),
            start_time=_ms(timed.started),
            duration=min(timed.ended - timed.started, MAX_SPAN_S),
            set_type=SetType.ACTIVE.value,
            category=[category],
            category_subtype=[name],
            **({} if hold else {"repetitions": min(timed.record.counted, MAX_REPS)}),
        )
        if following and following.started > timed.ended:
            yield _filled(
                SetMessage(),
                message_index=next(index),
                timestamp=_ms(following.started),
                start_time=_ms(timed.ended),
                duration=min(following.started - timed.ended, MAX_SPAN_S),
                set_type=SetType.REST.value,
            )


def _exercise(workout: str) -> tuple[int, int]:
    """Return the numbers of a workout's category and name in FIT's profile."""
    from fit_tool.profile import profile_type

    category, name = EXERCISES.get(workout, UNKNOWN)
    number: int = profile_type.ExerciseCategory[category].value
    if not name:
        return number, NO_NAME
    names = getattr(profile_type, f"{category.title().replace('_', '')}ExerciseName")
    return number, names[name].value


def _filled(message: Any, **fields: Any) -> "DataMessage":
    """Set the fields of a message, and return it."""
    for name, value in fields.items():
        setattr(message, name, value)
    filled: DataMessage = message
    return filled


def _ms(seconds: float) -> int:
    """Return a time in milliseconds, which `fit_tool` wants; FIT stores whole seconds."""
    return max(round(seconds), FIT_EPOCH_S) * 1000
