-- What a right answer is worth is fixed when the round opens. `takers` are those who took part, tutors not counted:
-- from the third on the round gives points, and whoever deletes their answers later takes nobody's points away.
ALTER TABLE rounds ADD COLUMN worth INTEGER NOT NULL DEFAULT 10;
ALTER TABLE rounds ADD COLUMN takers INTEGER NOT NULL DEFAULT 0;
-- 0 for a tutor's answer: it does not make the round one of three people.
ALTER TABLE answers ADD COLUMN plays INTEGER NOT NULL DEFAULT 1 CHECK (plays IN (0, 1));

-- Tutors are on the boards only when they asked for it; `left_at` is when we found that somebody had left the server.
ALTER TABLE members ADD COLUMN is_tutor INTEGER NOT NULL DEFAULT 0 CHECK (is_tutor IN (0, 1));
ALTER TABLE members ADD COLUMN opted_in INTEGER NOT NULL DEFAULT 0 CHECK (opted_in IN (0, 1));
ALTER TABLE members ADD COLUMN left_at INTEGER;

-- On how many days a member answered.
ALTER TABLE standings ADD COLUMN days INTEGER NOT NULL DEFAULT 0;

CREATE TABLE seasons (
    group_id  INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    first_day TEXT    NOT NULL,
    last_day  TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    PRIMARY KEY (group_id, first_day)
) STRICT;

-- The archive: which periods are over that somebody took part in. Their lines are those of `standings`.
CREATE TABLE past_boards (
    group_id  INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    period    TEXT    NOT NULL,
    first_day TEXT    NOT NULL,
    last_day  TEXT    NOT NULL,
    PRIMARY KEY (group_id, period)
) STRICT;

-- How many answers of a member were counted by the learner model.
CREATE TABLE tallies (
    member_id INTEGER PRIMARY KEY REFERENCES members ON DELETE CASCADE,
    counted   INTEGER NOT NULL
) STRICT;

-- Days on which a period began, and the last answer before them: from the answers up to it a snapshot can be made anew.
CREATE TABLE boundaries (
    group_id INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    day      TEXT    NOT NULL,
    seq      INTEGER NOT NULL,
    PRIMARY KEY (group_id, day)
) STRICT;

-- What was believed of each member when such a day began.
CREATE TABLE snapshots (
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    day       TEXT    NOT NULL,
    mean      REAL    NOT NULL,
    variance  REAL    NOT NULL,
    counted   INTEGER NOT NULL,
    PRIMARY KEY (member_id, day)
) STRICT;
CREATE TABLE topic_snapshots (
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    day       TEXT    NOT NULL,
    topic_id  INTEGER NOT NULL REFERENCES topics,
    mean      REAL    NOT NULL,
    variance  REAL    NOT NULL,
    PRIMARY KEY (member_id, day, topic_id)
) STRICT;

CREATE TABLE leagues (
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    week      TEXT    NOT NULL,
    group_id  INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    number    INTEGER NOT NULL,
    PRIMARY KEY (member_id, week)
) STRICT;
CREATE INDEX leagues_by_week ON leagues (group_id, week, number);

-- A board is read whole, by its key: what an answer would cost to keep it sorted is not worth it.
DROP INDEX standings_by_points;
