-- Migrate, made already; Check
SELECT CONNECTION_ID() LIMIT 1;

-- Migrate, made already; Check
SELECT count(*)
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_name = 'sessionkit_schema';

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
SELECT CONCAT('table ', LOWER(t.table_name)), LOWER(t.engine)
FROM information_schema.tables t
WHERE t.table_schema = DATABASE() AND LEFT(t.table_name, 11) = 'sessionkit_'
UNION ALL
SELECT CONCAT('column ', LOWER(c.table_name), '.', c.column_name),
	CONCAT(IF(c.data_type = 'longblob', 'blob', c.data_type), IF(c.data_type = 'varbinary', CONCAT('(', c.character_maximum_length, ')'), ''),
		IF(c.collation_name IS NULL, '', CONCAT(' collate ', c.collation_name)), IF(c.is_nullable = 'NO', ' not null', ''))
FROM information_schema.columns c
WHERE c.table_schema = DATABASE() AND LEFT(c.table_name, 11) = 'sessionkit_'
UNION ALL
SELECT CONCAT('index ', LOWER(i.table_name), '.', IF(i.index_name = 'PRIMARY', 'primary', i.index_name)),
	CONCAT(IF(MIN(i.non_unique) = 0, 'unique (', '('), GROUP_CONCAT(i.column_name ORDER BY i.seq_in_index SEPARATOR ', '), ')')
FROM information_schema.statistics i
WHERE i.table_schema = DATABASE() AND LEFT(i.table_name, 11) = 'sessionkit_'
GROUP BY i.table_name, i.index_name;

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
SELECT 'sql_select_limit', @@sql_select_limit LIMIT 1;

-- Check
SHOW SESSION VARIABLES
WHERE Variable_name IN ('character_set_client', 'character_set_connection', 'character_set_results', 'sql_mode', 'autocommit',
	'tx_isolation', 'transaction_isolation', 'completion_type', 'sql_big_selects',
	'tx_read_only', 'transaction_read_only', 'log_bin', 'binlog_format', 'max_allowed_packet', 'max_sort_length');
