-- Every kind of question, with its pictures and cases; banks of a group's own; who wrote a question.

-- A group's own bank; NULL for the operator's, which all groups of its exam are asked.
ALTER TABLE banks ADD COLUMN group_id INTEGER REFERENCES groups ON DELETE CASCADE;
CREATE INDEX banks_by_group ON banks (group_id);

-- The digest of the content as the question's file last had it. NULL where no file holds it now: what a file loses and
-- holds again lives again, and what a tutor changed in chat stays until the file itself changes.
ALTER TABLE questions ADD COLUMN file_print TEXT;

CREATE TABLE pictures (
    sha        TEXT PRIMARY KEY,
    data       BLOB    NOT NULL,
    media_type TEXT    NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL
) STRICT;

-- A text that several questions share; a changed text is another row, and `print` is the digest of all of it.
CREATE TABLE cases (
    case_id    INTEGER PRIMARY KEY,
    bank_id    INTEGER NOT NULL REFERENCES banks ON DELETE CASCADE,
    key        TEXT    NOT NULL,
    stem       TEXT    NOT NULL,
    image_name TEXT,
    image_alt  TEXT,
    picture    TEXT REFERENCES pictures,
    print      TEXT    NOT NULL,
    UNIQUE (bank_id, print)
) STRICT;
CREATE INDEX cases_by_picture ON cases (picture);

ALTER TABLE revisions ADD COLUMN type TEXT NOT NULL DEFAULT 'single'
    CHECK (type IN ('single', 'multi', 'truefalse', 'short', 'flashcard'));
ALTER TABLE revisions ADD COLUMN answers TEXT NOT NULL DEFAULT '[]';
ALTER TABLE revisions ADD COLUMN scoring TEXT NOT NULL DEFAULT 'all' CHECK (scoring IN ('all', 'partial'));
ALTER TABLE revisions ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE revisions ADD COLUMN image_name TEXT;
ALTER TABLE revisions ADD COLUMN image_alt TEXT;
ALTER TABLE revisions ADD COLUMN picture TEXT REFERENCES pictures;
ALTER TABLE revisions ADD COLUMN case_id INTEGER REFERENCES cases;
CREATE INDEX revisions_by_picture ON revisions (picture);
CREATE INDEX revisions_by_case ON revisions (case_id);

-- How a round's question is answered. `key_position`, and `choice` of its answers, are a place; of the type 'multi' a
-- sum of 2 to the power of places; of 'short' always 0, since the text stands in `written_answers`; of 'flashcard' 1
-- where the member said that they knew it.
ALTER TABLE rounds ADD COLUMN type TEXT NOT NULL DEFAULT 'single'
    CHECK (type IN ('single', 'multi', 'truefalse', 'short', 'flashcard'));

-- What a member typed: theirs alone.
CREATE TABLE written_answers (
    round_id  INTEGER NOT NULL REFERENCES rounds ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    text      TEXT    NOT NULL,
    PRIMARY KEY (round_id, member_id)
) STRICT;
CREATE INDEX written_answers_by_member ON written_answers (member_id);

-- Who wrote a question, and the name that they want to be credited with, if any. It goes with them; the words stay.
CREATE TABLE question_authors (
    question_id INTEGER PRIMARY KEY REFERENCES questions ON DELETE CASCADE,
    member_id   INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    credit      TEXT
) STRICT;
CREATE INDEX question_authors_by_member ON question_authors (member_id);

-- Questions that a group is not asked, though others are.
CREATE TABLE group_exclusions (
    group_id    INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    question_id INTEGER NOT NULL REFERENCES questions ON DELETE CASCADE,
    excluded_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, question_id)
) STRICT;
CREATE INDEX group_exclusions_by_question ON group_exclusions (question_id);
