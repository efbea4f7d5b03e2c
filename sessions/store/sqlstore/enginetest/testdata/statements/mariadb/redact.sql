-- any; one whose words nobody else has
SELECT r.created_us, r.id, r.changed_seq, r.version, r.revision, r.partner, r.subject, r.attempt,
	r.completed_us, r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number,
	r.document_number, r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model
FROM sessionkit_sessions r
WHERE r.company = ? AND r.id IN (?)
	AND EXISTS (SELECT 1 FROM sessionkit_schema v
WHERE v.version >= ? AND v.oldest <= ? AND v.version = (SELECT max(n.version) FROM sessionkit_schema n));

-- any; one whose words nobody else has
-- BeginTx, Read Committed

-- any; one whose words nobody else has
INSERT INTO sessionkit_companies (company, seq, total, search_key)
SELECT ?, LAST_INSERT_ID(2 * ?) DIV 2, ?, ?
FROM sessionkit_schema v
WHERE v.version >= ? AND v.oldest <= ?
	AND v.version = (SELECT max(n.version) FROM sessionkit_schema n LOCK IN SHARE MODE)
LOCK IN SHARE MODE
ON DUPLICATE KEY UPDATE
	seq = (LAST_INSERT_ID(2 * (seq + VALUES(seq)) + tombstones) - tombstones) DIV 2,
	total = total + VALUES(total),
	search_key = CASE
		WHEN sessionkit_companies.search_key = VALUES(search_key) OR sessionkit_companies.search_key < 0 THEN sessionkit_companies.search_key
		ELSE 0
	END;

-- any; one whose words nobody else has
INSERT INTO sessionkit_sessions (company, created_us, id, changed_seq, version, revision, partner, subject, attempt, completed_us,
	decided_us, status, reasons, first_name, last_name, personal_number, document_number, nationality,
	states, birth_date, expiration_date, sex, document_type, document_presented, document_validity,
	liveness, match_level, match_scale, acceptance_level, selfie, extra, client_ip, device, browser, os,
	model, digital_spoof, not_full_id, low_far, search_key)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON DUPLICATE KEY UPDATE
	changed_seq = IF(revision + 1 = VALUES(revision), VALUES(changed_seq), changed_seq),
	version = IF(revision + 1 = VALUES(revision), VALUES(version), version),
	partner = IF(revision + 1 = VALUES(revision), VALUES(partner), partner),
	subject = IF(revision + 1 = VALUES(revision), VALUES(subject), subject),
	attempt = IF(revision + 1 = VALUES(revision), VALUES(attempt), attempt),
	completed_us = IF(revision + 1 = VALUES(revision), VALUES(completed_us), completed_us),
	decided_us = IF(revision + 1 = VALUES(revision), VALUES(decided_us), decided_us),
	status = IF(revision + 1 = VALUES(revision), VALUES(status), status),
	reasons = IF(revision + 1 = VALUES(revision), VALUES(reasons), reasons),
	first_name = IF(revision + 1 = VALUES(revision), VALUES(first_name), first_name),
	last_name = IF(revision + 1 = VALUES(revision), VALUES(last_name), last_name),
	personal_number = IF(revision + 1 = VALUES(revision), VALUES(personal_number), personal_number),
	document_number = IF(revision + 1 = VALUES(revision), VALUES(document_number), document_number),
	nationality = IF(revision + 1 = VALUES(revision), VALUES(nationality), nationality),
	states = IF(revision + 1 = VALUES(revision), VALUES(states), states),
	birth_date = IF(revision + 1 = VALUES(revision), VALUES(birth_date), birth_date),
	expiration_date = IF(revision + 1 = VALUES(revision), VALUES(expiration_date), expiration_date),
	sex = IF(revision + 1 = VALUES(revision), VALUES(sex), sex),
	document_type = IF(revision + 1 = VALUES(revision), VALUES(document_type), document_type),
	document_presented = IF(revision + 1 = VALUES(revision), VALUES(document_presented), document_presented),
	document_validity = IF(revision + 1 = VALUES(revision), VALUES(document_validity), document_validity),
	liveness = IF(revision + 1 = VALUES(revision), VALUES(liveness), liveness),
	match_level = IF(revision + 1 = VALUES(revision), VALUES(match_level), match_level),
	match_scale = IF(revision + 1 = VALUES(revision), VALUES(match_scale), match_scale),
	acceptance_level = IF(revision + 1 = VALUES(revision), VALUES(acceptance_level), acceptance_level),
	selfie = IF(revision + 1 = VALUES(revision), VALUES(selfie), selfie),
	extra = IF(revision + 1 = VALUES(revision), VALUES(extra), extra),
	client_ip = IF(revision + 1 = VALUES(revision), VALUES(client_ip), client_ip),
	device = IF(revision + 1 = VALUES(revision), VALUES(device), device),
	browser = IF(revision + 1 = VALUES(revision), VALUES(browser), browser),
	os = IF(revision + 1 = VALUES(revision), VALUES(os), os),
	model = IF(revision + 1 = VALUES(revision), VALUES(model), model),
	digital_spoof = IF(revision + 1 = VALUES(revision), VALUES(digital_spoof), digital_spoof),
	not_full_id = IF(revision + 1 = VALUES(revision), VALUES(not_full_id), not_full_id),
	low_far = IF(revision + 1 = VALUES(revision), VALUES(low_far), low_far),
	search_key = IF(revision + 1 = VALUES(revision), VALUES(search_key), search_key),
	revision = IF(revision + 1 = VALUES(revision), VALUES(revision), revision);

-- any; one whose words nobody else has
SELECT c.packed_seq, g.segment, g.sessions, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_companies c
LEFT JOIN sessionkit_segments g ON g.company = ? AND g.oldest_us <= ? AND g.newest_us >= ?
WHERE c.company = ?
ORDER BY g.segment
FOR UPDATE;

-- any; one whose words nobody else has
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND b.segment IN (?) AND b.name IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
FOR UPDATE;

-- any; one whose words nobody else has
SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = ? AND (b.segment = ? AND b.name = ?)
FOR UPDATE;

-- any; one whose words nobody else has
(
	SELECT b.segment, b.name, b.data
	FROM sessionkit_blocks b
	WHERE b.company = ? AND b.segment = ? AND b.name >= ?
	ORDER BY b.name
	LIMIT 1
FOR UPDATE
)
UNION ALL
(
	SELECT b.segment, b.name, b.data
	FROM sessionkit_blocks b
	WHERE b.company = ? AND b.segment = ? AND b.name >= ?
	ORDER BY b.name
	LIMIT 1
FOR UPDATE
)
UNION ALL
(
	SELECT b.segment, b.name, b.data
	FROM sessionkit_blocks b
	WHERE b.company = ? AND b.segment = ? AND b.name >= ?
	ORDER BY b.name
	LIMIT 1
FOR UPDATE
)
UNION ALL
(
	SELECT b.segment, b.name, b.data
	FROM sessionkit_blocks b
	WHERE b.company = ? AND b.segment = ? AND b.name >= ?
	ORDER BY b.name
	LIMIT 1
FOR UPDATE
);

-- any
(
	SELECT b.segment, b.name, b.data
	FROM sessionkit_blocks b
	WHERE b.company = ? AND b.segment = ? AND b.name >= ?
	ORDER BY b.name
	LIMIT 1
FOR UPDATE
)
UNION ALL
(
	SELECT b.segment, b.name, b.data
	FROM sessionkit_blocks b
	WHERE b.company = ? AND b.segment = ? AND b.name >= ?
	ORDER BY b.name
	LIMIT 1
FOR UPDATE
);

-- any
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
ON DUPLICATE KEY UPDATE data = VALUES(data);

-- any
INSERT INTO sessionkit_blocks (company, segment, name, data)
VALUES (?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?)
ON DUPLICATE KEY UPDATE data = VALUES(data);

-- any; one whose words nobody else has
UPDATE sessionkit_companies
SET forgot_seq = ?
WHERE company = ?;

-- any; one whose words nobody else has
-- Commit

-- one whose words nobody else has
INSERT INTO sessionkit_blocks (company, segment, name, data)
VALUES (?, ?, ?, ?),
	(?, ?, ?, ?),
	(?, ?, ?, ?)
ON DUPLICATE KEY UPDATE data = VALUES(data);

-- one whose words nobody else has
INSERT INTO sessionkit_segments (company, segment, sessions, dead, oldest_us, newest_us, search_key)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON DUPLICATE KEY UPDATE dead = VALUES(dead);
