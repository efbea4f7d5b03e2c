-- everything; everything, two fields; range; dense criterion; no match; common word; rare word;
-- absent word; two dense words; rare flag; rare type; rare level; pending; subject; personal number;
-- extra field; nested search; search and range
-- BeginTx, Default, read only

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
SELECT (s.created_us || char(31) || s.id || char(31) || s.changed_seq || char(31) || s.revision || char(31) ||
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
WHERE (s.company = ?)
	AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
ORDER BY s.created_us DESC, s.id DESC;

-- everything; everything, two fields; range; dense criterion; no match; common word; rare word;
-- absent word; two dense words; rare flag; rare type; rare level; pending; subject; personal number;
-- extra field; nested search; search and range
-- Rollback

-- everything, two fields
SELECT (s.created_us || char(31) || s.id || char(31) || coalesce(s.first_name, '') || char(31) || s.states || char(31) ||
	coalesce(s.match_level, '') || char(31) || s.match_scale)
FROM sessionkit_sessions s
WHERE (s.company = ?)
	AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
ORDER BY s.created_us DESC, s.id DESC;

-- dense criterion
SELECT (s.created_us || char(31) || s.id || char(31) || s.changed_seq || char(31) || s.revision || char(31) ||
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
WHERE (s.company = ? AND s.status = ?)
	AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
ORDER BY s.created_us DESC, s.id DESC;

-- no match
SELECT (s.created_us || char(31) || s.id || char(31) || s.changed_seq || char(31) || s.revision || char(31) ||
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
WHERE (s.company = ? AND s.status = ? AND s.document_type = ?)
	AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
ORDER BY s.created_us DESC, s.id DESC;

-- common word; rare word; absent word; search and range
SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM sessionkit_sessions s
		WHERE s.company = ?
			AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT ?
	) s
	WHERE ((s.company) = ? AND (instr(s.search_key, ?) > 0))
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- common word; rare word; absent word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- common word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- common word; rare word; absent word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- common word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- common word; search and range
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- common word; search and range
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < (?, ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- common word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < (?, ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- rare word; absent word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare word
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < (?, ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- two dense words
SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM sessionkit_sessions s
		WHERE s.company = ?
			AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT ?
	) s
	WHERE ((s.company) = ? AND (instr(s.search_key, ?) > 0 AND (instr(s.search_key, ?) > 0 OR instr(s.search_key, ?) > 0)))
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < (?, ?) AND p0.created_us >= ? AND (p0.id IN (SELECT p1.id FROM p1)) IS TRUE GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < (?, ?) AND p0.created_us >= ? AND (p0.id IN (SELECT p1.id FROM p1)) IS TRUE GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1;

-- two dense words
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?), p1 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term >= ? AND t.term < ? LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1;

-- rare flag
SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM sessionkit_sessions s
		WHERE s.company = ?
			AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT ?
	) s
	WHERE ((s.company) = ? AND (s.status = ? AND ((s.digital_spoof <> 0) OR (s.low_far <> 0))))
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- rare flag; subject
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare flag; subject
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare flag; subject
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?) LIMIT ?) SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < (?, ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- rare flag; subject
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare flag; subject
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?) LIMIT ?) SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < (?, ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- rare type
SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM sessionkit_sessions s
		WHERE s.company = ?
			AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT ?
	) s
	WHERE ((s.company) = ? AND s.document_type = ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- rare type; pending; personal number
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare type; pending; personal number
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare type
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?) LIMIT ?) SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < (?, ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- rare type; pending; personal number
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare type
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?) LIMIT ?) SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < (?, ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- rare level
SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM sessionkit_sessions s
		WHERE s.company = ?
			AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT ?
	) s
	WHERE ((s.company) = ? AND (s.match_level IS NOT NULL AND s.match_level IN (?, ?, ?)))
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- rare level
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?, ?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare level
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?, ?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare level
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?, ?) LIMIT ?) SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < (?, ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- rare level
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?, ?) LIMIT ?) SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket, (SELECT count(*) FROM p0) AS n0;

-- rare level
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?, ?, ?) LIMIT ?) SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < (?, ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- pending
SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM sessionkit_sessions s
		WHERE s.company = ?
			AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT ?
	) s
	WHERE ((s.company) = ? AND s.status = ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- subject
SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM sessionkit_sessions s
		WHERE s.company = ?
			AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT ?
	) s
	WHERE ((s.company) = ? AND s.subject IN (?, ?))
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- personal number
SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM sessionkit_sessions s
		WHERE s.company = ?
			AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT ?
	) s
	WHERE ((s.company) = ? AND (s.personal_number IS NOT NULL AND s.personal_number = ?))
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- personal number
WITH p0 AS (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND t.term IN (?) LIMIT ?) SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model) FROM ( SELECT k.created_us, k.id FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < (?, ?) AND p0.created_us >= ? GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k CROSS JOIN sessionkit_sessions s ON (s.company = ? AND (s.personal_number IS NOT NULL AND s.personal_number = ?)) AND s.created_us = k.created_us AND s.id = k.id ORDER BY k.created_us DESC, k.id DESC) k CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id ORDER BY k.created_us DESC, k.id DESC;

-- extra field
SELECT (s.created_us || char(31) || s.id || char(31) || s.changed_seq || char(31) || s.revision || char(31) ||
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
WHERE (s.company = ? AND ((SELECT sk_extra.value FROM json_each(s.extra) AS sk_extra WHERE sk_extra.key = ?) IS NOT NULL AND (SELECT sk_extra.value FROM json_each(s.extra) AS sk_extra WHERE sk_extra.key = ?) = ?))
	AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
ORDER BY s.created_us DESC, s.id DESC;

-- nested search
SELECT (s.created_us || char(31) || s.id || char(31) || s.changed_seq || char(31) || s.revision || char(31) ||
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
WHERE (s.company = ? AND (s.status = ? OR (instr(s.search_key, ?) > 0)))
	AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
ORDER BY s.created_us DESC, s.id DESC;
