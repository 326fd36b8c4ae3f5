"""A tutor reads how the questions do, and at a new code year lets old ones wait until somebody has looked."""

from __future__ import annotations

from pathlib import Path

from tests.walks.conftest import Begin, Study

BANK = """---
bank: small
title: A small bank
licence: CC0-1.0
rights: own work
exam: cpc
---

# Anatomy

## Which bone is the collar bone? {#collar}
- [x] The clavicle
- [ ] The scapula
> So it is called.

# ICD-10-CM conventions

## Which category is HIV disease? {#hiv}
- [x] B20
- [ ] B18
> As in the list.
@code_year: 2026

## Which category is cough? {#cough}
- [x] R05
- [ ] R42
> As in the list.
@code_year: 2026
"""


async def test_old_questions_wait_for_a_tutor(begin: Begin, tmp_path: Path) -> None:
    """Counts and days by topic; told of the new year; one is confirmed, one is retired, and the rest is asked."""
    (tmp_path / "banks").mkdir()
    (tmp_path / "banks" / "small.md").write_text(BANK, encoding="utf-8")
    study: Study = await begin(banks=tmp_path / "banks", repeat_days=2)
    await study.server.clock_to(study.berlin("2026-12-30 12:00"))
    await study.set_up(tutor_role="@Tutor")
    ana, tova = study.ana, study.tova
    assert "Only tutors" in (await ana.run("/bank status")).text
    status = await tova.run("/bank status")
    assert "**3 questions are asked**" in status.text
    assert "**Anatomy** · " in status.text
    assert "nothing to ask" in status.text
    # Turned to the end and round: no page has an id twice, which Discord refuses.
    pages = int(status.text.split("Page 1 of ")[1].split()[0])
    for page in range(pages):
        await tova.press("▶", on=status.message)
        await tova.sees(f"Page {(page + 1) % pages + 1} of {pages}")
    await tova.press("Tell little", on=status.message)
    await tova.sees("Not enough answers yet")
    await tova.press("Code years", on=status.message)
    await tova.sees("which begins soon")
    assert "Only tutors" in (await ana.run("/question show", question="hiv")).text
    assert [one.value for one in await tova.completes("/question show", "question", "HIV")] == ["hiv"]

    # The year turns: the tutors are told once before and once at it, and the old questions are not asked.
    await study.server.clock_to(study.berlin("2026-12-31 09:01"))
    await tova.sees("is about to begin", where="dm")
    await study.server.clock_to(study.berlin("2027-01-01 09:01"))
    told = await tova.sees("has begun for the exam", where="dm")
    assert "**2027**" in told.text
    await tova.press("Topics", on=status.message)
    await tova.sees("2 wait for the code year")
    await tova.press("Code years", on=status.message)
    waiting = await tova.sees("2 questions hold for an older code year than 2027")
    assert "current calendar year" in waiting.text
    card = await tova.press("1", on=waiting)
    assert "not asked until a tutor has looked at it for 2027" in card.text
    assert "✅" in card.text
    assert "asked as right in 2027" in (await tova.press("Still right in 2027")).text
    nxt = await tova.press("Next one that waits")
    assert "cough" in nxt.text
    assert "It is retired" in (await tova.press("Retire", on=nxt.message)).text
    await tova.press("Code years", on=status.message)
    await tova.sees("No question waits")
    shown = await tova.run("/question show", question="hiv")
    assert f"looked at for 2027 by <@{tova.id}>" in shown.text
    doubted = await tova.press("Correct, retire or withdraw…", on=shown.message)
    assert "Which category is HIV disease?" in doubted.text
    await tova.press("Void", on=doubted.message)
    back = await tova.press("Back", on=doubted.message)
    assert "Nobody has reported it" in back.text
    await tova.press("Edit the text", on=doubted.message)
    worded = await tova.submit(stem="Which category is the disease by HIV?")
    assert worded.text.startswith("The question is worded anew.\n"), "nobody reported it, so nobody is told"
    assert "No question is in doubt" in (await tova.run("/question challenges")).text
    asked = set()
    for day in ("02", "03", "04"):
        await study.server.clock_to(study.berlin(f"2027-01-{day} 09:01"))
        asked |= {
            one["key"]
            for one in await study.rows(
                "SELECT q.key FROM rounds r JOIN questions q USING (question_id) WHERE r.day >= '2027-01-02'"
            )
        }
    assert asked == {"collar", "hiv"}
