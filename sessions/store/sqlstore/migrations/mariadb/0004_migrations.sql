-- sessionkit, migration 4: which migrations were applied, and which versions of the package work on
-- the tables. Offline.
-- oldest: 4

CREATE TABLE IF NOT EXISTS sessionkit_migrations (
    version    BIGINT NOT NULL PRIMARY KEY,
    name       VARBINARY(128) NOT NULL,
    checksum   VARBINARY(128) NOT NULL, -- of the migration's text
    applied_us BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
-- The packages made for the versions from oldest to version work on the tables.
-- unless column sessionkit_schema.oldest
ALTER TABLE sessionkit_schema ADD COLUMN oldest BIGINT NOT NULL DEFAULT 0;
