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
LEFT JOIN sessionkit_companies c ON c.company = $1
LEFT JOIN sessionkit_segments g ON g.company = $2
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- everything, page 1; everything, page 2; everything, page 3; range, page 1; range, page 2
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
		SELECT s.created_us, s.id
		FROM sessionkit_sessions s
		WHERE (s.company = $1)
			AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT 64
	) s
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT $6
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $7 AND r.created_us = k.created_us AND r.id = k.id
	OFFSET 0
) r ON true
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
-- common word, page 1; common word, page 2; common word, page 3; rare word, page 1;
-- absent word, page 1; two dense words, page 1; rare flag, page 1; rare type, page 1;
-- rare level, page 1; pending, page 1; subject, page 1; personal number, page 1; extra field, page 1;
-- nested search, page 1; search and range, page 1; search and range, page 2;
-- a word, among other search keys
SELECT b.segment, b.name, b.data
FROM unnest((SELECT CAST(CAST($1 AS text) AS text[]))) n(name)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_blocks b
	WHERE b.company = $2 AND b.name = n.name COLLATE "C" AND b.name < 'M'
	OFFSET 0
) b
WHERE b.segment IN (SELECT u.segment FROM unnest((SELECT CAST(CAST($3 AS text) AS bigint[]))) u(segment));

-- dense criterion, page 1; dense criterion, page 2; dense criterion, page 3; common word, page 1;
-- common word, page 2; common word, page 3; rare word, page 1; rare flag, page 1; rare type, page 1;
-- rare level, page 1; subject, page 1; personal number, page 1; extra field, page 1;
-- nested search, page 1; search and range, page 1; search and range, page 2;
-- a word, among other search keys
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

-- dense criterion, page 1; dense criterion, page 2; dense criterion, page 3; common word, page 1;
-- common word, page 2; common word, page 3; rare word, page 1; rare flag, page 1; rare type, page 1;
-- rare level, page 1; nested search, page 1; search and range, page 1; search and range, page 2
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

-- rare word, page 1; absent word, page 1; two dense words, page 1; subject, page 1;
-- personal number, page 1; nested search, page 1; search and range, page 1; search and range, page 2
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

-- subject, page 1
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

-- personal number, page 1
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

-- extra field, page 1
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
WHERE (s.company = $3 AND ((CAST(s.extra AS jsonb) ->> CAST($4 AS text)) IS NOT NULL AND (CAST(s.extra AS jsonb) ->> CAST($5 AS text)) = $6));

-- a word, among other search keys
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
WHERE (s.company = $3);
