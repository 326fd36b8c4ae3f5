"""Who may talk to the sandbox: this machine, and of all web pages its own. Every answer says what it may load."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from sandbox.errors import DiscordError
from sandbox.people_commands import RefusedError
from sandbox.world_actions import BadActionError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.errors import Json

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
FOREIGN_HOST = "The sandbox answers to this machine only: open it as http://127.0.0.1 with its port."
FOREIGN_PAGE = "The sandbox takes no requests from other pages."
# What a browser says of a request that another page caused; an address that somebody typed or followed is "navigate".
_ELSEWHERE = ("cross-site", "same-site")


def install(app: web.Application) -> None:
    """Put the guard before every route of `app`, and its headers on every answer."""
    app.middlewares.append(_guard)
    app.on_response_prepare.append(_with_headers)


def refusal(error: str, status: int = 400) -> web.Response:
    """A sentence as the people's side gives it."""
    return _json({"error": error}, status)


def _json(data: Json, status: int) -> web.Response:
    return web.Response(body=orjson.dumps(data), status=status, content_type="application/json")


def is_loopback(host: str) -> bool:
    """Whether a Host header, with or without a port, names this machine."""
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        name, port = host, "0"
    return name.lower() in _LOOPBACK and port.isascii() and port.isdigit()


def _foreign(request: web.Request) -> str | None:
    if not is_loopback(request.host):
        return FOREIGN_HOST
    origin = request.headers.get("Origin")
    if origin is not None:
        return None if origin == f"http://{request.host}" else FOREIGN_PAGE
    followed = request.headers.get("Sec-Fetch-Mode") == "navigate" and request.method == "GET"
    return FOREIGN_PAGE if request.headers.get("Sec-Fetch-Site") in _ELSEWHERE and not followed else None


@web.middleware
async def _guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Only loopback hosts and own origins; refusals become JSON with a sentence."""
    foreign = _foreign(request)
    if foreign is not None:
        return refusal(foreign, 403)
    try:
        return await handler(request)
    except RefusedError as error:
        return _json({"status": "refused", "error": str(error)}, 400)
    except DiscordError as error:
        return _json({"status": "refused", "error": error.message}, 400)
    except BadActionError as error:
        return refusal(str(error))
    except orjson.JSONDecodeError:
        return refusal("The body is not JSON.")


async def _with_headers(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
