"""Where in the program a statement or a request comes from: the names of the steps at which a bot can be killed.

A statement is named by the function of `bot/storage` that has it and its line in there (`SELECT answers.of_round+3`);
BEGIN, COMMIT and ROLLBACK by the verb whose transaction it is (`COMMIT services.quiz.answer+12`). A request is its
method and route, ids as `#` (`POST /channels/#/messages`). No name holds a value: they are the same from run to run.
"""

from __future__ import annotations

import ast
import re
import sys
import threading
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from pathlib import Path
from types import FrameType
from typing import Any

import aiosqlite

from bot.storage import database

ROOT = Path(__file__).parents[2]
_STORAGE = str(ROOT / "bot" / "storage") + "/"
_VERBS = (str(ROOT / "bot") + "/", str(ROOT / "cogs") + "/")
_MACHINERY = str(ROOT / "bot" / "storage" / "database.py")
_ENDS = frozenset({"BEGIN", "COMMIT", "ROLLBACK"})
_METHODS = frozenset({"run", "many", "all", "one"})

_asked: ContextVar[tuple[str, str] | None] = ContextVar("asked", default=None)
"""Where the transaction's verb and its statement stand, for the task that hands the statement to another thread."""
_here = threading.local()


def _name(frame: FrameType, folder: str) -> str:
    code = frame.f_code
    module = code.co_filename[len(folder) : -len(".py")].replace("/", ".")
    return f"{module}.{code.co_name}+{frame.f_lineno - code.co_firstlineno}"


def _walk(frame: FrameType | None) -> tuple[str, str]:
    """The nearest function in the storage and the nearest one above it, "" where there is none."""
    statement = ""
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(_STORAGE):
            if not statement and name != _MACHINERY:
                statement = _name(frame, _STORAGE)
        elif name.startswith(_VERBS):
            folder = _VERBS[0] if name.startswith(_VERBS[0]) else str(ROOT) + "/"
            return statement, _name(frame, folder)
        frame = frame.f_back
    return statement, ""


def of_statement(sql: str) -> str:
    """The name of the statement that the calling thread is about to execute."""
    word = sql.split(None, 1)[0].upper()
    statement, verb = _walk(sys._getframe(1))
    asked_statement, asked_verb = getattr(_here, "asked", ("", ""))
    if word in _ENDS:
        return f"{word} {asked_verb or verb or asked_statement or statement}"
    if word == "PRAGMA":
        return " ".join(re.sub(r"\d+", "#", sql).split())
    return f"{word} {statement or asked_statement or asked_verb or verb}"


def of_request(method: str, url: object) -> str | None:
    """The name of a request to Discord; None for one that goes elsewhere."""
    path = re.sub(r"^\w+://[^/]+", "", str(url)).partition("?")[0]
    if path.startswith("/sandbox/"):
        return None
    path = re.sub(r"^/api/v\d+", "", path)
    path = re.sub(r"(/(?:interactions|webhooks)/\d+)/[^/]+", r"\1/#", path)
    return f"{method} {re.sub(r'/[^/]*[0-9]{3,}[^/]*', '/#', path)}"


def follow() -> None:
    """Have the place of each statement go with it into the connection's thread."""
    execute = aiosqlite.Connection._execute
    to_its_end, uninterrupted = database._to_its_end, database._uninterrupted

    async def placed(self: aiosqlite.Connection, work: Callable[..., Any], *args: Any, **more: Any) -> Any:
        asked = _asked.get() or _walk(sys._getframe(1))

        def in_its_place() -> Any:
            _here.asked = asked
            return work(*args, **more)

        return await execute(self, in_its_place)  # type: ignore[no-untyped-call]

    def remembered(work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        # What it starts is a task of its own, which takes this with it and not the callers.
        async def asked(*args: Any) -> Any:
            token = _asked.set(_asked.get() or _walk(sys._getframe(1)))
            try:
                return await work(*args)
            finally:
                _asked.reset(token)

        return asked

    aiosqlite.Connection._execute = placed  # type: ignore[method-assign, assignment]
    database._to_its_end = remembered(to_its_end)  # type: ignore[assignment]
    database._uninterrupted = remembered(uninterrupted)  # type: ignore[assignment]


def statements() -> set[str]:
    """The place of each statement of the storage, as the names have it, without its first word."""
    found: set[str] = set()
    for path in sorted((ROOT / "bot" / "storage").glob("*.py")):
        if path.name == "database.py":
            continue
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([function.lineno, *(one.lineno for one in function.decorator_list)])
                found.update(f"{path.stem}.{function.name}+{line - first}" for line in _lines(function))
    return found


def _lines(function: ast.AST) -> list[int]:
    """The lines at which a function executes a statement."""
    found = []
    for node in ast.walk(function):
        if not isinstance(node, ast.Await) or not isinstance(node.value, ast.Call):
            continue
        called = node.value.func
        if isinstance(called, ast.Attribute) and called.attr in _METHODS and "tx" in ast.unparse(called.value):
            found.append(node.lineno)
    return found
