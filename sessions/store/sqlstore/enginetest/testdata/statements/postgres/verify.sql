-- a segment with a dead place
-- BeginTx, Repeatable Read, read only

-- a segment with a dead place
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = $1
LEFT JOIN sessionkit_segments g ON g.company = $2
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- a segment with a dead place
SELECT count(*), count(CASE WHEN s.changed_seq <= $1 THEN 1 END), count(CASE WHEN s.changed_seq > $2 THEN 1 END)
FROM sessionkit_sessions s
WHERE s.company = $3;

-- a segment with a dead place
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = $1 AND b.segment = $2;

-- a segment with a dead place
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

-- a segment with a dead place
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

-- a segment with a dead place
SELECT s.id, concat_ws(chr(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us::text, ''), coalesce(s.decided_us::text, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level::text, ''), s.match_scale, s.acceptance_level, s.selfie,
	coalesce(s.extra, ''), s.client_ip, s.device, s.browser, s.os, s.model)
FROM unnest(CAST(CAST($1 AS text) AS bigint[])) i (created_us)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions s
	WHERE s.company = $2 AND s.created_us = i.created_us
	OFFSET 0
) s;

-- a segment with a dead place
SELECT s.created_us, s.id, s.changed_seq
FROM sessionkit_sessions s
WHERE s.company = $1 AND s.changed_seq > $2 AND s.changed_seq <= $3
ORDER BY s.changed_seq
LIMIT $4;

-- a segment with a dead place
SELECT count(*)
FROM sessionkit_blocks b
LEFT JOIN sessionkit_segments g ON g.company = $1 AND g.segment = b.segment
WHERE b.company = $2 AND g.segment IS NULL;

-- a segment with a dead place
SELECT count(*)
FROM sessionkit_tombstones t
JOIN sessionkit_sessions s ON s.company = $1 AND s.id = t.id
WHERE t.company = $2 AND (t.until_us = 0 OR t.until_us > $3);

-- a segment with a dead place
-- Rollback
