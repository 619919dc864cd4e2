"""Health of the background loops, for `/healthz`, the Status page and the supervisor."""

from typing import Any, Final

from flask import Response, jsonify

from hiitpi.system.background_loop import BackgroundLoop, summary
from hiitpi.web.services import Services

#: Seconds for which live data or the saving of sessions may fail before `/healthz` answers 503.
GRACE_S: Final = 5.0


def loops(services: Services) -> list[BackgroundLoop]:
    """Return all background loops of the web process."""
    own = [services.wall.loop, services.webhook_sender.loop]
    optional = [s.loop for s in (services.nightly_backup, services.heart_rate) if s]
    return [*own, *services.matches.loops, *services.stations.loops, *optional]


def unhealthy_loops(services: Services) -> list[dict[str, Any]]:
    """Return the unhealthy loops of the web process and of this machine's pipeline process.

    Returns:
        A dict for each: `process` ("web" or "pipeline"), `name`, `state` ("failing" or "stalled"),
        `for_s` (seconds) and `error`.
    """
    web_loops = [{"process": "web", **loop} for loop in summary(loops(services))]
    own = services.stations.own
    status = None
    if own:  # the last status read in the background: an unreachable Redis must not block this
        own.live.start()
        status = own.live.status()
    pipeline_loops = [{"process": "pipeline", **loop} for loop in (status or {}).get("ill", ())]
    return web_loops + pipeline_loops


def unsaved_sessions(services: Services) -> tuple[int, int]:
    """Return the number of sessions that wait to be saved, and of those that were set aside."""
    folder = services.settings.instance / "unsaved"
    return len(list(folder.glob("*.json"))), len(list(folder.glob("*.bad")))


def healthz(services: Services) -> Response:
    """Respond with the unhealthy loops, as JSON.

    The status code is 503 if live data or the saving of sessions has failed for `GRACE_S` seconds,
    or a loop of the web process is stalled; otherwise 200. `restart` is true if a loop of the web
    process is stalled: a stuck thread can only be recovered by restarting the process.
    """
    unhealthy = unhealthy_loops(services)
    critical = [loop for loop in unhealthy if loop["name"] in ("live data", "recorder")]
    failed = any(loop["for_s"] >= GRACE_S for loop in critical)
    stalled = any(loop["process"] == "web" and loop["state"] == "stalled" for loop in unhealthy)
    response: Response = jsonify(
        status="ill" if unhealthy else "ok", ill=unhealthy, restart=stalled
    )
    response.status_code = 503 if failed or stalled else 200
    return response
