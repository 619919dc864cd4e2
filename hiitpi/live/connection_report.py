"""How a background process tells this machine's pages whether its connection works."""

import logging
from typing import Final

from hiitpi.coach.codec import decode, encode
from hiitpi.live.redis_client import Client

log = logging.getLogger(__name__)

_TROUBLE: Final = "trouble"


class ConnectionReport:
    """Reports one connection, and logs its changes.

    Args:
        client: client of this machine's Redis.
        key: the key that holds the report.
        server: name of the other end, for the log.
        ttl_s: seconds for which a report is valid; None for no limit.
    """

    def __init__(self, client: Client, key: str, server: str, ttl_s: int | None = None) -> None:
        self._client, self._key, self._server, self._ttl_s = client, key, server, ttl_s
        self._last: str | None = None

    def send(self, trouble: str) -> None:
        """Report what is wrong; "" if the connection works.

        Raises:
            redis.RedisError: Redis is unreachable.
        """
        if trouble != self._last:
            log.warning("%s", trouble or f"Connected to {self._server}.")
            self._last = trouble
        self._client.set(self._key, encode({_TROUBLE: trouble}), ex=self._ttl_s)


def reported_trouble(client: Client, key: str) -> str | None:
    """Return what a process reports to be wrong; "" if nothing is, None if there is no report.

    Raises:
        redis.RedisError: Redis is unreachable.
    """
    report = client.get(key)
    return None if report is None else str(decode(bytes(report))[_TROUBLE])
