"""The limits of the sandbox have the shape of Discord's."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from sandbox.ratelimits import GLOBAL_LIMIT, INVALID_LIMIT, INVALID_WINDOW, RateLimits

MESSAGES = "/api/v10/channels/11/messages"


@dataclass
class Stopwatch:
    """A monotonic clock that moves when told."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Stopwatch:
    return Stopwatch()


def test_the_sixth_message_in_five_seconds_is_refused(clock: Stopwatch) -> None:
    """A bucket allows its number in each window, says what is left, and then how long to wait."""
    limits = RateLimits(1.0, clock=clock)
    left = [limits.check("POST", MESSAGES).headers["X-RateLimit-Remaining"] for _ in range(5)]
    clock.now += 1.5
    refused = limits.check("POST", MESSAGES)
    assert left == ["4", "3", "2", "1", "0"]
    assert refused.retry_after == pytest.approx(3.5)
    assert (refused.scope, refused.is_global) == ("user", False)
    assert refused.headers["Retry-After"] == "4"
    assert refused.headers["X-RateLimit-Reset-After"] == "3.500"
    clock.now += 3.5
    assert limits.check("POST", MESSAGES).retry_after is None


def test_a_bucket_belongs_to_a_route_and_its_major_parameter(clock: Stopwatch) -> None:
    """Another channel and another route have room left; another message of the channel has not."""
    limits = RateLimits(1.0, clock=clock)
    for message in range(5):
        limits.check("PATCH", f"{MESSAGES}/{message}")
    assert limits.check("PATCH", f"{MESSAGES}/99").retry_after is not None
    assert limits.check("PATCH", "/channels/12/messages/99").retry_after is None
    assert limits.check("POST", MESSAGES).retry_after is None


def test_the_bucket_header_names_the_route_not_the_channel(clock: Stopwatch) -> None:
    """Clients join the bucket's name with the major parameter themselves: it is the same for both."""
    limits = RateLimits(1.0, clock=clock)
    first, second = (limits.check("POST", f"/channels/{channel}/messages") for channel in (1, 2))
    assert first.headers["X-RateLimit-Bucket"] == second.headers["X-RateLimit-Bucket"]
    other = limits.check("GET", MESSAGES)
    assert other.headers["X-RateLimit-Bucket"] != first.headers["X-RateLimit-Bucket"]


def test_windows_are_scaled(clock: Stopwatch) -> None:
    """At scale 0.02 five seconds last a tenth of one."""
    limits = RateLimits(0.02, clock=clock)
    assert limits.check("POST", MESSAGES).headers["X-RateLimit-Reset-After"] == "0.100"


def test_reset_is_unix_time(clock: Stopwatch) -> None:
    """X-RateLimit-Reset is the window's end on the server's wall clock."""
    limits = RateLimits(1.0, clock=clock, epoch_offset=1_700_000_000.0)
    assert limits.check("POST", MESSAGES).headers["X-RateLimit-Reset"] == "1700000105.000"


def test_fifty_requests_a_second_over_all_routes(clock: Stopwatch) -> None:
    """The global limit refuses the 51st, whatever its route, and says that it is global."""
    limits = RateLimits(1.0, clock=clock)
    for channel in range(GLOBAL_LIMIT):
        assert limits.check("POST", f"/channels/{channel}/messages").retry_after is None
    refused = limits.check("POST", "/channels/999/messages")
    assert (refused.is_global, refused.scope, refused.retry_after) == (True, "global", 1.0)
    assert refused.headers["X-RateLimit-Global"] == "true"
    clock.now += 1.0
    assert limits.check("POST", "/channels/999/messages").retry_after is None


def test_answers_to_interactions_are_outside_the_global_limit(clock: Stopwatch) -> None:
    """Callbacks have no limit at all; webhooks by token have their own bucket only, one for each token."""
    limits = RateLimits(1.0, clock=clock)
    for channel in range(GLOBAL_LIMIT):
        limits.check("POST", f"/channels/{channel}/messages")
    callbacks = [limits.check("POST", f"/interactions/{n}/token{n}/callback") for n in range(1000)]
    assert all(verdict.retry_after is None and not verdict.headers for verdict in callbacks)
    followups = [limits.check("POST", "/webhooks/5/token?wait=true") for _ in range(6)]
    assert [verdict.retry_after is None for verdict in followups] == [True] * 5 + [False]
    assert limits.check("POST", "/webhooks/5/other").retry_after is None


def test_switched_off_nothing_is_refused(clock: Stopwatch) -> None:
    """Without limits there is neither a refusal nor a header."""
    limits = RateLimits(1.0, enabled=False, clock=clock)
    assert all(limits.check("POST", MESSAGES).headers == {} for _ in range(100))


def test_invalid_requests_are_counted_over_ten_minutes(clock: Stopwatch) -> None:
    """401, 403 and 429 count towards the ban; shared 429s and other errors do not; old ones are forgotten."""
    limits = RateLimits(0.02, clock=clock)
    for status in (200, 400, 401, 403, 404, 429, 500):
        limits.record(status)
    limits.record(429, "shared")
    assert limits.invalid_requests == 3
    for _ in range(INVALID_LIMIT - 3):
        limits.record(403)
    assert limits.is_banned
    clock.now += INVALID_WINDOW
    assert (limits.invalid_requests, limits.is_banned) == (0, False)


def test_spent_windows_do_not_pile_up(clock: Stopwatch) -> None:
    """Each press brings a new token, hence a bucket: ten thousand of them leave no memory behind."""
    limits = RateLimits(1.0, clock=clock)
    for press in range(10_000):
        clock.now += 0.01
        limits.check("POST", f"/webhooks/5/token{press}")
    assert len(limits._windows) < 3000
