-- CreateSchema, made already
BEGIN;

-- CreateSchema, made already
SELECT pg_advisory_xact_lock(7365707331);

-- CreateSchema, made already; Check
SELECT count(DISTINCT table_name)
FROM information_schema.tables
WHERE table_schema = ANY (current_schemas(false)) AND table_name IN ($1);

-- CreateSchema, made already; Check
SELECT version, search_key
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- CreateSchema, made already; Check
SELECT count(DISTINCT table_name)
FROM information_schema.tables
WHERE table_schema = ANY (current_schemas(false)) AND table_name IN ($1, $2, $3, $4);

-- CreateSchema, made already
COMMIT;

-- Check
SELECT name, setting
FROM pg_settings
WHERE name IN ('server_encoding', 'client_encoding', 'standard_conforming_strings', 'default_transaction_read_only')
ORDER BY name;
