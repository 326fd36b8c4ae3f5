"""Answers to interactions: the callback, and the webhook that the token opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import unknown
from sandbox.messages import shown
from sandbox.rest import NO_CONTENT, Reply
from sandbox.rules import check_callback, check_edit, check_message

if TYPE_CHECKING:
    from sandbox.errors import Json
    from sandbox.rest import Call, Router

_MESSAGE = "/webhooks/{application}/{token}/messages/{message}"


def add_routes(router: Router) -> None:
    """Register this module's routes."""
    router.add("POST", "/interactions/{interaction}/{token}/callback", _callback)
    router.add("POST", "/webhooks/{application}/{token}", _follow_up)
    router.add("GET", _MESSAGE, _get)
    router.add("PATCH", _MESSAGE, _edit)
    router.add("DELETE", _MESSAGE, _delete)
    for route in ("/webhooks/{application}", "/webhooks/{application}/{token}"):
        router.add("GET", route, _no_webhook)


def _no_webhook(_: Call) -> None:
    raise unknown(10015)


def _callback(call: Call) -> object:
    form = call.body()
    made = call.interactions.answerable(call.params["interaction"], call.params["token"])
    check_callback(form, len(call.uploads))
    resource = call.interactions.respond(made, form, call.uploads)
    if not call.flag("with_response"):
        return NO_CONTENT
    return Reply({"interaction": _summary(made.id, made.kind, resource), "resource": resource}, 200)


def _summary(interaction_id: str, kind: int, resource: Json) -> Json:
    summary: Json = {"id": interaction_id, "type": kind}
    message = resource.get("message")
    if message is not None:
        summary |= {
            "response_message_id": message["id"],
            "response_message_loading": bool(message["flags"] & 128),
            "response_message_ephemeral": bool(message["flags"] & 64),
        }
    return summary


def _follow_up(call: Call) -> Json:
    made = call.interactions.webhook(call.params["application"], call.params["token"])
    form = call.body()
    check_message(form, len(call.uploads), response=True)
    return call.interactions.follow_up(made, form, call.uploads)


def _get(call: Call) -> Json:
    made = call.interactions.webhook(call.params["application"], call.params["token"])
    return shown(made.channel, call.interactions.message(made, call.params["message"]), made.bot.id)


def _edit(call: Call) -> Json:
    made = call.interactions.webhook(call.params["application"], call.params["token"])
    message = call.interactions.message(made, call.params["message"])
    form = call.body()
    check_edit(form, message)
    edited = call.interactions.edit(made, call.params["message"], form, call.uploads)
    return shown(made.channel, edited, made.bot.id)


def _delete(call: Call) -> Reply:
    made = call.interactions.webhook(call.params["application"], call.params["token"])
    call.interactions.delete(made, call.params["message"])
    return NO_CONTENT
