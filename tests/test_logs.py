"""What a line of the log holds, and what it never does."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.domain.traces import WITHHELD
from bot.logs import HIDDEN, JsonLines
from bot.services.requests import REQUEST
from tests import warm

ROOT = Path(__file__).parent.parent
TOKEN = f"{'MTk4Nj' * 4}.Cl2FMQ.{'ZnCjm1' * 5}"
"""The form of one."""
PRIVATE = "my exam is on Friday"


def line(message: str = "it failed", *, error: BaseException | None = None, name: str = "bot", **extra: Any) -> Any:
    """What is written of a record."""
    record = logging.makeLogRecord({"name": name, "msg": message, "levelname": "ERROR", **extra})
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    written = JsonLines("the-secret").format(record)
    assert written.isascii()
    assert "\n" not in written
    return json.loads(written)


def fail(how: str) -> None:
    """An error as it comes up, with a cause where one is wanted."""
    known: dict[str, int] = {}
    match how:
        case "value":
            int(PRIVATE)
        case "key":
            known[PRIVATE] += 1
        case "cause":
            try:
                int(PRIVATE)
            except ValueError as error:
                raise OSError(5, "Input/output error") from error
        case "group":
            raise ExceptionGroup(PRIVATE, [ValueError(PRIVATE), TypeError("a type")])
        case "address":
            raise aiohttp.ConnectionTimeoutError(f"timeout to https://d.example/webhooks/12/aW50ZXI{TOKEN}/messages")


def failed(how: str) -> Exception:
    """The same, caught."""
    with pytest.raises(Exception) as caught:  # noqa: PT011  which it is depends
        fail(how)
    return caught.value


def test_an_error_is_told_without_what_the_code_had_in_its_hands() -> None:
    """Frames and kinds of a whole chain are there, the words of those errors that quote a value are not."""
    for how in ("value", "key", "cause", "group"):
        told = line(error=failed(how))["traceback"]
        assert PRIVATE not in told, how
        assert WITHHELD in told, how
        assert "test_logs.py" in told, how
    first, _, second = line(error=failed("cause"))["traceback"].partition("(the cause of what follows)")
    assert "builtins.ValueError" in first
    assert "builtins.OSError: [Errno 5] Input/output error" in second
    assert "builtins.TypeError: a type" in line(error=failed("group"))["traceback"]


def test_tokens_are_hidden_wherever_they_stand() -> None:
    """The bot's own, whatever has the form of one, and the addresses by which one answers an interaction."""
    assert line("it is the-secret")["message"] == f"it is {HIDDEN}"
    assert line(TOKEN)["message"] == HIDDEN
    assert line(problem=f"Authorization: Bot {TOKEN}")["problem"] == f"Authorization: Bot {HIDDEN}"
    told = line(error=failed("address"))["traceback"]
    assert f"/webhooks/12/{HIDDEN}/messages" in told
    assert "aW50ZXI" not in told
    assert line("/interactions/77/aW50ZXI/callback")["message"] == f"/interactions/77/{HIDDEN}/callback"


def test_a_line_stays_one_line_whatever_is_in_it() -> None:
    """Line ends, a terminal's commands, bidirectional marks and half surrogates are written as what they are."""
    hostile = 'a\n{"level": "INFO"}\r\x1b[2J\x9b2J\u2028\u202e\ud800'
    written = line(hostile, extra_value=hostile)
    assert (written["message"], written["extra_value"]) == (hostile, hostile)


def test_what_became_of_a_forgotten_task_is_told_without_its_words() -> None:
    """The event loop's own report quotes the task with its error; the first line and the traceback are enough."""
    told = line(
        f"Task exception was never retrieved\nfuture: ValueError({PRIVATE!r})", name="asyncio", error=failed("key")
    )
    assert told["message"] == "Task exception was never retrieved"
    assert PRIVATE not in json.dumps(told)


def test_lines_of_one_request_have_its_number() -> None:
    """What is logged while an interaction is worked on carries its id; other lines do not."""

    async def inside() -> Any:
        REQUEST.set(77)
        return line()

    async def both() -> tuple[Any, Any]:
        return await asyncio.create_task(inside()), line()

    within, without = asyncio.run(both())
    assert within["request"] == 77
    assert "request" not in without


LAST_WORDS = """
import logging, sys, threading, warnings
from bot import logs
from bot.domain.refusals import NeedsTutor
logs.start("DEBUG", "the-secret")
logging.getLogger("discord.app_commands.tree").error("at each key", exc_info=NeedsTutor())
def fail():
    int("on Fri" + "day, the-" + "secret")  # a frame shows its line
class Untidy:
    def __del__(self):
        fail()
thread = threading.Thread(target=fail)
thread.start()
thread.join()
Untidy()
warnings.warn("the-" + "secret")
fail()
"""


def test_what_nobody_caught_is_a_line_too(tmp_path: Path) -> None:
    """The program's own end, a thread's, an object's and a warning: JSON like all else, without a member's words."""
    program = tmp_path / "last_words.py"
    program.write_text(LAST_WORDS, encoding="utf-8")
    done = warm.run([str(program)], cwd=ROOT)
    assert done.returncode == 1
    lines = [json.loads(one) for one in done.stderr.splitlines()]
    assert [one["level"] for one in lines] == ["ERROR", "ERROR", "WARNING", "CRITICAL"]
    assert sum("in fail" in one.get("traceback", "") for one in lines) == 3
    assert "Friday" not in done.stderr
    assert "the-secret" not in done.stderr
