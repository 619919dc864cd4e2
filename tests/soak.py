"""A soak test: `python -m tests.soak --minutes 30`.

Eight viewers, one page load per second, and a training session. No resource may leak, and no log
may contain warnings.
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

#: Maximum growth from the first tenth of the test to its end: MB, and numbers of the others.
MAX_GROWTH = {"memory": 12.0, "threads": 6, "descriptors": 12, "keys": 3}


def figures(app: Station) -> dict[str, float]:
    """Return the resources that the whole app uses."""
    threads = descriptors = 0
    for pid in process_tree(app.pid):
        threads += len(list(Path(f"/proc/{pid}/task").iterdir()))
        descriptors += len(list(Path(f"/proc/{pid}/fd").iterdir()))
    # A client without a cookie creates a login session in database 1 at each visit. These expire
    # automatically and are not counted.
    keys = sum(connect(app.settings.redis(db)).dbsize() for db in (0, 2))
    return {
        "memory": round(sum(memory_mb(app.pid).values()), 1),
        "threads": threads,
        "descriptors": descriptors,
        "keys": keys,
    }


def visit(app: Station, until: float, failed: list[str]) -> None:
    """Load a page every second, keeping cookies, and collect the failures."""
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
    """Run the test; return the exit code."""
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
        samples: list[dict[str, float]] = []

        def sample_resources() -> None:
            while time.monotonic() < until - minutes * 6:
                time.sleep(minutes * 6)
                samples.append(figures(app))
                print(f"{(time.monotonic() - began) / 60:5.1f} min  {samples[-1]}", flush=True)

        threading.Thread(target=sample_resources, daemon=True).start()
        clients = [Client("/videostream") for _ in range(VIEWERS)] + [Client("/live")]
        follow(app.address, clients, minutes * 60 - 5)
        first, last = samples[0], samples[-1]
        warnings = [
            line
            for log in sorted(app.settings.logs.glob("*.log"))
            for line in log.read_text().splitlines()
            if (" ERROR " in line or " WARNING " in line or "Traceback" in line)
            and "overcommit" not in line  # a warning of Redis about the machine
        ]
        seqs = clients[-1].seqs
        lost = seqs[-1] - seqs[0] + 1 - len(seqs)
    grown = {
        name: last[name] - first[name]
        for name in MAX_GROWTH
        if last[name] - first[name] > MAX_GROWTH[name]
    }
    print(f"grown: {grown or 'nothing'}; warnings: {warnings[:5] or 'none'}; "
          f"pages that failed: {failed[:5] or 'none'}; frames not analysed: {lost}")  # fmt: skip
    return int(bool(grown or warnings or failed))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--model", default="ideal", help="or a pose model, like blazepose")
    options = parser.parse_args(arguments)
    return soak(options.minutes, options.model)


if __name__ == "__main__":
    sys.exit(main())
