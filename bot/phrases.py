"""What `studyhall when` prints: words for a time as the bot understands them, without Discord."""

from __future__ import annotations

import importlib
import json
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.refusals import NotUnderstood
from bot.domain.schedule import instant
from bot.domain.when import Ask, Context, Understood, understand
from bot.places import places

FOLLOWING = 5
"""Times after the first one that are shown of a rule."""
_EXAM_AT = time(9)
"""Taken for an exam that is given as a day."""


class Refused(Exception):
    """The command's own options cannot be read; the text says why."""


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise Refused(f"--zone: “{name}” is no IANA time zone. Write one such as Europe/Berlin or UTC.") from None


def _moment(option: str, text: str, zone: ZoneInfo, day_at: time) -> datetime:
    """An ISO instant; without an offset it is the zone's wall time, and a day alone means *day_at*."""
    try:
        if len(text) == len("2027-03-10"):
            return instant(date.fromisoformat(text), day_at, zone)
        found = datetime.fromisoformat(text)
        if found.utcoffset() is None:
            found = instant(found.date(), found.time(), zone)
        found.astimezone(zone)
    except (ValueError, OverflowError):
        raise Refused(
            f"{option}: “{text}” is no ISO time. Write one such as 2027-03-10T09:00 or 2027-03-10T09:00+01:00."
        ) from None
    return found


def context(now: datetime | str, zone: str, exam: str | None, session: str | None) -> Context:
    """What words are read against. Raises Refused, with the name of the option, for what cannot be read."""
    there = _zone(zone)
    present = _moment("--now", now, there, time(0)) if isinstance(now, str) else now
    exams = () if exam is None else (_moment("--exam", exam, there, _EXAM_AT),)
    coming = None if session is None else _moment("--session", session, there, time(0))
    return Context(present, there.key, exams, coming)


def answer(words: str, read_against: Context, *, as_json: bool) -> tuple[str, bool]:
    """One JSON line, or sentences; and whether the words were understood or asked about, and not refused."""
    # By name: the sentences that members read stand in a feature's module.
    texts: Any = importlib.import_module("cogs.texts_when")
    try:
        found = understand(words, read_against, places().exact)
    except NotUnderstood as no:
        sentence = texts.refusal(no)
        return (json.dumps({"refuse": sentence}, ensure_ascii=False) if as_json else sentence), False
    if isinstance(found, Ask):
        return (_ask_json(found) if as_json else _ask(found, read_against, texts)), True
    return (_understood_json(found, texts) if as_json else _understood(found, read_against, texts)), True


def _following(found: Understood) -> list[str]:
    if found.rule is None:
        return []
    zone = ZoneInfo(found.zone)
    return [at.astimezone(zone).isoformat() for at in found.rule.times(found.at, FOLLOWING)]


def _understood_json(found: Understood, texts: Any) -> str:
    said = {
        "at": found.at.astimezone(ZoneInfo(found.zone)).isoformat(),
        "next": _following(found),
        "assumed": [texts.assumption(one) for one in found.assumed],
    }
    return json.dumps(said, ensure_ascii=False)


def _ask_json(found: Ask) -> str:
    return json.dumps({"ask": [choice.phrase for choice in found.choices]}, ensure_ascii=False)


def _understood(found: Understood, read_against: Context, texts: Any) -> str:
    lines = [texts.moment(found.at, found.zone, read_against.now), *texts.more(found)]
    lines += [f"  then {one}" for one in _following(found)]
    return "\n".join(lines)


def _ask(found: Ask, read_against: Context, texts: Any) -> str:
    question, labels = texts.ask(found, read_against.now)
    choices = zip(labels, found.choices, strict=True)
    return "\n".join([question, *(f"  {label}: write “{choice.phrase}”" for label, choice in choices)])
