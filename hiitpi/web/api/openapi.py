"""Describes the API in OpenAPI 3.1, from the endpoints and their models."""

import re
from collections.abc import Iterable
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from hiitpi.web.api.endpoints import PREFIX, Endpoint
from hiitpi.web.api.models import Problem

#: Errors that every endpoint may answer with.
COMMON_ERRORS: Final = (
    (400, "The request cannot be read, or a value is not valid."),
    (401, "The token is missing or wrong."),
    (403, "The token may not do that."),
    (429, "Too many requests; `Retry-After` says for how many seconds to wait."),
    (503, "The database or the live server does not answer; try again."),
)

_REFERENCE: Final = "#/components/schemas/{model}"

#: A parameter in a path of Flask, with its converter.
_PARAMETER: Final = re.compile(r"<(?:(\w+):)?(\w+)>")


def openapi(endpoints: Iterable[Endpoint], version: str) -> dict[str, Any]:
    """Return the description of all endpoints.

    Args:
        endpoints: the endpoints.
        version: version of the app.
    """
    endpoints = list(endpoints)
    outputs: set[type[BaseModel]] = {Problem, *(e.answer for e in endpoints)}
    inputs = {e.body for e in endpoints if e.body}
    models: list[tuple[type[BaseModel], Any]] = [(m, "serialization") for m in outputs]
    models += [(m, "validation") for m in inputs]
    models.sort(key=lambda model: model[0].__name__)
    references, schemas = models_json_schema(models, ref_template=_REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = PREFIX + _PARAMETER.sub(r"{\2}", endpoint.path)
        answers = {
            str(endpoint.status): _content(
                "Success.", references[(endpoint.answer, "serialization")]
            )
        }
        for status, meaning in sorted((*COMMON_ERRORS, *endpoint.errors)):
            answers[str(status)] = _content(meaning, references[(Problem, "serialization")])
        operation: dict[str, Any] = {
            "summary": endpoint.summary,
            "security": [{"token": []}],
            "parameters": [*_path_parameters(endpoint.path), *_query_parameters(endpoint.query)],
            "responses": answers,
        }
        if endpoint.body:
            schema = references[(endpoint.body, "validation")]
            operation["requestBody"] = {"required": True, **_media(schema)}
        paths.setdefault(path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "HIIT PI",
            "version": version,
            "description": "Players, sessions and repetitions, and what happens now. Tokens are "
            "made on the page “Your data”.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _content(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, **_media(schema)}


def _media(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"} | ({"format": "uuid"} if kind == "uuid" else {}),
        }
        for kind, name in _PARAMETER.findall(path)
    ]


def _query_parameters(query: type[BaseModel] | None) -> list[dict[str, Any]]:
    if query is None:
        return []
    parameters = []
    for name, schema in query.model_json_schema()["properties"].items():
        # A parameter of a query string is left out instead of being null.
        choices = [s for s in schema.pop("anyOf", []) if s.get("type") != "null"]
        for key in ("title", "default"):
            schema.pop(key, None)
        description = schema.pop("description", "")
        full = {**schema, **(choices[0] if choices else {})}
        parameters.append({"name": name, "in": "query", "description": description, "schema": full})
    return parameters
