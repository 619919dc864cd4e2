"""Typed settings, read from environment variables and from a file `.env`.

No other module reads `HIITPI_...` variables. The `description` of each field is its row in
docs/configuration.md; `python -m hiitpi settings` prints that table.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as SourceError

from hiitpi.errors import SettingsError
from hiitpi.setting_rules import (
    check_house_code,
    check_mqtt_url,
    check_own_redis_url,
    check_timezone,
    check_tls,
)

Rotation = Literal[0, 90, 180, 270]
AthleteForm = Literal["good", "half", "uneven", "one_sided", "leaving", "passer_by", "close"]


def _as_number(value: Any) -> Any:
    """Return the number of an environment variable, which is text; other values unchanged."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


Fraction = Annotated[float, Field(ge=0, le=1)]

ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """The settings of one machine.

    Each field is read from the environment variable `HIITPI_` plus its name in capitals, or from
    a file `.env` in the current folder. The environment takes precedence.
    """

    model_config = SettingsConfigDict(
        env_prefix="HIITPI_", env_file=".env", extra="ignore", frozen=True
    )

    host: str = Field("0.0.0.0", description="Address the web server listens on.")
    port: int = Field(8050, ge=1, le=65535, description="Port the web server listens on.")
    instance: Path = Field(
        ROOT / "instance", description="Data directory: database, logs, keys, unsaved sessions."
    )
    station: str = Field(
        "home",
        pattern=r"^[a-z0-9_-]{1,30}$",
        description="Station name, the name of this camera; unique within a club. Up to 30 "
        "lower-case letters, digits, `_` and `-`.",
    )
    camera: str = Field(
        "auto",
        description="Camera: `auto`, `picamera2`, `picamera`, the number or device of a USB camera "
        "(`0`, `/dev/video0`), a video file, the URL of a stream, `athlete` (synthetic), or `none` "
        "(this machine only serves the pages). See [cameras](cameras.md).",
    )
    camera_width: int = Field(640, ge=160, le=3840, description="Frame width in pixels.")
    camera_height: int = Field(480, ge=120, le=2160, description="Frame height in pixels.")
    camera_fps: float = Field(30.0, gt=0, le=120, description="Frames per second.")
    camera_flip: bool = Field(
        False, description="Flip the frames of a ribbon-cable camera that delivers mirrored ones."
    )
    camera_rotate: Annotated[Rotation, BeforeValidator(_as_number)] = Field(
        0,
        description="Degrees clockwise by which the frames are turned, for a camera that is "
        "mounted on its side or upside down: 0, 90, 180 or 270.",
    )
    camera_zoom: tuple[Fraction, Fraction, Fraction, Fraction] = Field(
        (0.0, 0.0, 1.0, 1.0),
        description="Region of interest of a ribbon-cable camera: x, y, width and height as "
        "fractions of the full view, 0 to 1.",
    )
    camera_exposure: float = Field(
        0.0, ge=-4, le=4, description="Exposure compensation of a ribbon-cable camera, in stops."
    )
    camera_loop: bool = Field(True, description="Play a video file in a loop.")
    camera_realtime: bool = Field(
        True, description="Play a video file at its own frame rate, not as fast as possible."
    )
    mirror: bool = Field(True, description="Show the video mirrored.")
    athlete_pace: float = Field(
        0.0,
        ge=0,
        le=120,
        description="Repetitions per minute of the synthetic athlete; 0: the default pace of each "
        "workout.",
    )
    athlete_form: AthleteForm = Field(
        "good",
        description="How the synthetic athlete trains: `good`, `half` (half repetitions), "
        "`uneven` (uneven tempo), `one_sided`, `leaving` (steps out of view), `passer_by` (a "
        "second person walks past) or `close` (stands too close at first).",
    )
    model: str = Field(
        "auto",
        description="Pose model: `auto` (the most accurate that is fast enough here), `blazepose`, "
        "`blazepose_lite`, `blazepose_heavy`, `movenet`, `posenet`, `posenet_353`. See "
        "[models](models.md).",
    )
    accelerator: Literal["auto", "edgetpu", "cpu"] = Field(
        "auto",
        description="Where the pose model runs: `auto` (an Edge TPU if there is one, otherwise "
        "the CPU), `edgetpu`, `cpu`.",
    )
    model_mirror: Path | None = Field(
        None, description="Folder with the pose models, tried before the internet."
    )
    threads: int = Field(
        max(1, (os.cpu_count() or 2) // 2), ge=1, le=64, description="CPU threads per inference."
    )
    workouts_dir: Path | None = Field(None, description="Folder with your own workouts.")
    redis_url: str | None = Field(
        None,
        description="Redis server shared by the stations of a club, for example "
        "`redis://:password@hub.local:6379/0`.",
    )
    own_redis_url: Annotated[str | None, AfterValidator(check_own_redis_url)] = Field(
        None,
        description="Redis server used instead of the one the app starts, for example in "
        "containers. The URL must not name a database.",
    )
    database_url: str | None = Field(
        None,
        description="SQLAlchemy URL of a database used instead of SQLite, for example "
        "`postgresql://hiitpi:password@hub.local/hiitpi`.",
    )
    backup_to: str | None = Field(
        None,
        min_length=1,
        description="Where a backup is put every night: a folder, `rclone:remote:folder` or "
        "`restic:repository`. See [backups](records.md).",
    )
    replay_days: int = Field(
        30,
        ge=0,
        le=3650,
        description="Days for which the movements of a session are kept for its [replay](replay.md)"
        ": joints, no pictures. 0 keeps none.",
    )
    timezone: Annotated[str | None, AfterValidator(check_timezone)] = Field(
        None,
        description="Time zone that decides which day it is, for example `Europe/Berlin`; by "
        "default that of the machine.",
    )
    video_width: int = Field(
        0, ge=0, le=3840, description="Width of the full-size video in pixels; 0: frame width."
    )
    jpeg_quality: int = Field(
        80, ge=10, le=100, description="JPEG quality of the full-size video, 10 to 100."
    )
    small_width: int = Field(
        480, ge=64, le=3840, description="Width of the small video, for phones, in pixels."
    )
    small_quality: int = Field(
        70, ge=10, le=100, description="JPEG quality of the small video, 10 to 100."
    )
    house_code: Annotated[str, AfterValidator(check_house_code)] = Field(
        "",
        description="Code that each device has to enter once: six digits, or a phrase of at least "
        "eight characters; generated if not set. `off` disables it: everybody on your network can "
        "see the video.",
    )
    hosts: str = Field(
        "", description="Additional host names, such as a reverse proxy's, separated by commas."
    )
    tls: Literal["off", "auto"] = Field(
        "off",
        description="`auto` opens the pages by https, with a certificate of a house authority that "
        "HIIT PI makes. See [HTTPS](https.md).",
    )
    tls_cert: Path | None = Field(
        None, description="TLS certificate file, for HTTPS; requires `HIITPI_TLS_KEY`."
    )
    tls_key: Path | None = Field(None, description="Private key of the TLS certificate.")
    mqtt_url: Annotated[str | None, AfterValidator(check_mqtt_url)] = Field(
        None,
        description="MQTT broker, for example `mqtt://user:password@homeassistant.local:1883`, or "
        "`mqtts://…` with TLS. See [Home Assistant](home-assistant.md).",
    )
    mqtt_ca: Path | None = Field(
        None,
        description="Certificate of the authority that signed the MQTT broker's certificate; by "
        "default the authorities that this machine trusts.",
    )
    webhook_local: bool = Field(
        False, description="Allow [webhooks](webhooks.md) to addresses of this machine itself."
    )
    max_viewers: int = Field(
        24, ge=1, le=28, description="Maximum number of simultaneous video streams, up to 28."
    )
    log_level: str = Field(
        "INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="Log level: `DEBUG`, `INFO`, `WARNING` or `ERROR`.",
    )

    @model_validator(mode="after")
    def _validate_tls_files(self) -> "Settings":
        check_tls(self.tls == "auto", self.tls_cert, self.tls_key)
        return self

    @classmethod
    def load(cls, **overrides: object) -> "Settings":
        """Read the settings from the environment and `.env`.

        Args:
            overrides: values, by field name, that take precedence over both.

        Raises:
            SettingsError: A value is invalid; the message names the variable.
        """
        try:
            return cls(**overrides)  # type: ignore[arg-type]
        except (SourceError, UnicodeDecodeError) as error:
            reason = str(error).splitlines()[0]
            raise SettingsError(
                f"The settings cannot be read from the environment or .env: {reason}."
            ) from None
        except ValidationError as error:
            first = error.errors()[0]
            if not first["loc"]:
                raise SettingsError(f"{first['msg'].removeprefix('Value error, ')}.") from None
            name = "HIITPI_" + "_".join(str(part) for part in first["loc"]).upper()
            value = (
                "" if name.endswith("_URL") else f"={first['input']!r}"
            )  # it may have a password
            raise SettingsError(f"{name}{value} cannot be used: {first['msg']}.") from None

    @classmethod
    def unknown(cls, environment: Mapping[str, str] | None = None) -> list[str]:
        """Return variable names that look like settings but are not, in alphabetical order.

        Args:
            environment: the variables to check; by default those of this process and of `.env`.
        """
        names = set(os.environ if environment is None else environment)
        if environment is None and Path(".env").is_file():
            lines = Path(".env").read_text(errors="replace").splitlines()
            names |= {line.partition("=")[0].removeprefix("export ").strip() for line in lines}
        settings = {f"HIITPI_{name.upper()}" for name in cls.model_fields}
        return sorted(
            n for n in names if n.upper().startswith("HIITPI_") and n.upper() not in settings
        )

    def make_instance(self) -> None:
        """Create the data directory, accessible to the current user only.

        Raises:
            SettingsError: The directory cannot be created.
        """
        try:
            self.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"HIITPI_INSTANCE={str(self.instance)!r}: the folder cannot be created: "
                f"{error.strerror}."
            ) from error

    def environment(self) -> dict[str, str]:
        """Return these settings as environment variables for child processes."""
        values = self.model_dump(mode="json", exclude_none=True)
        # Compound values are read back as JSON.
        text = {n: json.dumps(v) if isinstance(v, list) else str(v) for n, v in values.items()}
        return {f"HIITPI_{name.upper()}": value for name, value in text.items()}

    @property
    def scheme(self) -> str:
        """URL scheme of the pages, "http" or "https"."""
        return "https" if self.tls_cert or self.tls == "auto" else "http"

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.instance.resolve() / 'hiitpi.sqlite'}"

    @property
    def zone(self) -> tzinfo | None:
        """Time zone that decides which day it is; None: that of the machine."""
        return ZoneInfo(self.timezone) if self.timezone else None

    @property
    def logs(self) -> Path:
        """Folder of the log files."""
        return self.instance / "logs"

    @property
    def redis_socket(self) -> Path:
        """Unix socket of the app's own Redis.

        The kernel limits the path of a socket to 107 bytes. If the data directory is nested too
        deeply for that, the socket is placed in a folder of the temporary directory.
        """
        path = self.instance.resolve() / "redis.sock"
        if len(os.fsencode(path)) < 100:
            return path
        name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"hiitpi-{name}" / "redis.sock"

    def redis(self, database: int) -> str:
        """Return the URL of a database of this machine's Redis.

        Args:
            database: 0 for live data, 1 for browser sessions, 2 for the cache.
        """
        if self.own_redis_url:
            parts = urlsplit(self.own_redis_url)
            if parts.scheme == "unix":
                options = f"{parts.query}&" if parts.query else ""
                return f"unix://{parts.netloc}{parts.path}?{options}db={database}"
            options = f"?{parts.query}" if parts.query else ""
            return f"{parts.scheme}://{parts.netloc}/{database}{options}"
        return f"unix://{self.redis_socket}?db={database}"

    @property
    def own_station(self) -> str | None:
        """Station name of this machine; None if it has no camera and only shows other stations."""
        return None if self.camera == "none" else self.station
