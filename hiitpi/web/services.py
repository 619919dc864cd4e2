"""What the pages work with; made once by `create_app`."""

from dataclasses import dataclass

from flask_caching import Cache

from hiitpi.access.rate_limit import LoginRateLimiter
from hiitpi.access.trust import Trust
from hiitpi.coach.library import Library
from hiitpi.records.store import Store
from hiitpi.settings import Settings
from hiitpi.web.matches import Matches
from hiitpi.web.seats import Seats
from hiitpi.web.stations import Stations
from hiitpi.web.wall import Wall


@dataclass(frozen=True)
class Services:
    """The web process' connections to everything else.

    `followers` are of live data, `viewers` of video, at all stations together.
    """

    settings: Settings
    library: Library
    store: Store
    stations: Stations
    wall: Wall
    matches: Matches
    followers: Seats
    viewers: Seats
    cache: Cache
    trust: Trust
    guesses: LoginRateLimiter
