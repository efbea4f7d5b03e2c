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
