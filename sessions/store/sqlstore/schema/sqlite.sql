-- sessionkit, schema version 3, for SQLite 3.38 and newer. All statements may be run again.
-- Texts compare bytewise (BINARY); instants are microseconds since 1970 in UTC.

-- What the other tables were written by, in one row, and which history the numbers of changes belong to.
CREATE TABLE IF NOT EXISTS sessionkit_schema (
    version     INTEGER PRIMARY KEY,
    search_key  INTEGER NOT NULL, -- version of the folding that search_key and the segments hold
    history     TEXT NOT NULL   -- random; replaced when the database is set back
);
INSERT INTO sessionkit_schema SELECT 3, 2, lower(hex(randomblob(8))) WHERE NOT EXISTS (SELECT 1 FROM sessionkit_schema);

-- One row for each company: seq numbers its changes in the order in which they become visible.
CREATE TABLE IF NOT EXISTS sessionkit_companies (
    company TEXT NOT NULL PRIMARY KEY,
    seq     INTEGER NOT NULL, -- of the latest change
    total   INTEGER NOT NULL, -- sessions
    -- A session whose changed_seq is packed_seq or lower has one living place in a segment; any other is in the tail, and has none.
    packed_seq INTEGER NOT NULL DEFAULT 0,
    forgot_seq INTEGER NOT NULL DEFAULT 0 -- number of the latest change that took words out of segments
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
    reasons            TEXT NOT NULL, -- '' or each between bars: '|digital_spoof|low_far|'; \ is \\, | is \p
    digital_spoof      INTEGER NOT NULL, -- 0 or 1, as all flags
    not_full_id        INTEGER NOT NULL,
    low_far            INTEGER NOT NULL,
    first_name         TEXT, -- texts are NULL where states has no 1
    last_name          TEXT,
    personal_number    TEXT,
    document_number    TEXT,
    nationality        TEXT,
    states             TEXT NOT NULL, -- of the five texts: 0 not collected, 1 known, 2 not recognised, 3 redacted
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
    extra              TEXT,  -- JSON object of strings; NULL: none
    client_ip          TEXT NOT NULL,
    device             TEXT NOT NULL,
    browser            TEXT NOT NULL,
    os                 TEXT NOT NULL,
    model              TEXT NOT NULL,
    search_key         TEXT NOT NULL,
    PRIMARY KEY (company, id)
);
-- The list, newest first.
CREATE UNIQUE INDEX IF NOT EXISTS sessionkit_sessions_list ON sessionkit_sessions (company, created_us, id);
CREATE UNIQUE INDEX IF NOT EXISTS sessionkit_sessions_changes ON sessionkit_sessions (company, changed_seq);

-- The sessions up to packed_seq, in segments of neighbours in the list.
CREATE TABLE IF NOT EXISTS sessionkit_segments (
    company   TEXT NOT NULL,
    segment   INTEGER NOT NULL, -- a random number
    sessions  INTEGER NOT NULL, -- the dead ones, which lie elsewhere by now, included
    dead      INTEGER NOT NULL,
    oldest_us INTEGER NOT NULL, -- creation times
    newest_us INTEGER NOT NULL,
    PRIMARY KEY (company, segment)
) WITHOUT ROWID;

-- What segments are made of: lists of postings, chunks of a dictionary, places. Package internal/segment has the format.
CREATE TABLE IF NOT EXISTS sessionkit_blocks (
    company TEXT NOT NULL,
    segment INTEGER NOT NULL,
    name    TEXT NOT NULL,
    data    BLOB NOT NULL,
    PRIMARY KEY (company, segment, name)
);
