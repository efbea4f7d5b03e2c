-- sessionkit, migration 1, for SQLite 3.38 and newer: the first schema.
-- Every statement may be run again. The last one records that the tables exist.
-- Texts compare bytewise (BINARY). Instants are microseconds since 1970 in UTC.

-- One row for each company: seq numbers its changes in the order in which they become visible.
CREATE TABLE IF NOT EXISTS sessionkit_companies (
    company TEXT NOT NULL PRIMARY KEY,
    seq     INTEGER NOT NULL, -- of the latest change
    total   INTEGER NOT NULL  -- sessions
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS sessionkit_sessions (
    company            TEXT NOT NULL,
    created_us         INTEGER NOT NULL,
    id                 TEXT NOT NULL,
    revision           INTEGER NOT NULL,
    changed_seq        INTEGER NOT NULL,
    partner            TEXT NOT NULL,
    subject            TEXT NOT NULL,
    attempt            INTEGER NOT NULL,
    completed_us       INTEGER,
    decided_us         INTEGER,
    status             TEXT NOT NULL,
    -- '' or all reasons between bars: '|digital_spoof|low_far|'. In a reason \ is \\ and | is \p.
    reasons            TEXT NOT NULL,
    digital_spoof      INTEGER NOT NULL, -- 0 or 1, as all flags
    not_full_id        INTEGER NOT NULL,
    low_far            INTEGER NOT NULL,
    -- Each of the five texts is NULL unless its state is 1.
    first_name         TEXT,
    last_name          TEXT,
    personal_number    TEXT,
    document_number    TEXT,
    nationality        TEXT,
    -- A digit for each of the five texts: 0 not collected, 1 known, 2 not recognised, 3 redacted.
    states             TEXT NOT NULL,
    birth_date         TEXT NOT NULL, -- yyyy-mm-dd or ''
    expiration_date    TEXT NOT NULL,
    sex                TEXT NOT NULL,
    document_type      TEXT NOT NULL,
    document_presented INTEGER NOT NULL,
    document_validity  INTEGER NOT NULL, -- 0 not checked, 1 valid, 2 invalid
    liveness           INTEGER NOT NULL, -- 0 unknown, 1 passed, 2 not passed
    match_level        INTEGER,          -- NULL: not compared
    match_scale        TEXT NOT NULL,
    acceptance_level   INTEGER NOT NULL, -- 0: none recorded
    selfie             TEXT NOT NULL,
    -- JSON object of strings; NULL: none.
    extra              TEXT,
    client_ip          TEXT NOT NULL,
    device             TEXT NOT NULL,
    browser            TEXT NOT NULL,
    os                 TEXT NOT NULL,
    model              TEXT NOT NULL,
    search_key         TEXT NOT NULL,
    PRIMARY KEY (company, id)
);
-- The list, newest first, with the columns that most filters and searches read.
CREATE INDEX IF NOT EXISTS sessionkit_sessions_list ON sessionkit_sessions (company, created_us, id,
    search_key, status, document_type, match_level, digital_spoof, not_full_id, low_far);
CREATE UNIQUE INDEX IF NOT EXISTS sessionkit_sessions_changes
    ON sessionkit_sessions (company, changed_seq);

-- The words of each session's search key, and its rare properties, in buckets of time.
CREATE TABLE IF NOT EXISTS sessionkit_terms (
    company    TEXT NOT NULL,
    bucket     INTEGER NOT NULL,
    term       TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    id         TEXT NOT NULL,
    PRIMARY KEY (company, bucket, term, created_us, id)
) WITHOUT ROWID;

-- The version of the package that wrote the other tables.
CREATE TABLE IF NOT EXISTS sessionkit_schema (
    version     INTEGER PRIMARY KEY,
    search_key  INTEGER NOT NULL, -- version of the folding that search_key and term hold
    bucket_bits INTEGER NOT NULL  -- bucket = created_us >> bucket_bits
);
INSERT INTO sessionkit_schema SELECT 1, 1, 39 WHERE NOT EXISTS (SELECT 1 FROM sessionkit_schema);
