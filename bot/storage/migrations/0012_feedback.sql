-- Peer feedback. A card is a row first and a message second. No row of what others can read names its author: authors
-- stand in tables beside it, so that a deleted member's words can stay where others need them, without the member.

-- Where a group's asks are posted (NULL is the group's own channel), and its rubric as JSON (NULL is the usual one).
CREATE TABLE feedback_settings (
    group_id   INTEGER PRIMARY KEY REFERENCES groups ON DELETE CASCADE,
    channel_id INTEGER,
    rubric     TEXT
) STRICT;

-- `channel_id` is where the card was posted, `thread_id` its thread or forum post, `message_id` the card in it or above
-- it. `posting` counts how often it was posted, `revision` the states that its card was to show. `files` has the names
-- of what was attached (JSON). `form` is the interaction that opened the form it came from: a form that is sent twice,
-- since its answer got lost, is one ask. `trouble` is why its messages cannot be made: 'gone', 'locked', 'no-access'. An ask of
-- kind 'teach-back' has no author.
CREATE TABLE asks (
    ask_id      INTEGER PRIMARY KEY,
    group_id    INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    kind        TEXT    NOT NULL DEFAULT 'ask' CHECK (kind IN ('ask', 'teach-back')),
    topic_id    INTEGER REFERENCES topics,
    title       TEXT    NOT NULL,
    did         TEXT    NOT NULL,
    wants       TEXT    NOT NULL,
    files       TEXT    NOT NULL DEFAULT '[]',
    form        INTEGER,
    visibility  TEXT    NOT NULL CHECK (visibility IN ('group', 'private')),
    anonymous   INTEGER NOT NULL CHECK (anonymous IN (0, 1)),
    state       TEXT    NOT NULL CHECK (state IN ('open', 'resolved', 'removed')),
    channel_id  INTEGER NOT NULL,
    thread_id   INTEGER,
    message_id  INTEGER,
    posting     INTEGER NOT NULL DEFAULT 1,
    revision    INTEGER NOT NULL DEFAULT 0,
    trouble     TEXT,
    made_at     INTEGER NOT NULL,
    posted_at   INTEGER,
    resolved_at INTEGER,
    archived_at INTEGER,
    locked_at   INTEGER
) STRICT;
CREATE INDEX asks_by_group ON asks (group_id, made_at);
CREATE INDEX asks_by_thread ON asks (thread_id);

CREATE TABLE ask_authors (
    ask_id    INTEGER PRIMARY KEY REFERENCES asks ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE
) STRICT;
CREATE INDEX ask_authors_by_member ON ask_authors (member_id);

-- `rubric` holds the labels that it was written for (JSON, NULL is the usual ones). What explains a teach-back has no
-- scores. A removed review stays its author's, and nobody sees it.
CREATE TABLE reviews (
    review_id    INTEGER PRIMARY KEY,
    ask_id       INTEGER NOT NULL REFERENCES asks ON DELETE CASCADE,
    right_why    TEXT    NOT NULL,
    change       TEXT    NOT NULL,
    reading      TEXT    NOT NULL,
    reasoning    INTEGER CHECK (reasoning BETWEEN 1 AND 4),
    guideline    INTEGER CHECK (guideline BETWEEN 1 AND 4),
    completeness INTEGER CHECK (completeness BETWEEN 1 AND 4),
    rubric       TEXT,
    anonymous    INTEGER NOT NULL CHECK (anonymous IN (0, 1)),
    state        TEXT    NOT NULL CHECK (state IN ('posted', 'removed')),
    message_id   INTEGER,
    posting      INTEGER NOT NULL DEFAULT 1,
    revision     INTEGER NOT NULL DEFAULT 0,
    made_at      INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    endorsed_at  INTEGER,
    correction   TEXT,
    corrected_at INTEGER
) STRICT;
CREATE INDEX reviews_by_ask ON reviews (ask_id);

-- One review a reviewer an ask; it can be changed.
CREATE TABLE review_authors (
    review_id INTEGER PRIMARY KEY REFERENCES reviews ON DELETE CASCADE,
    ask_id    INTEGER NOT NULL REFERENCES asks ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    UNIQUE (ask_id, member_id)
) STRICT;
CREATE INDEX review_authors_by_member ON review_authors (member_id);

-- Which tutor did what to a review; what others see of it stands in `reviews`.
CREATE TABLE review_tutors (
    review_id INTEGER NOT NULL REFERENCES reviews ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    what      TEXT    NOT NULL CHECK (what IN ('endorsed', 'corrected', 'removed')),
    at        INTEGER NOT NULL,
    PRIMARY KEY (review_id, member_id, what)
) STRICT;
CREATE INDEX review_tutors_by_member ON review_tutors (member_id);

-- What the asker adds to the question, or asks about a review, and what the reviewer answers to that: posted by the
-- bot, so that who is anonymous stays so. `settled_at` is when a question to the reviewer was answered or put aside,
-- `removed_at` when a tutor took it off.
CREATE TABLE follow_ups (
    follow_up_id INTEGER PRIMARY KEY,
    ask_id       INTEGER NOT NULL REFERENCES asks ON DELETE CASCADE,
    review_id    INTEGER REFERENCES reviews ON DELETE CASCADE,
    side         TEXT    NOT NULL CHECK (side IN ('asker', 'reviewer')),
    text         TEXT    NOT NULL,
    form         INTEGER,
    message_id   INTEGER,
    posting      INTEGER NOT NULL DEFAULT 1,
    made_at      INTEGER NOT NULL,
    settled_at   INTEGER,
    removed_at   INTEGER
) STRICT;
CREATE INDEX follow_ups_by_ask ON follow_ups (ask_id);
CREATE INDEX follow_ups_by_review ON follow_ups (review_id);

CREATE TABLE follow_up_authors (
    follow_up_id INTEGER PRIMARY KEY REFERENCES follow_ups ON DELETE CASCADE,
    member_id    INTEGER NOT NULL REFERENCES members ON DELETE CASCADE
) STRICT;
CREATE INDEX follow_up_authors_by_member ON follow_up_authors (member_id);

-- What somebody thinks of a review: the asker, and in a teach-back anybody but its author.
CREATE TABLE marks (
    review_id INTEGER NOT NULL REFERENCES reviews ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    kind      TEXT    NOT NULL CHECK (kind IN ('helpful', 'unclear')),
    at        INTEGER NOT NULL,
    PRIMARY KEY (review_id, member_id)
) STRICT;
CREATE INDEX marks_by_member ON marks (member_id);

-- A member's private log of what they take away.
CREATE TABLE reflections (
    reflection_id INTEGER PRIMARY KEY,
    member_id     INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    ask_id        INTEGER UNIQUE REFERENCES asks ON DELETE SET NULL,
    topic_id      INTEGER REFERENCES topics,
    text          TEXT    NOT NULL,
    made_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX reflections_by_member ON reflections (member_id, made_at);

-- What somebody typed, until it is posted or a week has gone by. `kind` is the form that it was typed into.
CREATE TABLE feedback_drafts (
    draft_id  INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    kind      TEXT    NOT NULL,
    ask_id    INTEGER REFERENCES asks ON DELETE CASCADE,
    review_id INTEGER REFERENCES reviews ON DELETE CASCADE,
    payload   TEXT    NOT NULL,
    at        INTEGER NOT NULL
) STRICT;
CREATE INDEX feedback_drafts_by_member ON feedback_drafts (member_id);
CREATE INDEX feedback_drafts_by_ask ON feedback_drafts (ask_id);
CREATE INDEX feedback_drafts_by_review ON feedback_drafts (review_id);

-- Files on their way into a card. Once it is posted Discord has them, and only their names stay, in `asks`.
CREATE TABLE feedback_files (
    file_id  INTEGER PRIMARY KEY,
    draft_id INTEGER REFERENCES feedback_drafts ON DELETE CASCADE,
    ask_id   INTEGER REFERENCES asks ON DELETE CASCADE,
    name     TEXT    NOT NULL,
    data     BLOB    NOT NULL
) STRICT;
CREATE INDEX feedback_files_by_draft ON feedback_files (draft_id);
CREATE INDEX feedback_files_by_ask ON feedback_files (ask_id);

-- Who offered to review.
CREATE TABLE reviewers (
    member_id INTEGER PRIMARY KEY REFERENCES members ON DELETE CASCADE,
    since     INTEGER NOT NULL
) STRICT;

-- Who was invited to which ask. A member is invited to an ask once.
CREATE TABLE invitations (
    invitation_id INTEGER PRIMARY KEY,
    ask_id        INTEGER NOT NULL REFERENCES asks ON DELETE CASCADE,
    member_id     INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    state         TEXT    NOT NULL CHECK (state IN ('asked', 'accepted', 'passed', 'done', 'lapsed')),
    asked_at      INTEGER NOT NULL,
    answered_at   INTEGER,
    UNIQUE (ask_id, member_id)
) STRICT;
CREATE INDEX invitations_by_member ON invitations (member_id, asked_at);

-- Who looks for a study buddy.
CREATE TABLE buddy_seekers (
    member_id INTEGER PRIMARY KEY REFERENCES members ON DELETE CASCADE,
    since     INTEGER NOT NULL
) STRICT;

-- Two members whose strengths complement each other. Neither sees the other's name before both have accepted.
-- `topics` are the names of what was suggested to both (JSON).
CREATE TABLE buddies (
    buddy_id   INTEGER PRIMARY KEY,
    group_id   INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    made_at    INTEGER NOT NULL,
    matched_at INTEGER,
    ended_at   INTEGER,
    topics     TEXT    NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX buddies_by_group ON buddies (group_id);

CREATE TABLE buddy_members (
    buddy_id  INTEGER NOT NULL REFERENCES buddies ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    state     TEXT    NOT NULL CHECK (state IN ('asked', 'accepted', 'passed', 'ended')),
    PRIMARY KEY (buddy_id, member_id)
) STRICT;
CREATE INDEX buddy_members_by_member ON buddy_members (member_id);

-- What was reported to the tutors. The copy stays when the card goes.
CREATE TABLE reports (
    report_id  INTEGER PRIMARY KEY,
    group_id   INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    what       TEXT    NOT NULL CHECK (what IN ('ask', 'review', 'follow-up')),
    subject_id INTEGER NOT NULL,
    copy       TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('open', 'kept', 'locked', 'removed')),
    made_at    INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;
CREATE INDEX reports_by_group ON reports (group_id, state);

CREATE TABLE report_authors (
    report_id INTEGER PRIMARY KEY REFERENCES reports ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE
) STRICT;
CREATE INDEX report_authors_by_member ON report_authors (member_id);
