-- a Load that stores nothing
-- BeginTx, Default

-- a Load that stores nothing
INSERT INTO sessionkit_companies (company, seq, total, search_key)
SELECT ?, ?, ?, ?
FROM sessionkit_schema v
WHERE v.version >= ? AND v.oldest <= ? AND v.version = (SELECT max(n.version) FROM sessionkit_schema n)
ON CONFLICT (company) DO UPDATE SET seq = seq + excluded.seq, total = total + excluded.total,
	search_key = CASE WHEN search_key = excluded.search_key OR search_key < 0 THEN search_key ELSE 0 END
RETURNING seq, tombstones;

-- a Load that stores nothing
SELECT count(*)
FROM (
	SELECT s.changed_seq
	FROM sessionkit_sessions s INDEXED BY sessionkit_sessions_changes
	WHERE s.company = ? AND s.changed_seq > ? AND s.changed_seq <= ?
	ORDER BY s.changed_seq
	LIMIT ?
) s;

-- a Load that stores nothing
-- Rollback
