"""A month at one click: people of the sandbox's own, pressing the real bot's buttons."""

from __future__ import annotations

from typing import Any

import orjson

from tests.walks.conftest import Begin


async def test_days_of_a_group_at_one_click(begin: Begin) -> None:
    """Eight members answer, say how sure they are, set exam dates, meet; it can be stopped; no rule is broken.

    What they do is no step of the guide but the one about them.
    """
    study = await begin()
    server = study.server
    async with server.session.ws_connect(server.url + "/sandbox/live") as live:
        await server.post("/sandbox/month", {"start": True, "days": 4})
        assert "already" in (await server.post("/sandbox/month", {"start": True}))["error"]
        heard: list[dict[str, Any]] = [{"running": True, "words": ""}]
        while heard[-1]["running"]:
            event = orjson.loads((await live.receive()).data)
            heard += [event["d"]] if event["t"] == "MONTH" else []
    assert heard[-1]["words"].startswith("4 days have passed.")
    assert heard[-1]["refused"] == 0
    assert [one["words"] for one in heard if "Day 3 of 4" in one["words"]] == ["Day 3 of 4: Thu 05 Mar"]
    by_member = await study.rows(
        "SELECT member_id, COUNT(*) AS n, SUM(correct) AS good FROM answers GROUP BY member_id"
    )
    assert len(by_member) == 8
    answers = sum(one["n"] for one in by_member)
    assert answers > 60
    assert 0.4 < sum(one["good"] for one in by_member) / answers < 0.85
    unsure = await study.rows("SELECT 1 FROM answers WHERE confidence IS NULL")
    assert unsure == []
    assert len(await study.rows("SELECT 1 FROM exams")) == 5
    assert len(await study.rows("SELECT 1 FROM asks")) == 1
    steps = (await server.get("/sandbox/guide"))["steps"]
    assert [one["name"] for one in steps if one["done"]] == ["month"]
    await server.post("/sandbox/month", {"start": True})
    stopped = await server.post("/sandbox/month", {"stop": True})
    assert stopped["running"] is False
    assert stopped["words"].startswith("Stopped after")
