-- 
BEGIN IMMEDIATE;

-- 
SELECT count(*)
FROM sqlite_master
WHERE type = 'table' AND name = 'sessionkit_schema';

-- 
SELECT version, search_key, bucket_bits
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1;

-- 
COMMIT;

-- 
SELECT 'sqlite_version', sqlite_version()
UNION ALL SELECT 'encoding', encoding FROM pragma_encoding
UNION ALL SELECT 'read_uncommitted', read_uncommitted FROM pragma_read_uncommitted
UNION ALL SELECT 'query_only', query_only FROM pragma_query_only;
