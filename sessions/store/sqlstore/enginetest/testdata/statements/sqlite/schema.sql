-- CreateSchema, made already
BEGIN IMMEDIATE;

-- CreateSchema, made already; Check
SELECT count(*)
FROM sqlite_master
WHERE type = 'table' AND name IN (?);

-- CreateSchema, made already; Check
SELECT version, search_key
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- CreateSchema, made already; Check
SELECT count(*)
FROM sqlite_master
WHERE type = 'table' AND name IN (?, ?, ?, ?);

-- CreateSchema, made already
COMMIT;

-- Check
SELECT 'sqlite_version', sqlite_version()
UNION ALL SELECT 'encoding', encoding FROM pragma_encoding
UNION ALL SELECT 'read_uncommitted', read_uncommitted FROM pragma_read_uncommitted
UNION ALL SELECT 'full_column_names', full_column_names FROM pragma_full_column_names
UNION ALL SELECT 'query_only', query_only FROM pragma_query_only
UNION ALL SELECT 'journal_mode', journal_mode FROM pragma_journal_mode;
