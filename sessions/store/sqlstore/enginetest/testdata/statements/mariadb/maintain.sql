-- small segments
SELECT CONNECTION_ID() LIMIT 1;

-- small segments
SELECT 'sql_select_limit', @@sql_select_limit LIMIT 1;

-- small segments
SHOW SESSION VARIABLES
WHERE Variable_name IN ('character_set_client', 'character_set_connection', 'character_set_results', 'sql_mode', 'autocommit',
	'tx_isolation', 'transaction_isolation', 'completion_type', 'sql_big_selects',
	'tx_read_only', 'transaction_read_only', 'log_bin', 'binlog_format', 'max_allowed_packet', 'max_sort_length');

-- small segments
SELECT count(*)
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_name = 'sessionkit_schema';

-- small segments
SELECT version
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- small segments
SELECT oldest
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- small segments
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

-- small segments; other search keys
-- BeginTx, Read Committed

-- small segments; other search keys
DELETE FROM sessionkit_tombstones
WHERE company = ? AND until_us > 0 AND until_us <= ?;

-- small segments; other search keys
SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = ?)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- small segments; other search keys
-- Commit

-- small segments; other search keys
-- BeginTx, Repeatable Read, read only

-- small segments; other search keys
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = ?
LEFT JOIN sessionkit_segments g ON g.company = ?
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- small segments; other search keys
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND b.segment IN (?) AND b.name IN (?, ?);

-- small segments
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- small segments; other search keys
-- Rollback

-- small segments; other search keys
INSERT INTO sessionkit_blocks (company, segment, name, data)
VALUES (?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?)
ON DUPLICATE KEY UPDATE data = VALUES(data);

-- small segments; other search keys
SELECT seq, total, packed_seq, forgot_seq, search_key
FROM sessionkit_companies
WHERE company = ?
FOR UPDATE;

-- small segments
SELECT count(*), count(CASE WHEN search_key = ? THEN 1 END)
FROM sessionkit_segments
WHERE company = ? AND segment IN (?, ?, ?, ?);

-- small segments; other search keys
SELECT s.created_us, s.id
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq > ? AND s.changed_seq <= ?
ORDER BY s.changed_seq;

-- small segments; other search keys
INSERT INTO sessionkit_segments (company, segment, sessions, dead, oldest_us, newest_us, search_key)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON DUPLICATE KEY UPDATE dead = VALUES(dead);

-- small segments
DELETE FROM sessionkit_segments
WHERE company = ? AND segment IN (?, ?, ?, ?);

-- small segments
DELETE FROM sessionkit_blocks
WHERE company = ? AND segment IN (?, ?, ?, ?);

-- small segments; other search keys
UPDATE sessionkit_companies
SET packed_seq = ?
WHERE company = ?;

-- other search keys
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- other search keys
SELECT count(*), count(CASE WHEN search_key = ? THEN 1 END)
FROM sessionkit_segments
WHERE company = ? AND segment IN (?, ?);

-- other search keys
UPDATE sessionkit_companies
SET search_key = ?
WHERE company = ? AND search_key > 0;

-- other search keys
UPDATE sessionkit_segments
SET search_key = ?
WHERE company = ? AND segment IN (?, ?);

-- other search keys
SELECT s.changed_seq, s.search_key
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- other search keys
UPDATE sessionkit_sessions
SET search_key = CASE changed_seq WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? END
WHERE company = ? AND changed_seq IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- other search keys
DELETE FROM sessionkit_segments
WHERE company = ? AND segment IN (?, ?);

-- other search keys
DELETE FROM sessionkit_blocks
WHERE company = ? AND segment IN (?, ?);

-- other search keys
SELECT s.created_us, s.id, s.changed_seq
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq > ? AND s.changed_seq <= ?
ORDER BY s.changed_seq
LIMIT ?;

-- other search keys
UPDATE sessionkit_companies
SET search_key = ?
WHERE company = ?;
