"""The Redis keys, streams and channels that carry live data.

Keys of a station, all with the prefix `hiitpi:<station>:`

- `samples`, `events`, `commands`: streams with one field `j`, a message as JSON. Every reader keeps
  its own cursor, so nobody takes a message away from anybody.
- `session`: the summary of the running session as JSON; absent when there is none.
- `camera`: what the trainer says of itself: camera, model, trouble.
- `handled`: id of the last command that the trainer carried out.
- `frame`, `small`: channels, not keys: pictures of the living room, in two sizes, are passed on and
  never stored. The number of subscribers tells the trainer which of them somebody watches.
- `present`: a channel on which nothing is ever said: who subscribes wants live data, so the trainer
  stays awake.
- `here`: written once a second while the pipeline works; it expires `PRESENCE_TTL_S` seconds after
  that, so what is left of it tells how long the station has been away, by Redis' clock alone.
- `club`: what the way to the club's Redis says of itself; and of `hiitpi.live.relay`, there:
  `relayed`, how far it has got, and `owner`, whose name this is; here: `fetched`, likewise.

And one key of all stations, `STATIONS_KEY`: the set of their names.
"""

import struct
from dataclasses import dataclass
from typing import Final

#: Stream lengths. Samples: 30 s at 30 frames/s, so that a browser that was away for less gets all.
MAX_SAMPLES: Final = 900
MAX_EVENTS: Final = 500
MAX_COMMANDS: Final = 100

#: The set of all stations' names.
STATIONS_KEY: Final = "hiitpi:stations"

#: How many sessions have ended in the club: whoever caches records starts anew when it changes.
FINISHED_KEY: Final = "hiitpi:finished"

#: Seconds for which a station is remembered, after which a silent one counts as offline, and
#: between two heartbeats.
PRESENCE_TTL_S: Final = 7 * 24 * 3600
OFFLINE_AFTER_S: Final = 5.0
HEARTBEAT_S: Final = 1.0

#: Sizes of the pictures, each with a channel of its own.
PICTURE_SIZES: Final = ("frame", "small")

#: The field of a stream entry that holds the message.
MESSAGE_FIELD: Final = b"j"

#: What precedes a picture's JPEG: frame number, and monotonic seconds at encoding.
PICTURE_HEADER: Final = struct.Struct(">Qd")


@dataclass(frozen=True)
class Keys:
    """The names of one station's keys."""

    station: str

    def key(self, name: str) -> str:
        """The station's key called `name`; also the channel of a picture size."""
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
        """Id of the last command that was carried out."""
        return self.key("handled")

    @property
    def present(self) -> str:
        """Channel whose subscribers keep the camera awake."""
        return self.key("present")

    @property
    def here(self) -> str:
        """Heartbeat of the pipeline."""
        return self.key("here")

    @property
    def club(self) -> str:
        """Status of the connection to the club."""
        return self.key("club")

    @property
    def relayed(self) -> str:
        """How far the relay has got."""
        return self.key("relayed")

    @property
    def owner(self) -> str:
        """Identity of the machine that has this station name."""
        return self.key("owner")

    @property
    def fetched(self) -> str:
        """Id of the last command that was fetched from the club."""
        return self.key("fetched")


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG, the number of its frame, and when it was encoded, monotonic seconds."""

    seq: int
    encoded: float
    jpeg: bytes


def seconds_since_heartbeat(ttl_ms: int) -> float:
    """Seconds since a station's last heartbeat, from the milliseconds that its key has left."""
    return PRESENCE_TTL_S - ttl_ms / 1000
