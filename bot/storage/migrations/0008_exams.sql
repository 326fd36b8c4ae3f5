-- When members sit their exams. `minute` is the wall time in `zone`, NULL where only the day is known: `at` is then
-- what is counted down to. The exam's day lasts from `starts` to `ends`. `wish_minute` is when to wish well. Numbers are
-- never given anew: what was sent about one that is gone must not keep the next one's from being sent.
CREATE TABLE exams (
    exam_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id   INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    blueprint   TEXT    NOT NULL,
    day         TEXT    NOT NULL,
    minute      INTEGER CHECK (minute BETWEEN 0 AND 1439),
    zone        TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    starts      INTEGER NOT NULL,
    ends        INTEGER NOT NULL,
    wish_minute INTEGER CHECK (wish_minute BETWEEN 0 AND 1439),
    outcome     TEXT CHECK (outcome IN ('passed', 'failed', 'unsaid')),
    told_at     INTEGER,
    set_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX exams_by_member ON exams (member_id, ends);

-- What a member wants around exams.
CREATE TABLE sitters (
    member_id   INTEGER PRIMARY KEY REFERENCES members ON DELETE CASCADE,
    on_calendar INTEGER NOT NULL DEFAULT 0 CHECK (on_calendar IN (0, 1)),
    helper      INTEGER NOT NULL DEFAULT 0 CHECK (helper IN (0, 1))
) STRICT;

-- Who has wished whom luck: `member_id` is the one who wished.
CREATE TABLE luck (
    exam_id   INTEGER NOT NULL REFERENCES exams ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    wished_at INTEGER NOT NULL,
    PRIMARY KEY (exam_id, member_id)
) STRICT;
CREATE INDEX luck_by_member ON luck (member_id);

-- Boards and streak reminders rest while a row is here; the former wishes about the boards come back with its end.
CREATE TABLE setbacks (
    member_id INTEGER PRIMARY KEY REFERENCES members ON DELETE CASCADE,
    since     INTEGER NOT NULL,
    on_board  INTEGER NOT NULL CHECK (on_board IN (0, 1)),
    opted_in  INTEGER NOT NULL CHECK (opted_in IN (0, 1))
) STRICT;

-- A score report, in percent by section.
CREATE TABLE score_reports (
    exam_id   INTEGER NOT NULL REFERENCES exams ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    section   TEXT    NOT NULL,
    percent   REAL    NOT NULL CHECK (percent BETWEEN 0 AND 100),
    PRIMARY KEY (exam_id, section)
) STRICT;
CREATE INDEX score_reports_by_member ON score_reports (member_id);
