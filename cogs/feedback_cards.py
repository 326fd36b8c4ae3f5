"""How asks, reviews and what is said about them look in a channel, and which buttons they carry."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.domain.feedback import Ask, File, Mark, State, Visibility
from bot.domain.instants import from_ms
from bot.domain.reports import What
from bot.services.feedback import Card, FollowUpCard, ReviewCard
from cogs import texts_feedback as texts
from cogs import texts_teachback, texts_tutors
from cogs.cards import BLUE, GREEN, GREY
from cogs.plain import cut, plain, quiet
from cogs.replies import button, rows

DESCRIPTION, FIELD, TOTAL = 4096, 1024, 5800  # Discord's limits, the last with room for what stands around
Button = discord.ui.Button[discord.ui.View]


@dataclass
class Parts:
    """A message: what it shows, its buttons, and the whole text as a file where it is too long for embeds."""

    embeds: list[discord.Embed]
    buttons: list[Button] = field(default_factory=list)
    whole: str | None = None

    def new(self, files: Sequence[File] = ()) -> dict[str, Any]:
        """As a new message takes it."""
        attached = [discord.File(io.BytesIO(one.data), filename=one.name) for one in files]
        if self.whole is not None:
            attached.append(discord.File(io.BytesIO(self.whole.encode()), filename=texts.WHOLE_FILE))
        parts: dict[str, Any] = {"embeds": self.embeds, "view": rows(self.buttons)}
        return {**parts, "files": attached} if attached else parts

    def edit(self, *, attached: bool) -> dict[str, Any]:
        """As an edit takes it. `attached` says that its text may be a file's; files of others' are left as they are."""
        parts: dict[str, Any] = {"embeds": self.embeds, "view": rows(self.buttons)}
        if attached:
            text = [] if self.whole is None else [self.whole.encode()]
            parts["attachments"] = [discord.File(io.BytesIO(one), filename=texts.WHOLE_FILE) for one in text]
        return parts


def link(ask: Ask, guild: int, message_id: int | None = None) -> str | None:
    """Where it stands; None before it is posted."""
    if ask.thread_id is None:
        return None
    place = f"https://discord.com/channels/{guild}/{ask.thread_id}"
    return place if message_id is None else f"{place}/{message_id}"


def askers_link(ask: Ask, guild: int, message_id: int | None = None) -> str | None:
    """The same for whoever asked. Of a private question without a name they are not in the thread."""
    hidden = ask.words.anonymous and ask.words.visibility is Visibility.PRIVATE
    return None if hidden else link(ask, guild, message_id)


def tag(posting: int) -> str:
    """Marks one posting in a button's id, so that the message is found again and no other."""
    return f"p{posting}."


def _lay_out(title: str, colour: int, sections: Sequence[tuple[str, str]], foot: Sequence[str]) -> Parts:
    """Texts under headings. What does not fit is never cut silently: then the whole text comes as a file, too."""
    embed = discord.Embed(title=title or None, colour=colour)
    blocks = [f"**{heading}**\n{plain(text)}" if heading else plain(text) for heading, text in sections if text]
    ending = "\n\n" + "\n".join(foot) if foot else ""
    whole = None
    if len("\n\n".join(blocks)) + len(ending) <= DESCRIPTION:
        embed.description = "\n\n".join(blocks) + ending
        return Parts([embed])
    if sum(map(len, blocks)) + len(ending) + len(title) <= TOTAL and all(len(one) <= DESCRIPTION for one in blocks):
        embeds = [embed, *(discord.Embed(colour=colour) for _ in blocks[1:])]
        for one, block in zip(embeds, blocks, strict=True):
            one.description = block
        last = embeds[-1]
        if len(last.description or "") + len(ending) <= DESCRIPTION:
            last.description = (last.description or "") + ending
        else:
            embeds.append(discord.Embed(description=ending.strip(), colour=colour))
        return Parts(embeds)
    room = (DESCRIPTION - len(ending) - len(texts.WHOLE_TEXT) - 100) // max(len(blocks), 1)
    embed.description = "\n\n".join([*(cut(one, room) for one in blocks), texts.WHOLE_TEXT]) + ending
    whole = "\n\n".join(f"{heading}\n\n{text}" if heading else text for heading, text in sections if text)
    return Parts([embed], whole=whole)


def ask_card(card: Card, *, buttons: bool = True) -> Parts:
    """A question, for everybody who may see it."""
    ask = card.ask
    if ask.state is State.REMOVED:
        return Parts([discord.Embed(description=texts.ASK_REMOVED, colour=GREY)])
    if ask.kind != "ask":
        return _teachback(card, buttons=buttons)
    foot = [f"{texts.ASKED_BY} {texts.who(card.author, anonymous=ask.words.anonymous)}"]
    if ask.topic is not None:
        foot.append(f"{texts.TOPIC_NAME}: {quiet(ask.topic)}")
    if ask.files and ask.posting > 1 and not card.waits:
        names = ", ".join(plain(name) for name in ask.files)
        foot.append(f"{texts.FILES_NAME}: {names}. {texts.FILES_GONE}")
    foot.append(texts.ask_foot(ask.state, card.reviews))
    if ask.words.visibility is Visibility.PRIVATE:
        foot.append(texts.PRIVATE_LINE)
    colour = GREEN if ask.state is State.RESOLVED else BLUE
    sections = [(texts.DID_NAME, ask.words.did), (texts.WANTS_NAME, ask.words.wants)]
    parts = _lay_out(cut(plain(ask.words.title), 250), colour, sections, foot)
    if buttons:
        parts.buttons = ask_buttons(ask)
    return parts


def _teachback(card: Card, *, buttons: bool) -> Parts:
    """A week's question: a bank's text, with the right option behind a spoiler."""
    ask = card.ask
    embed = discord.Embed(
        title=cut(texts_teachback.title(quiet(ask.words.title)), 250),
        description=cut(texts_teachback.card(quiet(ask.words.did), quiet(ask.words.wants)), DESCRIPTION),
        colour=GREEN if ask.state is State.RESOLVED else BLUE,
    )
    embed.set_footer(text=texts_teachback.foot(card.reviews, over=ask.state is State.RESOLVED))
    return Parts([embed], ask_buttons(ask) if buttons else [])


def _give(ask: Ask) -> str:
    return texts.GIVE if ask.kind == "ask" else texts_teachback.EXPLAIN


def more(what: What, subject_id: int) -> Button:
    """Leads to *Report*, and tutors to what they can do."""
    return button(f"tr:{what.value}:{subject_id}", texts_tutors.MORE)


def ask_buttons(ask: Ask) -> list[Button]:
    """The buttons of a question's card."""
    mark = f"{ask.ask_id}:{tag(ask.posting)}"
    found = [button(f"fb-give:{mark}", _give(ask), style=discord.ButtonStyle.primary)]
    if ask.kind == "ask":
        found.append(button(f"fb-add:{mark}", texts.ADD))
        if ask.state is State.OPEN:
            found.append(button(f"fb-done:{mark}", texts.RESOLVED, style=discord.ButtonStyle.success))
    return [*found, more(What.ASK, ask.ask_id)]


def review_card(card: ReviewCard, *, buttons: bool = True) -> Parts:
    """A review, along the rubric that it was written for."""
    review, opinion = card.review, card.review.opinion
    if review.removed:
        return Parts([discord.Embed(description=texts.REVIEW_REMOVED, colour=GREY)])
    first, second, third = (quiet(one) for one in texts.labels(review.rubric))
    names = review.rubric.scores if review.rubric else texts.SCORE_NAMES
    explains = card.ask.kind != "ask"
    foot = [texts.scores([quiet(name) for name in names], opinion.scores)] if opinion.scores else []
    by = texts_teachback.EXPLAINED_BY if explains else texts.WRITTEN_BY
    written = f"{by} {texts.who(card.author, anonymous=opinion.anonymous)}"
    if review.changed_at > review.made_at:
        written += f" · {texts.edited(from_ms(review.changed_at))}"
    foot.append(written)
    if explains and review.helpful:
        foot.append(texts.helpful_count(review.helpful))
    elif review.mark is not None:
        foot.append(texts.HELPFUL_LINE if review.mark is Mark.HELPFUL else texts.UNCLEAR_LINE)
    if review.endorsed_at is not None:
        foot.append(texts_tutors.endorsed_line(card.tutors.endorsed_by))
    sections = [("" if explains else first, opinion.right_why), (second, opinion.change), (third, opinion.reading)]
    if review.correction:
        sections.append((texts_tutors.correction_name(card.tutors.corrected_by), review.correction))
    parts = _lay_out("", GREEN if review.mark is Mark.HELPFUL else BLUE, sections, foot)
    if buttons:
        parts.buttons = review_buttons(card)
    return parts


def review_buttons(card: ReviewCard) -> list[Button]:
    """The buttons of a review's card."""
    mark = f"{card.review.review_id}:{tag(card.review.posting)}"
    found = [button(f"fb-ok:{mark}", texts.HELPFUL, style=discord.ButtonStyle.success)]
    if card.ask.kind == "ask":
        found.append(button(f"fb-unclear:{mark}", texts.UNCLEAR))
    found.append(button(f"fb-give:{card.ask.ask_id}:r{card.review.review_id}.", _give(card.ask)))
    return [*found, more(What.REVIEW, card.review.review_id)]


def follow_up_card(card: FollowUpCard) -> Parts:
    """An addition, a question about a review, or the answer to it."""
    found = card.follow_up
    if found.side == "reviewer":
        heading = texts.REPLY
    else:
        heading = texts.ADDITION if found.review_id is None else texts.QUESTION_TO
    by = texts.WRITTEN_BY if found.side == "reviewer" else texts.ASKED_BY
    foot = [f"{by} {texts.who(card.author, anonymous=card.anonymous)}"]
    parts = _lay_out(heading, BLUE, [("", found.text)], foot)
    mark = f"f{found.follow_up_id}{tag(found.posting)}"
    if found.side == "asker" and found.review_id is not None:
        parts.buttons = [button(f"fb-answer:{found.review_id}:{mark}", texts.ANSWER)]
    else:
        parts.buttons = [button(f"fb-give:{card.ask.ask_id}:{mark}", texts.GIVE)]
    parts.buttons.append(more(What.FOLLOW_UP, found.follow_up_id))
    return parts
