-- sessionkit, migration 1, for PostgreSQL 15 and newer: the first schema.
-- Every statement may be run again. The last one records that the tables exist.
-- Texts compare bytewise (COLLATE "C"). Instants are microseconds since 1970 in UTC.

-- One row for each company: seq numbers its changes in the order in which they become visible.
CREATE TABLE IF NOT EXISTS sessionkit_companies (
    company text COLLATE "C" PRIMARY KEY,
    seq     bigint NOT NULL, -- of the latest change
    total   bigint NOT NULL  -- sessions
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
    -- '' or all reasons between bars: '|digital_spoof|low_far|'. In a reason \ is \\ and | is \p.
    reasons            text COLLATE "C" NOT NULL,
    digital_spoof      smallint NOT NULL, -- 0 or 1, as all flags
    not_full_id        smallint NOT NULL,
    low_far            smallint NOT NULL,
    -- Each of the five texts is NULL unless its state is 1.
    first_name         text COLLATE "C",
    last_name          text COLLATE "C",
    personal_number    text COLLATE "C",
    document_number    text COLLATE "C",
    nationality        text COLLATE "C",
    -- A digit for each of the five texts: 0 not collected, 1 known, 2 not recognised, 3 redacted.
    states             text COLLATE "C" NOT NULL,
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
    -- JSON object of strings; NULL: none.
    extra              text COLLATE "C",
    client_ip          text COLLATE "C" NOT NULL,
    device             text COLLATE "C" NOT NULL,
    browser            text COLLATE "C" NOT NULL,
    os                 text COLLATE "C" NOT NULL,
    model              text COLLATE "C" NOT NULL,
    search_key         text COLLATE "C" NOT NULL,
    PRIMARY KEY (company, id)
);
-- The list, newest first, with the columns that most filters and searches read.
CREATE UNIQUE INDEX IF NOT EXISTS sessionkit_sessions_list
    ON sessionkit_sessions (company, created_us, id)
    INCLUDE (search_key, status, document_type, match_level, digital_spoof, not_full_id, low_far);
CREATE UNIQUE INDEX IF NOT EXISTS sessionkit_sessions_changes
    ON sessionkit_sessions (company, changed_seq);

-- The words of each session's search key, and its rare properties, in buckets of time.
CREATE TABLE IF NOT EXISTS sessionkit_terms (
    company    text COLLATE "C" NOT NULL,
    bucket     bigint NOT NULL,
    term       text COLLATE "C" NOT NULL,
    created_us bigint NOT NULL,
    id         text COLLATE "C" NOT NULL,
    PRIMARY KEY (company, bucket, term, created_us, id)
);

-- The version of the package that wrote the other tables.
CREATE TABLE IF NOT EXISTS sessionkit_schema (
    version     bigint PRIMARY KEY,
    search_key  bigint NOT NULL, -- version of the folding that search_key and term hold
    bucket_bits bigint NOT NULL  -- bucket = created_us >> bucket_bits
);
INSERT INTO sessionkit_schema SELECT 1, 1, 39 WHERE NOT EXISTS (SELECT 1 FROM sessionkit_schema);
