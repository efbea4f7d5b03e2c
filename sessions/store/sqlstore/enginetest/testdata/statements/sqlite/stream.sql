-- everything; everything, two fields; range; dense criterion; no match; common word; rare word;
-- absent word; two dense words; rare flag; rare type; rare level; pending; subject; personal number;
-- extra field; nested search; search and range
-- BeginTx, Default, read only

-- everything; everything, two fields; range; dense criterion; no match; common word; rare word;
-- absent word; two dense words; rare flag; rare type; rare level; pending; subject; personal number;
-- extra field; nested search; search and range
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = ?
LEFT JOIN sessionkit_segments g ON g.company = ?
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- everything; range
SELECT format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s
WHERE (s.company = ?)
	AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
ORDER BY s.created_us DESC, s.id DESC;

-- everything; everything, two fields; range; dense criterion; no match; common word; rare word;
-- absent word; two dense words; rare flag; rare type; rare level; pending; subject; personal number;
-- extra field; nested search; search and range
-- Rollback

-- everything, two fields
SELECT format(replace('%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.first_name, s.states, s.match_level, s.match_scale)
FROM sessionkit_sessions s
WHERE (s.company = ?)
	AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
ORDER BY s.created_us DESC, s.id DESC;

-- dense criterion; no match; common word; rare word; absent word; two dense words; rare flag;
-- rare type; rare level; pending; subject; personal number; extra field; nested search;
-- search and range
SELECT b.segment, b.name, b.data
FROM (SELECT value AS name FROM json_each(?)) n
CROSS JOIN sessionkit_blocks b INDEXED BY sessionkit_blocks_lists ON b.company = ? AND b.name = n.name AND b.name < 'M'
WHERE +b.segment IN (SELECT u.segment FROM (SELECT value AS segment FROM json_each(?)) u);

-- dense criterion; common word; rare word; rare flag; rare type; rare level; subject;
-- personal number; extra field; nested search; search and range
SELECT b.segment, b.name, b.data
FROM (
	SELECT CAST(json_extract(j.value, '$[0]') AS INTEGER) AS segment, json_extract(j.value, '$[1]') AS name
	FROM json_each(?) j
) p
CROSS JOIN sessionkit_blocks b ON b.company = ? AND b.segment = p.segment AND b.name = p.name;

-- dense criterion
SELECT format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s
WHERE (s.company = ? AND s.status = ?)
	AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
ORDER BY s.created_us DESC, s.id DESC;

-- common word
SELECT format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s
WHERE (s.company = ? AND (instr(s.search_key, ?) > 0))
	AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
ORDER BY s.created_us DESC, s.id DESC;

-- rare word; absent word; two dense words; subject; personal number; nested search; search and range
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

-- rare word; rare flag; rare type; rare level; nested search; search and range
SELECT s.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE s.company = ? AND s.changed_seq IN (SELECT value FROM json_each(?));

-- subject
SELECT s.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE (s.company = ? AND s.subject IN (?, ?)) AND s.changed_seq IN (SELECT value FROM json_each(?));

-- personal number
SELECT s.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE (s.company = ? AND (s.personal_number IS NOT NULL AND s.personal_number = ?)) AND s.changed_seq IN (SELECT value FROM json_each(?));

-- extra field
SELECT format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s
WHERE (s.company = ? AND ((SELECT sk_extra.value FROM json_each(s.extra) AS sk_extra WHERE sk_extra.key = ?) IS NOT NULL AND (SELECT sk_extra.value FROM json_each(s.extra) AS sk_extra WHERE sk_extra.key = ?) = ?))
	AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
ORDER BY s.created_us DESC, s.id DESC;
