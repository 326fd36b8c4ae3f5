-- One run of an importer: first a preview for a day, then what it did, so that it can be undone.
CREATE TABLE imports (
    import_id  INTEGER PRIMARY KEY,
    group_id   INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    bank_id    INTEGER REFERENCES banks ON DELETE CASCADE,  -- NULL while the bank would be a new one
    slug       TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    licence    TEXT    NOT NULL,
    rights     TEXT    NOT NULL,
    exam       TEXT    NOT NULL,
    file       TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('preview', 'applying', 'applied', 'undoing', 'undone')),
    seen       TEXT    NOT NULL,  -- what the bank was like when the file was compared with it
    choices    TEXT    NOT NULL,
    findings   BLOB    NOT NULL,
    questions  BLOB,              -- gone once they are imported
    done       INTEGER NOT NULL DEFAULT 0,  -- steps of the work that is under way
    new        INTEGER NOT NULL DEFAULT 0,
    changed    INTEGER NOT NULL DEFAULT 0,
    retired    INTEGER NOT NULL DEFAULT 0,
    made_at    INTEGER NOT NULL,
    applied_at INTEGER,
    undone_at  INTEGER
) STRICT;
CREATE INDEX imports_by_group ON imports (group_id, import_id);
CREATE INDEX imports_by_bank ON imports (bank_id, import_id);

CREATE TABLE import_pictures (
    import_id  INTEGER NOT NULL REFERENCES imports ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    data       BLOB    NOT NULL,
    media_type TEXT    NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    PRIMARY KEY (import_id, name)
) STRICT;

-- What an import did to a question. `revision` is the one that it left, `before` what stood there, to be put back.
CREATE TABLE import_changes (
    import_id   INTEGER NOT NULL REFERENCES imports ON DELETE CASCADE,
    place       INTEGER NOT NULL,
    question_id INTEGER NOT NULL REFERENCES questions ON DELETE CASCADE,
    what        TEXT    NOT NULL CHECK (what IN ('new', 'changed', 'retired')),
    revision    INTEGER NOT NULL,
    before      TEXT,
    PRIMARY KEY (import_id, place)
) STRICT;
CREATE INDEX import_changes_by_question ON import_changes (question_id);

-- Who imported it. This goes with them; the import stays.
CREATE TABLE import_tutors (
    import_id INTEGER PRIMARY KEY REFERENCES imports ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members ON DELETE CASCADE
) STRICT;
CREATE INDEX import_tutors_by_member ON import_tutors (member_id);
