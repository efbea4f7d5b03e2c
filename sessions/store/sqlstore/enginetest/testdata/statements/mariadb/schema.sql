-- CreateSchema, made already
SELECT GET_LOCK(CONCAT('sessionkit.', LEFT(SHA2(DATABASE(), 256), 32)), 60);

-- CreateSchema, made already; Check
SELECT count(*)
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_name IN (?);

-- CreateSchema, made already; Check
SELECT version, search_key
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- CreateSchema, made already; Check
SELECT count(*)
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_name IN (?, ?, ?, ?);

-- CreateSchema, made already
SELECT RELEASE_LOCK(CONCAT('sessionkit.', LEFT(SHA2(DATABASE(), 256), 32)));

-- Check
SELECT 'sql_select_limit', @@sql_select_limit LIMIT 1;

-- Check
SHOW SESSION VARIABLES
WHERE Variable_name IN ('character_set_client', 'character_set_connection', 'character_set_results', 'sql_mode', 'autocommit',
	'tx_isolation', 'transaction_isolation', 'completion_type', 'sql_big_selects',
	'tx_read_only', 'transaction_read_only', 'log_bin', 'binlog_format', 'max_allowed_packet');
