"""A station as a device of Home Assistant: MQTT discovery messages, and the state they refer to.

The format is that of https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hiitpi import __version__
from hiitpi.coach.messages import CommandKind

#: Prefix of the topics on which Home Assistant looks for devices.
DISCOVERY_PREFIX: Final = "homeassistant"

#: Payloads of the availability topic.
ONLINE, OFFLINE = "online", "offline"

#: The buttons: name and icon, by the command that each sends. The lens can only be covered from
#: here: opening it takes a device that has entered the house code.
BUTTONS: Final[Mapping[CommandKind, tuple[str, str]]] = {
    "pause": ("Pause", "mdi:pause"),
    "resume": ("Resume", "mdi:play"),
    "done": ("Done", "mdi:flag-checkered"),
    "cover": ("Cover the lens", "mdi:camera-off"),
}

PHASES: Final = ("idle", "position", "countdown", "work", "rest", "paused")
CAMERA_STATES: Final = ("on", "off", "covered", "away", "offline")

#: The sensors: name, and further fields of their discovery message. Each shows the field of the
#: state that has its key.
SENSORS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "phase": ("Phase", {"icon": "mdi:timer", "device_class": "enum", "options": list(PHASES)}),
    "workout": ("Workout", {"icon": "mdi:weight-lifter"}),
    "player": ("Player", {"icon": "mdi:account"}),
    "reps": (
        "Repetitions",
        {
            "icon": "mdi:counter",
            "unit_of_measurement": "reps",
            "state_class": "measurement",
        },
    ),
    "pace": (
        "Pace",
        {
            "icon": "mdi:speedometer",
            "unit_of_measurement": "reps/30 s",
            "state_class": "measurement",
        },
    ),
    "form": (
        "Form",
        {
            "icon": "mdi:star",
            "unit_of_measurement": "points",
            "state_class": "measurement",
        },
    ),
    "heart_rate": (
        "Heart rate",
        {
            "icon": "mdi:heart-pulse",
            "unit_of_measurement": "bpm",
            "state_class": "measurement",
        },
    ),
    "camera": (
        "Camera",
        {"icon": "mdi:camera", "device_class": "enum", "options": list(CAMERA_STATES)},
    ),
    "last_session": (
        "Last session",
        {
            "icon": "mdi:history",
            "device_class": "timestamp",
            "value_template": "{{ value_json.last_session.ended | default(none) }}",
            "json_attributes_template": "{{ value_json.last_session | tojson }}",
        },
    ),
}


@dataclass(frozen=True)
class Topics:
    """The MQTT topics of a station."""

    station: str

    def topic(self, name: str) -> str:
        """Return the station's topic "state", "availability", "event" or "command"."""
        return f"hiitpi/{self.station}/{name}"


def discovery_messages(station: str, url: str) -> dict[str, dict[str, Any]]:
    """Return the retained messages by which Home Assistant adds the station as a device.

    Args:
        station: name of the station.
        url: address of the pages, which the device links to.

    Returns:
        The messages by topic: a sensor for each field of the state, a button for each command, and
        an event for the end of a session.
    """
    topics, node = Topics(station), f"hiitpi_{station}"
    common = {
        "availability_topic": topics.topic("availability"),
        "device": {
            "identifiers": [node],
            "name": f"HIIT PI {station}",
            "manufacturer": "HIIT PI",
            "model": "Personal trainer",
            "sw_version": __version__,
            "configuration_url": url,
        },
    }
    messages: dict[str, dict[str, Any]] = {}

    def add(component: str, key: str, name: str, fields: Mapping[str, Any]) -> None:
        messages[f"{DISCOVERY_PREFIX}/{component}/{node}/{key}/config"] = {
            "name": name,
            "unique_id": f"{node}_{key}",
            **fields,
            **common,
        }

    for key, (name, fields) in SENSORS.items():
        state = {
            "state_topic": topics.topic("state"),
            "value_template": f"{{{{ value_json.{key} }}}}",
        }
        if "json_attributes_template" in fields:
            state["json_attributes_topic"] = topics.topic("state")
        add("sensor", key, name, {**state, **fields})
    for command, (name, icon) in BUTTONS.items():
        button = {"command_topic": topics.topic("command"), "payload_press": command, "icon": icon}
        add("button", command, name, button)
    finished = {
        "state_topic": topics.topic("event"),
        "event_types": ["finished"],
        "icon": "mdi:flag",
    }
    add("event", "session", "Session", finished)
    return messages


def station_state(
    session: Mapping[str, Any] | None,
    sample: Mapping[str, Any] | None,
    status: Mapping[str, Any] | None,
    last_session: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return the state of a station, which the sensors show.

    Args:
        session: snapshot of the running session; None if there is none.
        sample: the newest sample; None if there is none.
        status: status of the pipeline; None if it is offline.
        last_session: the last session that ended; None if unknown.

    Returns:
        A value for each of `SENSORS`; None where there is none to show.
    """
    training = session or {}
    # Samples older than the session have no phase.
    counts = sample if session and sample and sample.get("phase") else {}
    return {
        "phase": training.get("phase", "idle"),
        "workout": training.get("title"),
        "player": training.get("player"),
        "reps": counts.get("reps"),
        "pace": counts.get("pace"),
        "form": counts.get("score"),
        "heart_rate": (counts.get("heart_rate") or {}).get("bpm"),
        "camera": (status or {}).get("state", "offline"),
        "last_session": last_session or {},
    }
