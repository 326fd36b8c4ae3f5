"""The faults as the page's switches: each with what it does and what to expect of the bot. One press ends them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox import rest_channels
from sandbox.faults import Fault
from sandbox.permissions import BITS
from sandbox.world_actions import BadActionError

if TYPE_CHECKING:
    from sandbox.errors import Json
    from sandbox.server import Sandbox
    from sandbox.world import Channel

SLOW_MS = 2000.0


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch: `fault` is what the bot's requests meet while it is on (None: it is no fault of requests)."""

    name: str
    label: str
    does: str
    expect: str
    fault: Fault | None = None


SWITCHES = (
    Switch(
        "offline",
        "Offline",
        "The bot's gateway connection drops, and new ones are refused.",
        "It tries to connect again and again. Presses fail meanwhile; what is due is still posted, since that goes "
        "another way.",
    ),
    Switch(
        "slow",
        "Slow",
        "Each of the bot's requests takes two seconds longer.",
        "Answers come late, and still within Discord's three seconds. Nothing is lost or doubled.",
    ),
    Switch(
        "errors-500",
        "Errors (500)",
        "Each of the bot's requests fails with 500, Discord's own mistake.",
        "Presses fail, yet an answer that was pressed is kept. Posts are tried again after minutes, and come once; a "
        "question that is hours late is skipped, and the skip is recorded.",
        Fault("*", "", 500, None, name="errors-500"),
    ),
    Switch(
        "unavailable-503",
        "Unavailable (503)",
        "Each of the bot's requests fails with 503, as in an outage.",
        "The same as with 500. The library does not try those again, so the bot itself does.",
        Fault("*", "", 503, None, name="unavailable-503"),
    ),
    Switch(
        "rate-limit",
        "Rate limit (429)",
        "Every second request of the bot is told to wait for a second.",
        "It waits as long as it is told, tries again and never hammers. Everything comes once, a little later.",
        Fault("*", "", 429, None, retry_after=1.0, name="rate-limit", every=2),
    ),
    Switch(
        "lost-replies",
        "Lost replies",
        "The bot's requests work, but the connection breaks before it hears so.",
        "It looks in the channel for its post before sending it again, so nothing comes twice.",
        Fault("POST", "/messages$", times=None, lose_reply=True, name="lost-replies"),
    ),
)

RIGHTS = {
    "view": ("See the channel", ("VIEW_CHANNEL",)),
    "send": ("Send messages", ("SEND_MESSAGES",)),
    "attach": ("Attach files", ("ATTACH_FILES",)),
    "threads": ("Make threads", ("CREATE_PUBLIC_THREADS", "CREATE_PRIVATE_THREADS")),
}
"""What can be taken from the bot in a channel: its label, and Discord's names."""

RIGHTS_EXPECT = (
    "Where it may not see or send, whoever set the group up is told so once, by direct message, when the next post is "
    "due; it tries again each day, and goes on when it may again. Every answer is kept, private answers still work. "
    "Without files it says in words what a picture would show; without threads a question has no talk of its own."
)


class FaultPanel:
    """The switches of one sandbox."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        # What the bot had of its own in a channel before something was taken from it: (allow, deny).
        self._before: dict[str, tuple[int, int]] = {}
        self._taken: dict[str, list[str]] = {}
        box.faults.watchers.append(lambda: box.live.tell_all("FAULTS", self.json()))

    def json(self) -> Json:
        """The state of everything that can be broken; `on` says in words what is."""
        switches = [self._switch(one) for one in SWITCHES]
        taken = [
            {"channel_id": channel_id, "channel": channel.data["name"], "right": right, "label": RIGHTS[right][0]}
            for channel_id, rights in self._taken.items()
            if (channel := self.box.world.channels.get(channel_id)) is not None
            for right in rights
        ]
        named = {one.name for one in SWITCHES}
        others = sum(fault.name not in named for fault in self.box.faults.failing)
        lit = [one["label"] for one in switches if one["on"]]
        lit += [f"{one['label']} taken away in #{one['channel']}" for one in taken]
        lit += [f"{others} more failing"] if others else []
        return {
            **self.box.faults.json(),
            "offline": self.box.gateway.offline,
            "switches": switches,
            "rights": [{"name": name, "label": label} for name, (label, _) in RIGHTS.items()],
            "rights_expect": RIGHTS_EXPECT,
            "taken": taken,
            "on": lit,
        }

    def _switch(self, one: Switch) -> Json:
        return {"name": one.name, "label": one.label, "does": one.does, "expect": one.expect, "on": self._is_on(one)}

    def _is_on(self, one: Switch) -> bool:
        if one.name == "offline":
            return self.box.gateway.offline
        if one.name == "slow":
            return self.box.faults.latency_ms > 0
        return any(fault.name == one.name for fault in self.box.faults.failing)

    async def set(self, form: Json) -> None:
        """Turn switches; see the README. Raises ValueError, TypeError or BadActionError for what is malformed."""
        if form.get("end"):
            await self._end()
        if "switch" in form:
            await self._turn(str(form["switch"]), on=bool(form.get("on", True)))
        if "take" in form:
            self._take(form["take"])
        if "give_back" in form:
            self._give_back(form["give_back"])
        self.box.faults.set(form)
        if "offline" in form:
            await self._offline(offline=bool(form["offline"]))
        self._gateway(form)
        if "disconnect" in form:
            how, shard, repeats = form["disconnect"], form.get("shard"), int(form.get("repeats", 0))
            await self.box.gateway.disconnect(how if isinstance(how, int) else str(how), shard, repeats)

    def _gateway(self, form: Json) -> None:
        gateway = self.box.gateway
        if "silent" in form:
            gateway.silent = bool(form["silent"])
        if "heartbeat_ms" in form:
            gateway.heartbeat_ms = int(form["heartbeat_ms"])
        if "ready_ms" in form:
            gateway.ready_ms = float(form["ready_ms"])
        if "guilds_ms" in form:
            gateway.guilds_ms = float(form["guilds_ms"])
        if form.get("mute"):
            gateway.mute()
        if "outage" in form:
            for guild_id in sorted({*gateway.outages, *form["outage"]}):
                gateway.outage(guild_id, on=guild_id in form["outage"])

    async def _offline(self, *, offline: bool) -> None:
        gateway = self.box.gateway
        gateway.offline = offline
        if offline:
            await gateway.disconnect("resume")
        self.box.faults.changed()

    async def _turn(self, name: str, *, on: bool) -> None:
        found = next((one for one in SWITCHES if one.name == name), None)
        if found is None:
            raise BadActionError(f"There is no switch {name}; there are {', '.join(one.name for one in SWITCHES)}.")
        faults = self.box.faults
        if name == "offline":
            await self._offline(offline=on)
        elif name == "slow":
            faults.latency_ms = SLOW_MS if on else 0.0
        else:
            faults.failing = [fault for fault in faults.failing if fault.name != name]
            if on and found.fault is not None:
                faults.failing.append(found.fault)

    def _named(self, form: Json) -> tuple[Channel, str]:
        channel = self.box.world.channels.get(str(form.get("channel_id")))
        right = str(form.get("right"))
        if channel is None or channel.guild is None:
            raise BadActionError(f"There is no channel {form.get('channel_id')} in a server.")
        if right not in RIGHTS:
            raise BadActionError(f"There is no right {right}; there are {', '.join(RIGHTS)}.")
        return channel, right

    def _take(self, form: Json) -> None:
        """{channel_id, right}: one of RIGHTS is taken from the bot in a channel."""
        channel, right = self._named(form)
        if channel.id not in self._before:
            mine = [one for one in channel.data["permission_overwrites"] if one["id"] == self._bot_id()]
            allow, deny = (int(mine[0]["allow"]), int(mine[0]["deny"])) if mine else (0, 0)
            self._before[channel.id] = (allow, deny)
        taken = self._taken.setdefault(channel.id, [])
        if right not in taken:
            taken.append(right)
        self._apply(channel)

    def _give_back(self, form: Json) -> None:
        """{channel_id, right}: the bot has it again, if it had it before."""
        channel, right = self._named(form)
        if right in self._taken.get(channel.id, ()):
            self._taken[channel.id].remove(right)
            self._apply(channel)

    def _apply(self, channel: Channel) -> None:
        allow, deny = self._before[channel.id]
        for right in self._taken[channel.id]:
            for name in RIGHTS[right][1]:
                allow, deny = allow & ~BITS[name], deny | BITS[name]
        made = {"id": self._bot_id(), "type": 1, "allow": str(allow), "deny": str(deny)}
        rest_channels.set_overwrite(self.box.world, channel, made)
        if not self._taken[channel.id]:
            del self._taken[channel.id], self._before[channel.id]

    def _bot_id(self) -> str:
        return next(iter(self.box.world.bots.values())).id

    async def _end(self) -> None:
        """Everything works again; a bot that was killed is started."""
        faults = self.box.faults
        faults.failing, faults.latency_ms, faults.rate_limits = [], 0.0, True
        for channel_id in list(self._taken):
            channel = self.box.world.channels.get(channel_id)
            self._taken[channel_id] = []
            if channel is not None:
                self._apply(channel)
            else:
                del self._taken[channel_id], self._before[channel_id]
        self._gateway({"ready_ms": 0, "guilds_ms": 0, "outage": []})
        if self.box.gateway.offline:
            await self._offline(offline=False)
        if self.box.bot_process is not None:
            await self.box.bot_process.start()
