-- Instants are milliseconds since 1970 in UTC; days are 'YYYY-MM-DD' in the group's zone.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE groups (
    group_id      INTEGER PRIMARY KEY,
    guild_id      INTEGER NOT NULL,
    channel_id    INTEGER NOT NULL,
    zone          TEXT    NOT NULL,
    daily_minute  INTEGER NOT NULL CHECK (daily_minute BETWEEN 0 AND 1439),
    weekdays      INTEGER NOT NULL CHECK (weekdays BETWEEN 1 AND 127),
    per_day       INTEGER NOT NULL CHECK (per_day BETWEEN 1 AND 5),
    open_minutes  INTEGER NOT NULL CHECK (open_minutes > 0),
    feedback      TEXT    NOT NULL CHECK (feedback IN ('instant', 'at-close')),
    tutor_role_id INTEGER,
    exam          TEXT    NOT NULL,
    set_up_by     INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    trouble       TEXT,
    UNIQUE (guild_id, channel_id)
) STRICT;

CREATE TABLE members (
    member_id INTEGER PRIMARY KEY,
    group_id  INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    user_id   INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    on_board  INTEGER NOT NULL DEFAULT 1 CHECK (on_board IN (0, 1)),
    UNIQUE (group_id, user_id)
) STRICT;
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE topics (
    topic_id INTEGER PRIMARY KEY,
    exam     TEXT NOT NULL,
    slug     TEXT NOT NULL,
    name     TEXT NOT NULL,
    UNIQUE (exam, slug)
) STRICT;

CREATE TABLE banks (
    bank_id INTEGER PRIMARY KEY,
    slug    TEXT NOT NULL UNIQUE,
    title   TEXT NOT NULL,
    licence TEXT NOT NULL,
    rights  TEXT NOT NULL,
    exam    TEXT NOT NULL
) STRICT;

CREATE TABLE questions (
    question_id INTEGER PRIMARY KEY,
    bank_id     INTEGER NOT NULL REFERENCES banks ON DELETE CASCADE,
    key         TEXT    NOT NULL,
    topic_id    INTEGER NOT NULL REFERENCES topics,
    difficulty  INTEGER,
    revision    INTEGER NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('live', 'retired')),
    UNIQUE (bank_id, key)
) STRICT;
CREATE INDEX questions_by_topic ON questions (topic_id, state);

-- What was asked stays readable as it was asked: a changed question is a new revision.
CREATE TABLE revisions (
    question_id INTEGER NOT NULL REFERENCES questions ON DELETE CASCADE,
    revision    INTEGER NOT NULL,
    stem        TEXT    NOT NULL,
    options     TEXT    NOT NULL,
    explanation TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    code_year   INTEGER,
    shuffle     INTEGER NOT NULL CHECK (shuffle IN (0, 1)),
    PRIMARY KEY (question_id, revision)
) STRICT;

CREATE TABLE rounds (
    round_id     INTEGER PRIMARY KEY,
    group_id     INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    question_id  INTEGER NOT NULL REFERENCES questions,
    revision     INTEGER NOT NULL,
    kind         TEXT    NOT NULL CHECK (kind IN ('daily', 'practice')),
    owner_id     INTEGER REFERENCES members ON DELETE CASCADE,
    day          TEXT    NOT NULL,
    slot         INTEGER NOT NULL,
    option_order TEXT    NOT NULL,
    key_position INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    opened_at    INTEGER NOT NULL,
    posted_at    INTEGER,
    closes_at    INTEGER NOT NULL,
    closed_at    INTEGER,
    state        TEXT    NOT NULL CHECK (state IN ('posting', 'open', 'closed', 'unposted')),
    channel_id   INTEGER NOT NULL,
    message_id   INTEGER,
    answered     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX rounds_once_a_slot ON rounds (group_id, day, slot) WHERE kind = 'daily';
CREATE INDEX rounds_by_owner ON rounds (owner_id, round_id);
CREATE INDEX rounds_by_question ON rounds (group_id, question_id, opened_at);

CREATE TABLE answers (
    round_id    INTEGER NOT NULL REFERENCES rounds ON DELETE CASCADE,
    member_id   INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    seq         INTEGER NOT NULL UNIQUE,
    question_id INTEGER NOT NULL REFERENCES questions,
    choice      INTEGER NOT NULL,
    correct     INTEGER NOT NULL CHECK (correct IN (0, 1)),
    counted     INTEGER NOT NULL CHECK (counted IN (0, 1)),
    rated       INTEGER NOT NULL CHECK (rated IN (0, 1)),
    confidence  TEXT CHECK (confidence IN ('sure', 'guess')),
    answered_at INTEGER NOT NULL,
    day         TEXT    NOT NULL,
    p_before    REAL    NOT NULL,
    p_after     REAL    NOT NULL,
    PRIMARY KEY (round_id, member_id)
) STRICT;
CREATE INDEX answers_by_member ON answers (member_id, question_id, answered_at);

CREATE TABLE learner_estimates (
    member_id INTEGER PRIMARY KEY REFERENCES members ON DELETE CASCADE,
    mean      REAL NOT NULL,
    variance  REAL NOT NULL
) STRICT;

CREATE TABLE learner_topic_estimates (
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    topic_id  INTEGER NOT NULL REFERENCES topics,
    mean      REAL NOT NULL,
    variance  REAL NOT NULL,
    PRIMARY KEY (member_id, topic_id)
) STRICT;

CREATE TABLE topic_estimates (
    topic_id INTEGER PRIMARY KEY REFERENCES topics,
    mean     REAL NOT NULL,
    variance REAL NOT NULL
) STRICT;

CREATE TABLE item_estimates (
    question_id INTEGER PRIMARY KEY REFERENCES questions ON DELETE CASCADE,
    mean        REAL NOT NULL,
    variance    REAL NOT NULL
) STRICT;

CREATE TABLE standings (
    group_id  INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    period    TEXT    NOT NULL,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    points    INTEGER NOT NULL,
    answered  INTEGER NOT NULL,
    PRIMARY KEY (group_id, period, member_id)
) STRICT;
CREATE INDEX standings_by_points ON standings (group_id, period, points DESC);
CREATE INDEX standings_by_member ON standings (member_id);

CREATE TABLE streaks (
    member_id INTEGER PRIMARY KEY REFERENCES members ON DELETE CASCADE,
    current   INTEGER NOT NULL,
    longest   INTEGER NOT NULL,
    last_day  TEXT    NOT NULL
) STRICT;

CREATE TABLE agenda (
    agenda_id INTEGER PRIMARY KEY,
    key       TEXT    NOT NULL UNIQUE,
    kind      TEXT    NOT NULL CHECK (kind IN ('daily', 'close', 'digest', 'boards', 'winners', 'streak')),
    group_id  INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    day       TEXT,
    due_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX agenda_by_due ON agenda (due_at);

CREATE TABLE skips (
    group_id INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    day      TEXT    NOT NULL,
    reason   TEXT    NOT NULL CHECK (reason IN ('late', 'no-questions', 'unposted')),
    at       INTEGER NOT NULL,
    PRIMARY KEY (group_id, day)
) STRICT;

CREATE TABLE deliveries (
    delivery_id INTEGER PRIMARY KEY,
    key         TEXT    NOT NULL UNIQUE,
    group_id    INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    kind        TEXT    NOT NULL CHECK (kind IN ('question', 'close', 'digest', 'notice', 'winners', 'streak')),
    round_id    INTEGER REFERENCES rounds ON DELETE CASCADE,
    payload     TEXT    NOT NULL,
    nonce       TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'failed')),
    uncertain   INTEGER NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    due_at      INTEGER NOT NULL,
    not_before  INTEGER NOT NULL,
    expires_at  INTEGER,
    message_id  INTEGER,
    problem     TEXT
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries (group_id, delivery_id) WHERE state IN ('pending', 'sending');

CREATE TABLE flags (
    question_id INTEGER NOT NULL REFERENCES questions ON DELETE CASCADE,
    member_id   INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    reason      TEXT    NOT NULL,
    flagged_at  INTEGER NOT NULL,
    PRIMARY KEY (question_id, member_id)
) STRICT;
CREATE INDEX flags_by_member ON flags (member_id);
