-- sessionkit, migration 8: settings of companies, and their audit trail. Online: the packages of
-- versions 6 and 7 go on, and know neither.
-- oldest: 6

-- The settings of companies, a row for each time that they were saved. The greatest revision is in
-- force.
CREATE TABLE IF NOT EXISTS sessionkit_settings (
    company  text COLLATE "C" NOT NULL,
    revision bigint NOT NULL, -- 1, 2, 3, ...
    subject  text COLLATE "C" NOT NULL, -- who saved them
    saved_us bigint NOT NULL, -- when, in microseconds since 1970
    settings text COLLATE "C" NOT NULL, -- JSON
    PRIMARY KEY (company, revision)
);

-- The audit trail of companies. Texts are '' and numbers 0 where an entry has none.
CREATE TABLE IF NOT EXISTS sessionkit_audit (
    company      text COLLATE "C" NOT NULL,
    at_us        bigint NOT NULL, -- in microseconds since 1970
    id           text COLLATE "C" NOT NULL,
    subject      text COLLATE "C" NOT NULL, -- who did it
    role         text COLLATE "C" NOT NULL,
    action       text COLLATE "C" NOT NULL,
    outcome      text COLLATE "C" NOT NULL,
    session      text COLLATE "C" NOT NULL, -- the ID, if the entry is about one session
    -- The names of the criteria, and their values only if the host wants them.
    query        text COLLATE "C" NOT NULL,
    -- JSON, of a change of settings.
    old_settings text COLLATE "C" NOT NULL,
    new_settings text COLLATE "C" NOT NULL,
    sessions     bigint NOT NULL, -- handed out, counted or deleted
    bytes        bigint NOT NULL, -- of a file
    sha256       text COLLATE "C" NOT NULL,
    reason       text COLLATE "C" NOT NULL, -- why it failed
    PRIMARY KEY (company, at_us, id)
);
CREATE INDEX IF NOT EXISTS sessionkit_audit_subjects
    ON sessionkit_audit (company, subject, at_us, id);
CREATE INDEX IF NOT EXISTS sessionkit_audit_sessions
    ON sessionkit_audit (company, session, at_us, id);
