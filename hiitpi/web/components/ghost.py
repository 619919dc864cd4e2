"""The ghost: a player's best set of a workout, which `assets/ghost.js` replays while training."""

from typing import Any, Final

from flask import Blueprint, Response, jsonify, request

from hiitpi.errors import RecordsError
from hiitpi.records.past_sets import BestSet
from hiitpi.records.replays import read_replay
from hiitpi.web.services import Services

#: Of the best sets, so many are looked at: others may have been done at another station, or their
#: replay may be too old.
MAX_CANDIDATES: Final = 50


def ghost_routes(services: Services) -> Blueprint:
    """Return the route of the best set: its signal over time, and when its repetitions counted.

    Without a set whose movement was kept at this station the answer is empty, with status 204.
    """
    blueprint = Blueprint("ghost", __name__)

    @blueprint.get("/ghost")
    def ghost() -> Any:
        player, workout = request.args.get("player", ""), request.args.get("workout", "")
        try:
            candidates = services.store.past_sets.best(player, workout, MAX_CANDIDATES)
        except RecordsError:  # training goes on without a database, and without a ghost
            candidates = []
        for best in candidates:
            path = services.replays.path(best.session)
            if path is None:
                continue
            try:
                movement = _movement(read_replay(path).header, best)
            except RecordsError:
                continue  # a damaged file
            if movement["times"]:
                return jsonify(movement)
        return Response(status=204)

    return blueprint


def _movement(header: dict[str, Any], best: BestSet) -> dict[str, Any]:
    """Return the part of a replay that is one set, with times in seconds since its start."""
    end = best.began + best.seconds
    frames = [
        (round(time - best.began, 3), value)
        for time, value in zip(header["times"], header["signal"], strict=True)
        if best.began <= time <= end
    ]
    reps = (rep["time"] - best.began for rep in header["reps"] if rep["set"] == best.number)
    return {
        "reps": best.reps,
        "times": [time for time, _ in frames],
        "signal": [value for _, value in frames],
        "counted": sorted(round(time, 2) for time in reps),
    }
