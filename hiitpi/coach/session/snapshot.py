"""Describes a running session for the pages; what changes with each frame is in the samples."""

from typing import Any

from hiitpi.coach.rules.strictness import at
from hiitpi.coach.session.pause_reasons import PAUSE_REASONS
from hiitpi.coach.session.session import COUNTDOWN_S, TrainingSession


def session_snapshot(session: TrainingSession) -> dict[str, Any]:
    """Return the session as plain data for JSON.

    It changes only together with the phase, the advice or the device in control.
    """
    workout, program, timer = session.workout, session.program, session.timer
    step, phase = timer.step, session.phase
    endless = program.rounds is None or program.just_train
    sets = None if endless else (program.rounds or 1) * len(program.exercises)
    return {
        "uuid": session.uuid,
        "player": session.player,
        "workout": workout.slug,
        "match": session.match,
        "ready": phase != "position" or session.framing.ready,
        "program": program.name,
        "phase": phase,
        "length": COUNTDOWN_S if phase == "countdown" else timer.length_s,
        "timed": program.timed,
        "set": session.set_number,
        "sets": sets,
        "round": step.round if step else None,
        "rounds": program.rounds,
        "goal": step.exercise.reps if step else None,
        "until": step.exercise.until if step else None,
        "title": _title(session),
        "recognised": program.just_train and session.has_started,
        "view": workout.view,
        "floor": workout.floor,
        "counts": workout.counts,
        "unit": workout.signal.unit,
        "bands": at(workout, program.strictness).bands(),
        "next": _next(session),
        "advice": session.advice if phase in ("position", "rest") else "",
        "why": PAUSE_REASONS[session.pause_reason] if phase == "paused" else "",
        "sign": session.gesture_detector.description,
        "controller": session.control.holder,
        "claimant": session.control.claimant,
    }


def _title(session: TrainingSession) -> str:
    """Return the name of the workout, with the strictness if it is not the usual one."""
    strictness = session.program.strictness
    return session.workout.name + ("" if strictness == "standard" else f" · {strictness}")


def _next(session: TrainingSession) -> dict[str, Any] | None:
    """Return the step after the current one as plain data; None if there is none."""
    step = session.timer.next_step
    if step is None:
        return None
    return {
        "phase": step.phase,
        "title": session.workouts[step.exercise.workout].name,
        "seconds": step.seconds,
    }
