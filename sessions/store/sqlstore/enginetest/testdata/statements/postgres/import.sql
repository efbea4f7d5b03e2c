-- a Load that stores nothing
-- BeginTx, Read Committed

-- a Load that stores nothing
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

-- a Load that stores nothing
SELECT count(*)
FROM (
	SELECT s.changed_seq
	FROM sessionkit_sessions s
	WHERE s.company = $1 AND s.changed_seq > $2 AND s.changed_seq <= $3
	ORDER BY s.changed_seq
	LIMIT $4
) s;

-- a Load that stores nothing
-- Rollback
