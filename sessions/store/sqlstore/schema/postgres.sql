-- sessionkit, schema version 3, for PostgreSQL 15 and newer. All statements may be run again.
-- Texts compare bytewise (COLLATE "C"); instants are microseconds since 1970 in UTC.

-- What the other tables were written by, in one row, and which history the numbers of changes belong to.
CREATE TABLE IF NOT EXISTS sessionkit_schema (
    version     bigint PRIMARY KEY,
    search_key  bigint NOT NULL, -- version of the folding that search_key and the segments hold
    history     text COLLATE "C" NOT NULL -- random; replaced when the database is set back
);
INSERT INTO sessionkit_schema SELECT 3, 2, left(md5(gen_random_uuid()::text), 16) WHERE NOT EXISTS (SELECT 1 FROM sessionkit_schema);

-- One row for each company: seq numbers its changes in the order in which they become visible.
CREATE TABLE IF NOT EXISTS sessionkit_companies (
    company text COLLATE "C" PRIMARY KEY,
    seq     bigint NOT NULL, -- of the latest change
    total   bigint NOT NULL, -- sessions
    -- A session whose changed_seq is packed_seq or lower has one living place in a segment; any other is in the tail, and has none.
    packed_seq bigint NOT NULL DEFAULT 0,
    forgot_seq bigint NOT NULL DEFAULT 0 -- number of the latest change that took words out of segments
);

CREATE TABLE IF NOT EXISTS sessionkit_sessions (
    company            text COLLATE "C" NOT NULL,
    created_us         bigint NOT NULL,
    id                 text COLLATE "C" NOT NULL,
    revision           bigint NOT NULL,
    changed_seq        bigint NOT NULL,
    partner            text COLLATE "C" NOT NULL,
    subject            text COLLATE "C" NOT NULL,
    attempt            integer NOT NULL,
    completed_us       bigint,
    decided_us         bigint,
    status             text COLLATE "C" NOT NULL,
    reasons            text COLLATE "C" NOT NULL, -- '' or each between bars: '|digital_spoof|low_far|'; \ is \\, | is \p
    digital_spoof      smallint NOT NULL, -- 0 or 1, as all flags
    not_full_id        smallint NOT NULL,
    low_far            smallint NOT NULL,
    first_name         text COLLATE "C", -- texts are NULL where states has no 1
    last_name          text COLLATE "C",
    personal_number    text COLLATE "C",
    document_number    text COLLATE "C",
    nationality        text COLLATE "C",
    states             text COLLATE "C" NOT NULL, -- of the five texts: 0 not collected, 1 known, 2 not recognised, 3 redacted
    birth_date         text COLLATE "C" NOT NULL, -- yyyy-mm-dd or ''
    expiration_date    text COLLATE "C" NOT NULL,
    sex                text COLLATE "C" NOT NULL,
    document_type      text COLLATE "C" NOT NULL,
    document_presented smallint NOT NULL,
    document_validity  smallint NOT NULL, -- 0 not checked, 1 valid, 2 invalid
    liveness           smallint NOT NULL, -- 0 unknown, 1 passed, 2 not passed
    match_level        smallint,          -- NULL: not compared
    match_scale        text COLLATE "C" NOT NULL,
    acceptance_level   smallint NOT NULL, -- 0: none recorded
    selfie             text COLLATE "C" NOT NULL,
    extra              text COLLATE "C",  -- JSON object of strings; NULL: none
    client_ip          text COLLATE "C" NOT NULL,
    device             text COLLATE "C" NOT NULL,
    browser            text COLLATE "C" NOT NULL,
    os                 text COLLATE "C" NOT NULL,
    model              text COLLATE "C" NOT NULL,
    search_key         text COLLATE "C" NOT NULL,
    PRIMARY KEY (company, id)
);
-- The list, newest first.
CREATE UNIQUE INDEX IF NOT EXISTS sessionkit_sessions_list ON sessionkit_sessions (company, created_us, id);
CREATE UNIQUE INDEX IF NOT EXISTS sessionkit_sessions_changes ON sessionkit_sessions (company, changed_seq);

-- The sessions up to packed_seq, in segments of neighbours in the list.
CREATE TABLE IF NOT EXISTS sessionkit_segments (
    company   text COLLATE "C" NOT NULL,
    segment   bigint NOT NULL, -- a random number
    sessions  integer NOT NULL, -- the dead ones, which lie elsewhere by now, included
    dead      integer NOT NULL,
    oldest_us bigint NOT NULL, -- creation times
    newest_us bigint NOT NULL,
    PRIMARY KEY (company, segment)
);

-- What segments are made of: lists of postings, chunks of a dictionary, places. Package internal/segment has the format.
CREATE TABLE IF NOT EXISTS sessionkit_blocks (
    company text COLLATE "C" NOT NULL,
    segment bigint NOT NULL,
    name    text COLLATE "C" NOT NULL,
    data    bytea NOT NULL,
    PRIMARY KEY (company, segment, name)
);
-- Blocks are packed already, and read whole: they stay in their rows. A partitioned table takes the first of the two for each partition.
ALTER TABLE sessionkit_blocks SET (toast_tuple_target = 8160);
ALTER TABLE sessionkit_blocks ALTER COLUMN data SET STORAGE EXTERNAL;
