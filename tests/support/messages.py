"""Messages with every field filled, and letters that do not fit into ASCII."""

from hiitpi.coach.messages import SCORING_VERSION, Repetition, Sample, SessionRecord, SetRecord
from hiitpi.coach.session.program import tabata

#: A repetition with a cue.
REP = Repetition(1, 1.5, 1.0, 0.9, 1.0, 95.5, ("Hands higher",))


def sample(seq: int) -> Sample:
    """Return the sample of a frame."""
    return Sample(seq, seq / 30, 20.0, 0.9, ((1, 2, 0.5),) * 17, "open", 90.0, 3)


def record() -> SessionRecord:
    """Return a running session with one set and one repetition."""
    sets = (SetRecord(1, "squat", 1, 0.0, 20.0, 1, 0, 90.0, None, 2, SCORING_VERSION),)
    return SessionRecord(
        "u", "Zoë 😀", tabata("squat"), 1.0, None, "active", "home", "m", "tablet", sets, (REP,)
    )
