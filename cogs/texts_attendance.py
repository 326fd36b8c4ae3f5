"""Every sentence about attendance: checking in and out, the tutor's list, a member's record, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain import refusals_attendance as no
from bot.domain.attendance import EARLY_MS, spaced
from bot.domain.instants import MINUTE_MS, from_ms
from bot.domain.refusals import Refusal
from bot.domain.sessions import Session
from bot.services.attendance import Here
from bot.services.attendance_records import Attended, Checked, Mine, Present, Roster

# Buttons, menus and forms
HERE = "I'm here"
LEAVING = "I'm leaving"
CONFIRM = "Confirm this list"
CORRECT = "Correct or add somebody"
REFRESH = "Look again"
TUTORS = "For the tutor"
CSV, PDF_A4, PDF_LETTER = "CSV", "PDF (A4)", "PDF (Letter)"
MINUTES_TITLE = "Minutes of attendance"
MINUTES_LABEL = "Minutes, 0 if they were not there"
MINE_TITLE = "Your attendance"
RECORD_NAME = "attendance"
NONE_YET = (
    "You have not been at a review session of this group yet. `/session list` shows those to come; at one, press "
    f"*{HERE}* or join its voice channel."
)
MINE_RULE = "Only you see this. A record holds what a tutor confirmed; each line has a code that a tutor can check."
RECORD = "Your record of attendance: what tutors confirmed, each line with its check code. Only you see this."
LISTED = 15
ROSTER_LISTED = 40


def at(instant: datetime, style: str = "f") -> str:
    return f"<t:{int(instant.timestamp())}:{style}>"


def minutes(number: int) -> str:
    hours, rest = divmod(number, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def opened(session: Session, late: str | None) -> str:
    """The post with the buttons."""
    starts, ends = from_ms(session.starts_at), from_ms(session.ends_at)
    lines = [f"It begins {at(starts, 'R')}, at {at(starts, 't')}, and ends at {at(ends, 't')}."]
    if session.place_id is not None:
        lines.append(
            f"Your time in <#{session.place_id}> between the two counts by itself. If you are there in another way:"
        )
    lines.append(
        f"Press **{HERE}** when you come: you count as there until the end. Press **{LEAVING}** only if you go before. "
        "Who was there is shown to the tutors, who confirm it, and to nobody else."
    )
    if late:
        lines.append(f"({late})")
    return "\n".join(lines)


def opened_title(title: str) -> str:
    return f"Attendance · {title}"


def here(found: Here, title: str) -> str:
    since = f" since {at(found.since, 't')}" if found.since is not None else ""
    return (
        f"✅ You are there{since}. {title} counts until its end at {at(from_ms(found.session.ends_at), 't')}; press "
        f"*{LEAVING}* if you go before. A tutor confirms it afterwards."
    )


def left(found: Here, title: str) -> str:
    return (
        f"👋 You checked out of {title}: {minutes(found.minutes)} so far. If you come back, press *{HERE}* again; what "
        "overlaps counts once."
    )


# The tutor's list


def roster_title(title: str) -> str:
    return f"Who was at {title}"


def roster(found: Roster, *, in_server: bool) -> str:
    """The list as the tutor sees it."""
    lines = [roster_line(one) for one in found.lines[:ROSTER_LISTED]]
    if len(found.lines) > ROSTER_LISTED:
        lines.append(f"… and {len(found.lines) - ROSTER_LISTED} more; all of them are confirmed with the list.")
    if not lines:
        lines.append("Nobody was seen.")
    lines.append("")
    if found.unobserved:
        lines.append(
            f"⚠ For {minutes(found.unobserved)} of the session the channel was not observed, since I was not running "
            "or not connected. Who was there before and after counts as there."
        )
    if found.absent:
        many = "1 member with a seat is" if found.absent == 1 else f"{found.absent} members with a seat are"
        lines.append(f"{many} not on the list. Who that is, I tell nobody else.")
    lines.append(_standing(found))
    if not in_server:
        lines.append("To correct it or to add somebody, use `/session confirm` in the server.")
    return "\n".join(lines)


def roster_line(one: Present) -> str:
    how = []
    if one.corrected:
        how.append("set by a tutor")
    if one.seen.voice:
        how.append(f"{minutes(one.seen.voice)} in the channel")
    if one.seen.checked_in:
        how.append("checked in")
    mark = "✅ " if one.confirmed == one.minutes else ""
    was = f", {minutes(one.confirmed)} confirmed" if one.confirmed not in (None, one.minutes) else ""
    return f"{mark}<@{one.user}> · **{minutes(one.minutes)}** ({', '.join(how) or 'not seen'}{was})"


def _standing(found: Roster) -> str:
    if found.confirmed_at is None:
        return f"Nothing is confirmed yet. *{CONFIRM}* writes it into the members' records under your name."
    by = f" by {found.signed_by}" if found.signed_by else ""
    if found.pending:
        return f"Confirmed{by} {at(found.confirmed_at)}; what was changed since waits for *{CONFIRM}*."
    return f"✅ Confirmed{by} {at(found.confirmed_at)}."


def signature(name: str, handle: str) -> str:
    """Under which name a tutor confirms: names can be anything, and Discord gives a handle to one alone."""
    return f"{name} (@{handle})"


def roster_word(session: Session, title: str, late: str | None) -> str:
    """What the tutor is sent after a session."""
    note = f" ({late})" if late else ""
    return f"**{title}** of {at(from_ms(session.starts_at))} is over{note}. Is this right?"


def choice(session: Session) -> str:
    """A session in a list to choose from."""
    starts = from_ms(session.starts_at).astimezone(ZoneInfo(session.zone))
    return f"{session.title} · {starts:%a %d %b %Y %H:%M}"


def word(said: Mapping[str, Any], session: Session, title: str, server: str) -> str:
    """What could not be posted, or not be said by direct message."""
    about = f"**{title}** in {server}, {at(from_ms(session.starts_at))}"
    if said["what"] == "poll":
        return f"You were at {about}. What is clearer now? Press *How was it?* under the post in its channel."
    if said["what"] == "roster":
        return f"{about} is over. `/session confirm` shows who was there, for you to correct and confirm."
    return (
        f"I could not post about attendance at {about}, in <#{session.channel_id}> ({said['why']}). Let me post there. "
        "Time in a voice channel counts all the same, and with `/session confirm` you can say who was there."
    )


# A member's own


def mine(found: Mine) -> str:
    lines = [
        f"**{minutes(found.confirmed)}** confirmed by a tutor"
        + (f", {minutes(found.open)} not confirmed yet" if found.open else "")
    ]
    if found.missed:
        times = "once" if found.missed == 1 else f"{found.missed} times"
        lines.append(f"You had a seat and were not there {times}. Nobody else is told so.")
    lines.append("")
    return "\n".join(lines)


def attended(one: Attended, title: str, tutor: str | None) -> str:
    state = "not confirmed yet"
    if one.confirmed_at is not None:
        state = f"confirmed by {tutor or 'a tutor whose data was deleted'} {at(one.confirmed_at, 'd')}"
    code = f" · `{spaced(one.code)}`" if one.code is not None else ""
    return f"{at(from_ms(one.session.starts_at), 'd')} **{title}**\n{minutes(one.minutes)}, {state}{code}"


def more(number: int) -> str:
    return f"… and {number} earlier; the files have all that is confirmed."


def checked(found: Checked, title: str) -> str:
    lines = [
        f"✅ Genuine: **{title}**, {at(found.starts_at)}, {minutes(found.minutes)}, confirmed {at(found.confirmed_at)}."
    ]
    if found.theirs is not None:
        lines.append(
            "It is the record of the member that you named."
            if found.theirs
            else "⚠ It is not the record of the member that you named."
        )
    else:
        lines.append("Name the `member:` too, and I say whether the line is theirs.")
    return "\n".join(lines)


def refusal(error: Refusal) -> str | None:
    """The sentence for a refusal of this feature; None for another's."""
    match error:
        case no.NotOpenYet(opens_at=opens_at):
            return (
                f"Checking in begins {EARLY_MS // MINUTE_MS} minutes before the session, {at(opens_at, 'R')}. Nothing "
                "was counted; please press again then."
            )
        case no.WindowOver(ended_at=ended_at):
            return (
                f"This ended {at(ended_at, 'R')}, so nothing was changed. If you were there and it does not count, "
                "tell the tutor: they can correct the list."
            )
        case no.NotCheckedIn():
            return (
                "You are not checked in, so nothing was changed. Time in the voice channel counts by itself; press "
                f"*{HERE}* if you are there in another way."
            )
        case no.LeadsSession():
            return "You lead this session, so you are not counted as somebody who attends it. Nothing was changed."
        case no.NotOverYet(ends_at=ends_at):
            return f"The session goes on until {at(ends_at, 't')}. Nothing was changed; try again {at(ends_at, 'R')}."
        case no.BadMinutes(words=words, most=most):
            return (
                f"I cannot take “{words}” for minutes of this session. Nothing was changed; write a whole number from "
                f"0 to {most}."
            )
        case no.NothingConfirmed():
            return (
                "No tutor has confirmed an attendance of yours yet, so there is no record to give you. Ask the tutor "
                "of your last session to use `/session confirm`."
            )
        case no.UnknownCode(words=words):
            return (
                f"No line of this group's records has the code “{words}” today. It may be mistyped, or the line was "
                "changed or deleted since; ask the member for a new record."
            )
        case no.NoSuchAttendee():
            return (
                "Bots, and the tutor who leads the session, are not counted as attending it, so nothing was changed. "
                "Please choose somebody else."
            )
        case _:
            return _afterwards_refusal(error)


def _afterwards_refusal(error: Refusal) -> str | None:
    match error:
        case no.NotThere():
            return (
                "This is for those who were at the session, and you are not on its list, so nothing was counted. If "
                "you were there, ask its tutor to correct the list."
            )
        case no.NoSessionYet():
            return "This group has held no review session yet. Tutors plan one with `/session post`."
        case no.EmptyNotes():
            return (
                "There is nothing to post: write some notes, or the address of a recording. Nothing was changed; use "
                "`/session notes` again."
            )
        case no.BadNotesLink(words=words):
            return f"The link “{words}” is no address of a page, so nothing was posted. One begins with https://."
        case no.NotesRefused(channel_id=channel_id):
            return (
                f"Discord did not let me post in <#{channel_id}>, so the notes are not posted. Give me the rights back "
                "there, then send the form again."
            )
        case no.TooManyWishes(most=most):
            return (
                f"You have {most} wishes already, which is the most. Nothing was changed; take one back under "
                "`/session wish`, or wait until a session was held."
            )
        case _:
            return None
