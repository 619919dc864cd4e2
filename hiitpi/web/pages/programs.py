"""The household's programs: create, edit, delete, and share as small text files."""

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
from hiitpi.web.components.program_selection import by_key, describe, parse_key
from hiitpi.web.components.uploaded_text import uploaded_text
from hiitpi.web.program_sheet import program_sheet
from hiitpi.web.security.player_session import current_player
from hiitpi.web.services import Services

PATH, TITLE = "/programs", "Programs"

#: Ids of the form's fields of the program, and names of those of each exercise.
PROGRAM_FIELDS = ("p-name", "p-rounds", "p-round-rest", "p-limit")
EXERCISE_FIELDS = ("workout", *(name for name, *_ in FIELDS), "until")


def layout(services: Services) -> Any:
    """Return the page, or a link to the login page if no player is logged in."""
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
                        max_size=program_file.MAX_FILE_CHARS,
                    ),
                ],
                className="row start",
            ),
            html.P("", id="p-says", className="says", role="status"),
            html.Div(id="p-editor", className="editor"),
            html.Div(_program_list(services), id="p-list"),
            dcc.Store(id="p-draft"),
            dcc.Store(id="p-gone"),
        ],
        className="page programs",
    )


def files(services: Services) -> Blueprint:
    """Return the routes that export a program as a text file, and print it."""
    routes = Blueprint("programs", __name__)

    @routes.get("/export/program/<key>.toml")
    def program(key: str) -> Response:
        try:
            text = program_file.write(by_key(services, key))
        except ProgramError as error:
            return Response(str(error), 404, mimetype="text/plain")
        response = Response(text, mimetype="application/toml")
        response.headers.set("Content-Disposition", "attachment", filename=f"program-{key}.toml")
        return response

    @routes.get("/print/program/<key>")
    def sheet(key: str) -> Response:
        try:
            page = program_sheet(services, by_key(services, key))
        except ProgramError as error:
            return Response(str(error), 404, mimetype="text/plain")
        return Response(page, mimetype="text/html")

    return routes


def _program_list(services: Services) -> list[Any]:
    house = services.store.programs.all()
    own = [_card(services, f"house-{stored.id}", stored.program, own=True) for stored in house]
    shipped = [
        _card(services, f"shipped-{i}", p, own=False) for i, p in enumerate(SHIPPED_PROGRAMS)
    ]
    empty = html.P("None yet. Create one, or copy one of those below.", className="quiet")
    return [
        html.H2("Yours"),
        html.Ul(own, className="cards") if own else empty,
        html.H2("Included"),
        html.Ul(shipped, className="cards"),
    ]


def _card(services: Services, key: str, program: Program, own: bool) -> html.Li:
    button = _action_button("p-edit", key, "Edit") if own else _action_button("p-copy", key, "Copy")
    return html.Li(
        [
            html.Div(
                [html.B(program.name), html.P(describe(program, services.library))],
                className="about",
            ),
            html.Div(
                [
                    button,
                    html.A(
                        "Export",
                        href=f"/export/program/{key}.toml",
                        className="button",
                        download=f"{key}.toml",
                        **attributes(aria_label=f"Export {program.name}"),
                    ),
                    html.A(
                        "Print",
                        href=f"/print/program/{key}",
                        className="button",
                        target="_blank",
                        **attributes(aria_label=f"Print {program.name}"),
                    ),
                    _action_button("p-delete", key, "Delete") if own else None,
                ],
                className="row",
            ),
        ]
    )


def _action_button(kind: str, key: str, text: str) -> html.Button:
    return html.Button(text, id={"type": kind, "key": key}, className="button", n_clicks=0)


def callbacks(app: Dash, services: Services) -> None:
    """Register the callbacks for creating, editing, importing and deleting programs."""
    form = [State(name, "value") for name in PROGRAM_FIELDS]
    form += [State({"type": f"p-{name}", "i": ALL}, "value") for name in EXERCISE_FIELDS]

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
    def open_editor(*_: Any) -> Any:
        if not ctx.triggered[0]["value"]:
            return no_update, no_update, no_update
        source = ctx.triggered_id
        try:
            if source == "p-new":
                return editor(NEW_PROGRAM, services.library), None, ""
            if source == "p-import":
                data = program_file.read(
                    uploaded_text(ctx.triggered[0]["value"], ProgramError, "program")
                ).data()
                return editor(data, services.library), None, "Check it, then save."
            data = by_key(services, source["key"]).data()
        except ProgramError as error:
            return None, None, str(error)
        if source["type"] == "p-edit":
            return editor(data, services.library), source["key"], ""
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
        exercises, button = data["exercises"], ctx.triggered_id
        if button == "p-add":
            exercises.append(dict(exercises[-1] if exercises else NEW_PROGRAM["exercises"][0]))
        elif button["type"] == "p-remove":
            del exercises[button["i"]]
        elif button["i"] > 0:
            exercises.insert(button["i"] - 1, exercises.pop(button["i"]))
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
        return None, _program_list(services), f"Saved: {program.name}"

    @app.callback(
        Output("p-list", "children", allow_duplicate=True),
        Output("p-says", "children", allow_duplicate=True),
        Output("p-gone", "data"),
        Input({"type": "p-delete", "key": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def delete(clicks: list[int]) -> Any:
        button = ctx.triggered_id
        if not any(clicks) or not isinstance(button, dict):
            return no_update, no_update, no_update
        kind, number = parse_key(button["key"])
        deleted = services.store.programs.delete(number) if kind == "house" else None
        if deleted is None:
            return _program_list(services), "It was already deleted.", None
        undo = html.Button("Undo", id="p-undo", className="button", n_clicks=0)
        return _program_list(services), [f"Deleted: {deleted.name} ", undo], deleted.data()

    @app.callback(
        Output("p-list", "children", allow_duplicate=True),
        Output("p-says", "children", allow_duplicate=True),
        Input("p-undo", "n_clicks"),
        State("p-gone", "data"),
        prevent_initial_call=True,
    )
    def undo(clicks: int, deleted: Any) -> Any:
        if not clicks:
            return no_update, no_update
        try:
            program = parse(deleted)
            services.store.programs.save(program)
        except HiitPiError as error:
            return no_update, str(error)
        return _program_list(services), f"Restored: {program.name}"


def _data(values: tuple[Any, ...]) -> dict[str, Any]:
    """Return a program's data from the values of the form's fields.

    Args:
        values: a value for each of `PROGRAM_FIELDS`, then for each of `EXERCISE_FIELDS` a list of
            the values of all exercises.

    Raises:
        BadRequest: the lists have different lengths.
    """
    program_values = values[: len(PROGRAM_FIELDS)]
    columns = values[len(PROGRAM_FIELDS) :]
    if any(len(column) != len(columns[0]) for column in columns):
        raise BadRequest("The form is incomplete.")
    exercises = [dict(zip(EXERCISE_FIELDS, row, strict=True)) for row in zip(*columns, strict=True)]
    name, rounds, round_rest, limit = program_values
    return form_data(name, rounds, round_rest, limit, exercises)
