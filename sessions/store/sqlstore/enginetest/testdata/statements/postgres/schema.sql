-- Migrate, made already; Check; Migrate, to another folding
SELECT count(DISTINCT table_name)
FROM information_schema.tables
WHERE table_schema = ANY (current_schemas(false)) AND table_name = 'sessionkit_schema';

-- Migrate, made already; Check; Migrate, to another folding
SELECT version, search_key
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- Migrate, made already; Check; Migrate, to another folding
SELECT oldest
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- Migrate, made already; Check; Migrate, to another folding
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

-- Migrate, made already; Migrate, to another folding
SELECT version, name, checksum, applied_us
FROM sessionkit_migrations
ORDER BY version;

-- Migrate, made already; Migrate, to another folding
SELECT company
FROM sessionkit_companies
WHERE packed_seq = 0 AND seq > $1
ORDER BY company;

-- Check
SELECT name, setting
FROM pg_settings
WHERE name IN ('server_encoding', 'client_encoding', 'standard_conforming_strings', 'default_transaction_read_only')
ORDER BY name;

-- Migrate, to another folding
SELECT company
FROM sessionkit_companies
WHERE company > $1
ORDER BY company
LIMIT 1;

-- Migrate, to another folding
BEGIN ISOLATION LEVEL READ COMMITTED;

-- Migrate, to another folding
SELECT 1 FROM pg_advisory_xact_lock(7365707331);

-- Migrate, to another folding
SELECT r.created_us, r.id, r.changed_seq, r.revision, r.partner, r.subject, r.attempt, r.completed_us,
	r.decided_us, r.status, r.reasons, r.first_name, r.last_name, r.personal_number, r.document_number,
	r.nationality, r.states, r.birth_date, r.expiration_date, r.sex, r.document_type,
	r.document_presented, r.document_validity, r.liveness, r.match_level, r.match_scale,
	r.acceptance_level, r.selfie, r.extra, r.client_ip, r.device, r.browser, r.os, r.model
FROM (
	SELECT *
	FROM sessionkit_sessions s
	WHERE s.company = $1 AND s.changed_seq > $2
	ORDER BY s.changed_seq
	LIMIT 1024
) r
ORDER BY r.changed_seq
LIMIT $3;

-- Migrate, to another folding
COMMIT;

-- Migrate, to another folding
UPDATE sessionkit_sessions
SET search_key = CASE changed_seq WHEN $1 THEN $2 END
WHERE company = $3 AND changed_seq IN ($4) AND search_key <> CASE changed_seq WHEN $5 THEN $6 END;

-- Migrate, to another folding
UPDATE sessionkit_schema
SET search_key = $1
WHERE version > 0 AND search_key < $2;
