"""Everything that can be run or pressed, tried by everybody: done, refused with a sentence, and never a crash."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from discord import AppCommandType
from discord.app_commands import Group

from tests.permissions import COMMANDS, PRESSES, Rule, Who
from tests.walks.conftest import Begin, Study
from tests.walks.furnished import BANK, Furnished, furnish
from tests.walks.trial import Trial, Watch, listening

IN_SERVER = ("ana", "ben", "cora", "dan", "adam")  # Dan was a tutor until his role was taken
ABROAD = ("eve", "finn")  # Eve tutors and owns another server
IN_DM = ("ana_dm", "ben_dm", "cora_dm", "adam_dm", "gus_dm")  # Gus has left
ACTORS = ("cora", "ana", "dan", "eve", "cora_dm", "gus_dm", "finn", "ben", "adam", "ana_dm", "ben_dm", "adam_dm")
"""The most telling first."""
EVERYBODY = bool(os.environ.get("EVERYBODY"))
FORGED, WORDS = ("999999", str(2**62), "0"), ("t0", "x", "🦆")
OWN_DRAFTS = ("members", "feedback_drafts", "sqlite_sequence")
"""The tables in which what somebody typed is kept for themselves."""
Json = dict[str, Any]


def may(rule: Rule) -> set[str]:
    """The actors whom the table allows it."""
    owners = set(rule.owner.split())
    match rule.who:
        case Who.ANYBODY:
            return set(IN_SERVER + ABROAD + (IN_DM if rule.dm else ()))
        case Who.MEMBERS:
            found = set(IN_SERVER)
        case Who.OWNER:
            found = owners
        case Who.OTHERS:
            found = set(IN_SERVER) - owners
        case Who.TUTORS:
            return {"cora", "adam"} | ({"cora_dm"} if rule.dm else set())
        case Who.TUTORS_HERE:
            return {"cora", "adam", "eve"}
        case Who.ADMINS:
            return {"adam", "eve"}
    return found | ({f"{one}_dm" for one in found} if rule.dm else set())


def changes(before: Mapping[str, Sequence[Any]], after: Mapping[str, Sequence[Any]]) -> list[str]:
    """What rows came and went."""
    found = []
    for table in before:
        if before[table] != after[table]:
            gone = [row for row in before[table] if row not in after[table]]
            new = [row for row in after[table] if row not in before[table]]
            found.append(f"{table}: -{gone} +{new}")
    return found


def tampered(values: str, things: Mapping[str, int]) -> Iterator[str]:
    """The values with one of them forged, with one missing, and with one too many."""
    parts = values.split(":") if values else []
    for place, part in enumerate(parts):
        right = part.format_map(things)
        known = WORDS if right.strip("0123456789") else FORGED
        for wrong in known if EVERYBODY else known[place > 0 :][:1]:
            if wrong != right:
                yield ":".join([*(one.format_map(things) for one in parts[:place]), wrong,
                                *(one.format_map(things) for one in parts[place + 1 :])])  # fmt: skip
    whole = values.format_map(things)
    yield f"{whole}:1" if whole else "1"
    if parts:
        yield whole.rpartition(":")[0]


async def test_everybody_tries_everything(begin: Begin, tmp_path: Path) -> None:
    """The table says who may; whoever may not is told so in a sentence and changes nothing; forged ids break nothing.

    And nothing of what members wrote stands in the log. EVERYBODY=1 tries each press with each actor.
    """
    with listening() as watch:
        study = await begin()
        home = await furnish(study)
        await _try(study, home, tmp_path, watch)


async def _try(study: Study, home: Furnished, tmp_path: Path, watch: Watch) -> None:
    names = {name for cog in study.bot.cogs.values() if hasattr(cog, "presses") for name in cog.presses()}
    assert set(PRESSES) == names, "each press has its line in tests/permissions.py, and each line its press"
    commands = [*study.bot.tree.walk_commands(), *study.bot.tree.get_commands(type=AppCommandType.message)]
    commands += study.bot.tree.get_commands(type=AppCommandType.user)
    assert set(COMMANDS) == {one.qualified_name for one in commands if not isinstance(one, Group)}, "and each command"
    trial = Trial(home, tmp_path / "spare.db")
    await _refused(trial)
    await _allowed(trial)
    await _commands(trial)
    await _forged(trial)
    study.expects_refusals = True  # those that the trial itself brought about
    assert not await trial.broken()
    assert not trial.wrong, "\n".join(trial.wrong)
    assert not watch.failed, "\n".join(watch.failed[:3])
    assert any("ready" in line for line in watch.lines), "it was listened to"
    assert not watch.told(), "\n".join(watch.told()[:3])


async def _refused(trial: Trial) -> None:
    """Whoever may not is told so, and nothing is otherwise than before."""
    before, version = trial.dump(), trial.version()
    for name, rules in PRESSES.items():
        cases = [
            (actor, ":".join(part for part in (name, trial.filled(rule.values)) if part), rule)
            for rule in rules
            for actor in [one for one in ACTORS if one not in may(rule)][: None if EVERYBODY else 3]
        ]
        was = trial.counted(name).get("refused", 0)  # what the bot itself did not call a refusal is found by this
        answers = await asyncio.gather(*(trial.send(*case) for case in cases))
        await trial.idle()
        refused = trial.counted(name).get("refused", 0) - was
        handed_back = any(rule.handed_back for rule in rules)
        if refused != len(cases) and not handed_back:
            said = "\n  ".join(f"{case[0]} {case[1]}: {_said(one)}" for case, one in zip(cases, answers, strict=True))
            trial.wrong.append(f"{name}: {refused} of {len(cases)} were refused\n  {said}")
        trial.wrong += [f"{case[:2]}: {one}" for case, one in zip(cases, answers, strict=True) if not _private(one)]
        if trial.version() == version:
            continue
        version, after = trial.version(), trial.dump()
        if handed_back:
            before = {**before, **{table: after[table] for table in OWN_DRAFTS}}
        if after != before:
            trial.wrong.append(f"{name}: refused presses changed {changes(before, after)}")
            before = after


def _said(answer: Json) -> str:
    return f"{answer['status']} {answer.get('message', {}).get('content', '')[:100]}"


def _private(answer: Json) -> bool:
    return "message" not in answer or bool(answer["message"]["flags"] & 64)


async def _allowed(trial: Trial) -> None:
    """Whoever may, can: unless the table says why not now."""
    for actor in ("dan", "cora", "adam", "ana_dm"):
        where = trial.home.doors[actor].channel_id
        trial.own[actor] = await trial.home.people[actor.removesuffix("_dm")].says("Look at this.", where=where)
    trial.keep()
    for name, rules in PRESSES.items():
        for rule in rules:
            allowed = may(rule)
            actors = [one for one in ("ana", "cora", "ben", "adam", "ana_dm", "ben_dm") if one in allowed]
            for actor in actors[: None if EVERYBODY else 1]:
                was = trial.counted(name).get("done", 0)
                custom_id = ":".join(part for part in (name, trial.filled(rule.values)) if part)
                answer = await trial.send(actor, custom_id, rule)
                await trial.idle()
                await trial.restore()
                done = trial.counted(name).get("done", 0) > was
                if actor == actors[0] and done is bool(rule.unripe):
                    trial.wrong.append(f"{actor} {custom_id}: {'done' if done else 'not done'}: {_said(answer)}")


async def _commands(trial: Trial) -> None:
    """Each command by a member, a tutor, a former one, an admin, and in direct messages."""
    home = trial.home
    await home.study.server.act("show_command", name="setup")  # as an admin's override does
    for name, command in COMMANDS.items():
        for actor in ("dan", "cora", "adam", "ana_dm"):
            if actor == "adam" and not (EVERYBODY or command.who is Who.ADMINS):
                continue
            who = home.people[actor.removesuffix("_dm")]
            options = {key: BANK if value == "a file" else value for key, value in command.options.items()}
            label = f"/{name}"
            was = trial.counted(label)
            on: Json = {"_on": trial.own[actor]} if command.who is Who.OWNER else {"_in": home.doors[actor].channel_id}
            reply = await who.run(label, **{**on, **options})
            if actor.endswith("_dm") and not command.dm:
                if "no command" not in reply.error:
                    trial.wrong.append(f"{label} is offered in direct messages")
                continue
            await trial.idle()
            now = trial.counted(label)
            outcome = next((one for one in now if now[one] != was.get(one, 0)), "nothing")
            tutors = command.who is Who.TUTORS_HERE and actor == "dan"
            admins = command.who is Who.ADMINS and actor in ("dan", "cora")
            said = reply.text
            told = ("Only tutors" if tutors else "Only " if admins else "") in said
            if outcome not in ("refused",) * (tutors or admins) + ("done", "refused") * (not (tutors or admins)):
                trial.wrong.append(f"{actor} {label}: {outcome}: {said[:100]}")
            if not told or (("Only tutors" in said) and not tutors):
                trial.wrong.append(f"{actor} {label}: {said[:100]}")
            await trial.restore()


async def _forged(trial: Trial) -> None:
    """Ids that are not there, too large, or no numbers: a sentence, whoever sends them."""
    for name, rules in PRESSES.items():
        for rule in rules:
            allowed = may(rule)
            actor = next(one for one in ("cora", "ana", "ben", "adam") if one in allowed)
            cases = [f"{name}:{one}" if one else name for one in tampered(rule.values, trial.home.things)]
            answers = await asyncio.gather(*(trial.send(actor, case, rule) for case in cases))
            if rule.chosen is not None:  # what no menu offers
                whole = ":".join(part for part in (name, trial.filled(rule.values)) if part)
                for wrong in ((), ("x",), (str(2**63),)):
                    answers.append(await trial.send(actor, whole, replace(rule, chosen=wrong)))
            for one in answers:
                if not _private(one) and one["status"] == "message":
                    trial.wrong.append(f"{name}: {one}")
            await trial.restore()
