"""The REST side: routes, authorisation, faults, limits, and one handler a request. Handlers never wait."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

import orjson
from aiohttp import web

from sandbox.errors import DiscordError, Json
from sandbox.messages import Upload
from sandbox.ratelimits import INVALID_STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.faults import Fault, Faults
    from sandbox.interactions import Interactions
    from sandbox.ratelimits import RateLimits
    from sandbox.world import Bot, World

PREFIX = "/api/v10"
KEPT_REQUESTS = 2000
KEPT_BYTES = 32 * 1024 * 1024
MAX_BODY = 26 * 1024 * 1024
JSON_TYPE = "application/json"


class Checker(Protocol):
    """The check against the official API description."""

    def check(self, method: str, path: str, body: bytes | None, content_type: str) -> list[str]:
        """Problems of one request, none when it is fine."""


@dataclass(slots=True)
class Call:
    """One request, taken apart. `form` is the JSON body (of a multipart body its payload_json)."""

    world: World
    interactions: Interactions
    method: str
    path: str
    params: dict[str, str]
    query: Mapping[str, str]
    form: Any
    uploads: list[Upload]
    caller: Bot | None

    @property
    def bot(self) -> Bot:
        """Who asks; 401 for routes that need a token and got none."""
        if self.caller is None:
            raise DiscordError(401, 0)
        return self.caller

    def body(self) -> Json:
        """The form as an object; 50035 / 50109 when it is none."""
        if self.form is None:
            return {}
        if not isinstance(self.form, dict):
            raise DiscordError(400, 50035)
        return self.form

    def flag(self, name: str) -> bool:
        """A truth value of the query."""
        return self.query.get(name, "").lower() in ("1", "true")


@dataclass(slots=True)
class Reply:
    """An answer that is not simply 200 with JSON; `body` None means 204."""

    body: Any = None
    status: int = 204


NO_CONTENT = Reply()


@dataclass(slots=True)
class Record:
    """One request of the bot, as the inspector shows it."""

    number: int
    method: str
    path: str
    status: int
    request: bytes
    response: bytes
    ms: float
    now_ms: int
    content_type: str = JSON_TYPE
    problems: list[str] = field(default_factory=list)
    refused: str = ""


class Router:
    """Finds a handler by method and path; knows "no such route" (404) from "not this method" (405)."""

    def __init__(self) -> None:
        self._routes: dict[tuple[int, str], list[tuple[list[str], dict[str, Callable[[Call], Any]]]]] = {}

    def add(self, method: str, pattern: str, handler: Callable[[Call], Any]) -> None:
        """Add a route such as ("GET", "/channels/{channel}/messages", handler)."""
        parts = pattern.strip("/").split("/")
        routes = self._routes.setdefault((len(parts), parts[0]), [])
        for known, methods in routes:
            if known == parts:
                methods[method] = handler
                return
        routes.append((parts, {method: handler}))
        routes.sort(key=lambda route: [part.startswith("{") for part in route[0]])

    def find(self, method: str, path: str) -> tuple[Callable[[Call], Any], dict[str, str]]:
        """The handler and the path's parameters."""
        parts = path.strip("/").split("/")
        other_method = False
        for pattern, methods in self._routes.get((len(parts), parts[0]), ()):
            params: dict[str, str] = {}
            for want, got in zip(pattern, parts, strict=True):
                if want[0] == "{":
                    params[want[1:-1]] = unquote(got)
                elif want != got:
                    break
            else:
                if method in methods:
                    return methods[method], params
                other_method = True
        if other_method:
            raise DiscordError(405, 0, "405: Method Not Allowed")
        raise DiscordError(404, 0, "404: Not Found")


class Rest:
    """Serves `/api/v10/*` to bots."""

    def __init__(
        self,
        world: World,
        interactions: Interactions,
        router: Router,
        faults: Faults,
        limiter: RateLimits | None,
        checker: Checker | None,
    ) -> None:
        self.world = world
        self.interactions = interactions
        self.faults = faults
        self.limiter = limiter
        self.checker = checker
        self.records: deque[Record] = deque()
        self.watchers: list[Callable[[Record], None]] = []
        self._kept_bytes = 0
        self._router = router
        self._number = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One request from its bytes to its answer."""
        started = time.perf_counter()
        if self.faults.latency_ms:
            await asyncio.sleep(self.faults.latency_ms / 1000)
        path = request.rel_url.raw_path[len(PREFIX) :]
        raw = b""
        if request.body_exists:
            raw = await request.read()
        headers: dict[str, str] = {}
        problems: list[str] = []
        refused = ""
        fault = self.faults.take(request.method, path)
        if fault is not None and fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        try:
            if fault is not None and not fault.acts:
                status, body, headers = fault.answer()
                refused = f"A fault that is switched on: {status}."
            else:
                status, body = self._answer(request, path, raw, headers, problems)
        except DiscordError as error:
            status, body = error.status, orjson.dumps(error.body())
            refused = error.rule()
            if error.status in (400, 413) and error.code not in (40060, 50007):
                problems.append(f"{error.code} {error.message}: {orjson.dumps(error.errors or {}).decode()}")
        if status == 429 and not refused:
            refused = f"The rate limit of this route ({headers.get('X-RateLimit-Bucket', 'global')})."
        if fault is not None and (fault.lose_reply or fault.half_reply):
            refused = "A fault that is switched on: done, and the reply lost."
        if self.limiter is not None and status in INVALID_STATUSES:
            self.limiter.record(status, headers.get("X-RateLimit-Scope"))
        self._record(request, path, status, raw, body, started, problems, refused)
        return await _reply(request, fault, status, body, headers)

    def _answer(
        self,
        request: web.Request,
        path: str,
        raw: bytes,
        headers: dict[str, str],
        problems: list[str],
    ) -> tuple[int, bytes]:
        method = request.method
        # Callbacks are outside every limit: no need to look one up for each click of a burst.
        limited = self.faults.limited and not path.startswith("/interactions/")
        if self.limiter is not None and limited:
            verdict = self.limiter.check(method, path)
            headers.update(verdict.headers)
            if verdict.retry_after is not None:
                headers["Via"] = "1.1 sandbox"
                return 429, orjson.dumps(
                    {
                        "message": "You are being rate limited.",
                        "retry_after": verdict.retry_after,
                        "global": verdict.is_global,
                    }
                )
        handler, params = self._router.find(method, path)
        caller = self._caller(request)
        content_type = request.headers.get("Content-Type", "")
        payload, uploads = raw, list[Upload]()
        if content_type.startswith("multipart/"):
            payload, uploads = _parts(raw, content_type)
        form: Any = None
        if payload:
            try:
                form = orjson.loads(payload)
            except orjson.JSONDecodeError:
                raise DiscordError(400, 50109) from None
        if self.checker is not None:
            full = f"{path}?{request.rel_url.raw_query_string}"
            problems += self.checker.check(method, full, raw or None, content_type)
            if problems:
                raise DiscordError(400, 50035, errors={"_errors": [_openapi(one) for one in problems]})
        call = Call(self.world, self.interactions, method, path, params, request.query, form, uploads, caller)
        result = handler(call)
        if isinstance(result, Reply):
            return result.status, b"" if result.body is None else orjson.dumps(result.body)
        return 200, orjson.dumps(result)

    def _caller(self, request: web.Request) -> Bot | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        bot = self.world.bots.get(header.removeprefix("Bot "))
        if bot is None or not header.startswith("Bot "):
            raise DiscordError(401, 0)
        return bot

    def _record(
        self,
        request: web.Request,
        path: str,
        status: int,
        raw: bytes,
        body: bytes,
        started: float,
        problems: list[str],
        refused: str,
    ) -> None:
        self._number += 1
        spent = (time.perf_counter() - started) * 1000
        query = request.rel_url.raw_query_string
        record = Record(
            self._number,
            request.method,
            f"{path}?{query}" if query else path,
            status,
            raw,
            body,
            spent,
            self.world.clock.now_ms,
            request.content_type if raw else "",
            problems,
            refused,
        )
        self._keep(record)
        if problems:
            self.world.broken_rules.append(record_json(record))

    def _keep(self, record: Record) -> None:
        self.records.append(record)
        self._kept_bytes += len(record.request) + len(record.response)
        while len(self.records) > KEPT_REQUESTS or (self._kept_bytes > KEPT_BYTES and len(self.records) > 1):
            old = self.records.popleft()
            self._kept_bytes -= len(old.request) + len(old.response)
        for watcher in self.watchers:
            watcher(record)


async def _reply(
    request: web.Request, fault: Fault | None, status: int, body: bytes, headers: dict[str, str]
) -> web.StreamResponse:
    """The answer, as far as a fault lets it through."""
    if fault is not None and fault.lose_reply and request.transport is not None:
        request.transport.abort()
    if fault is not None and fault.half_reply:
        return await _half(request, status, body, headers)
    if status == 204:
        return web.Response(status=204, headers=headers)
    return web.Response(body=body, status=status, headers={"Content-Type": JSON_TYPE, **headers})


async def _half(request: web.Request, status: int, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    """The answer up to the middle of its body, where the connection ends; of one without a body, nothing."""
    response = web.StreamResponse(status=status, headers={**headers, "Content-Type": JSON_TYPE})
    if len(body) > 1:
        response.content_length = len(body)
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def record_json(record: Record) -> Json:
    """A record as the inspector gets it."""
    return {
        "number": record.number,
        "method": record.method,
        "path": record.path,
        "status": record.status,
        "request": _json_or_none(record.request),
        "response": _json_or_none(record.response),
        "ms": round(record.ms, 3),
        "now_ms": record.now_ms,
        "content_type": record.content_type,
        "problems": record.problems,
    }


def _json_or_none(raw: bytes) -> Any:
    try:
        return orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError:
        return raw.decode(errors="replace")


def _openapi(problem: str) -> Json:
    return {"code": "OPENAPI_MISMATCH", "message": problem}


def _parts(raw: bytes, content_type: str) -> tuple[bytes, list[Upload]]:
    """The payload_json and the files of a multipart body; 50035 when it is malformed."""
    marker = content_type.partition("boundary=")[2].partition(";")[0].strip('"')
    payload = b""
    uploads: list[Upload] = []
    for part in raw.split(b"--" + marker.encode())[1:-1]:
        head, found, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = BytesHeaderParser(policy=HTTP).parsebytes(head + b"\r\n\r\n")
        name = headers["Content-Disposition"].params.get("name") if headers["Content-Disposition"] else None
        if not found or name is None:
            raise DiscordError(400, 50035)
        data = data.removesuffix(b"\r\n")
        if name == "payload_json":
            payload = data
        elif name.startswith("files[") and name[6:-1].isdigit():
            filename = headers["Content-Disposition"].params.get("filename") or "file"
            kind = headers.get("Content-Type", "application/octet-stream")
            uploads.append(Upload(int(name[6:-1]), filename, str(kind), data))
        else:
            raise DiscordError(400, 50035)
    return payload, uploads
