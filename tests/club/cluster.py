"""A club for tests: its Redis, its PostgreSQL, its pages, and any number of stations.

Each station is the whole app in its own processes, optionally in its own network namespace. Its
camera plays a video, and its fake pose engine sees jumping jacks at the station's own pace.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
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
from tests.support.waiting import until

#: Jumping jacks per minute at the first and the last station.
SLOWEST_PACE, FASTEST_PACE = 36.0, 60.0


@dataclass
class Member:
    """A running station of the club; `pace` is in jumping jacks per minute."""

    number: int
    name: str
    pace: float
    settings: Settings
    process: subprocess.Popen[str]


@dataclass
class ClubUnderTest:
    """A running club.

    Attributes:
        redis: client of the club's Redis.
        store: the club's database.
        stations: the stations as the club's pages know them.
        members: the running stations.
        pages: the app that shows the club's pages, if any.
        link: the process of `tests.club.netem`, if any.
    """

    redis: Client
    store: Store
    stations: Stations
    members: list[Member] = field(default_factory=list)
    pages: Station | None = None
    link: subprocess.Popen[str] | None = None

    @property
    def matches(self) -> MatchCoordinator:
        return MatchCoordinator(self.stations, time.time)

    def begin(self, program: Program) -> Match:
        """Start a head-to-head of all stations with one program."""
        sides = [Competitor(member.name, f"Player {member.number}") for member in self.members]
        return self.matches.begin(program, sides, "")

    def send_netem(self, command: str, number: int) -> None:
        """Cut or restore a station's cable.

        Args:
            command: "cut" or "mend".
            number: number of the station, from 1.
        """
        assert self.link is not None
        assert self.link.stdin is not None
        self.link.stdin.write(f"{command} {number}\n")
        self.link.stdin.flush()

    def events(self, name: str, kind: str) -> list[dict[str, Any]]:
        """Return the events of one kind that the club received from a station, in order."""
        entries = self.redis.xrange(f"hiitpi:{name}:events")
        events = [decode(fields[b"j"]) for _, fields in entries]
        return [event for event in events if event["kind"] == kind]

    def results(self, match: Match) -> dict[str, SessionRecord]:
        """Return the stored sessions of a head-to-head, with their series, by station."""
        records = [self.store.session(record.uuid) for record in self.store.match(match.id)]
        return {record.station: record for record in records if record}


@contextmanager
def running_club(
    folder: Path,
    number: int,
    network: tuple[float, float, float] | None = None,
    pages: bool = False,
    drawn: bool = False,
) -> Iterator[ClubUnderTest]:
    """Run a club.

    Args:
        folder: folder with a short path, since it contains sockets.
        number: number of stations.
        network: delay and jitter (seconds) and loss (0 to 1) of each cable; None for loopback.
        pages: whether to add an app without a camera that shows the club's pages.
        drawn: use synthetic athletes and a real pose engine, for screenshots.
    """
    with ExitStack() as stack:
        names = [f"station-{i}" for i in range(1, number + 1)]
        # Unique names: a killed run leaves its namespaces behind, and runs may overlap.
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
        store.migrate()  # once, so that the stations do not all wait for the migration lock
        camera = "athlete" if drawn else str(_make_video(folder))

        def settings(name: str, host: str, **options: Any) -> Settings:
            return Settings(
                instance=folder / name, host="127.0.0.1", port=free_port(), station=name,
                redis_url=f"redis://:club@{host}:{redis_port}/0",
                database_url=server.url("club", host), **{"camera": camera, **options},
            )  # fmt: skip

        hub = Settings(
            instance=folder / "test", camera="none",
            redis_url=f"unix://:club@{redis_socket}?db=0",
        )  # fmt: skip
        club = ClubUnderTest(
            connect(hub.redis_url or ""), store, Stations(hub, time.monotonic), link=link
        )

        def start_station(i: int) -> Member:
            name = names[i - 1]
            host = hub_address(i) if network else "127.0.0.1"
            fraction = (i - 1) / max(1, number - 1)
            pace = SLOWEST_PACE + (FASTEST_PACE - SLOWEST_PACE) * fraction
            own = settings(name, host, camera_fps=15, athlete_pace=pace)
            process = stack.enter_context(
                app_process(own, None if drawn else 0.02, pace, inside[i])
            )
            return Member(i, name, pace, own, process)

        with ThreadPoolExecutor(4) as executor:  # starting all at once would overload two cores
            club.members.extend(executor.map(start_station, range(1, number + 1)))
        stack.callback(lambda: [member.process.terminate() for member in club.members])
        if pages:
            urls = {"redis_url": hub.redis_url, "database_url": server.url("club")}
            club.pages = stack.enter_context(
                station(0.02, folder=folder / "pages", camera="none", **urls)
            )
        until(lambda: len(club.stations.names()) == number, 30, "not all stations are online")
        yield club


@contextmanager
def _redis(prefix: Sequence[str], port: int, socket: Path, folder: Path) -> Iterator[None]:
    command = [
        *prefix, "redis-server", "--port", str(port), "--unixsocket", str(socket), "--save", "",
        "--requirepass", "club", "--dir", str(folder), "--logfile", str(folder / "club.log"),
        "--bind", "0.0.0.0" if prefix else "127.0.0.1",
    ]  # fmt: skip
    with subprocess.Popen(command) as process:
        until(socket.exists, 10, "the club's Redis does not start")
        try:
            yield
        finally:
            process.terminate()


@contextmanager
def _cables(spaces: list[str], network: tuple[float, float, float]) -> Iterator[Any]:
    """Connect the first of these namespaces with each of the others."""
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


def _make_video(folder: Path) -> Path:
    """Create two seconds of video of a grey wall; the fake engine ignores the image."""
    path = folder / "wall.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, (640, 480))
    for _ in range(30):
        writer.write(np.full((480, 640, 3), 128, np.uint8))
    writer.release()
    return path
