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
LEFT JOIN sessionkit_companies c ON c.company = $1
LEFT JOIN sessionkit_segments g ON g.company = $2
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- everything; everything, two fields; range; dense criterion; common word; extra field
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

-- dense criterion; no match; common word; rare word; absent word; two dense words; rare flag;
-- rare type; rare level; pending; subject; personal number; extra field; nested search;
-- search and range
SELECT b.segment, b.name, b.data
FROM unnest((SELECT CAST(CAST($1 AS text) AS text[]))) n(name)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_blocks b
	WHERE b.company = $2 AND b.name = n.name COLLATE "C" AND b.name < 'M'
	OFFSET 0
) b
WHERE b.segment IN (SELECT u.segment FROM unnest((SELECT CAST(CAST($3 AS text) AS bigint[]))) u(segment));

-- dense criterion; common word; rare word; rare flag; rare type; rare level; subject;
-- personal number; extra field; nested search; search and range
SELECT b.segment, b.name, b.data
FROM (
	SELECT u.segment, u.name COLLATE "C" AS name
	FROM unnest(CAST(CAST($1 AS text) AS bigint[]), CAST(CAST($2 AS text) AS text[])) u(segment, name)
) p
JOIN LATERAL (
	SELECT *
	FROM sessionkit_blocks b
	WHERE b.company = $3 AND b.segment = p.segment AND b.name = p.name
	OFFSET 0
) b ON true;

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

-- common word
SELECT concat_ws(chr(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us::text, ''), coalesce(s.decided_us::text, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level::text, ''), s.match_scale, s.acceptance_level, s.selfie,
	coalesce(s.extra, ''), s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s
WHERE (s.company = $1 AND (strpos(s.search_key, $2) > 0))
	AND (s.created_us, s.id) < ($3, $4) AND (s.created_us, s.id) >= ($5, $6)
ORDER BY s.created_us DESC, s.id DESC;

-- rare word; absent word; two dense words; subject; personal number; nested search; search and range
SELECT b.segment, b.name, b.data
FROM (
	SELECT u.segment, u.name COLLATE "C" AS name
	FROM unnest(CAST(CAST($1 AS text) AS bigint[]), CAST(CAST($2 AS text) AS text[])) u(segment, name)
) p
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_blocks b
	WHERE b.company = $3 AND b.segment = p.segment AND b.name >= p.name
	ORDER BY b.name
	LIMIT 1
) b;

-- rare word; rare flag; rare type; rare level; nested search; search and range
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

-- subject
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
WHERE (s.company = $3 AND s.subject IN ($4, $5));

-- personal number
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
WHERE (s.company = $3 AND (s.personal_number IS NOT NULL AND s.personal_number = $4));

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
