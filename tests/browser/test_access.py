"""The page for everybody: on a phone, in both themes, for those who listen or use no pointer."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.drawing import drawn
from tests.browser.window import PHONE
from tests.people import File
from tests.walks.conftest import Study


async def test_each_main_view_is_accessible_in_both_themes_and_widths(study: Study, window: Open) -> None:
    """The page, the picker, forms, a picture, a thread, the guide: axe finds nothing wrong with any."""
    question = await study.question()
    key = await study.key(question)
    await study.ana.says("The record", where="#daily-quiz", files=[File("record.png", drawn(), "image/png")])
    await study.server.post(
        f"/sandbox/channels/{question.channel_id}/threads", {"name": "Why C?", "message_id": question.id}, study.ana.id
    )
    ana = await window("Ana")
    await ana.go("daily-quiz")
    await ana.press(key)
    await ana.sees("Locked")
    await ana.is_accessible()
    await ana.entry.fill("/")
    await expect(ana.offered.first).to_be_visible()
    await ana.is_accessible(ana.page.get_by_role("listbox", name="Commands"))
    form = await ana.picks("/remind")
    await form.get_by_role("button", name="Run").click()
    await ana.is_accessible(form)
    await form.get_by_role("button", name="Cancel").click()
    await ana.run("/feedback ask")
    await ana.submits("Ask for feedback")
    await ana.is_accessible(ana.dialog("Ask for feedback"))
    await ana.dialog("Ask for feedback").get_by_role("button", name="Cancel").click()
    await ana.log.get_by_role("button", name="Enlarge: record.png").click()
    await expect(ana.dialog("record.png")).to_be_visible()
    await ana.is_accessible(ana.dialog("record.png"))
    await ana.page.keyboard.press("Escape")
    await ana.press_thread("Why C?")
    await ana.is_accessible()
    await ana.tools("Guide")
    await ana.is_accessible(ana.drawer)


async def test_a_question_is_answered_on_a_phone(study: Study, window: Open) -> None:
    """At 375 pixels: the channels are behind a button, answers and forms fit, and a thread covers its channel."""
    question = await study.question()
    key = await study.key(question)
    await study.server.post(
        f"/sandbox/channels/{question.channel_id}/threads", {"name": "Why C?", "message_id": question.id}, study.ana.id
    )
    ana = await window("Ana", size=PHONE, theme="light")
    await expect(ana.channel("daily-quiz")).not_to_be_in_viewport()
    await ana.go("daily-quiz")
    await expect(ana.channel("daily-quiz")).not_to_be_in_viewport()
    await ana.press(key)
    await ana.press("Sure")
    await ana.sees("✔ Right")
    await ana.picture("phone")
    await ana.run("/progress")
    await ana.sees(re.compile("Your topics|Weak areas|topics"))
    await ana.press_thread("Why C?")
    await expect(ana.thread).to_be_in_viewport()
    await expect(ana.log).not_to_be_in_viewport()
    await ana.thread.get_by_role("button", name="Close thread").click()
    await expect(ana.log).to_be_in_viewport()
