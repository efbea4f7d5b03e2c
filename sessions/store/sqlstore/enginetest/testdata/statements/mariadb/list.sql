-- everything, page 1; everything, page 2; everything, page 3; range, page 1; range, page 2;
-- dense criterion, page 1; dense criterion, page 2; dense criterion, page 3; no match, page 1;
-- common word, page 1; common word, page 2; common word, page 3; rare word, page 1;
-- absent word, page 1; two dense words, page 1; rare flag, page 1; rare type, page 1;
-- rare level, page 1; pending, page 1; subject, page 1; personal number, page 1; extra field, page 1;
-- nested search, page 1; search and range, page 1; search and range, page 2;
-- a word, among other search keys
-- BeginTx, Repeatable Read, read only

-- everything, page 1; everything, page 2; everything, page 3; range, page 1; range, page 2;
-- dense criterion, page 1; dense criterion, page 2; dense criterion, page 3; no match, page 1;
-- common word, page 1; common word, page 2; common word, page 3; rare word, page 1;
-- absent word, page 1; two dense words, page 1; rare flag, page 1; rare type, page 1;
-- rare level, page 1; pending, page 1; subject, page 1; personal number, page 1; extra field, page 1;
-- nested search, page 1; search and range, page 1; search and range, page 2;
-- a word, among other search keys
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = ?
LEFT JOIN sessionkit_segments g ON g.company = ?
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- everything, page 1; everything, page 2; everything, page 3; range, page 1; range, page 2
SELECT r.id, concat_ws(char(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us, ''), coalesce(r.decided_us, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level, ''), r.match_scale, r.acceptance_level, r.selfie, coalesce(r.extra, ''),
	r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id
	FROM sessionkit_sessions s FORCE INDEX (PRIMARY)
	WHERE (s.company = ?)
		AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
		AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- everything, page 1; everything, page 2; everything, page 3; range, page 1; range, page 2;
-- dense criterion, page 1; dense criterion, page 2; dense criterion, page 3; no match, page 1;
-- common word, page 1; common word, page 2; common word, page 3; rare word, page 1;
-- absent word, page 1; two dense words, page 1; rare flag, page 1; rare type, page 1;
-- rare level, page 1; pending, page 1; subject, page 1; personal number, page 1; extra field, page 1;
-- nested search, page 1; search and range, page 1; search and range, page 2;
-- a word, among other search keys
-- Rollback

-- dense criterion, page 1; dense criterion, page 2; dense criterion, page 3; no match, page 1;
-- common word, page 2; common word, page 3; two dense words, page 1; rare flag, page 1;
-- rare type, page 1; pending, page 1; nested search, page 1; search and range, page 1;
-- search and range, page 2
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND b.segment IN (?) AND b.name IN (?, ?, ?, ?);

-- dense criterion, page 1; common word, page 1; personal number, page 1; extra field, page 1;
-- search and range, page 1; search and range, page 2
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND (b.segment = ? AND b.name = ? OR b.segment = ? AND b.name = ?);

-- dense criterion, page 1; dense criterion, page 2; dense criterion, page 3; common word, page 1;
-- common word, page 2; common word, page 3; search and range, page 1
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- dense criterion, page 2; dense criterion, page 3; common word, page 2; common word, page 3;
-- subject, page 1; personal number, page 1; extra field, page 1; a word, among other search keys
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND (b.segment = ? AND b.name = ?);

-- dense criterion, page 2; dense criterion, page 3; common word, page 2; common word, page 3
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq IN (?);

-- common word, page 1; rare word, page 1; absent word, page 1; subject, page 1
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND b.segment IN (?) AND b.name IN (?, ?);

-- rare word, page 1; absent word, page 1; two dense words, page 1; subject, page 1;
-- personal number, page 1; nested search, page 1; search and range, page 1; search and range, page 2
(
	SELECT b.segment, b.name, b.data
	FROM sessionkit_blocks b
	WHERE b.company = ? AND b.segment = ? AND b.name >= ?
	ORDER BY b.name
	LIMIT 1
);

-- rare word, page 1; rare flag, page 1; rare type, page 1; rare level, page 1; subject, page 1;
-- nested search, page 1
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND (b.segment = ? AND b.name = ? OR b.segment = ? AND b.name = ? OR b.segment = ? AND b.name = ? OR b.segment = ? AND b.name = ?);

-- rare word, page 1; rare flag, page 1; rare type, page 1; rare level, page 1; nested search, page 1
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq IN (?, ?, ?, ?);

-- rare level, page 1
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND b.segment IN (?) AND b.name IN (?, ?, ?, ?, ?, ?, ?, ?);

-- subject, page 1; personal number, page 1; extra field, page 1; a word, among other search keys
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND b.segment IN (?) AND b.name IN (?);

-- subject, page 1
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE (s.company = ? AND s.subject IN (?, ?)) AND s.changed_seq IN (?, ?, ?, ?);

-- personal number, page 1
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE (s.company = ? AND (s.personal_number IS NOT NULL AND s.personal_number = ?)) AND s.changed_seq IN (?);

-- extra field, page 1
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE (s.company = ? AND (CAST(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(s.extra USING utf8mb4), ?)) AS BINARY) IS NOT NULL AND CAST(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(s.extra USING utf8mb4), ?)) AS BINARY) = ?)) AND s.changed_seq IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- extra field, page 1
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE (s.company = ? AND (CAST(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(s.extra USING utf8mb4), ?)) AS BINARY) IS NOT NULL AND CAST(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(s.extra USING utf8mb4), ?)) AS BINARY) = ?)) AND s.changed_seq IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- search and range, page 2
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE s.company = ? AND s.changed_seq IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- a word, among other search keys
SELECT s.id, concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
WHERE (s.company = ?) AND s.changed_seq IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
