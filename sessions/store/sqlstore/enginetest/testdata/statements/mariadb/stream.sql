-- everything; everything, two fields; range; dense criterion; no match; common word; rare word;
-- absent word; two dense words; rare flag; rare type; rare level; pending; subject; personal number;
-- extra field; nested search; search and range
-- BeginTx, Repeatable Read, read only

-- everything; everything, two fields; range; dense criterion; no match; common word; rare word;
-- absent word; two dense words; rare flag; rare type; rare level; pending; subject; personal number;
-- extra field; nested search; search and range
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = ?
LEFT JOIN sessionkit_segments g ON g.company = ?
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- everything; range
SELECT concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (PRIMARY)
WHERE (s.company = ?)
	AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
	AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
ORDER BY s.created_us DESC, s.id DESC;

-- everything; everything, two fields; range; dense criterion; no match; common word; rare word;
-- absent word; two dense words; rare flag; rare type; rare level; pending; subject; personal number;
-- extra field; nested search; search and range
-- Rollback

-- everything, two fields
SELECT concat_ws(char(31), s.created_us, s.id, coalesce(s.first_name, ''), s.states, coalesce(s.match_level, ''), s.match_scale)
FROM sessionkit_sessions s FORCE INDEX (PRIMARY)
WHERE (s.company = ?)
	AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
	AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
ORDER BY s.created_us DESC, s.id DESC;

-- dense criterion; no match; two dense words; rare flag; rare type; pending; nested search;
-- search and range
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND b.segment IN (?) AND b.name IN (?, ?, ?, ?);

-- dense criterion; personal number; extra field; search and range
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND (b.segment = ? AND b.name = ? OR b.segment = ? AND b.name = ?);

-- dense criterion
SELECT concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (PRIMARY)
WHERE (s.company = ? AND s.status = ?)
	AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
	AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
ORDER BY s.created_us DESC, s.id DESC;

-- common word; rare word; absent word; subject
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND b.segment IN (?) AND b.name IN (?, ?);

-- common word; rare word; rare flag; rare type; rare level; subject; nested search
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND (b.segment = ? AND b.name = ? OR b.segment = ? AND b.name = ? OR b.segment = ? AND b.name = ? OR b.segment = ? AND b.name = ?);

-- common word
SELECT concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (PRIMARY)
WHERE (s.company = ? AND (LOCATE(?, s.search_key) > 0))
	AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
	AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
ORDER BY s.created_us DESC, s.id DESC;

-- rare word; absent word; two dense words; subject; personal number; nested search; search and range
(
	SELECT b.segment, b.name, b.data
	FROM sessionkit_blocks b
	WHERE b.company = ? AND b.segment = ? AND b.name >= ?
	ORDER BY b.name
	LIMIT 1
);

-- rare word; rare flag; rare type; rare level; nested search
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq IN (?, ?, ?, ?);

-- rare level
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND b.segment IN (?) AND b.name IN (?, ?, ?, ?, ?, ?, ?, ?);

-- subject; personal number; extra field
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND b.segment IN (?) AND b.name IN (?);

-- subject; personal number
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND (b.segment = ? AND b.name = ?);

-- subject
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE (s.company = ? AND s.subject IN (?, ?)) AND s.changed_seq IN (?, ?, ?, ?);

-- personal number
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE (s.company = ? AND (s.personal_number IS NOT NULL AND s.personal_number = ?)) AND s.changed_seq IN (?);

-- extra field
SELECT concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (PRIMARY)
WHERE (s.company = ? AND (CAST(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(s.extra USING utf8mb4), ?)) AS BINARY) IS NOT NULL AND CAST(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(s.extra USING utf8mb4), ?)) AS BINARY) = ?))
	AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
	AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
ORDER BY s.created_us DESC, s.id DESC;

-- search and range
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
