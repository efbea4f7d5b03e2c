-- since nothing; since a watermark
SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = $1),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = $2),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = $3)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- since a watermark
SELECT r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt, r.completed_us,
	r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number, r.document_number,
	r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model
FROM (
	SELECT *
	FROM sessionkit_sessions s
	WHERE s.company = $1 AND s.changed_seq > $2
	ORDER BY s.changed_seq
	LIMIT 64
) r
ORDER BY r.changed_seq
LIMIT $3;
