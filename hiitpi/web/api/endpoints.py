"""A list of endpoints, from which both the routes and their OpenAPI description are made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel

from hiitpi.records.api_tokens import Scope

#: All addresses of the API begin with this; another version would have another one.
PREFIX: Final = "/api/v1"


class ApiError(Exception):
    """A request that cannot be done.

    Attributes:
        status: HTTP status code.

    Args:
        status: HTTP status code.
        message: what is wrong, and what to do.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Endpoint:
    """One address of the API.

    Attributes:
        method: HTTP method.
        path: path below `PREFIX`, with Flask's converters.
        handler: called with the path's parameters, and with `query` and `body` if there are any.
        answer: what it returns.
        query: parameters of the query string.
        body: JSON in the request.
        status: HTTP status code of success.
        errors: status codes of its errors, with what they mean.
    """

    method: Literal["GET", "POST"]
    path: str
    handler: Callable[..., BaseModel]
    answer: type[BaseModel]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    status: int = 200
    errors: tuple[tuple[int, str], ...] = ()

    @property
    def scope(self) -> Scope:
        """What a token must be allowed to do."""
        return "read" if self.method == "GET" else "control"

    @property
    def summary(self) -> str:
        """What it does, in one line."""
        return (self.handler.__doc__ or "").strip().splitlines()[0]


class Endpoints:
    """Collects endpoints by the decorators `get` and `post`."""

    def __init__(self) -> None:
        self.all: list[Endpoint] = []

    def get(self, path: str, answer: type[BaseModel], **options: Any) -> Callable[..., Any]:
        """Add an endpoint that reads; see `Endpoint`."""
        return self._add("GET", path, answer, options)

    def post(self, path: str, answer: type[BaseModel], **options: Any) -> Callable[..., Any]:
        """Add an endpoint that changes something; see `Endpoint`."""
        return self._add("POST", path, answer, options)

    def _add(
        self,
        method: Literal["GET", "POST"],
        path: str,
        answer: type[BaseModel],
        options: dict[str, Any],
    ) -> Callable[..., Any]:
        def add(handler: Callable[..., BaseModel]) -> Callable[..., BaseModel]:
            self.all.append(Endpoint(method, path, handler, answer, **options))
            return handler

        return add
