-- Review sessions: what tutors post, who comes, and what was typed before it could be posted.

-- What comes again weekly. `rule` is the wall time in its zone, `template` what each session begins with (JSON).
CREATE TABLE session_series (
    series_id INTEGER PRIMARY KEY,
    group_id  INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    rule      TEXT    NOT NULL,
    template  TEXT    NOT NULL,
    ended_at  INTEGER
) STRICT;
CREATE INDEX session_series_by_group ON session_series (group_id);

-- `slot_at` is where the series has it, wherever this one was moved to. `revision` counts what its tutor changed,
-- `shown` counts the states that its post was to show. `problem` is why there is no event of Discord's.
CREATE TABLE sessions (
    session_id INTEGER PRIMARY KEY,
    group_id   INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    series_id  INTEGER REFERENCES session_series ON DELETE SET NULL,
    slot_at    INTEGER NOT NULL,
    title      TEXT    NOT NULL,
    topics     TEXT    NOT NULL,
    notes      TEXT    NOT NULL,
    starts_at  INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL CHECK (ends_at > starts_at),
    zone       TEXT    NOT NULL,
    place      TEXT    NOT NULL CHECK (place IN ('voice', 'stage', 'link')),
    place_id   INTEGER,
    link       TEXT,
    seats      INTEGER CHECK (seats > 0),
    state      TEXT    NOT NULL CHECK (state IN ('planned', 'live', 'over', 'cancelled')),
    revision   INTEGER NOT NULL DEFAULT 0,
    shown      INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    message_id INTEGER,
    event_id   INTEGER,
    problem    TEXT
) STRICT;
CREATE INDEX sessions_by_group ON sessions (group_id, starts_at);
CREATE INDEX sessions_by_series ON sessions (series_id, slot_at);

-- A session outlives the wish of its tutor to be forgotten, without their name.
CREATE TABLE session_tutors (
    session_id INTEGER PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
    member_id  INTEGER NOT NULL REFERENCES members ON DELETE CASCADE
) STRICT;
CREATE INDEX session_tutors_by_member ON session_tutors (member_id);

-- `turn` is the order of asking for a seat; `seated` is 0 on the waiting list. `notices` has a bit for each reminder.
CREATE TABLE session_rsvps (
    session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
    member_id  INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    answer     TEXT    NOT NULL CHECK (answer IN ('going', 'maybe', 'no')),
    turn       INTEGER NOT NULL,
    seated     INTEGER NOT NULL DEFAULT 0 CHECK (seated IN (0, 1)),
    notices    INTEGER NOT NULL DEFAULT 2,
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, member_id)
) STRICT;
CREATE INDEX session_rsvps_by_member ON session_rsvps (member_id);

-- What a tutor typed, until it is posted or a week has gone by. `session_id` is the one that it changes.
CREATE TABLE session_drafts (
    draft_id   INTEGER PRIMARY KEY,
    member_id  INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    session_id INTEGER REFERENCES sessions ON DELETE CASCADE,
    payload    TEXT    NOT NULL,
    at         INTEGER NOT NULL
) STRICT;
CREATE INDEX session_drafts_by_member ON session_drafts (member_id);
CREATE INDEX session_drafts_by_session ON session_drafts (session_id);
