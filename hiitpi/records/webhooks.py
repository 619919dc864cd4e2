"""The household's webhooks, and the messages to them.

`hiitpi.records.webhook_messages` adds messages, `hiitpi.integrations.webhook_sender` sends them.
"""

import base64
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import joinedload

from hiitpi.errors import WebhookError
from hiitpi.records.database import Database
from hiitpi.records.mapping import values
from hiitpi.records.schema import DeliveryRow, WebhookRow
from hiitpi.records.webhook_messages import add_message

#: Maximum number of webhooks.
MAX_WEBHOOKS: Final = 10

#: Random bytes of a secret, and its prefix; both as in the Standard Webhooks specification.
SECRET_BYTES, SECRET_PREFIX = 24, "whsec_"

#: Waiting times after the first, second, … failed attempt, and after all later ones.
RETRY_AFTER: Final = [timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600)]

#: Age from which a message that was not accepted is given up.
GIVE_UP_AFTER: Final = timedelta(days=1)

#: Age from which a message is given up by other stations than its own, which may be off for long.
ORPHANED_AFTER: Final = timedelta(days=30)

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
        body: the message, as JSON; "" once it was accepted or given up.
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
        return self._read(select(DeliveryRow).order_by(DeliveryRow.id.desc()).limit(limit))

    def newest_attempts(self) -> list[Delivery]:
        """Return the newest message to each webhook that was sent at least once."""
        newest = (
            select(func.max(DeliveryRow.id))
            .where(DeliveryRow.attempts > 0)
            .group_by(DeliveryRow.webhook_id)
        )
        query = select(DeliveryRow).where(DeliveryRow.id.in_(newest)).order_by(DeliveryRow.id)
        return self._read(query)

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
                add_message(db, row.id, "test", data, station, self._now())

    def claim(self, station: str, except_for: Collection[int] = ()) -> list[Delivery]:
        """Return the messages that a station has to send now, at most one for each webhook.

        A message waits until those before it were accepted or given up. Each is claimed: it is due
        again only after a waiting time, whatever becomes of the attempt and of this process, and no
        other process gets it.

        Args:
            station: name of the station.
            except_for: ids of webhooks to which a message is being sent.
        """
        now = self._now()
        due = self._due(station, now, except_for)
        claimed = []
        for delivery in due:
            attempts = delivery.attempts + 1
            next_try = now + RETRY_AFTER[min(attempts, len(RETRY_AFTER)) - 1]
            unclaimed = (DeliveryRow.id == delivery.id) & (
                DeliveryRow.attempts == delivery.attempts
            )
            change = update(DeliveryRow).where(unclaimed)
            with self._database.writing() as db:
                result = db.execute(change.values(attempts=attempts, next_try=next_try))
                if result.rowcount:  # type: ignore[attr-defined]
                    claimed.append(replace(delivery, attempts=attempts, next_try=next_try))
        return claimed

    def _due(self, station: str, now: datetime, except_for: Collection[int]) -> list[Delivery]:
        heads = (
            select(func.min(DeliveryRow.id))
            .where(DeliveryRow.next_try.is_not(None), DeliveryRow.station == station)
            .group_by(DeliveryRow.webhook_id)
        )
        query = (
            select(DeliveryRow)
            .where(DeliveryRow.id.in_(heads), DeliveryRow.next_try <= now)
            .where(DeliveryRow.webhook_id.not_in(except_for))
        )
        return self._read(query)

    def _read(self, query: Select[DeliveryRow]) -> list[Delivery]:
        with self._database.reading() as db:
            rows = db.scalars(query.options(joinedload(DeliveryRow.webhook)))
            return [_delivery(row) for row in rows]

    def record_result(
        self, number: int, result: str, *, accepted: bool = False, disable: bool = False
    ) -> None:
        """Store the result of sending a message, and give it up after a day.

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
            row.accepted, row.result = accepted, _printable(result)
            if accepted or now - row.created > GIVE_UP_AFTER:
                row.next_try, row.body = None, ""
            if disable:
                row.webhook.disabled = row.result
                of_webhook = DeliveryRow.webhook_id == row.webhook_id
                db.execute(update(DeliveryRow).where(of_webhook).values(next_try=None, body=""))
            db.flush()
            _delete_old(db, row.webhook_id)

    def give_up_orphans(self, station: str) -> None:
        """Give up old messages of other stations: of one that was renamed or removed.

        Args:
            station: name of the station that asks.
        """
        latest = self._now() - ORPHANED_AFTER
        orphans = (
            DeliveryRow.next_try.is_not(None),
            DeliveryRow.station != station,
            DeliveryRow.created < latest,
        )
        with self._database.reading() as db:
            if db.scalar(select(func.count(DeliveryRow.id)).where(*orphans)) == 0:
                return
        with self._database.writing() as db:
            gone = {"next_try": None, "body": "", "result": "its station is gone"}
            db.execute(update(DeliveryRow).where(*orphans).values(**gone))


def _delete_old(db: DbSession, webhook: int) -> None:
    """Delete all but the newest of a webhook's messages that were accepted or given up."""
    done = (DeliveryRow.webhook_id == webhook) & DeliveryRow.next_try.is_(None)
    newest = select(DeliveryRow.id).where(done).order_by(DeliveryRow.id.desc()).offset(MAX_KEPT)
    if old := db.scalars(newest).all():
        db.execute(delete(DeliveryRow).where(DeliveryRow.id.in_(old)))


def _printable(text: str) -> str:
    """Return what can be stored and shown of a text that a receiver may have sent."""
    return "".join(c if c.isprintable() else "?" for c in text)[:MAX_RESULT_CHARS]


def _webhook(row: WebhookRow) -> Webhook:
    return Webhook(**values(row, Webhook))


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(**(values(row, Delivery) | {"webhook": _webhook(row.webhook)}))
