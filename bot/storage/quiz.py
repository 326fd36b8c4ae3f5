"""Rows of rounds and flags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from bot.domain.instants import from_ms
from bot.domain.questions import Case, Image
from bot.domain.questions import Kind as Type
from bot.domain.quiz import Asked, Kind, Shown, mask, places
from bot.domain.standings import AVERAGE_WORTH
from bot.storage import banks, promotions
from bot.storage.banks import Content, right_text
from bot.storage.database import Row, Transaction
from bot.storage.estimates import marks
from bot.storage.questions import CONTENT, Kept, content_of, media_type, picture_name


@dataclass(frozen=True, slots=True)
class NewRound:
    """A round about to be made; instants in milliseconds, `order` as places in the bank's order."""

    group_id: int
    kind: Kind
    owner_id: int | None
    day: str
    slot: int
    order: tuple[int, ...]
    due_at: int
    opened_at: int
    closes_at: int
    channel_id: int
    focus: tuple[int, ...] = ()
    worth: int = AVERAGE_WORTH


def asked(row: Row) -> Asked:
    """The question of a round row that was joined with its revision and topic."""
    found = content_of(row)
    options = found["options"]
    case: Case | None = found["case"]
    # The round's key and type, not the revision's: they may have been changed since.
    kind = Type(row["type_asked"])
    keys = places(row["key_position"]) if kind is Type.MULTI else (row["key_position"],)
    return Asked(
        round_id=row["round_id"],
        group_id=row["group_id"],
        kind=Kind(row["kind"]),
        topic=row["topic"],
        stem=found["stem"],
        options=tuple(
            replace(options[int(source)], correct=place in keys) for place, source in enumerate(row["option_order"])
        ),
        explanation=found["explanation"],
        source=found["source"],
        opened_at=from_ms(row["opened_at"]),
        closes_at=from_ms(row["closes_at"]),
        focus=tuple(int(topic) for topic in (row["focus"] or "").split("-") if topic),
        type=kind,
        answers=found["answers"],
        scoring=found["scoring"],
        image=_shown(found["image"], row["picture"], row["picture_type"]),
        case=case.stem if case else "",
        case_image=_shown(case.image, row["case_picture"], row["case_picture_type"]) if case else None,
        credit=row["credit"],
    )


def _shown(image: Image | None, sha: str | None, media_type: str | None) -> Shown | None:
    if image is None:
        return None
    return Shown(sha, picture_name(sha, media_type) if sha and media_type else None, image.alt)


async def shown(tx: Transaction, kept: Kept) -> tuple[Shown | None, Shown | None]:
    """The pictures of a question as it is kept: its own, and its case's."""
    types = {sha: await media_type(tx, sha) for sha in kept.pictures.values()}

    def of(image: Image | None) -> Shown | None:
        sha = None if image is None else kept.pictures.get(image.name)
        return _shown(image, sha, types.get(sha) if sha else None)

    question = kept.question
    return of(question.image), of(question.case.image) if question.case else None


ASKED = f"""r.round_id, r.group_id, r.kind, r.option_order, r.due_at, r.opened_at, r.posted_at, r.closes_at,
    r.closed_at, r.state, r.channel_id, r.message_id, r.answered, r.day, r.owner_id, r.question_id, r.key_position,
    r.focus, r.corrected, r.type AS type_asked, t.name AS topic, t.slug AS topic_slug, q.topic_id, q.voided_at,
    {CONTENT},
    (SELECT p.media_type FROM pictures p WHERE p.sha = v.picture) AS picture_type,
    (SELECT p.media_type FROM pictures p WHERE p.sha = c.picture) AS case_picture_type,
    (SELECT w.credit FROM question_authors w WHERE w.question_id = r.question_id) AS credit,
    EXISTS (SELECT 1 FROM additions x WHERE x.question_id = r.question_id AND x.group_id = r.group_id) AS added"""
ASKED_FROM = """rounds r
    JOIN revisions v ON v.question_id = r.question_id AND v.revision = r.revision
    JOIN questions q ON q.question_id = r.question_id
    JOIN topics t ON t.topic_id = q.topic_id
    LEFT JOIN cases c ON c.case_id = v.case_id"""


async def explained(tx: Transaction, row: Row) -> Asked:
    """The question of such a row with what the group's members added to its explanation.

    What explains another option than the one that is right is left out: its key was changed since.
    """
    found = asked(row)
    if not row["added"]:
        return found
    right = right_text(found.options, found.answers)
    added = await promotions.of_round(tx, found.round_id)
    return replace(found, additions=tuple(one for text, one in added if text == right))


async def open_round(tx: Transaction, new: NewRound, question: Content) -> int | None:
    """Make a round; None where the group already had one in that slot of that day."""
    keys = [place for place, source in enumerate(new.order) if question.options[source].correct]
    key = mask(keys) if question.kind is Type.MULTI else keys[0] if keys else 0
    row = await tx.one(
        """INSERT INTO rounds (group_id, question_id, revision, kind, owner_id, day, slot, option_order,
               key_position, due_at, opened_at, closes_at, state, channel_id, focus, worth, type)
           VALUES (:group_id, :question, :revision, :kind, :owner, :day, :slot, :order, :key, :due, :opened, :closes,
               :state, :channel, :focus, :worth, :type)
           ON CONFLICT DO NOTHING RETURNING round_id""",
        {
            "group_id": new.group_id,
            "question": question.question_id,
            "revision": question.revision,
            "kind": new.kind.value,
            "owner": new.owner_id,
            "day": new.day,
            "slot": new.slot,
            "order": "".join(str(place) for place in new.order),
            "key": key,
            "due": new.due_at,
            "opened": new.opened_at,
            "closes": new.closes_at,
            "state": "posting" if new.kind is Kind.DAILY else "open",
            "channel": new.channel_id,
            "focus": "-".join(str(topic) for topic in new.focus) or None,
            "worth": new.worth,
            "type": question.kind.value,
        },
    )
    return row["round_id"] if row else None


async def round_row(tx: Transaction, round_id: int) -> Row | None:
    """A round with its question, as `asked` takes it."""
    return await tx.one(f"SELECT {ASKED} FROM {ASKED_FROM} WHERE r.round_id = :id", {"id": round_id})


async def daily_rounds(tx: Transaction, group_id: int, day: str) -> list[Row]:
    """The rounds of a group's day, in their order."""
    return list(
        await tx.all(
            f"""SELECT {ASKED} FROM {ASKED_FROM}
                WHERE r.group_id = :group_id AND r.day = :day AND r.kind = 'daily' ORDER BY r.slot""",
            {"group_id": group_id, "day": day},
        )
    )


async def days_asked(tx: Transaction, group_ids: Collection[int], since: str) -> set[tuple[int, str]]:
    """(group, day) of the daily rounds of these groups from the day *since* on."""
    group_marks, params = marks("g", group_ids)
    rows = await tx.all(
        f"""SELECT DISTINCT group_id, day FROM rounds
            WHERE group_id IN ({group_marks}) AND kind = 'daily' AND day >= :since""",
        {**params, "since": since},
    )
    return {(row["group_id"], row["day"]) for row in rows}


async def recent_keys(tx: Transaction, group_id: int, limit: int) -> list[int]:
    """Where the right option stood in the group's latest daily rounds, newest first."""
    rows = await tx.all(
        """SELECT key_position FROM rounds
           WHERE group_id = :group_id AND kind = 'daily' AND type IN ('single', 'truefalse')
           ORDER BY round_id DESC LIMIT :limit""",
        {"group_id": group_id, "limit": limit},
    )
    return [row["key_position"] for row in rows]


async def open_questions(tx: Transaction, group_id: int, now_ms: int) -> dict[int, int]:
    """The questions of the group's rounds that still take answers, and until when: nobody may practise them."""
    rows = await tx.all(
        """SELECT question_id, MAX(closes_at) AS until FROM rounds WHERE group_id = :group_id AND kind = 'daily'
           AND state IN ('posting', 'open') AND closes_at > :now GROUP BY question_id""",
        {"group_id": group_id, "now": now_ms},
    )
    return {row["question_id"]: row["until"] for row in rows}


async def last_practised(tx: Transaction, member: int) -> tuple[int, int, str | None] | None:
    """The topic, the question and the case, as `banks.Pick` names it, of the member's newest practice."""
    row = await tx.one(
        """SELECT q.topic_id, q.question_id, b.slug AS bank, c.key AS case_key
           FROM rounds r JOIN questions q ON q.question_id = r.question_id
           JOIN banks b ON b.bank_id = q.bank_id
           JOIN revisions v ON v.question_id = q.question_id AND v.revision = q.revision
           LEFT JOIN cases c ON c.case_id = v.case_id
           WHERE r.owner_id = :member ORDER BY r.round_id DESC LIMIT 1""",
        {"member": member},
    )
    if row is None:
        return None
    return row["topic_id"], row["question_id"], banks.case_name(row["bank"], row["case_key"])


async def practising(tx: Transaction, user_id: int) -> int | None:
    """The group of a user's newest practice."""
    row = await tx.one(
        """SELECT r.group_id FROM members m JOIN rounds r ON r.owner_id = m.member_id
           WHERE m.user_id = :user ORDER BY r.round_id DESC LIMIT 1""",
        {"user": user_id},
    )
    return row["group_id"] if row else None


async def posted(tx: Transaction, round_id: int, message_id: int | None, now_ms: int) -> None:
    """The round's post is in its channel; its message is unknown where that could not be looked up."""
    await tx.run(
        """UPDATE rounds SET message_id = :message, posted_at = COALESCE(posted_at, :now),
               state = CASE state WHEN 'posting' THEN 'open' ELSE state END
           WHERE round_id = :id""",
        {"message": message_id, "now": now_ms, "id": round_id},
    )


async def unposted(tx: Transaction, round_id: int) -> None:
    """The round never reached its channel: it is no round of the group's."""
    await tx.run("UPDATE rounds SET state = 'unposted' WHERE round_id = :id", {"id": round_id})


async def close(tx: Transaction, group_id: int, day: str, now_ms: int) -> list[int]:
    """Close the day's posted rounds; returns those that were open."""
    rows = await tx.all(
        """UPDATE rounds SET state = 'closed', closed_at = :now
           WHERE group_id = :group_id AND day = :day AND kind = 'daily' AND state = 'open' RETURNING round_id""",
        {"group_id": group_id, "day": day, "now": now_ms},
    )
    return sorted(row["round_id"] for row in rows)


async def rules(tx: Transaction, round_ids: Collection[int]) -> dict[int, Row]:
    """What the judge and the books need of each round."""
    round_marks, params = marks("r", round_ids)
    rows = await tx.all(
        f"""SELECT r.round_id, r.group_id, g.guild_id, o.user_id AS owner, r.key_position, r.option_order,
                r.closes_at, r.closed_at, r.kind, r.type, r.day, r.question_id, q.topic_id, g.feedback, r.state,
                q.voided_at, g.tutor_role_id, r.worth, r.takers,
                (SELECT s.first_day FROM seasons s WHERE s.group_id = r.group_id
                    AND r.day BETWEEN s.first_day AND s.last_day) AS season,
                r.posted_at, r.message_id
            FROM rounds r
            JOIN groups g ON g.group_id = r.group_id
            JOIN questions q ON q.question_id = r.question_id
            LEFT JOIN members o ON o.member_id = r.owner_id
            WHERE r.round_id IN ({round_marks})""",
        params,
    )
    return {row["round_id"]: row for row in rows}


@dataclass(frozen=True, slots=True)
class Tally:
    """What a round's members answered: how many there are, how many were right, and how many chose each place."""

    answers: int
    right: int
    chosen: Mapping[int, int]


async def tally(tx: Transaction, row: Row) -> Tally:
    """The answers of a round row, as `round_row` gives it."""
    rows = await tx.all(
        "SELECT choice, COUNT(*) AS n, SUM(correct) AS ok FROM answers WHERE round_id = :id GROUP BY choice",
        {"id": row["round_id"]},
    )
    chosen: Counter[int] = Counter()
    for one in rows:
        for place in places(one["choice"]) if row["type_asked"] == Type.MULTI else (one["choice"],):
            chosen[place] += one["n"]
    return Tally(sum(one["n"] for one in rows), sum(one["ok"] for one in rows), chosen)


async def put_flag(tx: Transaction, question_id: int, member_id: int, reason: str, now_ms: int) -> None:
    """A member's report about a question; a second one replaces the first."""
    await tx.run(
        """INSERT INTO flags (question_id, member_id, reason, flagged_at)
           VALUES (:question, :member, :reason, :now)
           ON CONFLICT (question_id, member_id)
           DO UPDATE SET reason = excluded.reason, flagged_at = excluded.flagged_at""",
        {"question": question_id, "member": member_id, "reason": reason, "now": now_ms},
    )
