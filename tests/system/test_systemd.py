"""Notifications for systemd, received on a real socket."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiitpi.system.systemd import WATCHDOG_S, Service


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """Return a socket that receives notifications, and its address."""
    address = "@hiitpi-test" if request.param == "abstract" else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(address.replace("@", "\0", 1))
        receiver.settimeout(5)
        yield receiver, address


def test_systemd_is_notified_of_start_watchdog_and_stop(systemd):
    receiver, address = systemd
    service = Service(address)
    assert service.available
    service.ready()
    service.alive(100.0)
    service.alive(100.0 + WATCHDOG_S / 2)  # too early for the next one
    service.alive(100.0 + WATCHDOG_S)
    service.stopping()
    received = [receiver.recv(100) for _ in range(4)]
    assert received == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_without_systemd_notifications_are_ignored(tmp_path: Path):
    assert not Service(None).available
    Service(None).ready()
    Service(str(tmp_path / "nobody")).ready()
