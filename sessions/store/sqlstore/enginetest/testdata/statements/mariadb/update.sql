-- verdict
SELECT r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt, r.completed_us,
	r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number, r.document_number,
	r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model
FROM sessionkit_sessions r
WHERE r.company = ? AND r.id = ?
	AND EXISTS (SELECT 1 FROM sessionkit_schema v
WHERE v.version >= ? AND v.oldest <= ? AND v.search_key = ? AND v.version = (SELECT max(n.version) FROM sessionkit_schema n));

-- verdict
-- BeginTx, Read Committed

-- verdict
INSERT INTO sessionkit_companies (company, seq, total)
SELECT ?, LAST_INSERT_ID(?), ?
FROM sessionkit_schema v
WHERE v.version >= ? AND v.oldest <= ? AND v.search_key = ?
	AND v.version = (SELECT max(n.version) FROM sessionkit_schema n LOCK IN SHARE MODE)
LOCK IN SHARE MODE
ON DUPLICATE KEY UPDATE seq = LAST_INSERT_ID(seq + VALUES(seq)), total = total + VALUES(total);

-- verdict
UPDATE sessionkit_sessions
SET changed_seq = ?, revision = ?, partner = ?, subject = ?, attempt = ?, completed_us = ?,
	decided_us = ?, status = ?, reasons = ?, first_name = ?, last_name = ?, personal_number = ?,
	document_number = ?, nationality = ?, states = ?, birth_date = ?, expiration_date = ?, sex = ?,
	document_type = ?, document_presented = ?, document_validity = ?, liveness = ?, match_level = ?,
	match_scale = ?, acceptance_level = ?, selfie = ?, extra = ?, client_ip = ?, device = ?, browser = ?,
	os = ?, model = ?, digital_spoof = ?, not_full_id = ?, low_far = ?, search_key = ?
WHERE company = ? AND created_us = ? AND id = ? AND revision = ?;

-- verdict
SELECT c.packed_seq, g.segment, g.sessions, g.oldest_us, g.newest_us
FROM sessionkit_companies c
LEFT JOIN sessionkit_segments g ON g.company = ? AND g.oldest_us <= ? AND g.newest_us >= ?
WHERE c.company = ?
ORDER BY g.segment
FOR UPDATE;

-- verdict
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND b.segment IN (?) AND b.name IN (?)
FOR UPDATE;

-- verdict
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND (b.segment = ? AND b.name = ?)
FOR UPDATE;

-- verdict
INSERT INTO sessionkit_blocks (company, segment, name, data)
VALUES (?, ?, ?, ?)
ON DUPLICATE KEY UPDATE data = VALUES(data);

-- verdict
INSERT INTO sessionkit_segments (company, segment, sessions, dead, oldest_us, newest_us)
VALUES (?, ?, ?, ?, ?, ?)
ON DUPLICATE KEY UPDATE dead = VALUES(dead);

-- verdict
-- Commit
