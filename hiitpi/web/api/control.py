"""What scripts may do: start a session, and pause or end it."""

from dataclasses import replace

from hiitpi.coach.messages import Command
from hiitpi.coach.session.program import Exercise, Program, for_seconds, free, to_reps
from hiitpi.errors import ProgramError
from hiitpi.web.api.endpoints import ApiError, Endpoints
from hiitpi.web.api.models import Accepted, CommandRequest, StartRequest
from hiitpi.web.api.reading import NO_STATION, find_station
from hiitpi.web.club.stations import STATION_OFFLINE, Station
from hiitpi.web.components.program_selection import by_key
from hiitpi.web.services import Services

#: The id under which commands of the API reach the pipeline, like that of a browser.
DEVICE = "api"

RUNNING = (409, "A session is running there. Wait for its end, or send the command done.")
NOT_RUNNING = (409, "No session is running there.")
OFFLINE = (409, STATION_OFFLINE)


def control_endpoints(services: Services) -> Endpoints:
    """Return the endpoints that start and end sessions."""
    endpoints = Endpoints()

    @endpoints.post(
        "/stations/<station>/session",
        Accepted,
        body=StartRequest,
        status=202,
        errors=((404, "There is no such station, player, workout or program."), RUNNING),
    )
    def start(station: str, body: StartRequest) -> Accepted:
        """Start a session; counting begins when the athlete is in position."""
        found = _online(services, station)
        player = services.store.players.find(body.player)
        if player is None:
            raise ApiError(404, f"There is no player called {body.player}.")
        program = replace(_program(services, body), strictness=body.strictness)
        if found.bus.session() is not None:
            raise ApiError(*RUNNING)
        found.bus.command(Command("start", player=player.name, program=program, device=DEVICE))
        return Accepted()

    @endpoints.post(
        "/stations/<station>/command",
        Accepted,
        body=CommandRequest,
        status=202,
        errors=(NO_STATION, NOT_RUNNING),
    )
    def command(station: str, body: CommandRequest) -> Accepted:
        """Start the countdown at once, pause, resume, end or discard the running session."""
        found = _online(services, station)
        running = found.bus.session()
        if running is None:
            raise ApiError(*NOT_RUNNING)
        # The command acts as the device in control, so that a script can help whoever trains.
        controller = (running.get("controller") or {}).get("id") or DEVICE
        found.bus.command(Command(body.command, session=running["uuid"], device=controller))
        return Accepted()

    return endpoints


def _online(services: Services, name: str) -> Station:
    """Return a station that is online.

    Raises:
        ApiError: there is none with that name, or it is offline.
    """
    station = find_station(services, name)
    if not station.bus.is_online():
        raise ApiError(*OFFLINE)
    return station


def _program(services: Services, body: StartRequest) -> Program:
    """Return the program that a request describes.

    Raises:
        ApiError: there is no such workout or program.
    """
    if body.program is not None:
        try:
            return by_key(services, body.program)
        except ProgramError:
            raise ApiError(404, f"There is no program {body.program}.") from None
    workout = body.workout or ""
    if workout not in services.library:
        raise ApiError(404, f"There is no workout {workout!r}.")
    if body.reps is None:
        return free(workout) if body.seconds is None else for_seconds(workout, body.seconds)
    if body.seconds is None:
        return to_reps(workout, body.reps)
    exercise = Exercise(workout, work=body.seconds, reps=body.reps)
    return Program(f"{body.reps} reps in {body.seconds:g} seconds", (exercise,))
