"""The messages by which Home Assistant learns about a station."""

import json
import re
from typing import get_args

from hiitpi.coach.messages import CommandKind, Phase
from hiitpi.integrations.home_assistant import (
    BUTTONS,
    PHASES,
    SENSORS,
    Topics,
    discovery_messages,
    station_state,
)

SESSION = {"phase": "work", "title": "Squats", "player": "Ada"}
SAMPLE = {"phase": "work", "reps": 3, "pace": 12.5, "score": None}


def test_each_entity_has_its_own_id_and_belongs_to_the_device():
    messages = discovery_messages("garage", "http://pi:8050")
    assert len(messages) == len(SENSORS) + len(BUTTONS) + 1
    assert len({message["unique_id"] for message in messages.values()}) == len(messages)
    for topic, message in messages.items():
        assert re.fullmatch(r"homeassistant/(sensor|button|event)/hiitpi_garage/\w+/config", topic)
        assert message["device"]["identifiers"] == ["hiitpi_garage"]
        assert message["device"]["configuration_url"] == "http://pi:8050"
        assert message["availability_topic"] == "hiitpi/garage/availability"
        json.dumps(message)


def test_each_sensor_shows_a_field_of_the_state():
    messages = discovery_messages("garage", "")
    state = station_state(SESSION, SAMPLE, {"state": "on"}, None)
    assert set(state) == set(SENSORS)
    for key in SENSORS:
        sensor = messages[f"homeassistant/sensor/hiitpi_garage/{key}/config"]
        assert f"value_json.{key}" in sensor["value_template"]
        assert sensor["state_topic"] == Topics("garage").topic("state")


def test_the_buttons_send_commands_that_are_known():
    assert set(BUTTONS) <= set(get_args(CommandKind))
    messages = discovery_messages("garage", "")
    for payload in BUTTONS:
        button = messages[f"homeassistant/button/hiitpi_garage/{payload}/config"]
        assert (button["payload_press"], button["command_topic"]) == (
            payload,
            Topics("garage").topic("command"),
        )


def test_every_phase_of_a_session_is_an_option():
    assert set(PHASES) == {"idle", *get_args(Phase)}


def test_the_state_while_somebody_trains_and_while_nobody_does():
    last = {"reps": 9}
    assert station_state(SESSION, SAMPLE, {"state": "on"}, last) == {
        "phase": "work",
        "workout": "Squats",
        "player": "Ada",
        "reps": 3,
        "pace": 12.5,
        "form": None,
        "heart_rate": None,
        "camera": "on",
        "last_session": last,
    }
    strap = {**SAMPLE, "heart_rate": {"bpm": 141, "zone": None}}
    assert station_state(SESSION, strap, None, None)["heart_rate"] == 141
    idle = station_state(None, SAMPLE, None, None)
    assert idle["phase"] == "idle"
    assert idle["camera"] == "offline"
    assert {idle[key] for key in ("workout", "player", "reps", "pace", "form")} == {None}


def test_a_sample_from_before_the_session_shows_no_counts():
    assert station_state(SESSION, {**SAMPLE, "phase": None}, {}, None)["reps"] is None
