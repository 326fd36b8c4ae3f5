"""Every sentence about continuing education units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.domain import refusals as no
from bot.domain.blueprint import Upkeep
from bot.domain.units import Cycle, Earned, OfKind, Tally

TITLE = "Your units"
KINDS, ENTERED, RULE = "By kind", "Entered", "The rule"
REMINDER_TITLE = "Your certification cycle"
REMINDER_STOP = "No more such reminders"
STOPPED = "No more reminders about your cycle's end. `/ceu cycle` brings them back."
NO_CYCLE = (
    "I do not know when your cycle ends, so everything you entered is counted. Tell me with `/ceu cycle`, and I remind "
    "you 90, 45, 15 and 1 days before."
)
NOTHING = "Nothing is entered yet. `/ceu add` takes the title of what you attended, its units and the day."
NEVER_SHARED = "Index numbers, certificates and quiz answers must not be shared: never enter any here."
_LISTED = 10
_CELLS = 12


def units(halves: int) -> str:
    number = f"{halves // 2}{'.5' if halves % 2 else ''}"
    return f"{number} {'unit' if halves == 2 else 'units'}"


def number(halves: int) -> str:
    return f"{halves / 2:g}"


def day(when: date) -> str:
    return f"{when.day} {when:%B} {when.year}"


def entry(one: Earned, title: str) -> str:
    """One line of the list; *title* is made safe to show."""
    kind = f" · {one.kind}" if one.kind else ""
    return f"{one.day.isoformat()} · **{number(one.halves)}** · {title}{kind}"


def choice(one: Earned) -> str:
    """An entry in a list of suggestions, as plain text."""
    return f"{one.day.isoformat()} · {number(one.halves)} · {one.title}"


def standing(tally: Tally, cycle: Cycle | None, today: date) -> str:
    """What is there, what is missing, and how long it has time."""
    cells = min(_CELLS, _CELLS * tally.counted // max(1, tally.required))
    lines = [f"{'▰' * cells}{'▱' * (_CELLS - cells)}  **{number(tally.counted)} of {number(tally.required)}**"]
    if tally.missing:
        lines.append(f"Still to earn: {units(tally.missing)}")
    else:
        lines.append("All there. What is left is to hand them in with the certifying body, if you have not yet.")
    if tally.earned > tally.counted:
        lines.append(f"{units(tally.earned - tally.counted)} more do not count, by the limits below.")
    if cycle is None:
        return "\n".join([*lines, NO_CYCLE])
    lines.append(f"Your cycle: {day(cycle.first)} to {day(cycle.last)}, {left(cycle.last, today)}")
    return "\n".join(lines)


def left(last: date, today: date) -> str:
    days = (last - today).days
    return "which is **today**" if days == 0 else f"**{days} {'day' if days == 1 else 'days'}** from today"


def kind(one: OfKind) -> str:
    least = f", at least {number(one.kind.least)}" if one.kind.least else ""
    most = f", at most {number(one.kind.most)} count" if one.kind.most is not None else ""
    return f"{one.kind.name}: {number(one.earned)}{least}{most}"


def listed(entries: Sequence[Earned], titles: Sequence[str]) -> str:
    """The newest entries, with the titles as they may be shown."""
    if not entries:
        return NOTHING
    lines = [entry(one, title) for one, title in zip(entries[:_LISTED], titles, strict=False)]
    if len(entries) > _LISTED:
        lines.append(f"… and {len(entries) - _LISTED} older, in `/privacy export`")
    return "\n".join(lines)


def rule(upkeep: Upkeep) -> str:
    """The certifying body's rule, with its date."""
    return f"{upkeep.text} (As of {day(upkeep.as_of)}.)"


def added(one: Earned, title: str, tally: Tally) -> str:
    rest = f"still to earn: {units(tally.missing)}" if tally.missing else "that is all your cycle asks for 🎉"
    kept = f"✅ Kept: {units(one.halves)} for “{title}” on {day(one.day)}."
    return f"{kept}\n{number(tally.counted)} of {number(tally.required)}; {rest}."


def removed(one: Earned, title: str) -> str:
    return f"Taken out: {units(one.halves)} for “{title}” on {day(one.day)}. `/ceu add` brings it back."


def cycle_set(cycle: Cycle, tally: Tally) -> str:
    return (
        f"✅ Your cycle: {day(cycle.first)} to {day(cycle.last)}, {units(tally.required)}. I remind you by direct "
        "message 90, 45, 15 and 1 days before it ends, at 10:00 your time (`/timezone`)."
    )


def reminder(cycle: Cycle, tally: Tally, today: date, place: str, late: str | None) -> str:
    """The reminder itself; *place* is the server, *late* says how late it comes."""
    days = (cycle.last - today).days
    when = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
    first = f"Your certification cycle ends **{when}**, on {day(cycle.last)} ({place})."
    have = f"You have entered {number(tally.counted)} of {units(tally.required)}"
    if tally.missing:
        rest = f"{have}: {number(tally.missing)} to go. `/ceu add` there takes more."
    else:
        rest = f"{have}: all there. Make sure that they are handed in with the certifying body by then."
    return "\n".join([first, rest, *([f"(This comes {late}.)"] if late else [])])


def untold(last: date) -> str:
    """What a member is told at the next contact, after a reminder that did not arrive."""
    return (
        f"I could not send you a reminder that your certification cycle ends on {day(last)}: your direct messages are "
        "closed, or I was not running. `/ceu status` shows how your units stand."
    )


def refusal(error: no.Refusal) -> str | None:
    match error:
        case no.NoUpkeep(exam=exam):
            return (
                f"The file of {exam} says nothing of continuing education, so there is nothing to count. Nothing was "
                "kept; whoever runs the bot can add an [upkeep] table to it."
            )
        case no.LooksLikeIndex():
            return (
                "That looks like an index number, and the certifying body forbids sharing those, so I kept nothing of "
                "it. The title in your own words is enough, such as “Webinar on the new guidelines”."
            )
        case no.LooksLikeAnswers():
            return (
                "That looks like answers to a quiz, and the certifying body forbids sharing those, so I kept nothing "
                "of it. The title in your own words is enough, such as “Quiz of the March magazine”."
            )
        case no.NoWords():
            return "An entry needs a title; nothing was kept. Name what you attended in a few words."
        case no.BadUnits(words=words):
            return (
                f"I cannot take “{words}” units. Nothing was changed; write a number such as 1, 1.5 or 12, up to 100."
            )
        case no.UnknownKind(words=words, known=known):
            there = f"there is {', '.join(known)}" if known else "this exam's file has no kinds, so leave it out"
            return f"I know no kind of units called “{words}”. Nothing was kept; {there}."
        case no.OutsideCycle(words=words, first=first, last=last):
            return (
                f"I need the day on which you completed it, from {first} to {last}, and not “{words}”. Nothing was "
                "kept; write yesterday, 14 March or 2026-03-14, or set another cycle with `/ceu cycle`."
            )
        case no.UnitsKept(day=day):
            return f"You have entered the same title for {day} already; nothing was counted twice. See `/ceu status`."
        case no.TooManyUnits(most=most):
            return f"Nothing was kept: {most} entries are the most that a cycle has. `/ceu remove` makes room."
        case no.NoSuchUnits():
            return "I find no such entry of yours, so nothing was changed. Pick one from the list of `/ceu remove`."
        case no.BadCycle(words=words, months=months):
            return (
                f"I need the last day of your cycle, from today to {months} months on, and not “{words}”. Nothing was "
                "changed; write it like 31 March 2027 or 2027-03-31."
            )
        case _:
            return None
