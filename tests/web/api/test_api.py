"""The API on a real Redis and a real database."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from hiitpi.access.rate_limit import API_REFUSALS, API_REQUESTS
from hiitpi.coach.messages import Command, Sample
from hiitpi.coach.session.program import SHIPPED_PROGRAMS, for_seconds, free, to_reps
from hiitpi.live.publisher import Publisher
from hiitpi.live.redis_client import connect
from hiitpi.settings import Settings
from tests.support.session_factory import record

PREFIX = "/api/v1"

UUID = "3f7e9bb0-0000-4000-8000-000000000001"
SNAPSHOT = {
    "uuid": UUID, "player": "Ada", "program": "Free training", "phase": "work", "title": "Squats",
    "set": 1, "sets": 1, "round": 1, "controller": {"id": "tablet", "player": "Ada"},
}  # fmt: skip


class Api:
    """A script that uses the API with a token."""

    def __init__(self, app: Flask, scope: str = "control") -> None:
        self.app, self.store = app, app.extensions["hiitpi"].store
        self.secret = self.store.api_tokens.add("test", scope)

    def call(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Send a request, POST if it has a body; return status and answer."""
        options: dict[str, Any] = {
            "headers": {"Authorization": f"Bearer {self.secret}", **headers},
            "environ_base": {"REMOTE_ADDR": "192.168.1.7"},  # not exempt from the house code
        }
        client = self.app.test_client()
        if body is None:
            response = client.get(path, **options)
        else:
            response = client.post(path, json=body, **options)
        return response.status_code, response.get_json(silent=True) or response.text


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app)


class Pipeline:
    """A pipeline that is online, without a session and a camera."""

    def __init__(self, settings: Settings) -> None:
        self._publisher, self._time = Publisher(connect(settings.redis(0)), "home"), 0.0
        self.commands()

    def commands(self, sample: Sample | None = None) -> list[Command]:
        """Publish a sample, if there is one, and return the new commands."""
        self._time += 1.0
        return list(self._publisher.publish(self._time, sample).commands)

    def run_session(self, snapshot: dict[str, Any], sample: Sample | None = None) -> None:
        self._publisher.set_session(snapshot)
        self.commands(sample)


@pytest.fixture
def pipeline(redis: Settings) -> Pipeline:
    return Pipeline(redis)


def test_players_and_their_sessions_are_listed_in_pages(api: Api):
    records = [record(started=1e9 + i, ended=1e9 + i + 60, reps=i) for i in range(3)]
    for session in (*records, record(player="Bob")):
        api.store.save(session)
    status, page = api.call(f"{PREFIX}/players?limit=1&offset=1")
    assert (status, page["total"]) == (200, 2)
    assert [player["name"] for player in page["items"]] == ["Bob"]
    _, page = api.call(f"{PREFIX}/players/ada/sessions?limit=2")
    assert [item["session"] for item in page["items"]] == [records[2].uuid, records[1].uuid]
    assert page["total"] == 3
    _, page = api.call(f"{PREFIX}/players/Ada/sessions?limit=2&offset=2")
    assert [item["session"] for item in page["items"]] == [records[0].uuid]
    _, page = api.call(f"{PREFIX}/players/Ada/sessions?workout=push_up")
    assert page == {"items": [], "total": 0}
    assert api.call(f"{PREFIX}/players/Eve/sessions")[0] == 404
    api.store.save(record(player="A/C 🤸"))
    assert api.call(f"{PREFIX}/players/A%2FC%20🤸/sessions")[1]["total"] == 1


def test_a_session_has_its_sets_and_repetitions(api: Api):
    session = record(reps=2)
    api.store.save(session)
    api.store.correct(session.uuid, {1: 5})
    _, found = api.call(f"{PREFIX}/sessions/{session.uuid}")
    assert (found["player"], found["reps"], found["started"]) == (
        "Ada", 5, "2026-11-22T14:59:00Z",
    )  # fmt: skip
    (only,) = found["sets"]
    assert (only["workout"], only["reps"], only["corrected"]) == ("squat", 2, 5)
    _, page = api.call(f"{PREFIX}/sessions/{session.uuid}/repetitions?limit=1")
    assert page["total"] == 2
    assert page["items"][0]["cues"] == ["Hands higher"]
    api.store.discard(session.uuid)
    for path in (session.uuid, f"{session.uuid}/repetitions", UUID, "x"):
        status, problem = api.call(f"{PREFIX}/sessions/{path}")
        assert status == 404
        assert "error" in problem


def test_workouts_and_programs_can_be_started_by_their_names(api: Api, pipeline: Pipeline):
    api.store.players.get_or_create_player("Ada")
    sent = []
    start = f"{PREFIX}/stations/home/session"
    for choice, program in (
        ({"workout": "squat"}, free("squat")),
        ({"workout": "squat", "reps": 20}, to_reps("squat", 20)),
        ({"workout": "plank", "seconds": 30}, for_seconds("plank", 30)),
        ({"program": "shipped-1"}, SHIPPED_PROGRAMS[1]),
        ({"workout": "squat", "strictness": "gentle"}, replace(free("squat"), strictness="gentle")),
    ):
        assert api.call(start, {"player": "ada", **choice}) == (202, {"accepted": True})
        sent.append(Command("start", player="Ada", program=program, device="api"))
    assert pipeline.commands() == sent


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "player"),
        ({"player": "Ada"}, "either workout or program"),
        ({"player": "Ada", "workout": "squat", "program": "shipped-0"}, "either workout"),
        ({"player": "Ada", "program": "shipped-0", "reps": 5}, "only with a workout"),
        ({"player": "Eve", "workout": "squat"}, "no player called Eve"),
        ({"player": "Ada", "workout": "juggling"}, "no workout 'juggling'"),
        ({"player": "Ada", "program": "house-9"}, "no program house-9"),
        ({"player": "Ada", "program": "tabata"}, "program"),
        ({"player": "Ada", "workout": "squat", "reps": 0}, "reps"),
        ({"player": "Ada", "workout": "squat", "pace": 1}, "pace"),
        ({"player": "Ada", "workout": "squat", "strictness": "lax"}, "strictness"),
        ([], "object"),
    ],
)
def test_a_wrong_start_is_explained(api: Api, pipeline: Pipeline, body: Any, reason: str):
    api.store.players.get_or_create_player("Ada")
    status, problem = api.call(f"{PREFIX}/stations/home/session", body)
    assert status == (404 if reason.startswith("no ") else 400)
    assert reason in problem["error"]
    assert pipeline.commands() == []


def test_a_running_session_is_shown_and_controlled(api: Api, pipeline: Pipeline):
    api.store.players.get_or_create_player("Ada")
    live, command = (f"{PREFIX}/stations/home/{name}" for name in ("live", "command"))
    status, state = api.call(live)
    assert (status, state["online"], state["session"]) == (200, True, None)
    assert api.call(command, {"command": "done"})[0] == 409
    sample = Sample(1, 0.1, 20.0, 0.9, None, reps=7, score=81.5, phase="work", total=7)
    pipeline.run_session(SNAPSHOT, sample)
    _, state = api.call(live)
    session = state["session"]
    assert (session["workout"], session["reps"], session["score"]) == ("Squats", 7, 81.5)
    assert (
        api.call(f"{PREFIX}/stations/home/session", {"player": "Ada", "workout": "squat"})[0] == 409
    )
    for kind in ("go", "pause", "resume", "done", "discard"):
        assert api.call(command, {"command": kind})[0] == 202
    assert api.call(command, {"command": "start"})[0] == 400
    expected = [
        Command(kind, session=UUID, device="tablet")
        for kind in ("go", "pause", "resume", "done", "discard")
    ]
    assert pipeline.commands() == expected


def test_a_station_that_is_offline_or_unknown_is_told(api: Api):
    assert api.call(f"{PREFIX}/stations/home/live")[1]["online"] is False
    status, problem = api.call(f"{PREFIX}/stations/home/command", {"command": "done"})
    assert (status, "offline" in problem["error"]) == (409, True)
    assert api.call(f"{PREFIX}/stations/garage/live")[0] == 404
    assert api.call(f"{PREFIX}/stations")[1]["items"] == [{"name": "home", "online": False}]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer hiitpi_wrong", "Basic hiitpi_x", "hiitpi_wrong"]
)
def test_without_a_token_nothing_is_told(api: Api, header: str):
    for path in (f"{PREFIX}/players", "/metrics"):
        status, problem = api.call(path, Authorization=header)
        assert status == 401
        assert "Bearer hiitpi_" in problem["error"]


def test_a_cookie_or_the_machine_itself_is_no_token(app: Flask):
    """So that no page of another site can use a browser's access."""
    client = app.test_client()
    with client.session_transaction() as device:
        device["player"] = "Ada"
    assert client.get(f"{PREFIX}/players").status_code == 401


def test_a_reading_token_starts_nothing(app: Flask, pipeline: Pipeline):
    reader = Api(app, scope="read")
    assert reader.call(f"{PREFIX}/players")[0] == 200
    status, problem = reader.call(f"{PREFIX}/stations/home/command", {"command": "done"})
    assert (status, "may only read" in problem["error"]) == (403, True)


def test_the_rate_of_requests_is_limited_for_each_token(app: Flask, api: Api):
    for _ in range(API_REQUESTS.amount):
        assert api.call(f"{PREFIX}/stations")[0] == 200
    response = app.test_client().get(
        f"{PREFIX}/stations", headers={"Authorization": f"Bearer {api.secret}"}
    )
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert Api(app).call(f"{PREFIX}/stations")[0] == 200


def test_an_address_that_guesses_is_refused_but_not_its_right_tokens(api: Api):
    """Behind a proxy all scripts have one address, and one of them may have a revoked token."""
    for _ in range(API_REFUSALS.amount):
        assert api.call(f"{PREFIX}/players", Authorization="Bearer hiitpi_guess")[0] == 401
    assert api.call(f"{PREFIX}/players", Authorization="Bearer hiitpi_guess")[0] == 429
    assert api.call(f"{PREFIX}/players", Authorization="")[0] == 401
    assert api.call(f"{PREFIX}/players")[0] == 200


def test_a_request_that_a_token_may_not_make_is_charged_to_it(app: Flask):
    reader = Api(app, scope="read")
    path = f"{PREFIX}/stations/home/command"
    statuses = [reader.call(path, {"command": "done"})[0] for _ in range(API_REQUESTS.amount + 1)]
    assert statuses == [403] * API_REQUESTS.amount + [429]


def test_another_site_cannot_send_requests_from_a_browser_of_the_house(api: Api):
    for path in (f"{PREFIX}/players", "/metrics"):
        for headers in (
            {"Referer": "http://evil.example/"},
            {"Origin": "http://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            assert api.call(path, **headers)[0] == 403


def test_unknown_addresses_and_methods_are_explained(app: Flask, api: Api):
    status, problem = api.call(f"{PREFIX}/nothing")
    assert (status, "openapi.json" in problem["error"]) == (404, True)
    response = app.test_client().delete(f"{PREFIX}/players")
    assert (response.status_code, "error" in response.get_json()) == (405, True)
    assert "GET" in response.headers["Allow"]


def test_prometheus_can_read_the_figures(api: Api, pipeline: Pipeline):
    pipeline.run_session(SNAPSHOT)
    status, text = api.call("/metrics")
    assert status == 200
    values = {
        family.name: [sample.value for sample in family.samples]
        for family in text_string_to_metric_families(text)
    }
    assert values["hiitpi_pipeline_up"] == values["hiitpi_session_running"] == [1]
    assert values["hiitpi_database_up"] == values["hiitpi_live_server_up"] == [1]
    assert values["hiitpi_unhealthy_threads"] == values["hiitpi_videos"] == [0]
