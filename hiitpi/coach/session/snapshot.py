"""A running session as the pages show it, beside the samples."""

from typing import Any

from hiitpi.coach.session.session import COUNTDOWN_S, PAUSE_REASONS, TrainingSession


def session_snapshot(session: TrainingSession) -> dict[str, Any]:
    """Where the session is, ready for JSON; it changes with its phase, its advice and control."""
    workout, program, clock = session.workout, session.program, session.clock
    step, phase = clock.step, session.phase
    sets = None if program.rounds is None else program.rounds * len(program.exercises)
    return {
        "uuid": session.uuid,
        "player": session.player,
        "match": session.match,
        "ready": phase != "position" or session.framing.ready,
        "program": program.name,
        "phase": phase,
        "length": COUNTDOWN_S if phase == "countdown" else clock.length,
        "timed": program.timed,
        "set": session.number,
        "sets": sets,
        "round": step.round if step else None,
        "rounds": program.rounds,
        "goal": step.exercise.reps if step else None,
        "title": workout.name,
        "view": workout.view,
        "floor": workout.floor,
        "counts": workout.counts,
        "unit": workout.signal.unit,
        "bands": workout.bands(),
        "next": _next(session),
        "advice": session.advice if phase in ("position", "rest") else "",
        "why": PAUSE_REASONS[session.pause_reason] if phase == "paused" else "",
        "sign": session.gesture.words,
        "controller": session.control.holder,
        "claimant": session.control.claimant,
    }


def _next(session: TrainingSession) -> dict[str, Any] | None:
    """What comes after what is under way."""
    coming = session.clock.next_step
    if coming is None:
        return None
    return {
        "phase": coming.phase,
        "title": session.workouts[coming.exercise.workout].name,
        "seconds": coming.seconds,
    }
