-- sessionkit, migration 2: the history that the numbers of changes belong to. Offline.
-- unless column sessionkit_schema.history
ALTER TABLE sessionkit_schema ADD COLUMN history VARBINARY(32) NOT NULL DEFAULT '';
-- Random. A database that is set back gets another one. sql_safe_updates requires a key.
UPDATE sessionkit_schema SET history = LOWER(HEX(RANDOM_BYTES(8)))
    WHERE version > 0 AND history = '';
ALTER TABLE sessionkit_schema ALTER COLUMN history DROP DEFAULT;
