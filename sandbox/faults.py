"""Faults on demand: failed, lost and half answers, delay. The connection's own faults are the gateway's."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.errors import Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCOPES = ("user", "shared", "global")
PAGE = b"<!DOCTYPE html>\n<html><head><title>Error %d</title></head><body>cloudflare</body></html>\n"


@dataclass(slots=True)
class Fault:
    """The next `times` requests (None: all) that match fail with `status`, or act and lose their reply.

    A `status` below 300 acts and answers as ever; with `delay_ms` that begins later. `half_reply` acts, and the
    connection ends in the body of the answer. Of a 429, `scope` says whose limit it is: "user", "shared" or "global".
    `plain` answers as Cloudflare does before Discord: in HTML, without any of Discord's headers. With `every` only the
    first of so many that match does. `name` is that of its switch in the page, if any.
    """

    method: str
    path: str
    status: int = 500
    times: int | None = 1
    body: Any = None
    lose_reply: bool = False
    half_reply: bool = False
    delay_ms: float = 0.0
    retry_after: float = 0.05
    scope: str = "shared"
    plain: bool = False
    name: str = ""
    every: int = 1
    met: int = 0

    @property
    def acts(self) -> bool:
        """Whether the request does what it asks for."""
        return self.lose_reply or self.half_reply or self.status < 300

    def answer(self) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of the failure."""
        if self.plain:
            return self.status, PAGE % self.status, {"Content-Type": "text/html; charset=UTF-8", "Server": "cloudflare"}
        if self.status == 429:
            everywhere = self.scope == "global"
            body = {"message": "You are being rate limited.", "retry_after": self.retry_after, "global": everywhere}
            return 429, orjson.dumps(self.body or body), {**self._limits(), "X-RateLimit-Scope": self.scope}
        body = self.body or {"message": f"{self.status}: fault", "code": 0}
        return self.status, orjson.dumps(body), {}

    def _limits(self) -> dict[str, str]:
        wait = {"Via": "1.1 sandbox", "Retry-After": str(self.retry_after)}
        if self.scope == "global":
            # Source: Discord's "Rate Limits": the header of a route's bucket is not there.
            return {**wait, "X-RateLimit-Global": "true"}
        return {
            **wait,
            "X-RateLimit-Limit": "1",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset-After": str(self.retry_after),
            "X-RateLimit-Bucket": "fault",
        }

    def json(self) -> Json:
        """As it was asked for, with what is left of it."""
        return {
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "times": self.times,
            "lose_reply": self.lose_reply,
            "half_reply": self.half_reply,
            "delay_ms": self.delay_ms,
        }


class Faults:
    """The switches."""

    def __init__(self) -> None:
        self.latency_ms = 0.0
        self.rate_limits = True
        self._resting = 0
        self.failing: list[Fault] = []
        self.watchers: list[Callable[[], None]] = []

    @property
    def limited(self) -> bool:
        """Whether Discord's rate limits hold now."""
        return self.rate_limits and not self._resting

    @contextlib.contextmanager
    def limits_at_rest(self) -> Iterator[None]:
        """No rate limit holds inside the block: where days pass in a second, their windows have long passed too."""
        self._resting += 1
        try:
            yield
        finally:
            self._resting -= 1

    def changed(self) -> None:
        """Tell the watchers (the pages) that a switch was turned, or ran out."""
        for watcher in self.watchers:
            watcher()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets, counted down."""
        if not self.failing:
            return None
        for fault in self.failing:
            if fault.method in ("*", method) and re.search(fault.path, path):
                fault.met += 1
                if (fault.met - 1) % fault.every:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.failing.remove(fault)
                    self.changed()
                return fault
        return None

    def set(self, form: Json) -> None:
        """Turn switches: {latency_ms, rate_limits, fail: [...]}; "fail": [] ends all of them.

        Raises ValueError for a malformed path or value.
        """
        if "latency_ms" in form:
            self.latency_ms = float(form["latency_ms"])
        if "rate_limits" in form:
            self.rate_limits = bool(form["rate_limits"])
        if "fail" in form:
            made = []
            for one in form["fail"]:
                known = {key: one[key] for key in Fault.__slots__ if key in one}
                known.setdefault("method", "*")
                known.setdefault("path", "")
                re.compile(known["path"])
                if known.get("scope", "user") not in SCOPES:
                    raise ValueError(f"a limit's scope is one of {', '.join(SCOPES)}")
                made.append(Fault(**known))
            self.failing = [*self.failing, *made] if made else []
        self.changed()

    def json(self) -> Json:
        """The state of the switches."""
        return {
            "latency_ms": self.latency_ms,
            "rate_limits": self.rate_limits,
            "fail": [fault.json() for fault in self.failing],
        }
