"""What the pages work with; made once by `create_app`."""

from dataclasses import dataclass

from flask_caching import Cache

from hiitpi.access.device_cookies import DeviceCookies
from hiitpi.access.rate_limit import LoginRateLimiter
from hiitpi.coach.rules.workout_library import WorkoutLibrary
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from hiitpi.web.club.head_to_head import MatchCoordinator
from hiitpi.web.club.stations import Stations
from hiitpi.web.club.wall import Wall
from hiitpi.web.live.connection_limit import ConnectionLimit


@dataclass(frozen=True)
class Services:
    """The web process' connections to everything else.

    `live_streams` are of live data, `video_streams` of video, at all stations together.
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
