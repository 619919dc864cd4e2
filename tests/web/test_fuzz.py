"""Every callback and address with values that no page of ours would send."""

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
from hiitpi.records import export_import as exchange
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from hiitpi.system.ports import free_port
from hiitpi.web.app import create_app
from tests.support.devices import logged_in

#: Answers that a client may get, whatever it asks: never a 5xx, which is what a crash is.
FAIR = {200, 204, 303, 302, 400, 401, 403, 404, 405, 413, 415, 421, 429}

FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
    | st.text(max_size=40) | st.sampled_from(["../../etc/passwd", "__proto__", "=1+1", "\x00"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    from hiitpi.live.redis_process import start_redis, stop_redis

    given_ = Settings(instance=tmp_path_factory.mktemp("fuzz"), host="127.0.0.1", port=free_port())
    given_.logs.mkdir(parents=True)
    child = start_redis(given_)
    store = Store(given_.database)
    store.migrate()
    store.close()
    yield create_app(given_)
    stop_redis(given_, child)


@pytest.fixture(scope="module")
def callbacks(app: Flask) -> list[dict]:
    app.test_client().get("/")
    found = app.test_client().get("/_dash-dependencies").get_json()
    return [one for one in found if not one["clientside_function"]]


def payload(one: dict, data: st.DataObject) -> dict:
    """A request as the page makes it, but for its values."""

    def named(dependency: dict) -> dict | list:
        ident = dependency["id"]
        if not ident.startswith("{"):
            return {
                "id": ident, "property": dependency["property"],
                "value": data.draw(likely(dependency["property"])),
            }  # fmt: skip
        pattern = json.loads(ident)
        return [
            {
                "id": {k: data.draw(VALUES) if v == ["ALL"] else v for k, v in pattern.items()},
                "property": dependency["property"],
                "value": data.draw(likely(dependency["property"])),
            }
            for _ in range(data.draw(st.integers(0, 2)))
        ]

    inputs, state = ([named(d) for d in one[name]] for name in ("inputs", "state"))
    triggers = [
        f"{json.dumps(i['id'], separators=(',', ':')) if isinstance(i['id'], dict) else i['id']}"
        f".{i['property']}"
        for group in inputs
        for i in (group if isinstance(group, list) else [group])
    ]
    outputs = one["output"].strip(".").split("...")
    named_outputs = [
        {"id": output.rpartition(".")[0], "property": output.rpartition(".")[2]}
        for output in outputs
    ]
    many = one["output"].startswith("..")
    return {
        "output": one["output"],
        "outputs": named_outputs if many else named_outputs[0],
        "inputs": inputs,
        "state": state,
        "changedPropIds": triggers[:1] if triggers else [data.draw(st.text(max_size=9))],
        "parsedChangedPropsIds": triggers[:1],
    }


def fair(answer) -> None:
    assert answer.status_code in FAIR
    assert b"Traceback" not in answer.data
    assert b'File "' not in answer.data


WORDS = st.sampled_from(
    ["", "Ada", "7", "all", "reps", "days", "squat", "workout", "program", "shipped-٠", "house-1"]
)


def likely(name: str) -> st.SearchStrategy:
    """Values that a page might send: of the right type, or nearly."""
    if name in ("n_clicks", "n_intervals"):
        return st.none() | st.integers(0, 9)
    if name == "value":
        return st.none() | WORDS | st.text(max_size=50) | st.integers() | st.floats(allow_nan=False)
    return VALUES


@given(data=st.data())
@settings(parent=FEW, max_examples=150)
def test_callbacks_take_anything(app: Flask, callbacks: list[dict], data: st.DataObject):
    client = app.test_client()
    if data.draw(st.booleans()):
        with client.session_transaction() as device:
            device.update(logged_in(app, data.draw(st.sampled_from(["Ada", "", "../x"]))))
    fair(client.post("/_dash-update-component", json=payload(data.draw(
        st.sampled_from(callbacks)), data)))  # fmt: skip


@given(body=VALUES | st.binary(max_size=200))
@FEW
def test_callbacks_take_no_nonsense(app: Flask, body):
    client = app.test_client()
    kind = {"data": body} if isinstance(body, bytes) else {"json": body}
    fair(client.post("/_dash-update-component", **kind))


@given(parts=st.lists(st.text(min_size=1, max_size=12) | st.sampled_from(
    ["..", "%2e%2e", "assets", "export", "program", "_dash-component-suites", "dash", "etc",
     "passwd", "keys", "house_code", "hiitpi.sqlite", ".env"]), max_size=5))  # fmt: skip
@settings(parent=FEW, max_examples=150)
def test_no_address_leads_out_of_what_is_shown(app: Flask, parts: list[str]):
    path = "/" + "/".join(quote(part, safe="%.") for part in parts)
    if path.startswith(("/live", "/videostream")):
        return  # they never end
    answer = app.test_client().get(path)
    fair(answer)
    assert b"root:x:" not in answer.data
    assert b"SQLite format" not in answer.data
    answer.close()


@given(
    query=st.dictionaries(
        st.sampled_from(["code", "next", "uuid", "v", "x"]), st.text(max_size=50)
    ),
    path=st.sampled_from(["/", "/code", "/session", "/train", "/export/program/house-1.toml"]),
    cookie=st.text(st.characters(codec="ascii", exclude_characters=";\r\n\0"), max_size=80),
)
@FEW
def test_queries_and_cookies_take_anything(app: Flask, query: dict, path: str, cookie: str):
    client = app.test_client()
    client.environ_base |= {"REMOTE_ADDR": "10.0.0.7"}
    client.set_cookie("hiitpi_trust", cookie)
    client.set_cookie("hiitpi", cookie)
    fair(client.get(path, query_string=query))
    fair(client.post("/code", data=query))


@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode)
       | VALUES.map(lambda v: json.dumps(v).encode()))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_files_take_anything(content: bytes):
    for name in ("a.json", "sessions.csv"):
        with suppress(HiitPiError):
            exchange.read([(name, content)])
    with suppress(HiitPiError):
        program_file.read(content.decode(errors="replace"))


def test_the_files_of_the_instance_folder_are_for_this_user(app: Flask, tmp_path: Path):
    folder = app.extensions["hiitpi"].settings.instance
    for name in ("keys", "house_code"):
        assert (folder / name).stat().st_mode & 0o077 == 0
