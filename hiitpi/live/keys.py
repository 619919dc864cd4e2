"""The Redis keys, streams and channels that carry live data.

Keys of a station, all with the prefix `hiitpi:<station>:`

- `samples`, `events`, `commands`: streams whose entries have one field, `j`: a message as JSON.
  Every reader keeps its own cursor, so readers never consume each other's messages.
- `session`: snapshot of the running session as JSON; absent when no session is running.
- `camera`: status of the pipeline as JSON: camera, model, errors.
- `handled`: id of the last command that the pipeline handled.
- `frame`, `small`: channels, not keys: pictures of the living room, in two sizes, are forwarded and
  never stored. The number of subscribers tells the pipeline which sizes are being watched.
- `present`: a channel that never carries a message. Subscribing to it requests live data and keeps
  the pipeline awake.
- `here`: heartbeat, written once a second while the pipeline runs, with a TTL of `PRESENCE_TTL_S`.
  The remaining TTL gives the time since the last heartbeat, using only Redis' clock.
- `club`: status of the connection to the club's Redis.
- `heart_rate`: the athlete's heart rate and its zone as JSON, with a TTL of `HEART_RATE_TTL_MS`;
  absent without a strap.
- `mqtt`: status of the connection to the MQTT broker.
- `relayed`, `owner`, `fetched`: state of `hiitpi.live.relay`. In the club's Redis, `relayed` is the
  cursor up to which the streams were relayed, and `owner` the machine that holds the station name;
  in the station's own Redis, `fetched` is the cursor of the club's commands.

One key is shared by all stations, `STATIONS_KEY`: the set of their names.
"""

import struct
from dataclasses import dataclass
from typing import Final

#: Maximum stream lengths. Samples: 30 s at 30 frames/s, so that a browser that reconnects within
#: that time misses none.
MAX_SAMPLES: Final = 900
MAX_EVENTS: Final = 500
MAX_COMMANDS: Final = 100

#: The set of all station names.
STATIONS_KEY: Final = "hiitpi:stations"

#: Number of sessions that have ended in the club. A change invalidates caches of records.
FINISHED_KEY: Final = "hiitpi:finished"

#: Time to live of a station's heartbeat key.
PRESENCE_TTL_S: Final = 7 * 24 * 3600

#: Seconds without a heartbeat after which a station counts as offline.
OFFLINE_AFTER_S: Final = 5.0

#: Heartbeat interval.
HEARTBEAT_S: Final = 1.0

#: Time to live of a heart rate, in milliseconds. Straps send one a second, and may miss some.
HEART_RATE_TTL_MS: Final = 5000

#: Picture sizes; each has its own channel.
PICTURE_SIZES: Final = ("frame", "small")

#: The field of a stream entry that holds the message.
MESSAGE_FIELD: Final = b"j"

#: Header before a picture's JPEG data: frame number, and monotonic seconds when it was encoded.
PICTURE_HEADER: Final = struct.Struct(">Qd")


@dataclass(frozen=True)
class Keys:
    """Names of one station's keys."""

    station: str

    def key(self, name: str) -> str:
        """Return the station's full key for a short `name`, or the channel of a picture size."""
        return f"hiitpi:{self.station}:{name}"

    @property
    def samples(self) -> str:
        """Stream of samples."""
        return self.key("samples")

    @property
    def events(self) -> str:
        """Stream of events."""
        return self.key("events")

    @property
    def commands(self) -> str:
        """Stream of commands."""
        return self.key("commands")

    @property
    def session(self) -> str:
        """Snapshot of the running session."""
        return self.key("session")

    @property
    def camera(self) -> str:
        """Status of the pipeline: camera, model, errors."""
        return self.key("camera")

    @property
    def handled(self) -> str:
        """Id of the last command that the pipeline handled."""
        return self.key("handled")

    @property
    def present(self) -> str:
        """Presence channel; its subscribers keep the pipeline awake."""
        return self.key("present")

    @property
    def heartbeat(self) -> str:
        """Heartbeat of the pipeline."""
        return self.key("here")

    @property
    def club(self) -> str:
        """Status of the connection to the club."""
        return self.key("club")

    @property
    def mqtt(self) -> str:
        """Status of the connection to the MQTT broker."""
        return self.key("mqtt")

    @property
    def heart_rate(self) -> str:
        """The athlete's heart rate, while a strap sends it."""
        return self.key("heart_rate")

    @property
    def relayed(self) -> str:
        """Cursor up to which the relay has handed the streams over."""
        return self.key("relayed")

    @property
    def owner(self) -> str:
        """Identity of the machine that holds this station name."""
        return self.key("owner")

    @property
    def fetched(self) -> str:
        """Id of the last command fetched from the club."""
        return self.key("fetched")


@dataclass(frozen=True, slots=True)
class Picture:
    """One encoded camera picture.

    Attributes:
        seq: frame number.
        encoded: monotonic seconds when it was encoded.
        jpeg: JPEG data.
    """

    seq: int
    encoded: float
    jpeg: bytes


def seconds_since_heartbeat(ttl_ms: int) -> float:
    """Return the seconds since a station's last heartbeat, given its key's remaining TTL in ms."""
    return PRESENCE_TTL_S - ttl_ms / 1000
