"""Every sentence after a session: the poll and what of it tutors see, notes, and wishes for the next one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.afterwards import FEWEST, Tally
from bot.domain.instants import from_ms
from bot.domain.sessions import Session
from bot.domain.wishes import KEPT_MS

# Buttons and forms
HOW = "How was it?"
CLEARER, NOT_YET, SKIP = "Clearer now", "Not yet", "Skip"
NOTES = "Notes or recording"
NOTES_TITLE = "Notes of the session"
NOTES_LABEL = "Notes"
LINK_LABEL = "Link to a recording or slides"
LINK_BUTTON = "Recording or slides"
TAKE_BACK = "Take it back"
WISHES_TITLE = "Wished for"

THANKS = (
    "Thank you, that was all. Nobody sees what you said; tutors see how many said what, once "
    f"{FEWEST} have answered. To change something, press *{HOW}* under the post in the channel."
)
WISH_GONE = "Your wish is taken back."
NO_WISHES = "Nobody wishes for a session at the moment. Members do so with `/session wish`."
WISHES_RULE = (
    f"How many wish for a session about each topic; who, is not shown. A wish ends after {KEPT_MS // 86_400_000} days, "
    "or when a session about its topic was held."
)


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def day(session: Session) -> str:
    return f"<t:{int(from_ms(session.starts_at).timestamp())}:D>"


# The poll


def poll(session: Session, title: str, topic: str | None, number: int, of: int, late: str | None) -> str:
    """One question of it. `topic` is None for the session as a whole."""
    about = f"**{topic}**" if topic is not None else "what it was about"
    where = f" ({number + 1} of {of})" if of > 1 else ""
    note = f" ({late})" if late else ""
    return (
        f"You were at **{title}** of {day(session)}{note}. Is {about} clearer to you now?{where}\n"
        f"Only you see this; tutors see how many said what, once {FEWEST} have answered."
    )


def asks(session: Session, title: str, late: str | None) -> str:
    """The post in the channel."""
    note = f" ({late})" if late else ""
    return (
        f"**{title}** of {day(session)} is over{note}. If you were there: what is clearer now, and what is not yet? "
        "Your answer is private."
    )


def tallies(found: Sequence[tuple[str | None, Tally | None]]) -> str:
    """What tutors see of it; `found` has each topic's name, made safe, or None for the session as a whole."""
    lines = ["**The poll**"]
    for topic, figures in found:
        name = topic if topic is not None else "The session"
        if figures is None:
            lines.append(f"{name}: fewer than {FEWEST} answers")
            continue
        waiting = f" ({count(figures.waiting, 'answer', 'answers')} more to come)" if figures.waiting else ""
        lines.append(f"{name}: {figures.clearer} clearer, {figures.not_yet} not yet{waiting}")
    return "\n".join(lines)


# Notes


def notes_title(title: str) -> str:
    return f"Notes · {title}"


def noted(url: str, *, pinned: bool, changed: bool) -> str:
    done = "The notes are changed" if changed else "The notes are posted"
    if pinned:
        return f"✅ {done} and pinned: {url}"
    return (
        f"✅ {done}: {url}\nI could not pin them: that takes the right *Pin Messages* there, and a channel with room "
        "for another pin. The post stays; you can pin it yourself."
    )


# Wishes


def wished(topic: str, wishes: int, *, new: bool) -> str:
    others = f"{count(wishes, 'member wishes', 'members wish')} for it" if wishes > 1 else "You are the first"
    first = "🙋 Noted" if new else "You had wished for that already; it counts from today again"
    return f"{first}: **{topic}**. {others}. Tutors see the number, not the names."


def wishes_line(topic: str, number: int) -> str:
    return f"**{topic}** · {count(number, 'wish', 'wishes')}"
