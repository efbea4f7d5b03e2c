-- a search; an extra field; a search; an extra field
-- BeginTx, Repeatable Read, read only

-- a search; an extra field; a search; an extra field
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = $1
LEFT JOIN sessionkit_segments g ON g.company = $2
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- a search; an extra field
SELECT r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id, s.changed_seq
	FROM (
		SELECT s.created_us, s.id, s.changed_seq
		FROM (
			SELECT *
			FROM sessionkit_sessions s
			WHERE s.company = $1 AND s.changed_seq > $2 AND s.changed_seq <= $3
			ORDER BY s.changed_seq
			OFFSET 0
		) s
		WHERE (s.company = $4 AND (strpos(s.search_key, $5) > 0))
			AND (s.created_us, s.id) < ($6, $7) AND (s.created_us, s.id) >= ($8, $9)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT 1024
	) s
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT $10
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $11 AND r.changed_seq >= k.changed_seq AND r.changed_seq <= k.changed_seq
	ORDER BY r.changed_seq
	LIMIT 1
) r ON true
ORDER BY k.created_us DESC, k.id DESC;

-- a search; an extra field; a search; an extra field
SELECT b.segment, b.name, b.data
FROM unnest((SELECT CAST(CAST($1 AS text) AS text[]))) n(name)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_blocks b
	WHERE b.company = $2 AND b.name = n.name COLLATE "C" AND b.name < 'M'
	OFFSET 0
) b
WHERE b.segment IN (SELECT u.segment FROM unnest((SELECT CAST(CAST($3 AS text) AS bigint[]))) u(segment));

-- a search; an extra field
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

-- a search; an extra field; a search; an extra field
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

-- a search; an extra field; a search; an extra field
-- Rollback

-- a search; an extra field
SELECT r.id, concat_ws(chr(31), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt,
	coalesce(r.completed_us::text, ''), coalesce(r.decided_us::text, ''), r.status, r.reasons,
	coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.personal_number, ''),
	coalesce(r.document_number, ''), coalesce(r.nationality, ''), r.states, r.birth_date,
	r.expiration_date, r.sex, r.document_type, r.document_presented, r.document_validity, r.liveness,
	coalesce(r.match_level::text, ''), r.match_scale, r.acceptance_level, r.selfie,
	coalesce(r.extra, ''), r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id, s.changed_seq
	FROM (
		SELECT s.created_us, s.id, s.changed_seq
		FROM (
			SELECT *
			FROM sessionkit_sessions s
			WHERE s.company = $1 AND s.changed_seq > $2 AND s.changed_seq <= $3
			ORDER BY s.changed_seq
			OFFSET 0
		) s
		WHERE (s.company = $4 AND ((CAST(s.extra AS jsonb) ->> CAST($5 AS text)) IS NOT NULL AND (CAST(s.extra AS jsonb) ->> CAST($6 AS text)) = $7))
			AND (s.created_us, s.id) < ($8, $9) AND (s.created_us, s.id) >= ($10, $11)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT 1024
	) s
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT $12
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $13 AND r.changed_seq >= k.changed_seq AND r.changed_seq <= k.changed_seq
	ORDER BY r.changed_seq
	LIMIT 1
) r ON true
ORDER BY k.created_us DESC, k.id DESC;

-- a search; an extra field
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
