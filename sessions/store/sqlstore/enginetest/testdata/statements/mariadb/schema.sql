-- Migrate, made already; Check; Migrate, to another folding
SELECT CONNECTION_ID() LIMIT 1;

-- Migrate, made already; Check; Migrate, to another folding
SELECT count(*)
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_name = 'sessionkit_schema';

-- Migrate, made already; Check; Migrate, to another folding
SELECT version, search_key
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- Migrate, made already; Check; Migrate, to another folding
SELECT oldest
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- Migrate, made already; Check; Migrate, to another folding
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

-- Migrate, made already; Migrate, to another folding
SELECT version, name, checksum, applied_us
FROM sessionkit_migrations
ORDER BY version;

-- Migrate, made already; Migrate, to another folding
SELECT company
FROM sessionkit_companies
WHERE packed_seq = 0 AND seq > ?
ORDER BY company;

-- Check
SELECT 'sql_select_limit', @@sql_select_limit LIMIT 1;

-- Check
SHOW SESSION VARIABLES
WHERE Variable_name IN ('character_set_client', 'character_set_connection', 'character_set_results', 'sql_mode', 'autocommit',
	'tx_isolation', 'transaction_isolation', 'completion_type', 'sql_big_selects',
	'tx_read_only', 'transaction_read_only', 'log_bin', 'binlog_format', 'max_allowed_packet', 'max_sort_length');

-- Migrate, to another folding
SELECT company
FROM sessionkit_companies
WHERE company > ?
ORDER BY company
LIMIT 1;

-- Migrate, to another folding
SELECT GET_LOCK(CONCAT('sessionkit.', LEFT(SHA2(DATABASE(), 256), 32)), 10);

-- Migrate, to another folding
SELECT r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt, r.completed_us,
	r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number, r.document_number,
	r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model
FROM sessionkit_sessions r
WHERE r.company = ? AND r.changed_seq > ?
ORDER BY r.changed_seq
LIMIT ?;

-- Migrate, to another folding
SELECT RELEASE_LOCK(CONCAT('sessionkit.', LEFT(SHA2(DATABASE(), 256), 32)));

-- Migrate, to another folding
UPDATE sessionkit_sessions
SET search_key = CASE changed_seq WHEN ? THEN ? END
WHERE company = ? AND changed_seq IN (?) AND search_key <> CASE changed_seq WHEN ? THEN ? END;

-- Migrate, to another folding
UPDATE sessionkit_schema
SET search_key = ?
WHERE version > 0 AND search_key < ?;
