-- Streaks by the member's own day. Where a zone is NULL, it is the group's.
ALTER TABLE members ADD COLUMN zone TEXT;

-- Zones are never forgotten: a day gone by keeps the hours that it had.
CREATE TABLE group_zones (
    group_id INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    since    INTEGER NOT NULL,
    zone     TEXT    NOT NULL,
    PRIMARY KEY (group_id, since)
) STRICT;
INSERT INTO group_zones (group_id, since, zone) SELECT group_id, created_at, zone FROM groups;

CREATE TABLE member_zones (
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    since     INTEGER NOT NULL,
    zone      TEXT,
    PRIMARY KEY (member_id, since)
) STRICT;

-- Both days are included; a pause without a last day goes on.
CREATE TABLE pauses (
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    first_day TEXT    NOT NULL,
    last_day  TEXT,
    PRIMARY KEY (member_id, first_day)
) STRICT;

-- Who asked to be told before a streak ends; 'closed' until they are told that their direct messages were closed.
CREATE TABLE streak_pings (
    member_id INTEGER PRIMARY KEY REFERENCES members ON DELETE CASCADE,
    state     TEXT NOT NULL CHECK (state IN ('on', 'closed'))
) STRICT;

-- The member's date at the click, of answers to daily questions.
ALTER TABLE answers ADD COLUMN own_day TEXT;
UPDATE answers SET own_day = day WHERE rated = 1;

ALTER TABLE streaks ADD COLUMN freezes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE streaks ADD COLUMN frozen_days TEXT NOT NULL DEFAULT '';

ALTER TABLE agenda ADD COLUMN member_id INTEGER REFERENCES members ON DELETE CASCADE;
CREATE INDEX agenda_by_member ON agenda (member_id);
ALTER TABLE deliveries ADD COLUMN member_id INTEGER REFERENCES members ON DELETE CASCADE;
CREATE INDEX deliveries_by_member ON deliveries (member_id);
