"""Faults on demand: failed and lost answers, delay. The connection's own faults are the gateway's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.errors import Json


@dataclass(slots=True)
class Fault:
    """The next `times` requests that match fail with `status`, or act and lose their reply."""

    method: str
    path: str
    status: int = 500
    times: int = 1
    body: Any = None
    lose_reply: bool = False
    retry_after: float = 0.05

    def answer(self) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of the failure."""
        if self.status == 429:
            body = {"message": "You are being rate limited.", "retry_after": self.retry_after, "global": False}
            headers = {
                "Via": "1.1 sandbox",
                "Retry-After": str(self.retry_after),
                "X-RateLimit-Limit": "1",
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset-After": str(self.retry_after),
                "X-RateLimit-Bucket": "fault",
                "X-RateLimit-Scope": "shared",
            }
            return 429, orjson.dumps(self.body or body), headers
        body = self.body or {"message": f"{self.status}: fault", "code": 0}
        return self.status, orjson.dumps(body), {}

    def json(self) -> Json:
        """As it was asked for, with what is left of it."""
        return {
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "times": self.times,
            "lose_reply": self.lose_reply,
        }


class Faults:
    """The switches."""

    def __init__(self) -> None:
        self.latency_ms = 0.0
        self.rate_limits = True
        self.failing: list[Fault] = []

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets, counted down."""
        if not self.failing:
            return None
        for fault in self.failing:
            if fault.method in ("*", method) and re.search(fault.path, path):
                fault.times -= 1
                if fault.times <= 0:
                    self.failing.remove(fault)
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
                made.append(Fault(**known))
            self.failing = [*self.failing, *made] if made else []

    def json(self) -> Json:
        """The state of the switches."""
        return {
            "latency_ms": self.latency_ms,
            "rate_limits": self.rate_limits,
            "fail": [fault.json() for fault in self.failing],
        }
