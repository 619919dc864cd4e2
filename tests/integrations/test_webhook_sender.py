"""Sends messages of a real database to real receivers."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from hiitpi.integrations import webhook_request
from hiitpi.integrations.webhook_request import signature
from hiitpi.integrations.webhook_sender import WebhookSender
from hiitpi.records.sessions import Store
from tests.integrations.test_webhook_request import receiver
from tests.support.session_factory import record
from tests.support.waiting import until

NOW = 1_764_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'records.sqlite'}")
    store.migrate()
    yield store
    store.close()


def sender(store: Store, allow_local: bool = True) -> WebhookSender:
    """Return a sender of the station "home", whose clock stands still."""
    return WebhookSender(store.webhooks, "home", allow_local, lambda: NOW, threading.Event().wait)


class Receiver:
    """Accepts messages, or answers with the statuses in `answers` first."""

    def __init__(self, *answers: int) -> None:
        self.answers, self.requests = list(answers), []

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"])).decode()
        self.requests.append((request.headers, body))
        request.send_response(self.answers.pop(0) if self.answers else 200)
        request.end_headers()

    @property
    def kinds(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.requests]


def test_a_session_reaches_its_receiver_signed(store: Store):
    accepting = Receiver()
    with receiver(accepting) as url:
        webhook = store.webhooks.add(url)
        session = record()
        store.save(session)
        assert sender(store).send_due() == 1
        assert sender(store).send_due() == 0
    ((headers, body),) = accepting.requests
    assert json.loads(body)["data"]["session"] == session.uuid
    assert headers["webhook-timestamp"] == str(int(NOW))
    expected = signature(webhook.secret, headers["webhook-id"], int(NOW), body)
    assert headers["webhook-signature"] == expected
    (delivery,) = store.webhooks.deliveries(10)
    assert (delivery.accepted, delivery.result) == (True, "200 OK")


def test_order_is_kept_while_a_receiver_fails(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hiitpi.records.webhooks.RETRY_AFTER", [timedelta(0)])
    failing = Receiver(500, 503)
    with receiver(failing) as url:
        store.webhooks.add(url)
        for reps in (3, 5):
            store.save(record(reps=reps))
        home = sender(store)
        while home.send_due():
            pass
    assert failing.kinds == [*["session.finished"] * 4, "best.beaten"]
    keys = [headers["webhook-id"] for headers, _ in failing.requests]
    assert keys[0] == keys[1] == keys[2]  # the same message again, which its receiver recognises
    assert len(set(keys)) == 3
    assert all(delivery.accepted for delivery in store.webhooks.deliveries(10))


def test_one_receiver_does_not_delay_another(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(webhook_request, "TIMEOUT_S", 1.0)
    hanging, accepting = threading.Event(), Receiver()
    with receiver(lambda request: hanging.wait(20)) as slow, receiver(accepting) as fast:
        for url in (slow, fast):
            store.webhooks.add(url)
        store.save(record())
        sending = threading.Thread(target=sender(store).send_due)
        sending.start()
        until(lambda: accepting.requests)
        sending.join()
        hanging.set()
    results = {d.webhook.url: d.result for d in store.webhooks.deliveries(10)}
    assert results[fast] == "200 OK"
    assert results[slow].startswith("no answer within")


def test_a_receiver_that_is_gone_is_disabled(store: Store):
    with receiver(Receiver(410)) as url:
        store.webhooks.add(url)
        store.save(record())
        sender(store).send_due()
    assert [webhook.disabled for webhook in store.webhooks.all()] == ["410 Gone"]


def test_this_machine_is_told_nothing_unless_allowed(store: Store):
    accepting = Receiver()
    with receiver(accepting) as url:
        store.webhooks.add(url)
        store.save(record())
        sender(store, allow_local=False).send_due()
    assert accepting.requests == []
    (delivery,) = store.webhooks.deliveries(10)
    assert "HIITPI_WEBHOOK_LOCAL" in delivery.result
    assert delivery.next_try is not None


def test_the_loop_sends_what_is_saved_later(store: Store):
    accepting = Receiver()
    with receiver(accepting) as url:
        home = sender(store)
        home.loop.start()
        store.webhooks.add(url)
        store.save(record())
        until(lambda: accepting.requests)
        home.loop.stop(15)
    assert home.loop.health().state in ("ok", "idle")
