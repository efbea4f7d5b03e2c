-- sessionkit, migration 5: which of the host's versions of a session is stored, for Put. Online:
-- the package of version 4 leaves them as they are.
-- oldest: 4

-- unless column sessionkit_sessions.version
ALTER TABLE sessionkit_sessions ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
