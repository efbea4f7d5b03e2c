-- a Load that stores nothing
-- BeginTx, Read Committed

-- a Load that stores nothing
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

-- a Load that stores nothing
SELECT count(*)
FROM (
	SELECT s.changed_seq
	FROM sessionkit_sessions s FORCE INDEX (sessionkit_sessions_changes)
	WHERE s.company = ? AND s.changed_seq > ? AND s.changed_seq <= ?
	ORDER BY s.changed_seq
	LIMIT ?
) s;

-- a Load that stores nothing
-- Rollback
