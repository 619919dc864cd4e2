"""Webhooks and the messages to them, on real databases."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hiitpi.coach.messages import SetRecord
from hiitpi.errors import WebhookError
from hiitpi.records.sessions import Store
from hiitpi.records.webhooks import (
    GIVE_UP_AFTER,
    MAX_KEPT,
    MAX_WEBHOOKS,
    ORPHANED_AFTER,
    RETRY_AFTER,
    Delivery,
)
from tests.records.conftest import FakeTime
from tests.support.session_factory import NOW, record

URL = "https://example.org/hook"


@pytest.fixture
def store(timed_store: Store) -> Store:
    return timed_store


def messages(store: Store) -> list[dict[str, Any]]:
    """Return all stored messages, oldest first."""
    return [json.loads(delivery.body) for delivery in store.webhooks.deliveries(100)][::-1]


def only(deliveries: list[Delivery]) -> Delivery:
    (delivery,) = deliveries
    return delivery


def test_a_finished_session_is_announced_once_with_its_sets(store: Store):
    store.webhooks.add(URL)
    session = record(reps=7)
    store.save(replace(session, status="active", ended=None))
    assert messages(store) == []
    for _ in range(2):
        store.save(session)
    (message,) = messages(store)
    assert (message["type"], message["timestamp"]) == (
        "session.finished",
        "2026-11-22T15:00:00+00:00",
    )
    data = message["data"]
    assert data["session"] == session.uuid
    assert (data["player"], data["program"], data["reps"]) == ("Ada", "Free training", 7)
    assert data["started"] == "2026-11-22T14:59:00+00:00"
    assert data["sets"] == [
        {"number": 1, "workout": "squat", "round": 1, "reps": 7, "attempts": 1, "score": 91.5,
         "seconds": 60.0}
    ]  # fmt: skip


def test_an_interrupted_session_is_announced_and_a_discarded_or_imported_one_is_not(store: Store):
    store.webhooks.add(URL)
    store.save(record(status="discarded"))
    store.save(record(sets=(), series=()))
    store.import_sessions([record()])
    assert messages(store) == []
    store.save(record(status="interrupted"))
    assert [m["data"]["status"] for m in messages(store)] == ["interrupted"]


def test_a_beaten_best_is_announced_after_its_session(store: Store):
    store.webhooks.add(URL)
    store.save(record(reps=5))
    store.save(record(reps=5))
    better = record(reps=8)
    store.save(better)
    assert [m["type"] for m in messages(store)] == [*["session.finished"] * 3, "best.beaten"]
    assert messages(store)[-1]["data"] == {
        "session": better.uuid,
        "player": "Ada",
        "bests": [{"workout": "squat", "kind": "set", "value": 8, "previous": 5}],
    }


def test_without_a_webhook_nothing_is_stored(store: Store):
    store.save(record())
    store.webhooks.add(URL)
    assert messages(store) == []


def test_each_webhook_has_its_own_secret_and_no_address_is_there_twice(store: Store):
    first = store.webhooks.add(URL)
    with pytest.raises(WebhookError, match="there already"):
        store.webhooks.add(URL)
    others = [store.webhooks.add(f"{URL}/{i}") for i in range(MAX_WEBHOOKS - 1)]
    with pytest.raises(WebhookError, match="Delete one first"):
        store.webhooks.add(f"{URL}/more")
    assert len({webhook.secret for webhook in [first, *others]}) == MAX_WEBHOOKS
    assert store.webhooks.all() == [first, *others]


def test_messages_wait_for_those_before_them(store: Store, time: FakeTime):
    webhook = store.webhooks.add(URL)
    for _ in range(2):
        store.webhooks.send_test(webhook.id, "home")
    assert store.webhooks.claim("garage") == []
    assert store.webhooks.claim("home", except_for={webhook.id}) == []
    first = only(store.webhooks.claim("home"))
    store.webhooks.record_result(first.id, "503 Busy")
    assert store.webhooks.claim("home") == []
    time.now += RETRY_AFTER[0]
    again = only(store.webhooks.claim("home"))
    assert (again.id, again.key, again.attempts) == (first.id, first.key, 2)
    store.webhooks.record_result(first.id, "200 OK", accepted=True)
    assert only(store.webhooks.claim("home")).id > first.id


def test_a_claimed_message_is_due_again_only_later(store: Store, time: FakeTime):
    """Whatever became of the attempt: the disk may be full, or the process was killed."""
    webhook = store.webhooks.add(URL)
    store.webhooks.send_test(webhook.id, "home")
    for attempt, wait in enumerate(RETRY_AFTER, start=1):
        assert only(store.webhooks.claim("home")).attempts == attempt
        time.now += wait - timedelta(seconds=1)
        assert store.webhooks.claim("home") == []
        time.now += timedelta(seconds=1)


def test_no_message_is_claimed_twice(url: str, time: FakeTime):
    """By two processes with the name of one station."""
    stores = [Store(url, now=time) for _ in range(2)]
    stores[0].migrate()
    webhooks = [stores[0].webhooks.add(f"{URL}/{i}") for i in range(4)]
    for webhook in webhooks:
        stores[0].webhooks.send_test(webhook.id, "home")
    barrier = threading.Barrier(2)

    def claim(store: Store) -> list[int]:
        barrier.wait()
        return [delivery.id for delivery in store.webhooks.claim("home")]

    with ThreadPoolExecutor(2) as pool:
        claimed = [number for numbers in pool.map(claim, stores) for number in numbers]
    assert sorted(claimed) == sorted(set(claimed))
    assert len(claimed) == len(webhooks)
    for store in stores:
        store.close()


def test_a_message_is_given_up_after_a_day_and_the_next_one_is_sent(store: Store, time: FakeTime):
    webhook = store.webhooks.add(URL)
    store.webhooks.send_test(webhook.id, "home")
    tries: list[timedelta] = []
    while True:
        delivery = only(store.webhooks.claim("home"))
        tries.append(time.now - NOW)
        store.webhooks.record_result(delivery.id, "no answer")
        following = only(store.webhooks.deliveries(10)).next_try
        if following is None:
            break
        time.now = following
    assert only(store.webhooks.deliveries(10)).body == ""
    assert tries[:4] == [timedelta(seconds=s) for s in (0, 5, 35, 155)]
    assert GIVE_UP_AFTER < tries[-1] < GIVE_UP_AFTER + timedelta(hours=1.5)
    store.webhooks.send_test(webhook.id, "home")
    assert only(store.webhooks.claim("home")).id > delivery.id


def test_a_message_of_a_station_that_is_gone_is_given_up(store: Store, time: FakeTime):
    webhook = store.webhooks.add(URL)
    for station in ("old name", "home"):
        store.webhooks.send_test(webhook.id, station)
    store.webhooks.give_up_orphans("home")
    assert all(delivery.next_try for delivery in store.webhooks.deliveries(10))
    time.now += ORPHANED_AFTER + timedelta(days=1)
    store.webhooks.give_up_orphans("home")
    own, orphan = store.webhooks.deliveries(10)
    assert (orphan.next_try, orphan.body, orphan.result) == (None, "", "its station is gone")
    assert own.next_try is not None


def test_what_a_receiver_answers_can_be_stored_whatever_it_is(store: Store):
    webhook = store.webhooks.add(URL)
    store.webhooks.send_test(webhook.id, "home")
    delivery = only(store.webhooks.claim("home"))
    store.webhooks.record_result(delivery.id, "500 \x00\x1b[2J\ud800" + "é" * 300)
    result = only(store.webhooks.deliveries(10)).result
    assert result.startswith("500 ??[2J?éé")
    assert len(result) == 200


def test_an_accepted_message_keeps_no_names(store: Store):
    store.webhooks.add(URL)
    store.save(record())
    delivery = only(store.webhooks.claim("home"))
    assert "Ada" in delivery.body
    store.webhooks.record_result(delivery.id, "200 OK", accepted=True)
    assert only(store.webhooks.deliveries(10)).body == ""


def test_a_session_that_a_power_cut_has_ended_is_announced(store: Store):
    store.webhooks.add(URL)
    session = record()
    store.save(replace(session, status="active", ended=None))
    store.close_running("home", exclude={session.uuid})
    assert messages(store) == []
    store.close_running("home")
    assert [m["data"]["status"] for m in messages(store)] == ["interrupted"]
    store.save(session)
    assert len(messages(store)) == 1


def test_ids_are_not_used_again(store: Store):
    numbers = []
    for _ in range(2):
        webhook = store.webhooks.add(URL)
        store.webhooks.send_test(webhook.id, "home")
        numbers.append((webhook.id, only(store.webhooks.deliveries(10)).id))
        store.webhooks.delete(webhook.id)
    assert numbers[0][0] < numbers[1][0]
    assert numbers[0][1] < numbers[1][1]


def test_a_receiver_that_is_gone_gets_no_more_messages(store: Store):
    gone, other = store.webhooks.add(URL), store.webhooks.add(f"{URL}/2")
    for webhook in (gone, gone, other):
        store.webhooks.send_test(webhook.id, "home")
    first, _ = store.webhooks.claim("home")
    assert first.webhook == gone
    store.webhooks.record_result(first.id, "410 Gone", disable=True)
    store.webhooks.send_test(gone.id, "home")
    store.save(record())
    waiting = {d.webhook.id for d in store.webhooks.deliveries(10) if d.next_try}
    assert waiting == {other.id}
    assert [webhook.disabled for webhook in store.webhooks.all()] == ["410 Gone", ""]


def test_old_messages_are_deleted_and_waiting_ones_are_not(store: Store):
    webhook = store.webhooks.add(URL)
    for _ in range(MAX_KEPT + 3):
        store.webhooks.send_test(webhook.id, "home")
    for _ in range(MAX_KEPT + 2):
        delivery = only(store.webhooks.claim("home"))
        store.webhooks.record_result(delivery.id, "200 OK", accepted=True)
    assert len(store.webhooks.deliveries(1000)) == MAX_KEPT + 1


def test_a_deleted_webhook_leaves_nothing_behind(store: Store):
    webhook = store.webhooks.add(URL)
    store.webhooks.send_test(webhook.id, "home")
    sent = only(store.webhooks.claim("home"))
    store.webhooks.delete(webhook.id)
    store.webhooks.record_result(sent.id, "200 OK", accepted=True)
    store.webhooks.send_test(webhook.id, "home")
    assert (store.webhooks.all(), store.webhooks.deliveries(10)) == ([], [])


def test_a_session_that_cannot_be_saved_is_not_announced(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    store.webhooks.add(URL)

    def fail(*_: object) -> Callable[[], None]:
        raise RuntimeError

    monkeypatch.setattr("hiitpi.records.sessions.purge_deleted", fail)
    session = record(sets=(SetRecord(1, "squat", 1, 0.0, 9.0, 3, 0),))
    with pytest.raises(RuntimeError):
        store.save(session)
    assert messages(store) == []
    assert store.session(session.uuid) is None
