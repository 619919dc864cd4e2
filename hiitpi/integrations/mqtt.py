"""Publishes one station's state to an MQTT broker, with Home Assistant discovery.

The process only reads the station's Redis and sends commands to it, like a browser; while nobody
trains, it publishes nothing and does not wake the camera.
"""

import json
import logging
import math
import queue
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import fmean
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
import redis
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from hiitpi.coach.codec import decode
from hiitpi.coach.messages import Command
from hiitpi.errors import MqttError
from hiitpi.integrations.home_assistant import (
    BUTTONS,
    OFFLINE,
    ONLINE,
    Topics,
    discovery_messages,
    station_state,
)
from hiitpi.live.connection_report import ConnectionReport
from hiitpi.live.keys import Keys
from hiitpi.live.redis_client import CONNECT_TIMEOUT_S, FIRST_ID, Client, connect, entry_id
from hiitpi.live.subscriber import Subscriber
from hiitpi.settings import Settings
from hiitpi.system.app_urls import url_for_other_devices
from hiitpi.system.process import Stop

log = logging.getLogger(__name__)

#: Minimum interval between two messages about the state, and the interval of the polls.
INTERVAL_S: Final = 0.5

#: Ends of sessions that are kept while the broker is unreachable.
MAX_PENDING: Final = 50

#: Ports by URL scheme, and the keep-alive interval of the connection in seconds.
PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
KEEPALIVE_S: Final = 30

#: Seconds after which the Status page takes this process for dead if it reports nothing.
REPORT_TTL_S: Final = 60

#: Delay before reconnecting: the first, and the longest.
RECONNECT_S: Final = (1, 30)


@dataclass
class _Tally:
    """What is known of a session that has not ended.

    Attributes:
        snapshot: its newest snapshot; None before the first.
        started: its start, seconds of the pipeline's clock; NaN if this process was not there yet.
        reps: repetitions so far.
        scores: their form scores, of those that this process has heard of.
    """

    snapshot: dict[str, Any] | None = None
    started: float = math.nan
    reps: int = 0
    scores: list[float] = field(default_factory=list)


class MqttBridge:
    """Publishes the state of a station, and passes on the commands of its buttons.

    Args:
        own: client of this machine's Redis.
        client: MQTT client, not yet connected; its callbacks are set here.
        station: this station's name.
        url: address of the pages.
        clock: monotonic seconds.
        wall_clock: seconds since the epoch.
    """

    def __init__(
        self,
        own: Client,
        client: paho.Client,
        station: str,
        url: str,
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
    ) -> None:
        self._client, self._keys = client, Keys(station)
        self._bus, self._topics = Subscriber(own, station), Topics(station)
        self._discovery = discovery_messages(station, url)
        self._clock, self._wall_clock = clock, wall_clock
        self._commands: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._connected = self._announced = False
        self._trouble = "Connecting to the MQTT broker"
        self._report = ConnectionReport(own, self._keys.mqtt, "the MQTT broker", REPORT_TTL_S)
        self._cursor: bytes | None = None
        self._published: dict[str, Any] | None = None
        self._next_state_at = -math.inf
        self._session: dict[str, Any] | None = None  # snapshot of the running one
        self._tallies: dict[str, _Tally] = {}  # by the session's uuid
        self._last_session: dict[str, Any] | None = None
        self._pending: list[dict[str, Any]] = []
        client.will_set(self._topics.topic("availability"), OFFLINE, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message

    def run(self, stop: Stop, beat: Callable[[], None]) -> None:
        """Publish until `stop` is set; Redis and the broker may come and go.

        Args:
            stop: ends the loop when set.
            beat: heartbeat, called before every step.
        """
        self._client.loop_start()
        try:
            while not stop.is_set():
                beat()
                try:
                    self.step()
                except redis.RedisError as error:
                    log.info("Redis is unreachable (%s); retrying.", error)
                    stop.wait(CONNECT_TIMEOUT_S)
        finally:
            if self._connected:
                self._publish("availability", OFFLINE).wait_for_publish(CONNECT_TIMEOUT_S)
            self._client.disconnect()
            self._client.loop_stop()

    def step(self) -> None:
        """Wait up to `INTERVAL_S` for events, then publish what has changed.

        Raises:
            redis.RedisError: Redis is unreachable; call again.
        """
        newest = self._bus.newest("events")
        if self._cursor is None:
            self._cursor = newest
        elif entry_id(newest) < entry_id(self._cursor):  # Redis lost its data; the ids restarted
            self._cursor, self._tallies = FIRST_ID, {}
        events = self._bus.wait({"events": self._cursor}, INTERVAL_S).get("events", ())
        self._session = self._bus.session()
        if self._session:
            self._tally(self._session["uuid"]).snapshot = self._session
        for entry, data in events:
            self._cursor = entry
            self._on_event(decode(data))
        while not self._commands.empty():
            self._send(self._commands.get())
        self._report.send(self._trouble)
        if self._connected:
            self._publish_changes()

    # Callbacks of paho's thread: they only set flags and queue commands.

    def _on_connect(
        self, client: paho.Client, data: Any, flags: Any, reason: ReasonCode, properties: Any
    ) -> None:
        if reason.is_failure:
            self._trouble = f"The MQTT broker refuses the connection: {reason}"
            return
        client.subscribe(self._topics.topic("command"), qos=1)
        self._trouble, self._announced, self._connected = "", False, True

    def _on_connect_fail(self, client: paho.Client, data: Any) -> None:
        self._trouble = "The MQTT broker is unreachable"

    def _on_disconnect(
        self, client: paho.Client, data: Any, flags: Any, reason: ReasonCode, properties: Any
    ) -> None:
        if self._connected:
            self._trouble = f"The connection to the MQTT broker is lost: {reason}"
        self._connected = False

    def _on_message(self, client: paho.Client, data: Any, message: paho.MQTTMessage) -> None:
        if not message.retain:  # a button that was pressed while nobody listened
            self._commands.put(message.payload.decode(errors="replace"))

    # The main thread

    def _send(self, name: str) -> None:
        """Send the command of a button to the pipeline, on behalf of the device in control."""
        kind = next((kind for kind in BUTTONS if kind == name), None)
        if kind is None:
            log.warning("Ignored an unknown MQTT command: %.40r.", name)
        elif kind == "cover":
            self._bus.command(Command(kind))
        elif self._session:
            device = self._session["controller"]["id"]
            self._bus.command(Command(kind, session=self._session["uuid"], device=device))

    def _tally(self, session: str) -> _Tally:
        return self._tallies.setdefault(session, _Tally())

    def _on_event(self, event: dict[str, Any]) -> None:
        kind, session = event["kind"], event["session"]
        if kind == "started":
            self._tally(session).started = event["time"]
        elif kind == "rep":
            tally = self._tally(session)
            tally.reps = event["rep"]["number"]
            tally.scores.append(event["rep"]["score"])
        elif kind in ("finished", "discarded"):
            tally = self._tallies.pop(session, _Tally())
            if kind == "finished" and tally.snapshot:
                self._on_finished(tally, tally.snapshot, event["time"] - tally.started)

    def _on_finished(self, tally: _Tally, snapshot: dict[str, Any], seconds: float) -> None:
        ended = datetime.fromtimestamp(self._wall_clock(), UTC).isoformat(timespec="seconds")
        self._last_session = {
            "player": snapshot["player"],
            "program": snapshot["program"],
            "reps": tally.reps,
            "form": round(fmean(tally.scores), 1) if tally.scores else None,
            "seconds": None if math.isnan(seconds) else round(seconds),
            "ended": ended,
        }
        self._pending = [*self._pending, self._last_session][-MAX_PENDING:]

    def _publish_changes(self) -> None:
        now = self._clock()
        if not self._announced:
            self._announced, self._published = True, None
            for topic, message in self._discovery.items():
                self._client.publish(topic, json.dumps(message), qos=1, retain=True)
            self._publish("availability", ONLINE)
        for ended in self._pending:
            self._publish("event", {"event_type": "finished", **ended}, retain=False)
        self._pending = []
        if now < self._next_state_at:
            return
        status = self._bus.status() if self._bus.is_online() else None
        sample = self._bus.newest_sample() if self._session else None
        state = station_state(self._session, sample, status, self._last_session)
        if state != self._published:
            self._publish("state", state)
            self._published, self._next_state_at = state, now + INTERVAL_S

    def _publish(self, name: str, payload: Any, retain: bool = True) -> paho.MQTTMessageInfo:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        return self._client.publish(self._topics.topic(name), text, qos=1, retain=retain)


def connect_broker(settings: Settings) -> paho.Client:
    """Return a client that connects to the broker, and reconnects, once its loop is started.

    Raises:
        MqttError: HIITPI_MQTT_URL or HIITPI_MQTT_CA is invalid.
    """
    assert settings.mqtt_url
    parts = urlsplit(settings.mqtt_url)
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"hiitpi-{settings.station}")
    if parts.username:
        client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
    if parts.scheme == "mqtts":
        try:
            client.tls_set(str(settings.mqtt_ca) if settings.mqtt_ca else None)
        except (OSError, ValueError) as error:
            raise MqttError(f"HIITPI_MQTT_CA={settings.mqtt_ca}: {error}.") from error
    client.reconnect_delay_set(*RECONNECT_S)
    client.connect_async(parts.hostname or "", parts.port or PORTS[parts.scheme], KEEPALIVE_S)
    return client


def serve(settings: Settings, beat: Callable[[], None]) -> None:
    """Run the process until SIGTERM or SIGINT.

    Args:
        settings: settings of this station.
        beat: heartbeat, called before every step.

    Raises:
        MqttError: the settings of the connection are invalid.
    """
    stop = Stop(signal.SIGTERM, signal.SIGINT)
    url = url_for_other_devices(settings) or f"{settings.scheme}://localhost:{settings.port}"
    bridge = MqttBridge(
        connect(settings.redis(0)),
        connect_broker(settings),
        settings.station,
        url,
        time.monotonic,
        time.time,
    )
    bridge.run(stop, beat)
