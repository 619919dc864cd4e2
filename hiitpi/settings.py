"""Every setting, typed. Nothing else reads the environment."""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as SourceError

from hiitpi.errors import SettingsError

AthleteForm = Literal["good", "half", "uneven", "one_sided", "leaving", "passer_by", "close"]
Part = Annotated[float, Field(ge=0, le=1)]

#: The value of HIITPI_HOUSE_CODE that lets every device in.
HOUSE_CODE_OFF: Final = "off"

#: A house code has so many digits, or is a phrase of at least so many characters.
HOUSE_CODE_DIGITS: Final = 6
MIN_HOUSE_PHRASE_CHARS: Final = 8

ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """Settings from `HIITPI_...` variables, or from a file `.env` in the current folder."""

    model_config = SettingsConfigDict(
        env_prefix="HIITPI_", env_file=".env", extra="ignore", frozen=True
    )

    host: str = Field("0.0.0.0", description="Address the web server listens on.")
    port: int = Field(8050, ge=1, le=65535, description="Port the web server listens on.")
    instance: Path = Field(
        ROOT / "instance", description="Folder for what is made at run time: database, logs, key."
    )
    station: str = Field(
        "home", pattern=r"^[a-z0-9_-]{1,30}$", description="Name of this camera's place."
    )
    camera: str = Field(
        "auto",
        description="`auto`, `picamera2`, `picamera`, `athlete` (drawn), a USB camera (`0`, "
        "`/dev/video0`), a video file, a stream's URL, or `none`: pages only.",
    )
    camera_width: int = Field(640, ge=160, le=3840, description="Width of the picture, pixels.")
    camera_height: int = Field(480, ge=120, le=2160, description="Height of the picture, pixels.")
    camera_fps: float = Field(30.0, gt=0, le=120, description="Pictures a second.")
    camera_flip: bool = Field(
        False,
        description="A ribbon-cable camera that is mounted mirrored: exchange left and right.",
    )
    camera_zoom: tuple[Part, Part, Part, Part] = Field(
        (0.0, 0.0, 1.0, 1.0),
        description="Part of a ribbon-cable camera's view: [x, y, w, h], 0..1.",
    )
    camera_exposure: float = Field(
        0.0, ge=-4, le=4, description="Exposure compensation of a ribbon-cable camera, stops."
    )
    camera_loop: bool = Field(True, description="A video file begins anew at its end.")
    camera_realtime: bool = Field(
        True, description="A video file plays at its own pace, not as fast as it can be read."
    )
    mirror: bool = Field(True, description="Show the video like a mirror.")
    athlete_pace: float = Field(
        0.0,
        ge=0,
        le=120,
        description="Repetitions a minute of the drawn athlete; 0: each workout's own pace.",
    )
    athlete_form: AthleteForm = Field(
        "good",
        description="How the drawn athlete trains: `good`, `half` (half repetitions), `uneven`, "
        "`one_sided`, `leaving` (steps out of view), `passer_by` (a second person walks by), "
        "`close` (stands too near at first).",
    )
    model: str = Field("auto", description="Pose model: `auto`, `blazepose`, `posenet`, ...")
    accelerator: Literal["auto", "edgetpu", "cpu"] = Field(
        "auto", description="`auto`: an Edge TPU if there is one, else the CPU; `edgetpu`; `cpu`."
    )
    model_mirror: Path | None = Field(
        None, description="Folder that has the pose models, tried before the internet."
    )
    threads: int = Field(
        max(1, (os.cpu_count() or 2) // 2), ge=1, le=64, description="CPU threads of one inference."
    )
    workouts_dir: Path | None = Field(None, description="Folder with workouts of your own.")
    redis_url: str | None = Field(
        None, description="Redis server that the stations of a club share; this one reports to it."
    )
    own_redis_url: str | None = Field(
        None, description="Redis server to use instead of the app's own, as containers do."
    )
    database_url: str | None = Field(
        None, description="SQLAlchemy URL of the database to use instead of SQLite."
    )
    timezone: str | None = Field(
        None, description="The house's time zone, like `Europe/Berlin`; this machine's by default."
    )
    video_width: int = Field(
        0, ge=0, le=3840, description="Width of the video, pixels; 0: as the camera gives it."
    )
    jpeg_quality: int = Field(80, ge=10, le=100, description="Quality of the video's pictures.")
    small_width: int = Field(
        480, ge=64, le=3840, description="Width of the small video, for phones, pixels."
    )
    small_quality: int = Field(70, ge=10, le=100, description="Quality of the small video.")
    house_code: str = Field(
        "",
        description="What a device must know once: six digits or a phrase; `off`: everybody on the "
        "network sees the video. One is made where none is set.",
    )
    hosts: str = Field(
        "", description="Names, with commas, under which a proxy of yours reaches the pages."
    )
    tls_cert: Path | None = Field(
        None, description="Certificate file, for https; with `HIITPI_TLS_KEY`."
    )
    tls_key: Path | None = Field(None, description="The certificate's key.")
    max_viewers: int = Field(24, ge=1, le=28, description="Videos that are shown at a time.")
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much the logs tell."
    )

    @field_validator("house_code")
    @classmethod
    def _is_code(cls, code: str) -> str:
        return check_house_code(code)

    @model_validator(mode="after")
    def _has_both(self) -> "Settings":
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("HIITPI_TLS_CERT and HIITPI_TLS_KEY belong together")
        for file in (self.tls_cert, self.tls_key):
            if file and not os.access(file, os.R_OK):
                raise ValueError(f"{file} cannot be read")
        return self

    @field_validator("own_redis_url")
    @classmethod
    def _names_no_database(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "redis:")
        if parts.scheme not in ("redis", "rediss", "unix"):
            raise ValueError("it must begin with redis://, rediss:// or unix://")
        named = parts.path.strip("/") if parts.scheme != "unix" else ""
        if named or "db" in parse_qs(parts.query):
            raise ValueError("it must name no database: 0, 1 and 2 are used")
        return url

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, name: str | None) -> str | None:
        try:
            return ZoneInfo(name).key if name else None
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("it is no time zone; `timedatectl list-timezones` has them") from error

    @classmethod
    def load(cls, **given: object) -> "Settings":
        """Read the settings; `given` ones override the environment.

        Raises:
            SettingsError: a value cannot be used; the message names the variable.
        """
        try:
            return cls(**given)  # type: ignore[arg-type]
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
            raise SettingsError(
                f"{name}={first['input']!r} cannot be used: {first['msg']}."
            ) from None

    @classmethod
    def unknown(cls, environment: Mapping[str, str] | None = None) -> list[str]:
        """Names that look like settings and are none, in the environment and in .env."""
        named = set(os.environ if environment is None else environment)
        if environment is None and Path(".env").is_file():
            lines = Path(".env").read_text(errors="replace").splitlines()
            named |= {line.partition("=")[0].removeprefix("export ").strip() for line in lines}
        known = {f"HIITPI_{name.upper()}" for name in cls.model_fields}
        return sorted(
            n for n in named if n.upper().startswith("HIITPI_") and n.upper() not in known
        )

    def make_instance(self) -> None:
        """Make the instance folder, for this user only.

        Raises:
            SettingsError: it cannot be made.
        """
        try:
            self.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"HIITPI_INSTANCE={str(self.instance)!r} cannot be made a folder: {error.strerror}."
            ) from error

    def environment(self) -> dict[str, str]:
        """These settings as variables, for child processes."""
        values = self.model_dump(mode="json", exclude_none=True)
        # A compound value is read back as JSON.
        text = {n: json.dumps(v) if isinstance(v, list) else str(v) for n, v in values.items()}
        return {f"HIITPI_{name.upper()}": value for name, value in text.items()}

    @property
    def scheme(self) -> str:
        """Of the pages' addresses."""
        return "https" if self.tls_cert else "http"

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the record book."""
        return self.database_url or f"sqlite:///{self.instance.resolve() / 'hiitpi.sqlite'}"

    @property
    def zone(self) -> tzinfo | None:
        """The house's time zone; None: this machine's."""
        return ZoneInfo(self.timezone) if self.timezone else None

    @property
    def logs(self) -> Path:
        """Folder of the logs."""
        return self.instance / "logs"

    @property
    def redis_socket(self) -> Path:
        """Where the app's own Redis listens.

        The kernel allows a socket's path 107 bytes; for an instance folder deeper than that, a
        folder in the temporary one stands in.
        """
        path = self.instance.resolve() / "redis.sock"
        if len(os.fsencode(path)) < 100:
            return path
        name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"hiitpi-{name}" / "redis.sock"

    def redis(self, database: int) -> str:
        """URL of this machine's live server: 0 live data, 1 browser sessions, 2 cache."""
        if self.own_redis_url:
            parts = urlsplit(self.own_redis_url)
            if parts.scheme == "unix":
                more = f"{parts.query}&" if parts.query else ""
                return f"unix://{parts.netloc}{parts.path}?{more}db={database}"
            more = f"?{parts.query}" if parts.query else ""
            return f"{parts.scheme}://{parts.netloc}/{database}{more}"
        return f"unix://{self.redis_socket}?db={database}"

    @property
    def own_station(self) -> str | None:
        """The station with the camera of this machine; None: it has none, and only shows others."""
        return None if self.camera == "none" else self.station


def check_house_code(code: str) -> str:
    """Return the house code of a setting, if it can be one.

    Raises:
        ValueError: it is too short.
    """
    digits = code.isascii() and code.isdigit()
    spelled = re.sub(r"[\s-]+", "", code)
    long_enough = (
        len(code) >= HOUSE_CODE_DIGITS if digits else len(spelled) >= MIN_HOUSE_PHRASE_CHARS
    )
    if code and code != HOUSE_CODE_OFF and not long_enough:
        raise ValueError(
            f"it must be {HOUSE_CODE_DIGITS} digits, a phrase of {MIN_HOUSE_PHRASE_CHARS} "
            f"characters or more, or {HOUSE_CODE_OFF}"
        )
    return code
