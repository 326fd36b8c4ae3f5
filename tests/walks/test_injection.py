"""Whatever members type, and whatever they attach: others read it as letters, and nothing of it does anything."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from discord import AppCommandOptionType
from discord.app_commands import Command, Group

from tests.people import File, Message
from tests.permissions import COMMANDS, PRESSES, Rule, Who
from tests.walks.conftest import Begin, Study
from tests.walks.furnished import KINDS, Furnished, furnish
from tests.walks.trial import Json, Trial, listening

ZEBRA = (
    "@everyone @here <@2005> <@&1101> <#1203> </setup:1> [zebra](https://evil.example) <https://evil.example> "
    "||zebra|| \u202ezebra\u202c ze\u200bbra <t:1:R> <a:zebra:1> **zebra** `zebra`\n"
    "# zebra\n-# zebra\n>>> zebra\n```\nzebra"
)
LINE = ZEBRA.split("\n", maxsplit=1)[0]
ALIVE = re.compile(
    r"@(?:everyone|here)\b|<(?:@!?&?|#)(?:2005|1101|1203)>|</setup|\]\(https?://evil|<t:1:|<a:zebra|\|\|zebra\|\|"
    r"|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|^\s*(?:#{1,3}|-#|>>>) zebra|```",
    re.MULTILINE,
)
"""What Discord would turn into something else."""


NO_NAME = "\u200b"  # of an embed's field


def attacks(longest: int) -> Iterator[str]:
    """Everything at once as far as there is room, and as many letters as there may be."""
    yield ZEBRA[:longest]
    yield ("zebra `*_~|" * 400)[:longest]


def alive(message: Message) -> list[str]:
    """What of a message would do something: where Discord reads Markdown, and invisible letters anywhere."""
    found = [part for part in _marked(message.raw) if ALIVE.search(part) and part != NO_NAME]
    pinged = [*message.raw["mention_roles"], *(one["id"] for one in message.raw["mentions"] if one["id"] == "2005")]
    return found + (["a ping"] if message.raw["mention_everyone"] or pinged else [])


def _marked(raw: Json) -> Iterator[str]:
    yield raw["content"]
    for embed in raw["embeds"]:
        yield from (embed.get("title") or "", embed.get("description") or "")
        for field in embed.get("fields") or []:
            yield from (field["name"], field["value"])


class Zebras(Trial):
    """Sends attacks, and looks at everything that the bot has shown to anybody since."""

    def __init__(self, home: Furnished, spare: Path) -> None:
        super().__init__(home, spare)
        self.accepted = 0
        self._looked: dict[int, Message] = {}

    def look(self, what: str, *, first: bool = False) -> None:
        """Note what is alive in messages that were not there, or not so, before."""
        for who in self.home.people.values():
            for message in who.messages():
                if id(message) in self._looked or message.raw["author"]["id"] != "3001":
                    continue
                self._looked[id(message)] = message
                if not first:
                    self.wrong += [f"{what}: {who.name} reads {part!r}" for part in alive(message)]

    async def posted(self, what: str) -> None:
        """Let the bot post what it has to, and look."""
        await self.idle()
        await self.home.study.server.post("/sandbox/clock", {"advance_ms": 0})
        for who in self.home.people.values():
            await who.catch_up()
        self.look(what)
        await self.restore()


async def test_what_is_typed_stays_letters(begin: Begin, tmp_path: Path) -> None:
    """Each field of each form and each option of each command, each with all that Discord would turn into something.

    The sandbox finds no rule broken; the log has nothing of it.
    """
    with listening() as watch:
        study = await begin()
        home = await furnish(study)
        trial = Zebras(home, tmp_path / "spare.db")
        trial.look("", first=True)
        trial.keep()
        await _files(trial)
        await _forms(trial)
        await _options(trial)
    study.expects_refusals = True  # those that the trial itself brought about
    assert trial.accepted > 100, trial.accepted
    assert not await trial.broken()
    assert not trial.wrong, "\n".join(trial.wrong)
    assert not watch.failed, "\n".join(watch.failed[:3])
    assert not [line for line in watch.lines if "zebra" in line]


def _actor(rule: Rule) -> str:
    if rule.who in (Who.TUTORS, Who.TUTORS_HERE):
        return "cora"
    if rule.who is Who.ADMINS:
        return "adam"
    return "ben" if rule.who is Who.OTHERS else rule.owner.split()[0]


async def _forms(trial: Zebras) -> None:
    """A form with one field forged, and the others as they should be."""
    for name, rules in PRESSES.items():
        for rule in rules:
            for field in rule.fields:
                for attack in attacks(4000):
                    forged = Rule(rule.values, rule.who, fields={**rule.fields, field: attack})
                    was = trial.counted(name).get("done", 0)
                    await trial.send(_actor(rule), f"{name}:{trial.filled(rule.values)}".rstrip(":"), forged)
                    await trial.posted(f"{name} {field}")
                    trial.accepted += trial.counted(name).get("done", 0) > was


def _texts(study: Study) -> Iterator[tuple[str, str, int]]:
    """Each command's free text: the command, the option and how long it may be."""
    for command in study.bot.tree.walk_commands():
        assert isinstance(command, Command | Group)
        for one in command.parameters if isinstance(command, Command) else ():
            if one.type is AppCommandOptionType.string and not one.choices:
                yield command.qualified_name, one.display_name, int(one.max_value or 4000)


async def _options(trial: Zebras) -> None:
    for name, option, longest in _texts(trial.home.study):
        rule = COMMANDS[name]
        who = trial.home.people["adam" if rule.who is Who.ADMINS else "cora"]
        for attack in list(attacks(longest))[: 1 if "bank" in name else 2]:  # a file is read slowly
            options: dict[str, Any] = {**rule.options, option: attack}
            options = {key: _bank(KINDS) if value == "a file" else value for key, value in options.items()}
            reply = await who.run(name, **options)
            if reply.failed:
                trial.wrong.append(f"/{name} {option}: {reply.error}")
            trial.accepted += not reply.failed
            await trial.posted(f"/{name} {option}")


def _bank(text: str, name: str = "zebra.md") -> File:
    return File(name, text.encode(), "text/markdown")


def _png(width: int, height: int) -> bytes:
    """A picture that says how large it is, and has no more than its first line."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = zlib.compress(b"\0" * (width * 3 + 1))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def _zip(entries: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def _hostile() -> dict[str, File]:
    bomb = _zip({f"{n}.md": b"\0" * 30_000_000 for n in range(8)})
    typed = KINDS.replace("Of every kind", LINE).replace("The lunate", LINE).replace("Eight carpal bones.", LINE)
    return {
        "words": _bank(typed.replace("# Cards", f"# {LINE[:90]}"), "@everyone [zebra](evil) \u202edm.md"),
        "huge": _bank("x" * 9_000_000),
        "program": File("zebra.exe", b"MZ" + bytes(range(256)) * 40, "application/octet-stream"),
        "bomb": File("zebra.md", bomb, "text/markdown"),
        "picture": File("zebra.png", _png(30_000, 30_000), "image/png"),
        "pictured": File("zebra.zip", _zip({"b.md": KINDS.encode(), "zebra.png": _png(30_000, 30_000)})),
        "both": File("zebra.png", _png(8, 8) + _zip({"b.md": KINDS.encode()}), "image/png"),
    }


async def _files(trial: Zebras) -> None:
    """In `/bank import` and with a question for feedback: an answer in words, and a bot that lives."""
    cora, ana = trial.home.people["cora"], trial.home.people["ana"]
    for name, file in _hostile().items():
        reply = await cora.run("/bank import", file=file)
        await trial.posted(f"/bank import {name}")
        if reply.failed or not reply.text:
            trial.wrong.append(f"/bank import {name}: {reply.error}")
        await ana.run("/feedback ask")
        reply = await ana.submit(title="A title", did="This.", wants="That?", files=[file])
        if reply.failed or not reply.text:
            trial.wrong.append(f"/feedback ask {name}: {reply.error}")
        await trial.posted(f"/feedback ask {name}")
