-- Who was at a review session, what its tutor confirmed, what it made clearer, and what members wish for next.

-- A session whose window was opened. `watched_until` is how far its voice channel was watched, `watching` whether it
-- is now. `post_id` is the message with the buttons. `closed_at` is when everything open was closed, `signed_at` when
-- a tutor last confirmed who was there.
CREATE TABLE session_windows (
    session_id    INTEGER PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
    opened_at     INTEGER NOT NULL,
    watched_until INTEGER NOT NULL,
    watching      INTEGER NOT NULL DEFAULT 0 CHECK (watching IN (0, 1)),
    post_id       INTEGER,
    closed_at     INTEGER,
    signed_at     INTEGER
) STRICT;

-- While the bot did not watch: whoever was there before and after counts as there, and the gap is said.
CREATE TABLE attendance_gaps (
    session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
    began_at   INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL CHECK (ended_at > began_at),
    PRIMARY KEY (session_id, began_at)
) STRICT;

-- Times of presence as they were seen; `ended_at` is NULL while one lasts.
CREATE TABLE presences (
    presence_id INTEGER PRIMARY KEY,
    session_id  INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
    member_id   INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    source      TEXT    NOT NULL CHECK (source IN ('voice', 'button')),
    began_at    INTEGER NOT NULL,
    ended_at    INTEGER CHECK (ended_at >= began_at)
) STRICT;
CREATE UNIQUE INDEX presences_open ON presences (session_id, member_id, source) WHERE ended_at IS NULL;
CREATE INDEX presences_by_session ON presences (session_id);
CREATE INDEX presences_by_member ON presences (member_id);

-- What the tutor says of one member. `corrected` are the minutes that they set, NULL where those seen stand;
-- `minutes`, `confirmed_at` and the check `code` are there once it is confirmed.
CREATE TABLE attendances (
    session_id   INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
    member_id    INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    corrected    INTEGER CHECK (corrected >= 0),
    minutes      INTEGER CHECK (minutes >= 0),
    confirmed_at INTEGER,
    code         TEXT UNIQUE,
    PRIMARY KEY (session_id, member_id)
) STRICT;
CREATE INDEX attendances_by_member ON attendances (member_id);

-- Who confirmed, under which name: what was confirmed at `signed_at`, by them. The records outlive the tutor's wish to
-- be forgotten, without the name.
CREATE TABLE session_signers (
    session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
    signed_at  INTEGER NOT NULL,
    member_id  INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    PRIMARY KEY (session_id, signed_at)
) STRICT;
CREATE INDEX session_signers_by_member ON session_signers (member_id);

-- The short poll; `topic` is '' where the session names none. `turn` is the order of first answers.
CREATE TABLE poll_answers (
    session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
    member_id  INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    topic      TEXT    NOT NULL,
    clearer    INTEGER NOT NULL CHECK (clearer IN (0, 1)),
    turn       INTEGER NOT NULL,
    PRIMARY KEY (session_id, member_id, topic)
) STRICT;
CREATE INDEX poll_answers_by_member ON poll_answers (member_id);

-- Where a session's notes stand; their words are Discord's to keep.
CREATE TABLE session_notes (
    session_id INTEGER PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
    channel_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    posted_at  INTEGER NOT NULL
) STRICT;

-- Topics that members want a session about, by their slug.
CREATE TABLE session_wishes (
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    topic     TEXT    NOT NULL,
    wished_at INTEGER NOT NULL,
    PRIMARY KEY (member_id, topic)
) STRICT;
