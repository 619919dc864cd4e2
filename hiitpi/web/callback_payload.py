"""Validates the JSON body of Dash callback requests before any callback runs."""

from typing import Any, Final

from flask import Flask, Response, request
from pydantic import (
    BaseModel,
    ConfigDict,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
)

#: Dash's path for all callbacks; uploads use it too.
CALLBACKS: Final = "/_dash-update-component"

Scalar = StrictStr | StrictBool | StrictInt | StrictFloat | None

#: Types of the component properties that callbacks use. Values of other properties, such as the
#: data of a store, are validated by the callback itself.
PROPERTIES: Final[dict[str, TypeAdapter[Any]]] = {
    "value": TypeAdapter(Scalar),
    "n_clicks": TypeAdapter(StrictInt | None),
    "n_intervals": TypeAdapter(StrictInt | None),
    "contents": TypeAdapter(StrictStr | list[StrictStr] | None),
    "filename": TypeAdapter(StrictStr | list[StrictStr] | None),
    "pathname": TypeAdapter(StrictStr | None),
    "search": TypeAdapter(StrictStr | None),
}


class Dependency(BaseModel):
    """An input or state of a callback."""

    model_config = ConfigDict(extra="ignore")

    id: StrictStr | dict[str, Scalar]
    property: StrictStr
    value: Any = None


Group = Dependency | list[Dependency]


class Payload(BaseModel):
    """The fields of a callback request's body that the callbacks rely on."""

    model_config = ConfigDict(extra="ignore")

    output: StrictStr
    changedPropIds: list[StrictStr] = []
    inputs: list[Group]
    state: list[Group] = []


def check_payload(body: Any) -> None:
    """Validate the decoded JSON body of a callback request.

    Raises:
        ValidationError: the body cannot come from a page of this app.
    """
    payload = Payload.model_validate(body)
    for group in (*payload.inputs, *payload.state):
        for dependency in group if isinstance(group, list) else [group]:
            if dependency.property in PROPERTIES:
                PROPERTIES[dependency.property].validate_python(dependency.value)


def check_callbacks(server: Flask) -> None:
    """Reject invalid callback requests with status 400."""

    @server.before_request
    def check() -> Response | None:
        if request.path != CALLBACKS:
            return None
        try:
            check_payload(request.get_json(silent=True))
        except ValidationError as error:
            first = error.errors()[0]
            location = ".".join(str(part) for part in first["loc"]) or "body"
            return Response(
                f"Invalid request: {location}: {first['msg']}.\n", 400, mimetype="text/plain"
            )
        return None
