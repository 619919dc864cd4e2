"""Rate limits for guesses of the house code, with a real Redis and a fake clock."""

from types import SimpleNamespace

import limits.storage.redis
import pytest

from hiitpi.access.rate_limit import (
    ALL_FIRST,
    ALL_KNOWN,
    KNOWN_ADDRESS,
    PER_ADDRESS,
    LoginRateLimiter,
)
from hiitpi.live.redis_client import connect
from hiitpi.settings import Settings
from tests.support.clock import FakeClock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock(1.7e9)
    monkeypatch.setattr(limits.storage.redis, "time", SimpleNamespace(time=clock))
    monkeypatch.setattr("limits.storage.base.time", SimpleNamespace(time=clock), raising=False)
    return clock


@pytest.fixture
def limiter(redis: Settings, clock: FakeClock) -> LoginRateLimiter:
    connect(redis.redis(0)).flushdb()
    return LoginRateLimiter(connect(redis.redis(0)), clock)


def test_an_address_is_limited_and_may_guess_again_later(
    limiter: LoginRateLimiter, clock: FakeClock
):
    for _ in range(PER_ADDRESS.amount):
        assert limiter.take("10.0.0.9") == 0
    wait = limiter.take("10.0.0.9")
    assert 0 < wait <= PER_ADDRESS.get_expiry()
    assert limiter.take("10.0.0.1") == 0
    clock.now += wait + 1
    assert limiter.take("10.0.0.9") == 0


def test_limits_survive_a_restart(limiter: LoginRateLimiter, redis: Settings, clock: FakeClock):
    for _ in range(PER_ADDRESS.amount):
        limiter.take("10.0.0.9")
    assert LoginRateLimiter(connect(redis.redis(0)), clock).take("10.0.0.9") > 0


def test_correct_codes_are_refunded(limiter: LoginRateLimiter):
    for _ in range(20):
        assert limiter.take("192.168.1.20") == 0
        limiter.refund("192.168.1.20")


def test_guesses_from_many_addresses_do_not_lock_the_household_out(limiter: LoginRateLimiter):
    for i in range(ALL_KNOWN.amount * 2):
        limiter.take(f"10.0.{i}.1")
        limiter.take(f"10.0.{i}.1")
    assert limiter.take("10.0.3.1") > 0  # this address has guessed wrong before
    assert limiter.take("192.168.1.20") == 0  # the household's own tablet, which knows the code


@pytest.mark.parametrize(("addresses", "days"), [(254, 1), (2_100, 0.25)])
def test_guesses_of_a_continuous_attack_are_few(
    limiter: LoginRateLimiter, clock: FakeClock, addresses: int, days: float
):
    """Attacks from a network of addresses for days: far fewer guesses than a million codes."""
    guesses, start = 0, clock.now
    next_guess = {f"10.{i // 250}.{i % 250}.1": 0.0 for i in range(addresses)}
    while clock.now < start + days * 86_400:
        for address in [address for address, at in next_guess.items() if at <= clock.now]:
            wait = limiter.take(address)
            guesses += wait == 0
            next_guess[address] = clock.now + max(60.0, wait)
        clock.now = max(clock.now + 60, min(next_guess.values()))
    known_per_day = ALL_KNOWN.amount * 86_400 / ALL_KNOWN.get_expiry()
    assert guesses <= (days + 1) * (known_per_day + ALL_FIRST.amount)
    assert guesses < 3_000


def test_ipv6_addresses_of_a_household_share_a_limit(limiter: LoginRateLimiter):
    for i in range(PER_ADDRESS.amount):
        assert limiter.take(f"2001:db8::{i:x}") == 0
    assert limiter.take("2001:db8::ffff") > 0
    assert KNOWN_ADDRESS.get_expiry() == 7 * 86_400
