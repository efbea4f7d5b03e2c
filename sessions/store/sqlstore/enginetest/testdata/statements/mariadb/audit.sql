-- append
INSERT INTO sessionkit_audit (company, at_us, id, subject, role, action, outcome, session, query, old_settings, new_settings, sessions, bytes, sha256, reason)
SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
FROM sessionkit_schema v
WHERE v.version >= ? AND v.oldest <= ? AND v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- page, subject "", session ""
SELECT a.at_us, a.id, a.subject, a.role, a.action, a.outcome, a.session, a.query, a.old_settings, a.new_settings, a.sessions, a.bytes, a.sha256, a.reason
FROM sessionkit_audit a
WHERE a.company = ?
	AND (a.at_us < ? OR a.at_us = ? AND a.id < ?) AND a.at_us >= ?
ORDER BY a.at_us DESC, a.id DESC
LIMIT ?;

-- page, subject "agent-7", session ""
SELECT a.at_us, a.id, a.subject, a.role, a.action, a.outcome, a.session, a.query, a.old_settings, a.new_settings, a.sessions, a.bytes, a.sha256, a.reason
FROM sessionkit_audit a
WHERE a.company = ? AND a.subject = ?
	AND (a.at_us < ? OR a.at_us = ? AND a.id < ?) AND a.at_us >= ?
ORDER BY a.at_us DESC, a.id DESC
LIMIT ?;

-- page, subject "", session "id-00001"
SELECT a.at_us, a.id, a.subject, a.role, a.action, a.outcome, a.session, a.query, a.old_settings, a.new_settings, a.sessions, a.bytes, a.sha256, a.reason
FROM sessionkit_audit a
WHERE a.company = ? AND a.session = ?
	AND (a.at_us < ? OR a.at_us = ? AND a.id < ?) AND a.at_us >= ?
ORDER BY a.at_us DESC, a.id DESC
LIMIT ?;

-- delete
-- BeginTx, Read Committed

-- delete
SELECT a.at_us
FROM sessionkit_audit a
WHERE a.company = ? AND a.at_us < ?
ORDER BY a.at_us, a.id
LIMIT 1 OFFSET ?;

-- delete
DELETE FROM sessionkit_audit
WHERE company = ? AND at_us < ?;

-- delete
SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = ?)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- delete
-- Commit
