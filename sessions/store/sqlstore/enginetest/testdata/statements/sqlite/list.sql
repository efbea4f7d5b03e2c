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
SELECT r.id, (r.created_us || char(31) || r.id || char(31) || r.changed_seq || char(31) || r.revision || char(31) ||
	r.partner || char(31) || r.subject || char(31) || r.attempt || char(31) ||
	coalesce(r.completed_us, '') || char(31) || coalesce(r.decided_us, '') || char(31) || r.status || char(31) ||
	r.reasons || char(31) || coalesce(r.first_name, '') || char(31) || coalesce(r.last_name, '') || char(31) ||
	coalesce(r.personal_number, '') || char(31) || coalesce(r.document_number, '') || char(31) ||
	coalesce(r.nationality, '') || char(31) || r.states || char(31) || r.birth_date || char(31) ||
	r.expiration_date || char(31) || r.sex || char(31) || r.document_type || char(31) ||
	r.document_presented || char(31) || r.document_validity || char(31) || r.liveness || char(31) ||
	coalesce(r.match_level, '') || char(31) || r.match_scale || char(31) || r.acceptance_level || char(31) ||
	r.selfie || char(31) || coalesce(r.extra, '') || char(31) || r.client_ip || char(31) || r.device || char(31) ||
	r.browser || char(31) || r.os || char(31) || r.model)
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
SELECT s.id, (s.created_us || char(31) || s.id || char(31) || s.changed_seq || char(31) || s.revision || char(31) ||
	s.partner || char(31) || s.subject || char(31) || s.attempt || char(31) ||
	coalesce(s.completed_us, '') || char(31) || coalesce(s.decided_us, '') || char(31) || s.status || char(31) ||
	s.reasons || char(31) || coalesce(s.first_name, '') || char(31) || coalesce(s.last_name, '') || char(31) ||
	coalesce(s.personal_number, '') || char(31) || coalesce(s.document_number, '') || char(31) ||
	coalesce(s.nationality, '') || char(31) || s.states || char(31) || s.birth_date || char(31) ||
	s.expiration_date || char(31) || s.sex || char(31) || s.document_type || char(31) ||
	s.document_presented || char(31) || s.document_validity || char(31) || s.liveness || char(31) ||
	coalesce(s.match_level, '') || char(31) || s.match_scale || char(31) || s.acceptance_level || char(31) ||
	s.selfie || char(31) || coalesce(s.extra, '') || char(31) || s.client_ip || char(31) || s.device || char(31) ||
	s.browser || char(31) || s.os || char(31) || s.model)
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
SELECT s.id, (s.created_us || char(31) || s.id || char(31) || s.changed_seq || char(31) || s.revision || char(31) ||
	s.partner || char(31) || s.subject || char(31) || s.attempt || char(31) ||
	coalesce(s.completed_us, '') || char(31) || coalesce(s.decided_us, '') || char(31) || s.status || char(31) ||
	s.reasons || char(31) || coalesce(s.first_name, '') || char(31) || coalesce(s.last_name, '') || char(31) ||
	coalesce(s.personal_number, '') || char(31) || coalesce(s.document_number, '') || char(31) ||
	coalesce(s.nationality, '') || char(31) || s.states || char(31) || s.birth_date || char(31) ||
	s.expiration_date || char(31) || s.sex || char(31) || s.document_type || char(31) ||
	s.document_presented || char(31) || s.document_validity || char(31) || s.liveness || char(31) ||
	coalesce(s.match_level, '') || char(31) || s.match_scale || char(31) || s.acceptance_level || char(31) ||
	s.selfie || char(31) || coalesce(s.extra, '') || char(31) || s.client_ip || char(31) || s.device || char(31) ||
	s.browser || char(31) || s.os || char(31) || s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE (s.company = ? AND s.subject IN (?, ?)) AND s.changed_seq IN (SELECT value FROM json_each(?));

-- personal number, page 1
SELECT s.id, (s.created_us || char(31) || s.id || char(31) || s.changed_seq || char(31) || s.revision || char(31) ||
	s.partner || char(31) || s.subject || char(31) || s.attempt || char(31) ||
	coalesce(s.completed_us, '') || char(31) || coalesce(s.decided_us, '') || char(31) || s.status || char(31) ||
	s.reasons || char(31) || coalesce(s.first_name, '') || char(31) || coalesce(s.last_name, '') || char(31) ||
	coalesce(s.personal_number, '') || char(31) || coalesce(s.document_number, '') || char(31) ||
	coalesce(s.nationality, '') || char(31) || s.states || char(31) || s.birth_date || char(31) ||
	s.expiration_date || char(31) || s.sex || char(31) || s.document_type || char(31) ||
	s.document_presented || char(31) || s.document_validity || char(31) || s.liveness || char(31) ||
	coalesce(s.match_level, '') || char(31) || s.match_scale || char(31) || s.acceptance_level || char(31) ||
	s.selfie || char(31) || coalesce(s.extra, '') || char(31) || s.client_ip || char(31) || s.device || char(31) ||
	s.browser || char(31) || s.os || char(31) || s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE (s.company = ? AND (s.personal_number IS NOT NULL AND s.personal_number = ?)) AND s.changed_seq IN (SELECT value FROM json_each(?));

-- extra field, page 1
SELECT s.id, (s.created_us || char(31) || s.id || char(31) || s.changed_seq || char(31) || s.revision || char(31) ||
	s.partner || char(31) || s.subject || char(31) || s.attempt || char(31) ||
	coalesce(s.completed_us, '') || char(31) || coalesce(s.decided_us, '') || char(31) || s.status || char(31) ||
	s.reasons || char(31) || coalesce(s.first_name, '') || char(31) || coalesce(s.last_name, '') || char(31) ||
	coalesce(s.personal_number, '') || char(31) || coalesce(s.document_number, '') || char(31) ||
	coalesce(s.nationality, '') || char(31) || s.states || char(31) || s.birth_date || char(31) ||
	s.expiration_date || char(31) || s.sex || char(31) || s.document_type || char(31) ||
	s.document_presented || char(31) || s.document_validity || char(31) || s.liveness || char(31) ||
	coalesce(s.match_level, '') || char(31) || s.match_scale || char(31) || s.acceptance_level || char(31) ||
	s.selfie || char(31) || coalesce(s.extra, '') || char(31) || s.client_ip || char(31) || s.device || char(31) ||
	s.browser || char(31) || s.os || char(31) || s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE (s.company = ? AND ((SELECT sk_extra.value FROM json_each(s.extra) AS sk_extra WHERE sk_extra.key = ?) IS NOT NULL AND (SELECT sk_extra.value FROM json_each(s.extra) AS sk_extra WHERE sk_extra.key = ?) = ?)) AND s.changed_seq IN (SELECT value FROM json_each(?));

-- a word, among other search keys
SELECT s.id, (s.created_us || char(31) || s.id || char(31) || s.changed_seq || char(31) || s.revision || char(31) ||
	s.partner || char(31) || s.subject || char(31) || s.attempt || char(31) ||
	coalesce(s.completed_us, '') || char(31) || coalesce(s.decided_us, '') || char(31) || s.status || char(31) ||
	s.reasons || char(31) || coalesce(s.first_name, '') || char(31) || coalesce(s.last_name, '') || char(31) ||
	coalesce(s.personal_number, '') || char(31) || coalesce(s.document_number, '') || char(31) ||
	coalesce(s.nationality, '') || char(31) || s.states || char(31) || s.birth_date || char(31) ||
	s.expiration_date || char(31) || s.sex || char(31) || s.document_type || char(31) ||
	s.document_presented || char(31) || s.document_validity || char(31) || s.liveness || char(31) ||
	coalesce(s.match_level, '') || char(31) || s.match_scale || char(31) || s.acceptance_level || char(31) ||
	s.selfie || char(31) || coalesce(s.extra, '') || char(31) || s.client_ip || char(31) || s.device || char(31) ||
	s.browser || char(31) || s.os || char(31) || s.model)
FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
WHERE (s.company = ?) AND s.changed_seq IN (SELECT value FROM json_each(?));
