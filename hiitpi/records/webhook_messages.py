"""What webhooks are told.

A message is stored in the same transaction as what it is about, such as a session, so none is lost
or sent for a session that was not saved.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from hiitpi.coach.messages import SessionRecord
from hiitpi.records.history import Kind, beaten_bests
from hiitpi.records.schema import DeliveryRow, WebhookRow


def announce(
    db: DbSession,
    record: SessionRecord,
    previous_bests: Callable[[], Mapping[str, Mapping[Kind, float]]],
    now: datetime,
) -> None:
    """Add the messages about a session that has just been saved.

    Args:
        db: the transaction that saves it.
        record: the session.
        previous_bests: returns the bests of the player's other sessions; called only if there is a
            webhook.
        now: the current time.
    """
    if not _webhooks(db):
        return
    # The pace of a hold means nothing, and the database does not know which workouts are holds.
    beaten = [best for best in beaten_bests(record, previous_bests()) if best.kind != "pace"]
    messages: list[tuple[str, dict[str, Any]]] = [("session.finished", _session_data(record))]
    if beaten:
        bests = [{**b._asdict(), "value": round(b.value, 1)} for b in beaten]
        data = {"session": record.uuid, "player": record.player, "bests": bests}
        messages.append(("best.beaten", data))
    tell_webhooks(db, messages, record.station, now)


def tell_webhooks(
    db: DbSession, messages: Sequence[tuple[str, dict[str, Any]]], station: str, now: datetime
) -> None:
    """Add messages to all webhooks that are in use.

    Args:
        db: the transaction.
        messages: what happened, and what there is to say about it.
        station: name of the station that sends them.
        now: the current time.
    """
    for number in _webhooks(db):
        for kind, data in messages:
            add_message(db, number, kind, data, station, now)


def _webhooks(db: DbSession) -> Sequence[int]:
    """Return the ids of the webhooks that are in use."""
    return db.scalars(select(WebhookRow.id).where(WebhookRow.disabled == "")).all()


def _session_data(record: SessionRecord) -> dict[str, Any]:
    names = ("number", "workout", "round", "reps", "attempts", "score")
    return {
        "session": record.uuid,
        "player": record.player,
        "program": record.program.name,
        "strictness": record.program.strictness,
        "station": record.station,
        "started": _iso(record.started),
        "ended": None if record.ended is None else _iso(record.ended),
        "status": record.status,
        "reps": record.reps,
        "attempts": record.attempts,
        "seconds": round(record.seconds, 2),
        "pace": record.pace,
        "score": record.score,
        "sets": [
            {name: getattr(s, name) for name in names} | {"seconds": round(s.seconds, 2)}
            for s in record.sets
        ],
    }


def add_message(
    db: DbSession, webhook: int, kind: str, data: dict[str, Any], station: str, now: datetime
) -> None:
    """Add a message to a webhook, which is due at once.

    Args:
        db: the transaction.
        webhook: id of the webhook.
        kind: what happened.
        data: what there is to say about it.
        station: name of the station that sends it.
        now: the current time.
    """
    message = {"type": kind, "timestamp": _iso(now.timestamp()), "data": data}
    row = DeliveryRow(webhook_id=webhook, key=f"msg_{uuid4().hex}", kind=kind, station=station)
    row.body, row.created, row.next_try = orjson.dumps(message).decode(), now, now
    db.add(row)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
