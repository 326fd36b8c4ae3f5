"""Every sentence about streaks, freezes, pauses and members' zones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from bot.domain.days import ONE_DAY
from bot.domain.refusals import BadDay, NotPaused
from bot.domain.streaks import FREEZE_EVERY, MOST_FREEZES, Streak

FROZEN_MARK = "🧊"
NO_STREAK = "You have no streak yet: one answer to a daily question starts it."
STREAK_TITLE = "Your streak"
RULE = (
    f"{FREEZE_EVERY} days in a row earn a freeze, {MOST_FREEZES} are kept at most; one covers a missed day by itself. "
    "Days without a question neither break nor count."
)
RESUMED = "Welcome back. Today still counts as paused, so take your time; an answer counts all the same."
PING_ON = "I will write you once, between 8:00 and 21:00 your time, on a day whose question you have not answered yet."
PING_OFF = "No more reminders about your streak. `/streak ping on` brings them back."
PING_CLOSED = (
    "I could not send you the reminder about your streak, because your direct messages are closed, so I switched these "
    "reminders off. Open them for this server and use `/streak ping on` to have them again."
)
PING_STOP = "No more such reminders"
PING_LINK = "To the question"
GROUP_ZONE = "group"
GROUP_ZONE_LABEL = "The group's own zone"


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def at(instant: datetime, style: str) -> str:
    return f"<t:{int(instant.timestamp())}:{style}>"


def day_name(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def note(answered: date, frozen: Sequence[date], freezes: int) -> str:
    """What a receipt says besides: which missed days a freeze covered."""
    names = [_named(day, answered) for day in frozen]
    days = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    covered = "was covered by a freeze" if len(names) == 1 else "were covered by freezes"
    return f"{FROZEN_MARK} {days[0].upper()}{days[1:]} {covered}; {freezes or 'none'} left."


def _named(day: date, answered: date) -> str:
    return "yesterday" if day + ONE_DAY == answered else day_name(day)


def carried(content: str) -> str | None:
    """What of a receipt stays when the result takes its place."""
    kept = [line for line in content.splitlines() if line.startswith(FROZEN_MARK)]
    return "\n".join(kept) or None


def days(streak: Streak) -> str:
    """How long the streak is, in few words."""
    return count(streak.current, "day", "days")


def shown(
    streak: Streak,
    *,
    answered_today: bool,
    ends_at: datetime | None,
    pause: tuple[date, date | None] | None,
    ping: bool,
) -> str:
    """A streak in full."""
    lines = []
    if streak.current:
        lines.append(f"🔥 **{days(streak)}** in a row{', today included' if answered_today else ''}")
    else:
        lines.append("No streak is running. Your next answer to a daily question starts one.")
    lines.append(f"Longest: {count(streak.longest, 'day', 'days')}")
    lines.append(f"{FROZEN_MARK} Freezes: {streak.freezes} of {MOST_FREEZES}{_used(streak)}")
    if pause is not None:
        lines.append(paused_line(pause[1]))
    if streak.current and ends_at is not None:
        after = ", after its freezes," if streak.freezes else ""
        lines.append(f"Without another answer it ends{after} {at(ends_at, 'F')} ({at(ends_at, 'R')}).")
    lines.append(f"Reminders: {'on' if ping else 'off'} (`/streak ping`)")
    return "\n".join(lines)


def _used(streak: Streak) -> str:
    if not streak.frozen_days:
        return ""
    last = streak.frozen_days[-1]
    return f"; the last one covered {day_name(last)}"


def paused_line(last: date | None) -> str:
    if last is None:
        return "⏸ Paused until you use `/streak resume`"
    return f"⏸ Paused up to and including {day_name(last)}"


def paused(last: date | None) -> str:
    """The answer to /streak pause."""
    until = (
        "until you use `/streak resume`"
        if last is None
        else f"up to and including {day_name(last)}; it goes on, on {day_name(last + ONE_DAY)}, by itself"
    )
    return (
        f"⏸ Your streak is paused from today {until}. It cannot break and takes no freeze meanwhile, and I send no "
        "reminders about it. Nobody else sees this."
    )


def ping(current: int, freezes: int, ends_at: datetime | None, place: str) -> str:
    """The reminder itself."""
    much = count(current, "day", "days")
    if freezes:
        return (
            f"The daily question of {place} still waits for you. Your streak of {much} is safe: without an answer a "
            f"freeze covers the day, and you have {freezes}."
        )
    when = f" {at(ends_at, 'R')}, at {at(ends_at, 't')}" if ends_at is not None else ""
    return f"Your streak of {much} in {place} ends{when}, unless you answer the daily question before."


def zone_is(name: str, now: datetime, *, own: bool) -> str:
    whose = "Your zone is" if own else "You go by the group's zone,"
    return f"{whose} **{name}**: it is {now:%H:%M} there now ({now:%A}). Change it with `zone:`."


def zone_set(name: str, now: datetime, *, own: bool) -> str:
    whose = "Your zone is now" if own else "You now go by the group's zone,"
    return (
        f"✅ {whose} **{name}**: it is {now:%H:%M} there ({now:%A}). Your days begin and end by it from now on; your "
        "streak goes on."
    )


def refusal(error: BadDay | NotPaused) -> str:
    if isinstance(error, NotPaused):
        return "Your streak is not paused, so nothing was changed. `/streak pause` pauses it."
    return (
        f"I cannot read “{error.words}” as a day within a year from now. Nothing was changed; try tomorrow, friday, "
        "in 10 days or 20 March."
    )
