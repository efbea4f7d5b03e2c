-- one session; one that is stored; three sessions
-- BeginTx, Default

-- one session; one that is stored; three sessions
INSERT INTO sessionkit_companies (company, seq, total, search_key)
SELECT ?, ?, ?, ?
FROM sessionkit_schema v
WHERE v.version >= ? AND v.oldest <= ? AND v.version = (SELECT max(n.version) FROM sessionkit_schema n)
ON CONFLICT (company) DO UPDATE SET seq = seq + excluded.seq, total = total + excluded.total,
	search_key = CASE WHEN search_key = excluded.search_key OR search_key < 0 THEN search_key ELSE 0 END
RETURNING seq, tombstones;

-- one session; one that is stored
INSERT INTO sessionkit_sessions (company, created_us, id, changed_seq, version, revision, partner, subject, attempt, completed_us,
	decided_us, status, reasons, first_name, last_name, personal_number, document_number, nationality,
	states, birth_date, expiration_date, sex, document_type, document_presented, document_validity,
	liveness, match_level, match_scale, acceptance_level, selfie, extra, client_ip, device, browser, os,
	model, digital_spoof, not_full_id, low_far, search_key)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (company, id) DO NOTHING;

-- one session; three sessions
-- Commit

-- one that is stored
-- Rollback

-- one that is stored
SELECT r.created_us, r.id, r.changed_seq, r.version, r.revision, r.partner, r.subject, r.attempt,
	r.completed_us, r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number,
	r.document_number, r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model
FROM sessionkit_sessions r
WHERE r.company = ? AND r.id IN (?);

-- one that is stored
UPDATE sessionkit_companies
SET seq = seq - ?, total = total + ?
WHERE company = ?;

-- three sessions
INSERT INTO sessionkit_sessions (company, created_us, id, changed_seq, version, revision, partner, subject, attempt, completed_us,
	decided_us, status, reasons, first_name, last_name, personal_number, document_number, nationality,
	states, birth_date, expiration_date, sex, document_type, document_presented, document_validity,
	liveness, match_level, match_scale, acceptance_level, selfie, extra, client_ip, device, browser, os,
	model, digital_spoof, not_full_id, low_far, search_key)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?),
	(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?),
	(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (company, id) DO NOTHING;
