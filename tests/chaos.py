"""What happens when processes die in mid-session: `python -m tests.chaos --rounds 20 --seed 7`.

A real app with a synthetic athlete who does jumping jacks without an end, and a client that follows
the live data as a page does. Processes are killed at random moments. After each time the session
must go on by itself, with every repetition that had been shown, none of them twice.
"""

import argparse
import os
import random
import signal
import sqlite3
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from hiitpi.bench.app_under_test import Station, station
from hiitpi.bench.process_stats import process_tree
from hiitpi.coach.messages import Command
from hiitpi.records.sessions import Store

PARTS = ("pipeline", "web", "redis")
PAIRS = tuple("+".join((a, b)) for i, a in enumerate(PARTS) for b in PARTS[i + 1 :])
WHAT = (*PARTS, *PAIRS, "all", "power", "term")

#: Seconds within which a session goes on again, and repetitions a minute.
AGAIN = 25.0
PACE = 90


@dataclass
class Page:
    """Follows the live data, over and over, and remembers what it showed.

    Attributes:
        total: repetitions shown last.
        most: shown ever.
        numbers: of the repetitions that were told, in order.
    """

    url: str
    total: int = 0
    most: int = 0
    heard: float = 0.0
    numbers: list[int] = field(default_factory=list)
    stepped_back: list[tuple[int, int]] = field(default_factory=list)
    _last: str = ""
    _closed: bool = False

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        self._closed = True

    def _run(self) -> None:
        while not self._closed:
            with suppress(OSError, ValueError):
                self._follow()
            time.sleep(0.1)

    def _follow(self) -> None:
        query = f"?last={self._last}" if self._last else ""
        with urllib.request.urlopen(f"{self.url}/live{query}", timeout=15) as stream:
            for line in stream:
                if line.startswith(b"id: "):
                    self._last = line[4:].decode().strip()
                elif line.startswith(b"data: "):
                    self._take(orjson.loads(line[6:]))
                if self._closed:
                    return

    def _take(self, news: dict) -> None:
        self.numbers += [e["rep"]["number"] for e in news["events"] if e["kind"] == "rep"]
        for sample in news["samples"]:
            if sample["phase"] is None:
                continue
            if sample["total"] < self.total:
                self.stepped_back.append((self.total, sample["total"]))
            self.total, self.heard = sample["total"], time.monotonic()
            self.most = max(self.most, self.total)


@dataclass(frozen=True)
class Result:
    """One time: what was killed, what had been shown, what is there afterwards."""

    what: str
    shown: int
    after: int
    seconds: float
    trouble: str = ""


def kill(app: Station, parts: Sequence[str], number: int = signal.SIGKILL) -> None:
    """Kill these parts, all at the same moment as far as one can."""
    for pid, part in process_tree(app.pid).items():
        if part in parts:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def wait(true: Callable[[], bool], seconds: float = AGAIN) -> float:
    """Until it is; how long that took. Raises TimeoutError."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise TimeoutError
        time.sleep(0.02)
    return time.monotonic() - began


@contextmanager
def training(folder: Path, port: int | None = None) -> Iterator[tuple[Station, Page]]:
    """An app in which somebody trains, and a page that shows it."""
    given = {"port": port} if port else {}
    with station(0.02, PACE, folder, **given) as app:
        page = Page(f"http://{app.address[0]}:{app.address[1]}")
        page.start()
        try:
            yield app, page
        finally:
            page.close()


def times(what: str, rounds: int, dice: random.Random, folder: Path) -> Iterator[Result]:
    """Kill `what` so many times within one session, and check the database at its end."""
    with training(folder) as (app, page):
        uuid = app.start_session()
        wait(lambda: page.total >= 2)
        for _ in range(rounds):
            time.sleep(dice.uniform(0.3, 2.5))
            shown = page.total
            kill(app, what.split("+"))
            killed = time.monotonic()
            try:
                seconds = wait(lambda k=killed, s=shown: page.heard > k + 0.3 and page.total > s)
            except TimeoutError:
                yield Result(what, shown, page.total, AGAIN, "does not go on")
                return
            back = [step for step in page.stepped_back if step[1] < shown]
            yield Result(what, shown, page.total, seconds, f"went back {back}" if back else "")
            page.stepped_back.clear()
        yield _ended(app, page, uuid, what)


def _ended(app: Station, page: Page, uuid: str, what: str) -> Result:
    """Done: the database has what was shown, once."""
    session = app.bus().session()
    shown, trouble = page.total, ""
    if not session or session["uuid"] != uuid:
        return Result(f"{what}: record", shown, 0, 0, f"another session runs: {session}")
    app.bus().command(Command("done", session=uuid))
    store = Store(app.settings.database)
    try:
        seconds = wait(lambda: store.session(uuid).status == "finished", 10)
        record = store.session(uuid)
        if [rep.number for rep in record.series] != list(range(1, record.reps + 1)):
            trouble = "repetitions are missing, or there twice"
        if len(page.numbers) != len(set(page.numbers)):
            trouble = "a repetition was told twice"
        if record.reps < shown:
            trouble = "repetitions that were shown are not there"
        if (sessions := store.history.sessions("Bench")[1]) != 1:
            trouble = f"{sessions} sessions are there"
        return Result(f"{what}: record", shown, record.reps, seconds, trouble)
    finally:
        store.close()


def power_cut(what: str, rounds: int, dice: random.Random, folder: Path) -> Iterator[Result]:
    """Everything at once; the next start goes on. "power": the database as it lies is looked at."""
    shown, uuid, port = 0, "", None
    for time_ in range(rounds + 1):
        began = time.monotonic()
        try:
            with training(folder, port) as (app, page):
                port = app.settings.port
                uuid = uuid or app.start_session()
                wait(lambda s=shown, p=page: p.total >= max(s - 2, 1) and p.heard > 0)
                if time_:
                    lost = shown - page.most
                    seconds = time.monotonic() - began
                    trouble = f"{lost} repetitions are lost" if lost > 2 else ""
                    yield Result(what, shown, page.total, seconds, trouble)
                if time_ == rounds:
                    yield _ended(app, page, uuid, what)
                    return
                goal = page.total + 2
                wait(lambda p=page, g=goal: p.total >= g)
                time.sleep(dice.uniform(0.1, 1.5))
                shown = page.total
                for pid in process_tree(app.pid):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                if what == "power":
                    yield _as_it_lies(folder, uuid, shown)
        except TimeoutError:
            yield Result(what, shown, -1, AGAIN, "does not go on")
            return


def _as_it_lies(folder: Path, uuid: str, shown: int) -> Result:
    with tempfile.TemporaryDirectory() as copy:
        for file in folder.glob("hiitpi.sqlite*"):
            (Path(copy) / file.name).write_bytes(file.read_bytes())
        with sqlite3.connect(Path(copy) / "hiitpi.sqlite") as book:
            (whole,) = book.execute("PRAGMA integrity_check").fetchone()
            (reps,) = book.execute("SELECT count(*) FROM repetition").fetchone()
        book.close()
    # A second of 90 a minute is two repetitions at most.
    trouble = "" if whole == "ok" else f"damaged: {whole}"
    if shown - reps > 2:
        trouble = "more than a second is missing"
    return Result("power: as it lies", shown, reps, 0.0, trouble)


def stopped(what: str, rounds: int, dice: random.Random, folder: Path) -> Iterator[Result]:
    """A clean stop in mid-session: quick, and stored as interrupted."""
    for time_ in range(rounds):
        with training(folder / str(time_)) as (app, page):
            uuid = app.start_session()
            wait(lambda p=page: p.total >= 2)
            time.sleep(dice.uniform(0.1, 1.5))
            shown, began = page.total, time.monotonic()
            os.kill(app.pid, signal.SIGTERM)
            while any(part != "main" for part in process_tree(app.pid).values()):
                time.sleep(0.02)
            seconds = time.monotonic() - began
            store = Store(app.settings.database)
            record = store.session(uuid)
            store.close()
            trouble = "" if seconds <= 5 else "takes too long"
            if record is None or record.status != "interrupted" or record.reps < shown:
                trouble = f"is stored as {record and (record.status, record.reps)}"
            yield Result(what, shown, record.reps if record else 0, seconds, trouble)


def run(what: str, rounds: int, seed: int) -> Iterator[Result]:
    """One kind of trouble, so many times."""
    kind = {"all": power_cut, "power": power_cut, "term": stopped}.get(what, times)
    with tempfile.TemporaryDirectory(prefix="hiitpi-chaos-") as folder:
        yield from kind(what, rounds, random.Random(f"{seed} {what}"), Path(folder) / "instance")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("what", nargs="*", choices=[[], *WHAT], help="all of it by default")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}")
    bad = 0
    for what in options.what or WHAT:
        results = list(run(what, options.rounds, options.seed))
        troubles = [result for result in results if result.trouble]
        slowest = max((result.seconds for result in results), default=0)
        lost = max((result.shown - result.after for result in results), default=0)
        print(
            f"{what:<14} {len(results):3d} times, goes on within {slowest:4.1f} s, "
            f"lost at most {max(0, lost)}: {troubles or 'well'}",
            flush=True,
        )
        bad += len(troubles)
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
