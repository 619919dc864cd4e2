"""What the pages work with; made once by `create_app`."""

from dataclasses import dataclass

from flask_caching import Cache

from hiitpi.access.guesses import Guesses
from hiitpi.access.trust import Trust
from hiitpi.coach.library import Library
from hiitpi.live.subscriber import Subscriber
from hiitpi.records.store import Store
from hiitpi.settings import Settings
from hiitpi.web.hub import LiveHub
from hiitpi.web.video import VideoHub


@dataclass(frozen=True)
class Services:
    """The web process' connections to everything else."""

    settings: Settings
    library: Library
    store: Store
    bus: Subscriber
    live: LiveHub
    video: VideoHub
    cache: Cache
    trust: Trust
    guesses: Guesses
