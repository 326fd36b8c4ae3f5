"""Every sentence about reminders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain import refusals_reminders as no
from bot.domain.refusals import Refusal

# Buttons and forms
CHANGE, CANCEL = "Change", "Cancel"
IN_CHANNEL = "Remind me in this channel"
SNOOZE_10, SNOOZE_60, TOMORROW, OTHER_TIME = "Snooze 10 min", "1 h", "Tomorrow 9:00", "Other time…"
DONE = "Done"
ME_TOO = "Remind me too"
PAUSE, RESUME, DELETE = "Pause", "Resume", "Delete"
BACK, FORTH, TO_LIST = "◀ Back", "More ▶", "◀ All reminders"
DELETE_ALL, DELETE_ALL_YES, KEEP_THEM = "Delete all", "Delete all of them", "Keep them"
CHOOSE_ONE = "Choose one to change, pause or delete"
KEEP_WALL, KEEP_INSTANT = "Keep the clock times", "Keep the moments"
FORM_TITLE, SNOOZE_TITLE = "Change the reminder", "Remind me again"
WHEN_LABEL, WHAT_LABEL = "When", "Of what"
SNOOZE_HINT = "such as in 3 hours, or friday 18:00"

WHEN_SUGGESTIONS = (
    "in 20 minutes",
    "in 3 days",
    "tomorrow at noon",
    "next friday 6pm",
    "every weekday 7am",
    "every mon, wed 18:30",
    "last day of the month at 17:00",
    "6 weeks before my exam",
    "30 min before the next session",
)


def at(instant: datetime, style: str = "F") -> str:
    """A Discord timestamp: each reader sees it in their own zone."""
    return f"<t:{int(instant.timestamp())}:{style}>"


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def quote(text: str) -> str:
    """Text in a block of its own, on each of its lines."""
    return "\n".join(f"> {line}" for line in text.splitlines())


# Making one
def set_up(echo: str, text: str, place: str, *, changed: bool) -> str:
    """The answer to /remind: what was understood, of what, and where."""
    return f"⏰ {'Changed' if changed else 'I will remind you'}, {place}:\n{quote(text)}\n{echo}"


def plain_echo(next_at: datetime) -> str:
    return f"{at(next_at)} ({at(next_at, 'R')})"


def then(instants: Sequence[datetime]) -> str:
    return f"After that: {', '.join(at(one, 'f') for one in instants)}"


BY_DM = "by direct message"
UNREACHED = "I could not try your direct messages just now; if they turn out to be closed, I say so when you are back."


def in_short(channel_id: int | None) -> str:
    """The same in a list."""
    return BY_DM if channel_id is None else f"in <#{channel_id}>"


def in_channel(channel_id: int) -> str:
    return f"in <#{channel_id}>, where everybody reads it"


def dm_try(text: str, echo: str) -> str:
    """The direct message that is sent when a reminder is made, so that closed ones are found at once."""
    return f"⏰ This is where I will remind you, {echo}:\n{quote(text)}"


def text_changed(text: str) -> str:
    return f"Changed; its time stays.\n{quote(text)}"


def whose_clock(words: str) -> str:
    """Asked once, at the first use."""
    return (
        f"Whose clock do you mean by “{words}”? I ask this only once. Use the group's, or pick your city with "
        "`/timezone`: then I finish this reminder by myself. It waits for a day."
    )


def group_clock(zone: str, now: datetime) -> str:
    """A button's label: the group's city, and what its clocks show."""
    city = zone.rpartition("/")[2].replace("_", " ")
    return f"Use the group's clock ({city}, now {now.astimezone(ZoneInfo(zone)):%H:%M})"


def unclear(question: str, *, changing: bool) -> str:
    yet = "Until then the reminder stays as it was" if changing else "Nothing is set yet"
    return f"{question} {yet}; this waits for a day."


def typed_is_kept(*, changing: bool) -> str:
    """After a refusal: nothing has to be typed again."""
    if changing:
        return "The reminder stays as it was. What you typed is kept for a day: press *Change* to go on with it."
    return "What you typed is kept for a day: press *Change* to go on with it."


DM_INSTEAD = "Remind me by direct message"


def closed(again: str) -> str:
    """Direct messages were refused when the reminder was made."""
    return (
        f"Your direct messages are closed, so I cannot remind you there {again}. Nobody saw the text. I can remind you "
        "in this channel, where everybody reads it; or open your direct messages for this server and use *Change*."
    )


CLOSED_ELSEWHERE = (
    "Your direct messages are closed, so I cannot remind you there. Nothing was set; open them and try again."
)
CANCELLED = "Cancelled. You will not be reminded."
CHANGE_CANCELLED = "Nothing was changed; the reminder stays as it was."
SETTLED = "Noted. That reminder was settled already; `/reminders` shows what you have."


# Whose clock
def moved(rules: int, singles: int, zone: str) -> str:
    """After /timezone, where reminders go by the member's clock."""
    said = []
    if rules:
        said.append(
            f"{count(rules, 'recurring reminder keeps its clock time', 'recurring reminders keep their clock times')} "
            f"and from now on {'goes' if rules == 1 else 'go'} by {zone}"
        )
    if singles:
        said.append(
            f"{count(singles, 'single reminder keeps its moment', 'single reminders keep their moments')}, whatever "
            "the clocks there show then"
        )
    return f"{' and '.join(said)}. Do you want it another way?".replace("  ", " ")


def kept(what: str, changed: int) -> str:
    how = "clock time" if what == "wall" else "moment"
    if not changed:
        return f"All your reminders keep their {how}; nothing had to move."
    return f"✅ All your reminders keep their {how}: {count(changed, 'was moved', 'were moved')}."


# The reminder itself
def reminder(text: str, mention: str | None, late: str | None, missed: int, instead_of: int | None) -> str:
    """What is sent. Only its owner is mentioned, and only in a channel."""
    head = f"⏰ {mention} " if mention else "⏰ "
    lines = [head + text]
    if late is not None:
        lines.append(f"-# {late}")
    if missed:
        lines.append(f"-# {count(missed, 'earlier one', 'earlier ones')} came due while I was away")
    if instead_of is not None:
        lines.append(f"-# I can no longer write in <#{instead_of}>, so it comes here from now on")
    return "\n".join(lines)


def snoozed(content: str, until: datetime) -> str:
    return f"{content}\n💤 Again {at(until, 'R')}, {at(until, 'f')}"


def done(content: str) -> str:
    return f"{content}\n✅ Done"


def snooze_unclear(question: str) -> str:
    return f"{question} The reminder is not snoozed yet."


def following(next_at: datetime) -> str:
    return f"⏰ You get this reminder too, by direct message, next {at(next_at, 'F')} ({at(next_at, 'R')})."


FOLLOW_WHEN = "This one does not come again by itself. When shall I remind you of it, by direct message?"


def dm_follow(text: str) -> str:
    return f"⏰ This is where I will remind you, as you asked:\n{quote(text)}"


# The list
LIST_TITLE = "Your reminders"
LIST_EMPTY = "You have no reminders. `/remind` makes one, such as `when: tomorrow at noon` `what: call the school`."


def list_footer(total: int, most: int, page: int, pages: int) -> str:
    where = f" · page {page + 1} of {pages}" if pages > 1 else ""
    return f"{total} of at most {most}{where} · only you see this"


def list_line(
    number: int,
    text: str,
    turns: str | None,
    next_at: datetime | None,
    snoozed_to: datetime | None,
    place: str,
    *,
    paused: bool,
) -> str:
    """One reminder of the list; *turns* says by what it comes, where that is more than a single time."""
    when = "⏸ paused" if paused else ("it came" if next_at is None else f"{at(next_at, 'f')} ({at(next_at, 'R')})")
    parts = [when, *([turns] if turns else []), place]
    snooze = f"\n💤 again {at(snoozed_to, 'f')} ({at(snoozed_to, 'R')})" if snoozed_to is not None else ""
    return f"**{number}.** {text}\n{' · '.join(parts)}{snooze}"


def shown(text: str, lines: Sequence[str]) -> str:
    """One reminder in full."""
    return "\n".join([quote(text), *lines])


IS_PAUSED = "⏸ It is paused and comes when you resume it."
IS_OVER = "It came for the last time."
PAUSED_NOW = "⏸ Paused, its snoozes too. *Resume* lets it come again."
DELETED = "Deleted; it will not come any more."


def delete_all_ask(total: int) -> str:
    which = "your one reminder" if total == 1 else f"all {total} of your reminders"
    return f"Delete {which}, snoozed and paused ones too? This cannot be undone."


def deleted_all(number: int) -> str:
    return f"{count(number, 'reminder was', 'reminders were')} deleted. Nothing will come any more."


# What could not be sent
def note(kind: str, word: dict[str, Any], text: str, due: datetime | None) -> str:
    """What is told at the next contact."""
    if kind == "reminder-closed":
        when = f" of {at(due, 'f')}" if due is not None else ""
        pause = " I paused it; open them and resume it with `/reminders`." if word.get("paused") else ""
        return (
            f"I could not send you your reminder{when}, because your direct messages are closed.{pause}\n{quote(text)}"
        )
    if kind == "reminder-left":
        return (
            "You had left the server, so I no longer posted this reminder in its channel, and paused it. Resume it "
            f"with `/reminders`.\n{quote(text)}"
        )
    what = "exam" if word.get("what") == "exam" else "session"
    if kind == "anchor-gone":
        return (
            f"The {what} that this reminder hung on is gone, so I paused it. Change or delete it with `/reminders`.\n"
            f"{quote(text)}"
        )
    return (
        f"The {what} that this reminder hangs on was moved, and its time would be over by now, so I paused it. Change "
        f"or delete it with `/reminders`.\n{quote(text)}"
    )


# When something is refused
def refusal(error: Refusal) -> str | None:
    """The sentence for a refusal about reminders; None for any other."""
    match error:
        case no.NoGroupOfYours():
            return "I do not know which study group is yours. Use `/remind` in its server once, then here as well."
        case no.NoSuchReminder():
            return "That reminder is no longer kept, so nothing was changed. `/reminders` shows those that are."
        case no.NotYourReminder():
            return "That reminder belongs to somebody else, so nothing was changed. `/remind` makes one of your own."
        case no.NoWords():
            return "There is nothing to remind you of yet, so nothing was set. Say it in `what:`."
        case no.WordsTooLong(most=most):
            return f"That text is too long: I can keep {most} characters at most. Nothing was set; please shorten it."
        case no.TooManyReminders(most=most):
            return (
                f"You have {most} active reminders, and more cannot be kept, so nothing was set. Delete some with "
                "`/reminders`."
            )
        case no.TooFarAway(years=years):
            return f"That is more than {years} years ahead, so nothing was set. Please choose a nearer time."
        case no.ReminderOver():
            return "Its time is over, so it was left as it is. Use *Change* to give it a new one."
        case no.SnoozedOnce():
            return "A snooze comes once, so nothing was changed. Name a single time, such as in 3 hours."
        case _:
            return _press_refusal(error)


def _press_refusal(error: Refusal) -> str | None:
    match error:
        case no.AlreadySnoozed(until=until):
            return f"It is snoozed already and comes again {at(until, 'R')}; nothing was changed."
        case no.AlreadyDone():
            return "That one is done already, so nothing was changed. `/reminders` shows what is left."
        case no.AlreadySettled():
            return "That question is answered already, so nothing was changed. `/reminders` shows what you have."
        case no.OwnReminder():
            return "It is your own reminder, so you get it anyway; nothing was changed."
        case no.AlreadyFollowing():
            return "You get that one already; nothing was changed. `/reminders` shows it."
        case no.TooManyFollowers(most=most):
            return f"Already {most} members get that reminder, and more cannot. `/remind` makes one of your own."
        case no.TooManyCopies(most=most):
            return f"You took {most} reminders of others within an hour, and more cannot be. Try again a little later."
        case no.ClosedMessages():
            return CLOSED_ELSEWHERE
        case no.CannotPostHere(channel_id=channel_id, names=names):
            return (
                f"In <#{channel_id}> I may not write: I still need {', '.join(names)}. Nothing was set; ask for those "
                "rights, or take direct messages."
            )
        case no.MayNotPostHere():
            return (
                "You may not write in this channel, so I do not either. Nothing was set; take direct messages instead."
            )
        case _:
            return None
