"""Sends messages of a real database to real receivers."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hiitpi.errors import RecordsError
from hiitpi.integrations.webhook_request import signature
from hiitpi.integrations.webhook_sender import WebhookSender, sender_name
from hiitpi.records.sessions import Store
from hiitpi.settings import Settings
from tests.support.session_factory import record
from tests.support.waiting import until
from tests.support.webhook_receiver import Receiver, receiver

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


def send_all(home: WebhookSender) -> int:
    """Send the messages that are due, wait for the answers, and return their number."""
    futures = home.send_due()
    for future in futures:
        future.result(30)
    return len(futures)


def test_a_session_reaches_its_receiver_signed(store: Store):
    accepting = Receiver()
    with receiver(accepting) as url:
        webhook = store.webhooks.add(url)
        session = record()
        store.save(session)
        home = sender(store)
        assert [send_all(home) for _ in range(2)] == [1, 0]
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
        while send_all(home):
            pass
    assert failing.kinds == [*["session.finished"] * 4, "best.beaten"]
    keys = [headers["webhook-id"] for headers, _ in failing.requests]
    assert keys[0] == keys[1] == keys[2]  # the same message again, which its receiver recognises
    assert len(set(keys)) == 3
    assert all(delivery.accepted for delivery in store.webhooks.deliveries(10))


def test_one_receiver_does_not_delay_another(store: Store):
    hanging, accepting = threading.Event(), Receiver()
    with receiver(lambda request: hanging.wait(20)) as slow, receiver(accepting) as fast:
        for url in (slow, fast):
            store.webhooks.add(url)
        store.save(record())
        home = sender(store)
        home.send_due()
        until(lambda: accepting.requests)
        store.save(record())
        until(lambda: home.send_due() and len(accepting.requests) == 2)
        hanging.set()
        send_all(home)
    results = [(d.webhook.url, d.result) for d in store.webhooks.deliveries(10)]
    assert results.count((fast, "200 OK")) == 2
    assert "200 OK" not in {result for url, result in results if url == slow}


def test_a_receiver_that_is_gone_is_disabled(store: Store):
    with receiver(Receiver(410)) as url:
        store.webhooks.add(url)
        store.save(record())
        send_all(sender(store))
    assert [webhook.disabled for webhook in store.webhooks.all()] == ["410 Gone"]


def test_this_machine_is_told_nothing_unless_allowed(store: Store):
    accepting = Receiver()
    with receiver(accepting) as url:
        store.webhooks.add(url)
        store.save(record())
        send_all(sender(store, allow_local=False))
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


def test_a_message_is_not_sent_again_at_once_if_its_result_cannot_be_stored(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    """A full disk must not flood the receiver."""
    accepting = Receiver()
    with receiver(accepting) as url:
        store.webhooks.add(url)
        store.save(record())

        def fail(*_: object, **__: object) -> None:
            raise RecordsError("The disk is full.")

        monkeypatch.setattr(store.webhooks, "record_result", fail)
        home = sender(store)
        with pytest.raises(RecordsError):
            send_all(home)
        with pytest.raises(RecordsError):  # which the loop logs
            home.send_due()
        assert home.send_due() == []
    assert len(accepting.requests) == 1


def test_a_machine_without_a_camera_does_not_send_the_messages_of_a_station():
    assert sender_name(Settings(camera="none")) != sender_name(Settings(camera="athlete")) == "home"
