-- Migrate, made already; Check
SELECT count(*)
FROM sqlite_master
WHERE type = 'table' AND name = 'sessionkit_schema';

-- Migrate, made already; Check
SELECT version
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- Migrate, made already; Check
SELECT oldest
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- Migrate, made already; Check
SELECT 'table ' || m.name, 'table'
FROM sqlite_master m
WHERE m.type = 'table' AND m.name GLOB 'sessionkit_*'
UNION ALL
SELECT 'column ' || m.name || '.' || c.name, lower(c.type) || CASE WHEN c."notnull" THEN ' not null' ELSE '' END
FROM sqlite_master m
JOIN pragma_table_info(m.name) c
WHERE m.type = 'table' AND m.name GLOB 'sessionkit_*'
UNION ALL
SELECT 'index ' || m.name || '.primary', 'unique (' || (
		SELECT group_concat(k.name, ', ')
		FROM (SELECT c.name FROM pragma_table_info(m.name) c WHERE c.pk > 0 ORDER BY c.pk) k
	) || ')'
FROM sqlite_master m
WHERE m.type = 'table' AND m.name GLOB 'sessionkit_*'
UNION ALL
SELECT 'index ' || m.name || '.' || i.name, CASE WHEN i."unique" THEN 'unique (' ELSE '(' END || (
		SELECT group_concat(k.name, ', ')
		FROM (SELECT c.name FROM pragma_index_info(i.name) c ORDER BY c.seqno) k
	) || ')'
FROM sqlite_master m
JOIN pragma_index_list(m.name) i
WHERE m.type = 'table' AND m.name GLOB 'sessionkit_*' AND i.origin = 'c';

-- Migrate, made already
SELECT version, name, checksum, applied_us
FROM sessionkit_migrations
ORDER BY version;

-- Migrate, made already
SELECT c.company
FROM sessionkit_companies c
WHERE c.seq - c.packed_seq > ?
	OR c.search_key <> ? AND NOT EXISTS (
		SELECT 1
		FROM sessionkit_segments g
		WHERE g.company = c.company AND g.search_key <> ?
	)
ORDER BY c.company;

-- Check
SELECT 'sqlite_version', sqlite_version()
UNION ALL SELECT 'encoding', encoding FROM pragma_encoding
UNION ALL SELECT 'read_uncommitted', read_uncommitted FROM pragma_read_uncommitted
UNION ALL SELECT 'full_column_names', full_column_names FROM pragma_full_column_names
UNION ALL SELECT 'query_only', query_only FROM pragma_query_only
UNION ALL SELECT 'secure_delete', secure_delete FROM pragma_secure_delete
UNION ALL SELECT 'journal_mode', journal_mode FROM pragma_journal_mode;
