"""The routes of the API: who may use them, how they are read, and what they answer."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import redis
from flask import Blueprint, Response, g, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from hiitpi import __version__
from hiitpi.access.rate_limit import ApiRateLimiter
from hiitpi.errors import HiitPiError, RecordsError
from hiitpi.records.api_tokens import PREFIX as TOKEN_PREFIX
from hiitpi.records.api_tokens import Scope
from hiitpi.web import metrics
from hiitpi.web.api.control import control_endpoints
from hiitpi.web.api.endpoints import PREFIX, ApiError, Endpoint
from hiitpi.web.api.models import Problem
from hiitpi.web.api.openapi import openapi
from hiitpi.web.api.reading import reading_endpoints
from hiitpi.web.club.stations import LIVE_SERVER_AWAY
from hiitpi.web.security.guard import TOKEN_BLUEPRINT
from hiitpi.web.services import Services


def api_routes(services: Services, limiter: ApiRateLimiter) -> Blueprint:
    """Return the routes of the API and of `/metrics`.

    Args:
        services: the services of the app.
        limiter: limits the rate of requests.
    """
    blueprint = Blueprint(TOKEN_BLUEPRINT, __name__)
    endpoints = [*reading_endpoints(services).all, *control_endpoints(services).all]
    require = partial(_require_token, services, limiter)
    for endpoint in endpoints:
        blueprint.add_url_rule(
            PREFIX + endpoint.path,
            endpoint=f"{endpoint.method} {endpoint.path}".replace(".", "_"),
            view_func=_view(endpoint, require),
            methods=[endpoint.method],
        )
    description = openapi(endpoints, __version__)

    @blueprint.get(f"{PREFIX}/openapi.json")
    def describe() -> dict[str, Any]:
        return description

    @blueprint.get("/metrics")
    def scrape() -> Response:
        require("read")
        return Response(metrics.text(services), mimetype=metrics.MIMETYPE)

    blueprint.register_error_handler(ApiError, lambda e: _problem(e.status, str(e)))
    blueprint.register_error_handler(RecordsError, lambda e: _problem(503, str(e)))
    blueprint.register_error_handler(HiitPiError, lambda e: _problem(400, str(e)))
    blueprint.register_error_handler(ValidationError, lambda e: _problem(400, _first_error(e)))
    blueprint.register_error_handler(redis.RedisError, lambda e: _problem(503, LIVE_SERVER_AWAY))
    blueprint.register_error_handler(
        HTTPException, lambda e: _problem(e.code or 500, e.description or e.name)
    )
    return blueprint


def _view(endpoint: Endpoint, require: Callable[[Scope], None]) -> Callable[..., Response]:
    def view(**parameters: Any) -> Response:
        require(endpoint.scope)
        if endpoint.query:
            parameters["query"] = endpoint.query.model_validate(request.args.to_dict())
        if endpoint.body:
            parameters["body"] = endpoint.body.model_validate_json(request.get_data())
        return _json(endpoint.handler(**parameters), endpoint.status)

    return view


def _require_token(services: Services, limiter: ApiRateLimiter, scope: Scope) -> None:
    """Check the request's token, and charge the request to it.

    Raises:
        ApiError: the token is missing or wrong, may not do that, or there are too many requests.
    """
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    token, wait_s = None, 0.0
    if kind.lower() == "bearer" and secret.startswith(TOKEN_PREFIX):
        # Nobody can guess a token, so a right one is let in whatever its address has sent before:
        # behind a proxy all scripts have the same one.
        token = services.store.api_tokens.find(secret.strip())
        wait_s = limiter.take(token.id) if token else limiter.refuse(request.remote_addr or "?")
    if wait_s:
        g.retry_after_s = math.ceil(wait_s)
        raise ApiError(429, f"Too many requests. Please wait {math.ceil(wait_s)} s.")
    if token is None:
        raise ApiError(
            401, "Send a token: `Authorization: Bearer hiitpi_…`. Make one on the page “Your data”."
        )
    if scope == "control" and token.scope != "control":
        raise ApiError(403, "This token may only read. Make one that may control.")


def _json(answer: BaseModel, status: int) -> Response:
    response = Response(answer.model_dump_json(), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _problem(status: int, message: str) -> Response:
    response = _json(Problem(error=message), status)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 429:
        response.headers["Retry-After"] = str(g.retry_after_s)
    return response


def _first_error(error: ValidationError) -> str:
    """Describe the first validation error: "limit: Input should be …"."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
