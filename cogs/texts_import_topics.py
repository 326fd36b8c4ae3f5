"""Every sentence about the topics of an import."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.questions import slug
from bot.services.imports import Preview
from cogs.plain import cut, plain

LISTED = 8
KEEP = "Keep it as a topic of its own"


def choice(found: Preview, number: int) -> str | None:
    """The exam's topic that an unknown one becomes, '' where it stays, None where nobody has said."""
    return found.one.choices.topics.get(slug(found.unknown[number]))


def lines(found: Preview) -> list[str]:
    """What a preview says of topics."""
    said = _unknown(found) if found.unknown else []
    if found.homeless:
        count = f"{found.homeless:,} question{'' if found.homeless == 1 else 's'}"
        said.append(f"\n🏷️ **{count} without a topic**, left out until you choose one below.")
    elif found.one.choices.topic and found.found.homeless:
        said.append(f"\n🏷️ Questions without a topic get **{plain(found.one.choices.topic)}**.")
    return said


def _unknown(found: Preview) -> list[str]:
    shown = []
    for number, name in enumerate(found.unknown[:LISTED]):
        becomes = choice(found, number)
        shown.append(plain(cut(name, 60)) + (f" → **{plain(cut(becomes, 60))}**" if becomes else ""))
    own = any(not choice(found, number) for number in range(len(found.unknown)))
    more = f" and {len(found.unknown) - LISTED:,} more" if len(found.unknown) > LISTED else ""
    end = (
        f". Those count for no section of it and come only in practice by topic; *{button(found)}* gives their "
        "questions a topic of the exam."
        if own
        else "."
    )
    return [f"\n🧭 Topics that your exam does not have: {', '.join(shown)}{more}{end}"]


def button(found: Preview) -> str:
    """The label of the button that leads to the unknown topics."""
    number = len(found.unknown)
    return "Place the unknown topic" if number == 1 else f"Place the {number:,} unknown topics"


def title(found: Preview, number: int) -> str:
    return f"Unknown topic {number + 1:,} of {len(found.unknown):,}"


def page(found: Preview, number: int) -> str:
    """An unknown topic, how many questions have it, and what becomes of them so far."""
    name = found.unknown[number]
    count = found.read.topics[name]
    becomes = choice(found, number)
    so_far = f"They get **{plain(becomes)}**." if becomes else "It stays a topic of its own so far."
    return (
        f"**{plain(cut(name, 200))}** is no topic of your exam; {count:,} question{' has' if count == 1 else 's have'} "
        f"it.\n{so_far}\n\nChoose the exam's topic for "
        "them. A topic of its own counts for no section of the exam and comes only in practice by topic. The next "
        "import into this bank remembers what you choose."
    )


def menu(names: Sequence[str]) -> str:
    return f"The exam's topic for them ({names[0]} … {names[-1]})"
