"""A question among peers, in the windows of both."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.drawing import drawn
from tests.people import File
from tests.walks.conftest import Study

ASK, GIVE = "Ask for feedback", "Give feedback"
PICTURE = "record.png"


async def test_feedback_is_asked_given_and_talked_over_in_the_side_panel(study: Study, window: Open) -> None:
    """Ana asks by the menu of a message of hers, Ben gives feedback, and both go on in the thread beside the channel.

    A file is dropped there; its picture opens large, and Escape closes it.
    """
    ana, ben = await window("Ana"), await window("Ben")
    for one in (ana, ben):
        await one.go("daily-quiz")
    await ana.writes("Type 2 diabetes with hyperglycemia: I chose E11.65.")
    await ana.acts_on(await ana.sees("I chose E11.65"), "Ask for feedback on this")
    form = ana.dialog(ASK)
    await form.get_by_role("textbox", name="Title").fill("Is E11.65 right?")
    await form.get_by_role("textbox", name="What I would like to know").fill("Would you add Z79.4?")
    await ana.submits(ASK)
    await ben.press("Give feedback", await ben.sees("Would you add Z79.4?"))
    for name, text in (
        ("What is right, and why", "E11.65 is right: the record says hyperglycemia."),
        ("One thing to change", "Add Z79.4 only for long-term insulin."),
        ("Three scores", "3 3 4"),
    ):
        await ben.dialog(GIVE).get_by_role("textbox", name=name).fill(text)
    await ben.submits(GIVE)

    for one in (ana, ben):
        await one.press_thread("Is E11.65 right?")
        await expect(one.thread.get_by_role("log")).to_contain_text("the record says hyperglycemia")
    await ana.drops(File(PICTURE, drawn(), "image/png"), ana.thread)
    await expect(ana.thread.get_by_role("list", name="Files to send")).to_contain_text(PICTURE)
    line = ana.thread.get_by_role("textbox", name=re.compile("^Message "))
    await line.fill("Here is the record.")
    await line.press("Enter")
    await expect(ben.thread.get_by_role("log")).to_contain_text("Here is the record.")
    await ben.thread.get_by_role("button", name=f"Enlarge: {PICTURE}").click()
    await expect(ben.dialog(PICTURE).get_by_role("img", name=PICTURE)).to_be_visible()
    await ben.page.keyboard.press("Escape")
    await expect(ben.dialog(PICTURE)).to_be_hidden()
    await ben.thread.get_by_role("button", name="Close thread").click()
    await expect(ben.thread).to_be_hidden()
