-- append
INSERT INTO sessionkit_audit (company, at_us, id, subject, role, action, outcome, session, query, old_settings, new_settings, sessions, bytes, sha256, reason)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
FROM sessionkit_schema v
WHERE v.version >= $16 AND v.oldest <= $17 AND v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- page, subject "", session ""
SELECT *
FROM (
	SELECT a.at_us, a.id, a.subject, a.role, a.action, a.outcome, a.session, a.query, a.old_settings, a.new_settings, a.sessions, a.bytes, a.sha256, a.reason
	FROM sessionkit_audit a
	WHERE a.company = $1
		AND (a.at_us, a.id) < ($2, $3) AND a.at_us >= $4
	ORDER BY a.at_us DESC, a.id DESC
	LIMIT 64
) a
ORDER BY a.at_us DESC, a.id DESC
LIMIT $5;

-- page, subject "agent-7", session ""
SELECT *
FROM (
	SELECT a.at_us, a.id, a.subject, a.role, a.action, a.outcome, a.session, a.query, a.old_settings, a.new_settings, a.sessions, a.bytes, a.sha256, a.reason
	FROM sessionkit_audit a
	WHERE a.company = $1 AND a.subject = $2
		AND (a.at_us, a.id) < ($3, $4) AND a.at_us >= $5
	ORDER BY a.at_us DESC, a.id DESC
	LIMIT 64
) a
ORDER BY a.at_us DESC, a.id DESC
LIMIT $6;

-- page, subject "", session "id-00001"
SELECT *
FROM (
	SELECT a.at_us, a.id, a.subject, a.role, a.action, a.outcome, a.session, a.query, a.old_settings, a.new_settings, a.sessions, a.bytes, a.sha256, a.reason
	FROM sessionkit_audit a
	WHERE a.company = $1 AND a.session = $2
		AND (a.at_us, a.id) < ($3, $4) AND a.at_us >= $5
	ORDER BY a.at_us DESC, a.id DESC
	LIMIT 64
) a
ORDER BY a.at_us DESC, a.id DESC
LIMIT $6;

-- delete
-- BeginTx, Read Committed

-- delete
SELECT a.at_us
FROM sessionkit_audit a
WHERE a.company = $1 AND a.at_us < $2
ORDER BY a.at_us, a.id
LIMIT 1 OFFSET $3;

-- delete
DELETE FROM sessionkit_audit
WHERE company = $1 AND at_us < $2;

-- delete
SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = $1),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = $2),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = $3)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- delete
-- Commit
