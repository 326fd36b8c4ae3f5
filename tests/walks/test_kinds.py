"""Questions of every kind, as members meet them."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image as Drawing

from bot.domain.images import Picture
from bot.domain.questions import Bank, Case, Image, Kind, Option, Question
from bot.services import banks
from tests.people import Message
from tests.walks.conftest import DAILY, Begin, Study

LONG = "The scan shows a fracture of the neck of the left femur. " * 150
PARTS = (
    Option("Closed reduction", True, "It was set without a cut.", 50.0),
    Option("Internal fixation", True, "A nail was put in.", 50.0),
    Option("Arthroplasty", False, "No joint was replaced.", -25.0),
    Option("Arthroscopy", False, "Nothing was looked into."),
)


def question(key: str, **more: object) -> Question:
    made: dict[str, object] = {
        "topic": "Anatomy",
        "stem": f"What is asked in {key}?",
        "options": (),
        "explanation": f"That is why, in {key}.",
        "source": "Own work",
        "difficulty": 2,
        "tags": (),
        "code_year": None,
    }
    return Question(key=key, **{**made, **more})  # type: ignore[arg-type]  # by name


def png(colour: str) -> bytes:
    out = io.BytesIO()
    Drawing.new("RGB", (8, 6), colour).save(out, "PNG")
    return out.getvalue()


MULTI = question("multi", kind=Kind.MULTI, options=PARTS, scoring="partial", image=Image("hip.png", "A hip"))
SHORT = question("short", kind=Kind.SHORT, answers=("open-reduction", "operative setting"), topic="Surgery")
CASE = Case("fall", LONG, Image("scan.png", "A broken hip"))
OF_CASE = tuple(
    question(f"case-{n}", options=PARTS[1:], case=CASE, topic="Medicine", shuffle=False) for n in range(1, 4)
)
CARD = question("card", kind=Kind.FLASHCARD, answers=("The thigh bone.",), stem="Femur", topic="Radiology")
COLOURS = {"hip.png": "red", "scan.png": "blue"}
PICTURES = [Picture(name, png(colour), "image/png", 8, 6) for name, colour in COLOURS.items()]


async def begun(begin: Begin, tmp_path: Path, *asked: Question, **wishes: object) -> Study:
    """A group that is asked these questions and no others."""
    folder = tmp_path / "banks"
    folder.mkdir()
    study = await begin(banks=folder)
    bank = Bank("kinds", "Kinds", "CC0-1.0", "own work", "cpc", asked)
    await banks.load(study.bot.house.database, [bank], {bank.slug: PICTURES})
    await study.set_up(**wishes)
    return study


def the(posts: list[Message], words: str) -> Message:
    return next(one for one in posts if words in one.text)


async def test_a_day_with_several_right_options_a_typed_answer_and_a_picture(
    begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Chosen, typed, corrected before locking and answered across a restart; closed with shares, and nobody's words.

    Nor do these stand in the log.
    """
    caplog.set_level("INFO")
    study = await begun(begin, tmp_path, MULTI, SHORT, questions=2)
    ana, ben = study.ana, study.ben
    await study.question()
    posts = study.posts("Closes")
    multi, short = the(posts, "in multi"), the(posts, "in short")
    assert [one.label for one in multi.buttons] == ["Answer", "Report a problem"]
    assert "Closed reduction" in multi.text
    assert await ana.file(multi, multi.attachments[0]["filename"]) == png("red")
    assert multi.attachments[0]["description"] == "A hip"
    assert multi.embeds[0]["image"]["url"] == multi.attachments[0]["url"]

    # Several: what the menu held last counts, and a restart between loses nothing.
    sheet = (await ana.press("Answer", on=multi)).message
    assert sheet is not None
    assert sheet.ephemeral
    assert "Internal fixation" in sheet.text
    assert (
        "not chosen anything" in (await ana.press_raw(sheet, f"lock:{multi.buttons[0].custom_id.split(':')[1]}:0")).text
    )
    place = {label[3:]: value for value, label in sheet.menus[0].options.items()}
    await ana.choose(place["Arthroscopy"], on=sheet)
    await study.restart()
    await ana.choose(place["Closed reduction"], place["Arthroscopy"], place["Internal fixation"], on=sheet)
    locked = await ana.press("Lock it in")
    assert "🔒 Locked: **" in locked.text
    shown = await ana.press("Sure")
    assert "✘ Not this time" in shown.text
    assert "2 of 2 right, 1 wrong: 50 %" in shown.text
    assert "Nothing was looked into." in shown.text
    assert shown.message is not None
    assert len(shown.message.attachments) == 1
    assert "Kept: misread it" in (await ana.press("Misread it")).text
    assert "You already answered" in (await ana.press("Answer", on=multi)).text
    number = multi.buttons[0].custom_id.split(":")[1]
    for tampered in ("c:{}:sure", "w:{}:misread", "pick:{}", "lock:{}:1", "knew:{}:1"):
        await ana.press_raw(multi, tampered.format(number))
    assert "Closes" in the(study.posts("Closes"), "in multi").text, "a result never takes the post's place"
    sheet = (await ben.press("Answer", on=multi)).message
    assert sheet is not None
    await ben.choose(place["Closed reduction"], place["Internal fixation"], on=sheet)
    await ben.press("Lock it in")

    # Typed: a slip of the pen is forgiven, and said so.
    form = await ana.press("Answer", on=short)
    assert form.modal is not None
    assert "**Open reduction**" in (await ana.submit(answer="Open reduction")).text
    shown = await ana.press("Guess")
    assert "✔ Right" in shown.text
    assert "Accepted as **open-reduction**: hyphens and spaces do not matter" in shown.text
    assert "operative setting" in shown.text
    await ben.press("Answer", on=short)
    assert "**closed \\_redaction\\_**" in (await ben.submit(answer=" closed _redaction_ ")).text
    assert "The answer is **open-reduction**" in (await ben.press("Sure")).text
    await ben.press("Answer", on=short)
    await study.tova.press("Answer", on=short)
    assert "is empty" in (await study.tova.submit(answer="  ")).text
    late = await study.tova.press("Answer", on=short)
    assert late.modal is not None

    # Who reported it sends tutors its card, with the picture, which goes when they are done.
    await ana.press("Report a problem", on=multi)
    await ana.submit(reason="Is it a hip?")
    card = (await study.tova.run("/question challenges")).message
    assert card is not None
    assert await study.tova.file(card, card.attachments[0]["filename"]) == png("red")
    assert card.embeds[0]["image"]["url"] == card.attachments[0]["url"]
    await study.tova.press("Retire", on=card)
    assert study.tova.messages()[-1].attachments == []

    # The round closes: shares, never a member's words; the picture stays.
    await study.server.next_event()
    closed = study.posts("Closed <t:")
    multi, short = the(closed, "in multi"), the(closed, "in short")
    assert "50 % had all of it right" in multi.text
    assert multi.text.count("**the key**") == 2
    assert multi.embeds[0]["image"]["url"] == multi.attachments[0]["url"]
    assert "**open-reduction** · 50 % had it" in short.text
    assert "redaction" not in short.text
    assert "redaction" not in caplog.text
    await study.server.advance(timedelta(minutes=5))
    refused = await study.tova.submit(answer="open reduction")
    assert "does not count" in refused.text
    again = await study.tova.press("Practise it", on=multi)
    assert again.message is not None
    assert again.message.menus
    await ana.sees("The right ones are ||", where="Anatomy · 3 March")


async def test_practice_goes_through_a_case_and_a_flashcard(begin: Begin, tmp_path: Path) -> None:
    """The case stands above each of its questions, whole in a file where it is long; a card is judged by its reader."""
    study = await begun(begin, tmp_path, *OF_CASE, CARD)
    ana = study.ana
    card = (await ana.run("/quiz practice", topic="medicine")).message
    assert card is not None
    for number in (1, 2, 3):
        assert f"in case-{number}" in card.text
        assert "the whole text is in the file question.txt" in card.text
        assert [one["filename"][-4:] for one in card.attachments] == [".png", ".txt"]
        assert LONG.strip() in (await ana.file(card, "question.txt")).decode()
        assert sum(len(one.get("description", "")) for one in card.embeds) <= 6000
        await ana.press("A", on=card)
        result = await ana.press("Sure")
        assert "✔ Right" in result.text
        assert not result.message or not result.message.attachments
        if number < 3:
            card = (await ana.press("Another one")).message
            assert card is not None

    front = await ana.run("/quiz practice", topic="radiology")
    assert "Femur" in front.text
    assert "thigh" not in front.text
    assert front.message is not None
    number = int(front.message.buttons[0].custom_id.split(":")[1])
    refused = await study.ben.press_raw(await study.question(), f"back:{number}")
    assert "belongs to somebody else" in refused.text
    assert "The thigh bone." in (await ana.press("Show the back")).text
    done = await ana.press("Not yet")
    assert "moves neither your estimates nor the board" in done.text
    assert [one.label for one in done.message.buttons] == ["Another one"] if done.message else False
    (row,) = await study.rows("SELECT correct, counted, rated FROM answers WHERE round_id = :id", id=number)
    assert (row["correct"], row["counted"], row["rated"]) == (0, 0, 0)
    assert study.posts("Femur", DAILY) == []
