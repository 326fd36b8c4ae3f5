"""Presses as the library's connection hands them on to us."""

from __future__ import annotations

import asyncio
from typing import Any

import discord

from bot.presses import TOGETHER, Pressed, State


class Listener(discord.Client):
    """A client that keeps what it is told of."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        super().__init__(intents=discord.Intents.none())

    def _get_state(self, **options: Any) -> State:
        return State(dispatch=self.dispatch, handlers=self._handlers, hooks=self._hooks, http=self.http, **options)

    def dispatch(self, event: str, /, *args: Any, **_: Any) -> None:
        assert event == "interaction"
        self.told += args

    def hear(self, number: int, **changes: Any) -> None:
        """A press arrives."""
        user = {"id": "5", "username": "ana", "discriminator": "0", "global_name": None, "avatar": None}
        message = {
            "id": "900", "channel_id": "70", "content": "Which one?", "author": user, "type": 0, "flags": 64,
            "timestamp": "2026-03-02T12:30:00+00:00", "edited_timestamp": None, "tts": False, "mention_everyone": False,
            "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "pinned": False, "components": [],
        }  # fmt: skip
        press = {
            "id": str(number), "application_id": "9", "type": 3, "token": "t", "version": 1, "locale": "en-US",
            "data": {"custom_id": "a:1:2", "component_type": 2}, "attachment_size_limit": 1, "message": message,
            "channel": {"id": "70", "type": 1, "recipients": [user]}, "user": user, "entitlements": [],
        }  # fmt: skip
        whole: Any = {**press, **changes}
        self._connection.parse_interaction_create(whole)


async def test_a_presss_message_is_read_when_somebody_looks() -> None:
    """All else of it is there at once; its message's number too."""
    client = Listener()
    client.hear(77)
    await asyncio.sleep(0)
    pressed = client.told[0]
    assert isinstance(pressed, Pressed)
    assert (pressed.id, pressed.user.id, pressed.channel_id) == (77, 5, 70)
    assert pressed.extras["message_id"] == 900
    message = pressed.message
    assert message is not None
    assert (message.id, message.content, message.flags.ephemeral) == (900, "Which one?", True)
    assert pressed.message is message


async def test_a_burst_is_begun_a_part_at_a_time_and_in_its_order() -> None:
    """Each turn of the loop begins some, so that replies go out before the last ones are looked at."""
    client = Listener()
    for number in range(TOGETHER * 2 + 1):
        client.hear(number)
    assert client.told == []
    for begun in (TOGETHER, TOGETHER * 2, TOGETHER * 2 + 1):
        await asyncio.sleep(0)
        assert [one.id for one in client.told] == list(range(begun))


async def test_one_that_cannot_be_read_takes_no_other_with_it() -> None:
    """What Discord sends in a form that the library does not know is told to the loop, and the next is begun."""
    heard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
    client = Listener()
    client.hear(1, version=2, application_id="no number")
    client.hear(2)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [one.id for one in client.told] == [2]
    assert isinstance(heard[0]["exception"], ValueError)


async def test_other_interactions_go_the_librarys_own_way() -> None:
    """A form's answer is read at once."""
    client = Listener()
    client.hear(3, type=5, data={"custom_id": "flag:1", "components": []})
    assert [type(one) for one in client.told] == [discord.Interaction]
