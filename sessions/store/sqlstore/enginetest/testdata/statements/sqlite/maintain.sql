-- small segments
SELECT 'sqlite_version', sqlite_version()
UNION ALL SELECT 'encoding', encoding FROM pragma_encoding
UNION ALL SELECT 'read_uncommitted', read_uncommitted FROM pragma_read_uncommitted
UNION ALL SELECT 'full_column_names', full_column_names FROM pragma_full_column_names
UNION ALL SELECT 'query_only', query_only FROM pragma_query_only
UNION ALL SELECT 'secure_delete', secure_delete FROM pragma_secure_delete
UNION ALL SELECT 'journal_mode', journal_mode FROM pragma_journal_mode;

-- small segments
SELECT count(*)
FROM sqlite_master
WHERE type = 'table' AND name = 'sessionkit_schema';

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

-- small segments; other search keys
-- BeginTx, Default

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
-- BeginTx, Default, read only

-- small segments; other search keys
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = ?
LEFT JOIN sessionkit_segments g ON g.company = ?
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- small segments; other search keys
SELECT b.segment, b.name, b.data
FROM (SELECT value AS segment FROM json_each(?)) u
CROSS JOIN (SELECT value AS name FROM json_each(?)) n
CROSS JOIN sessionkit_blocks b ON b.company = ? AND b.segment = u.segment AND b.name = n.name;

-- small segments; other search keys
SELECT s.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE s.company = ? AND s.changed_seq IN (SELECT value FROM json_each(?));

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
ON CONFLICT (company, segment, name) DO UPDATE SET data = excluded.data;

-- small segments; other search keys
UPDATE sessionkit_companies
SET seq = seq
WHERE company = ?;

-- small segments; other search keys
SELECT seq, total, packed_seq, forgot_seq, search_key
FROM sessionkit_companies
WHERE company = ?;

-- small segments; other search keys
SELECT count(*), count(CASE WHEN search_key = ? THEN 1 END)
FROM sessionkit_segments
WHERE company = ? AND segment IN (SELECT value FROM json_each(?));

-- small segments; other search keys
SELECT s.created_us, s.id
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE s.company = ? AND s.changed_seq > ? AND s.changed_seq <= ?
ORDER BY s.changed_seq;

-- small segments; other search keys
INSERT INTO sessionkit_segments (company, segment, sessions, dead, oldest_us, newest_us, search_key)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (company, segment) DO UPDATE SET dead = excluded.dead;

-- small segments; other search keys
DELETE FROM sessionkit_segments
WHERE company = ? AND segment IN (SELECT value FROM json_each(?));

-- small segments; other search keys
DELETE FROM sessionkit_blocks
WHERE company = ? AND segment IN (SELECT value FROM json_each(?));

-- small segments; other search keys
UPDATE sessionkit_companies
SET packed_seq = ?
WHERE company = ?;

-- other search keys
UPDATE sessionkit_companies
SET search_key = ?
WHERE company = ? AND search_key > 0;

-- other search keys
UPDATE sessionkit_segments
SET search_key = ?
WHERE company = ? AND segment IN (SELECT value FROM json_each(?));

-- other search keys
SELECT s.changed_seq, s.search_key
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE s.company = ? AND s.changed_seq IN (SELECT value FROM json_each(?));

-- other search keys
UPDATE sessionkit_sessions
SET search_key = CASE changed_seq WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? END
WHERE company = ? AND changed_seq IN (SELECT value FROM json_each(?));

-- other search keys
SELECT s.created_us, s.id, s.changed_seq
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE s.company = ? AND s.changed_seq > ? AND s.changed_seq <= ?
ORDER BY s.changed_seq
LIMIT ?;

-- other search keys
UPDATE sessionkit_companies
SET search_key = ?
WHERE company = ?;
