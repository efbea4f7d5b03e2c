-- sessionkit, migration 3: segments of packed postings in place of one row for each word. Offline.
-- Migrate then rebuilds the search keys of the sessions, and packs the sessions.

-- A session whose changed_seq is packed_seq or lower has one living place in a segment. Any other
-- session is in the tail, and has none.
-- unless column sessionkit_companies.packed_seq
ALTER TABLE sessionkit_companies ADD COLUMN packed_seq INTEGER NOT NULL DEFAULT 0;
-- The number of the latest change that took words out of segments.
-- unless column sessionkit_companies.forgot_seq
ALTER TABLE sessionkit_companies ADD COLUMN forgot_seq INTEGER NOT NULL DEFAULT 0;

-- The list, newest first, without the columns that filters and searches read before.
DROP INDEX IF EXISTS sessionkit_sessions_list;
CREATE UNIQUE INDEX sessionkit_sessions_list ON sessionkit_sessions (company, created_us, id);

-- The sessions up to packed_seq, in segments of neighbours in the list.
CREATE TABLE IF NOT EXISTS sessionkit_segments (
    company   TEXT NOT NULL,
    segment   INTEGER NOT NULL, -- a random number
    sessions  INTEGER NOT NULL, -- including the dead ones, which are elsewhere by now
    dead      INTEGER NOT NULL,
    oldest_us INTEGER NOT NULL, -- creation times
    newest_us INTEGER NOT NULL,
    PRIMARY KEY (company, segment)
) WITHOUT ROWID;

-- The parts of segments: lists of postings, chunks of a dictionary, places. Package
-- internal/segment defines the format.
CREATE TABLE IF NOT EXISTS sessionkit_blocks (
    company TEXT NOT NULL,
    segment INTEGER NOT NULL,
    name    TEXT NOT NULL,
    data    BLOB NOT NULL,
    PRIMARY KEY (company, segment, name)
);

DROP TABLE IF EXISTS sessionkit_terms;
-- if column sessionkit_schema.bucket_bits
ALTER TABLE sessionkit_schema DROP COLUMN bucket_bits;
-- Without sessions there are no search keys to rebuild.
UPDATE sessionkit_schema SET search_key = 2
    WHERE search_key < 2 AND NOT EXISTS (SELECT 1 FROM sessionkit_sessions);
