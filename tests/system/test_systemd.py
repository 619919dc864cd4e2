"""What systemd is told, on a real socket."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiitpi.system.systemd import WATCHDOG_S, Service


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    address = "@hiitpi-test" if request.param == "abstract" else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ears:
        ears.bind(address.replace("@", "\0", 1))
        ears.settimeout(5)
        yield ears, address


def test_it_is_told_when_the_app_is_open_that_it_lives_and_when_it_stops(systemd):
    ears, address = systemd
    service = Service(address)
    assert service.available
    service.ready()
    service.alive(100.0)
    service.alive(100.0 + WATCHDOG_S / 2)  # not that often
    service.alive(100.0 + WATCHDOG_S)
    service.stopping()
    heard = [ears.recv(100) for _ in range(4)]
    assert heard == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_without_systemd_nobody_is_told_anything(tmp_path: Path):
    assert not Service(None).available
    Service(None).ready()
    Service(str(tmp_path / "nobody")).ready()
