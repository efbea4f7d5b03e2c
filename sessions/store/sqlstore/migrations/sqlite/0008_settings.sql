-- sessionkit, migration 8: settings of companies, and their audit trail. Online: the packages of
-- versions 6 and 7 go on, and know neither.
-- oldest: 6

-- The settings of companies, a row for each time that they were saved. The greatest revision is in
-- force.
CREATE TABLE IF NOT EXISTS sessionkit_settings (
    company  TEXT NOT NULL,
    revision INTEGER NOT NULL, -- 1, 2, 3, ...
    subject  TEXT NOT NULL, -- who saved them
    saved_us INTEGER NOT NULL, -- when, in microseconds since 1970
    settings TEXT NOT NULL, -- JSON
    PRIMARY KEY (company, revision)
) WITHOUT ROWID;

-- The audit trail of companies. Texts are '' and numbers 0 where an entry has none.
CREATE TABLE IF NOT EXISTS sessionkit_audit (
    company      TEXT NOT NULL,
    at_us        INTEGER NOT NULL, -- in microseconds since 1970
    id           TEXT NOT NULL,
    subject      TEXT NOT NULL, -- who did it
    role         TEXT NOT NULL,
    action       TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    session      TEXT NOT NULL, -- the ID, if the entry is about one session
    -- The names of the criteria, and their values only if the host wants them.
    query        TEXT NOT NULL,
    -- JSON, of a change of settings.
    old_settings TEXT NOT NULL,
    new_settings TEXT NOT NULL,
    sessions     INTEGER NOT NULL, -- handed out, counted or deleted
    bytes        INTEGER NOT NULL, -- of a file
    sha256       TEXT NOT NULL,
    reason       TEXT NOT NULL, -- why it failed
    PRIMARY KEY (company, at_us, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessionkit_audit_subjects
    ON sessionkit_audit (company, subject, at_us, id);
CREATE INDEX IF NOT EXISTS sessionkit_audit_sessions
    ON sessionkit_audit (company, session, at_us, id);
