"""Logs: one JSON object a line on standard error, without locals and without what members wrote."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType

import aiohttp
import discord

from bot.domain.refusals import Refusal
from bot.domain.traces import HARMLESS, trace
from bot.services.requests import REQUEST

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}
_TOLD = (*HARMLESS, sqlite3.Error, aiohttp.ClientError, discord.HTTPException, discord.ClientException)
HIDDEN = "[hidden]"
_SHARED = re.compile(r"(/(?:webhooks|interactions|callback)/\d+/)[^/?#\s\"'\\]+")
"""The address of an interaction's answer: whoever has it can speak as the bot for a quarter of an hour."""
_TOKEN = re.compile(r"[\w-]{18,}\.[\w-]{6,}\.[\w-]{25,}", re.ASCII)

log = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """Time, level, logger, message, the extra values, and a traceback where there is one.

    *secrets* are hidden wherever they stand, as is whatever looks like a bot's token or leads to an interaction.
    """

    def __init__(self, *secrets: str) -> None:
        super().__init__()
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.name == "asyncio":
            # What follows is the task, with the words of its error; the traceback tells the rest.
            message = message.partition("\n")[0]
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
        }
        request = REQUEST.get()
        if request is not None:
            line["request"] = request
        line.update({key: value for key, value in vars(record).items() if key not in _STANDARD})
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["traceback"] = trace(error, _TOLD)
        # ASCII alone: half a surrogate cannot be written, and a terminal obeys some of what is beyond it.
        return self._hidden(json.dumps(line, default=str))

    def _hidden(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _TOKEN.sub(HIDDEN, _SHARED.sub(rf"\1{HIDDEN}", text))


def start(level: str, *secrets: str) -> None:
    """Send every logger's records to standard error as JSON lines, and what nobody caught with them."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(*secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # The library's chatter about its own connection is of no use to an operator, and APScheduler's about our jobs. At
    # their most talkative they write down whatever is sent, a token and a member's words included.
    for name in ("discord", "apscheduler", "aiosqlite", "aiohttp"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    # It warns at each start that voice needs two more libraries; Studyhall never speaks.
    logging.getLogger("discord.client").setLevel(logging.ERROR)
    logging.getLogger("discord.app_commands.tree").addFilter(_unexpected)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _in_a_thread
    sys.unraisablehook = _unraisable


def _unexpected(record: logging.LogRecord) -> bool:
    """Not what refuses suggestions to somebody who types: the library takes it for a fault, at each key."""
    return not (record.exc_info and isinstance(record.exc_info[1], Refusal))


def _uncaught(kind: type[BaseException], error: BaseException, frames: TracebackType | None) -> None:
    log.critical("the program ended by an error that nobody foresaw", exc_info=(kind, error, frames))


def _in_a_thread(told: threading.ExceptHookArgs) -> None:
    error = told.exc_value
    log.error(
        "a thread ended by an error", exc_info=None if error is None else (type(error), error, told.exc_traceback)
    )


def _unraisable(told: sys.UnraisableHookArgs) -> None:
    error = told.exc_value
    log.error("an error while tidying up", exc_info=None if error is None else (type(error), error, told.exc_traceback))
