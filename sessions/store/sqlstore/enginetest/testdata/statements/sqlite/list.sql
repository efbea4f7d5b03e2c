-- everything, page 1; everything, page 2; everything, page 3; range, page 1; range, page 2;
-- dense criterion, page 1; dense criterion, page 2; dense criterion, page 3; no match, page 1;
-- common word, page 1; common word, page 2; common word, page 3; rare word, page 1;
-- absent word, page 1; two dense words, page 1; rare flag, page 1; rare type, page 1;
-- rare level, page 1; pending, page 1; subject, page 1; personal number, page 1; extra field, page 1;
-- nested search, page 1; search and range, page 1; search and range, page 2;
-- a word, among other search keys
-- BeginTx, Default, read only

-- everything, page 1; everything, page 2; everything, page 3; range, page 1; range, page 2;
-- dense criterion, page 1; dense criterion, page 2; dense criterion, page 3; no match, page 1;
-- common word, page 1; common word, page 2; common word, page 3; rare word, page 1;
-- absent word, page 1; two dense words, page 1; rare flag, page 1; rare type, page 1;
-- rare level, page 1; pending, page 1; subject, page 1; personal number, page 1; extra field, page 1;
-- nested search, page 1; search and range, page 1; search and range, page 2;
-- a word, among other search keys
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = ?
LEFT JOIN sessionkit_segments g ON g.company = ?
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- everything, page 1; everything, page 2; everything, page 3; range, page 1; range, page 2
SELECT r.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt, r.completed_us,
	r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number, r.document_number,
	r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model)
FROM (
	SELECT s.created_us, s.id
	FROM sessionkit_sessions s
	WHERE (s.company = ?)
		AND (s.created_us, s.id) < (?, ?) AND (s.created_us, s.id) >= (?, ?)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT ?
) k
CROSS JOIN sessionkit_sessions r ON r.company = ? AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC;

-- everything, page 1; everything, page 2; everything, page 3; range, page 1; range, page 2;
-- dense criterion, page 1; dense criterion, page 2; dense criterion, page 3; no match, page 1;
-- common word, page 1; common word, page 2; common word, page 3; rare word, page 1;
-- absent word, page 1; two dense words, page 1; rare flag, page 1; rare type, page 1;
-- rare level, page 1; pending, page 1; subject, page 1; personal number, page 1; extra field, page 1;
-- nested search, page 1; search and range, page 1; search and range, page 2;
-- a word, among other search keys
-- Rollback

-- dense criterion, page 1; dense criterion, page 2; dense criterion, page 3; no match, page 1;
-- common word, page 1; common word, page 2; common word, page 3; rare word, page 1;
-- absent word, page 1; two dense words, page 1; rare flag, page 1; rare type, page 1;
-- rare level, page 1; pending, page 1; subject, page 1; personal number, page 1; extra field, page 1;
-- nested search, page 1; search and range, page 1; search and range, page 2;
-- a word, among other search keys
SELECT b.segment, b.name, b.data
FROM (SELECT value AS name FROM json_each(?)) n
CROSS JOIN sessionkit_blocks b INDEXED BY sessionkit_blocks_lists ON b.company = ? AND b.name = n.name AND b.name < 'M'
WHERE +b.segment IN (SELECT u.segment FROM (SELECT value AS segment FROM json_each(?)) u);

-- dense criterion, page 1; dense criterion, page 2; dense criterion, page 3; common word, page 1;
-- common word, page 2; common word, page 3; rare word, page 1; rare flag, page 1; rare type, page 1;
-- rare level, page 1; subject, page 1; personal number, page 1; extra field, page 1;
-- nested search, page 1; search and range, page 1; search and range, page 2;
-- a word, among other search keys
SELECT b.segment, b.name, b.data
FROM (
	SELECT CAST(json_extract(j.value, '$[0]') AS INTEGER) AS segment, json_extract(j.value, '$[1]') AS name
	FROM json_each(?) j
) p
CROSS JOIN sessionkit_blocks b ON b.company = ? AND b.segment = p.segment AND b.name = p.name;

-- dense criterion, page 1; dense criterion, page 2; dense criterion, page 3; common word, page 1;
-- common word, page 2; common word, page 3; rare word, page 1; rare flag, page 1; rare type, page 1;
-- rare level, page 1; nested search, page 1; search and range, page 1; search and range, page 2
SELECT s.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE s.company = ? AND s.changed_seq IN (SELECT value FROM json_each(?));

-- rare word, page 1; absent word, page 1; two dense words, page 1; subject, page 1;
-- personal number, page 1; nested search, page 1; search and range, page 1; search and range, page 2
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

-- subject, page 1
SELECT s.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE (s.company = ? AND s.subject IN (?, ?)) AND s.changed_seq IN (SELECT value FROM json_each(?));

-- personal number, page 1
SELECT s.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE (s.company = ? AND (s.personal_number IS NOT NULL AND s.personal_number = ?)) AND s.changed_seq IN (SELECT value FROM json_each(?));

-- extra field, page 1
SELECT s.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE (s.company = ? AND ((SELECT sk_extra.value FROM json_each(s.extra) AS sk_extra WHERE sk_extra.key = ?) IS NOT NULL AND (SELECT sk_extra.value FROM json_each(s.extra) AS sk_extra WHERE sk_extra.key = ?) = ?)) AND s.changed_seq IN (SELECT value FROM json_each(?));

-- a word, among other search keys
SELECT s.id, format(replace('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', '|', char(31)), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt, s.completed_us,
	s.decided_us, s.status, s.reasons, s.first_name, s.last_name, s.personal_number, s.document_number,
	s.nationality, s.states, s.birth_date, s.expiration_date, s.sex, s.document_type,
	s.document_presented, s.document_validity, s.liveness, s.match_level, s.match_scale,
	s.acceptance_level, s.selfie, s.extra, s.client_ip, s.device, s.browser, s.os, s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE (s.company = ?) AND s.changed_seq IN (SELECT value FROM json_each(?));
