"""Every sentence about review sessions: the announcement, answers and seats, reminders, changes, calendar files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain import refusals_sessions as no
from bot.domain.instants import from_ms
from bot.domain.refusals import Refusal
from bot.domain.rsvps import Answer, Counts
from bot.domain.sessions import Lead, Session, State
from cogs import texts_attendance
from cogs.texts_streaks import at, count

# Buttons and the form
GOING, MAYBE, CANNOT = "Going", "Maybe", "Can't"
CALENDAR = "Add to calendar"
UNCALENDAR = "Take it out of my calendar"
MANAGE = "Tutors"
EVENT = "Event"
TO_POST = "To the announcement"
EDIT, EDIT_SERIES = "Edit", "Edit this and all following"
STOP_SERIES = "Stop repeating"
CANCEL, CANCEL_SERIES = "Cancel it", "Cancel it and all following"
SURE_CANCEL, SURE_CANCEL_SERIES = "Yes, cancel it", "Yes, cancel all of them"
CHANGE = "Change what I typed"
FORM_NEW, FORM_EDIT, FORM_SERIES = "A review session", "Edit the session", "Edit this and all following"
TITLE, TOPICS, START, LENGTH, NOTES = "Title", "Topics", "Start", "Length", "Notes for members"
TOPICS_HINT = "First what costs your group most, as far as answers tell, then what members wish for."
START_HINT = "such as thursday 18:00, or 14 March 6pm"
LENGTH_HINT = "such as 90 min or 1h30"
NOTES_HINT = "What to prepare, what to bring"
DEFAULT_LENGTH = "60 min"
REMINDERS = "When I remind you"
NO_REMINDERS = "No reminders"
LEADS: Mapping[Lead, str] = {Lead.DAY: "a day before", Lead.HOUR: "an hour before", Lead.TEN: "10 minutes before"}
RIGHTS: Mapping[str, str] = {
    "create_events": "Create Events",
    "view_channel": "View Channel",
    "connect": "Connect",
    "manage_channels": "Manage Channels",
    "mute_members": "Mute Members",
    "move_members": "Move Members",
}
IN_DISCORD = "In Discord"
UNTITLED = "Review session"
NO_EVENTS = (
    "I may not make events here (Create Events), so review sessions are announced without one in the server's list. "
    "All else works."
)
LOCATION_BELOW = "See the link below"
_FIELDS: Mapping[str, str] = {
    "place": "the place",
    "length": "the length",
    "title": "the title",
    "topics": "the topics",
    "notes": "the notes",
}


def _when(session: Session, style: str = "F") -> str:
    return at(from_ms(session.starts_at), style)


def place(session: Session, link: str) -> str:
    """Where it is held; `link` as it may be shown."""
    return f"<#{session.place_id}>" if session.place_id is not None else link


def length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return count(rest, "minute", "minutes")
    return count(hours, "hour", "hours") + (f" {rest} min" if rest else "")


def seats(session: Session, counts: Counts) -> str:
    """How full it is."""
    if session.seats is None:
        return f"✅ {counts.going} going"
    waiting = f" · ⏳ {counts.waiting} waiting" if counts.waiting else ""
    return f"✅ {counts.going} of {count(session.seats, 'seat', 'seats')} taken{waiting}"


def figures(session: Session, counts: Counts) -> str:
    return f"{seats(session, counts)} · ❔ {counts.maybe} maybe · ❌ {counts.no} can't"


def announcement(session: Session, counts: Counts, topics: Sequence[str], notes: str, link: str) -> str:
    """The body of an announcement; topics, notes and link as they may be shown."""
    lines = []
    if session.state is State.CANCELLED:
        lines.append("**This session is cancelled.**")
    elif session.state is State.LIVE:
        lines.append("🔴 **Going on now**")
    elif session.state is State.OVER:
        lines.append("This session is over.")
    lines.append(f"**When** {_when(session)} ({_when(session, 'R')}), {length(session.minutes)}")
    lines.append(f"**Where** {place(session, link)}")
    if topics:
        lines.append(f"**Topics** {', '.join(topics)}")
    if session.tutor_user is not None:
        lines.append(f"**Tutor** <@{session.tutor_user}>")
    if session.recurrence is not None and session.ahead:
        lines.append("**Repeats** every week; the next one is posted when this one ends")
    if notes:
        lines += ["", notes]
    if session.state is not State.CANCELLED:
        lines += ["", figures(session, counts)]
    return "\n".join(lines)


# A member's answer
def answered(
    answer: Answer, *, place: int | None, session: Session, to_come: Sequence[Lead], hushed: bool = False
) -> str:
    """What became of a press, for the member alone."""
    if answer is Answer.MAYBE:
        return (
            "❔ Noted: you may come. You get a direct message if it changes or is cancelled. A seat is kept only for "
            "*Going*."
        )
    if answer is Answer.NO:
        return "❌ Noted: you cannot come. Press *Going* if that changes."
    if place is not None:
        assert session.seats is not None
        return (
            f"⏳ {'The seat is' if session.seats == 1 else f'All {session.seats} seats are'} taken: you are number "
            f"**{place}** on the waiting list. You get a direct message as soon as you have a seat. "
            f"{_reminders(to_come, hushed=hushed, waits=True)}"
        )
    return f"✅ You have a seat, {_when(session)}. {_reminders(to_come, hushed=hushed)}"


def _reminders(to_come: Sequence[Lead], *, hushed: bool, waits: bool = False) -> str:
    exam = " On the day of your exam I send none." if hushed else ""
    if not to_come:
        return f"No reminder is to come; choose below.{exam}"
    then = "Then I" if waits else "I"
    return f"{then} remind you by direct message {_and([LEADS[lead] for lead in to_come])}.{exam}"


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


# By direct message
def notice(session: Session, title: str, link: str, place_name: str, late: str | None) -> str:
    """A reminder; `late` says how late it is, `place_name` the server. It has no verb: it is also read afterwards."""
    tail = f" ({late})" if late else ""
    when = f"{_when(session)} ({_when(session, 'R')})"
    return f"⏰ **{title}** in {place_name}: {when}, {place(session, link)}{tail}"


def word(said: Mapping[str, Any], session: Session, title: str, link: str, server: str, was: str | None = None) -> str:
    """What a member or tutor is told about a session, by the word that `session_posts.tell` was given.

    `was` is the title that it had before, where that has changed.
    """
    match said["what"]:
        case "up":
            return (
                f"✅ You have moved up: a seat is yours in **{title}**, {_when(session)} ({_when(session, 'R')}), in "
                f"{server}, {place(session, link)}. If you cannot come, please press *{CANNOT}* there."
            )
        case "down":
            return (
                f"⏳ There are fewer seats now in **{title}**, {_when(session)}, in {server}, so you are on its "
                "waiting list, before all who asked later. You get a message as soon as you have a seat."
            )
        case "changed":
            return _changed(said, session, title, link, server, was)
        case "cancelled":
            then = f" The next one is {at(from_ms(said['next']), 'F')}." if said["next"] else ""
            return f"❌ **{title}** in {server}, {_when(session)}, is cancelled.{then}"
        case "notice":
            return f"⏰ **{title}**: {_when(session)} ({_when(session, 'R')}), {place(session, link)}."
        case "no-post":
            return (
                f"I could not post the announcement of **{title}** in <#{session.channel_id}> ({said['why']}). The "
                "session is kept. Let me post there, or name another channel with `/setup`; then `/session edit` posts "
                "it again."
            )
        case "place-gone":
            return (
                f"The channel of **{title}** in {server}, {_when(session)}, was deleted. The session stands; choose "
                "another place with `/session edit`, and all who come are told."
            )
        case "no-event":
            return _no_event(said, session, title, server)
        case "no-attendance" | "roster" | "poll":
            return texts_attendance.word(said, session, title, server)
        case _:
            raise AssertionError(f"no sentence for {said['what']}")


def _changed(said: Mapping[str, Any], session: Session, title: str, link: str, server: str, was: str | None) -> str:
    fields = said["fields"]
    before = f" (it was “{was}”)" if was else ""
    lines = [f"✏️ **{title}**{before} in {server} has changed:"]
    if "start" in fields:
        lines.append(f"• it begins {_when(session)} ({_when(session, 'R')}), not {at(from_ms(said['was']), 'F')}")
    else:
        lines.append(f"• it begins {_when(session)}, as before")
    if "place" in fields:
        lines.append(f"• the place is {place(session, link)}")
    if "length" in fields:
        lines.append(f"• it lasts {length(session.minutes)}")
    rest = [_FIELDS[name] for name in fields if name in ("title", "topics", "notes")]
    if rest:
        lines.append(f"• {_and(rest)} {'is' if len(rest) == 1 and rest[0] == 'the title' else 'are'} new")
    return "\n".join(lines)


def _no_event(said: Mapping[str, Any], session: Session, title: str, server: str) -> str:
    what = "change the server's event for" if said["stale"] else "make an event in the server's list for"
    why = {
        "rights": f"I lack a right there ({_and(rights_for(session))}). An admin can give it to my role",
        "place-gone": "its channel is gone or hidden from me. Choose another place with `/session edit`",
        "full": "the server has as many events as Discord allows. Remove one",
        "late": "Discord could not be reached in time",
    }.get(said["why"], f"Discord refused it ({said['why']})")
    again = "; then `/session edit` tries again" if said["why"] in ("rights", "full") else ""
    return f"I could not {what} **{title}** in {server}: {why}{again}. The announcement and all answers stand."


def rights_for(session: Session) -> list[str]:
    """The names of the rights that Discord asks of who makes an event in such a place."""
    return [RIGHTS[name] for name in EVENT_RIGHTS[session.place.value]]


EVENT_RIGHTS: Mapping[str, tuple[str, ...]] = {
    "voice": ("create_events", "view_channel", "connect"),
    "stage": ("create_events", "view_channel", "manage_channels", "mute_members", "move_members"),
    "link": ("create_events",),
}


def unheard(line: str) -> str:
    """What could not be told by direct message."""
    return f"📪 I could not write to you in direct messages, so here it is:\n{line}"


# For tutors
def posted(session: Session, title: str, words: str, assumed: Sequence[str], missing: Sequence[str]) -> str:
    """The session is posted; `words` say when, with its zone."""
    again = " It repeats every week at that wall time." if session.recurrence is not None else ""
    lines = [
        f"✅ **{title}** is posted in <#{session.channel_id}>.",
        f"{_when(session)} ({_when(session, 'R')}): {words}, {length(session.minutes)}.{again}",
        *assumed,
    ]
    return "\n".join(lines + ([no_rights(missing)] if missing else []))


def no_rights(missing: Sequence[str]) -> str:
    return (
        f"There is no event in the server's list: I lack {_and(missing)}. An admin can give "
        f"{'that right' if len(missing) == 1 else 'those rights'} to my role; then `/session edit` makes the event."
    )


def edited(session: Session, title: str, words: str, told: int, assumed: Sequence[str], missing: Sequence[str]) -> str:
    who = count(told, "member who comes or may come", "members who come or may come")
    people = f"I tell {who}." if told else "There was nobody to tell."
    lines = [
        f"✅ **{title}** is changed. {people}",
        f"{_when(session)} ({_when(session, 'R')}): {words}, {length(session.minutes)}.",
        *assumed,
    ]
    return "\n".join(lines + ([no_rights(missing)] if missing else []))


def unchanged(title: str) -> str:
    return f"Nothing is different, so **{title}** stays as it is and nobody was told."


def manage(session: Session, title: str, counts: Counts) -> str:
    return f"**{title}**, {_when(session)}. {figures(session, counts)}"


def ask_cancel(session: Session, title: str, *, series: bool) -> str:
    what = " and every one that follows it" if series else ""
    return f"Cancel **{title}**, {_when(session)},{what}? All who come or may come are told. It cannot be undone."


def cancelled(title: str, told: int, then: Session | None, *, series: bool) -> str:
    people = f"I tell {count(told, 'member', 'members')}." if told else "There was nobody to tell."
    after = f" The next one is posted for {_when(then)}." if then is not None else ""
    return f"✅ **{title}** is cancelled{', and so are all that would follow it' if series else ''}. {people}{after}"


def stopped(session: Session, title: str, wall: datetime) -> str:
    """It takes place and repeats no more; `wall` is its start on its own clock."""
    every = f"every {wall:%A %H:%M}".lower()
    return (
        f"✅ **{title}**, {_when(session)}, takes place, and none follows it. To have it repeat again, edit its start "
        f"to “{every}”."
    )


def ask_when(question: str) -> str:
    return f"{question} What you typed is kept; press the one you mean."


def kept(sentence: str) -> str:
    """A refusal of what was typed: with what is kept, and how to go on."""
    return f"{sentence}\nEverything you typed is kept: *{CHANGE}* opens it again."


# Lists and files
NONE_AHEAD = "No review session is planned. Tutors post one with `/session post`."
LIST_TITLE = "Review sessions"
OPEN = "open"


def later(number: int) -> str:
    return f"… and {number} later; `/session calendar` has them all."


def listed(session: Session, title: str, link: str, counts: Counts, mine: str | None, url: str | None) -> str:
    # The title is no part of the link: brackets or an address in it would break it.
    name = f"**{title}** · [{OPEN}]({url})" if url else f"**{title}**"
    own = f" · you: {mine}" if mine else ""
    now = "🔴 now, since " if session.state is State.LIVE else ""
    when = f"{now}{_when(session)} ({_when(session, 'R')})"
    return f"{name}\n{when} · {place(session, link)} · {seats(session, counts)}{own}"


def mine(answer: Answer, *, seated: bool) -> str:
    if answer is Answer.GOING:
        return "going" if seated else "waiting"
    return "maybe" if answer is Answer.MAYBE else "can't"


ICS = "Open this file with your calendar. It has the zone, an alarm, and replaces an earlier one of this session."
ICS_GONE = "Open this file with your calendar: it takes the cancelled session out."
FEED = (
    "All review sessions of this group: those to come and those of the last 30 days. Import it again at any time: what "
    "changed is replaced, nothing doubles."
)
FEED_NAME = "studyhall-sessions.ics"


def choice(title: str, zone_time: datetime) -> str:
    """A session in a list to pick from."""
    return f"{zone_time:%a} {zone_time.day} {zone_time:%b %H:%M} · {title}"


def refusal(error: Refusal) -> str | None:
    """The sentence for a refusal about sessions; None for any other."""
    match error:
        case no.NoSuchSession():
            return "I know no such review session here. Nothing was changed; `/session list` shows those to come."
        case no.SessionOver(ended_at=ended_at):
            return (
                f"That session ended {at(ended_at, 'R')}, so nothing was changed. `/session list` shows the next ones."
            )
        case no.SessionCancelled():
            return "That session is cancelled, so nothing was changed. `/session list` shows those to come."
        case no.SessionBegun():
            return "That session has begun, so its start stays, and nothing was changed. You can change all the rest."
        case no.SessionNeedsPlace():
            return (
                "A session has one place: a voice or stage channel with `place:`, or a link or room with `link:`. "
                "Nothing was posted; use the command again with one of them."
            )
        case no.BadLink(most=most):
            return f"That place is too long to be shown; nothing was changed. Use at most {most} characters."
        case no.BadLength(words=words):
            return (
                f"I cannot read “{words}” as a length from 5 minutes to 12 hours, so nothing was posted; try 90 min, "
                "1h30 or 2 hours."
            )
        case no.SessionInPast(at=then):
            return f"That start, {at(then, 'F')}, is over or more than two years away. Nothing was posted or changed."
        case no.NotWeekly(words=words):
            return (
                f"A series comes once a week, and “{words}” means something else. Nothing was posted; name one day and "
                "time, such as every thursday 18:00."
            )
        case no.NeedsOwnStart(words=words):
            return (
                f"A session is for all, so “{words}” cannot say when it begins. Nothing was posted or changed; name a "
                "day and a time, such as thursday 18:00."
            )
        case no.DraftGone():
            return (
                "That form was sent already, is older than a week, or is another tutor's. Please use its command anew."
            )
        case _:
            return None
