-- a few sessions by ID; an insert afterwards; 60 sessions by a filter
-- BeginTx, Default

-- a few sessions by ID; 60 sessions by a filter
DELETE FROM sessionkit_tombstones
WHERE company = ? AND until_us > 0 AND until_us <= ?;

-- a few sessions by ID; 60 sessions by a filter
SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = ?)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- a few sessions by ID; an insert afterwards; 60 sessions by a filter
-- Commit

-- a few sessions by ID; 60 sessions by a filter
-- BeginTx, Default, read only

-- a few sessions by ID; 60 sessions by a filter
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = ?
LEFT JOIN sessionkit_segments g ON g.company = ?
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- a few sessions by ID
SELECT r.created_us, r.id, r.changed_seq, r.version, r.revision, r.partner, r.subject, r.attempt,
	r.completed_us, r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number,
	r.document_number, r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model
FROM sessionkit_sessions r
WHERE r.company = ? AND r.id IN (?, ?)
	AND EXISTS (SELECT 1 FROM sessionkit_schema v
WHERE v.version >= ? AND v.oldest <= ? AND v.version = (SELECT max(n.version) FROM sessionkit_schema n));

-- a few sessions by ID; 60 sessions by a filter
-- Rollback

-- a few sessions by ID; an insert afterwards; 60 sessions by a filter
INSERT INTO sessionkit_companies (company, seq, total, search_key)
SELECT ?, ?, ?, ?
FROM sessionkit_schema v
WHERE v.version >= ? AND v.oldest <= ? AND v.version = (SELECT max(n.version) FROM sessionkit_schema n)
ON CONFLICT (company) DO UPDATE SET seq = seq + excluded.seq, total = total + excluded.total,
	search_key = CASE WHEN search_key = excluded.search_key OR search_key < 0 THEN search_key ELSE 0 END
RETURNING seq, tombstones;

-- a few sessions by ID; 60 sessions by a filter
INSERT INTO sessionkit_tombstones (company, id, version, until_us)
SELECT s.company, s.id, s.version, CAST(? AS bigint)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE s.company = ? AND s.changed_seq IN (SELECT value FROM json_each(?))
ON CONFLICT (company, id) DO UPDATE SET version = excluded.version, until_us = excluded.until_us;

-- a few sessions by ID; 60 sessions by a filter
DELETE FROM sessionkit_sessions
WHERE company = ? AND changed_seq IN (SELECT value FROM json_each(?));

-- a few sessions by ID
SELECT c.packed_seq, g.segment, g.sessions, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_companies c
LEFT JOIN sessionkit_segments g ON g.company = ? AND g.oldest_us <= ? AND g.newest_us >= ?
WHERE c.company = ?
ORDER BY g.segment;

-- a few sessions by ID; 60 sessions by a filter
SELECT b.segment, b.name, b.data
FROM (SELECT value AS segment FROM json_each(?)) u
CROSS JOIN (SELECT value AS name FROM json_each(?)) n
CROSS JOIN sessionkit_blocks b ON b.company = ? AND b.segment = u.segment AND b.name = n.name;

-- a few sessions by ID; 60 sessions by a filter
SELECT b.segment, b.name, b.data
FROM (
	SELECT CAST(json_extract(j.value, '$[0]') AS INTEGER) AS segment, json_extract(j.value, '$[1]') AS name
	FROM json_each(?) j
) p
CROSS JOIN sessionkit_blocks b ON b.company = ? AND b.segment = p.segment AND b.name = p.name;

-- a few sessions by ID; 60 sessions by a filter
SELECT b.segment, b.name, b.data
FROM (
	SELECT CAST(json_extract(j.value, '$[0]') AS INTEGER) AS segment, json_extract(j.value, '$[1]') AS name
	FROM json_each(?) j
) p
CROSS JOIN sessionkit_blocks b ON b.company = ? AND b.segment = p.segment AND b.name = (
	SELECT x.name
	FROM sessionkit_blocks x
	WHERE x.company = ? AND x.segment = p.segment AND x.name >= p.name
	ORDER BY x.name
	LIMIT 1
);

-- a few sessions by ID; 60 sessions by a filter
INSERT INTO sessionkit_blocks (company, segment, name, data)
VALUES (?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?)
ON CONFLICT (company, segment, name) DO UPDATE SET data = excluded.data;

-- a few sessions by ID
INSERT INTO sessionkit_blocks (company, segment, name, data)
VALUES (?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?)
ON CONFLICT (company, segment, name) DO UPDATE SET data = excluded.data;

-- a few sessions by ID
INSERT INTO sessionkit_segments (company, segment, sessions, dead, oldest_us, newest_us, search_key)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (company, segment) DO UPDATE SET dead = excluded.dead;

-- a few sessions by ID
UPDATE sessionkit_companies
SET forgot_seq = ?
WHERE company = ?;

-- a few sessions by ID; 60 sessions by a filter
UPDATE sessionkit_companies
SET tombstones = 1, purged_seq = seq, forgot_seq = seq
WHERE company = ?;

-- a few sessions by ID
SELECT r.created_us, r.id, r.changed_seq, r.version, r.revision, r.partner, r.subject, r.attempt,
	r.completed_us, r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number,
	r.document_number, r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model
FROM sessionkit_sessions r
WHERE r.company = ? AND r.id IN (?, ?);

-- a few sessions by ID
INSERT INTO sessionkit_tombstones (company, id, version, until_us)
VALUES (?, ?, ?, ?),
	(?, ?, ?, ?)
ON CONFLICT (company, id) DO UPDATE SET until_us = excluded.until_us;

-- a few sessions by ID
UPDATE sessionkit_companies
SET tombstones = 1
WHERE company = ?;

-- an insert afterwards
SELECT t.id
FROM sessionkit_tombstones t
WHERE t.company = ? AND t.id IN (?) AND (t.until_us = 0 OR t.until_us > ?);

-- an insert afterwards
INSERT INTO sessionkit_sessions (company, created_us, id, changed_seq, version, revision, partner, subject, attempt, completed_us,
	decided_us, status, reasons, first_name, last_name, personal_number, document_number, nationality,
	states, birth_date, expiration_date, sex, document_type, document_presented, document_validity,
	liveness, match_level, match_scale, acceptance_level, selfie, extra, client_ip, device, browser, os,
	model, digital_spoof, not_full_id, low_far, search_key)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (company, id) DO NOTHING;

-- 60 sessions by a filter
SELECT r.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt, r.completed_us,
	r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number, r.document_number,
	r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id, s.changed_seq
	FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
	WHERE (s.company = ? AND s.subject = ?) AND s.changed_seq > ? AND s.changed_seq <= ?
		AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.changed_seq = k.changed_seq
ORDER BY k.created_us DESC, k.id DESC;

-- 60 sessions by a filter
SELECT s.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE (s.company = ? AND s.subject = ?) AND s.changed_seq IN (SELECT value FROM json_each(?));

-- 60 sessions by a filter
SELECT s.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE s.company = ? AND s.changed_seq IN (SELECT value FROM json_each(?));

-- 60 sessions by a filter
INSERT INTO sessionkit_blocks (company, segment, name, data)
VALUES (?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?)
ON CONFLICT (company, segment, name) DO UPDATE SET data = excluded.data;

-- 60 sessions by a filter
UPDATE sessionkit_companies
SET seq = seq
WHERE company = ?;

-- 60 sessions by a filter
SELECT seq, total, packed_seq, forgot_seq, search_key
FROM sessionkit_companies
WHERE company = ?;

-- 60 sessions by a filter
SELECT count(*), count(CASE WHEN search_key = ? THEN 1 END)
FROM sessionkit_segments
WHERE company = ? AND segment IN (SELECT value FROM json_each(?));

-- 60 sessions by a filter
SELECT s.created_us, s.id
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE s.company = ? AND s.changed_seq > ? AND s.changed_seq <= ?
ORDER BY s.changed_seq;

-- 60 sessions by a filter
INSERT INTO sessionkit_segments (company, segment, sessions, dead, oldest_us, newest_us, search_key)
VALUES (?, ?, ?, ?, ?, ?, ?),
	(?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (company, segment) DO UPDATE SET dead = excluded.dead;

-- 60 sessions by a filter
DELETE FROM sessionkit_segments
WHERE company = ? AND segment IN (SELECT value FROM json_each(?));

-- 60 sessions by a filter
DELETE FROM sessionkit_blocks
WHERE company = ? AND segment IN (SELECT value FROM json_each(?));

-- 60 sessions by a filter
UPDATE sessionkit_companies
SET packed_seq = ?
WHERE company = ?;
