"""What members propose and tutors look after, for the tests of several services."""

from __future__ import annotations

from bot.services import suggestions
from bot.services.suggestions import Words
from bot.storage import code_years, groups
from tests.services.study import EXAM, GUILD, Study

BANK = {"title": "Group's members' questions", "rights": "their authors"}


def words(number: int = 1, **changes: str) -> Words:
    """A form that is filled in well; another number makes another question."""
    found = {
        "topic": "anatomy",
        "stem": f"Which bone is bone number {number}?",
        "options": f"*Bone {number}\n> It is.\nAnother one\n> It is not.\nA third one\n> It is not.",
        "explanation": "The atlas says so.",
        "source": "Atlas, page 1",
    }
    return Words(**{**found, **changes})


async def suggest(study: Study, user: int, number: int = 1, **changes: str) -> int:
    """A member's suggestion that waits; its id."""
    done = await suggestions.submit(study.database, study.group, user, words(number, **changes), EXAM, study.now)
    assert done.refusal is None
    return done.suggestion.suggestion_id


async def approve(study: Study, suggestion_id: int, tutor: int, version: int = 1) -> int:
    """A tutor approves it as it is; the question's id."""
    return await suggestions.approve(study.database, suggestion_id, version, tutor, GUILD, EXAM, BANK, study.now)


async def takes_part(study: Study, user: int) -> None:
    """Two suggestions of the only tutor, approved and being edited; and a question looked at for a new code year."""
    await approve(study, await suggest(study, user, user % 1000), user)
    other = await suggest(study, user, user % 1000 + 10)
    await suggestions.keep_edit(study.database, other, 1, user, GUILD, words(99), study.now)
    async with study.database.write() as tx:
        member = await groups.member(tx, study.group.group_id, user)
        assert member is not None
        await code_years.confirm(tx, study.group.group_id, [1], user % 1000, member, study.now_ms)
