-- a segment with a dead place
-- BeginTx, Default, read only

-- a segment with a dead place
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = ?
LEFT JOIN sessionkit_segments g ON g.company = ?
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- a segment with a dead place
SELECT count(*), count(CASE WHEN s.changed_seq <= ? THEN 1 END)
FROM sessionkit_sessions s
WHERE s.company = ?;

-- a segment with a dead place
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND b.segment = ?;

-- a segment with a dead place
SELECT s.id, (s.created_us || char(31) || s.id || char(31) || s.changed_seq || char(31) || s.revision || char(31) ||
	s.partner || char(31) || s.subject || char(31) || s.attempt || char(31) ||
	coalesce(s.completed_us, '') || char(31) || coalesce(s.decided_us, '') || char(31) || s.status || char(31) ||
	s.reasons || char(31) || coalesce(s.first_name, '') || char(31) || coalesce(s.last_name, '') || char(31) ||
	coalesce(s.personal_number, '') || char(31) || coalesce(s.document_number, '') || char(31) ||
	coalesce(s.nationality, '') || char(31) || s.states || char(31) || s.birth_date || char(31) ||
	s.expiration_date || char(31) || s.sex || char(31) || s.document_type || char(31) ||
	s.document_presented || char(31) || s.document_validity || char(31) || s.liveness || char(31) ||
	coalesce(s.match_level, '') || char(31) || s.match_scale || char(31) || s.acceptance_level || char(31) ||
	s.selfie || char(31) || coalesce(s.extra, '') || char(31) || s.client_ip || char(31) || s.device || char(31) ||
	s.browser || char(31) || s.os || char(31) || s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE s.company = ? AND s.changed_seq IN (SELECT value FROM json_each(?));

-- a segment with a dead place
SELECT s.changed_seq, s.search_key
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE s.company = ? AND s.changed_seq IN (SELECT value FROM json_each(?));

-- a segment with a dead place
SELECT s.id, (s.created_us || char(31) || s.id || char(31) || s.changed_seq || char(31) || s.revision || char(31) ||
	s.partner || char(31) || s.subject || char(31) || s.attempt || char(31) ||
	coalesce(s.completed_us, '') || char(31) || coalesce(s.decided_us, '') || char(31) || s.status || char(31) ||
	s.reasons || char(31) || coalesce(s.first_name, '') || char(31) || coalesce(s.last_name, '') || char(31) ||
	coalesce(s.personal_number, '') || char(31) || coalesce(s.document_number, '') || char(31) ||
	coalesce(s.nationality, '') || char(31) || s.states || char(31) || s.birth_date || char(31) ||
	s.expiration_date || char(31) || s.sex || char(31) || s.document_type || char(31) ||
	s.document_presented || char(31) || s.document_validity || char(31) || s.liveness || char(31) ||
	coalesce(s.match_level, '') || char(31) || s.match_scale || char(31) || s.acceptance_level || char(31) ||
	s.selfie || char(31) || coalesce(s.extra, '') || char(31) || s.client_ip || char(31) || s.device || char(31) ||
	s.browser || char(31) || s.os || char(31) || s.model)
FROM sessionkit_sessions s
WHERE s.company = ? AND s.created_us IN (SELECT value FROM json_each(?));

-- a segment with a dead place
SELECT s.created_us, s.id, s.changed_seq
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE s.company = ? AND s.changed_seq > ?
ORDER BY s.changed_seq
LIMIT ?;

-- a segment with a dead place
SELECT count(*)
FROM sessionkit_blocks b
LEFT JOIN sessionkit_segments g ON g.company = ? AND g.segment = b.segment
WHERE b.company = ? AND g.segment IS NULL;

-- a segment with a dead place
SELECT count(*)
FROM sessionkit_tombstones t
JOIN sessionkit_sessions s ON s.company = ? AND s.id = t.id
WHERE t.company = ? AND (t.until_us = 0 OR t.until_us > ?);

-- a segment with a dead place
-- Rollback
