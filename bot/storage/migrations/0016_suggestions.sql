-- Questions that members propose, and questions that were looked at for a new code year.

-- What a member typed: a draft until it makes a question, then for the tutors, then what became of it. `version` counts
-- its changes, so that nobody approves what they have not read. It goes with its author; the question that was made
-- of it stays, and its credit stands in `question_authors`.
CREATE TABLE suggestions (
    suggestion_id INTEGER PRIMARY KEY,
    member_id     INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    state         TEXT    NOT NULL CHECK (state IN ('draft', 'waiting', 'approved', 'declined', 'withdrawn')),
    version       INTEGER NOT NULL,
    topic         TEXT    NOT NULL,
    stem          TEXT    NOT NULL,
    options       TEXT    NOT NULL,
    explanation   TEXT    NOT NULL,
    source        TEXT    NOT NULL,
    credit        TEXT,
    by_message    INTEGER NOT NULL DEFAULT 0 CHECK (by_message IN (0, 1)),
    changed_at    INTEGER NOT NULL,
    decided_at    INTEGER,
    reason        TEXT    NOT NULL DEFAULT '',
    question_id   INTEGER REFERENCES questions ON DELETE SET NULL
) STRICT;
CREATE INDEX suggestions_by_member ON suggestions (member_id, state);
CREATE INDEX suggestions_by_question ON suggestions (question_id);
CREATE INDEX suggestions_waiting ON suggestions (changed_at) WHERE state = 'waiting';

-- Which tutor decided.
CREATE TABLE suggestion_tutors (
    suggestion_id INTEGER PRIMARY KEY REFERENCES suggestions ON DELETE CASCADE,
    member_id     INTEGER NOT NULL REFERENCES members ON DELETE CASCADE
) STRICT;
CREATE INDEX suggestion_tutors_by_member ON suggestion_tutors (member_id);

-- What a tutor typed who edits one and could not approve it yet.
CREATE TABLE suggestion_edits (
    suggestion_id INTEGER NOT NULL REFERENCES suggestions ON DELETE CASCADE,
    member_id     INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    topic         TEXT    NOT NULL,
    stem          TEXT    NOT NULL,
    options       TEXT    NOT NULL,
    explanation   TEXT    NOT NULL,
    source        TEXT    NOT NULL,
    PRIMARY KEY (suggestion_id, member_id)
) STRICT;
CREATE INDEX suggestion_edits_by_member ON suggestion_edits (member_id);

-- A question of an older code year that still holds in this one, for a group whose tutor has looked at it.
CREATE TABLE code_year_checks (
    check_id    INTEGER PRIMARY KEY,
    group_id    INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    question_id INTEGER NOT NULL REFERENCES questions ON DELETE CASCADE,
    year        INTEGER NOT NULL,
    checked_at  INTEGER NOT NULL,
    UNIQUE (group_id, question_id, year)
) STRICT;
CREATE INDEX code_year_checks_by_question ON code_year_checks (question_id);

-- Which tutor has looked; the check stays when they go.
CREATE TABLE code_year_checkers (
    check_id  INTEGER PRIMARY KEY REFERENCES code_year_checks ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE
) STRICT;
CREATE INDEX code_year_checkers_by_member ON code_year_checkers (member_id);
