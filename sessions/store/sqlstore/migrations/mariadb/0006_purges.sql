-- sessionkit, migration 6: purges. Online: the package of version 5 goes on, but knows no
-- tombstones. Purge nothing before the last of its processes has ended.
-- oldest: 4

-- The number of a company's latest purge. Older watermarks are refused.
-- unless column sessionkit_companies.purged_seq
ALTER TABLE sessionkit_companies ADD COLUMN purged_seq BIGINT NOT NULL DEFAULT 0;
-- 1: sessionkit_tombstones may have some of the company.
-- unless column sessionkit_companies.tombstones
ALTER TABLE sessionkit_companies ADD COLUMN tombstones SMALLINT NOT NULL DEFAULT 0;

-- IDs that were purged, and are not stored again.
CREATE TABLE IF NOT EXISTS sessionkit_tombstones (
    company  VARBINARY(128) NOT NULL,
    id       VARBINARY(128) NOT NULL,
    version  BIGINT NOT NULL, -- of the session
    until_us BIGINT NOT NULL, -- when it may be stored again, in microseconds since 1970; 0: never
    PRIMARY KEY (company, id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
