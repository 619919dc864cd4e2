"""Tokens of the API, on real databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hiitpi.errors import RecordsError
from hiitpi.records.api_tokens import LAST_USED_EVERY, MAX_TOKENS, PREFIX
from hiitpi.records.schema import ApiTokenRow
from hiitpi.records.sessions import Store
from tests.records.conftest import FakeTime
from tests.support.session_factory import NOW


@pytest.fixture
def store(timed_store: Store) -> Store:
    return timed_store


def test_a_token_is_found_by_its_secret_which_is_not_stored(store: Store):
    secret = store.api_tokens.add("  Grafana   at home ", "read")
    assert secret.startswith(PREFIX)
    token = store.api_tokens.find(secret)
    assert (token.name, token.scope, token.last_used) == ("Grafana at home", "read", None)
    for wrong in (secret[:-1], secret + "x", secret.upper(), PREFIX, ""):
        assert store.api_tokens.find(wrong) is None
    with store.database.reading() as db:
        (row,) = db.scalars(select(ApiTokenRow))
        assert secret not in str(vars(row))


def test_a_revoked_token_is_refused(store: Store):
    secret, other = (store.api_tokens.add(name, "control") for name in ("one", "two"))
    store.api_tokens.revoke(store.api_tokens.find(secret).id)
    store.api_tokens.revoke(12345)
    assert store.api_tokens.find(secret) is None
    assert [token.id for token in store.api_tokens.all()] == [store.api_tokens.find(other).id]


def test_the_last_use_is_known_to_the_hour(store: Store, time: FakeTime):
    secret = store.api_tokens.add("script", "read")

    def last_used() -> datetime | None:
        store.api_tokens.find(secret)
        return store.api_tokens.all()[0].last_used

    assert last_used() == NOW
    time.now = NOW + LAST_USED_EVERY / 2
    assert last_used() == NOW
    time.now = NOW + LAST_USED_EVERY
    assert last_used() == time.now
    time.now = NOW - timedelta(days=1)  # the clock was set back
    assert last_used() == time.now


def test_a_token_is_valid_while_the_database_cannot_be_written(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    secret = store.api_tokens.add("script", "read")

    def fail(*_: object) -> None:
        raise RecordsError("The database is locked.")

    monkeypatch.setattr(store.database, "writing", fail)
    assert store.api_tokens.find(secret).name == "script"
    assert store.api_tokens.all()[0].last_used is None


@pytest.mark.parametrize(
    ("name", "scope", "reason"),
    [
        ("", "read", "what it is for"),
        ("   ", "read", "what it is for"),
        ("x" * 41, "read", "what it is for"),
        ("a\x00b", "read", "what it is for"),
        ("script", "admin", "choose what"),
        ("script", "", "choose what"),
    ],
)
def test_other_tokens_are_refused(store: Store, name: str, scope: str, reason: str):
    with pytest.raises(RecordsError, match=reason):
        store.api_tokens.add(name, scope)
    assert store.api_tokens.all() == []


def test_there_are_not_too_many(store: Store):
    for number in range(MAX_TOKENS):
        store.api_tokens.add(f"script {number}", "read")
    with pytest.raises(RecordsError, match="Revoke one first"):
        store.api_tokens.add("one more", "read")
