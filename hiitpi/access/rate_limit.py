"""Rate limits: for guesses of the house code, and for requests to the API."""

from collections.abc import Callable
from typing import Any, Final

from limits import (
    RateLimitItem,
    RateLimitItemPerDay,
    RateLimitItemPerHour,
    RateLimitItemPerMinute,
)
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from hiitpi.access.networks import household

#: A redis.Redis.
Client = Any

#: Limit per address, in a moving window: 5 guesses in 5 minutes.
PER_ADDRESS: Final = RateLimitItemPerMinute(5, 5, namespace="hiitpi:guess:address")

#: Limit for all addresses together that have guessed wrong within the last week: 30 guesses in 2
#: hours, that is 360 a day, of a million codes.
ALL_KNOWN: Final = RateLimitItemPerHour(30, 2, namespace="hiitpi:guess:all")

#: Limit for the first guesses of all other addresses together. It is separate, so that a device of
#: the household gets in at its first attempt however many others are guessing; and it is needed,
#: because an attacker with many thousand addresses would otherwise have a guess with each.
ALL_FIRST: Final = RateLimitItemPerDay(500, namespace="hiitpi:guess:first")

#: An address that has guessed wrong is remembered for a week.
KNOWN_ADDRESS: Final = RateLimitItemPerDay(1, 7, namespace="hiitpi:guess:seen")


#: Limits of the API, in a moving window: 120 requests of one token in a minute, and 20 wrong tokens
#: of one address in 5 minutes.
API_REQUESTS: Final = RateLimitItemPerMinute(120, namespace="hiitpi:api:token")
API_REFUSALS: Final = RateLimitItemPerMinute(20, 5, namespace="hiitpi:api:refused")


class _MovingWindows:
    """Moving windows whose state is in Redis, so that it survives restarts.

    Args:
        client: the Redis client.
        wall: returns seconds since the epoch.
    """

    def __init__(self, client: Client, wall: Callable[[], float]) -> None:
        storage = RedisStorage("redis://", connection_pool=client.connection_pool)
        self._limiter, self._wall = MovingWindowRateLimiter(storage), wall

    def _retry_after_s(self, limit: RateLimitItem, *keys: str) -> float:
        stats = self._limiter.get_window_stats(limit, *keys)
        return max(1.0, stats.reset_time - self._wall())


class LoginRateLimiter(_MovingWindows):
    """Limits guesses of the house code; its state is in Redis, so that it survives restarts.

    A guess is charged atomically before it is checked, so that concurrent requests cannot exceed
    the limit; a correct guess is refunded.
    """

    def take(self, address: str) -> float:
        """Charge a guess to an address.

        Returns:
            0 if the guess is allowed; otherwise seconds until the address may try again.

        Raises:
            redis.RedisError: Redis is unreachable; no guess is allowed then.
        """
        source, limiter = household(address), self._limiter
        shared_limit = ALL_FIRST if limiter.test(KNOWN_ADDRESS, source) else ALL_KNOWN
        for limit, keys in ((PER_ADDRESS, (source,)), (shared_limit, ())):
            if not limiter.hit(limit, *keys):
                return self._retry_after_s(limit, *keys)
        limiter.hit(KNOWN_ADDRESS, source)
        return 0.0

    def refund(self, address: str) -> None:
        """Clear the address's record after a correct guess."""
        for limit in (PER_ADDRESS, KNOWN_ADDRESS):
            self._limiter.clear(limit, household(address))

    def recent(self) -> int:
        """Return the number of guesses, correct ones included, in the windows of both limits."""
        return sum(
            limit.amount - self._limiter.get_window_stats(limit).remaining
            for limit in (ALL_KNOWN, ALL_FIRST)
        )


class ApiRateLimiter(_MovingWindows):
    """Limits requests to the API."""

    def take(self, token: int) -> float:
        """Charge a request to a token, by its number.

        Returns:
            0 if the request is allowed; otherwise seconds until the next one is.

        Raises:
            redis.RedisError: Redis is unreachable.
        """
        allowed = self._limiter.hit(API_REQUESTS, str(token))
        return 0.0 if allowed else self._retry_after_s(API_REQUESTS, str(token))

    def refuse(self, address: str) -> float:
        """Charge a wrong token to an address.

        Returns:
            0, or after too many of them seconds until the next one is looked at.

        Raises:
            redis.RedisError: Redis is unreachable.
        """
        source = household(address)
        allowed = self._limiter.hit(API_REFUSALS, source)
        return 0.0 if allowed else self._retry_after_s(API_REFUSALS, source)
