-- 
BEGIN;

-- 
SELECT pg_advisory_xact_lock(7365707331);

-- 
SELECT count(*)
FROM information_schema.tables
WHERE table_schema = ANY (current_schemas(false)) AND table_name = 'sessionkit_schema';

-- 
SELECT version, search_key, bucket_bits
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- 
COMMIT;
