"""What comes by itself around an exam, by direct message, and the practice that is one tap from it."""

from __future__ import annotations

from datetime import timedelta

import discord
from discord.ext import commands

from bot.domain.estimates import State
from bot.domain.exams import WISH, Exam, Outcome
from bot.domain.instants import from_ms
from bot.domain.refusals import UnknownExam
from bot.services import estimates, exams, ladder, quiz
from bot.services.estimates import Progress
from bot.services.house import House
from bot.services.ladder import Due
from bot.services.parcels import Parcel
from cogs import cards, paper, texts_setbacks
from cogs import texts as general
from cogs import texts_exams as texts
from cogs.plain import cut, plain, quiet
from cogs.posting import TooLate, has_button, once, post
from cogs.quiz import focus_of
from cogs.replies import Feature, Interaction, button, press, rows
from cogs.results import ANY_TOPIC
from cogs.setbacks import outcome_buttons

LATE = timedelta(seconds=90)
MOST_WEAK = 2

Button = discord.ui.Button[discord.ui.View]


class Ladder(Feature):
    """Only the exam's owner sees any of it."""

    @press("exp")
    async def practise(self, interaction: Interaction, source: str, exam_id: int, topics: str) -> None:  # noqa: ARG002  it finds the post
        """One tap from a message: practice of its topics, in direct messages too."""
        group, exam = await exams.find(self.house.database, exam_id, interaction.user.id)
        blueprint = self.house.blueprints.get(exam.blueprint)
        if blueprint is None:
            raise UnknownExam(plain(cut(exam.blueprint, 50)), tuple(sorted(self.house.blueprints)))
        asked = await quiz.practise(
            self.house.database,
            group,
            interaction.user.id,
            blueprint=blueprint,
            focus=() if topics == ANY_TOPIC else focus_of(topics),
            now=interaction.created_at,
            rng=self.house.plan.rng,
        )
        await paper.show(interaction, self.house, cards.practice_card(asked), view=cards.practice_buttons(asked))

    @post("exam")
    async def remind(self, parcel: Parcel) -> int | None:
        """A rung, the good wish, or the question the day after: unless it has become needless meanwhile."""
        found = await ladder.due(self.house.database, parcel.group, parcel.delivery, self.house.clock.now())
        if found is None:
            raise TooLate
        dm = await self.client.create_dm(discord.Object(found.user))
        name, exam, mark = name_of(self.house, found.exam), found.exam, f"n{parcel.delivery.nonce}"
        if found.word.isdecimal():
            embed, tap = await self._rung(parcel, found, name, mark)
            key = f"exp:{mark}:"
            return await once(
                self.client, dm, parcel, lambda message: has_button(message, key), embed=embed, view=rows([tap])
            )
        if found.word == WISH:
            first = texts.wish(name, exam.day)
            wished = [texts.wished_by(found.wishers)] if found.wishers else []
            content = "\n".join([first, *wished, texts.QUIET])
            return await once(
                self.client, dm, parcel, lambda message: message.content.startswith(first), content=content
            )
        asked = f"exo:{exam.exam_id}:{Outcome.PASSED}:{mark}"
        return await once(
            self.client,
            dm,
            parcel,
            lambda message: has_button(message, asked),
            content=texts_setbacks.ask(name, exam.day),
            view=rows(outcome_buttons(exam, mark)),
        )

    async def _rung(self, parcel: Parcel, found: Due, name: str, mark: str) -> tuple[discord.Embed, Button]:
        now = self.house.clock.now()
        blueprint = self.house.blueprints.get(found.exam.blueprint)
        lines = [texts.when(found.exam)]
        tap = button(f"exp:{mark}:{found.exam.exam_id}:{ANY_TOPIC}", texts.PRACTISE_ANY)
        if blueprint is not None:
            progress = await estimates.progress(self.house.database, parcel.group, found.user, blueprint, now)
            said, tap = practice(progress, found.exam.exam_id, mark)
            lines += ["", said]
        if found.days == 1:
            lines.append(texts.LAST_EVENING)
        late = now - from_ms(parcel.delivery.due_at)
        if late > LATE:
            lines += ["", texts.late_rung(general.late(late // timedelta(minutes=1)))]
        title = cut(texts.rung_title(name, found.days), 256)
        embed = discord.Embed(title=title, description="\n".join(lines), colour=cards.BLUE)
        return embed.set_footer(text=texts.RUNG_FOOT), tap


def name_of(house: House, exam: Exam) -> str:
    """An exam's name, also where its file has gone."""
    blueprint = house.blueprints.get(exam.blueprint)
    return quiet(blueprint.name if blueprint else exam.blueprint)


def practice(progress: Progress, exam_id: int, source: str) -> tuple[str, Button]:
    """The two weakest topics in words, as far as the answers tell, and the button that practises them.

    Where no topic is known to be weak, the button asks what tells most.
    """
    answered = [one for one in progress.topics if one.answers]
    weak = [one for one in answered if one.state is State.WEAK][:MOST_WEAK]
    if weak:
        said = texts.weakest([quiet(one.name) for one in weak])
    elif answered and all(one.state is State.FINE for one in answered):
        said = texts.NO_WEAK
    else:
        said = texts.UNSURE
    ids = [one.topic_id for one in weak or progress.practise if one.topic_id is not None and one.questions]
    label = {1: texts.PRACTISE, 2: texts.PRACTISE_TWO}.get(len(ids) if weak else 0, texts.PRACTISE_ANY)
    focus = cards.focus(ids) if ids else ANY_TOPIC
    # The message's mark, the exam and the topics share the hundred characters of a custom_id.
    style = discord.ButtonStyle.primary
    return said, button(f"exp:{source}:{exam_id}:{focus}", label, style=style)


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Ladder(client, house)
