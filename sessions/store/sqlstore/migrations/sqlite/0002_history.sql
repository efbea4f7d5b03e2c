-- sessionkit, migration 2: the history that the numbers of changes belong to. Offline.
-- unless column sessionkit_schema.history
ALTER TABLE sessionkit_schema ADD COLUMN history TEXT NOT NULL DEFAULT '';
-- Random. A database that is set back gets another one.
UPDATE sessionkit_schema SET history = lower(hex(randomblob(8))) WHERE history = '';
