"""Half an hour of use: `python -m tests.soak --minutes 30`.

Eight viewers, a page a second, and somebody who trains; nothing may grow, and no log may complain.
"""

import argparse
import sys
import threading
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from hiitpi.bench.app_under_test import Station, station
from hiitpi.bench.load_clients import Client, follow
from hiitpi.bench.process_stats import memory_mb, process_tree
from hiitpi.live.redis_client import connect

PAGES = (
    "/",
    "/train",
    "/leaderboard",
    "/status",
    "/assets/train.js",
    "/export/program/shipped-0.toml",
)
VIEWERS = 8

#: What may be more at the end than after the first tenth: MB, threads, descriptors, keys.
GROWTH = {"memory": 12.0, "threads": 6, "descriptors": 12, "keys": 3}


def figures(app: Station) -> dict[str, float]:
    """What must not grow, of the whole app."""
    threads = descriptors = 0
    for pid in process_tree(app.pid):
        threads += len(list(Path(f"/proc/{pid}/task").iterdir()))
        descriptors += len(list(Path(f"/proc/{pid}/fd").iterdir()))
    # A client without a cookie gets a session in database 1 at each visit of the floor: they are
    # counted apart, since they end by themselves.
    keys = sum(connect(app.settings.redis(db)).dbsize() for db in (0, 2))
    return {
        "memory": round(sum(memory_mb(app.pid).values()), 1),
        "threads": threads,
        "descriptors": descriptors,
        "keys": keys,
    }


def visit(app: Station, until: float, failed: list[str]) -> None:
    """A page a second, by somebody who keeps its cookies."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    number = 0
    while time.monotonic() < until:
        path = PAGES[number % len(PAGES)]
        number += 1
        try:
            browser.open(f"http://{app.address[0]}:{app.address[1]}{path}", timeout=10).read()
        except OSError as error:
            failed.append(f"{path}: {error}")
        time.sleep(1)


def soak(minutes: float, model: str) -> int:
    """Whether something grew or complained, as an exit code."""
    inference = None if model != "ideal" else 0.02
    settings = {} if model == "ideal" else {"model": model}
    mirror = Path(__file__).parents[2] / "shared" / "models"
    if mirror.is_dir():
        settings["model_mirror"] = mirror
    failed: list[str] = []
    with station(inference, **settings) as app:
        app.start_session()
        began = time.monotonic()
        until = began + minutes * 60 - 8
        threading.Thread(target=visit, args=(app, until, failed), daemon=True).start()
        seen: list[dict[str, float]] = []

        def look() -> None:
            while time.monotonic() < until - minutes * 6:
                time.sleep(minutes * 6)
                seen.append(figures(app))
                print(f"{(time.monotonic() - began) / 60:5.1f} min  {seen[-1]}", flush=True)

        threading.Thread(target=look, daemon=True).start()
        clients = [Client("/videostream") for _ in range(VIEWERS)] + [Client("/live")]
        follow(app.address, clients, minutes * 60 - 5)
        first, last = seen[0], seen[-1]
        complaints = [
            line
            for log in sorted(app.settings.logs.glob("*.log"))
            for line in log.read_text().splitlines()
            if (" ERROR " in line or " WARNING " in line or "Traceback" in line)
            and "overcommit" not in line  # Redis' opinion of the machine
        ]
        seqs = clients[-1].seqs
        lost = seqs[-1] - seqs[0] + 1 - len(seqs)
    grown = {
        name: last[name] - first[name] for name in GROWTH if last[name] - first[name] > GROWTH[name]
    }
    print(f"grown: {grown or 'nothing'}; complaints: {complaints[:5] or 'none'}; "
          f"pages that failed: {failed[:5] or 'none'}; frames not analysed: {lost}")  # fmt: skip
    return int(bool(grown or complaints or failed))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--model", default="ideal", help="or a pose model, like blazepose")
    options = parser.parse_args(arguments)
    return soak(options.minutes, options.model)


if __name__ == "__main__":
    sys.exit(main())
