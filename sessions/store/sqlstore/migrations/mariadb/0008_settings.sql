-- sessionkit, migration 8: settings of companies, and their audit trail. Online: the packages of
-- versions 6 and 7 go on, and know neither.
-- oldest: 6

-- The settings of companies, a row for each time that they were saved. The greatest revision is in
-- force.
CREATE TABLE IF NOT EXISTS sessionkit_settings (
    company  VARBINARY(128) NOT NULL,
    revision BIGINT NOT NULL, -- 1, 2, 3, ...
    subject  VARBINARY(128) NOT NULL, -- who saved them
    saved_us BIGINT NOT NULL, -- when, in microseconds since 1970
    settings MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, -- JSON
    PRIMARY KEY (company, revision)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- The audit trail of companies. Texts are '' and numbers 0 where an entry has none.
CREATE TABLE IF NOT EXISTS sessionkit_audit (
    company      VARBINARY(128) NOT NULL,
    at_us        BIGINT NOT NULL, -- in microseconds since 1970
    id           VARBINARY(128) NOT NULL,
    subject      VARBINARY(128) NOT NULL, -- who did it
    role         VARBINARY(128) NOT NULL,
    action       VARBINARY(128) NOT NULL,
    outcome      VARBINARY(128) NOT NULL,
    session      VARBINARY(128) NOT NULL, -- the ID, if the entry is about one session
    -- The names of the criteria, and their values only if the host wants them.
    query        MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    -- JSON, of a change of settings.
    old_settings MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    new_settings MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    sessions     BIGINT NOT NULL, -- handed out, counted or deleted
    bytes        BIGINT NOT NULL, -- of a file
    sha256       VARBINARY(128) NOT NULL,
    reason       VARBINARY(128) NOT NULL, -- why it failed
    PRIMARY KEY (company, at_us, id),
    KEY sessionkit_audit_subjects (company, subject, at_us, id),
    KEY sessionkit_audit_sessions (company, session, at_us, id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
