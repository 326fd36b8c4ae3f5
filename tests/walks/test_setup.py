"""An admin sets the group up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.walks.conftest import DAILY, Begin


async def test_a_channel_is_enough(begin: Begin) -> None:
    """One command with only a channel works, and what was assumed is said."""
    study = await begin()
    reply = await study.tova.run("/setup", channel=DAILY)
    assert "Your group is set up" in reply.text
    assert "assumed: change it with `zone:`" in reply.text
    assert "at 09:00" in reply.text
    assert "12 hours" in reply.text
    assert "The next question comes <t:" in reply.text
    await study.server.next_event()
    assert len(study.posts("Closes")) == 1


async def test_zones_are_found_by_city_and_country(begin: Begin) -> None:
    """Autocomplete knows cities, countries and common words, and shows the present offset."""
    study = await begin()
    for words, zone in (("berl", "Europe/Berlin"), ("germany", "Europe/Berlin"), ("eastern", "America/New_York")):
        choices = await study.tova.completes("/setup", "zone", words)
        assert zone in [choice.value for choice in choices]
    exams = await study.tova.completes("/setup", "exam", "cpc")
    assert {"cpc", "cpc-17"} <= {choice.value for choice in exams}


async def test_what_is_not_named_stays(begin: Begin) -> None:
    """A second /setup changes only what it names."""
    study = await begin()
    await study.set_up(at="7:30 pm", days="mon, wed", questions=2, tutor_role="1101")
    reply = await study.tova.run("/setup", open_hours=3)
    assert "settings are changed" in reply.text
    for part in ("19:30", "Europe/Berlin", "2 questions", "3 hours", "<@&1101>", "Monday"):
        assert part in reply.text
    assert len(await study.rows("SELECT * FROM groups")) == 1


async def test_words_that_cannot_be_read_change_nothing(begin: Begin) -> None:
    """A time, days, a zone or an exam that nobody understands is refused with an example."""
    study = await begin()
    for option, words, hint in (
        ("at", "later", "try 19:00"),
        ("days", "someday", "try daily"),
        ("zone", "Atlantis", "pick from the list"),
        ("exam", "driving", "there is cpc"),
    ):
        options: dict[str, Any] = {"channel": DAILY, option: words}
        reply = await study.tova.run("/setup", **options)
        assert hint in reply.text
        assert words in reply.text
    assert await study.rows("SELECT * FROM groups") == []


async def test_missing_permissions_are_named(begin: Begin) -> None:
    """Where the bot lacks rights in the channel, /setup names them and changes nothing."""
    study = await begin()
    await study.server.act(
        "set_permission", target="1102", channel_id="1202", deny=["EMBED_LINKS", "CREATE_PUBLIC_THREADS"]
    )
    reply = await study.tova.run("/setup", channel=DAILY)
    assert "I still need: Embed Links, Create Public Threads" in reply.text
    assert await study.rows("SELECT * FROM groups") == []


async def test_only_admins_set_up(begin: Begin) -> None:
    """Members do not find the command, and where a server shows it to them it is refused all the same."""
    study = await begin()
    hidden = await study.ana.run("/setup", channel=DAILY)
    assert hidden.failed
    await study.server.act("show_command", name="setup")
    refused = await study.ana.run("/setup", channel=DAILY)
    assert "Only members who may manage the server" in refused.text
    assert await study.rows("SELECT * FROM groups") == []


async def test_commands_before_setup_say_what_to_do(begin: Begin) -> None:
    """Every command in a server without a group says who can start one."""
    study = await begin()
    for command in ("/quiz practice", "/progress", "/leaderboard", "/privacy export"):
        reply = await study.ana.run(command)
        assert "start one with /setup" in reply.text


async def test_a_new_time_on_the_same_day_posts_no_second_question(begin: Begin) -> None:
    """A group had its question today; moving the time to later today does not bring another one."""
    study = await begin()
    await study.set_up(open_hours=1)
    await study.server.clock_to(study.berlin("2026-03-03 09:30"))
    await study.set_up(at="11:00")
    await study.server.clock_to(study.berlin("2026-03-03 20:00"))
    assert len(await study.rows("SELECT * FROM rounds")) == 1
    await study.server.clock_to(study.berlin("2026-03-04 11:00"))
    assert len(await study.rows("SELECT * FROM rounds")) == 2


async def test_commands_are_synchronised_only_when_they_changed(begin: Begin) -> None:
    """A restart sends no command to Discord that it knows already."""
    study = await begin()
    await study.restart()
    puts = [one for one in await study.server.requests() if one["method"] == "PUT" and "commands" in one["path"]]
    assert len(puts) == 1


async def test_wall_time_is_kept_through_the_clock_change(begin: Begin) -> None:
    """09:00 stays 09:00 across the change to summer time, one question a day."""
    study = await begin()
    await study.set_up(at="02:30", open_hours=1)
    await study.server.clock_to(study.berlin("2026-03-27 12:00"))
    seen = []
    for day in ("28", "29", "30"):
        await study.server.clock_to(study.berlin(f"2026-03-{day} 02:29") - timedelta(minutes=30))
        seen.append(await study.server.next_event())
        await study.server.clock_to(study.berlin(f"2026-03-{day} 12:00"))
    # 02:30 does not exist on the 29th: the first minute that exists is 03:00 summer time.
    assert [one.isoformat()[:16] for one in seen] == ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"]
    days = await study.rows("SELECT day, COUNT(*) AS n FROM rounds GROUP BY day ORDER BY day")
    assert all(row["n"] == 1 for row in days)
