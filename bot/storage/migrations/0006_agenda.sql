-- The agenda and the outbox take any kind of entry: what a kind is claimed by, and posted as, stands in the code.
-- `subject_id` is the reminder, exam or session that an entry is about. A `lane` is what keeps its order.
CREATE TABLE agenda_anew (
    agenda_id  INTEGER PRIMARY KEY,
    key        TEXT    NOT NULL UNIQUE,
    kind       TEXT    NOT NULL,
    group_id   INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    member_id  INTEGER REFERENCES members ON DELETE CASCADE,
    subject_id INTEGER,
    day        TEXT,
    due_at     INTEGER NOT NULL
) STRICT;
INSERT INTO agenda_anew (agenda_id, key, kind, group_id, member_id, day, due_at)
    SELECT agenda_id, key, kind, group_id, member_id, day, due_at FROM agenda;
DROP TABLE agenda;
ALTER TABLE agenda_anew RENAME TO agenda;
CREATE INDEX agenda_by_due ON agenda (due_at);
CREATE INDEX agenda_by_member ON agenda (member_id);

CREATE TABLE deliveries_anew (
    delivery_id INTEGER PRIMARY KEY,
    key         TEXT    NOT NULL UNIQUE,
    lane        TEXT    NOT NULL,
    group_id    INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    member_id   INTEGER REFERENCES members ON DELETE CASCADE,
    subject_id  INTEGER,
    kind        TEXT    NOT NULL,
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
INSERT INTO deliveries_anew (delivery_id, key, lane, group_id, member_id, kind, round_id, payload, nonce, state,
        uncertain, attempts, due_at, not_before, expires_at, message_id, problem)
    SELECT delivery_id, key,
        CASE kind WHEN 'notice' THEN 'notice:' || group_id WHEN 'streak' THEN key ELSE 'group:' || group_id END,
        group_id, member_id, kind, round_id, payload, nonce, state,
        uncertain, attempts, due_at, not_before, expires_at, message_id, problem FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE deliveries_anew RENAME TO deliveries;
CREATE INDEX deliveries_waiting ON deliveries (lane, delivery_id) WHERE state IN ('pending', 'sending');
CREATE INDEX deliveries_ready ON deliveries (not_before) WHERE state = 'pending';
CREATE INDEX deliveries_by_member ON deliveries (member_id);
CREATE INDEX deliveries_by_round ON deliveries (round_id);
