-- small segments
SELECT name, setting
FROM pg_settings
WHERE name IN ('server_encoding', 'client_encoding', 'standard_conforming_strings', 'default_transaction_read_only')
ORDER BY name;

-- small segments
SELECT count(DISTINCT table_name)
FROM information_schema.tables
WHERE table_schema = ANY (current_schemas(false)) AND table_name = 'sessionkit_schema';

-- small segments
SELECT version
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- small segments
SELECT oldest
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- small segments
SELECT 'table ' || c.relname, 'table'
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p') AND starts_with(c.relname, 'sessionkit_')
UNION ALL
SELECT 'column ' || c.relname || '.' || a.attname,
	replace(format_type(a.atttypid, a.atttypmod), '"', '') || coalesce(' collate ' || o.collname, '') || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_collation o ON o.oid = a.attcollation
WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p') AND starts_with(c.relname, 'sessionkit_')
UNION ALL
SELECT 'index ' || c.relname || '.' || CASE WHEN x.indisprimary THEN 'primary' ELSE i.relname END,
	CASE WHEN x.indisunique THEN 'unique (' ELSE '(' END || (
		SELECT string_agg(a.attname, ', ' ORDER BY k.place)
		FROM unnest(x.indkey::int2[]) WITH ORDINALITY k (number, place)
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
	) || ')'
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_index x ON x.indrelid = c.oid AND x.indisvalid
JOIN pg_class i ON i.oid = x.indexrelid
WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p') AND starts_with(c.relname, 'sessionkit_');

-- small segments; other search keys
-- BeginTx, Read Committed

-- small segments; other search keys
DELETE FROM sessionkit_tombstones
WHERE company = $1 AND until_us > 0 AND until_us <= $2;

-- small segments; other search keys
SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = $1),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = $2),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = $3)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- small segments; other search keys
-- Commit

-- small segments; other search keys
-- BeginTx, Repeatable Read, read only

-- small segments; other search keys
SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = $1
LEFT JOIN sessionkit_segments g ON g.company = $2
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n);

-- small segments; other search keys
SELECT b.segment, b.name, b.data
FROM unnest((SELECT CAST(CAST($1 AS text) AS bigint[]))) u(segment)
CROSS JOIN unnest((SELECT CAST(CAST($2 AS text) AS text[]))) n(name)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_blocks b
	WHERE b.company = $3 AND b.segment = u.segment AND b.name = n.name COLLATE "C"
	OFFSET 0
) b;

-- small segments; other search keys
SELECT s.id, concat_ws(chr(31), s.created_us, s.id, s.changed_seq, s.revision, s.partner, s.subject, s.attempt,
	coalesce(s.completed_us::text, ''), coalesce(s.decided_us::text, ''), s.status, s.reasons,
	coalesce(s.first_name, ''), coalesce(s.last_name, ''), coalesce(s.personal_number, ''),
	coalesce(s.document_number, ''), coalesce(s.nationality, ''), s.states, s.birth_date,
	s.expiration_date, s.sex, s.document_type, s.document_presented, s.document_validity, s.liveness,
	coalesce(s.match_level::text, ''), s.match_scale, s.acceptance_level, s.selfie,
	coalesce(s.extra, ''), s.client_ip, s.device, s.browser, s.os, s.model)
FROM unnest(CAST(CAST($1 AS text) AS bigint[])) c (changed_seq)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions s
	WHERE s.company = $2 AND s.changed_seq >= c.changed_seq AND s.changed_seq <= c.changed_seq
	ORDER BY s.changed_seq
	LIMIT 1
) s
WHERE s.company = $3;

-- small segments; other search keys
-- Rollback

-- small segments; other search keys
INSERT INTO sessionkit_blocks (company, segment, name, data)
VALUES ($1, $2, $3, $4),
	($5, $6, $7, $8),
	($9, $10, $11, $12),
	($13, $14, $15, $16),
	($17, $18, $19, $20),
	($21, $22, $23, $24),
	($25, $26, $27, $28),
	($29, $30, $31, $32),
	($33, $34, $35, $36),
	($37, $38, $39, $40),
	($41, $42, $43, $44),
	($45, $46, $47, $48),
	($49, $50, $51, $52),
	($53, $54, $55, $56)
ON CONFLICT (company, segment, name) DO UPDATE SET data = excluded.data;

-- small segments; other search keys
SELECT seq, total, packed_seq, forgot_seq, search_key
FROM sessionkit_companies
WHERE company = $1
FOR UPDATE;

-- small segments; other search keys
SELECT count(*), count(CASE WHEN search_key = $1 THEN 1 END)
FROM sessionkit_segments
WHERE company = $2 AND segment = ANY (CAST(CAST($3 AS text) AS bigint[]));

-- small segments; other search keys
SELECT s.created_us, s.id
FROM sessionkit_sessions s
WHERE s.company = $1 AND s.changed_seq > $2 AND s.changed_seq <= $3
ORDER BY s.changed_seq;

-- small segments; other search keys
INSERT INTO sessionkit_segments (company, segment, sessions, dead, oldest_us, newest_us, search_key)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (company, segment) DO UPDATE SET dead = excluded.dead;

-- small segments; other search keys
DELETE FROM sessionkit_segments
WHERE company = $1 AND segment = ANY (CAST(CAST($2 AS text) AS bigint[]));

-- small segments; other search keys
DELETE FROM sessionkit_blocks
WHERE company = $1 AND segment = ANY (CAST(CAST($2 AS text) AS bigint[]));

-- small segments; other search keys
UPDATE sessionkit_companies
SET packed_seq = $1
WHERE company = $2;

-- other search keys
UPDATE sessionkit_companies
SET search_key = $1
WHERE company = $2 AND search_key > 0;

-- other search keys
UPDATE sessionkit_segments
SET search_key = $1
WHERE company = $2 AND segment = ANY (CAST(CAST($3 AS text) AS bigint[]));

-- other search keys
SELECT s.changed_seq, s.search_key
FROM unnest(CAST(CAST($1 AS text) AS bigint[])) c (changed_seq)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions s
	WHERE s.company = $2 AND s.changed_seq >= c.changed_seq AND s.changed_seq <= c.changed_seq
	ORDER BY s.changed_seq
	LIMIT 1
) s
WHERE s.company = $3;

-- other search keys
UPDATE sessionkit_sessions
SET search_key = CASE changed_seq WHEN $1 THEN $2 WHEN $3 THEN $4 WHEN $5 THEN $6 WHEN $7 THEN $8 WHEN $9 THEN $10 WHEN $11 THEN $12 WHEN $13 THEN $14 WHEN $15 THEN $16 WHEN $17 THEN $18 WHEN $19 THEN $20 WHEN $21 THEN $22 WHEN $23 THEN $24 WHEN $25 THEN $26 WHEN $27 THEN $28 WHEN $29 THEN $30 WHEN $31 THEN $32 WHEN $33 THEN $34 WHEN $35 THEN $36 WHEN $37 THEN $38 WHEN $39 THEN $40 WHEN $41 THEN $42 WHEN $43 THEN $44 WHEN $45 THEN $46 WHEN $47 THEN $48 WHEN $49 THEN $50 WHEN $51 THEN $52 WHEN $53 THEN $54 WHEN $55 THEN $56 WHEN $57 THEN $58 WHEN $59 THEN $60 WHEN $61 THEN $62 WHEN $63 THEN $64 END
WHERE company = $65 AND changed_seq = ANY (CAST(CAST($66 AS text) AS bigint[]));

-- other search keys
SELECT s.created_us, s.id, s.changed_seq
FROM sessionkit_sessions s
WHERE s.company = $1 AND s.changed_seq > $2 AND s.changed_seq <= $3
ORDER BY s.changed_seq
LIMIT $4;

-- other search keys
UPDATE sessionkit_companies
SET search_key = $1
WHERE company = $2;
