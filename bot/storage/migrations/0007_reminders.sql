-- What members asked to be reminded of. Instants are milliseconds; `rule` is a recurrence's stored text.
-- `words` are the member's own for the time, `zone` is where they were read. A wall time that follows its member's
-- zone moves with it, and `zone_before` is where it would be had it not moved. `version` counts what makes older
-- fires void. `anchor` says whether it hangs on an exam or a session, `beside` where it lies from there. A draft waits
-- for its member's zone, choice or place; it may be a change to another reminder. Numbers are never given anew, since
-- buttons of what was deleted go on standing in messages.
CREATE TABLE reminders (
    reminder_id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id   INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    state       TEXT    NOT NULL CHECK (state IN ('draft', 'on', 'paused', 'over', 'done')),
    waits_for   TEXT,
    choices     TEXT    NOT NULL DEFAULT '[]',
    replaces    INTEGER REFERENCES reminders ON DELETE CASCADE,
    parent_id   INTEGER REFERENCES reminders ON DELETE SET NULL,
    words       TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    target      TEXT    NOT NULL CHECK (target IN ('dm', 'here')),
    channel_id  INTEGER,
    zone        TEXT    NOT NULL,
    zone_before TEXT,
    follows     INTEGER NOT NULL DEFAULT 0 CHECK (follows IN (0, 1)),
    rule        TEXT,
    wall        TEXT,
    anchor      TEXT,
    anchor_id   INTEGER,
    beside      TEXT,
    next_at     INTEGER,
    utc_offset  INTEGER,
    version     INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX reminders_by_member ON reminders (member_id, state);
CREATE UNIQUE INDEX reminders_once_a_follower ON reminders (parent_id, member_id) WHERE parent_id IS NOT NULL;
CREATE INDEX reminders_by_replaced ON reminders (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX reminders_by_anchor ON reminders (anchor, anchor_id) WHERE anchor IS NOT NULL;

-- Each time that a reminder came, by its rule or snoozed.
CREATE TABLE fires (
    fire_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    reminder_id INTEGER NOT NULL REFERENCES reminders ON DELETE CASCADE,
    due_at      INTEGER NOT NULL,
    missed      INTEGER NOT NULL DEFAULT 0,
    version     INTEGER NOT NULL,
    handled     TEXT CHECK (handled IN ('snoozed', 'done')),
    snoozed_to  INTEGER
) STRICT;
CREATE INDEX fires_by_reminder ON fires (reminder_id);

-- What a member has to be told at the next contact, since it could not be sent.
CREATE TABLE notes (
    note_id   INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    kind      TEXT    NOT NULL,
    payload   TEXT    NOT NULL,
    made_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX notes_by_member ON notes (member_id);

-- Whose streak reminder was refused is told in the same way from now on.
INSERT INTO notes (member_id, kind, payload, made_at)
SELECT member_id, 'streak', '{}', 0 FROM streak_pings WHERE state = 'closed';
DELETE FROM streak_pings WHERE state = 'closed';

-- Whether a member said by whose clock they go; without a zone of their own it is the group's.
ALTER TABLE members ADD COLUMN zone_said INTEGER NOT NULL DEFAULT 0 CHECK (zone_said IN (0, 1));
UPDATE members SET zone_said = 1 WHERE zone IS NOT NULL;
