package engine

import (
	"database/sql"
	"strings"

	"github.com/kvalifika/sessionkit/filter"
)

// postgres returns the engine of PostgreSQL, 15 and newer.
//
// A prepared statement gets a generic plan after five calls, unless that plan looks more expensive
// than planning each time, which costs as much as the statement itself. Two things make it look
// expensive: an argument in LIMIT, which the planner takes for a tenth of all rows, and a subquery
// joined by its keys, which the planner may execute in other ways than by looking the keys up. So a
// limit is written twice, once rounded up for the planner and once as the argument. And look-ups
// are lateral subqueries, which OFFSET 0 keeps as they are.
func postgres() *Engine {
	e := &Engine{
		Name:              "postgres",
		Dialect:           filter.Postgres,
		Columns:           columnsOf("strpos(s.reasons, ?) > 0", filter.Col),
		WriteIsolation:    sql.LevelReadCommitted,
		SnapshotIsolation: sql.LevelRepeatableRead,
		pack:              concatenated("chr(31)"),
		asText:            "::text",
		arrays:            true,
		lookUps:           true,

		// The tables may be in any schema of the search path.
		HasSchema: `SELECT count(DISTINCT table_name)
FROM information_schema.tables
WHERE table_schema = ANY (current_schemas(false)) AND table_name = 'sessionkit_schema'`,
		// An index that could not be built is invalid: it exists, but nothing uses it. With
		// quote_all_identifiers the names of types are in quotes.
		Objects: `SELECT 'table ' || c.relname, 'table'
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
WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p') AND starts_with(c.relname, 'sessionkit_')`,
		// A transaction includes DDL here, and leaves nothing behind if it fails. The number of the
		// lock is arbitrary: one that nobody else should use. With another isolation level the
		// snapshot would be older than the lock.
		BeginSchema: "BEGIN ISOLATION LEVEL READ COMMITTED",
		LockSchema:  "SELECT 1 FROM pg_advisory_xact_lock(7365707331)",
		KeepSchema:  "COMMIT",
		DropSchema:  "ROLLBACK",
		Denied: `SELECT concat_ws(', ',
	CASE WHEN current_schema() IS NULL THEN 'use any schema of the search path'
		WHEN NOT has_schema_privilege(current_schema(), 'CREATE') THEN 'create tables in schema ' || current_schema() END,
	(
		SELECT 'alter ' || string_agg(c.relname, ', ' ORDER BY c.relname)
		FROM pg_class c
		WHERE c.relkind IN ('r', 'p') AND starts_with(c.relname, 'sessionkit_') AND pg_table_is_visible(c.oid) AND NOT pg_has_role(c.relowner, 'USAGE')
	),
	CASE WHEN current_setting('transaction_read_only') = 'on' THEN 'write: transaction_read_only is on' END)`,
		NowMicros: "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)",

		Settings: []Statement{`SELECT name, setting
FROM pg_settings
WHERE name IN ('server_encoding', 'client_encoding', 'standard_conforming_strings', 'default_transaction_read_only')
ORDER BY name`},
		Needs: []Setting{
			{Name: "server_encoding", Needed: "UTF8", OK: is("UTF8")},
			{Name: "client_encoding", Needed: "UTF8", OK: is("UTF8")},
			{Name: "standard_conforming_strings", Needed: "on", OK: is("on")},
			{Name: "default_transaction_read_only", Needed: "off", OK: is("off"), For: Beginning},
		},

		// Generic plans would take the limit for a tenth of the company, and sort.
		Changes: `SELECT {columns}
FROM (
	SELECT *
	FROM sessionkit_sessions s
	WHERE s.company = :company AND s.changed_seq > :since
	ORDER BY s.changed_seq
	LIMIT {limit rounded up}
) r
ORDER BY r.changed_seq
LIMIT :limit`,

		// The keys come from the list index alone. Only the rows that are returned are looked up.
		Page: `SELECT r.id, {packed columns}
FROM (
	SELECT s.created_us, s.id
	FROM (
		SELECT s.created_us, s.id
		FROM sessionkit_sessions s
		WHERE {condition}
			AND (s.created_us, s.id) < (:after_us, :after_id) AND (s.created_us, s.id) >= (:floor_us, :floor_id)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT {limit rounded up}
	) s
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT :limit
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = :company AND r.created_us = k.created_us AND r.id = k.id
	OFFSET 0
) r ON true
ORDER BY k.created_us DESC, k.id DESC`,

		// With the default costs of a server, PostgreSQL would read the whole table with several
		// processes and sort it, and the first session would come only when that is done. With
		// enable_sort off, it reads the list index in order. Because the plan looks expensive, it
		// would also compile it to machine code first, which takes as long as thousands of rows.
		SetSnapshot: `SELECT
	set_config('enable_sort', 'off', true),
	set_config('max_parallel_workers_per_gather', '0', true),
	set_config('jit', 'off', true)`,

		Stream: streamByPairs,

		Bump: `INSERT INTO sessionkit_companies (company, seq, total, search_key)
SELECT :company::text, :n::bigint, :added::bigint, :search_key::bigint
` + ofSchema + `
ON CONFLICT (company) DO UPDATE SET seq = sessionkit_companies.seq + excluded.seq, total = sessionkit_companies.total + excluded.total,
	search_key = CASE
		WHEN sessionkit_companies.search_key = excluded.search_key OR sessionkit_companies.search_key < 0 THEN sessionkit_companies.search_key
		ELSE 0
	END
RETURNING seq, tombstones`,
		BumpReturns: true,

		Stored: lookedUpIDs + `) r
WHERE EXISTS (SELECT 1 ` + ofSchema + `)`,

		Held: lookedUpIDs + `	FOR UPDATE
) r`,

		SessionsAt: `SELECT s.id, {packed}
FROM unnest({instants}) i (created_us)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions s
	WHERE s.company = :company AND s.created_us = i.created_us
	OFFSET 0
) s`,

		TombstonesOf: `SELECT t.id
FROM unnest({ids}) i (id)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_tombstones t
	WHERE t.company = :company AND t.id = i.id COLLATE "C"
	OFFSET 0
) t
WHERE t.until_us = 0 OR t.until_us > :now_us{lock}`,

		// Rows are deleted by their place in the table. If one has moved meanwhile, it stays, and
		// the caller, who counts the rows, notices.
		DeleteSessions: `DELETE FROM sessionkit_sessions
WHERE company = :company AND ctid = ANY (ARRAY(
	SELECT s.ctid
	FROM unnest({changes}) c (changed_seq)
	CROSS JOIN LATERAL (
		SELECT s.ctid
		FROM sessionkit_sessions s
		WHERE s.company = :company AND s.changed_seq >= c.changed_seq AND s.changed_seq <= c.changed_seq
		ORDER BY s.changed_seq
		LIMIT 1
	) s
))`,

		// Read the tail by change numbers, since it includes old sessions that have changed lately.
		// The planner might prefer to read the list in order.
		TailPage: `SELECT r.id, {packed columns}
FROM (
	SELECT s.created_us, s.id, s.changed_seq
	FROM (
		SELECT s.created_us, s.id, s.changed_seq
		FROM (
			SELECT *
			FROM sessionkit_sessions s
			WHERE s.company = :company AND s.changed_seq > :packed AND s.changed_seq <= :seq
			ORDER BY s.changed_seq
			OFFSET 0
		) s
		WHERE {condition}
			AND (s.created_us, s.id) < (:after_us, :after_id) AND (s.created_us, s.id) >= (:floor_us, :floor_id)
		ORDER BY s.created_us DESC, s.id DESC
		LIMIT {limit rounded up}
	) s
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT :limit
) k
JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = :company AND r.changed_seq >= k.changed_seq AND r.changed_seq <= k.changed_seq
	ORDER BY r.changed_seq
	LIMIT 1
) r ON true
ORDER BY k.created_us DESC, k.id DESC`,

		// As for lists: the planner would take an argument in LIMIT for a tenth of the trail.
		AuditPage: `SELECT *
FROM (
	` + Statement(strings.ReplaceAll(strings.Replace(auditPage, ":limit", "{limit rounded up}", 1), "\n", "\n\t")) + `
) a
ORDER BY a.at_us DESC, a.id DESC
LIMIT :limit`,

		HoldCompany: company + `
FOR UPDATE`,
		TryHoldCompany: company + `
FOR UPDATE SKIP LOCKED`,
	}
	return e.fill()
}

// A table has no statistics until ANALYZE has run, and a load of a million sessions may be faster
// than that. A company then looks as if it had few sessions, and a condition with hundreds of
// values, by "= ANY" or IN, as if it left all of those: PostgreSQL would read the whole company, by
// any index that begins with it. So statements with many keys look them up one after another.
//
// If the statistics know all companies except a new one, the new one looks as if it had no
// sessions: each index that begins with the company seems as good as the one with the key, and
// PostgreSQL would read the whole company for each look-up. ORDER BY the key prevents that: only
// the index with the key is in its order.

// lookedUp has the sessions whose last changes have some numbers.
const lookedUp = `unnest({changes}) c (changed_seq)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions s
	WHERE s.company = :company AND s.changed_seq >= c.changed_seq AND s.changed_seq <= c.changed_seq
	ORDER BY s.changed_seq
	LIMIT 1
) s`

// lookedUpIDs selects the sessions that have some IDs.
const lookedUpIDs = `SELECT {whole}
FROM unnest({ids}) i (id)
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_sessions r
	WHERE r.company = :company AND r.id >= i.id COLLATE "C" AND r.id <= i.id COLLATE "C"
	ORDER BY r.id
	LIMIT 1
`
