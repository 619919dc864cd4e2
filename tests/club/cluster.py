"""A club for tests: its Redis, its PostgreSQL, its pages, and any number of stations.

Each station is the whole app in processes and, if one likes, in a network namespace of its own; its
camera is a film, its pose engine an ideal one that sees jumping jacks at a pace of its own.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from sqlalchemy import create_engine, text

from hiitpi.bench.app_under_test import Station, app_process, station
from hiitpi.coach.codec import decode
from hiitpi.coach.messages import SessionRecord
from hiitpi.coach.session.program import Program
from hiitpi.live.redis_client import Client, connect
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from hiitpi.system.ports import free_port
from hiitpi.web.club.head_to_head import Competitor, Match, MatchCoordinator
from hiitpi.web.club.stations import Stations
from tests.club.netem import hub_address
from tests.support.postgresql import postgresql_server

#: Jumping jacks a minute of the first station and of the last.
SLOWEST, FASTEST = 36.0, 60.0


@dataclass
class Place:
    """A station of the hall: its number, name and pace (jumping jacks a minute)."""

    number: int
    name: str
    pace: float
    settings: Settings
    process: subprocess.Popen[str]


@dataclass
class Hall:
    """A running club."""

    redis: Client
    store: Store
    stations: Stations
    places: list[Place] = field(default_factory=list)
    pages: Station | None = None
    link: subprocess.Popen[str] | None = None

    @property
    def matches(self) -> MatchCoordinator:
        return MatchCoordinator(self.stations, time.time)

    def begin(self, program: Program) -> Match:
        """Everybody does the same, from the same moment on."""
        sides = [Competitor(place.name, f"Player {place.number}") for place in self.places]
        return self.matches.begin(program, sides, "")

    def say(self, word: str, number: int) -> None:
        """Cut a station's cable, or mend it."""
        assert self.link is not None
        assert self.link.stdin is not None
        self.link.stdin.write(f"{word} {number}\n")
        self.link.stdin.flush()

    def events(self, name: str, kind: str) -> list[dict[str, Any]]:
        """What the club's pages were told of a station, in order."""
        entries = self.redis.xrange(f"hiitpi:{name}:events")
        found = [decode(fields[b"j"]) for _, fields in entries]
        return [event for event in found if event["kind"] == kind]

    def results(self, match: Match) -> dict[str, SessionRecord]:
        """The sessions that the database has, with their series, by station."""
        found = [self.store.session(record.uuid) for record in self.store.match(match.id)]
        return {record.station: record for record in found if record}


def until(true: Callable[[], object], seconds: float, what: str) -> float:
    """Wait for something; how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, what
        time.sleep(0.1)
    return time.monotonic() - began


@contextmanager
def hall(
    folder: Path,
    number: int,
    network: tuple[float, float, float] | None = None,
    pages: bool = False,
    drawn: bool = False,
) -> Iterator[Hall]:
    """Open a club with so many stations.

    Args:
        folder: with a short name, for sockets.
        number: of stations.
        network: delay, jitter (seconds) and loss of each cable; None: all are on loopback.
        pages: whether there is a machine that shows all pages, and has no camera.
        drawn: with synthetic athletes and a real engine, to be looked at.
    """
    with ExitStack() as stack:
        names = [f"station-{i}" for i in range(1, number + 1)]
        # A run that was killed leaves its namespaces, and another may go on beside this one.
        spaces = [f"hiitpi-{os.getpid()}-{name}" for name in ("hub", *names)]
        link = stack.enter_context(_cables(spaces, network)) if network else None
        inside = [["ip", "netns", "exec", space] if network else [] for space in spaces]
        at_hub = inside[0]
        redis_port, redis_socket = free_port(), folder / "club.sock"
        stack.enter_context(_redis(at_hub, redis_port, redis_socket, folder))
        address = "*" if network else "127.0.0.1"
        server = stack.enter_context(postgresql_server(address, at_hub))
        _make_database(server.url("postgres"))
        store = Store(server.url("club"))
        stack.callback(store.close)
        store.migrate()  # eight at once would wait for one another
        camera = "athlete" if drawn else str(_film(folder))

        def settings(name: str, host: str, **more: Any) -> Settings:
            return Settings(
                instance=folder / name, host="127.0.0.1", port=free_port(), station=name,
                redis_url=f"redis://:club@{host}:{redis_port}/0",
                database_url=server.url("club", host), **{"camera": camera, **more},
            )  # fmt: skip

        hub = Settings(
            instance=folder / "test", camera="none",
            redis_url=f"unix://:club@{redis_socket}?db=0",
        )  # fmt: skip
        club = Hall(connect(hub.redis_url or ""), store, Stations(hub, time.monotonic), link=link)

        def place(i: int) -> Place:
            name = names[i - 1]
            host = hub_address(i) if network else "127.0.0.1"
            pace = SLOWEST + (FASTEST - SLOWEST) * (i - 1) / max(1, number - 1)
            own = settings(name, host, camera_fps=15, athlete_pace=pace)
            process = stack.enter_context(
                app_process(own, None if drawn else 0.02, pace, inside[i])
            )
            return Place(i, name, pace, own, process)

        with ThreadPoolExecutor(4) as some:  # all at once would be a minute's work for two cores
            club.places.extend(some.map(place, range(1, number + 1)))
        stack.callback(lambda: [place.process.terminate() for place in club.places])
        if pages:
            given = {"redis_url": hub.redis_url, "database_url": server.url("club")}
            club.pages = stack.enter_context(
                station(0.02, folder=folder / "pages", camera="none", **given)
            )
        until(lambda: len(club.stations.names()) == number, 30, "not all stations are there")
        yield club


@contextmanager
def _redis(prefix: Sequence[str], port: int, socket: Path, folder: Path) -> Iterator[None]:
    command = [
        *prefix, "redis-server", "--port", str(port), "--unixsocket", str(socket), "--save", "",
        "--requirepass", "club", "--dir", str(folder), "--logfile", str(folder / "club.log"),
        "--bind", "0.0.0.0" if prefix else "127.0.0.1",
    ]  # fmt: skip
    with subprocess.Popen(command) as process:
        until(socket.exists, 10, "the club's Redis does not come up")
        try:
            yield
        finally:
            process.terminate()


@contextmanager
def _cables(spaces: list[str], network: tuple[float, float, float]) -> Iterator[Any]:
    """From the first of these namespaces to each of the others."""
    hub, *stations = spaces
    try:
        for name in spaces:
            subprocess.run(["ip", "netns", "add", name], check=True)
            subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        command = [sys.executable, "-m", "tests.club.netem", hub, *map(str, network), *stations]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            try:
                yield process
            finally:
                process.terminate()
    finally:
        for name in spaces:
            subprocess.run(["ip", "netns", "delete", name], check=False)


def _make_database(url: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE club"))
    engine.dispose()


def _film(folder: Path) -> Path:
    """Two seconds of a grey wall: what is to be seen, the ideal engine knows."""
    path = folder / "wall.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, (640, 480))
    for _ in range(30):
        writer.write(np.full((480, 640, 3), 128, np.uint8))
    writer.release()
    return path
