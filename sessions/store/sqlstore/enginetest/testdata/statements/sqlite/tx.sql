-- put, get and list in the host's transaction; insert, update and redact in the host's transaction;
-- failed insert in the host's transaction
-- BeginTx, Default

-- put, get and list in the host's transaction; insert, update and redact in the host's transaction;
-- failed insert in the host's transaction
BEGIN;

-- put, get and list in the host's transaction; insert, update and redact in the host's transaction;
-- failed insert in the host's transaction
SAVEPOINT sessionkit_writer;

-- put, get and list in the host's transaction; insert, update and redact in the host's transaction;
-- failed insert in the host's transaction
INSERT INTO sessionkit_companies (company, seq, total, search_key)
SELECT ?, ?, ?, ?
FROM sessionkit_schema v
WHERE v.version >= ? AND v.oldest <= ? AND v.version = (SELECT max(n.version) FROM sessionkit_schema n)
ON CONFLICT (company) DO UPDATE SET seq = seq + excluded.seq, total = total + excluded.total,
	search_key = CASE WHEN search_key = excluded.search_key OR search_key < 0 THEN search_key ELSE 0 END
RETURNING seq, tombstones;

-- put, get and list in the host's transaction; insert, update and redact in the host's transaction;
-- failed insert in the host's transaction
SELECT r.created_us, r.id, r.changed_seq, r.version, r.revision, r.partner, r.subject, r.attempt,
	r.completed_us, r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number,
	r.document_number, r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model
FROM sessionkit_sessions r
WHERE r.company = ? AND r.id IN (?);

-- put, get and list in the host's transaction; insert, update and redact in the host's transaction
INSERT INTO sessionkit_sessions (company, created_us, id, changed_seq, version, revision, partner, subject, attempt, completed_us,
	decided_us, status, reasons, first_name, last_name, personal_number, document_number, nationality,
	states, birth_date, expiration_date, sex, document_type, document_presented, document_validity,
	liveness, match_level, match_scale, acceptance_level, selfie, extra, client_ip, device, browser, os,
	model, digital_spoof, not_full_id, low_far, search_key)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
LEFT JOIN sessionkit_segments g ON g.company = ? AND g.oldest_us <= ? AND g.newest_us >= ?
WHERE c.company = ?
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
WHERE r.company = ? AND r.id = ?
	AND EXISTS (SELECT 1 FROM sessionkit_schema v
WHERE v.version >= ? AND v.oldest <= ? AND v.version = (SELECT max(n.version) FROM sessionkit_schema n));

-- put, get and list in the host's transaction
SELECT r.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt, r.completed_us,
	r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number, r.document_number,
	r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id
	FROM sessionkit_sessions s
	WHERE (s.company = ? AND (instr(s.search_key, ?) > 0))
		AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- put, get and list in the host's transaction
SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = ?)
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
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (company, id) DO NOTHING;

-- insert, update and redact in the host's transaction; failed insert in the host's transaction
ROLLBACK TO SAVEPOINT sessionkit_writer;

-- insert, update and redact in the host's transaction
UPDATE sessionkit_companies
SET seq = seq - ?, total = total + ?
WHERE company = ?;

-- insert, update and redact in the host's transaction
SELECT b.segment, b.name, b.data
FROM (SELECT value AS segment FROM json_each(?)) u
CROSS JOIN (SELECT value AS name FROM json_each(?)) n
CROSS JOIN sessionkit_blocks b ON b.company = ? AND b.segment = u.segment AND b.name = n.name;

-- insert, update and redact in the host's transaction
SELECT b.segment, b.name, b.data
FROM (
	SELECT CAST(json_extract(j.value, '$[0]') AS INTEGER) AS segment, json_extract(j.value, '$[1]') AS name
	FROM json_each(?) j
) p
CROSS JOIN sessionkit_blocks b ON b.company = ? AND b.segment = p.segment AND b.name = p.name;

-- insert, update and redact in the host's transaction
UPDATE sessionkit_companies
SET forgot_seq = ?
WHERE company = ?;

-- failed insert in the host's transaction
SELECT t.id
FROM sessionkit_tombstones t
WHERE t.company = ? AND t.id IN (?) AND (t.until_us = 0 OR t.until_us > ?);

-- failed insert in the host's transaction
-- Rollback
