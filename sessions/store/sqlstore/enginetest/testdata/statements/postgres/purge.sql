-- a few sessions by ID; an insert afterwards; 60 sessions by a filter
-- BeginTx, Read Committed

-- a few sessions by ID; 60 sessions by a filter
DELETE FROM sessionkit_tombstones
WHERE company = $1 AND until_us > 0 AND until_us <= $2;

-- a few sessions by ID; 60 sessions by a filter
SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = $1),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = $2),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = $3)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- a few sessions by ID; an insert afterwards; 60 sessions by a filter
-- Commit

-- a few sessions by ID; 60 sessions by a filter
-- BeginTx, Repeatable Read, read only

-- a few sessions by ID; 60 sessions by a filter
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = $1
LEFT JOIN sessionkit_segments g ON g.company = $2
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- a few sessions by ID
SELECT r.created_us, r.id, r.changed_seq, r.version, r.revision, r.partner, r.subject, r.attempt,
	r.completed_us, r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number,
	r.document_number, r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model
FROM unnest(CAST(CAST($1 AS text) AS text[])) i (id)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $2 AND r.id >= i.id COLLATE "C" AND r.id <= i.id COLLATE "C"
	ORDER BY r.id
	LIMIT 1
) r
WHERE EXISTS (SELECT 1 FROM sessionkit_schema v
WHERE v.version >= $3 AND v.oldest <= $4 AND v.version = (SELECT max(n.version) FROM sessionkit_schema n));

-- a few sessions by ID; 60 sessions by a filter
-- Rollback

-- a few sessions by ID; an insert afterwards; 60 sessions by a filter
INSERT INTO sessionkit_companies (company, seq, total, search_key)
SELECT $1::text, $2::bigint, $3::bigint, $4::bigint
FROM sessionkit_schema v
WHERE v.version >= $5 AND v.oldest <= $6 AND v.version = (SELECT max(n.version) FROM sessionkit_schema n)
ON CONFLICT (company) DO UPDATE SET seq = sessionkit_companies.seq + excluded.seq, total = sessionkit_companies.total + excluded.total,
	search_key = CASE
		WHEN sessionkit_companies.search_key = excluded.search_key OR sessionkit_companies.search_key < 0 THEN sessionkit_companies.search_key
		ELSE 0
	END
RETURNING seq, tombstones;

-- a few sessions by ID; 60 sessions by a filter
INSERT INTO sessionkit_tombstones (company, id, version, until_us)
SELECT s.company, s.id, s.version, CAST($1 AS bigint)
FROM unnest(CAST(CAST($2 AS text) AS bigint[])) c (changed_seq)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions s
	WHERE s.company = $3 AND s.changed_seq >= c.changed_seq AND s.changed_seq <= c.changed_seq
	ORDER BY s.changed_seq
	LIMIT 1
) s
WHERE s.company = $4
ON CONFLICT (company, id) DO UPDATE SET version = excluded.version, until_us = excluded.until_us;

-- a few sessions by ID; 60 sessions by a filter
DELETE FROM sessionkit_sessions
WHERE company = $1 AND ctid = ANY (ARRAY(
	SELECT s.ctid
	FROM unnest(CAST(CAST($2 AS text) AS bigint[])) c (changed_seq)
	CROSS JOIN LATERAL (
		SELECT s.ctid
		FROM sessionkit_sessions s
		WHERE s.company = $3 AND s.changed_seq >= c.changed_seq AND s.changed_seq <= c.changed_seq
		ORDER BY s.changed_seq
		LIMIT 1
	) s
));

-- a few sessions by ID
SELECT c.packed_seq, g.segment, g.sessions, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_companies c
LEFT JOIN sessionkit_segments g ON g.company = $1 AND g.oldest_us <= $2 AND g.newest_us >= $3
WHERE c.company = $4
ORDER BY g.segment;

-- a few sessions by ID; 60 sessions by a filter
SELECT b.segment, b.name, b.data
FROM unnest((SELECT CAST(CAST($1 AS text) AS bigint[]))) u(segment)
CROSS JOIN unnest((SELECT CAST(CAST($2 AS text) AS text[]))) n(name)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_blocks b
	WHERE b.company = $3 AND b.segment = u.segment AND b.name = n.name COLLATE "C"
	OFFSET 0
) b;

-- a few sessions by ID; 60 sessions by a filter
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

-- a few sessions by ID; 60 sessions by a filter
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

-- a few sessions by ID; 60 sessions by a filter
INSERT INTO sessionkit_blocks (company, segment, name, data)
VALUES ($1, $2, $3, $4),
	($5, $6, $7, $8),
	($9, $10, $11, $12),
	($13, $14, $15, $16),
	($17, $18, $19, $20),
	($21, $22, $23, $24),
	($25, $26, $27, $28),
	($29, $30, $31, $32),
	($33, $34, $35, $36),
	($37, $38, $39, $40),
	($41, $42, $43, $44),
	($45, $46, $47, $48),
	($49, $50, $51, $52),
	($53, $54, $55, $56),
	($57, $58, $59, $60),
	($61, $62, $63, $64)
ON CONFLICT (company, segment, name) DO UPDATE SET data = excluded.data;

-- a few sessions by ID
INSERT INTO sessionkit_blocks (company, segment, name, data)
VALUES ($1, $2, $3, $4),
	($5, $6, $7, $8),
	($9, $10, $11, $12),
	($13, $14, $15, $16),
	($17, $18, $19, $20),
	($21, $22, $23, $24),
	($25, $26, $27, $28),
	($29, $30, $31, $32),
	($33, $34, $35, $36),
	($37, $38, $39, $40),
	($41, $42, $43, $44),
	($45, $46, $47, $48),
	($49, $50, $51, $52),
	($53, $54, $55, $56)
ON CONFLICT (company, segment, name) DO UPDATE SET data = excluded.data;

-- a few sessions by ID
INSERT INTO sessionkit_segments (company, segment, sessions, dead, oldest_us, newest_us, search_key)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (company, segment) DO UPDATE SET dead = excluded.dead;

-- a few sessions by ID
UPDATE sessionkit_companies
SET forgot_seq = $1
WHERE company = $2;

-- a few sessions by ID; 60 sessions by a filter
UPDATE sessionkit_companies
SET tombstones = 1, purged_seq = seq, forgot_seq = seq
WHERE company = $1;

-- a few sessions by ID
SELECT r.created_us, r.id, r.changed_seq, r.version, r.revision, r.partner, r.subject, r.attempt,
	r.completed_us, r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number,
	r.document_number, r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model
FROM unnest(CAST(CAST($1 AS text) AS text[])) i (id)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $2 AND r.id >= i.id COLLATE "C" AND r.id <= i.id COLLATE "C"
	ORDER BY r.id
	LIMIT 1
	FOR UPDATE
) r;

-- a few sessions by ID
INSERT INTO sessionkit_tombstones (company, id, version, until_us)
VALUES ($1, $2, $3, $4),
	($5, $6, $7, $8)
ON CONFLICT (company, id) DO UPDATE SET until_us = excluded.until_us;

-- a few sessions by ID
UPDATE sessionkit_companies
SET tombstones = 1
WHERE company = $1;

-- an insert afterwards
SELECT t.id
FROM unnest(CAST(CAST($1 AS text) AS text[])) i (id)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_tombstones t
	WHERE t.company = $2 AND t.id = i.id COLLATE "C"
	OFFSET 0
) t
WHERE t.until_us = 0 OR t.until_us > $3;

-- an insert afterwards
INSERT INTO sessionkit_sessions (company, created_us, id, changed_seq, version, revision, partner, subject, attempt, completed_us,
	decided_us, status, reasons, first_name, last_name, personal_number, document_number, nationality,
	states, birth_date, expiration_date, sex, document_type, document_presented, document_validity,
	liveness, match_level, match_scale, acceptance_level, selfie, extra, client_ip, device, browser, os,
	model, digital_spoof, not_full_id, low_far, search_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40)
ON CONFLICT (company, id) DO NOTHING;

-- 60 sessions by a filter
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
		WHERE (s.company = $4 AND s.subject = $5)
			AND (s.created_us, s.id) < ($6, $7) AND (s.created_us, s.id) >= ($8, $9)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT 64
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

-- 60 sessions by a filter
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
WHERE (s.company = $3 AND s.subject = $4);

-- 60 sessions by a filter
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

-- 60 sessions by a filter
INSERT INTO sessionkit_blocks (company, segment, name, data)
VALUES ($1, $2, $3, $4),
	($5, $6, $7, $8),
	($9, $10, $11, $12),
	($13, $14, $15, $16),
	($17, $18, $19, $20),
	($21, $22, $23, $24),
	($25, $26, $27, $28),
	($29, $30, $31, $32),
	($33, $34, $35, $36),
	($37, $38, $39, $40),
	($41, $42, $43, $44),
	($45, $46, $47, $48)
ON CONFLICT (company, segment, name) DO UPDATE SET data = excluded.data;

-- 60 sessions by a filter
SELECT seq, total, packed_seq, forgot_seq, search_key
FROM sessionkit_companies
WHERE company = $1
FOR UPDATE;

-- 60 sessions by a filter
SELECT count(*), count(CASE WHEN search_key = $1 THEN 1 END)
FROM sessionkit_segments
WHERE company = $2 AND segment = ANY (CAST(CAST($3 AS text) AS bigint[]));

-- 60 sessions by a filter
SELECT s.created_us, s.id
FROM sessionkit_sessions s
WHERE s.company = $1 AND s.changed_seq > $2 AND s.changed_seq <= $3
ORDER BY s.changed_seq;

-- 60 sessions by a filter
INSERT INTO sessionkit_segments (company, segment, sessions, dead, oldest_us, newest_us, search_key)
VALUES ($1, $2, $3, $4, $5, $6, $7),
	($8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (company, segment) DO UPDATE SET dead = excluded.dead;

-- 60 sessions by a filter
DELETE FROM sessionkit_segments
WHERE company = $1 AND segment = ANY (CAST(CAST($2 AS text) AS bigint[]));

-- 60 sessions by a filter
DELETE FROM sessionkit_blocks
WHERE company = $1 AND segment = ANY (CAST(CAST($2 AS text) AS bigint[]));

-- 60 sessions by a filter
UPDATE sessionkit_companies
SET packed_seq = $1
WHERE company = $2;
