"""The house's programs: made, changed, passed on as small text files."""

import base64
import binascii
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from flask import Blueprint, Response
from werkzeug.exceptions import BadRequest

from hiitpi.coach.session import program_file
from hiitpi.coach.session.program import SHIPPED_PROGRAMS, Program, parse
from hiitpi.errors import HiitPiError, ProgramError
from hiitpi.web.components.html_attributes import attributes
from hiitpi.web.components.login_required import login_required
from hiitpi.web.components.program_editor import (
    FIELDS,
    NEW_PROGRAM,
    editor,
    form_data,
    validated,
)
from hiitpi.web.components.program_picker import by_key, describe, parse_key
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

PATH, TITLE = "/programs", "Programs"

#: The form's own fields, and those of each exercise.
OWN = ("p-name", "p-rounds", "p-round-rest", "p-limit")
EACH = ("workout", *(name for name, *_ in FIELDS))


def layout(services: Services) -> Any:
    """All programs, and the form; without a player, the way to the login."""
    if current_player() is None:
        return login_required()
    return html.Main(
        [
            html.H1(TITLE),
            html.P(
                "Everyone in the house can use them: choose “Program” on the Train page.",
                className="quiet",
            ),
            html.Div(
                [
                    html.Button("New program", id="p-new", className="button primary", n_clicks=0),
                    dcc.Upload(
                        html.Button("Import a file", className="button", type="button"),
                        id="p-import",
                        accept=".toml,text/plain",
                        max_size=program_file.MAX_FILE_BYTES,
                    ),
                ],
                className="row start",
            ),
            html.P("", id="p-says", className="says", role="status"),
            html.Div(id="p-editor", className="editor"),
            html.Div(_listed(services), id="p-list"),
            dcc.Store(id="p-draft"),
            dcc.Store(id="p-gone"),
        ],
        className="page programs",
    )


def files(services: Services) -> Blueprint:
    """The route of a program's text file."""
    routes = Blueprint("programs", __name__)

    @routes.get("/export/program/<key>.toml")
    def program(key: str) -> Response:
        try:
            text = program_file.write(by_key(services, key))
        except ProgramError as error:
            return Response(str(error), 404, mimetype="text/plain")
        answer = Response(text, mimetype="application/toml")
        answer.headers.set("Content-Disposition", "attachment", filename=f"program-{key}.toml")
        return answer

    return routes


def _listed(services: Services) -> list[Any]:
    house = services.store.programs.all()
    own = [_card(services, f"house-{kept.id}", kept.program, own=True) for kept in house]
    shipped = [
        _card(services, f"shipped-{i}", p, own=False) for i, p in enumerate(SHIPPED_PROGRAMS)
    ]
    empty = html.P("None yet. Make one, or begin with a copy of one below.", className="quiet")
    return [
        html.H2("Yours"),
        html.Ul(own, className="cards") if own else empty,
        html.H2("Included"),
        html.Ul(shipped, className="cards"),
    ]


def _card(services: Services, key: str, program: Program, own: bool) -> html.Li:
    act = _act("p-edit", key, "Change") if own else _act("p-copy", key, "Copy")
    return html.Li(
        [
            html.Div(
                [html.B(program.name), html.P(describe(program, services.library))],
                className="about",
            ),
            html.Div(
                [
                    act,
                    html.A(
                        "Export",
                        href=f"/export/program/{key}.toml",
                        className="button",
                        download=f"{key}.toml",
                        **attributes(aria_label=f"Export {program.name}"),
                    ),
                    _act("p-delete", key, "Delete") if own else None,
                ],
                className="row",
            ),
        ]
    )


def _act(kind: str, key: str, text: str) -> html.Button:
    return html.Button(text, id={"type": kind, "key": key}, className="button", n_clicks=0)


def callbacks(app: Dash, services: Services) -> None:
    """Making, changing, importing and deleting programs."""
    form = [State(name, "value") for name in OWN]
    form += [State({"type": f"p-{name}", "i": ALL}, "value") for name in EACH]

    @app.callback(
        Output("p-editor", "children"),
        Output("p-draft", "data"),
        Output("p-says", "children"),
        Input("p-new", "n_clicks"),
        Input({"type": "p-edit", "key": ALL}, "n_clicks"),
        Input({"type": "p-copy", "key": ALL}, "n_clicks"),
        Input("p-import", "contents"),
        prevent_initial_call=True,
    )
    def begin(*_: Any) -> Any:
        if not ctx.triggered[0]["value"]:
            return no_update, no_update, no_update
        by = ctx.triggered_id
        try:
            if by == "p-new":
                return editor(NEW_PROGRAM, services.library), None, ""
            if by == "p-import":
                data = program_file.read(_text(ctx.triggered[0]["value"])).data()
                return editor(data, services.library), None, "Check it, then save."
            data = by_key(services, by["key"]).data()
        except ProgramError as error:
            return None, None, str(error)
        if by["type"] == "p-edit":
            return editor(data, services.library), by["key"], ""
        return editor({**data, "name": f"My {data['name']}"}, services.library), None, ""

    @app.callback(
        Output("p-editor", "children", allow_duplicate=True),
        Input("p-add", "n_clicks"),
        Input({"type": "p-up", "i": ALL}, "n_clicks"),
        Input({"type": "p-remove", "i": ALL}, "n_clicks"),
        *form,
        prevent_initial_call=True,
    )
    def arrange(*values: Any) -> Any:
        if not ctx.triggered[0]["value"]:
            return no_update
        data = _data(values[3:])
        exercises, by = data["exercises"], ctx.triggered_id
        if by == "p-add":
            exercises.append(dict(exercises[-1] if exercises else NEW_PROGRAM["exercises"][0]))
        elif by["type"] == "p-remove":
            del exercises[by["i"]]
        elif by["i"] > 0:
            exercises.insert(by["i"] - 1, exercises.pop(by["i"]))
        return editor(data, services.library)

    @app.callback(
        Output("p-editor", "children", allow_duplicate=True),
        Output("p-list", "children"),
        Output("p-says", "children", allow_duplicate=True),
        Input("p-save", "n_clicks"),
        Input("p-cancel", "n_clicks"),
        State("p-draft", "data"),
        *form,
        prevent_initial_call=True,
    )
    def save(*values: Any) -> Any:
        if not ctx.triggered[0]["value"]:
            return no_update, no_update, no_update
        if ctx.triggered_id == "p-cancel":
            return None, no_update, ""
        data = _data(values[3:])
        try:
            program = validated(data, services.library)
            services.store.programs.save(program, parse_key(values[2])[1] if values[2] else None)
        except (HiitPiError, ValueError) as error:
            return editor(data, services.library, str(error)), no_update, ""
        return None, _listed(services), f"Saved: {program.name}"

    @app.callback(
        Output("p-list", "children", allow_duplicate=True),
        Output("p-says", "children", allow_duplicate=True),
        Output("p-gone", "data"),
        Input({"type": "p-delete", "key": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def delete(clicks: list[int]) -> Any:
        by = ctx.triggered_id
        if not any(clicks) or not isinstance(by, dict):
            return no_update, no_update, no_update
        kind, number = parse_key(by["key"])
        gone = services.store.programs.delete(number) if kind == "house" else None
        if gone is None:
            return _listed(services), "It was already deleted.", None
        undo = html.Button("Undo", id="p-undo", className="button", n_clicks=0)
        return _listed(services), [f"Deleted: {gone.name} ", undo], gone.data()

    @app.callback(
        Output("p-list", "children", allow_duplicate=True),
        Output("p-says", "children", allow_duplicate=True),
        Input("p-undo", "n_clicks"),
        State("p-gone", "data"),
        prevent_initial_call=True,
    )
    def undo(clicks: int, gone: Any) -> Any:
        if not clicks:
            return no_update, no_update
        try:
            program = parse(gone)
            services.store.programs.save(program)
        except HiitPiError as error:
            return no_update, str(error)
        return _listed(services), f"Restored: {program.name}"


def _data(fields: tuple[Any, ...]) -> dict[str, Any]:
    """A program's data out of the fields, in the order of `OWN` and `EACH`."""
    own, each = fields[: len(OWN)], fields[len(OWN) :]
    if any(len(column) != len(each[0]) for column in each):
        raise BadRequest("The form is incomplete.")
    exercises = [dict(zip(EACH, row, strict=True)) for row in zip(*each, strict=True)]
    name, rounds, round_rest, limit = own
    return form_data(name, rounds, round_rest, limit, exercises)


def _text(contents: str) -> str:
    """The text of an uploaded file."""
    try:
        return base64.b64decode(contents.partition(",")[2], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ProgramError("This is not a program file: it is not text.") from None
