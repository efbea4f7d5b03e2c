-- sessionkit, migration 1, for MariaDB 10.11 and newer, and MySQL 8.0.21 and newer: the first
-- schema.
-- Every statement may be run again. The last one records that the tables exist.
-- Texts compare bytewise (VARBINARY: neither case nor trailing spaces are ignored). Instants are
-- microseconds since 1970 in UTC.

-- One row for each company: seq numbers its changes in the order in which they become visible.
CREATE TABLE IF NOT EXISTS sessionkit_companies (
    company VARBINARY(128) NOT NULL PRIMARY KEY,
    seq     BIGINT NOT NULL, -- of the latest change
    total   BIGINT NOT NULL  -- sessions
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE TABLE IF NOT EXISTS sessionkit_sessions (
    company            VARBINARY(128) NOT NULL,
    created_us         BIGINT NOT NULL,
    id                 VARBINARY(128) NOT NULL,
    revision           BIGINT NOT NULL,
    changed_seq        BIGINT NOT NULL,
    partner            TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    subject            VARBINARY(128) NOT NULL,
    attempt            INTEGER NOT NULL,
    completed_us       BIGINT,
    decided_us         BIGINT,
    status             VARBINARY(128) NOT NULL,
    -- '' or all reasons between bars: '|digital_spoof|low_far|'. In a reason \ is \\ and | is \p.
    reasons            BLOB NOT NULL,
    digital_spoof      SMALLINT NOT NULL, -- 0 or 1, as all flags
    not_full_id        SMALLINT NOT NULL,
    low_far            SMALLINT NOT NULL,
    -- Each of the five texts is NULL unless its state is 1.
    first_name         TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    last_name          TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    personal_number    VARBINARY(512),
    document_number    TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    nationality        TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    -- A digit for each of the five texts: 0 not collected, 1 known, 2 not recognised, 3 redacted.
    states             VARBINARY(5) NOT NULL,
    birth_date         VARBINARY(10) NOT NULL, -- yyyy-mm-dd or ''
    expiration_date    VARBINARY(10) NOT NULL,
    sex                VARBINARY(128) NOT NULL,
    document_type      VARBINARY(128) NOT NULL,
    document_presented SMALLINT NOT NULL,
    document_validity  SMALLINT NOT NULL, -- 0 not checked, 1 valid, 2 invalid
    liveness           SMALLINT NOT NULL, -- 0 unknown, 1 passed, 2 not passed
    match_level        SMALLINT,          -- NULL: not compared
    match_scale        VARBINARY(128) NOT NULL,
    acceptance_level   SMALLINT NOT NULL, -- 0: none recorded
    selfie             TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    -- JSON object of strings; NULL: none.
    extra              LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    client_ip          TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    device             VARBINARY(128) NOT NULL,
    browser            TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    os                 TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    model              TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    search_key         VARBINARY(2048) NOT NULL,
    -- The table itself is the list: its rows are in this order.
    PRIMARY KEY (company, created_us, id),
    UNIQUE KEY sessionkit_sessions_id (company, id),
    UNIQUE KEY sessionkit_sessions_changes (company, changed_seq)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- The words of each session's search key, and its rare properties, in buckets of time.
CREATE TABLE IF NOT EXISTS sessionkit_terms (
    company    VARBINARY(128) NOT NULL,
    bucket     BIGINT NOT NULL,
    term       VARBINARY(160) NOT NULL,
    created_us BIGINT NOT NULL,
    id         VARBINARY(128) NOT NULL,
    PRIMARY KEY (company, bucket, term, created_us, id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- The version of the package that wrote the other tables.
CREATE TABLE IF NOT EXISTS sessionkit_schema (
    version     BIGINT NOT NULL PRIMARY KEY,
    search_key  BIGINT NOT NULL, -- version of the folding that search_key and term hold
    bucket_bits BIGINT NOT NULL  -- bucket = created_us >> bucket_bits
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
INSERT INTO sessionkit_schema SELECT 1, 1, 39 FROM DUAL
    WHERE NOT EXISTS (SELECT 1 FROM sessionkit_schema);
