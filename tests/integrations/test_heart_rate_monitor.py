"""The heart rate monitor with Bleak, a real message bus and Redis, and a virtual strap."""

import gc
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hiitpi.coach.messages import HeartRate
from hiitpi.errors import RecordsError
from hiitpi.integrations import heart_rate_monitor, heart_rate_strap
from hiitpi.integrations.heart_rate_monitor import HeartRateMonitor
from hiitpi.integrations.heart_rate_strap import NO_BLUEZ, UNAVAILABLE, Strap
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import connect
from hiitpi.live.subscriber import Subscriber
from hiitpi.settings import ROOT, Settings
from hiitpi.web.components.strap_pairing import NOT_IN_REACH, describe
from tests.support import bluez
from tests.support.bluez import Bluetooth
from tests.support.waiting import until

# Bleak keeps a connection to the message bus until the process ends.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:unclosed <socket")]

ADDRESS = "C4:00:00:00:00:01"
STRAP = Strap(ADDRESS, "Polar H10 1234")

Monitors = Callable[[], HeartRateMonitor]


@pytest.fixture
def folder(redis: Settings) -> Path:
    """Return the instance folder."""
    return redis.instance


@pytest.fixture
def bus(redis: Settings) -> Subscriber:
    """Return the pages' side of a station whose camera is on."""
    client = connect(redis.redis(0))
    publisher = Publisher(client, "home")
    publisher.set_status({"state": "on"})
    publisher.publish(0.0, None)
    return Subscriber(client, "home")


@pytest.fixture
def new_monitor(folder: Path, bus: Subscriber) -> Iterator[Monitors]:
    """Return a function that makes a monitor, as a new process would."""
    made: list[HeartRateMonitor] = []

    def make() -> HeartRateMonitor:
        made.append(HeartRateMonitor(folder, bus, {"Ada": 180}.get, time.monotonic))
        return made[-1]

    yield make
    for monitor in made:
        monitor.close()
    gc.collect()  # here, where the warning is expected


@pytest.fixture
def radio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bluetooth]:
    """Run the virtual Bluetooth."""
    with bluez.bluetooth(tmp_path) as virtual:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", virtual.address)
        yield virtual


@pytest.fixture
def strap(radio: Bluetooth) -> bluez.Strap:
    """Return a virtual strap that somebody wears."""
    strap = radio.strap(STRAP.name, ADDRESS, battery=55)
    strap.on()
    return strap


def polled(redis: Settings) -> HeartRate | None:
    """Return the heart rate that the pipeline gets."""
    publisher = Publisher(connect(redis.redis(0)), "home")
    return publisher.publish(0.0, None).heart_rate


def until_measured(monitor: HeartRateMonitor, strap: bluez.Strap, bpm: int) -> None:
    """Send a heart rate until the monitor has it."""
    until(
        lambda: monitor.status.bpm == bpm,
        30,
        "no measurement arrived",
        lambda: (strap.send(bpm), time.sleep(0.1)),
    )


def test_a_strap_is_found_chosen_and_measured(
    new_monitor: Monitors, strap: bluez.Strap, redis: Settings
):
    monitor = new_monitor()
    assert monitor.loop.health().state == "idle"
    monitor.search()
    assert monitor.status.searching
    until(lambda: not monitor.status.searching, 30)
    assert monitor.status.found == (STRAP,)

    monitor.choose(STRAP)
    until_measured(monitor, strap, 121)
    status = monitor.status
    assert (status.connected, status.battery, status.trouble) == (True, 55, "")
    assert polled(redis) == HeartRate(121)  # nobody trains, so there is no zone


def test_the_zone_is_that_of_whoever_trains(
    new_monitor: Monitors, strap: bluez.Strap, redis: Settings
):
    publisher = Publisher(connect(redis.redis(0)), "home")
    publisher.set_session({"player": "Ada"})
    publisher.publish(0.0, None)
    monitor = new_monitor()
    monitor.choose(STRAP)
    until_measured(monitor, strap, 150)
    assert polled(redis) == HeartRate(150, 4)


def test_a_strap_that_drops_out_is_connected_again(
    new_monitor: Monitors, strap: bluez.Strap, redis: Settings
):
    monitor = new_monitor()
    monitor.choose(STRAP)
    until_measured(monitor, strap, 121)
    strap.off()
    until(lambda: not monitor.status.connected, 30)
    assert monitor.status.bpm is None
    strap.on()
    until_measured(monitor, strap, 133)
    assert polled(redis) == HeartRate(133)


def test_the_choice_survives_a_restart(new_monitor: Monitors, strap: bluez.Strap):
    first = new_monitor()
    first.choose(STRAP)
    until_measured(first, strap, 121)
    first.close()
    second = new_monitor()
    until_measured(second, strap, 122)


def test_the_connection_of_a_killed_process_is_taken_over(
    new_monitor: Monitors, strap: bluez.Strap, folder: Path, radio: Bluetooth
):
    code = (
        "import asyncio\n"
        "from hiitpi.integrations.heart_rate_strap import Strap, connect\n"
        "async def main():\n"
        f"    assert await connect(Strap({ADDRESS!r}, ''), lambda bpm: None)\n"
        "    print('connected', flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    env = {"DBUS_SYSTEM_BUS_ADDRESS": radio.address, "PATH": "/usr/bin"}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, env=env
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"connected\n"
        process.kill()
    assert strap.subscribers == 1  # BlueZ has kept the connection, so the strap is silent
    monitor = new_monitor()
    monitor.choose(STRAP)
    until_measured(monitor, strap, 121)


def test_a_strap_without_skin_has_no_rate(
    new_monitor: Monitors, strap: bluez.Strap, redis: Settings
):
    monitor = new_monitor()
    monitor.choose(STRAP)
    until_measured(monitor, strap, 121)
    until(
        lambda: monitor.status.bpm is None,
        30,
        step=lambda: (strap.send(121, contact=False), time.sleep(0.1)),
    )
    assert monitor.status.connected
    until(lambda: polled(redis) is None, 30)  # the last one is forgotten


def test_a_strap_that_is_forgotten_is_disconnected(new_monitor: Monitors, strap: bluez.Strap):
    monitor = new_monitor()
    monitor.choose(STRAP)
    until_measured(monitor, strap, 121)
    monitor.choose(None)
    until(lambda: strap.subscribers == 0, 30)
    assert new_monitor().status.strap is None


def test_it_says_that_the_strap_is_not_in_reach(new_monitor: Monitors, radio: Bluetooth):
    monitor = new_monitor()
    monitor.choose(STRAP)
    until(lambda: monitor.status.missing, 30)
    assert describe(monitor.status) == NOT_IN_REACH


def test_a_strap_that_falls_silent_is_connected_again(
    new_monitor: Monitors, strap: bluez.Strap, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(heart_rate_monitor, "SILENT_S", 2.0)
    monitor = new_monitor()
    monitor.choose(STRAP)
    until_measured(monitor, strap, 121)
    until(lambda: strap.subscribers == 0, 30)  # nothing was sent for two seconds
    until_measured(monitor, strap, 122)


def test_bluez_that_is_killed_is_noticed(
    new_monitor: Monitors, strap: bluez.Strap, radio: Bluetooth, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(heart_rate_monitor, "SILENT_S", 2.0)
    monitor = new_monitor()
    monitor.choose(STRAP)
    until_measured(monitor, strap, 121)
    radio.leave()
    until(lambda: not monitor.status.connected, 30)
    until(lambda: monitor.status.trouble, 30)
    assert monitor.status.trouble == NO_BLUEZ


def test_bluez_that_hangs_does_not_stall_the_process(
    new_monitor: Monitors, radio: Bluetooth, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(heart_rate_strap, "DEADLINE_S", 0.5)
    radio.broken["StartDiscovery"] = None
    monitor = new_monitor()
    assert searched(monitor) == "Bluetooth or the strap does not answer."
    assert not monitor.loop.health().unhealthy


def test_a_battery_that_cannot_be_read_does_not_matter(
    new_monitor: Monitors, strap: bluez.Strap, radio: Bluetooth
):
    radio.broken["ReadValue"] = "Not paired"
    monitor = new_monitor()
    monitor.choose(STRAP)
    until_measured(monitor, strap, 121)
    assert (monitor.status.battery, monitor.status.trouble) == (None, "")


def test_the_names_of_straps_are_harmless(new_monitor: Monitors, radio: Bluetooth):
    shown = {"Line\nbreak\x1b[31m": "Line break [31m", "x" * 60: "x" * 40, "\x07": "unnamed"}
    for i, announced in enumerate(shown):
        radio.strap(announced, f"{ADDRESS[:-1]}{i}").on()
    monitor = new_monitor()
    monitor.search()
    until(lambda: not monitor.status.searching, 30)
    assert {strap.name for strap in monitor.status.found} == set(shown.values())


def test_a_new_maximum_and_a_database_that_fails(
    folder: Path, bus: Subscriber, redis: Settings, monkeypatch: pytest.MonkeyPatch
):
    """Zones follow what a player enters, and without the database there are none."""
    monkeypatch.setattr(heart_rate_monitor, "REMEMBER_S", -1.0)
    publisher = Publisher(connect(redis.redis(0)), "home")
    known: dict[str, int] = {}

    def highest(player: str) -> int | None:
        if player in known and not known[player]:
            raise RecordsError("no database")
        return known.get(player)

    monitor = HeartRateMonitor(folder, bus, highest, time.monotonic)
    for value, expected in ((None, None), (180, 4), (0, None)):
        if value is not None:
            known["Ada"] = value
        publisher.set_session({"player": "Ada"})  # a publisher that is new, as below, removes it
        publisher.publish(0.0, None)
        monitor._receive(150)
        assert polled(redis) == HeartRate(150, expected)


def test_it_does_not_search_while_the_camera_is_asleep(
    new_monitor: Monitors,
    redis: Settings,
    strap: bluez.Strap,
    bus: Subscriber,
    monkeypatch: pytest.MonkeyPatch,
):
    publisher = Publisher(connect(redis.redis(0)), "home")
    publisher.set_status({"state": "off"})
    publisher.publish(0.0, None)
    first = new_monitor()
    first.choose(STRAP)
    until_measured(first, strap, 121)
    first.close()
    asked, status = [], bus.status
    monkeypatch.setattr(bus, "status", lambda: asked.append(1) or status())
    second = new_monitor()  # does not know that it was chosen just now
    until(lambda: len(asked) >= 3, 30)
    assert strap.subscribers == 0
    publisher.set_status({"state": "on"})
    publisher.publish(1.0, None)
    until_measured(second, strap, 122)


def searched(monitor: HeartRateMonitor) -> str:
    """Return what is wrong after a search."""
    monitor.search()
    until(lambda: not monitor.status.searching, 30)
    assert monitor.status.found == ()
    return monitor.status.search_trouble


def test_it_says_that_there_is_no_adapter(
    new_monitor: Monitors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with bluez.bluetooth(tmp_path, adapter=False) as virtual:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", virtual.address)
        assert searched(new_monitor()) == UNAVAILABLE["NO_BLUETOOTH"]


def test_it_says_that_bluetooth_is_switched_off(new_monitor: Monitors, radio: Bluetooth):
    radio.power(False)
    assert searched(new_monitor()) == UNAVAILABLE["POWERED_OFF"]


def test_it_says_that_there_is_no_bluez(
    new_monitor: Monitors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'none'}")
    assert searched(new_monitor()) == NO_BLUEZ
    with bluez.message_bus(tmp_path) as address:  # a bus without BlueZ
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        assert searched(new_monitor()) == NO_BLUEZ


def test_a_damaged_file_is_no_strap(new_monitor: Monitors, folder: Path):
    (folder / "heart_rate_strap.json").write_text('{"address": 1')
    assert new_monitor().status.strap is None
