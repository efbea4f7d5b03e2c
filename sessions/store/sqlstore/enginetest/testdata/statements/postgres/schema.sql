-- Migrate, made already; Check
SELECT count(DISTINCT table_name)
FROM information_schema.tables
WHERE table_schema = ANY (current_schemas(false)) AND table_name = 'sessionkit_schema';

-- Migrate, made already; Check
SELECT version
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- Migrate, made already; Check
SELECT oldest
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- Migrate, made already; Check
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

-- Migrate, made already
SELECT version, name, checksum, applied_us
FROM sessionkit_migrations
ORDER BY version;

-- Migrate, made already
SELECT c.company
FROM sessionkit_companies c
WHERE c.seq - c.packed_seq > $1
	OR c.search_key <> $2 AND NOT EXISTS (
		SELECT 1
		FROM sessionkit_segments g
		WHERE g.company = c.company AND g.search_key <> $3
	)
ORDER BY c.company;

-- Check
SELECT name, setting
FROM pg_settings
WHERE name IN ('server_encoding', 'client_encoding', 'standard_conforming_strings', 'default_transaction_read_only')
ORDER BY name;
