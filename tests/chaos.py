"""Kills processes during a session: `python -m tests.chaos --rounds 20 --seed 7`.

A real app with a synthetic athlete who does jumping jacks endlessly, and a client that follows the
live data like a page. Processes are killed at random moments. After each fault the session must
resume automatically, with every repetition that was shown, and none of them twice.
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
FAULTS = (*PARTS, *PAIRS, "all", "power", "term")

#: Maximum time until a session resumes.
RESUME_TIMEOUT_S = 25.0

#: Repetitions per minute of the synthetic athlete.
PACE = 90


@dataclass
class Page:
    """A client of the live data that reconnects, and records what it received.

    Attributes:
        url: address of the app.
        total: repetitions in the latest sample.
        most: highest number of repetitions in any sample.
        updated: time of the latest sample, monotonic clock.
        numbers: numbers of the repetitions in events, in order of arrival.
        decreases: (before, after) whenever the number of repetitions fell.
    """

    url: str
    total: int = 0
    most: int = 0
    updated: float = 0.0
    numbers: list[int] = field(default_factory=list)
    decreases: list[tuple[int, int]] = field(default_factory=list)
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
                    self._receive(orjson.loads(line[6:]))
                if self._closed:
                    return

    def _receive(self, message: dict) -> None:
        self.numbers += [e["rep"]["number"] for e in message["events"] if e["kind"] == "rep"]
        for sample in message["samples"]:
            if sample["phase"] is None:
                continue
            if sample["total"] < self.total:
                self.decreases.append((self.total, sample["total"]))
            self.total, self.updated = sample["total"], time.monotonic()
            self.most = max(self.most, self.total)


@dataclass(frozen=True)
class Result:
    """The result of one fault.

    Attributes:
        fault: what was killed, one of `FAULTS`.
        shown: repetitions shown before the fault.
        after: repetitions afterwards.
        seconds: time until the session resumed.
        error: what went wrong; "" for nothing.
    """

    fault: str
    shown: int
    after: int
    seconds: float
    error: str = ""


def kill(app: Station, parts: Sequence[str], signal_number: int = signal.SIGKILL) -> None:
    """Send a signal to all processes of some parts, as simultaneously as possible."""
    for pid, part in process_tree(app.pid).items():
        if part in parts:
            with suppress(ProcessLookupError):
                os.kill(pid, signal_number)


def wait(condition: Callable[[], bool], timeout_s: float = RESUME_TIMEOUT_S) -> float:
    """Wait until a condition is true, and return the seconds it took; or raise TimeoutError."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > timeout_s:
            raise TimeoutError
        time.sleep(0.02)
    return time.monotonic() - began


@contextmanager
def training(folder: Path, port: int | None = None) -> Iterator[tuple[Station, Page]]:
    """Run an app and a client of its live data."""
    settings = {"port": port} if port else {}
    with station(0.02, PACE, folder, **{"camera_fps": 15, **settings}) as app:
        page = Page(f"http://{app.address[0]}:{app.address[1]}")
        page.start()
        try:
            yield app, page
        finally:
            page.close()


def kill_repeatedly(fault: str, rounds: int, rng: random.Random, folder: Path) -> Iterator[Result]:
    """Kill processes repeatedly during one session, and check the database at its end."""
    with training(folder) as (app, page):
        uuid = app.start_session()
        wait(lambda: page.total >= 2)
        for _ in range(rounds):
            time.sleep(rng.uniform(0.3, 2.5))
            shown = page.total
            kill(app, fault.split("+"))
            killed = time.monotonic()
            try:
                seconds = wait(lambda k=killed, s=shown: page.updated > k + 0.3 and page.total > s)
            except TimeoutError:
                yield Result(fault, shown, page.total, RESUME_TIMEOUT_S, "does not resume")
                return
            lost = [step for step in page.decreases if step[1] < shown]
            yield Result(
                fault, shown, page.total, seconds, f"lost repetitions {lost}" if lost else ""
            )
            page.decreases.clear()
        yield _ended(app, page, uuid, fault)


def _ended(app: Station, page: Page, uuid: str, fault: str) -> Result:
    """End the session, and check that the database has what was shown, once."""
    session = app.bus().session()
    shown, error = page.total, ""
    if not session or session["uuid"] != uuid:
        return Result(f"{fault}: record", shown, 0, 0, f"another session runs: {session}")
    app.bus().command(Command("done", session=uuid))
    store = Store(app.settings.database)
    try:
        seconds = wait(lambda: store.session(uuid).status == "finished", 10)
        record = store.session(uuid)
        if [rep.number for rep in record.series] != list(range(1, record.reps + 1)):
            error = "repetitions are missing or duplicated"
        if len(page.numbers) != len(set(page.numbers)):
            error = "an event was sent twice"
        if record.reps < shown:
            error = "repetitions that were shown are not stored"
        if (sessions := store.history.sessions("Bench")[1]) != 1:
            error = f"{sessions} sessions are stored"
        return Result(f"{fault}: record", shown, record.reps, seconds, error)
    finally:
        store.close()


def power_cut(fault: str, rounds: int, rng: random.Random, folder: Path) -> Iterator[Result]:
    """Kill everything at once; the next start must resume the session.

    For the fault "power" the database files are also checked as they are after the cut.
    """
    shown, uuid, port = 0, "", None
    for round_number in range(rounds + 1):
        began = time.monotonic()
        try:
            with training(folder, port) as (app, page):
                port = app.settings.port
                uuid = uuid or app.start_session()
                wait(lambda s=shown, p=page: p.total >= max(s - 2, 1) and p.updated > 0)
                if round_number:
                    lost = shown - page.most
                    seconds = time.monotonic() - began
                    error = f"{lost} repetitions are lost" if lost > 2 else ""
                    yield Result(fault, shown, page.total, seconds, error)
                if round_number == rounds:
                    yield _ended(app, page, uuid, fault)
                    return
                goal = page.total + 2
                wait(lambda p=page, g=goal: p.total >= g)
                time.sleep(rng.uniform(0.1, 1.5))
                shown = page.total
                for pid in process_tree(app.pid):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                if fault == "power":
                    yield _check_files(folder, uuid, shown)
        except TimeoutError:
            yield Result(fault, shown, -1, RESUME_TIMEOUT_S, "does not resume")
            return


def _check_files(folder: Path, uuid: str, shown: int) -> Result:
    with tempfile.TemporaryDirectory() as copy:
        for file in folder.glob("hiitpi.sqlite*"):
            (Path(copy) / file.name).write_bytes(file.read_bytes())
        with sqlite3.connect(Path(copy) / "hiitpi.sqlite") as database:
            (integrity,) = database.execute("PRAGMA integrity_check").fetchone()
            (reps,) = database.execute("SELECT count(*) FROM repetition").fetchone()
        database.close()
    # At 90 repetitions a minute, a second is two repetitions at most.
    error = "" if integrity == "ok" else f"damaged: {integrity}"
    if shown - reps > 2:
        error = "more than a second is missing"
    return Result("power: files", shown, reps, 0.0, error)


def stop_cleanly(fault: str, rounds: int, rng: random.Random, folder: Path) -> Iterator[Result]:
    """Stop the app during a session: it must be quick, and store the session as interrupted."""
    for round_number in range(rounds):
        with training(folder / str(round_number)) as (app, page):
            uuid = app.start_session()
            wait(lambda p=page: p.total >= 2)
            time.sleep(rng.uniform(0.1, 1.5))
            shown, began = page.total, time.monotonic()
            os.kill(app.pid, signal.SIGTERM)
            while any(part != "main" for part in process_tree(app.pid).values()):
                time.sleep(0.02)
            seconds = time.monotonic() - began
            store = Store(app.settings.database)
            record = store.session(uuid)
            store.close()
            error = "" if seconds <= 5 else "takes too long"
            if record is None or record.status != "interrupted" or record.reps < shown:
                error = f"is stored as {record and (record.status, record.reps)}"
            yield Result(fault, shown, record.reps if record else 0, seconds, error)


def run(fault: str, rounds: int, seed: int) -> Iterator[Result]:
    """Inject one kind of fault repeatedly."""
    procedure = {"all": power_cut, "power": power_cut, "term": stop_cleanly}.get(
        fault, kill_repeatedly
    )
    with tempfile.TemporaryDirectory(prefix="hiitpi-chaos-") as folder:
        yield from procedure(
            fault, rounds, random.Random(f"{seed} {fault}"), Path(folder) / "instance"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("faults", nargs="*", choices=[[], *FAULTS], help="all by default")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}")
    bad = 0
    for fault in options.faults or FAULTS:
        results = list(run(fault, options.rounds, options.seed))
        errors = [result for result in results if result.error]
        slowest = max((result.seconds for result in results), default=0)
        lost = max((result.shown - result.after for result in results), default=0)
        print(
            f"{fault:<14} {len(results):3d} times, resumes within {slowest:4.1f} s, "
            f"lost at most {max(0, lost)}: {errors or 'ok'}",
            flush=True,
        )
        bad += len(errors)
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
