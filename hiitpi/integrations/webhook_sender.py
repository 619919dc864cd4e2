"""Sends the messages to webhooks, in order, and again until they are accepted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from hiitpi.errors import RecordsError, WebhookError
from hiitpi.integrations.webhook_request import post, signature
from hiitpi.records.webhooks import MAX_WEBHOOKS, Delivery, WebhookRepository
from hiitpi.system.background_loop import BackgroundLoop

#: Interval between two looks at the database for new messages, in seconds.
INTERVAL_S: Final = 2.0

#: Seconds after which sending counts as stalled: looking a name up may take long.
STALLED_AFTER_S: Final = 90.0

#: The answer of a receiver that wants no more messages: 410 Gone.
GONE: Final = 410


class WebhookSender:
    """Sends the messages of one station.

    Attributes:
        loop: the background loop that does it.

    Args:
        webhooks: the webhooks and the messages to them.
        station: name of the station whose messages are sent.
        allow_local: whether webhooks may lead to this machine itself.
        wall_clock: returns seconds since the epoch.
        wait: waits for a number of seconds.
    """

    def __init__(
        self,
        webhooks: WebhookRepository,
        station: str,
        allow_local: bool,
        wall_clock: Callable[[], float],
        wait: Callable[[float], object],
    ) -> None:
        self._webhooks, self._station, self._allow_local = webhooks, station, allow_local
        self._wall_clock, self._wait = wall_clock, wait
        self.loop = BackgroundLoop(
            "webhooks", self._step, expected=(RecordsError,), stalled_after_s=STALLED_AFTER_S
        )

    def send_due(self) -> int:
        """Send the next message to each webhook that has one due, and return their number.

        A receiver that does not answer delays the others by at most
        `webhook_request.TIMEOUT_S`.

        Raises:
            RecordsError: the database cannot be read or written.
        """
        due = self._webhooks.due(self._station)
        if due:
            with ThreadPoolExecutor(min(len(due), MAX_WEBHOOKS), "webhook") as pool:
                list(pool.map(self._send, due))
        return len(due)

    def _step(self) -> None:
        if not self.send_due():
            self._wait(INTERVAL_S)

    def _send(self, delivery: Delivery) -> None:
        webhook, timestamp = delivery.webhook, int(self._wall_clock())
        headers = {
            "webhook-id": delivery.key,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(webhook.secret, delivery.key, timestamp, delivery.body),
        }
        try:
            answer = post(webhook.url, headers, delivery.body, self._allow_local)
        except WebhookError as error:
            self._webhooks.record_attempt(delivery.id, str(error))
            return
        self._webhooks.record_attempt(
            delivery.id, answer.text, accepted=answer.accepted, disable=answer.status == GONE
        )
