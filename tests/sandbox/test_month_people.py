"""Who takes part in a month of the group: dice that are seeded, and books that were read."""

from __future__ import annotations

from pathlib import Path
from random import Random

from sandbox.month_people import DAYS, STUDENTS, Knowledge, knows, letter, options_of, takes_part, topic_of

BANK = """---
bank: tiny
---

# Anatomy

## Which is a bone? {#bone}
- [ ] The liver
  > An organ.
- [x] The *lunate*
  > Of the wrist.
- [ ] The skin
> Bones are hard.
@difficulty: 2

## Which are bones? {#bones}
- [50%] The lunate
- [-50%] The liver
"""


def question(*options: str) -> dict[str, object]:
    """A posted question, as the sandbox keeps it."""
    lines = "\n".join(f"**{mark}**  {text}" for mark, text in zip("ABCD", options, strict=False))
    description = f"Which is a bone?\n\n{lines}\n\nCloses soon."
    return {"embeds": [{"title": "Question 1 of 3 · Anatomy", "description": description}]}


def test_books_are_read(tmp_path: Path) -> None:
    """The right option is found by the words, in whatever order and however marked; an unknown question is nobody's."""
    (tmp_path / "tiny.md").write_text(BANK, encoding="utf-8")
    known = Knowledge(tmp_path)
    shown = question("The skin", "The liver", r"The \*lunate\*")
    assert options_of(shown) == ["The skin", "The liver", r"The \*lunate\*"]
    assert topic_of(shown) == "Anatomy"
    assert known.right(options_of(shown)) == 2
    assert known.right(["One", "Another"]) is None


def test_the_shipped_questions_are_known() -> None:
    """The members could study from the files that come with it."""
    known = Knowledge(Path(__file__).parents[2] / "config" / "banks")
    assert known.right(
        [
            "To advertise by a patient's story",
            "To bill the plan for a treatment",
            "To tell an employer of a diagnosis",
            "To sell a list to a drug company",
        ]
    ) == 1  # fmt: skip


def test_members_differ_and_the_dice_are_seeded() -> None:
    """Strengths last through a month, one is away for days and comes back, and a seed gives the same again."""
    pia = next(one for one in STUDENTS if one.away)
    days = [day for day in range(DAYS) if takes_part(pia, day, Random(1))]
    assert pia.away is not None
    assert not set(days) & set(range(*pia.away))
    assert days[-1] >= pia.away[1]
    ana, omar = STUDENTS[0], STUDENTS[4]
    rng = Random(3)
    score = {
        one.name: sum(knows(one, topic, day, 7, rng) for day in range(DAYS) for topic in "abcdefgh")
        for one in (ana, omar)
    }
    assert score["Ana"] > score["Omar"]
    shown = question("One", "Two", "Three")
    assert letter(ana, shown, 1, 2, 7, Random(5)) == letter(ana, shown, 1, 2, 7, Random(5))
    assert {letter(omar, shown, None, 2, 7, Random(n))[0] for n in range(30)} == {"A", "B", "C"}
