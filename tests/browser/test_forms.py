"""Commands and forms: what is offered while one types, what the page refuses, and what the bot hands back."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.async_api import Locator, expect

from tests.browser.conftest import Open
from tests.walks.conftest import Study


async def is_refused_by_the_page(field: Locator) -> None:
    """Assert that what stands in a field cannot be sent."""
    assert not await field.evaluate("field => field.validity.valid")


async def test_a_review_session_from_its_command_to_interested(study: Study, window: Open) -> None:
    """The picker finds commands by parts, options and forms are checked, a form that is refused keeps what was typed.

    The event is listed then, and who is interested is counted in every window.
    """
    tova, ana, ben = [await window(name) for name in ("Tova", "Ana", "Ben")]
    for one in (tova, ana):
        await one.go("daily-quiz")
    await tova.entry.fill("/no such")
    await expect(tova.page.get_by_role("listbox", name="Commands")).to_contain_text("No command")
    await tova.entry.fill("/sess")
    offered = tova.page.get_by_role("listbox", name="Commands").get_by_role("option")
    await expect(offered.filter(has_text="/session post")).to_contain_text("review session")
    await expect(offered.filter(has_text="/quiz")).to_have_count(0)
    await ana.entry.fill("/setup")
    await expect(ana.page.get_by_role("listbox", name="Commands")).to_contain_text("No command")

    form = await tova.picks("/session post")
    seats = await tova.fills(form, "seats", "0")
    await form.get_by_role("button", name="Run").click()
    await is_refused_by_the_page(seats)
    await seats.fill("2")
    await tova.fills(form, "link", "https://meet.example/room")
    await form.get_by_role("button", name="Run").click()

    await expect(tova.dialog).to_have_accessible_name("A review session")
    title, start = [tova.dialog.get_by_role("textbox", name=name) for name in ("Title", "Start")]
    await start.fill("2026-03-01 18:00")
    await tova.submits()
    await is_refused_by_the_page(title)
    await title.fill("Modifiers")
    await tova.submits()
    await expect(tova.dialog).to_be_hidden()
    await tova.sees("has gone by already")
    await tova.press("Change what I typed")
    await expect(title).to_have_value("Modifiers")
    await expect(start).to_have_value("2026-03-01 18:00")
    await start.fill("2026-03-05 18:00")
    await tova.submits()
    await tova.sees("is posted in")
    await study.server.advance(timedelta(seconds=1))

    await ana.press("Going", await ana.sees("Modifiers"))
    await ana.sees("You have a seat")
    await tova.sees("1 of 2 seats taken")
    for one, count in ((ana, 1), (ben, 2)):
        await one.press_interested("Modifiers")
        for each in (tova, ana, ben):
            await expect(each.event("Modifiers")).to_contain_text(f"Interested ({count})")


async def test_a_zone_is_suggested_while_it_is_typed(study: Study, window: Open) -> None:
    """Autocomplete asks the bot; arrows and Enter choose; what is chosen is what the command gets."""
    ana = await window("Ana")
    await ana.go("general")
    form = await ana.picks("/timezone")
    field = await ana.option(form, "zone")
    await field.press_sequentially("lisb")
    suggested = form.get_by_role("listbox").get_by_role("option")
    await expect(suggested.first).to_contain_text("Lisbon")
    await field.press("ArrowDown")
    await expect(suggested.first).to_have_attribute("aria-selected", "true")
    await field.press("Enter")
    await expect(field).to_have_value(re.compile("Lisbon, Portugal"))
    await form.get_by_role("button", name="Run").click()
    await ana.sees("Europe/Lisbon")
