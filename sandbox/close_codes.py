"""The codes with which Discord closes a gateway connection. Source: its "Opcodes and Status Codes"."""

from __future__ import annotations

from dataclasses import dataclass


class GatewayCloseError(Exception):
    """The connection must end with one of Discord's close codes."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"{code} {reason}")


@dataclass(frozen=True, slots=True)
class CloseCode:
    """What a code says. `again`: the client may connect again; `resumable`: and go on with its session."""

    reason: str
    again: bool = True
    resumable: bool = True


CLOSE_CODES = {
    4000: CloseCode("Unknown error"),
    4001: CloseCode("Unknown opcode"),
    4002: CloseCode("Decode error"),
    4003: CloseCode("Not authenticated"),
    4004: CloseCode("Authentication failed", again=False, resumable=False),
    4005: CloseCode("Already authenticated"),
    4007: CloseCode("Invalid seq", resumable=False),
    4008: CloseCode("Rate limited"),
    4009: CloseCode("Session timed out", resumable=False),
    4010: CloseCode("Invalid shard", again=False, resumable=False),
    4011: CloseCode("Sharding required", again=False, resumable=False),
    4012: CloseCode("Invalid API version", again=False, resumable=False),
    4013: CloseCode("Invalid intent(s)", again=False, resumable=False),
    4014: CloseCode("Disallowed intent(s)", again=False, resumable=False),
}


def keeps_session(code: int) -> bool:
    """Whether a session can be resumed after a close with this code; an ordinary goodbye (1000, 1001) ends it."""
    known = CLOSE_CODES.get(code)
    return code not in (1000, 1001) if known is None else known.resumable
