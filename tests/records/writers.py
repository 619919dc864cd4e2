"""One process that writes sessions for some seconds: `python -m tests.records.writers URL SECONDS`.

It prints how many it wrote, how many it deleted and the repetitions of those that it wrote; several
at once must lose none.
"""

import sys
import time
from dataclasses import replace

from hiitpi.records.sessions import Store
from tests.support.session_factory import record, rep

#: As many are written however long it takes: of these one is corrected and one deleted at least.
LEAST = 8


def main(url: str, seconds: float) -> None:
    store = Store(url)
    kept = deleted = reps = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until or kept < LEAST:
        one = record(status="active", ended=None, player=f"Ada {kept % 3}", series=(rep(1),))
        store.save(one)  # a checkpoint, then the end
        store.save(replace(one, status="finished", ended=one.started + 60))
        if kept % 5 == 1:
            store.correct(one.uuid, {1: 7})
            reps += 5
        if kept % 7 == 3:
            gone = record(player="Ada 0")
            store.save(gone)
            store.discard(gone.uuid)
            deleted += 1
        kept, reps = kept + 1, reps + 2
    store.close()
    print(kept, deleted, reps)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
