"""The household's webhooks, and the messages to them.

A message is stored in the same transaction as the session that it is about, so none is lost or
sent for a session that was not saved. `hiitpi.integrations.webhook_sender` sends them.
"""

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import orjson
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import joinedload

from hiitpi.coach.messages import SessionRecord
from hiitpi.errors import WebhookError
from hiitpi.records.database import Database
from hiitpi.records.history import Kind, beaten_bests
from hiitpi.records.schema import DeliveryRow, WebhookRow

#: Maximum number of webhooks.
MAX_WEBHOOKS: Final = 10

#: Random bytes of a secret, and its prefix; both as in the Standard Webhooks specification.
SECRET_BYTES, SECRET_PREFIX = 24, "whsec_"

#: Waiting times after the first, second, … failed attempt, and after all later ones.
RETRY_AFTER: Final = [timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600)]

#: Age from which a message that was not accepted is given up.
GIVE_UP_AFTER: Final = timedelta(days=1)

#: Messages of a webhook that are kept after they were accepted or given up.
MAX_KEPT: Final = 50

#: Length limit of what is stored of a receiver's answer.
MAX_RESULT_CHARS: Final = 200


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told about sessions.

    Attributes:
        id: its number.
        url: the address.
        secret: key of the signatures.
        disabled: why nothing is sent any more; "" while it is in use.
    """

    id: int
    url: str
    secret: str
    disabled: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to a webhook.

    Attributes:
        id: its number; messages to one webhook are sent in this order.
        webhook: the receiver.
        key: identifies the message to its receiver, however often it is sent.
        kind: what happened: "session.finished", "best.beaten" or "test".
        body: the message, as JSON.
        created: when it happened.
        attempts: how often it was sent.
        next_try: when it is sent again; None once it was accepted or given up.
        accepted: whether the receiver has accepted it.
        result: the receiver's last answer, or why there was none.
    """

    id: int
    webhook: Webhook
    key: str
    kind: str
    body: str
    created: datetime
    attempts: int
    next_try: datetime | None
    accepted: bool
    result: str


class WebhookRepository:
    """The webhooks of one database.

    Args:
        database: the database.
        now: returns the current time with its time zone.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def all(self) -> list[Webhook]:
        """Return all webhooks, oldest first."""
        with self._database.reading() as db:
            return [_webhook(row) for row in db.scalars(select(WebhookRow).order_by(WebhookRow.id))]

    def add(self, url: str) -> Webhook:
        """Add a webhook with a new secret.

        Args:
            url: a valid address; see `hiitpi.integrations.webhook_request.check_url`.

        Raises:
            WebhookError: it exists already, or there are too many.
        """
        secret = base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        with self._database.writing() as db:
            urls = db.scalars(select(WebhookRow.url)).all()
            if url in urls:
                raise WebhookError(f"{url} is there already.")
            if len(urls) >= MAX_WEBHOOKS:
                raise WebhookError(f"There are {MAX_WEBHOOKS} webhooks. Delete one first.")
            row = WebhookRow(url=url, secret=SECRET_PREFIX + secret, created=self._now())
            row.disabled = ""
            db.add(row)
            db.flush()
            return _webhook(row)

    def delete(self, number: int) -> None:
        """Delete a webhook and all messages to it, if it exists."""
        with self._database.writing() as db:
            db.execute(delete(DeliveryRow).where(DeliveryRow.webhook_id == number))
            db.execute(delete(WebhookRow).where(WebhookRow.id == number))

    def deliveries(self, limit: int) -> list[Delivery]:
        """Return the newest messages, newest first."""
        query = select(DeliveryRow).order_by(DeliveryRow.id.desc()).limit(limit)
        with self._database.reading() as db:
            return [
                _delivery(r) for r in db.scalars(query.options(joinedload(DeliveryRow.webhook)))
            ]

    def send_test(self, number: int, station: str) -> None:
        """Add a test message to a webhook.

        Args:
            number: id of the webhook; nothing happens if there is none.
            station: name of the station that sends it.
        """
        with self._database.writing() as db:
            row = db.get(WebhookRow, number)
            if row is not None and not row.disabled:
                data = {"station": station}
                _add_message(db, row.id, "test", data, station, self._now())

    def due(self, station: str) -> list[Delivery]:
        """Return the messages that a station has to send now, at most one for each webhook.

        A message waits until those before it were accepted or given up.
        """
        heads = (
            select(func.min(DeliveryRow.id))
            .where(DeliveryRow.next_try.is_not(None), DeliveryRow.station == station)
            .group_by(DeliveryRow.webhook_id)
        )
        query = (
            select(DeliveryRow)
            .where(DeliveryRow.id.in_(heads), DeliveryRow.next_try <= self._now())
            .options(joinedload(DeliveryRow.webhook))
        )
        with self._database.reading() as db:
            return [_delivery(row) for row in db.scalars(query)]

    def record_attempt(
        self, number: int, result: str, *, accepted: bool = False, disable: bool = False
    ) -> None:
        """Store the result of sending a message, and decide when to send it again.

        Args:
            number: id of the message; it may have been deleted meanwhile.
            result: the receiver's answer, or why there was none.
            accepted: whether the receiver has accepted it.
            disable: whether the receiver wants no more messages.
        """
        now = self._now()
        with self._database.writing() as db:
            row = db.get(DeliveryRow, number)
            if row is None:
                return
            row.attempts += 1
            row.accepted, row.result = accepted, result[:MAX_RESULT_CHARS]
            if accepted or now - row.created > GIVE_UP_AFTER:
                row.next_try = None
            else:
                row.next_try = now + RETRY_AFTER[min(row.attempts, len(RETRY_AFTER)) - 1]
            if disable:
                row.webhook.disabled = row.result
                of_webhook = DeliveryRow.webhook_id == row.webhook_id
                db.execute(update(DeliveryRow).where(of_webhook).values(next_try=None))
            db.flush()
            _delete_old(db, row.webhook_id)


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
    webhooks = db.scalars(select(WebhookRow.id).where(WebhookRow.disabled == "")).all()
    if not webhooks:
        return
    # The pace of a hold means nothing, and the database does not know which workouts are holds.
    beaten = [best for best in beaten_bests(record, previous_bests()) if best.kind != "pace"]
    messages: list[tuple[str, dict[str, Any]]] = [("session.finished", _session_data(record))]
    if beaten:
        bests = [{**b._asdict(), "value": round(b.value, 1)} for b in beaten]
        data = {"session": record.uuid, "player": record.player, "bests": bests}
        messages.append(("best.beaten", data))
    for number in webhooks:
        for kind, data in messages:
            _add_message(db, number, kind, data, record.station, now)


def _session_data(record: SessionRecord) -> dict[str, Any]:
    names = ("number", "workout", "round", "reps", "attempts", "score", "seconds")
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
        "sets": [{name: getattr(s, name) for name in names} for s in record.sets],
    }


def _add_message(
    db: DbSession, webhook: int, kind: str, data: dict[str, Any], station: str, now: datetime
) -> None:
    message = {"type": kind, "timestamp": _iso(now.timestamp()), "data": data}
    row = DeliveryRow(webhook_id=webhook, key=f"msg_{uuid4().hex}", kind=kind, station=station)
    row.body, row.created, row.next_try = orjson.dumps(message).decode(), now, now
    row.attempts, row.accepted, row.result = 0, False, ""
    db.add(row)


def _delete_old(db: DbSession, webhook: int) -> None:
    """Delete all but the newest of a webhook's messages that were accepted or given up."""
    done = (DeliveryRow.webhook_id == webhook) & DeliveryRow.next_try.is_(None)
    newest = select(DeliveryRow.id).where(done).order_by(DeliveryRow.id.desc()).offset(MAX_KEPT)
    if old := db.scalars(newest).all():
        db.execute(delete(DeliveryRow).where(DeliveryRow.id.in_(old)))


def _webhook(row: WebhookRow) -> Webhook:
    return Webhook(row.id, row.url, row.secret, row.disabled)


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        row.id,
        _webhook(row.webhook),
        row.key,
        row.kind,
        row.body,
        row.created,
        row.attempts,
        row.next_try,
        row.accepted,
        row.result,
    )


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
