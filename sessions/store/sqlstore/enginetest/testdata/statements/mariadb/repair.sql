-- 30 sessions
-- BeginTx, Read Committed

-- 30 sessions
SELECT seq, total, packed_seq, forgot_seq, search_key
FROM sessionkit_companies
WHERE company = ?
FOR UPDATE;

-- 30 sessions
DELETE FROM sessionkit_segments
WHERE company = ?;

-- 30 sessions
DELETE FROM sessionkit_blocks
WHERE company = ?;

-- 30 sessions
UPDATE sessionkit_companies
SET packed_seq = 0, forgot_seq = seq, search_key = 0, total = (SELECT count(*) FROM sessionkit_sessions s WHERE s.company = ?),
	seq = coalesce((SELECT max(s.changed_seq) FROM sessionkit_sessions s WHERE s.company = ? AND s.changed_seq > sessionkit_companies.seq), seq)
WHERE company = ?;

-- 30 sessions
SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = ?)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- 30 sessions
-- Commit

-- 30 sessions
DELETE FROM sessionkit_tombstones
WHERE company = ? AND until_us > 0 AND until_us <= ?;

-- 30 sessions
-- BeginTx, Repeatable Read, read only

-- 30 sessions
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = ?
LEFT JOIN sessionkit_segments g ON g.company = ?
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- 30 sessions
SELECT s.created_us, s.id, s.changed_seq
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq > ? AND s.changed_seq <= ?
ORDER BY s.changed_seq
LIMIT ?;

-- 30 sessions
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- 30 sessions
-- Rollback

-- 30 sessions
SELECT count(*), count(CASE WHEN search_key = ? THEN 1 END)
FROM sessionkit_segments
WHERE company = ? AND segment IN (?);

-- 30 sessions
UPDATE sessionkit_companies
SET search_key = ?
WHERE company = ?;

-- 30 sessions
SELECT s.changed_seq, s.search_key
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- 30 sessions
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

-- 30 sessions
SELECT s.created_us, s.id
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq > ? AND s.changed_seq <= ?
ORDER BY s.changed_seq;

-- 30 sessions
INSERT INTO sessionkit_segments (company, segment, sessions, dead, oldest_us, newest_us, search_key)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON DUPLICATE KEY UPDATE dead = VALUES(dead);

-- 30 sessions
UPDATE sessionkit_companies
SET packed_seq = ?
WHERE company = ?;
