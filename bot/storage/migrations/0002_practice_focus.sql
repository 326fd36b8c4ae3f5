-- The topics that a practice goes round, by id with hyphens between; NULL where any topic may come next.
ALTER TABLE rounds ADD COLUMN focus TEXT;
