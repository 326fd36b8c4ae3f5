-- A *Guess* tap is an event of its own among the answers: `seq` and `sure_seq` are numbers of one sequence.
ALTER TABLE answers ADD COLUMN sure_seq INTEGER;
CREATE UNIQUE INDEX answers_by_sure_seq ON answers (sure_seq) WHERE sure_seq IS NOT NULL;
ALTER TABLE answers ADD COLUMN miss TEXT
    CHECK (miss IN ('misread', 'did-not-know', 'wrong-rule', 'out-of-time', 'guess'));
-- What `counted` was before the answer's question was voided; NULL while the question counts.
ALTER TABLE answers ADD COLUMN would_count INTEGER CHECK (would_count IN (0, 1));
-- Whether a changed key has changed the verdict after the answer was given.
ALTER TABLE answers ADD COLUMN rejudged INTEGER NOT NULL DEFAULT 0 CHECK (rejudged IN (0, 1));
ALTER TABLE questions ADD COLUMN voided_at INTEGER;

-- Groups whose boards and streaks no longer follow from their answers, until they are made anew.
CREATE TABLE outdated (
    group_id INTEGER PRIMARY KEY REFERENCES groups ON DELETE CASCADE
) STRICT;
