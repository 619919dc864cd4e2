"""The API keeps what its OpenAPI description promises, for generated requests too."""

from collections.abc import Iterator

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import negative_data_rejection

from hiitpi.access import rate_limit
from hiitpi.web.api.endpoints import PREFIX
from tests.support.session_factory import record


@pytest.fixture
def token(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return a token of an app that has data, and no limit to the rate of requests."""
    store = app.extensions["hiitpi"].store
    store.save(record())
    plenty = rate_limit.RateLimitItemPerMinute(10**6, namespace="hiitpi:test")
    monkeypatch.setattr(rate_limit, "API_REQUESTS", plenty)
    monkeypatch.setattr(rate_limit, "API_REFUSALS", plenty)
    return store.api_tokens.add("schemathesis", "control")


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_as_described(app: Flask, token: str, mode: GenerationMode):
    """Valid requests, and almost valid ones, to every endpoint.

    Whether wrong values are rejected is in `test_api`: here the token, which is always right, would
    count as one, and so would a parameter that vanishes from the query string.
    """
    schema = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", app)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) == 10
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    for operation in operations:

        @settings(
            max_examples=20,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, excluded_checks=[negative_data_rejection])

        check()
