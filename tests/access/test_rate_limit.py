"""How often the house code may be guessed, with a real Redis and a clock that is set by hand."""

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


def test_an_address_that_guesses_too_often_waits(limiter: LoginRateLimiter, clock: FakeClock):
    for _ in range(PER_ADDRESS.amount):
        assert limiter.take("10.0.0.9") == 0
    wait = limiter.take("10.0.0.9")
    assert 0 < wait <= PER_ADDRESS.get_expiry()
    assert limiter.take("10.0.0.1") == 0
    clock.now += wait + 1
    assert limiter.take("10.0.0.9") == 0


def test_a_restart_forgets_nothing(limiter: LoginRateLimiter, redis: Settings, clock: FakeClock):
    for _ in range(PER_ADDRESS.amount):
        limiter.take("10.0.0.9")
    assert LoginRateLimiter(connect(redis.redis(0)), clock).take("10.0.0.9") > 0


def test_who_knows_the_code_has_never_been_wrong(limiter: LoginRateLimiter):
    for _ in range(20):
        assert limiter.take("192.168.1.20") == 0
        limiter.refund("192.168.1.20")


def test_many_who_guess_do_not_lock_the_house_out(limiter: LoginRateLimiter):
    for i in range(ALL_KNOWN.amount * 2):
        limiter.take(f"10.0.{i}.1")
        limiter.take(f"10.0.{i}.1")
    assert limiter.take("10.0.3.1") > 0  # it has been wrong before
    assert limiter.take("192.168.1.20") == 0  # the house's own tablet knows the code


@pytest.mark.parametrize(("addresses", "days"), [(254, 2), (2_100, 0.25)])
def test_what_can_be_guessed_by_whoever_never_rests(
    limiter: LoginRateLimiter, clock: FakeClock, addresses: int, days: float
):
    """Somebody with a network of addresses, for days: far from the million codes there are."""
    tried, start = 0, clock.now
    due = {f"10.{i // 250}.{i % 250}.1": 0.0 for i in range(addresses)}
    while clock.now < start + days * 86_400:
        for address in [one for one, at in due.items() if at <= clock.now]:
            wait = limiter.take(address)
            tried += wait == 0
            due[address] = clock.now + max(60.0, wait)
        clock.now = max(clock.now + 60, min(due.values()))
    known = ALL_KNOWN.amount * 86_400 / ALL_KNOWN.get_expiry()
    assert tried <= (days + 1) * (known + ALL_FIRST.amount)
    assert tried < 3_000


def test_a_house_with_ipv6_is_one_address(limiter: LoginRateLimiter):
    for i in range(PER_ADDRESS.amount):
        assert limiter.take(f"2001:db8::{i:x}") == 0
    assert limiter.take("2001:db8::ffff") > 0
    assert KNOWN_ADDRESS.get_expiry() == 7 * 86_400
