-- everything
SELECT v.version, v.search_key, v.bucket_bits, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = $1),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = $2)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- range; dense criterion; no match; common word; rare word; absent word; two dense words; rare flag;
-- rare type; rare level; pending; subject; personal number; extra field; nested search;
-- search and range
SELECT v.version, v.search_key, v.bucket_bits, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = $1),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = $2),
	(SELECT max(s.created_us) FROM sessionkit_sessions s WHERE s.company = $3),
	(SELECT min(s.created_us) FROM sessionkit_sessions s WHERE s.company = $4)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- range
SELECT count(*)
FROM (
	SELECT 1
	FROM (
		SELECT s.created_us, s.id
		FROM sessionkit_sessions s
		WHERE (s.company = $1)
			AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT 64
	) s
	LIMIT $6
) k;

-- dense criterion; no match; personal number; extra field; nested search
SELECT s.created_us, s.id
FROM (
	SELECT s.created_us, s.id
	FROM sessionkit_sessions s
	WHERE s.company = $1
		AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT 1024
) s
ORDER BY s.created_us DESC, s.id DESC
LIMIT 1 OFFSET $6;

-- dense criterion
SELECT count(*)
FROM (
	SELECT 1
	FROM (
		SELECT s.created_us, s.id
		FROM sessionkit_sessions s
		WHERE (s.company = $1 AND s.status = $2)
			AND (s.created_us, s.id) < ($3, $4) AND (s.created_us, s.id) >= ($5, $6)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT 64
	) s
	LIMIT $7
) k;

-- no match
SELECT count(*)
FROM (
	SELECT 1
	FROM (
		SELECT s.created_us, s.id
		FROM sessionkit_sessions s
		WHERE (s.company = $1 AND s.status = $2 AND s.document_type = $3)
			AND (s.created_us, s.id) < ($4, $5) AND (s.created_us, s.id) >= ($6, $7)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT 64
	) s
	LIMIT $8
) k;

-- no match; extra field; nested search
SELECT s.created_us, s.id
FROM (
	SELECT s.created_us, s.id
	FROM sessionkit_sessions s
	WHERE s.company = $1
		AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT 4096
) s
ORDER BY s.created_us DESC, s.id DESC
LIMIT 1 OFFSET $6;

-- no match; extra field; nested search
SELECT s.created_us, s.id
FROM (
	SELECT s.created_us, s.id
	FROM sessionkit_sessions s
	WHERE s.company = $1
		AND (s.created_us, s.id) < ($2, $3) AND (s.created_us, s.id) >= ($4, $5)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT 16384
) s
ORDER BY s.created_us DESC, s.id DESC
LIMIT 1 OFFSET $6;

-- common word; rare word; absent word; search and range
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term >= (SELECT $4::text) AND t.term < (SELECT $5::text) LIMIT 16001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $6 AND t.bucket <= $7) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, (SELECT count(*) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($8, $9) AND p0.created_us >= $10 AND (SELECT o.n0 <= 16000 FROM o) GROUP BY p0.created_us, p0.id) k) FROM o;

-- two dense words
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term >= (SELECT $4::text) AND t.term < (SELECT $5::text) LIMIT 16001), p1 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $6 AND t.bucket = ANY (ARRAY(SELECT generate_series($7::bigint, $8::bigint))) AND t.term >= (SELECT $9::text) AND t.term < (SELECT $10::text) UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $11 AND t.bucket = ANY (ARRAY(SELECT generate_series($12::bigint, $13::bigint))) AND t.term >= (SELECT $14::text) AND t.term < (SELECT $15::text) LIMIT 16001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $16 AND t.bucket <= $17) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1) SELECT o.*, (SELECT count(*) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($18, $19) AND p0.created_us >= $20 AND (SELECT o.n0 <= 16000 AND o.n1 <= 16000 FROM o) AND (p0.id IN (SELECT p1.id FROM p1)) IS TRUE GROUP BY p0.created_us, p0.id) k) FROM o;

-- two dense words
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term >= (SELECT $4::text) AND t.term < (SELECT $5::text) UNION ALL SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $6 AND t.bucket = ANY (ARRAY(SELECT generate_series($7::bigint, $8::bigint))) AND t.term >= (SELECT $9::text) AND t.term < (SELECT $10::text) LIMIT 16001), p1 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $11 AND t.bucket = ANY (ARRAY(SELECT generate_series($12::bigint, $13::bigint))) AND t.term >= (SELECT $14::text) AND t.term < (SELECT $15::text) LIMIT 16001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $16 AND t.bucket <= $17) AS bucket, (SELECT count(*) FROM p0) AS n0, (SELECT count(*) FROM p1) AS n1) SELECT o.*, (SELECT count(*) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($18, $19) AND p0.created_us >= $20 AND (SELECT o.n0 <= 16000 AND o.n1 <= 16000 FROM o) AND (p0.id IN (SELECT p1.id FROM p1)) IS TRUE GROUP BY p0.created_us, p0.id) k) FROM o;

-- rare flag; subject
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text), (SELECT $5::text)) LIMIT 16001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $6 AND t.bucket <= $7) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, (SELECT count(*) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($8, $9) AND p0.created_us >= $10 AND (SELECT o.n0 <= 16000 FROM o) GROUP BY p0.created_us, p0.id) k) FROM o;

-- rare type; pending
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text)) LIMIT 16001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $5 AND t.bucket <= $6) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, (SELECT count(*) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($7, $8) AND p0.created_us >= $9 AND (SELECT o.n0 <= 16000 FROM o) GROUP BY p0.created_us, p0.id) k) FROM o;

-- rare level
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text), (SELECT $5::text), (SELECT $6::text)) LIMIT 16001), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $7 AND t.bucket <= $8) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, (SELECT count(*) FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($9, $10) AND p0.created_us >= $11 AND (SELECT o.n0 <= 16000 FROM o) GROUP BY p0.created_us, p0.id) k) FROM o;

-- personal number
SELECT count(*)
FROM (
	SELECT 1
	FROM (
		SELECT s.created_us, s.id
		FROM sessionkit_sessions s
		WHERE (s.company = $1 AND (s.personal_number IS NOT NULL AND s.personal_number = $2))
			AND (s.created_us, s.id) < ($3, $4) AND (s.created_us, s.id) >= ($5, $6)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT 64
	) s
	LIMIT $7
) k;

-- personal number
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text)) LIMIT 251), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $5 AND t.bucket <= $6) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, (SELECT count(*) FROM ( SELECT k.created_us, k.id FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($7, $8) AND p0.created_us >= $9 AND (SELECT o.n0 <= 250 FROM o) GROUP BY p0.created_us, p0.id) k JOIN LATERAL (SELECT * FROM sessionkit_sessions s WHERE (s.company = $10 AND (s.personal_number IS NOT NULL AND s.personal_number = $11)) AND s.created_us = k.created_us AND s.id = k.id OFFSET 0) s ON true) k) FROM o;

-- personal number
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text)) LIMIT 501), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $5 AND t.bucket <= $6) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, (SELECT count(*) FROM ( SELECT k.created_us, k.id FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($7, $8) AND p0.created_us >= $9 AND (SELECT o.n0 <= 500 FROM o) GROUP BY p0.created_us, p0.id) k JOIN LATERAL (SELECT * FROM sessionkit_sessions s WHERE (s.company = $10 AND (s.personal_number IS NOT NULL AND s.personal_number = $11)) AND s.created_us = k.created_us AND s.id = k.id OFFSET 0) s ON true) k) FROM o;

-- personal number
WITH p0 AS MATERIALIZED (SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = $1 AND t.bucket = ANY (ARRAY(SELECT generate_series($2::bigint, $3::bigint))) AND t.term IN ((SELECT $4::text)) LIMIT 751), o AS MATERIALIZED ( SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = $5 AND t.bucket <= $6) AS bucket, (SELECT count(*) FROM p0) AS n0) SELECT o.*, (SELECT count(*) FROM ( SELECT k.created_us, k.id FROM ( SELECT p0.created_us, p0.id FROM p0 WHERE (p0.created_us, p0.id) < ($7, $8) AND p0.created_us >= $9 AND (SELECT o.n0 <= 750 FROM o) GROUP BY p0.created_us, p0.id) k JOIN LATERAL (SELECT * FROM sessionkit_sessions s WHERE (s.company = $10 AND (s.personal_number IS NOT NULL AND s.personal_number = $11)) AND s.created_us = k.created_us AND s.id = k.id OFFSET 0) s ON true) k) FROM o;

-- extra field
SELECT count(*)
FROM (
	SELECT 1
	FROM (
		SELECT s.created_us, s.id
		FROM sessionkit_sessions s
		WHERE (s.company = $1 AND ((CAST(s.extra AS jsonb) ->> CAST($2 AS text)) IS NOT NULL AND (CAST(s.extra AS jsonb) ->> CAST($3 AS text)) = $4))
			AND (s.created_us, s.id) < ($5, $6) AND (s.created_us, s.id) >= ($7, $8)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT 64
	) s
	LIMIT $9
) k;

-- nested search
SELECT count(*)
FROM (
	SELECT 1
	FROM (
		SELECT s.created_us, s.id
		FROM sessionkit_sessions s
		WHERE (s.company = $1 AND (s.status = $2 OR (strpos(s.search_key, $3) > 0)))
			AND (s.created_us, s.id) < ($4, $5) AND (s.created_us, s.id) >= ($6, $7)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT 64
	) s
	LIMIT $8
) k;
