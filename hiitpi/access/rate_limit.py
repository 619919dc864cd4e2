"""How often the house code may be guessed: by one address, and by all together."""

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

from hiitpi.access.networks import owner

#: A redis.Redis.
Client = Any

#: Guesses of one address, in a moving window.
PER_ADDRESS: Final = RateLimitItemPerMinute(5, 5, namespace="hiitpi:guess:address")

#: Guesses of all addresses together that have guessed wrong within the last week: 360 a day of a
#: million codes.
ALL_KNOWN: Final = RateLimitItemPerHour(30, 2, namespace="hiitpi:guess:all")

#: First guesses of all addresses that have not. A device of the house needs one, so that it comes
#: in at the first try however many others are guessing; without a limit, each of many thousand
#: addresses would have one too.
ALL_FIRST: Final = RateLimitItemPerDay(500, namespace="hiitpi:guess:first")

#: An address that was wrong counts as known for a week.
KNOWN_ADDRESS: Final = RateLimitItemPerDay(1, 7, namespace="hiitpi:guess:seen")


class LoginRateLimiter:
    """Limits guesses of the house code, in Redis: a restart forgets nothing.

    A guess is paid for before it is looked at, in one step, so that many at a time are no way
    around it; whoever knows the code gets the address's share back.

    Args:
        client: of the Redis that remembers.
        wall: seconds since the epoch.
    """

    def __init__(self, client: Client, wall: Callable[[], float]) -> None:
        storage = RedisStorage("redis://", connection_pool=client.connection_pool)
        self._limiter, self._wall = MovingWindowRateLimiter(storage), wall

    def take(self, address: str) -> float:
        """Pay for a guess; 0: it may be made. Otherwise seconds until this address may try again.

        Raises:
            redis.RedisError: Redis is away; nobody may guess.
        """
        who, limiter = owner(address), self._limiter
        everybody = ALL_FIRST if limiter.test(KNOWN_ADDRESS, who) else ALL_KNOWN
        for limit, keys in ((PER_ADDRESS, (who,)), (everybody, ())):
            if not limiter.hit(limit, *keys):
                return self._wait(limit, *keys)
        limiter.hit(KNOWN_ADDRESS, who)
        return 0.0

    def refund(self, address: str) -> None:
        """The guess was right: this address has never been wrong."""
        for limit in (PER_ADDRESS, KNOWN_ADDRESS):
            self._limiter.clear(limit, owner(address))

    def recent(self) -> int:
        """Guesses of strangers in the last hours, right ones among them."""
        return sum(
            limit.amount - self._limiter.get_window_stats(limit).remaining
            for limit in (ALL_KNOWN, ALL_FIRST)
        )

    def _wait(self, limit: RateLimitItem, *keys: str) -> float:
        stats = self._limiter.get_window_stats(limit, *keys)
        return max(1.0, stats.reset_time - self._wall())
