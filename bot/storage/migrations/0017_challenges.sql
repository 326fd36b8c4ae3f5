-- Doubts about questions: what tutors decide, and what members hear of it.

-- One open challenge a question and group gathers all reports (`flags`) since `opened_at`. `revision` is the question's
-- when a decision was passed on to the operator (state 'passed'); `wish` is what the tutors asked for, `words` what they
-- wrote. Who decided is not kept. A question that nobody has reported is 'looked' at by a tutor, and in doubt for nobody.
CREATE TABLE challenges (
    challenge_id INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id     INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    question_id  INTEGER NOT NULL REFERENCES questions ON DELETE CASCADE,
    state        TEXT    NOT NULL DEFAULT 'open' CHECK (state IN ('looked', 'open', 'settled', 'passed')),
    decision     TEXT CHECK (decision IN ('key', 'text', 'retire', 'void', 'right')),
    words        TEXT    NOT NULL DEFAULT '',
    revision     INTEGER,
    opened_at    INTEGER NOT NULL,
    settled_at   INTEGER
) STRICT;
CREATE UNIQUE INDEX challenges_open ON challenges (group_id, question_id) WHERE state IN ('looked', 'open');
CREATE INDEX challenges_by_question ON challenges (question_id);

-- What was reported before there were challenges waits for tutors like the rest.
INSERT INTO challenges (group_id, question_id, opened_at)
SELECT m.group_id, f.question_id, MIN(f.flagged_at) FROM flags f JOIN members m ON m.member_id = f.member_id
GROUP BY m.group_id, f.question_id;

-- What an answer was before its question was corrected or withdrawn, until its member is told what came of it.
CREATE TABLE corrections (
    member_id    INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    round_id     INTEGER NOT NULL REFERENCES rounds ON DELETE CASCADE,
    correct      INTEGER NOT NULL CHECK (correct IN (0, 1)),
    voided       INTEGER NOT NULL CHECK (voided IN (0, 1)),
    points       INTEGER NOT NULL,
    key_position INTEGER NOT NULL,
    PRIMARY KEY (member_id, round_id)
) STRICT;
CREATE INDEX corrections_by_round ON corrections (round_id);

-- How long a streak was before a question that its member had missed was withdrawn or taken back in, until they are told.
CREATE TABLE streak_corrections (
    member_id INTEGER PRIMARY KEY REFERENCES members ON DELETE CASCADE,
    days      INTEGER NOT NULL
) STRICT;

-- Whether the key was changed after the round had opened, and whether its closing post does not show that yet.
ALTER TABLE rounds ADD COLUMN corrected INTEGER NOT NULL DEFAULT 0 CHECK (corrected IN (0, 1));
ALTER TABLE rounds ADD COLUMN post_outdated INTEGER NOT NULL DEFAULT 0 CHECK (post_outdated IN (0, 1));
CREATE INDEX rounds_by_outdated_post ON rounds (round_id) WHERE post_outdated = 1;
