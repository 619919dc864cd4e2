"""A web app for tests, with a real Redis and a real database."""

import pytest
from flask import Flask

from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from hiitpi.web.app import create_app


@pytest.fixture
def app(redis: Settings) -> Flask:
    """Return the app without a server; tests use its test client."""
    store = Store(redis.database)
    store.migrate()
    store.close()
    return create_app(redis)
