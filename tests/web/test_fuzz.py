"""Fuzzing: every callback and URL with values that none of our pages sends."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hiitpi.coach.session import program_file
from hiitpi.errors import HiitPiError
from hiitpi.records import export_import
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from hiitpi.system.ports import free_port
from hiitpi.web.app import create_app
from tests.support.devices import logged_in

#: Statuses that a response may have, whatever the request: never a 5xx, which means a crash.
ALLOWED_STATUSES = {200, 204, 303, 302, 400, 401, 403, 404, 405, 413, 415, 421, 429}

FEW_EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
    | st.text(max_size=40) | st.sampled_from(["../../etc/passwd", "__proto__", "=1+1", "\x00"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    from hiitpi.live.redis_process import start_redis, stop_redis

    app_settings = Settings(
        instance=tmp_path_factory.mktemp("fuzz"), host="127.0.0.1", port=free_port()
    )
    app_settings.logs.mkdir(parents=True)
    child = start_redis(app_settings)
    store = Store(app_settings.database)
    store.migrate()
    store.close()
    yield create_app(app_settings)
    stop_redis(app_settings, child)


@pytest.fixture(scope="module")
def callbacks(app: Flask) -> list[dict]:
    app.test_client().get("/")
    dependencies = app.test_client().get("/_dash-dependencies").get_json()
    return [dependency for dependency in dependencies if not dependency["clientside_function"]]


def payload(callback: dict, data: st.DataObject) -> dict:
    """Return a request for a callback like that of the page, but with random values."""

    def draw_values(dependency: dict) -> dict | list:
        component_id = dependency["id"]
        if not component_id.startswith("{"):
            return {
                "id": component_id, "property": dependency["property"],
                "value": data.draw(likely_values(dependency["property"])),
            }  # fmt: skip
        pattern = json.loads(component_id)
        return [
            {
                "id": {k: data.draw(ANY_JSON) if v == ["ALL"] else v for k, v in pattern.items()},
                "property": dependency["property"],
                "value": data.draw(likely_values(dependency["property"])),
            }
            for _ in range(data.draw(st.integers(0, 2)))
        ]

    inputs, state = ([draw_values(d) for d in callback[name]] for name in ("inputs", "state"))
    triggers = [
        f"{json.dumps(i['id'], separators=(',', ':')) if isinstance(i['id'], dict) else i['id']}"
        f".{i['property']}"
        for group in inputs
        for i in (group if isinstance(group, list) else [group])
    ]
    outputs = callback["output"].strip(".").split("...")
    named_outputs = [
        {"id": output.rpartition(".")[0], "property": output.rpartition(".")[2]}
        for output in outputs
    ]
    has_many_outputs = callback["output"].startswith("..")
    return {
        "output": callback["output"],
        "outputs": named_outputs if has_many_outputs else named_outputs[0],
        "inputs": inputs,
        "state": state,
        "changedPropIds": triggers[:1] if triggers else [data.draw(st.text(max_size=9))],
        "parsedChangedPropsIds": triggers[:1],
    }


def check_response(response) -> None:
    """Check that a response is no crash and contains no traceback."""
    assert response.status_code in ALLOWED_STATUSES
    assert b"Traceback" not in response.data
    assert b'File "' not in response.data


LIKELY_WORDS = st.sampled_from(
    ["", "Ada", "7", "all", "reps", "days", "squat", "workout", "program", "shipped-٠", "house-1"]
)


def likely_values(property_name: str) -> st.SearchStrategy:
    """Return values that a page might send for a property: of the right type, or almost."""
    if property_name in ("n_clicks", "n_intervals"):
        return st.none() | st.integers(0, 9)
    if property_name == "value":
        return (
            st.none()
            | LIKELY_WORDS
            | st.text(max_size=50)
            | st.integers()
            | st.floats(allow_nan=False)
        )
    return ANY_JSON


@given(data=st.data())
@settings(parent=FEW_EXAMPLES, max_examples=150)
def test_callbacks_handle_any_values(app: Flask, callbacks: list[dict], data: st.DataObject):
    client = app.test_client()
    if data.draw(st.booleans()):
        with client.session_transaction() as device:
            device.update(logged_in(app, data.draw(st.sampled_from(["Ada", "", "../x"]))))
    check_response(client.post("/_dash-update-component", json=payload(data.draw(
        st.sampled_from(callbacks)), data)))  # fmt: skip


@given(body=ANY_JSON | st.binary(max_size=200))
@FEW_EXAMPLES
def test_callbacks_reject_malformed_requests(app: Flask, body):
    client = app.test_client()
    content = {"data": body} if isinstance(body, bytes) else {"json": body}
    check_response(client.post("/_dash-update-component", **content))


@given(parts=st.lists(st.text(min_size=1, max_size=12) | st.sampled_from(
    ["..", "%2e%2e", "assets", "export", "program", "_dash-component-suites", "dash", "etc",
     "passwd", "keys", "house_code", "hiitpi.sqlite", ".env"]), max_size=5))  # fmt: skip
@settings(parent=FEW_EXAMPLES, max_examples=150)
def test_no_url_exposes_private_files(app: Flask, parts: list[str]):
    path = "/" + "/".join(quote(part, safe="%.") for part in parts)
    if path.startswith(("/live", "/videostream")):
        return  # streams never end
    response = app.test_client().get(path)
    check_response(response)
    assert b"root:x:" not in response.data
    assert b"SQLite format" not in response.data
    response.close()


@given(
    query=st.dictionaries(
        st.sampled_from(["code", "next", "uuid", "v", "x"]), st.text(max_size=50)
    ),
    path=st.sampled_from(["/", "/code", "/session", "/train", "/export/program/house-1.toml"]),
    cookie=st.text(st.characters(codec="ascii", exclude_characters=";\r\n\0"), max_size=80),
)
@FEW_EXAMPLES
def test_any_query_and_cookie_is_handled(app: Flask, query: dict, path: str, cookie: str):
    client = app.test_client()
    client.environ_base |= {"REMOTE_ADDR": "10.0.0.7"}
    client.set_cookie("hiitpi_trust", cookie)
    client.set_cookie("hiitpi", cookie)
    check_response(client.get(path, query_string=query))
    check_response(client.post("/code", data=query))


@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode)
       | ANY_JSON.map(lambda v: json.dumps(v).encode()))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_file_content_is_handled(content: bytes):
    for name in ("a.json", "sessions.csv"):
        with suppress(HiitPiError):
            export_import.read([(name, content)])
    with suppress(HiitPiError):
        program_file.read(content.decode(errors="replace"))


def test_secret_files_are_readable_by_their_user_only(app: Flask, tmp_path: Path):
    folder = app.extensions["hiitpi"].settings.instance
    for name in ("keys", "house_code"):
        assert (folder / name).stat().st_mode & 0o077 == 0
