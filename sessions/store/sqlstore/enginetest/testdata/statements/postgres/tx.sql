-- put, get and list in the host's transaction; insert, update and redact in the host's transaction;
-- failed insert in the host's transaction
-- BeginTx, Default

-- put, get and list in the host's transaction; insert, update and redact in the host's transaction;
-- failed insert in the host's transaction
SAVEPOINT sessionkit_writer;

-- put, get and list in the host's transaction; insert, update and redact in the host's transaction;
-- failed insert in the host's transaction
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

-- put, get and list in the host's transaction; insert, update and redact in the host's transaction;
-- failed insert in the host's transaction
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

-- put, get and list in the host's transaction; insert, update and redact in the host's transaction
INSERT INTO sessionkit_sessions (company, created_us, id, changed_seq, version, revision, partner, subject, attempt, completed_us,
	decided_us, status, reasons, first_name, last_name, personal_number, document_number, nationality,
	states, birth_date, expiration_date, sex, document_type, document_presented, document_validity,
	liveness, match_level, match_scale, acceptance_level, selfie, extra, client_ip, device, browser, os,
	model, digital_spoof, not_full_id, low_far, search_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40)
ON CONFLICT (company, id) DO UPDATE
SET changed_seq = excluded.changed_seq, version = excluded.version, partner = excluded.partner,
	subject = excluded.subject, attempt = excluded.attempt, completed_us = excluded.completed_us,
	decided_us = excluded.decided_us, status = excluded.status, reasons = excluded.reasons,
	first_name = excluded.first_name, last_name = excluded.last_name,
	personal_number = excluded.personal_number, document_number = excluded.document_number,
	nationality = excluded.nationality, states = excluded.states, birth_date = excluded.birth_date,
	expiration_date = excluded.expiration_date, sex = excluded.sex,
	document_type = excluded.document_type, document_presented = excluded.document_presented,
	document_validity = excluded.document_validity, liveness = excluded.liveness,
	match_level = excluded.match_level, match_scale = excluded.match_scale,
	acceptance_level = excluded.acceptance_level, selfie = excluded.selfie, extra = excluded.extra,
	client_ip = excluded.client_ip, device = excluded.device, browser = excluded.browser,
	os = excluded.os, model = excluded.model, digital_spoof = excluded.digital_spoof,
	not_full_id = excluded.not_full_id, low_far = excluded.low_far, search_key = excluded.search_key,
	revision = excluded.revision
WHERE sessionkit_sessions.revision = excluded.revision - 1;

-- put, get and list in the host's transaction; insert, update and redact in the host's transaction
SELECT c.packed_seq, g.segment, g.sessions, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_companies c
LEFT JOIN sessionkit_segments g ON g.company = $1 AND g.oldest_us <= $2 AND g.newest_us >= $3
WHERE c.company = $4
ORDER BY g.segment;

-- put, get and list in the host's transaction; insert, update and redact in the host's transaction;
-- failed insert in the host's transaction
RELEASE SAVEPOINT sessionkit_writer;

-- put, get and list in the host's transaction
SELECT r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt, r.completed_us,
	r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number, r.document_number,
	r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model
FROM sessionkit_sessions r
WHERE r.company = $1 AND r.id = $2
	AND EXISTS (SELECT 1 FROM sessionkit_schema v
WHERE v.version >= $3 AND v.oldest <= $4 AND v.version = (SELECT max(n.version) FROM sessionkit_schema n));

-- put, get and list in the host's transaction
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
		WHERE (s.company = $1 AND (strpos(s.search_key, $2) > 0))
			AND (s.created_us, s.id) < ($3, $4) AND (s.created_us, s.id) >= ($5, $6)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT 64
	) s
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT $7
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $8 AND r.created_us = k.created_us AND r.id = k.id
	OFFSET 0
) r ON true
ORDER BY k.created_us DESC, k.id DESC;

-- put, get and list in the host's transaction
SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = $1),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = $2),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = $3)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- put, get and list in the host's transaction; insert, update and redact in the host's transaction
-- Commit

-- insert, update and redact in the host's transaction; failed insert in the host's transaction
INSERT INTO sessionkit_sessions (company, created_us, id, changed_seq, version, revision, partner, subject, attempt, completed_us,
	decided_us, status, reasons, first_name, last_name, personal_number, document_number, nationality,
	states, birth_date, expiration_date, sex, document_type, document_presented, document_validity,
	liveness, match_level, match_scale, acceptance_level, selfie, extra, client_ip, device, browser, os,
	model, digital_spoof, not_full_id, low_far, search_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40)
ON CONFLICT (company, id) DO NOTHING;

-- insert, update and redact in the host's transaction; failed insert in the host's transaction
ROLLBACK TO SAVEPOINT sessionkit_writer;

-- insert, update and redact in the host's transaction
UPDATE sessionkit_companies
SET seq = seq - $1, total = total + $2
WHERE company = $3;

-- insert, update and redact in the host's transaction
SELECT b.segment, b.name, b.data
FROM unnest((SELECT CAST(CAST($1 AS text) AS bigint[]))) u(segment)
CROSS JOIN unnest((SELECT CAST(CAST($2 AS text) AS text[]))) n(name)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_blocks b
	WHERE b.company = $3 AND b.segment = u.segment AND b.name = n.name COLLATE "C"
	OFFSET 0
) b;

-- insert, update and redact in the host's transaction
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

-- insert, update and redact in the host's transaction
UPDATE sessionkit_companies
SET forgot_seq = $1
WHERE company = $2;

-- failed insert in the host's transaction
SELECT t.id
FROM unnest(CAST(CAST($1 AS text) AS text[])) i (id)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_tombstones t
	WHERE t.company = $2 AND t.id = i.id COLLATE "C"
	OFFSET 0
) t
WHERE t.until_us = 0 OR t.until_us > $3;

-- failed insert in the host's transaction
-- Rollback
