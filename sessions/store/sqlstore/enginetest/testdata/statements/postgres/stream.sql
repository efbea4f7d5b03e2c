-- everything; everything, two fields; range; dense criterion; no match; common word; rare word;
-- absent word; two dense words; rare flag; rare type; rare level; pending; subject; personal number;
-- extra field; nested search; search and range
-- BeginTx, Repeatable Read, read only

-- everything; everything, two fields; range; dense criterion; no match; common word; rare word;
-- absent word; two dense words; rare flag; rare type; rare level; pending; subject; personal number;
-- extra field; nested search; search and range
SELECT v.version, v.search_key, v.bucket_bits, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = $1),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = $2),
	(SELECT max(s.created_us) FROM sessionkit_sessions s WHERE s.company = $3),
	(SELECT min(s.created_us) FROM sessionkit_sessions s WHERE s.company = $4)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- everything; everything, two fields; range; dense criterion; no match; extra field; nested search
SELECT
	set_config('enable_sort', 'off', true),
	set_config('max_parallel_workers_per_gather', '0', true),
	set_config('jit', 'off', true);

-- everything; range
SELECT concat_ws(chr(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us::text, ''), coalesce(s.decided_us::text, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level::text, ''), s.match_scale, s.acceptance_level, s.selfie,
	coalesce(s.extra, ''), s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s
WHERE (s.company = $1)
	AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
ORDER BY s.created_us DESC, s.id DESC;

-- everything; everything, two fields; range; dense criterion; no match; common word; rare word;
-- absent word; two dense words; rare flag; rare type; rare level; pending; subject; personal number;
-- extra field; nested search; search and range
-- Rollback

-- everything, two fields
SELECT concat_ws(chr(31), s.created_us, s.id, coalesce(s.first_name, ''), s.states, coalesce(s.match_level::text, ''),
	s.match_scale)
FROM sessionkit_sessions s
WHERE (s.company = $1)
	AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
ORDER BY s.created_us DESC, s.id DESC;

-- dense criterion
SELECT concat_ws(chr(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us::text, ''), coalesce(s.decided_us::text, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level::text, ''), s.match_scale, s.acceptance_level, s.selfie,
	coalesce(s.extra, ''), s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s
WHERE (s.company = $1 AND s.status = $2)
	AND (s.created_us, s.id) < ($3, $4) AND (s.created_us, s.id) >= ($5, $6)
ORDER BY s.created_us DESC, s.id DESC;

-- no match
SELECT concat_ws(chr(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us::text, ''), coalesce(s.decided_us::text, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level::text, ''), s.match_scale, s.acceptance_level, s.selfie,
	coalesce(s.extra, ''), s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s
WHERE (s.company = $1 AND s.status = $2 AND s.document_type = $3)
	AND (s.created_us, s.id) < ($4, $5) AND (s.created_us, s.id) >= ($6, $7)
ORDER BY s.created_us DESC, s.id DESC;

-- common word; rare word; absent word; search and range
SELECT r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM (
			SELECT *
			FROM sessionkit_sessions s
			WHERE s.company = $1
				AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
			ORDER BY s.created_us DESC, s.id DESC
			LIMIT 1024
		) s
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT $6
	) s
	WHERE ((greatest(s.company)) = $7 AND (strpos(s.search_key, $8) > 0))
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT $9
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $10 AND r.created_us = k.created_us AND r.id = k.id
	OFFSET 0
) r ON true
ORDER BY k.created_us DESC, k.id DESC;

-- common word; rare word; absent word; search and range
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term >= (SELECT $4::text) AND t.term < (SELECT $5::text) LIMIT 2001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $6 AND t.bucket <= $7) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($8, $9) AND p0.created_us >= $10 AND (SELECT o.n0 <= 2000 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $11 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- common word; rare word; absent word
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term >= (SELECT $4::text) AND t.term < (SELECT $5::text) LIMIT 4001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $6 AND t.bucket <= $7) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($8, $9) AND p0.created_us >= $10 AND (SELECT o.n0 <= 4000 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $11 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- common word; rare word; absent word
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term >= (SELECT $4::text) AND t.term < (SELECT $5::text) LIMIT 6001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $6 AND t.bucket <= $7) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($8, $9) AND p0.created_us >= $10 AND (SELECT o.n0 <= 6000 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $11 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- two dense words
SELECT r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM (
			SELECT *
			FROM sessionkit_sessions s
			WHERE s.company = $1
				AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
			ORDER BY s.created_us DESC, s.id DESC
			LIMIT 1024
		) s
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT $6
	) s
	WHERE ((greatest(s.company)) = $7 AND (strpos(s.search_key, $8) > 0 AND (strpos(s.search_key, $9) > 0 OR strpos(s.search_key, $10) > 0)))
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT $11
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $12 AND r.created_us = k.created_us AND r.id = k.id
	OFFSET 0
) r ON true
ORDER BY k.created_us DESC, k.id DESC;

-- two dense words
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term >= (SELECT $4::text) AND t.term < (SELECT $5::text) LIMIT 2001), p1 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $6 AND t.bucket = ANY (ARRAY(SELECT generate_series($7::bigint, $8::bigint))) AND t.term >= (SELECT $9::text) AND t.term < (SELECT $10::text) UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $11 AND t.bucket = ANY (ARRAY(SELECT generate_series($12::bigint, $13::bigint))) AND t.term >= (SELECT $14::text) AND t.term < (SELECT $15::text) LIMIT 2001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $16 AND t.bucket <= $17) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($18, $19) AND p0.created_us >= $20 AND (SELECT o.n0 <= 2000 AND o.n1 <= 2000 FROM o) AND (p0.id IN (SELECT p1.id FROM p1)) IS TRUE GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $21 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- two dense words
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term >= (SELECT $4::text) AND t.term < (SELECT $5::text) UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $6 AND t.bucket = ANY (ARRAY(SELECT generate_series($7::bigint, $8::bigint))) AND t.term >= (SELECT $9::text) AND t.term < (SELECT $10::text) LIMIT 4001), p1 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $11 AND t.bucket = ANY (ARRAY(SELECT generate_series($12::bigint, $13::bigint))) AND t.term >= (SELECT $14::text) AND t.term < (SELECT $15::text) LIMIT 4001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $16 AND t.bucket <= $17) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($18, $19) AND p0.created_us >= $20 AND (SELECT o.n0 <= 4000 AND o.n1 <= 4000 FROM o) AND (p0.id IN (SELECT p1.id FROM p1)) IS TRUE GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $21 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- two dense words
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term >= (SELECT $4::text) AND t.term < (SELECT $5::text) LIMIT 6001), p1 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $6 AND t.bucket = ANY (ARRAY(SELECT generate_series($7::bigint, $8::bigint))) AND t.term >= (SELECT $9::text) AND t.term < (SELECT $10::text) UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $11 AND t.bucket = ANY (ARRAY(SELECT generate_series($12::bigint, $13::bigint))) AND t.term >= (SELECT $14::text) AND t.term < (SELECT $15::text) LIMIT 6001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $16 AND t.bucket <= $17) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($18, $19) AND p0.created_us >= $20 AND (SELECT o.n0 <= 6000 AND o.n1 <= 6000 FROM o) AND (p0.id IN (SELECT p1.id FROM p1)) IS TRUE GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $21 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- rare flag
SELECT r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM (
			SELECT *
			FROM sessionkit_sessions s
			WHERE s.company = $1
				AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
			ORDER BY s.created_us DESC, s.id DESC
			LIMIT 1024
		) s
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT $6
	) s
	WHERE ((greatest(s.company)) = $7 AND (s.status = $8 AND ((s.digital_spoof <> 0) OR (s.low_far <> 0))))
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT $9
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $10 AND r.created_us = k.created_us AND r.id = k.id
	OFFSET 0
) r ON true
ORDER BY k.created_us DESC, k.id DESC;

-- rare flag; subject
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text), (SELECT $5::text)) LIMIT 2001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $6 AND t.bucket <= $7) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($8, $9) AND p0.created_us >= $10 AND (SELECT o.n0 <= 2000 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $11 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- rare flag; subject
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text), (SELECT $5::text)) LIMIT 4001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $6 AND t.bucket <= $7) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($8, $9) AND p0.created_us >= $10 AND (SELECT o.n0 <= 4000 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $11 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- rare flag; subject
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text), (SELECT $5::text)) LIMIT 6001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $6 AND t.bucket <= $7) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($8, $9) AND p0.created_us >= $10 AND (SELECT o.n0 <= 6000 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $11 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- rare type
SELECT r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM (
			SELECT *
			FROM sessionkit_sessions s
			WHERE s.company = $1
				AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
			ORDER BY s.created_us DESC, s.id DESC
			LIMIT 1024
		) s
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT $6
	) s
	WHERE ((greatest(s.company)) = $7 AND s.document_type = $8)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT $9
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $10 AND r.created_us = k.created_us AND r.id = k.id
	OFFSET 0
) r ON true
ORDER BY k.created_us DESC, k.id DESC;

-- rare type; pending
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text)) LIMIT 2001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $5 AND t.bucket <= $6) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($7, $8) AND p0.created_us >= $9 AND (SELECT o.n0 <= 2000 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $10 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- rare type; pending
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text)) LIMIT 4001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $5 AND t.bucket <= $6) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($7, $8) AND p0.created_us >= $9 AND (SELECT o.n0 <= 4000 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $10 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- rare type; pending
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text)) LIMIT 6001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $5 AND t.bucket <= $6) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($7, $8) AND p0.created_us >= $9 AND (SELECT o.n0 <= 6000 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $10 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- rare level
SELECT r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM (
			SELECT *
			FROM sessionkit_sessions s
			WHERE s.company = $1
				AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
			ORDER BY s.created_us DESC, s.id DESC
			LIMIT 1024
		) s
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT $6
	) s
	WHERE ((greatest(s.company)) = $7 AND (s.match_level IS NOT NULL AND s.match_level IN ($8, $9, $10)))
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT $11
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $12 AND r.created_us = k.created_us AND r.id = k.id
	OFFSET 0
) r ON true
ORDER BY k.created_us DESC, k.id DESC;

-- rare level
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text), (SELECT $5::text), (SELECT $6::text)) LIMIT 2001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $7 AND t.bucket <= $8) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($9, $10) AND p0.created_us >= $11 AND (SELECT o.n0 <= 2000 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $12 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- rare level
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text), (SELECT $5::text), (SELECT $6::text)) LIMIT 4001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $7 AND t.bucket <= $8) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($9, $10) AND p0.created_us >= $11 AND (SELECT o.n0 <= 4000 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $12 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- rare level
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text), (SELECT $5::text), (SELECT $6::text)) LIMIT 6001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $7 AND t.bucket <= $8) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($9, $10) AND p0.created_us >= $11 AND (SELECT o.n0 <= 6000 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $12 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- pending
SELECT r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM (
			SELECT *
			FROM sessionkit_sessions s
			WHERE s.company = $1
				AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
			ORDER BY s.created_us DESC, s.id DESC
			LIMIT 1024
		) s
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT $6
	) s
	WHERE ((greatest(s.company)) = $7 AND s.status = $8)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT $9
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $10 AND r.created_us = k.created_us AND r.id = k.id
	OFFSET 0
) r ON true
ORDER BY k.created_us DESC, k.id DESC;

-- subject
SELECT r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM (
			SELECT *
			FROM sessionkit_sessions s
			WHERE s.company = $1
				AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
			ORDER BY s.created_us DESC, s.id DESC
			LIMIT 1024
		) s
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT $6
	) s
	WHERE ((greatest(s.company)) = $7 AND s.subject IN ($8, $9))
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT $10
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $11 AND r.created_us = k.created_us AND r.id = k.id
	OFFSET 0
) r ON true
ORDER BY k.created_us DESC, k.id DESC;

-- personal number
SELECT r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT *
		FROM (
			SELECT *
			FROM sessionkit_sessions s
			WHERE s.company = $1
				AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
			ORDER BY s.created_us DESC, s.id DESC
			LIMIT 1024
		) s
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT $6
	) s
	WHERE ((greatest(s.company)) = $7 AND (s.personal_number IS NOT NULL AND s.personal_number = $8))
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT $9
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $10 AND r.created_us = k.created_us AND r.id = k.id
	OFFSET 0
) r ON true
ORDER BY k.created_us DESC, k.id DESC;

-- personal number
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text)) LIMIT 251), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $5 AND t.bucket <= $6) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT k.created_us, k.id FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($7, $8) AND p0.created_us >= $9 AND (SELECT o.n0 <= 250 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k JOIN LATERAL (SELECT * FROM sessionkit_sessions s WHERE (s.company = $10 AND (s.personal_number IS NOT NULL AND s.personal_number = $11)) AND s.created_us = k.created_us AND s.id = k.id OFFSET 0) s ON true ORDER BY k.created_us DESC, k.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $12 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- personal number
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text)) LIMIT 501), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $5 AND t.bucket <= $6) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT k.created_us, k.id FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($7, $8) AND p0.created_us >= $9 AND (SELECT o.n0 <= 500 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k JOIN LATERAL (SELECT * FROM sessionkit_sessions s WHERE (s.company = $10 AND (s.personal_number IS NOT NULL AND s.personal_number = $11)) AND s.created_us = k.created_us AND s.id = k.id OFFSET 0) s ON true ORDER BY k.created_us DESC, k.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $12 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- personal number
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text)) LIMIT 751), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $5 AND t.bucket <= $6) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model) FROM o LEFT JOIN ( SELECT k.created_us, k.id FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($7, $8) AND p0.created_us >= $9 AND (SELECT o.n0 <= 750 FROM o) GROUP BY p0.created_us, p0.id ORDER BY p0.created_us DESC, p0.id DESC) k JOIN LATERAL (SELECT * FROM sessionkit_sessions s WHERE (s.company = $10 AND (s.personal_number IS NOT NULL AND s.personal_number = $11)) AND s.created_us = k.created_us AND s.id = k.id OFFSET 0) s ON true ORDER BY k.created_us DESC, k.id DESC) k ON 1 = 1 LEFT JOIN LATERAL (SELECT * FROM sessionkit_sessions r WHERE r.company = $12 AND r.created_us = k.created_us AND r.id = k.id OFFSET 0) r ON true ORDER BY k.created_us DESC, k.id DESC;

-- extra field
SELECT concat_ws(chr(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us::text, ''), coalesce(s.decided_us::text, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level::text, ''), s.match_scale, s.acceptance_level, s.selfie,
	coalesce(s.extra, ''), s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s
WHERE (s.company = $1 AND ((CAST(s.extra AS jsonb) ->> CAST($2 AS text)) IS NOT NULL AND (CAST(s.extra AS jsonb) ->> CAST($3 AS text)) = $4))
	AND (s.created_us, s.id) < ($5, $6) AND (s.created_us, s.id) >= ($7, $8)
ORDER BY s.created_us DESC, s.id DESC;

-- nested search
SELECT concat_ws(chr(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us::text, ''), coalesce(s.decided_us::text, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level::text, ''), s.match_scale, s.acceptance_level, s.selfie,
	coalesce(s.extra, ''), s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s
WHERE (s.company = $1 AND (s.status = $2 OR (strpos(s.search_key, $3) > 0)))
	AND (s.created_us, s.id) < ($4, $5) AND (s.created_us, s.id) >= ($6, $7)
ORDER BY s.created_us DESC, s.id DESC;
