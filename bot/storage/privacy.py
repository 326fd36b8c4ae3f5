"""All that is kept about one member, for export and deletion.

A table that holds something about a member has a foreign key to `members`; a test reads the schema and compares.
"""

from __future__ import annotations

from typing import Any

from bot.domain.standings import MIN_PEOPLE
from bot.storage import rescore
from bot.storage.database import Transaction

TABLES: dict[str, str] = {
    "members": """SELECT user_id, joined_at, on_board, is_tutor, opted_in, left_at, zone FROM members
        WHERE member_id = :member""",
    "answers": """SELECT b.slug AS bank, q.key AS question, t.name AS topic, r.kind, r.type, a.day, a.own_day, a.choice,
            r.option_order, a.correct, a.counted, a.rated, a.plays, a.confidence, a.miss, a.answered_at,
            a.p_before, a.p_after
        FROM answers a JOIN rounds r ON r.round_id = a.round_id
        JOIN questions q ON q.question_id = a.question_id JOIN topics t ON t.topic_id = q.topic_id
        JOIN banks b ON b.bank_id = q.bank_id WHERE a.member_id = :member ORDER BY a.seq""",
    "written_answers": """SELECT q.key AS question, r.day, w.text FROM written_answers w
        JOIN rounds r ON r.round_id = w.round_id JOIN questions q ON q.question_id = r.question_id
        WHERE w.member_id = :member ORDER BY w.round_id""",
    "rounds": """SELECT q.key AS question, r.day, r.opened_at FROM rounds r
        JOIN questions q ON q.question_id = r.question_id WHERE r.owner_id = :member ORDER BY r.round_id""",
    "learner_estimates": "SELECT mean, variance FROM learner_estimates WHERE member_id = :member",
    "learner_topic_estimates": """SELECT t.name AS topic, e.mean, e.variance FROM learner_topic_estimates e
        JOIN topics t ON t.topic_id = e.topic_id WHERE e.member_id = :member ORDER BY t.name""",
    "standings": """SELECT period, points, answered, days FROM standings
        WHERE member_id = :member ORDER BY period""",
    "tallies": "SELECT counted FROM tallies WHERE member_id = :member",
    "snapshots": "SELECT day, mean, variance, counted FROM snapshots WHERE member_id = :member ORDER BY day",
    "topic_snapshots": """SELECT s.day, t.name AS topic, s.mean, s.variance FROM topic_snapshots s
        JOIN topics t ON t.topic_id = s.topic_id WHERE s.member_id = :member ORDER BY s.day, t.name""",
    "leagues": "SELECT week, number FROM leagues WHERE member_id = :member ORDER BY week",
    "streaks": "SELECT current, longest, last_day, freezes, frozen_days FROM streaks WHERE member_id = :member",
    "member_zones": "SELECT since, zone FROM member_zones WHERE member_id = :member ORDER BY since",
    "pauses": "SELECT first_day, last_day FROM pauses WHERE member_id = :member ORDER BY first_day",
    "streak_pings": "SELECT state FROM streak_pings WHERE member_id = :member",
    "exams": """SELECT blueprint, day, minute, zone, wish_minute, outcome, told_at, set_at FROM exams
        WHERE member_id = :member ORDER BY at""",
    "sitters": "SELECT on_calendar, helper FROM sitters WHERE member_id = :member",
    "luck": "SELECT wished_at FROM luck WHERE member_id = :member ORDER BY wished_at",
    "setbacks": "SELECT since, on_board, opted_in FROM setbacks WHERE member_id = :member",
    "score_reports": """SELECT e.blueprint, e.day, s.section, s.percent FROM score_reports s
        JOIN exams e ON e.exam_id = s.exam_id WHERE s.member_id = :member ORDER BY e.at, s.section""",
    "session_tutors": """SELECT s.title, s.starts_at FROM session_tutors t
        JOIN sessions s ON s.session_id = t.session_id WHERE t.member_id = :member ORDER BY s.starts_at""",
    "session_rsvps": """SELECT s.title, s.starts_at, r.answer, r.seated, r.notices, r.answered_at FROM session_rsvps r
        JOIN sessions s ON s.session_id = r.session_id WHERE r.member_id = :member ORDER BY s.starts_at""",
    "presences": """SELECT s.title, s.starts_at, p.source, p.began_at, p.ended_at FROM presences p
        JOIN sessions s ON s.session_id = p.session_id WHERE p.member_id = :member ORDER BY p.began_at""",
    "attendances": """SELECT s.title, s.starts_at, a.corrected, a.minutes, a.confirmed_at, a.code FROM attendances a
        JOIN sessions s ON s.session_id = a.session_id WHERE a.member_id = :member ORDER BY s.starts_at""",
    "session_signers": """SELECT s.title, s.starts_at, g.name, g.signed_at FROM session_signers g
        JOIN sessions s ON s.session_id = g.session_id WHERE g.member_id = :member ORDER BY g.signed_at""",
    "poll_answers": """SELECT s.title, s.starts_at, p.topic, p.clearer FROM poll_answers p
        JOIN sessions s ON s.session_id = p.session_id WHERE p.member_id = :member ORDER BY s.starts_at, p.topic""",
    "session_wishes": "SELECT topic, wished_at FROM session_wishes WHERE member_id = :member ORDER BY wished_at",
    "session_drafts": "SELECT payload, at FROM session_drafts WHERE member_id = :member ORDER BY at",
    "ask_authors": """SELECT a.title, t.name AS topic, a.did, a.wants, a.files, a.visibility, a.anonymous, a.state,
            a.made_at, a.resolved_at FROM ask_authors w JOIN asks a ON a.ask_id = w.ask_id
        LEFT JOIN topics t ON t.topic_id = a.topic_id WHERE w.member_id = :member ORDER BY a.ask_id""",
    "review_authors": """SELECT a.title AS ask, r.right_why, r.change, r.reading, r.reasoning, r.guideline,
            r.completeness, r.anonymous, r.state, r.made_at, r.changed_at, r.endorsed_at, r.correction
        FROM review_authors w JOIN reviews r ON r.review_id = w.review_id JOIN asks a ON a.ask_id = r.ask_id
        WHERE w.member_id = :member ORDER BY r.review_id""",
    "review_tutors": """SELECT review_id AS review, what, at FROM review_tutors
        WHERE member_id = :member ORDER BY at""",
    "follow_up_authors": """SELECT a.title AS ask, f.side, f.text, f.made_at FROM follow_up_authors w
        JOIN follow_ups f ON f.follow_up_id = w.follow_up_id JOIN asks a ON a.ask_id = f.ask_id
        WHERE w.member_id = :member ORDER BY f.follow_up_id""",
    "marks": """SELECT a.title AS ask, m.kind, m.at FROM marks m JOIN reviews r ON r.review_id = m.review_id
        JOIN asks a ON a.ask_id = r.ask_id WHERE m.member_id = :member ORDER BY m.at""",
    "reflections": """SELECT t.name AS topic, r.text, r.made_at FROM reflections r
        LEFT JOIN topics t ON t.topic_id = r.topic_id WHERE r.member_id = :member ORDER BY r.made_at""",
    "feedback_drafts": "SELECT kind, payload, at FROM feedback_drafts WHERE member_id = :member ORDER BY at",
    "reviewers": "SELECT since FROM reviewers WHERE member_id = :member",
    "invitations": """SELECT a.title AS ask, i.state, i.asked_at, i.answered_at FROM invitations i
        JOIN asks a ON a.ask_id = i.ask_id WHERE i.member_id = :member ORDER BY i.asked_at""",
    "buddy_seekers": "SELECT since FROM buddy_seekers WHERE member_id = :member",
    "buddy_members": """SELECT w.state, b.made_at, b.matched_at, b.ended_at FROM buddy_members w
        JOIN buddies b ON b.buddy_id = w.buddy_id WHERE w.member_id = :member ORDER BY b.made_at""",
    "report_authors": """SELECT r.what, r.reason, r.state, r.made_at FROM report_authors w
        JOIN reports r ON r.report_id = w.report_id WHERE w.member_id = :member ORDER BY r.made_at""",
    "addition_credits": """SELECT q.key AS question, a.text, c.name, a.added_at FROM addition_credits c
        JOIN additions a ON a.addition_id = c.addition_id JOIN questions q ON q.question_id = a.question_id
        WHERE c.member_id = :member ORDER BY a.added_at""",
    "question_authors": """SELECT b.slug AS bank, q.key AS question, v.stem, w.credit FROM question_authors w
        JOIN questions q ON q.question_id = w.question_id JOIN banks b ON b.bank_id = q.bank_id
        JOIN revisions v ON v.question_id = q.question_id AND v.revision = q.revision
        WHERE w.member_id = :member ORDER BY w.question_id""",
    "suggestions": """SELECT state, topic, stem, options, explanation, source, credit, by_message, changed_at,
            decided_at, reason FROM suggestions WHERE member_id = :member ORDER BY suggestion_id""",
    "suggestion_tutors": """SELECT s.stem, s.state, s.decided_at FROM suggestion_tutors w
        JOIN suggestions s ON s.suggestion_id = w.suggestion_id WHERE w.member_id = :member ORDER BY s.decided_at""",
    "suggestion_edits": """SELECT topic, stem, options, explanation, source FROM suggestion_edits
        WHERE member_id = :member ORDER BY suggestion_id""",
    "code_year_checkers": """SELECT q.key AS question, c.year, c.checked_at FROM code_year_checkers w
        JOIN code_year_checks c ON c.check_id = w.check_id JOIN questions q ON q.question_id = c.question_id
        WHERE w.member_id = :member ORDER BY c.checked_at""",
    "report_watchers": "SELECT since FROM report_watchers WHERE member_id = :member",
    "units": "SELECT day, title, halves, kind, added_at FROM units WHERE member_id = :member ORDER BY day, unit_id",
    "unit_cycles": "SELECT last_day, halves, told, remind FROM unit_cycles WHERE member_id = :member",
    "import_tutors": """SELECT i.title AS bank, i.file, i.state, i.made_at, i.new, i.changed, i.retired
        FROM import_tutors t JOIN imports i ON i.import_id = t.import_id WHERE t.member_id = :member
        ORDER BY i.made_at""",
    "reminders": """SELECT state, words, text, target, channel_id, zone, rule, wall, anchor, next_at, created_at
        FROM reminders WHERE member_id = :member ORDER BY reminder_id""",
    "notes": "SELECT kind, payload, made_at FROM notes WHERE member_id = :member ORDER BY note_id",
    "agenda": "SELECT kind, due_at FROM agenda WHERE member_id = :member ORDER BY due_at",
    "deliveries": "SELECT kind, state, due_at FROM deliveries WHERE member_id = :member ORDER BY due_at",
    "corrections": """SELECT q.key AS question, r.day, c.correct, c.voided, c.points FROM corrections c
        JOIN rounds r ON r.round_id = c.round_id JOIN questions q ON q.question_id = r.question_id
        WHERE c.member_id = :member ORDER BY c.round_id""",
    "streak_corrections": "SELECT days FROM streak_corrections WHERE member_id = :member",
    "flags": """SELECT q.key AS question, f.reason, f.flagged_at FROM flags f
        JOIN questions q ON q.question_id = f.question_id WHERE f.member_id = :member""",
}


async def export(tx: Transaction, member_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row about the member, by table."""
    return {table: [dict(row) for row in await tx.all(sql, {"member": member_id})] for table, sql in TABLES.items()}


async def delete(tx: Transaction, group_id: int, user_id: int) -> bool:
    """Delete the member and, by the foreign keys, every row about them; whether there was one."""
    # Whoever was the third to take part made points for the others, and those stay theirs.
    await tx.run(
        f"""UPDATE rounds SET takers = takers - 1 WHERE takers < {MIN_PEOPLE} AND round_id IN (
               SELECT a.round_id FROM answers a JOIN members m ON m.member_id = a.member_id
               WHERE m.group_id = :group_id AND m.user_id = :user AND a.rated = 1 AND a.plays = 1)""",
        {"group_id": group_id, "user": user_id},
    )
    await tx.run(
        """UPDATE rounds SET answered = answered - 1 WHERE round_id IN (
               SELECT a.round_id FROM answers a JOIN members m ON m.member_id = a.member_id
               WHERE m.group_id = :group_id AND m.user_id = :user)""",
        {"group_id": group_id, "user": user_id},
    )
    changed = await tx.run(
        "DELETE FROM members WHERE group_id = :group_id AND user_id = :user",
        {"group_id": group_id, "user": user_id},
    )
    if changed:
        # What their answers taught the shared rows goes with them.
        await rescore.bump(tx)
    return changed > 0


async def show_on_board(tx: Transaction, member_id: int, on: bool) -> None:
    """A wish to be shown puts a tutor on the boards too."""
    await tx.run(
        "UPDATE members SET on_board = :on, opted_in = :on WHERE member_id = :member",
        {"on": int(on), "member": member_id},
    )
    # A wish that is said while the boards rest is the one that stays.
    await tx.run(
        "UPDATE setbacks SET on_board = :on, opted_in = :on WHERE member_id = :member",
        {"on": int(on), "member": member_id},
    )
