-- sessionkit, migration 2: the history that the numbers of changes belong to. Offline.
-- unless column sessionkit_schema.history
ALTER TABLE sessionkit_schema ADD COLUMN history text COLLATE "C" NOT NULL DEFAULT '';
-- Random. A database that is set back gets another one.
UPDATE sessionkit_schema SET history = left(md5(gen_random_uuid()::text), 16) WHERE history = '';
ALTER TABLE sessionkit_schema ALTER COLUMN history DROP DEFAULT;
