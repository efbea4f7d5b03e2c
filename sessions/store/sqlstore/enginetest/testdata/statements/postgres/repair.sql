-- 30 sessions
-- BeginTx, Read Committed

-- 30 sessions
SELECT seq, total, packed_seq, forgot_seq, search_key
FROM sessionkit_companies
WHERE company = $1
FOR UPDATE;

-- 30 sessions
DELETE FROM sessionkit_segments
WHERE company = $1;

-- 30 sessions
DELETE FROM sessionkit_blocks
WHERE company = $1;

-- 30 sessions
UPDATE sessionkit_companies
SET packed_seq = 0, forgot_seq = seq, search_key = 0, total = (SELECT count(*) FROM sessionkit_sessions s WHERE s.company = $1),
	seq = coalesce((SELECT max(s.changed_seq) FROM sessionkit_sessions s WHERE s.company = $2 AND s.changed_seq > sessionkit_companies.seq), seq)
WHERE company = $3;

-- 30 sessions
SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = $1),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = $2),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = $3)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- 30 sessions
-- Commit

-- 30 sessions
DELETE FROM sessionkit_tombstones
WHERE company = $1 AND until_us > 0 AND until_us <= $2;

-- 30 sessions
-- BeginTx, Repeatable Read, read only

-- 30 sessions
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = $1
LEFT JOIN sessionkit_segments g ON g.company = $2
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- 30 sessions
SELECT s.created_us, s.id, s.changed_seq
FROM sessionkit_sessions s
WHERE s.company = $1 AND s.changed_seq > $2 AND s.changed_seq <= $3
ORDER BY s.changed_seq
LIMIT $4;

-- 30 sessions
SELECT s.id, concat_ws(chr(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us::text, ''), coalesce(s.decided_us::text, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level::text, ''), s.match_scale, s.acceptance_level, s.selfie,
	coalesce(s.extra, ''), s.client_ip, s.device, s.browser, s.os, s.model)
FROM unnest(CAST(CAST($1 AS text) AS bigint[])) c (changed_seq)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions s
	WHERE s.company = $2 AND s.changed_seq >= c.changed_seq AND s.changed_seq <= c.changed_seq
	ORDER BY s.changed_seq
	LIMIT 1
) s
WHERE s.company = $3;

-- 30 sessions
-- Rollback

-- 30 sessions
SELECT count(*), count(CASE WHEN search_key = $1 THEN 1 END)
FROM sessionkit_segments
WHERE company = $2 AND segment = ANY (CAST(CAST($3 AS text) AS bigint[]));

-- 30 sessions
UPDATE sessionkit_companies
SET search_key = $1
WHERE company = $2;

-- 30 sessions
SELECT s.changed_seq, s.search_key
FROM unnest(CAST(CAST($1 AS text) AS bigint[])) c (changed_seq)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions s
	WHERE s.company = $2 AND s.changed_seq >= c.changed_seq AND s.changed_seq <= c.changed_seq
	ORDER BY s.changed_seq
	LIMIT 1
) s
WHERE s.company = $3;

-- 30 sessions
INSERT INTO sessionkit_blocks (company, segment, name, data)
VALUES ($1, $2, $3, $4),
	($5, $6, $7, $8),
	($9, $10, $11, $12),
	($13, $14, $15, $16),
	($17, $18, $19, $20),
	($21, $22, $23, $24),
	($25, $26, $27, $28),
	($29, $30, $31, $32),
	($33, $34, $35, $36),
	($37, $38, $39, $40),
	($41, $42, $43, $44),
	($45, $46, $47, $48),
	($49, $50, $51, $52),
	($53, $54, $55, $56)
ON CONFLICT (company, segment, name) DO UPDATE SET data = excluded.data;

-- 30 sessions
SELECT s.created_us, s.id
FROM sessionkit_sessions s
WHERE s.company = $1 AND s.changed_seq > $2 AND s.changed_seq <= $3
ORDER BY s.changed_seq;

-- 30 sessions
INSERT INTO sessionkit_segments (company, segment, sessions, dead, oldest_us, newest_us, search_key)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (company, segment) DO UPDATE SET dead = excluded.dead;

-- 30 sessions
UPDATE sessionkit_companies
SET packed_seq = $1
WHERE company = $2;
