-- sessionkit, migration 7: companies and segments state which version their search keys have. The package of version 6 goes on meanwhile.
-- oldest: 6
-- What does not state it is of a package of version 6, whose search keys are of version 2.

-- The version that the search keys of all rows and segments of the company have; 0: they have several, or nobody knows.
-- unless column sessionkit_companies.search_key
ALTER TABLE sessionkit_companies ADD COLUMN search_key BIGINT NOT NULL DEFAULT 2;
-- Those of versions 1 and 2 of the tables have not been made anew yet. Servers with sql_safe_updates ask for the key of the table. This column of sessionkit_schema is read no more.
UPDATE sessionkit_companies SET search_key = 0 WHERE company > '' AND 2 > (SELECT max(v.search_key) FROM sessionkit_schema v);
-- The version of the words that the segment has.
-- unless column sessionkit_segments.search_key
ALTER TABLE sessionkit_segments ADD COLUMN search_key BIGINT NOT NULL DEFAULT 2;
