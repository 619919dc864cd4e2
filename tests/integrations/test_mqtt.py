"""A station on a real MQTT broker, Debian's mosquitto."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hiitpi.bench.app_under_test import station
from hiitpi.coach.messages import Command, Event, Repetition, Sample
from hiitpi.errors import MqttError, SettingsError
from hiitpi.integrations.mqtt import INTERVAL_S, MqttBridge, connect_broker
from hiitpi.live.connection_report import reported_trouble
from hiitpi.live.keys import Keys
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import connect
from hiitpi.settings import ROOT, Settings
from hiitpi.system.ports import free_port
from hiitpi.system.process import Stop
from tests.support.waiting import until

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(MOSQUITTO).exists(), reason="mosquitto is not installed"),
]


class Broker:
    """A mosquitto process on a free port of loopback."""

    def __init__(self, folder: Path, *options: str, scheme: str = "mqtt") -> None:
        self.port, self.scheme = free_port(), scheme
        lines = [f"listener {self.port} 127.0.0.1", "log_dest none", *options]
        if os.geteuid() == 0:
            lines.append("user root")  # by default it changes to a user who cannot read our files
        self._config = folder / f"mosquitto-{self.port}.conf"
        self._config.write_text("\n".join(lines) + "\n")
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen([MOSQUITTO, "-c", str(self._config)])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def url(self, login: str = "") -> str:
        host = "localhost" if self.scheme == "mqtts" else "127.0.0.1"  # a certificate has a name
        return f"{self.scheme}://{login}{host}:{self.port}"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path, "allow_anonymous true")
    yield broker
    broker.stop()


@dataclass
class House:
    """A client that hears everything, like Home Assistant.

    Attributes:
        client: the connected client.
        heard: (seconds, topic, payload, whether it was retained) of each message.
    """

    client: paho.Client
    heard: list[tuple[float, str, Any, bool]] = field(default_factory=list)

    def payloads(self, name: str) -> list[Any]:
        """Return the payloads on a topic of the station, in order."""
        return [payload for _, topic, payload, _ in self.heard if topic == f"hiitpi/home/{name}"]

    def states(self, key: str) -> list[Any]:
        """Return the values of a field of the state, in order, without repeats."""
        values = [state[key] for state in self.payloads("state")]
        return [v for i, v in enumerate(values) if not i or v != values[i - 1]]


@contextmanager
def house(broker: Broker, remembered: bool = False) -> Iterator[House]:
    """Connect a client to a broker.

    Args:
        broker: the broker.
        remembered: whether the broker keeps messages for it while it is away.
    """
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id="house" if remembered else "",
        clean_session=not remembered,
    )
    house, subscribed = House(client), threading.Event()

    def on_message(client: paho.Client, data: Any, message: paho.MQTTMessage) -> None:
        text = message.payload.decode()
        payload = json.loads(text) if text.startswith("{") else text
        house.heard.append((time.monotonic(), message.topic, payload, message.retain))

    client.on_message = on_message
    client.on_connect = lambda *_: client.subscribe("#", qos=1)
    client.on_subscribe = lambda *_: subscribed.set()
    client.reconnect_delay_set(1, 1)
    client.connect_async("127.0.0.1", broker.port)
    client.loop_start()
    try:
        assert subscribed.wait(10)
        yield house
    finally:
        client.disconnect()
        client.loop_stop()


class Station:
    """A pipeline that publishes what the test says, and the bridge in a thread."""

    def __init__(self, settings: Settings, stack: ExitStack) -> None:
        self._redis = connect(settings.redis(0))
        own = connect(settings.redis(0))
        stack.callback(self._redis.close)
        stack.callback(own.close)
        self.publisher, self.keys = Publisher(self._redis, "home"), Keys("home")
        self.publisher.set_status({"state": "off"})
        self.time = 100.0
        self.publish()
        bridge = MqttBridge(
            own, connect_broker(settings), "home", "http://pi", time.monotonic, lambda: 1e9
        )
        stop = Stop()
        thread = threading.Thread(target=bridge.run, args=(stop, lambda: None))
        thread.start()
        stack.callback(thread.join)
        stack.callback(stop.set)

    def publish(self, sample: Sample | None = None, *events: Event) -> tuple[Command, ...]:
        """Publish a sample and events, and return the commands that have arrived."""
        self.time += 1
        return self.publisher.publish(self.time, sample, events).commands

    def train(self, uuid: str = "a") -> None:
        """Start a session."""
        self.publisher.set_status({"state": "on"})
        self.publisher.set_session(
            {
                "uuid": uuid, "phase": "work", "title": "Squats", "player": "Ada",
                "program": "Squats", "controller": {"id": "tablet", "name": "Ada"},
            }
        )  # fmt: skip
        self.publish(None, Event("started", 10.0, session=uuid))

    def rep(self, number: int, uuid: str = "a") -> None:
        """Count a repetition."""
        rep = Repetition(number, number, 1.0, 0.9, 1.0, 80.0 + number)
        sample = Sample(number, 10.0 + number, 20, 0.9, None, reps=number, pace=1.5, phase="work")
        self.publish(sample, Event("rep", 10.0 + number, rep=rep, session=uuid, count=number))

    def finish(self, uuid: str = "a") -> None:
        """End the session."""
        self.publisher.set_session(None)
        self.publisher.set_status({"state": "off"})
        self.publish(None, Event("finished", 40.0, session=uuid))

    def trouble(self) -> str | None:
        """Return what the Status page says about the connection; None if nothing yet."""
        return reported_trouble(self._redis, self.keys.mqtt)

    def has_reported(self, trouble: str) -> bool:
        """Return whether the Status page says this; "" if the connection works."""
        reported = self.trouble()
        return reported is not None and (trouble in reported if trouble else not reported)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def at(redis: Settings, url: str, **settings: Any) -> Settings:
    """Return the settings of a station with a broker."""
    return redis.model_copy(update={"mqtt_url": url, **settings})


def test_a_session_is_seen_and_nothing_is_sent_at_rest(
    redis: Settings, broker: Broker, stack: ExitStack
):
    with house(broker) as ha:
        station = Station(at(redis, broker.url()), stack)
        until(lambda: ha.states("phase") == ["idle"])
        assert ha.payloads("availability") == ["online"]
        until(lambda: station.trouble() == "")
        before = len(ha.heard)
        time.sleep(4 * INTERVAL_S)  # nothing to wait for: there must be no message
        assert len(ha.heard) == before
        station.train()
        for number in range(1, 13):
            station.rep(number)
            time.sleep(0.1)  # ten messages a second come in
        until(lambda: ha.states("reps")[-1] == 12)
        station.finish()
        until(lambda: ha.states("phase") == ["idle", "work", "idle"])
        event = ha.payloads("event")
        assert event == [
            {
                "event_type": "finished", "player": "Ada", "program": "Squats", "reps": 12,
                "form": 86.5, "seconds": 30, "ended": "2001-09-09T01:46:40+00:00",
            }
        ]  # fmt: skip
        assert ha.payloads("state")[-1]["last_session"]["reps"] == 12
        times = [heard for heard, topic, _, _ in ha.heard if topic.endswith("/state")]
        assert len(times) <= (times[-1] - times[1]) / INTERVAL_S + 3  # two a second


def test_a_newcomer_gets_the_devices_and_the_state_from_the_broker(
    redis: Settings, broker: Broker, stack: ExitStack
):
    with house(broker) as ha:
        Station(at(redis, broker.url()), stack)
        until(lambda: ha.states("phase") == ["idle"])
    with house(broker) as newcomer:
        until(lambda: newcomer.states("phase") == ["idle"])
        assert all(retained for *_, retained in newcomer.heard)
        configs = [topic for _, topic, _, _ in newcomer.heard if topic.endswith("/config")]
        assert len(configs) == 14
        assert newcomer.payloads("event") == []


def test_the_buttons_act_on_the_running_session_only(
    redis: Settings, broker: Broker, stack: ExitStack
):
    with house(broker) as ha:
        station = Station(at(redis, broker.url()), stack)
        until(lambda: ha.states("phase") == ["idle"])
        got: list[Command] = []

        def press(name: str) -> None:
            ha.client.publish("hiitpi/home/command", name, qos=1).wait_for_publish(10)

        for name in ("pause", "rubbish", "uncover", "cover"):  # pause: no session is running
            press(name)
        until(lambda: got.extend(station.publish()) or got)
        assert [c.kind for c in got] == ["cover"]
        station.train()
        until(lambda: ha.states("phase")[-1] == "work")
        for name in ("pause", "resume", "done"):
            press(name)
        until(lambda: got.extend(station.publish()) or len(got) == 4)
        assert [(c.kind, c.session, c.device) for c in got[1:]] == [
            (kind, "a", "tablet") for kind in ("pause", "resume", "done")
        ]


def test_an_end_that_the_broker_missed_is_told_when_it_is_back(
    redis: Settings, tmp_path: Path, stack: ExitStack
):
    # It remembers the house, which may connect again later than the station.
    broker = Broker(
        tmp_path, "allow_anonymous true", "persistence true", f"persistence_location {tmp_path}/"
    )
    stack.callback(broker.stop)
    with house(broker, remembered=True) as ha:
        station = Station(at(redis, broker.url()), stack)
        station.train()
        until(lambda: ha.states("phase")[-1:] == ["work"])
        broker.stop()
        until(lambda: "lost" in (station.trouble() or ""))
        station.rep(1)
        station.finish()
        station.train("b")
        station.publisher.set_session(None)
        station.publish(None, Event("discarded", 50.0, session="b"))
        broker.start()
        until(lambda: ha.payloads("event"), 30)
        until(lambda: ha.states("phase")[-1] == "idle")
        assert [event["reps"] for event in ha.payloads("event")] == [1]
        assert ha.payloads("availability")[-1] == "online"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
# paho does not close a socket whose TLS handshake has failed.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_with_a_password_and_tls(redis: Settings, tmp_path: Path, stack: ExitStack):
    certificate, key, passwords = (tmp_path / name for name in ("cert.pem", "key.pem", "passwords"))
    openssl = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
        "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate),
    ]  # fmt: skip
    subprocess.run(openssl, check=True, capture_output=True)
    command = ["mosquitto_passwd", "-c", "-b", str(passwords), "hiitpi", "p@ss"]
    subprocess.run(command, check=True)
    options = [f"password_file {passwords}", f"certfile {certificate}", f"keyfile {key}"]
    broker = Broker(tmp_path, *options, scheme="mqtts")
    stack.callback(broker.stop)
    for login, ca, message in (
        ("hiitpi:p%40ss@", certificate, ""),
        ("hiitpi:wrong@", certificate, "refuses the connection: Not authorized"),
        ("hiitpi:p%40ss@", None, "unreachable"),  # nobody has signed its certificate
    ):
        with ExitStack() as one:
            station = Station(at(redis, broker.url(login), mqtt_ca=ca), one)
            until(lambda s=station, m=message: s.has_reported(m))
        connect(redis.redis(0)).delete(station.keys.mqtt)


def test_invalid_settings_are_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for url in ("http://host", "mqtt://", "mqtt://host:99999", "mqtt://host/topic"):
        monkeypatch.setenv("HIITPI_MQTT_URL", url)
        with pytest.raises(SettingsError, match="HIITPI_MQTT_URL"):
            Settings.load()
    monkeypatch.setenv("HIITPI_MQTT_URL", "mqtt://user:secret@host:0")
    with pytest.raises(SettingsError) as error:
        Settings.load()
    assert "secret" not in str(error.value)
    missing = Settings(mqtt_url="mqtts://host", mqtt_ca=tmp_path / "none.pem")
    with pytest.raises(MqttError, match=r"none\.pem"):
        connect_broker(missing)


def test_a_station_that_dies_is_unavailable(redis: Settings, broker: Broker):
    env = {**os.environ, **at(redis, broker.url()).environment()}
    with house(broker) as ha:
        process = subprocess.Popen([sys.executable, "-m", "hiitpi", "mqtt"], cwd=ROOT, env=env)
        until(lambda: ha.payloads("availability") == ["online"], 30)
        process.kill()
        process.wait()
        until(lambda: ha.payloads("availability") == ["online", "offline"])


def test_the_whole_app_is_followed_and_ended_by_a_button(broker: Broker):
    with house(broker) as ha, station(mqtt_url=broker.url(), camera_fps=15) as app:
        app.start_session("jumping_jacks", "Ada")
        until(lambda: ha.states("reps")[-1:] and (ha.states("reps")[-1] or 0) >= 2, 30)
        assert ha.payloads("state")[-1]["player"] == "Ada"
        ha.client.publish("hiitpi/home/command", "done", qos=1)
        until(lambda: ha.payloads("event"))
        assert ha.payloads("event")[0]["reps"] >= 2
    assert ha.payloads("availability")[-1] == "offline"
