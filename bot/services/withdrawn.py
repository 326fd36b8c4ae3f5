"""Questions that tutors took out, and how they take them back in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
from bot.domain.questions import Question
from bot.domain.quiz import Shown
from bot.domain.refusals_challenges import NotWithdrawn, SharedQuestion
from bot.services.challenges import Blueprints, is_shared
from bot.storage import challenges, questions, quiz, rescore
from bot.storage.database import Database, Transaction


class How(StrEnum):
    """In which way a question is not asked."""

    VOID = "void"
    RETIRED = "retired"
    HIDDEN = "hidden"  # from this group; others are asked


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A question that a group is not asked; *shared* where only the operator can take it back in for all."""

    question_id: int
    question: Question
    bank: str
    how: How
    answers: int
    shared: bool
    image: Shown | None = None
    case_image: Shown | None = None


async def shown(
    database: Database, group: Group, blueprint: Blueprint, number: int, blueprints: Blueprints
) -> tuple[Withdrawn | None, int, int]:
    """The one at that place (from 0; one too far is the last), its place, and how many there are."""
    async with database.read() as tx:
        found = await challenges.withdrawn(tx, group.group_id, blueprint.banks)
        if not found:
            return None, 0, 0
        place = min(number, len(found) - 1)
        return await _withdrawn(tx, group, found[place], blueprints), place, len(found)


async def _withdrawn(tx: Transaction, group: Group, question_id: int, blueprints: Blueprints) -> Withdrawn:
    kept = await questions.kept(tx, question_id)
    bank = await challenges.bank(tx, question_id)
    if kept is None or bank is None:
        raise NotWithdrawn
    shared = await is_shared(tx, group, bank, blueprints)
    if await challenges.hidden(tx, group.group_id, question_id):
        how, shared = How.HIDDEN, False
    elif kept.voided:
        how = How.VOID
    elif kept.state == "live":
        raise NotWithdrawn
    else:
        how = How.RETIRED
    pictures = await quiz.shown(tx, kept)
    given, _ = await challenges.given(tx, group.guild_id, question_id)
    return Withdrawn(question_id, kept.question, bank.slug, how, sum(one.number for one in given), shared, *pictures)


async def take_back(database: Database, group: Group, question_id: int, blueprints: Blueprints) -> How:
    """Let a question be asked again, and its answers count; in which way it was not.

    What was voided means that the summaries follow (`rescore.rebuild`). Raises NotWithdrawn, SharedQuestion and
    NoSuchChallenge for another group's question.
    """
    async with database.write() as tx:
        found = await _withdrawn(tx, group, question_id, blueprints)
        if found.shared:
            raise SharedQuestion
        if found.how is How.HIDDEN:
            await questions.include(tx, group.group_id, question_id)
        elif found.how is How.VOID:
            await rescore.unvoid(tx, question_id)
            await rescore.question_changed(tx, question_id)
        else:
            await questions.revive(tx, [question_id])
    return found.how
