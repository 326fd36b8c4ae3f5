"""Check requests against Discord's official OpenAPI description.

The description is `specs/openapi.json` of github.com/discord/discord-api-spec (OpenAPI 3.1, so its schemas
are JSON Schema 2020-12). It is not part of this repository: the sandbox reads a copy where `DISCORD_OPENAPI`
names one. Validators need `jsonschema-rs`, a development dependency: it checks in about 0.2 ms.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from jsonschema_rs import Draft202012Validator, Registry, ValidationError

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_PREFIX: Final = re.compile(r"^/api(/v\d+)?(?=/)")
_URI: Final = "urn:discord"
_JSON: Final = "application/json"
_MULTIPART: Final = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Loosening:
    """One place where the description contradicts real clients, and what is changed there."""

    name: str
    reason: str
    apply: Callable[[dict[str, Any]], None]


def _integer_snowflakes(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["SnowflakeType"] = {
        "anyOf": [document["components"]["schemas"]["SnowflakeType"], {"type": "integer", "minimum": 0}]
    }


def _nested_fields(document: dict[str, Any]) -> None:
    operation = document["paths"]["/channels/{channel_id}/threads"]["post"]
    operation.setdefault("parameters", []).append({"name": "use_nested_fields", "in": "query"})


LOOSENINGS: Final = (
    Loosening(
        "integer snowflakes",
        "discord.py sends ids as JSON integers, which Discord accepts; the description wants strings",
        _integer_snowflakes,
    ),
    Loosening(
        "nested fields of a forum post",
        "discord.py says with ?use_nested_fields=1 that a forum post's first message is in `message`; the "
        "description has that body but not the parameter",
        _nested_fields,
    ),
)


@dataclass(frozen=True, slots=True)
class _Operation:
    template: str
    method: str
    pattern: re.Pattern[str]
    content: frozenset[str]
    body_required: bool
    query: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.template}"


class Checker:
    """Validates requests against the description at `path`.

    Raises `OSError` or `ValueError` for a file that cannot be read, `ImportError` without jsonschema-rs.
    """

    def __init__(self, path: str | Path, *, loosenings: Sequence[Loosening] = LOOSENINGS) -> None:
        from jsonschema_rs import Draft202012, Registry

        with open(path, "rb") as file:
            document: dict[str, Any] = json.load(file)
        for loosening in loosenings:
            loosening.apply(document)
        self._registry: Registry = Registry([(_URI, document)], draft=Draft202012)
        self._operations = _operations(document)
        self._validators: dict[tuple[str, str, str], Draft202012Validator] = {}

    def check(self, method: str, path: str, body: bytes | None, content_type: str) -> list[str]:
        """Say what the description has against a request; an empty list means nothing.

        `path` may carry `/api/v10` and a query, whose names are then checked too. `content_type` is the whole
        header: a multipart boundary is read from it.
        """
        route, _, query = _PREFIX.sub("", path).partition("?")
        operation = self._find(method.lower(), route)
        if operation is None:
            return [f"{method.upper()} {route}: no such operation"]
        problems = [
            f"{operation.name}: unknown query parameter {name!r}"
            for name, _ in parse_qsl(query, keep_blank_values=True)
            if name not in operation.query
        ]
        return problems + [f"{operation.name}: {problem}" for problem in self._body(operation, body, content_type)]

    def _find(self, method: str, route: str) -> _Operation | None:
        return next((o for o in self._operations if o.method == method and o.pattern.fullmatch(route)), None)

    def _body(self, operation: _Operation, body: bytes | None, content_type: str) -> list[str]:
        kind = content_type.partition(";")[0].strip().lower()
        if not body:
            return ["the body is missing"] if operation.body_required else []
        if not operation.content:
            # Clients may send `{}` where nothing is asked; Discord ignores it.
            return [] if body.strip() in (b"{}", b"null") else ["a body where none is described"]
        if kind not in operation.content:
            return [f"content type {kind!r} where {', '.join(sorted(operation.content))} is described"]
        try:
            value = _multipart(body, content_type) if kind == _MULTIPART else json.loads(body)
        except ValueError as error:
            return [f"the body is not {kind}: {error}"]
        return [_explain(error) for error in self._validator(operation, kind).iter_errors(value)]

    def _validator(self, operation: _Operation, kind: str) -> Draft202012Validator:
        from jsonschema_rs import Draft202012Validator

        key = (operation.template, operation.method, kind)
        validator = self._validators.get(key)
        if validator is None:
            pointer = [
                "paths",
                operation.template,
                operation.method,
                "requestBody",
                "content",
                kind,
                "schema",
            ]
            fragment = "/".join(quote(part.replace("~", "~0").replace("/", "~1")) for part in pointer)
            validator = Draft202012Validator({"$ref": f"{_URI}#/{fragment}"}, registry=self._registry)
            self._validators[key] = validator
        return validator


@functools.cache
def described(path: str) -> Checker:
    """The checker of the description at `path`: read once a process, however many sandboxes there are."""
    return Checker(path)


def _operations(document: dict[str, Any]) -> list[_Operation]:
    """List the operations, literal paths before templates (`…/@original` before `…/{message_id}`)."""
    found = []
    for template, item in sorted(document["paths"].items(), key=lambda pair: (pair[0].count("{"), pair[0])):
        parts = [part.partition("}") for part in template.split("{")]
        pattern = re.escape(parts[0][0]) + "".join(f"[^/]+{re.escape(rest)}" for _, _, rest in parts[1:])
        for method in _METHODS:
            if method not in item:
                continue
            operation = item[method]
            request = operation.get("requestBody", {})
            parameters = item.get("parameters", []) + operation.get("parameters", [])
            found.append(
                _Operation(
                    template=template,
                    method=method,
                    pattern=re.compile(pattern),
                    content=frozenset(request.get("content", {})),
                    body_required=bool(request.get("required", False)),
                    query=frozenset(p["name"] for p in parameters if p.get("in") == "query"),
                )
            )
    return found


def _multipart(body: bytes, content_type: str) -> Any:
    """Read a form: the JSON of `payload_json`, with each file's field beside it. Raises `ValueError`."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + body)
    if not form.is_multipart():
        raise ValueError("no parts found")
    value: dict[str, Any] = {}
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if name == "payload_json":
            value |= json.loads(part.get_content())
        elif isinstance(name, str):
            value[name] = "" if part.get_filename() else part.get_content().strip()
    return value


def _explain(error: ValidationError) -> str:
    """Name the place and the deepest reason: 'fits none of these' alone helps nobody."""
    place = "/".join(str(step) for step in error.instance_path) or "body"
    branches: list[list[ValidationError]] = getattr(error.kind, "context", None) or []
    if not branches:
        return f"{place}: {_short(error.message)}"
    return "; ".join(_explain(inner) for inner in max(branches, key=_nearness))


def _nearness(branch: list[ValidationError]) -> tuple[bool, int, int]:
    """Rank the branches of a choice: the one whose `type` fits was meant, then the one that went furthest."""
    fits = not any(inner.instance_path[-1:] == ["type"] for inner in branch)
    return fits, min((len(inner.instance_path) for inner in branch), default=0), -len(branch)


def _short(text: str, limit: int = 300) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"
