"""Writes sessions for some seconds: `python -m tests.records.writers URL SECONDS`.

It prints the number of sessions saved, of sessions deleted, and of repetitions saved. Several such
processes at once must not lose anything.
"""

import sys
import time
from dataclasses import replace

from hiitpi.records.sessions import Store
from tests.support.session_factory import record, rep

#: At least as many are written, however long it takes, so that one is corrected and one deleted.
MIN_SESSIONS = 8


def main(url: str, seconds: float) -> None:
    store = Store(url)
    saved = deleted = reps = 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline or saved < MIN_SESSIONS:
        session = record(status="active", ended=None, player=f"Ada {saved % 3}", series=(rep(1),))
        store.save(session)  # a checkpoint, then the end
        store.save(replace(session, status="finished", ended=session.started + 60))
        if saved % 5 == 1:
            store.correct(session.uuid, {1: 7})
            reps += 5
        if saved % 7 == 3:
            discarded = record(player="Ada 0")
            store.save(discarded)
            store.discard(discarded.uuid)
            deleted += 1
        saved, reps = saved + 1, reps + 2
    store.close()
    print(saved, deleted, reps)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
