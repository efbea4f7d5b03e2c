-- sessionkit, migration 7: companies and segments state which version their search keys have.
-- Online: the package of version 6 goes on.
-- oldest: 6
-- Rows that do not state it are those of a package of version 6, whose search keys have version 2.

-- The version of the search keys of all rows and segments of the company; 0: several versions, or
-- an unknown one.
-- unless column sessionkit_companies.search_key
ALTER TABLE sessionkit_companies ADD COLUMN search_key INTEGER NOT NULL DEFAULT 2;
-- Search keys of versions 1 and 2 of the tables are not rebuilt yet. The column search_key of
-- sessionkit_schema is no longer read.
UPDATE sessionkit_companies SET search_key = 0
    WHERE 2 > (SELECT max(v.search_key) FROM sessionkit_schema v);
-- The version of the segment's words.
-- unless column sessionkit_segments.search_key
ALTER TABLE sessionkit_segments ADD COLUMN search_key INTEGER NOT NULL DEFAULT 2;
