"""Rows of reports to tutors. A report holds a copy of the text, and outlives the card, its message and its writer."""

from __future__ import annotations

from bot.domain.reports import Decision, Report, What
from bot.storage.database import Row, Transaction


def _report(row: Row) -> Report:
    return Report(
        row["report_id"],
        row["group_id"],
        What(row["what"]),
        row["subject_id"],
        row["copy"],
        row["reason"],
        Decision(row["state"]),
        row["made_at"],
    )


async def insert(
    tx: Transaction, *, group_id: int, what: What, subject_id: int, text: str, reason: str, member_id: int, now_ms: int
) -> int:
    """Keep a report with a copy of the text; returns its id."""
    row = await tx.one(
        """INSERT INTO reports (group_id, what, subject_id, copy, reason, state, made_at)
           VALUES (:group_id, :what, :subject, :copy, :reason, 'open', :now) RETURNING report_id""",
        {
            "group_id": group_id,
            "what": what.value,
            "subject": subject_id,
            "copy": text,
            "reason": reason,
            "now": now_ms,
        },
    )
    assert row is not None
    report_id: int = row["report_id"]
    await tx.run(
        "INSERT INTO report_authors (report_id, member_id) VALUES (:report, :member)",
        {"report": report_id, "member": member_id},
    )
    return report_id


async def by_id(tx: Transaction, report_id: int) -> Report | None:
    row = await tx.one("SELECT * FROM reports WHERE report_id = :id", {"id": report_id})
    return _report(row) if row else None


async def made(tx: Transaction, member_id: int, since_ms: int) -> list[int]:
    """When a member's reports since then were made."""
    rows = await tx.all(
        """SELECT r.made_at FROM reports r JOIN report_authors w ON w.report_id = r.report_id
           WHERE w.member_id = :member AND r.made_at > :since""",
        {"member": member_id, "since": since_ms},
    )
    return [row["made_at"] for row in rows]


async def waits(tx: Transaction, what: What, subject_id: int, member_id: int) -> bool:
    """Whether the member reported it before, and it is open."""
    row = await tx.one(
        """SELECT 1 FROM reports r JOIN report_authors w ON w.report_id = r.report_id
           WHERE r.what = :what AND r.subject_id = :subject AND r.state = 'open' AND w.member_id = :member""",
        {"what": what.value, "subject": subject_id, "member": member_id},
    )
    return row is not None


async def open_of_group(tx: Transaction, group_id: int) -> list[Report]:
    """The reports that tutors have not decided on, oldest first."""
    rows = await tx.all(
        "SELECT * FROM reports WHERE group_id = :id AND state = 'open' ORDER BY report_id", {"id": group_id}
    )
    return [_report(row) for row in rows]


async def open_of(tx: Transaction, group_id: int, what: What, subject_id: int) -> list[Report]:
    """The open reports about one thing."""
    return [one for one in await open_of_group(tx, group_id) if one.what is what and one.subject_id == subject_id]


async def settle(tx: Transaction, report_id: int, decision: Decision, now_ms: int) -> bool:
    """Note what the tutors decided; False where it was decided before."""
    return (
        await tx.run(
            "UPDATE reports SET state = :state, settled_at = :now WHERE report_id = :id AND state = 'open'",
            {"state": decision.value, "now": now_ms, "id": report_id},
        )
        > 0
    )


async def reporter(tx: Transaction, report_id: int) -> int | None:
    """The member who made it; None for a former one."""
    row = await tx.one("SELECT member_id FROM report_authors WHERE report_id = :id", {"id": report_id})
    return row["member_id"] if row else None


async def delete_settled(tx: Transaction, before_ms: int) -> None:
    """Put away the copies of what was decided before then."""
    await tx.run("DELETE FROM reports WHERE state <> 'open' AND settled_at < :before", {"before": before_ms})


async def watch(tx: Transaction, member_id: int, now_ms: int, *, on: bool) -> None:
    """A tutor wants to be told of reports, or no longer."""
    if on:
        await tx.run(
            "INSERT INTO report_watchers (member_id, since) VALUES (:member, :now) ON CONFLICT (member_id) DO NOTHING",
            {"member": member_id, "now": now_ms},
        )
    else:
        await tx.run("DELETE FROM report_watchers WHERE member_id = :member", {"member": member_id})


async def watches(tx: Transaction, member_id: int) -> bool:
    return await tx.one("SELECT 1 FROM report_watchers WHERE member_id = :id", {"id": member_id}) is not None


async def watchers(tx: Transaction, group_id: int) -> list[int]:
    """The members of a group who are told of reports."""
    rows = await tx.all(
        """SELECT w.member_id FROM report_watchers w JOIN members m ON m.member_id = w.member_id
           WHERE m.group_id = :id AND m.left_at IS NULL ORDER BY w.member_id""",
        {"id": group_id},
    )
    return [row["member_id"] for row in rows]
