"""Commands and forms: what is offered while one types, what the page refuses, and what the bot hands back."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.walks.conftest import Study

FORM = "A review session"
EVENTS = re.compile(r"^\d+ events?$")


async def test_a_review_session_from_its_command_to_interested(study: Study, window: Open) -> None:
    """The picker finds commands by parts, options and forms are checked, a form that is refused keeps what was typed.

    The event is listed then, and who is interested is named in every window. A zone is suggested while it is typed.
    """
    tova, ana, ben = [await window(name) for name in ("Tova", "Ana", "Ben")]
    for one in (tova, ana):
        await one.go("daily-quiz")
    await tova.entry.fill("/no such")
    await expect(tova.page.get_by_text("No command is called /no such")).to_be_visible()
    await tova.entry.fill("/sess")
    await expect(tova.offered.filter(has_text="/session post")).to_contain_text("review session")
    await expect(tova.offered.filter(has_text="/quiz")).to_have_count(0)
    await ana.entry.fill("/setup")
    await expect(ana.page.get_by_text("No command is called /setup")).to_be_visible()

    form = await tova.picks("/session post")
    seats = await tova.fills(form, "seats", "0")
    await form.get_by_role("button", name="Run").click()
    await expect(seats).to_have_accessible_description(re.compile("At least 1"))
    await expect(seats).to_be_focused()
    await seats.fill("2")
    await tova.fills(form, "link", "https://meet.example/room")
    await form.get_by_role("button", name="Run").click()

    title, start = [tova.dialog(FORM).get_by_role("textbox", name=name) for name in ("Title", "Start")]
    await start.fill("2026-03-01 18:00")
    await tova.submits(FORM)
    await expect(title).to_have_attribute("aria-invalid", "true")
    await expect(title).to_be_focused()
    await title.fill("Modifiers")
    await tova.submits(FORM)
    await expect(tova.dialog(FORM)).to_be_hidden()
    await tova.sees("has gone by already")
    await tova.press("Change what I typed")
    await expect(title).to_have_value("Modifiers")
    await expect(start).to_have_value("2026-03-01 18:00")
    await start.fill("2026-03-05 18:00")
    await tova.submits(FORM)
    await tova.sees("is posted in")
    await study.server.advance(timedelta(seconds=1))

    await ana.press("Going", await ana.sees("Modifiers"))
    await ana.sees("You have a seat")
    await study.server.advance(timedelta(seconds=1))
    await tova.sees("1 of 2 seats taken")
    for one in (tova, ana, ben):
        await one.channel("1 event").click()
    for one in (ana, ben):
        button = one.dialog(EVENTS).get_by_role("button", name="Interested")
        await button.click()
        await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(tova.dialog(EVENTS)).to_contain_text("Interested: Ana, Ben")

    await ana.page.keyboard.press("Escape")
    form = await ana.picks("/timezone")
    field = await ana.option(form, "zone")
    await field.press_sequentially("lisb")
    suggested = form.get_by_role("listbox", name="Suggestions").get_by_role("option")
    await expect(suggested).to_contain_text(["Lisbon, Portugal"])
    await field.press("Enter")
    await expect(field).to_have_value(re.compile("Lisbon, Portugal"))
    await form.get_by_role("button", name="Run").click()
    await ana.sees("Europe/Lisbon")
