"""Which background loops of the app are ill: for `/healthz`, Status and the supervisor."""

from typing import Any, Final

from flask import Response, jsonify

from hiitpi.system.background_loop import BackgroundLoop, summary
from hiitpi.web.services import Services

#: Seconds for which live data or the storing of sessions may stand before it is worth an alarm.
GRACE_S: Final = 5.0


def loops(services: Services) -> list[BackgroundLoop]:
    """All background loops of this process."""
    return [services.wall.loop, *services.matches.loops, *services.stations.loops]


def ill_loops(services: Services) -> list[dict[str, Any]]:
    """The loops of this process and of this machine's trainer that are ill.

    Each has `process`, `name`, `state` ("failing" or "stalled"), `for_s` and `error`.
    """
    found = [{"process": "web", **one} for one in summary(loops(services))]
    own = services.stations.own
    status = None
    if own:  # what was read last: a Redis that does not answer must not hold up this answer
        own.live.start()
        status = own.live.status()
    return found + [{"process": "pipeline", **one} for one in (status or {}).get("ill", ())]


def healthz(services: Services) -> Response:
    """200, or 503 while live data or the storing of sessions stands; which loop, and since when.

    `restart` is true when a loop of this process does not come back: only a new process helps.
    """
    ill = ill_loops(services)
    vital = [one for one in ill if one["name"] in ("live data", "recorder")]
    stands = any(one["for_s"] >= GRACE_S for one in vital)
    stalled = any(one["process"] == "web" and one["state"] == "stalled" for one in ill)
    answer: Response = jsonify(status="ill" if ill else "ok", ill=ill, restart=stalled)
    answer.status_code = 503 if stands or stalled else 200
    return answer
