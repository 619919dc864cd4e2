"""The dependency container of the web process; created once by `create_app`."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_caching import Cache

from hiitpi.access.device_cookies import DeviceCookies
from hiitpi.access.rate_limit import LoginRateLimiter
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.integrations.heart_rate_monitor import HeartRateMonitor
from hiitpi.integrations.nightly_backup import NightlyBackup
from hiitpi.integrations.webhook_sender import WebhookSender
from hiitpi.records.replays import ReplayFolder
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from hiitpi.web.club.head_to_head import MatchCoordinator
from hiitpi.web.club.stations import Stations
from hiitpi.web.club.wall import Wall
from hiitpi.web.live.connection_limit import ConnectionLimit


@dataclass(frozen=True)
class Services:
    """The shared objects that pages and routes use.

    Attributes:
        settings: the settings of the app.
        library: the workouts.
        store: the database.
        stations: this machine's station and those of the club.
        wall: polls all stations for the wall.
        matches: starts and controls head-to-heads.
        live_streams: limits the number of live data streams, of all stations together.
        video_streams: limits the number of video streams, of all stations together.
        cache: the Redis cache for query results.
        device_cookies: issues and checks the cookies of trusted devices.
        login_limiter: limits the rate of attempts to enter the house code.
        nightly_backup: backs the database up every night; None if HIITPI_BACKUP_TO is not set.
        webhook_sender: sends the messages of this machine's station to webhooks.
        replays: the movements of the sessions at this machine's station.
        figures: addresses of the moving pictures of the workouts, by slug.
        heart_rate: connects to this station's heart rate strap; None on a machine without a camera.
    """

    settings: Settings
    library: WorkoutLibrary
    store: Store
    stations: Stations
    wall: Wall
    matches: MatchCoordinator
    live_streams: ConnectionLimit
    video_streams: ConnectionLimit
    cache: Cache
    device_cookies: DeviceCookies
    login_limiter: LoginRateLimiter
    nightly_backup: NightlyBackup | None
    webhook_sender: WebhookSender
    heart_rate: HeartRateMonitor | None
    replays: ReplayFolder
    figures: Mapping[str, str]
