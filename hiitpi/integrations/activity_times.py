"""When the sets of a session took place, for files that have no notion of its pauses."""

from dataclasses import dataclass

from hiitpi.coach.messages import SessionRecord, SetRecord


@dataclass(frozen=True, slots=True)
class TimedSet:
    """A set with its times, in seconds since the epoch (UTC).

    Attributes:
        record: the set.
        started: when it began.
        ended: when its work ended; its heart rates may go on.
    """

    record: SetRecord
    started: float
    ended: float

    @property
    def heart_rates(self) -> list[tuple[float, int]]:
        """Time and heart rate of each second that was measured, until the next set."""
        rates = enumerate(self.record.heart_rates)
        return [(self.started + second, bpm) for second, bpm in rates if bpm]


def timed_sets(record: SessionRecord) -> list[TimedSet]:
    """Return the sets of a session with their times.

    A session keeps the time of a set without the pauses before it. What is missing up to the
    session's end is put before the first set, where the athlete got ready.
    """
    if not record.sets:
        return []
    sets = sorted(record.sets, key=lambda s: s.began)  # an imported file may have any order
    ended = record.started if record.ended is None else record.ended
    lengths = (s.began + max(s.seconds, len(s.heart_rates)) for s in sets)
    go = max(record.started, ended - max(lengths))
    return [TimedSet(s, go + s.began, go + s.began + s.seconds) for s in sets]
