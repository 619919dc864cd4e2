"""Sends the messages to webhooks, in order, and again until they are accepted."""

import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from hiitpi.errors import RecordsError, WebhookError
from hiitpi.integrations.webhook_request import post, signature
from hiitpi.records.webhooks import MAX_WEBHOOKS, Delivery, WebhookRepository
from hiitpi.settings import Settings
from hiitpi.system.background_loop import BackgroundLoop

#: Interval between two looks at the database for new messages, in seconds.
INTERVAL_S: Final = 1.0

#: Interval between two looks for messages of stations that are gone, in seconds.
ORPHANS_EVERY_S: Final = 3600.0

#: Interval between two looks for challenges that are over, in seconds.
SETTLE_EVERY_S: Final = 60.0

#: The answer of a receiver that wants no more messages: 410 Gone.
GONE: Final = 410


def sender_name(settings: Settings) -> str:
    """Return the name under which a machine sends: its station's, or one that no station can have.

    A machine without a camera may have the default name of a station that is elsewhere.
    """
    return settings.own_station or "(no camera)"


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
        settle: announces the winners of challenges that are over; called once a minute.
    """

    def __init__(
        self,
        webhooks: WebhookRepository,
        station: str,
        allow_local: bool,
        wall_clock: Callable[[], float],
        wait: Callable[[float], object],
        settle: Callable[[str], object] = lambda station: None,
    ) -> None:
        self._webhooks, self._station, self._allow_local = webhooks, station, allow_local
        self._wall_clock, self._wait, self._settle = wall_clock, wait, settle
        self._pool = ThreadPoolExecutor(MAX_WEBHOOKS, "webhook")
        self._looked_for_orphans = self._settled = -math.inf
        self._sending: dict[int, Future[None]] = {}  # by the webhook's id
        self.loop = BackgroundLoop("webhooks", self._step, expected=(RecordsError,))

    def send_due(self) -> list[Future[None]]:
        """Begin to send the next message to each webhook that has one due.

        Receivers do not delay one another: each has a thread.

        Returns:
            A future for each message that is being sent.

        Raises:
            RecordsError: the database cannot be read or written.
        """
        done = [number for number, future in self._sending.items() if future.done()]
        for future in [self._sending.pop(number) for number in done]:
            future.result()  # raises what it has raised
        for delivery in self._webhooks.claim(self._station, self._sending.keys()):
            self._sending[delivery.webhook.id] = self._pool.submit(self._send, delivery)
        return list(self._sending.values())

    def _step(self) -> None:
        if abs(self._wall_clock() - self._looked_for_orphans) > ORPHANS_EVERY_S:
            self._looked_for_orphans = self._wall_clock()
            self._webhooks.give_up_orphans(self._station)
        if abs(self._wall_clock() - self._settled) > SETTLE_EVERY_S:
            self._settled = self._wall_clock()
            self._settle(self._station)
        self.send_due()
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
            self._webhooks.record_result(delivery.id, str(error))
            return
        self._webhooks.record_result(
            delivery.id, answer.text, accepted=answer.accepted, disable=answer.status == GONE
        )
