"""The people's door to the clock: move it, and hear what happened meanwhile."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from sandbox.clock import DAY_MS
from sandbox.guard import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.errors import Json
    from sandbox.happenings import Watch
    from sandbox.server import Sandbox

MOST_INSTANTS = 200
MOST_DAYS = 60
"""How far `{"to": "seen"}` looks for something that people can see."""
PATIENCE_S = 45.0
"""Real seconds after which a page's move stops on the way: somebody waits for it."""

_QUIET = {
    "asleep": "The bot is not connected, so nothing of its own can happen.",
    "nothing": "Nothing is planned: neither the bot nor Discord waits for anything.",
    "far": f"Nothing that anybody could see happened in {MOST_DAYS} days.",
    "many": f"Nothing that anybody could see happened at the bot's next {MOST_INSTANTS} instants.",
    "busy": "The bot did not finish what was due in time; the inspector tells what it waits for.",
    "slow": "This takes long, so the clock stopped on the way. Press again to go on.",
}


def add_routes(app: web.Application, box: Sandbox, person: Callable[[web.Request], str]) -> None:
    """Register the door."""

    async def move(request: web.Request) -> web.Response:
        form = orjson.loads(await request.read())
        who = person(request)
        leap = box.faults.limits_at_rest() if box.leaps else contextlib.nullcontext()
        with leap, box.happenings.watching() as watch:
            why = await _moved(box, form, watch)
            if why is None:
                return refusal('One of to_ms, advance_ms, to: "next" or to: "seen" is needed.')
            body: Json = {
                "now_ms": box.clock.now_ms,
                "next_ms": box.clock.next_ms,
                "settled": why != "busy",
                "happened": box.happenings.json(watch, who),
                "count": watch.count,
                "why": _QUIET.get(why, ""),
            }
        return web.Response(body=orjson.dumps(body), content_type="application/json")

    app.router.add_post("/sandbox/clock", move)


async def _moved(box: Sandbox, form: Json, watch: Watch) -> str | None:
    """Do what a move's form asks; None when it asks nothing that is known."""
    clock = box.clock
    if form.get("to") == "seen":
        if not clock.followers:
            return "asleep"
        wanted = _looked_for(box, form, watch)
        return await clock.move_until(
            wanted, most_stops=MOST_INSTANTS, most_ms=MOST_DAYS * DAY_MS, patience_s=PATIENCE_S
        )
    if form.get("to") == "next":
        settled = await clock.move(to_next=True)
    elif isinstance(form.get("to_ms"), int):
        return await _to(box, form["to_ms"])
    elif isinstance(form.get("advance_ms"), int):
        return await _to(box, clock.now_ms + form["advance_ms"])
    else:
        return None
    return "done" if settled else "busy"


async def _to(box: Sandbox, target_ms: int) -> str:
    """To an instant, through all that is due on the way; on a page with patience."""
    clock = box.clock
    if box.leaps and target_ms > clock.now_ms:
        ahead = target_ms - clock.now_ms
        why = await clock.move_until(lambda: False, most_stops=100_000, most_ms=ahead, patience_s=PATIENCE_S)
        if why != "nothing":
            return "done" if why == "far" else why
    return "done" if await clock.move(to_ms=target_ms) else "busy"


def _looked_for(box: Sandbox, form: Json, watch: Watch) -> Callable[[], bool]:
    """What ends the move: anything that is seen, a direct message to `dm`, or with `question` a question."""
    if "dm" in form:
        return lambda: any(
            one.kind == "message" and one.channel is not None and form["dm"] in one.channel.recipients
            for one in watch.found
        )
    if form.get("question"):
        before = box.guide.question()[1]
        return lambda: box.guide.question()[1] not in (before, None)
    return lambda: bool(watch)
