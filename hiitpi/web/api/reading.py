"""What scripts may read: players, workouts, programs, sessions, repetitions, the live state."""

from typing import Any
from uuid import UUID

import redis

from hiitpi.coach.messages import COMPLETED_STATUSES, SessionRecord
from hiitpi.coach.session.program import SHIPPED_PROGRAMS, Program
from hiitpi.web.api.endpoints import ApiError, Endpoints
from hiitpi.web.api.models import (
    LiveSession,
    LiveState,
    Page,
    PageQuery,
    PlayerItem,
    ProgramItem,
    RepetitionItem,
    SessionItem,
    SessionQuery,
    StationItem,
    WorkoutItem,
    session_item,
)
from hiitpi.web.club.stations import Station
from hiitpi.web.services import Services

NO_PLAYER = (404, "There is no such player.")
NO_SESSION = (404, "There is no such session.")
NO_STATION = (404, "There is no such station.")


def reading_endpoints(services: Services) -> Endpoints:
    """Return the endpoints that read."""
    endpoints, store = Endpoints(), services.store

    @endpoints.get("/players", Page[PlayerItem], query=PageQuery)
    def players(query: PageQuery) -> Page[PlayerItem]:
        """All players, sorted by name."""
        everyone = [PlayerItem.model_validate(player) for player in store.players.all()]
        return _page(everyone, query)

    @endpoints.get(
        "/players/<path:player>/sessions",
        Page[SessionItem],
        query=SessionQuery,
        errors=(NO_PLAYER,),
    )
    def sessions(player: str, query: SessionQuery) -> Page[SessionItem]:
        """The ended sessions of a player, newest first."""
        found = store.players.find(player)
        if found is None:
            raise ApiError(*NO_PLAYER)
        records, total = store.history.sessions(
            found.name,
            workout=query.workout,
            since=query.since,
            limit=query.limit,
            offset=query.offset,
        )
        return Page(items=[session_item(record) for record in records], total=total)

    @endpoints.get("/sessions/<uuid:session>", SessionItem, errors=(NO_SESSION,))
    def session(session: UUID) -> SessionItem:
        """One ended session."""
        return session_item(_ended(services, session))

    @endpoints.get(
        "/sessions/<uuid:session>/repetitions",
        Page[RepetitionItem],
        query=PageQuery,
        errors=(NO_SESSION,),
    )
    def repetitions(session: UUID, query: PageQuery) -> Page[RepetitionItem]:
        """The repetitions of a session that the camera counted, in order."""
        series = _ended(services, session).series
        return _page([RepetitionItem.model_validate(rep) for rep in series], query)

    @endpoints.get("/workouts", Page[WorkoutItem], query=PageQuery)
    def workouts(query: PageQuery) -> Page[WorkoutItem]:
        """All workouts, sorted by name."""
        by_name = sorted(services.library, key=lambda workout: workout.name)
        return _page([WorkoutItem.model_validate(workout) for workout in by_name], query)

    @endpoints.get("/programs", Page[ProgramItem], query=PageQuery)
    def programs(query: PageQuery) -> Page[ProgramItem]:
        """The programs of the house, then those that come with HIIT PI."""
        own = [(f"house-{stored.id}", stored.program) for stored in store.programs.all()]
        shipped = [(f"shipped-{i}", program) for i, program in enumerate(SHIPPED_PROGRAMS)]
        return _page([_program_item(key, program) for key, program in own + shipped], query)

    @endpoints.get("/stations", Page[StationItem], query=PageQuery)
    def stations(query: PageQuery) -> Page[StationItem]:
        """All stations, this machine's first."""
        found = (services.stations.get(name) for name in services.stations.names())
        return _page([StationItem(name=s.name, online=_is_online(s)) for s in found if s], query)

    @endpoints.get("/stations/<station>/live", LiveState, errors=(NO_STATION,))
    def live(station: str) -> LiveState:
        """What happens at a station now."""
        return live_state(find_station(services, station))

    return endpoints


def find_station(services: Services, name: str) -> Station:
    """Return a station by name.

    Raises:
        ApiError: there is none.
    """
    station = services.stations.get(name)
    if station is None:
        raise ApiError(*NO_STATION)
    return station


def live_state(station: Station) -> LiveState:
    """Return what happens at a station now.

    Raises:
        redis.RedisError: its Redis is unreachable.
    """
    online, status = station.bus.is_online(), station.bus.status() or {}
    snapshot = station.bus.session() if online else None
    sample = (station.bus.newest_sample() if snapshot else None) or {}
    return LiveState(
        station=station.name,
        online=online,
        camera=str(status.get("state") or ""),
        session=_live_session(snapshot, sample) if snapshot else None,
    )


def _is_online(station: Station) -> bool:
    """Return whether a station is online; not if its Redis is unreachable."""
    try:
        return station.bus.is_online()
    except redis.RedisError:
        return False


def _live_session(snapshot: dict[str, Any], sample: dict[str, Any]) -> LiveSession:
    return LiveSession(
        session=snapshot["uuid"],
        player=snapshot["player"],
        program=snapshot["program"],
        phase=snapshot["phase"],
        workout=snapshot["title"],
        set=snapshot["set"],
        sets=snapshot["sets"],
        round=snapshot["round"],
        reps=sample.get("reps", 0),
        attempts=sample.get("attempts", 0),
        total=sample.get("total", 0),
        pace=sample.get("pace", 0.0),
        score=sample.get("score"),
        seconds_left=sample.get("left"),
        heart_rate=(sample.get("heart_rate") or {}).get("bpm"),
    )


def _ended(services: Services, session: UUID) -> SessionRecord:
    record = services.store.session(str(session))
    if record is None or record.status not in COMPLETED_STATUSES:
        raise ApiError(*NO_SESSION)
    return record


def _page(items: list[Any], query: PageQuery) -> Page[Any]:
    return Page(items=items[query.offset : query.offset + query.limit], total=len(items))


def _program_item(key: str, program: Program) -> ProgramItem:
    return ProgramItem(
        key=key, name=program.name, workouts=list(program.workouts), seconds=program.seconds
    )
