-- one session; one that is stored; three sessions
-- BeginTx, Read Committed

-- one session; one that is stored; three sessions
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

-- one session; one that is stored
INSERT INTO sessionkit_sessions (company, created_us, id, changed_seq, version, revision, partner, subject, attempt, completed_us,
	decided_us, status, reasons, first_name, last_name, personal_number, document_number, nationality,
	states, birth_date, expiration_date, sex, document_type, document_presented, document_validity,
	liveness, match_level, match_scale, acceptance_level, selfie, extra, client_ip, device, browser, os,
	model, digital_spoof, not_full_id, low_far, search_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40)
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
FROM unnest(CAST(CAST($1 AS text) AS text[])) i (id)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = $2 AND r.id >= i.id COLLATE "C" AND r.id <= i.id COLLATE "C"
	ORDER BY r.id
	LIMIT 1
	FOR UPDATE
) r;

-- one that is stored
UPDATE sessionkit_companies
SET seq = seq - $1, total = total + $2
WHERE company = $3;

-- three sessions
INSERT INTO sessionkit_sessions (company, created_us, id, changed_seq, version, revision, partner, subject, attempt, completed_us,
	decided_us, status, reasons, first_name, last_name, personal_number, document_number, nationality,
	states, birth_date, expiration_date, sex, document_type, document_presented, document_validity,
	liveness, match_level, match_scale, acceptance_level, selfie, extra, client_ip, device, browser, os,
	model, digital_spoof, not_full_id, low_far, search_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40),
	($41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65, $66, $67, $68, $69, $70, $71, $72, $73, $74, $75, $76, $77, $78, $79, $80),
	($81, $82, $83, $84, $85, $86, $87, $88, $89, $90, $91, $92, $93, $94, $95, $96, $97, $98, $99, $100, $101, $102, $103, $104, $105, $106, $107, $108, $109, $110, $111, $112, $113, $114, $115, $116, $117, $118, $119, $120)
ON CONFLICT (company, id) DO NOTHING;
