"""What a page sends to a callback, checked before any callback sees it."""

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

#: The address of all callbacks, Dash's; uploads come in there too.
CALLBACKS: Final = "/_dash-update-component"

Scalar = StrictStr | StrictBool | StrictInt | StrictFloat | None

#: The values that the properties of our components have; of any other, such as the data of a store,
#: the callback decides.
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
    """One input or state of a callback."""

    model_config = ConfigDict(extra="ignore")

    id: StrictStr | dict[str, Scalar]
    property: StrictStr
    value: Any = None


Group = Dependency | list[Dependency]


class Payload(BaseModel):
    """The body of a callback's request, as far as our callbacks rely on it."""

    model_config = ConfigDict(extra="ignore")

    output: StrictStr
    changedPropIds: list[StrictStr] = []
    inputs: list[Group]
    state: list[Group] = []


def check_payload(plain: Any) -> None:
    """Check what a callback is given.

    Raises:
        ValidationError: no page of ours sends this.
    """
    payload = Payload.model_validate(plain)
    for group in (*payload.inputs, *payload.state):
        for one in group if isinstance(group, list) else [group]:
            if one.property in PROPERTIES:
                PROPERTIES[one.property].validate_python(one.value)


def check_callbacks(server: Flask) -> None:
    """Answer 400 to callbacks that no page of ours makes."""

    @server.before_request
    def check() -> Response | None:
        if request.path != CALLBACKS:
            return None
        try:
            check_payload(request.get_json(silent=True))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "body"
            return Response(
                f"Invalid request: {where}: {first['msg']}.\n", 400, mimetype="text/plain"
            )
        return None
