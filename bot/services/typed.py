"""Typed answers of a batch of presses: judged, remembered and written. Without any, nothing is read or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.questions import Kind as Type
from bot.domain.short_answers import Rule, judge
from bot.services.receipts import Press
from bot.storage import answers, questions, rescore
from bot.storage.database import Row, Transaction


@dataclass
class Texts:
    """What was typed to the rounds of a batch: now, and before by the same members."""

    verdicts: dict[tuple[int, str], bool] = field(default_factory=dict)
    kept: dict[tuple[int, int], str] = field(default_factory=dict)
    new: list[tuple[int, int, str]] = field(default_factory=list)

    def right(self, press: Press) -> bool | None:
        """Whether what a press typed is right; None where it typed nothing, or nothing was to be typed."""
        return None if press.text is None else self.verdicts.get((press.round_id, press.text))

    def of(self, round_id: int, member: int) -> str | None:
        """What a member typed first in a round."""
        return self.kept.get((round_id, member)) if self.kept else None

    def keep(self, press: Press, member: int) -> None:
        """A press was taken as the member's answer."""
        if press.text is not None:
            self.kept[press.round_id, member] = press.text
            self.new.append((press.round_id, member, press.text))

    async def write(self, tx: Transaction) -> None:
        """Write what is new, after its answers."""
        if self.new:
            await answers.write_texts(
                tx, [{"round": one, "member": member, "text": text} for one, member, text in self.new]
            )


async def verdicts(
    tx: Transaction, rounds: Mapping[int, Row], members: Mapping[tuple[int, int], int], presses: Sequence[Press]
) -> Texts:
    """Judge all that was typed; `members` are the ids of (group, user)."""
    typed = [one for one in presses if rounds[one.round_id]["type"] == Type.SHORT]
    found = Texts()
    if not typed:
        return found
    ids = {members[rounds[one.round_id]["group_id"], one.user] for one in typed}
    found.kept = await answers.texts(tx, {one.round_id for one in typed}, ids)
    for round_id, question_id in {(one.round_id, rounds[one.round_id]["question_id"]) for one in typed}:
        accepted = await questions.accepted(tx, round_id)
        known: set[str] | None = None
        for text in {one.text for one in typed if one.round_id == round_id and one.text is not None}:
            verdict = judge(text, accepted)
            if verdict is not None and Rule.SPELLING in verdict.rules:
                # Only where a slip would be forgiven does it matter which words the bank has.
                known = await rescore.bank_words(tx, question_id) if known is None else known
                verdict = judge(text, accepted, known)
            found.verdicts[round_id, text] = verdict is not None
    return found
