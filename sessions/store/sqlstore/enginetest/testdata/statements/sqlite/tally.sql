-- a search; an extra field; a search; an extra field
-- BeginTx, Default, read only

-- a search; an extra field; a search; an extra field
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = ?
LEFT JOIN sessionkit_segments g ON g.company = ?
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- a search; an extra field
SELECT r.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt, r.completed_us,
	r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number, r.document_number,
	r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id, s.changed_seq
	FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
	WHERE (s.company = ? AND (instr(s.search_key, ?) > 0)) AND s.changed_seq > ? AND s.changed_seq <= ?
		AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.changed_seq = k.changed_seq
ORDER BY k.created_us DESC, k.id DESC;

-- a search; an extra field; a search; an extra field
SELECT b.segment, b.name, b.data
FROM (SELECT value AS name FROM json_each(?)) n
CROSS JOIN sessionkit_blocks b INDEXED BY sessionkit_blocks_lists ON b.company = ? AND b.name = n.name AND b.name < 'M'
WHERE +b.segment IN (SELECT u.segment FROM (SELECT value AS segment FROM json_each(?)) u);

-- a search; an extra field
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

-- a search; an extra field; a search; an extra field
SELECT b.segment, b.name, b.data
FROM (
	SELECT CAST(json_extract(j.value, '$[0]') AS INTEGER) AS segment, json_extract(j.value, '$[1]') AS name
	FROM json_each(?) j
) p
CROSS JOIN sessionkit_blocks b ON b.company = ? AND b.segment = p.segment AND b.name = p.name;

-- a search; an extra field; a search; an extra field
-- Rollback

-- a search; an extra field
SELECT r.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt, r.completed_us,
	r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number, r.document_number,
	r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id, s.changed_seq
	FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
	WHERE (s.company = ? AND ((SELECT sk_extra.value FROM json_each(s.extra) AS sk_extra WHERE sk_extra.key = ?) IS NOT NULL AND (SELECT sk_extra.value FROM json_each(s.extra) AS sk_extra WHERE sk_extra.key = ?) = ?)) AND s.changed_seq > ? AND s.changed_seq <= ?
		AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.changed_seq = k.changed_seq
ORDER BY k.created_us DESC, k.id DESC;

-- a search; an extra field
SELECT s.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE (s.company = ? AND ((SELECT sk_extra.value FROM json_each(s.extra) AS sk_extra WHERE sk_extra.key = ?) IS NOT NULL AND (SELECT sk_extra.value FROM json_each(s.extra) AS sk_extra WHERE sk_extra.key = ?) = ?)) AND s.changed_seq IN (SELECT value FROM json_each(?));
