-- Continuing education: what a member earned, in halves of a unit, and when their cycle ends. `halves` of a cycle is
-- the member's own requirement, NULL for that of the exam file; `told` is how many days before the end the last
-- reminder spoke of.
CREATE TABLE units (
    unit_id   INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    day       TEXT    NOT NULL,
    title     TEXT    NOT NULL,
    halves    INTEGER NOT NULL CHECK (halves > 0),
    kind      TEXT,
    added_at  INTEGER NOT NULL,
    UNIQUE (member_id, day, title)
) STRICT;

CREATE TABLE unit_cycles (
    member_id INTEGER PRIMARY KEY REFERENCES members ON DELETE CASCADE,
    last_day  TEXT    NOT NULL,
    halves    INTEGER CHECK (halves > 0),
    told      INTEGER,
    remind    INTEGER NOT NULL DEFAULT 1 CHECK (remind IN (0, 1))
) STRICT;
