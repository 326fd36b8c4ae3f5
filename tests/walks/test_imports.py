"""A tutor's files: in with a preview, asked, corrected, undone, and out again; across a restart."""

from __future__ import annotations

from tests.people import File
from tests.walks.conftest import DAILY, Begin, Study, wrong

HEADER = "---\nbank: bones\ntitle: Bones of the week\nlicence: CC0-1.0\nrights: our own\nexam: cpc\n---\n\n"
GOOD = """# Modifiers

## {number}. Which of these says that @everyone [looks](https://evil.example) at bone {number}? {{#b{number}}}
- [{first}] The left one of {number}
- [{second}] The right one of {number} <@&1>
- [ ] None that anybody knows of {number}
> Because it is bone {number}.

"""
BROKEN = "## 9. Which one has no right option? {#b9}\n- [ ] This\n- [ ] That\n\n"


def markdown(*numbers: int, fixed: int = 0, broken: bool = False) -> File:
    """A file with these questions; of the one that is `fixed` the second option is right, of the others the first."""
    parts = [
        GOOD.format(number=n, first=" " if n == fixed else "x", second="x" if n == fixed else " ") for n in numbers
    ]
    text = HEADER + "".join(parts) + (BROKEN if broken else "")
    return File("bones.md", text.encode(), "text/markdown")


async def _live(study: Study) -> list[str]:
    rows = await study.rows(
        """SELECT q.key FROM questions q JOIN banks b ON b.bank_id = q.bank_id
           WHERE b.group_id IS NOT NULL AND q.state = 'live' ORDER BY q.key"""
    )
    return [row["key"] for row in rows]


async def test_a_tutors_file_comes_in_is_corrected_and_goes_again(begin: Begin) -> None:
    """Good and bad rows, a restart before the press, a question asked and answered, a new key, and two undoings."""
    study = await begin()
    await study.set_up(tutor_role="1101")
    rita = await study.newcomer("Rita")
    await study.server.act("set_roles", guild_id="1001", user_id=rita.id, roles=["1101"])
    refused = await study.ana.run("/bank import", _in=DAILY, file=markdown(1))
    assert "Only tutors" in refused.text

    # A preview with everything in it, in private
    await rita.run("/bank import", _in=DAILY, file=markdown(1, 2, 3, broken=True))
    shown = await rita.sees("**3** new", ephemeral=True)
    for words in ("no option is marked right", "Bones of the week", "Modifiers 3", "Sample 1", "1 problem"):
        assert words in shown.text, words
    assert "@everyone" not in shown.text
    assert "](" not in shown.text
    assert "error: no option is marked right" in (await rita.file(shown, "import-report.txt")).decode()
    assert await _live(study) == []

    # It outlives the bot; who is no tutor any more cannot press it; pressed twice it is imported once.
    await study.restart()
    await study.server.act("set_roles", guild_id="1001", user_id=rita.id, roles=[])
    assert "Only tutors" in (await rita.press("Import the 3 good ones")).text
    await study.server.act("set_roles", guild_id="1001", user_id=rita.id, roles=["1101"])
    await rita.press("Import the 3 good ones")
    await rita.sees("3 new, 0 changed")
    await rita.press_raw(shown, shown.buttons[0].custom_id)
    await rita.sees("imported already")
    assert await _live(study) == ["b1", "b2", "b3"]

    # They are asked, by topic and of the day.
    async with study.bot.house.database.write() as tx:
        await tx.run("UPDATE questions SET state = 'retired' WHERE bank_id IN (SELECT bank_id FROM banks "
                     "WHERE group_id IS NULL)")  # fmt: skip
    question = await study.question()
    assert "at bone" in question.text
    assert "@everyone" not in question.text
    number = int(question.text.split("at bone ")[1][0])
    options = {line.split("**")[1]: line for line in question.text.splitlines() if " one of " in line}
    second = next(letter[0] for letter, line in options.items() if "The right one" in line)
    await study.ana.press(second, on=question)
    await study.ben.press(wrong(second) if second != "C" else "A", on=question)
    assert (await study.rows("SELECT SUM(correct) AS right FROM answers WHERE choice = :at", at=ord(second) - 65))[0][
        "right"
    ] == 0

    # The same file with another key and one question fewer; what is alike is known again.
    left = [n for n in (1, 2, 3) if n == number or n != max({1, 2, 3} - {number})]
    await rita.run("/bank import", _in=DAILY, file=markdown(*left, 4, fixed=number))
    again = await rita.sees("**1** changed")
    for words in ("**1** new", "1 as before", "another right answer", "will be retired"):
        assert words in again.text, words
    assert "will stay" in (await rita.press("Keep the 1 that vanished")).text
    assert "will be retired" in (await rita.press("Retire the 1 that vanished")).text
    await rita.press("Import the 2 good ones")
    done = await rita.sees("earlier answers were judged anew")
    rows = await study.rows("SELECT correct FROM answers WHERE choice = :at", at=ord(second) - 65)
    assert rows[0]["correct"] == 1

    # The way back, by the list and by the button, the last one first.
    listed = await rita.run("/bank imports", _in=DAILY)
    assert listed.text.count("imported:") == 2
    await rita.choose("1", on=listed.message)
    await rita.press("Undo this import")
    await rita.sees("Another import stands on this one")
    await rita.press("Undo this import", on=done)
    await rita.sees("is undone")
    assert await _live(study) == ["b1", "b2", "b3"]
    rows = await study.rows("SELECT correct FROM answers WHERE choice = :at", at=ord(second) - 65)
    assert rows[0]["correct"] == 0

    # Topics that the exam does not have are placed one by one, and doing so is remembered.
    odd = markdown(5, 6).data.replace(b"# Modifiers", b"# Odd *ones*", 1).replace(b"# Modifiers", b"# Rest", 1)
    await rita.run("/bank import", _in=DAILY, file=File("bones.md", odd, "text/markdown"))
    await rita.press("Place the 2 unknown topics")
    assert "Unknown topic 1 of 2" in (await rita.sees("Odd \\*ones\\*")).text
    await rita.choose("Modifiers")
    await rita.sees("Unknown topic 2 of 2")
    await rita.press("Keep it as a topic of its own")
    placed = await rita.sees("→ **Modifiers**")
    assert "Topics: Modifiers 1, Rest 1" in placed.text
    await rita.press("Cancel", on=placed)

    # Out again, in another format
    file = await rita.run("/bank export", _in=DAILY, format="gift")
    assert file.message is not None
    assert "3 questions" in file.text
    assert b"[id:b1]" in await rita.file(file.message, "bones-of-the-week.gift")
    assert "Only tutors" in (await study.ana.run("/bank export", _in=DAILY)).text
    assert "hand it on" not in (await rita.run("/bank export", _in=DAILY, bank="cpc")).text
    table = (await study.ana.run("/bank template", _in=DAILY)).message
    assert table is not None
    assert (await study.ana.file(table, "questions-template.csv")).startswith(b"\xef\xbb\xbfid,type,topic")
