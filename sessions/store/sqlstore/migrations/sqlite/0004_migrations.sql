-- sessionkit, migration 4: which migrations were applied, and which versions of the package work on
-- the tables. Offline.
-- oldest: 4

CREATE TABLE IF NOT EXISTS sessionkit_migrations (
    version    INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    checksum   TEXT NOT NULL, -- of the migration's text
    applied_us INTEGER NOT NULL
);
-- The packages made for the versions from oldest to version work on the tables.
-- unless column sessionkit_schema.oldest
ALTER TABLE sessionkit_schema ADD COLUMN oldest INTEGER NOT NULL DEFAULT 0;

-- Searches read the lists of one name of many segments together.
CREATE INDEX IF NOT EXISTS sessionkit_blocks_lists
    ON sessionkit_blocks (company, name, segment) WHERE name < 'M';
