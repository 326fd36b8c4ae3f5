"""Discord's request limits: a bucket for each route and major parameter, and one limit over all of them.

Sources: Discord's developer documentation, "Rate Limits" (headers, global limit, invalid requests) and
"Interactions" (callbacks are outside the global limit). Discord publishes no figures for single routes and
changes them at will; the ones in `ROUTES` are what clients have long observed. A client obeys the headers,
so the figures matter less than their shape.
"""

from __future__ import annotations

import hashlib
import math
import re
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

GLOBAL_LIMIT: Final = 50
GLOBAL_WINDOW: Final = 1.0
INVALID_LIMIT: Final = 10_000
"""Refused requests (401, 403, 429) in `INVALID_WINDOW` seconds after which Discord bans the address."""
INVALID_WINDOW: Final = 600.0
INVALID_STATUSES: Final = frozenset({401, 403, 429})

_PRUNE_AT: Final = 2048


class Limit(NamedTuple):
    """`requests` allowed in each window of `seconds` (before scaling)."""

    requests: int
    seconds: float


DEFAULT: Final = Limit(10, 5.0)
ROUTES: Final[dict[tuple[str, str], Limit]] = {
    ("POST", "/channels/{}/messages"): Limit(5, 5.0),
    ("PATCH", "/channels/{}/messages/{}"): Limit(5, 5.0),
    ("DELETE", "/channels/{}/messages/{}"): Limit(5, 1.0),
    ("GET", "/channels/{}/messages"): Limit(5, 5.0),
    ("PUT", "/channels/{}/messages/{}/reactions/{}/{}"): Limit(1, 0.25),
    ("PATCH", "/channels/{}"): Limit(5, 15.0),
    ("GET", "/users/@me"): Limit(30, 30.0),
    ("GET", "/gateway/bot"): Limit(2, 5.0),
    ("POST", "/guilds/{}/scheduled-events"): Limit(5, 60.0),
    ("PATCH", "/guilds/{}/scheduled-events/{}"): Limit(5, 60.0),
    ("POST", "/webhooks/{}/{}"): Limit(5, 2.0),
    ("PATCH", "/webhooks/{}/{}/messages/{}"): Limit(5, 2.0),
    ("GET", "/webhooks/{}/{}/messages/{}"): Limit(5, 2.0),
    ("DELETE", "/webhooks/{}/{}/messages/{}"): Limit(5, 2.0),
}

_PREFIX = re.compile(r"^/api(/v\d+)?(?=/)")
_MAJOR = frozenset({"channels", "guilds", "webhooks"})
_CALLBACK = re.compile(r"^/interactions/\d+/[^/]+/callback$")


@dataclass(frozen=True, slots=True)
class Route:
    """A request's template (`/channels/{}/messages`) and the major parameter that splits its bucket."""

    method: str
    template: str
    major: str
    by_token: bool
    is_callback: bool

    @classmethod
    def of(cls, method: str, path: str) -> Route:
        """Read a path with or without `/api/v10` and query."""
        path = _PREFIX.sub("", path.partition("?")[0])
        parts = path.strip("/").split("/")
        kind = parts[0]
        major = f"{kind}/{parts[1]}" if kind in _MAJOR and len(parts) > 1 else ""
        by_token = kind == "webhooks" and len(parts) > 2
        if by_token:
            major += f"/{parts[2]}"
        shape = [
            "{}" if part.isdecimal() or (by_token and place in (2, 4)) else part for place, part in enumerate(parts)
        ]
        if "reactions" in shape:
            after = shape.index("reactions") + 1
            shape[after:] = ["{}"] * len(shape[after:])
        template = "/" + "/".join(shape)
        return cls(method.upper(), template, major, by_token, bool(_CALLBACK.match(path)))

    @property
    def bucket(self) -> str:
        """The opaque name in X-RateLimit-Bucket: the same for each major parameter of one route."""
        return hashlib.sha256(f"{self.method} {self.template}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the limits say to one request.

    `headers` go on the response, whatever its status. `retry_after` is in seconds: None where the request may
    pass, else how long to wait after the 429. `scope` is `user` or `global`, and only set on a refusal.
    """

    headers: dict[str, str]
    retry_after: float | None = None
    is_global: bool = False
    scope: str | None = None


@dataclass(slots=True)
class _Window:
    ends: float
    used: int = 0


@dataclass(slots=True)
class RateLimits:
    """All limits of one bot. Windows are `scale` times Discord's; `clock` gives real, monotonic seconds.

    `epoch_offset` is what turns the clock's reading into Unix seconds, for X-RateLimit-Reset.
    """

    scale: float
    enabled: bool = True
    clock: Callable[[], float] = time.monotonic
    epoch_offset: float = 0.0
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict)
    _global: _Window = field(default_factory=lambda: _Window(-math.inf))
    _invalid: deque[float] = field(default_factory=deque)

    def check(self, method: str, path: str) -> Verdict:
        """Count one request and say whether it may pass. A refused request uses nothing up."""
        route = Route.of(method, path)
        if not self.enabled or route.is_callback:
            return Verdict({})
        now = self.clock()
        if not route.by_token and now < self._global.ends and self._global.used >= GLOBAL_LIMIT:
            return self._refuse_globally(now)
        limit = ROUTES.get((route.method, route.template), DEFAULT)
        window = self._window(route, limit, now)
        refused = window.used >= limit.requests
        if not refused:
            window.used += 1
            if not route.by_token:
                self._count_globally(now)
        after = window.ends - now
        headers = {
            "X-RateLimit-Limit": str(limit.requests),
            "X-RateLimit-Remaining": str(limit.requests - window.used),
            "X-RateLimit-Reset": f"{window.ends + self.epoch_offset:.3f}",
            "X-RateLimit-Reset-After": _seconds(after),
            "X-RateLimit-Bucket": route.bucket,
        }
        if not refused:
            return Verdict(headers)
        headers |= {"Retry-After": str(math.ceil(after)), "X-RateLimit-Scope": "user"}
        return Verdict(headers, float(_seconds(after)), scope="user")

    def record(self, status: int, scope: str | None = None) -> None:
        """Count a response towards the invalid-request ban; a 429 of scope `shared` is nobody's fault."""
        if status in INVALID_STATUSES and scope != "shared":
            self._invalid.append(self.clock())

    @property
    def invalid_requests(self) -> int:
        """Invalid requests in the last ten minutes (real time, never scaled)."""
        oldest = self.clock() - INVALID_WINDOW
        while self._invalid and self._invalid[0] <= oldest:
            self._invalid.popleft()
        return len(self._invalid)

    @property
    def is_banned(self) -> bool:
        """Whether Discord would refuse this address by now."""
        return self.invalid_requests >= INVALID_LIMIT

    def _window(self, route: Route, limit: Limit, now: float) -> _Window:
        key = (route.bucket, route.major)
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            if len(self._windows) >= _PRUNE_AT:
                # Interaction tokens are major parameters: each press leaves one behind.
                self._windows = {k: w for k, w in self._windows.items() if w.ends > now}
            window = self._windows[key] = _Window(now + limit.seconds * self.scale)
        return window

    def _count_globally(self, now: float) -> None:
        if self._global.ends <= now:
            self._global = _Window(now + GLOBAL_WINDOW * self.scale)
        self._global.used += 1

    def _refuse_globally(self, now: float) -> Verdict:
        after = self._global.ends - now
        headers = {
            "Retry-After": str(math.ceil(after)),
            "X-RateLimit-Global": "true",
            "X-RateLimit-Scope": "global",
        }
        return Verdict(headers, float(_seconds(after)), is_global=True, scope="global")


def _seconds(value: float) -> str:
    """Round up to the millisecond: who waits exactly that long must not come too early."""
    return f"{math.ceil(value * 1000) / 1000:.3f}"
