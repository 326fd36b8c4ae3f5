-- What tutors and the group make of feedback: reviews that become part of an explanation, the queue, the teach-backs.

-- A review that is to become part of a question's explanation, in these words, if its author consents.
CREATE TABLE promotions (
    review_id   INTEGER PRIMARY KEY REFERENCES reviews ON DELETE CASCADE,
    question_id INTEGER NOT NULL REFERENCES questions ON DELETE CASCADE,
    text        TEXT    NOT NULL,
    consent     TEXT    NOT NULL CHECK (consent IN ('asked', 'given', 'refused')),
    asked_at    INTEGER NOT NULL,
    answered_at INTEGER
) STRICT;
CREATE INDEX promotions_by_question ON promotions (question_id);

-- What a group's members added to a question's explanation; the bank's own words stay in `revisions`, and loading the
-- bank anew touches neither. `right_text` is the option that it explains: where another one is right, it is not shown.
CREATE TABLE additions (
    addition_id INTEGER PRIMARY KEY,
    group_id    INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    question_id INTEGER NOT NULL REFERENCES questions ON DELETE CASCADE,
    review_id   INTEGER UNIQUE REFERENCES reviews ON DELETE SET NULL,
    right_text  TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    added_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX additions_by_question ON additions (question_id, group_id);
CREATE INDEX additions_by_group ON additions (group_id);

-- The name that its author wants to be credited with. It goes with them; the words stay.
CREATE TABLE addition_credits (
    addition_id INTEGER PRIMARY KEY REFERENCES additions ON DELETE CASCADE,
    member_id   INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
    name        TEXT    NOT NULL
) STRICT;
CREATE INDEX addition_credits_by_member ON addition_credits (member_id);

-- Tutors who want a direct message when something was reported.
CREATE TABLE report_watchers (
    member_id INTEGER PRIMARY KEY REFERENCES members ON DELETE CASCADE,
    since     INTEGER NOT NULL
) STRICT;

-- Questions for feedback that tutors were told of, since nobody had answered them for a day.
CREATE TABLE unanswered (
    ask_id  INTEGER PRIMARY KEY REFERENCES asks ON DELETE CASCADE,
    told_at INTEGER NOT NULL
) STRICT;

-- Groups that want no teach-backs.
CREATE TABLE teachbacks_off (
    group_id INTEGER PRIMARY KEY REFERENCES groups ON DELETE CASCADE,
    since    INTEGER NOT NULL
) STRICT;

-- The most-missed question of a week (such as 2026-W10), explained by members: an ask without an author. `ends_at` is
-- when the best explanation is chosen; from then on the next approval chooses.
CREATE TABLE teachbacks (
    ask_id      INTEGER PRIMARY KEY REFERENCES asks ON DELETE CASCADE,
    group_id    INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    week        TEXT    NOT NULL,
    question_id INTEGER NOT NULL REFERENCES questions ON DELETE CASCADE,
    ends_at     INTEGER NOT NULL,
    ended_at    INTEGER,
    chosen_id   INTEGER REFERENCES reviews ON DELETE SET NULL,
    UNIQUE (group_id, week)
) STRICT;
CREATE INDEX teachbacks_by_question ON teachbacks (question_id);
CREATE INDEX teachbacks_by_chosen ON teachbacks (chosen_id);
