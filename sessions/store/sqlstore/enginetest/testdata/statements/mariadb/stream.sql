-- everything; everything, two fields; range; dense criterion; no match; common word; rare word;
-- absent word; two dense words; rare flag; rare type; rare level; pending; subject; personal number;
-- extra field; nested search; search and range
-- BeginTx, Repeatable Read, read only

-- everything; everything, two fields; range; dense criterion; no match; common word; rare word;
-- absent word; two dense words; rare flag; rare type; rare level; pending; subject; personal number;
-- extra field; nested search; search and range
SELECT v.version, v.search_key, v.bucket_bits, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT max(s.created_us) FROM sessionkit_sessions s WHERE s.company = ?),
	(SELECT min(s.created_us) FROM sessionkit_sessions s WHERE s.company = ?)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

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

-- no match
SELECT concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (PRIMARY)
WHERE (s.company = ? AND s.status = ? AND s.document_type = ?)
	AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
	AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
ORDER BY s.created_us DESC, s.id DESC;

-- common word; rare word; absent word; two dense words; rare flag; rare type; rare level; pending;
-- subject; personal number; search and range
SELECT s.created_us, s.id
FROM sessionkit_sessions s FORCE INDEX (PRIMARY)
WHERE s.company = ?
	AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
	AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
ORDER BY s.created_us DESC, s.id DESC
LIMIT 1 OFFSET ?;

-- common word; rare word; absent word; search and range
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
	WHERE (s.company = ? AND (LOCATE(?, s.search_key) > 0))
		AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
		AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- common word; rare word; absent word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- common word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- common word; rare word; absent word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- common word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- common word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- common word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT r.id, concat_ws(char(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us, ''), coalesce(r.decided_us, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level, ''), r.match_scale, r.acceptance_level, r.selfie, coalesce(r.extra, ''),
	r.client_ip, r.device, r.browser, r.os, r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us < ? OR p0.created_us = ? AND p0.id < ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- common word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT r.id, concat_ws(char(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us, ''), coalesce(r.decided_us, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level, ''), r.match_scale, r.acceptance_level, r.selfie, coalesce(r.extra, ''),
	r.client_ip, r.device, r.browser, r.os, r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us < ? OR p0.created_us = ? AND p0.id < ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- rare word; absent word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT r.id, concat_ws(char(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us, ''), coalesce(r.decided_us, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level, ''), r.match_scale, r.acceptance_level, r.selfie, coalesce(r.extra, ''),
	r.client_ip, r.device, r.browser, r.os, r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us < ? OR p0.created_us = ? AND p0.id < ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- two dense words
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
	WHERE (s.company = ? AND (LOCATE(?, s.search_key) > 0 AND (LOCATE(?, s.search_key) > 0 OR LOCATE(?, s.search_key) > 0)))
		AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
		AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT r.id, concat_ws(char(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us, ''), coalesce(r.decided_us, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level, ''), r.match_scale, r.acceptance_level, r.selfie, coalesce(r.extra, ''),
	r.client_ip, r.device, r.browser, r.os, r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us < ? OR p0.created_us = ? AND p0.id < ?) AND p0.created_us >= ? AND (p0.id IN (SELECT p1.id FROM p1)) IS TRUE GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT r.id, concat_ws(char(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us, ''), coalesce(r.decided_us, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level, ''), r.match_scale, r.acceptance_level, r.selfie, coalesce(r.extra, ''),
	r.client_ip, r.device, r.browser, r.os, r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us < ? OR p0.created_us = ? AND p0.id < ?) AND p0.created_us >= ? AND (p0.id IN (SELECT p1.id FROM p1)) IS TRUE GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1;

-- rare flag
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
	WHERE (s.company = ? AND (s.status = ? AND ((s.digital_spoof <> 0) OR (s.low_far <> 0))))
		AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
		AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- rare flag; subject
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare flag; subject
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare flag; subject
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?) LIMIT ?) SELECT r.id, concat_ws(char(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us, ''), coalesce(r.decided_us, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level, ''), r.match_scale, r.acceptance_level, r.selfie, coalesce(r.extra, ''),
	r.client_ip, r.device, r.browser, r.os, r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us < ? OR p0.created_us = ? AND p0.id < ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- rare flag; subject
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare flag; subject
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?) LIMIT ?) SELECT r.id, concat_ws(char(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us, ''), coalesce(r.decided_us, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level, ''), r.match_scale, r.acceptance_level, r.selfie, coalesce(r.extra, ''),
	r.client_ip, r.device, r.browser, r.os, r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us < ? OR p0.created_us = ? AND p0.id < ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- rare type
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
	WHERE (s.company = ? AND s.document_type = ?)
		AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
		AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- rare type; pending; personal number
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare type; pending; personal number
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare type
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?) LIMIT ?) SELECT r.id, concat_ws(char(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us, ''), coalesce(r.decided_us, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level, ''), r.match_scale, r.acceptance_level, r.selfie, coalesce(r.extra, ''),
	r.client_ip, r.device, r.browser, r.os, r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us < ? OR p0.created_us = ? AND p0.id < ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- rare type; pending; personal number
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare type
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?) LIMIT ?) SELECT r.id, concat_ws(char(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us, ''), coalesce(r.decided_us, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level, ''), r.match_scale, r.acceptance_level, r.selfie, coalesce(r.extra, ''),
	r.client_ip, r.device, r.browser, r.os, r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us < ? OR p0.created_us = ? AND p0.id < ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- rare level
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
	WHERE (s.company = ? AND (s.match_level IS NOT NULL AND s.match_level IN (?, ?, ?)))
		AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
		AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- rare level
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?, ?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare level
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?, ?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare level
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?, ?) LIMIT ?) SELECT r.id, concat_ws(char(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us, ''), coalesce(r.decided_us, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level, ''), r.match_scale, r.acceptance_level, r.selfie, coalesce(r.extra, ''),
	r.client_ip, r.device, r.browser, r.os, r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us < ? OR p0.created_us = ? AND p0.id < ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- rare level
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?, ?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare level
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?, ?) LIMIT ?) SELECT r.id, concat_ws(char(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us, ''), coalesce(r.decided_us, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level, ''), r.match_scale, r.acceptance_level, r.selfie, coalesce(r.extra, ''),
	r.client_ip, r.device, r.browser, r.os, r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us < ? OR p0.created_us = ? AND p0.id < ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- pending
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
	WHERE (s.company = ? AND s.status = ?)
		AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
		AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- subject
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
	WHERE (s.company = ? AND s.subject IN (?, ?))
		AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
		AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- personal number
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
	WHERE (s.company = ? AND (s.personal_number IS NOT NULL AND s.personal_number = ?))
		AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
		AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- personal number
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?) LIMIT ?) SELECT r.id, concat_ws(char(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us, ''), coalesce(r.decided_us, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level, ''), r.match_scale, r.acceptance_level, r.selfie, coalesce(r.extra, ''),
	r.client_ip, r.device, r.browser, r.os, r.model) FROM ( SELECT k.created_us, k.id FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us < ? OR p0.created_us = ? AND p0.id < ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k STRAIGHT_JOIN sessionkit_sessions s ON (s.company = ? AND (s.personal_number IS NOT NULL AND s.personal_number = ?)) AND s.created_us = k.created_us AND s.id = k.id ORDER BY k.created_us DESC, k.id DESC) k STRAIGHT_JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

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

-- nested search
SELECT concat_ws(char(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us, ''), coalesce(s.decided_us, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level, ''), s.match_scale, s.acceptance_level, s.selfie, coalesce(s.extra, ''),
	s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s FORCE INDEX (PRIMARY)
WHERE (s.company = ? AND (s.status = ? OR (LOCATE(?, s.search_key) > 0)))
	AND (s.created_us < ? OR s.created_us = ? AND s.id < ?)
	AND (s.created_us > ? OR s.created_us = ? AND s.id >= ?)
ORDER BY s.created_us DESC, s.id DESC;
