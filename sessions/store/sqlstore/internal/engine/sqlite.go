package engine

import (
	"strings"

	"github.com/kvalifika/sessionkit/filter"
)

// sqlite returns the engine of SQLite, 3.38 and newer.
//
// SQLite has one writer at a time, and no isolation levels: a transaction reads one state. A CROSS
// JOIN looks up its right side for each row of the left one; the planner may reorder any other
// join.
func sqlite() *Engine {
	e := &Engine{
		Name:      "sqlite",
		Dialect:   filter.SQLite,
		Columns:   columnsOf("instr(s.reasons, ?) > 0", filter.Col),
		pack:      formatted,
		packsNull: true,

		HasSchema: `SELECT count(*)
FROM sqlite_master
WHERE type = 'table' AND name = 'sessionkit_schema'`,
		Objects: `SELECT 'table ' || m.name, 'table'
FROM sqlite_master m
WHERE m.type = 'table' AND m.name GLOB 'sessionkit_*'
UNION ALL
SELECT 'column ' || m.name || '.' || c.name, lower(c.type) || CASE WHEN c."notnull" THEN ' not null' ELSE '' END
FROM sqlite_master m
JOIN pragma_table_info(m.name) c
WHERE m.type = 'table' AND m.name GLOB 'sessionkit_*'
UNION ALL
SELECT 'index ' || m.name || '.primary', 'unique (' || (
		SELECT group_concat(k.name, ', ')
		FROM (SELECT c.name FROM pragma_table_info(m.name) c WHERE c.pk > 0 ORDER BY c.pk) k
	) || ')'
FROM sqlite_master m
WHERE m.type = 'table' AND m.name GLOB 'sessionkit_*'
UNION ALL
SELECT 'index ' || m.name || '.' || i.name, CASE WHEN i."unique" THEN 'unique (' ELSE '(' END || (
		SELECT group_concat(k.name, ', ')
		FROM (SELECT c.name FROM pragma_index_info(i.name) c ORDER BY c.seqno) k
	) || ')'
FROM sqlite_master m
JOIN pragma_index_list(m.name) i
WHERE m.type = 'table' AND m.name GLOB 'sessionkit_*' AND i.origin = 'c'`,
		// Take the write lock at once, so that the migration does not fail half-way for lack of it.
		BeginSchema: "BEGIN IMMEDIATE",
		KeepSchema:  "COMMIT",
		DropSchema:  "ROLLBACK",
		NowMicros:   "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",

		Settings: []Statement{`SELECT 'sqlite_version', sqlite_version()
UNION ALL SELECT 'encoding', encoding FROM pragma_encoding
UNION ALL SELECT 'read_uncommitted', read_uncommitted FROM pragma_read_uncommitted
UNION ALL SELECT 'full_column_names', full_column_names FROM pragma_full_column_names
UNION ALL SELECT 'query_only', query_only FROM pragma_query_only
UNION ALL SELECT 'secure_delete', secure_delete FROM pragma_secure_delete
UNION ALL SELECT 'journal_mode', journal_mode FROM pragma_journal_mode`},
		Needs: []Setting{
			{Name: "sqlite_version", Needed: "3.38 or newer", OK: atLeast(3, 38)},
			// Texts compare by their bytes in the file.
			{Name: "encoding", Needed: "UTF-8", OK: is("UTF-8")},
			{Name: "read_uncommitted", Needed: "0", OK: is("0")},
			// The columns of a subquery would have other names.
			{Name: "full_column_names", Needed: "0", OK: is("0")},
			{Name: "secure_delete", Needed: "on, so that what is deleted is overwritten", OK: is("1"), For: Erasing},
			{Name: "query_only", Needed: "0", OK: is("0"), For: Writing},
			// With journal_mode=off nothing can be rolled back.
			{Name: "journal_mode", Needed: "any but off", OK: not(is("off")), For: Writing},
		},

		Changes: changes,

		// The keys come from the list index alone. Only the rows that are returned are looked up.
		Page: `SELECT r.id, {packed columns}
FROM (
	SELECT s.created_us, s.id
	FROM sessionkit_sessions s
	WHERE {condition}
		AND (s.created_us, s.id) < (:after_us, :after_id) AND (s.created_us, s.id) >= (:floor_us, :floor_id)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT :limit
) k
CROSS JOIN sessionkit_sessions r ON r.company = :company AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC`,

		Stream: streamByPairs,

		Bump: `INSERT INTO sessionkit_companies (company, seq, total, search_key)
SELECT :company, :n, :added, :search_key
` + ofSchema + `
ON CONFLICT (company) DO UPDATE SET seq = seq + excluded.seq, total = total + excluded.total,
	search_key = CASE WHEN search_key = excluded.search_key OR search_key < 0 THEN search_key ELSE 0 END
RETURNING seq, tombstones`,
		BumpReturns: true,

		// There is only one writer at a time: nothing has to be locked.
		Held:            held,
		OneWriter:       true,
		SavepointBegins: true,

		byChange: " INDEXED BY sessionkit_sessions_changes",

		// Read the tail by change numbers, since it includes old sessions that have changed lately.
		TailPage: `SELECT r.id, {packed columns}
FROM (
	SELECT s.created_us, s.id, s.changed_seq
	FROM sessionkit_sessions s{by change}
	WHERE {condition} AND s.changed_seq > :packed AND s.changed_seq <= :seq
		AND (s.created_us, s.id) < (:after_us, :after_id) AND (s.created_us, s.id) >= (:floor_us, :floor_id)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT :limit
) k
CROSS JOIN sessionkit_sessions r ON r.company = :company AND r.changed_seq = k.changed_seq
ORDER BY k.created_us DESC, k.id DESC`,

		HoldCompany:    company, // a writer is alone
		TryHoldCompany: company,
	}
	return e.fill()
}

// formatted packs texts with one call of format, since concat_ws is newer than SQLite 3.38. With
// ||, each further text would copy those before it, which takes half as long again. The format is
// computed once for each statement.
func formatted(texts []string) string {
	return "format(replace('%s" + strings.Repeat("|%s", len(texts)-1) + "', '|', char(31)), " + lines(texts) + ")"
}
