-- Migrate, made already; Check; Migrate, to another folding
SELECT count(*)
FROM sqlite_master
WHERE type = 'table' AND name = 'sessionkit_schema';

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
SELECT 'sqlite_version', sqlite_version()
UNION ALL SELECT 'encoding', encoding FROM pragma_encoding
UNION ALL SELECT 'read_uncommitted', read_uncommitted FROM pragma_read_uncommitted
UNION ALL SELECT 'full_column_names', full_column_names FROM pragma_full_column_names
UNION ALL SELECT 'query_only', query_only FROM pragma_query_only
UNION ALL SELECT 'secure_delete', secure_delete FROM pragma_secure_delete
UNION ALL SELECT 'journal_mode', journal_mode FROM pragma_journal_mode;

-- Migrate, to another folding
SELECT company
FROM sessionkit_companies
WHERE company > ?
ORDER BY company
LIMIT 1;

-- Migrate, to another folding
BEGIN IMMEDIATE;

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
COMMIT;

-- Migrate, to another folding
UPDATE sessionkit_sessions
SET search_key = CASE changed_seq WHEN ? THEN ? END
WHERE company = ? AND changed_seq IN (?) AND search_key <> CASE changed_seq WHEN ? THEN ? END;

-- Migrate, to another folding
UPDATE sessionkit_schema
SET search_key = ?
WHERE version > 0 AND search_key < ?;
