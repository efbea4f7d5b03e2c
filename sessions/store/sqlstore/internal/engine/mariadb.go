package engine

import (
	"database/sql"
	"strings"

	"github.com/kvalifika/sessionkit/filter"
)

// mariadb returns the engine of MariaDB, 10.11 and newer, and MySQL, 8.0.21 and newer.
//
// The table itself is the list: its rows are in the order of the primary key. FORCE INDEX keeps the
// planner from reading another index and sorting. A comparison of pairs cannot use a range of an
// index here, so it is written out. STRAIGHT_JOIN looks up the right side for each row of the left
// one.
func mariadb() *Engine {
	// The name of a lock may have 64 characters in MySQL, and from 9.7 on MySQL has no MD5. A
	// transaction cannot be the lock, since DDL commits at once.
	const lock = "CONCAT('sessionkit.', LEFT(SHA2(DATABASE(), 256), 32))"
	e := &Engine{
		Name:              "mariadb",
		Dialect:           filter.MariaDB,
		Columns:           columnsOf("instr(s.reasons, ?) > 0", asBytes),
		WriteIsolation:    sql.LevelReadCommitted,
		SnapshotIsolation: sql.LevelRepeatableRead,
		pack:              concatenated("char(31)"),

		HasSchema: `SELECT count(*)
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_name = 'sessionkit_schema'`,
		// MariaDB and MySQL write the types of numbers differently, and some servers write all
		// names in lower case. Under sql_mode=ORACLE a BLOB becomes a longblob, and CONCAT takes
		// NULL for an empty text.
		Objects: `SELECT CONCAT('table ', LOWER(t.table_name)), LOWER(t.engine)
FROM information_schema.tables t
WHERE t.table_schema = DATABASE() AND LEFT(t.table_name, 11) = 'sessionkit_'
UNION ALL
SELECT CONCAT('column ', LOWER(c.table_name), '.', c.column_name),
	CONCAT(IF(c.data_type = 'longblob', 'blob', c.data_type), IF(c.data_type = 'varbinary', CONCAT('(', c.character_maximum_length, ')'), ''),
		IF(c.collation_name IS NULL, '', CONCAT(' collate ', c.collation_name)), IF(c.is_nullable = 'NO', ' not null', ''))
FROM information_schema.columns c
WHERE c.table_schema = DATABASE() AND LEFT(c.table_name, 11) = 'sessionkit_'
UNION ALL
SELECT CONCAT('index ', LOWER(i.table_name), '.', IF(i.index_name = 'PRIMARY', 'primary', i.index_name)),
	CONCAT(IF(MIN(i.non_unique) = 0, 'unique (', '('), GROUP_CONCAT(i.column_name ORDER BY i.seq_in_index SEPARATOR ', '), ')')
FROM information_schema.statistics i
WHERE i.table_schema = DATABASE() AND LEFT(i.table_name, 11) = 'sessionkit_'
GROUP BY i.table_name, i.index_name`,
		// GET_LOCK waits 10 seconds. If a client gives up, it closes its connection, and the server
		// notices that after this time at the latest.
		LockSchema: "SELECT GET_LOCK(" + lock + ", 10)",
		KeepSchema: "SELECT RELEASE_LOCK(" + lock + ")",
		DropSchema: "SELECT RELEASE_LOCK(" + lock + ")",
		// Privileges that a role grants are not in these tables.
		Denied: `SELECT GROUP_CONCAT(p.name ORDER BY p.name SEPARATOR ', ')
FROM (SELECT 'CREATE' AS name UNION ALL SELECT 'ALTER' UNION ALL SELECT 'DROP' UNION ALL SELECT 'INDEX') p
CROSS JOIN (SELECT CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''', SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''') AS name) a
WHERE COALESCE(CURRENT_ROLE(), 'NONE') = 'NONE'
	AND NOT EXISTS (SELECT 1 FROM information_schema.user_privileges u WHERE u.privilege_type = p.name AND u.grantee = a.name)
	AND NOT EXISTS (
		SELECT 1
		FROM information_schema.schema_privileges u
		WHERE u.privilege_type = p.name AND u.grantee = a.name AND DATABASE() LIKE u.table_schema
	)`,
		NowMicros: "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)",
		FromDual:  " FROM DUAL",

		// The first statement has a LIMIT of its own: the limit of the connection could hide its
		// row.
		Settings: []Statement{"SELECT 'sql_select_limit', @@sql_select_limit LIMIT 1", `SHOW SESSION VARIABLES
WHERE Variable_name IN ('character_set_client', 'character_set_connection', 'character_set_results', 'sql_mode', 'autocommit',
	'tx_isolation', 'transaction_isolation', 'completion_type', 'sql_big_selects',
	'tx_read_only', 'transaction_read_only', 'log_bin', 'binlog_format', 'max_allowed_packet', 'max_sort_length')`},
		Needs: []Setting{
			{Name: "character_set_client", Needed: "utf8mb4", OK: is("utf8mb4")},
			{Name: "character_set_connection", Needed: "utf8mb4", OK: is("utf8mb4")},
			{Name: "character_set_results", Needed: "utf8mb4", OK: is("utf8mb4", "binary", "")},
			{Name: "sql_mode", Needed: "STRICT_TRANS_TABLES or STRICT_ALL_TABLES in it", OK: has("STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"), For: Writing},
			{Name: "sql_mode", Needed: "no EMPTY_STRING_IS_NULL in it", OK: not(has("EMPTY_STRING_IS_NULL"))},
			{Name: "autocommit", Needed: "ON", OK: is("ON", "1")},
			// A chained transaction begins when another ends, and the next user of the connection
			// is in it.
			{Name: "completion_type", Needed: "NO_CHAIN", OK: is("NO_CHAIN", "0")},
			// A reader that reads the number of a change that is rolled back later misses the next
			// change with that number.
			{Name: "tx_isolation", Needed: "READ-COMMITTED or higher", OK: not(is("READ-UNCOMMITTED"))},
			{Name: "transaction_isolation", Needed: "READ-COMMITTED or higher", OK: not(is("READ-UNCOMMITTED"))},
			// Streams would end early.
			{Name: "sql_select_limit", Needed: "18446744073709551615, which is no limit", OK: is("18446744073709551615")},
			{Name: "sql_big_selects", Needed: "ON", OK: is("ON", "1")},
			// Sorting takes the 128 bytes of an ID, and their length.
			{Name: "max_sort_length", Needed: "256 or more", OK: atLeast(256)},
			{Name: "tx_read_only", Needed: "OFF", OK: is("OFF", "0"), For: Beginning},
			{Name: "transaction_read_only", Needed: "OFF", OK: is("OFF", "0"), For: Beginning},
		},

		Changes: changes,

		// Rows are read in the order of the table, but only those that are returned are packed.
		Page: `SELECT r.id, {packed columns}
FROM (
	SELECT s.created_us, s.id
	FROM sessionkit_sessions s FORCE INDEX (PRIMARY)
	WHERE {condition}
		AND (s.created_us < :after_us OR s.created_us = :after_us AND s.id < :after_id)
		AND (s.created_us > :floor_us OR s.created_us = :floor_us AND s.id >= :floor_id)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT :limit
) k
STRAIGHT_JOIN sessionkit_sessions r ON r.company = :company AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC`,

		Stream: `SELECT {selected}
FROM sessionkit_sessions s FORCE INDEX (PRIMARY)
WHERE {condition}
	AND (s.created_us < :after_us OR s.created_us = :after_us AND s.id < :after_id)
	AND (s.created_us > :floor_us OR s.created_us = :floor_us AND s.id >= :floor_id)
ORDER BY s.created_us DESC, s.id DESC`,

		// MySQL cannot return rows from what it writes. A read that does not lock would give the
		// transaction a snapshot, and with innodb_snapshot_isolation, the default from MariaDB 11.6
		// on, the statement fails (1020) if the company has changed while it waited for it.
		Bump: `INSERT INTO sessionkit_companies (company, seq, total, search_key)
SELECT :company, LAST_INSERT_ID(2 * :n) DIV 2, :added, :search_key
FROM sessionkit_schema v
WHERE v.version >= :version AND v.oldest <= :version
	AND v.version = (SELECT max(n.version) FROM sessionkit_schema n LOCK IN SHARE MODE)
LOCK IN SHARE MODE
ON DUPLICATE KEY UPDATE
	seq = (LAST_INSERT_ID(2 * (seq + VALUES(seq)) + tombstones) - tombstones) DIV 2,
	total = total + VALUES(total),
	search_key = CASE
		WHEN sessionkit_companies.search_key = VALUES(search_key) OR sessionkit_companies.search_key < 0 THEN sessionkit_companies.search_key
		ELSE 0
	END`,

		// A transaction of the host's may have a snapshot that is older than what others have
		// committed: only reads that lock see the newest state.
		Held: held + `
FOR UPDATE`,

		// A row that is changed counts as two affected rows. IGNORE would count correctly, too, but
		// would accept texts that do not fit.
		InsertSessions: insertSessions + `
ON DUPLICATE KEY UPDATE revision = revision + 1`,

		// A row with another revision stays as it is, and does not count as two. Assignments are
		// made one after another, and each of them compares the revision, so it comes last.
		ReplaceSessions: insertSessions + `
ON DUPLICATE KEY UPDATE
	{replaced}`,
		Replaced: 2,
		replace:  "%[1]s = IF(revision + 1 = VALUES(revision), VALUES(%[1]s), %[1]s)",

		SavepointFades: true,

		byChange: " FORCE INDEX (sessionkit_sessions_changes)",

		// Read the tail by change numbers, since it includes old sessions that have changed lately.
		TailPage: `SELECT r.id, {packed columns}
FROM (
	SELECT s.created_us, s.id, s.changed_seq
	FROM sessionkit_sessions s{by change}
	WHERE {condition} AND s.changed_seq > :packed AND s.changed_seq <= :seq
		AND (s.created_us < :after_us OR s.created_us = :after_us AND s.id < :after_id)
		AND (s.created_us > :floor_us OR s.created_us = :floor_us AND s.id >= :floor_id)
	ORDER BY s.created_us DESC, s.id DESC
	LIMIT :limit
) k
STRAIGHT_JOIN sessionkit_sessions r ON r.company = :company AND r.created_us = k.created_us AND r.id = k.id
ORDER BY k.created_us DESC, k.id DESC`,

		PutTombstones: insertTombstones + `
ON DUPLICATE KEY UPDATE until_us = VALUES(until_us)`,
		Entomb: Statement(strings.Replace(insertEntombed, "bigint", "SIGNED", 1) + `
ON DUPLICATE KEY UPDATE version = VALUES(version), until_us = VALUES(until_us)`),

		PutSegments: insertSegments + `
ON DUPLICATE KEY UPDATE dead = VALUES(dead)`,
		PutBlocks: insertBlocks + `
ON DUPLICATE KEY UPDATE data = VALUES(data)`,

		// A row that exists counts as two affected rows, and the transaction is rolled back.
		SaveSettings: insertSettings + `
ON DUPLICATE KEY UPDATE saved_us = saved_us + 1`,
		AuditPage: Statement(strings.Replace(auditPage, "(a.at_us, a.id) < (:after_us, :after_id)",
			"(a.at_us < :after_us OR a.at_us = :after_us AND a.id < :after_id)", 1)),

		HoldCompany: company + `
FOR UPDATE`,
		TryHoldCompany: company + `
FOR UPDATE SKIP LOCKED`,
		MostNamed: 4096, // each is a range of its own for the planner
		MostExact: MostBlocks,
		MostNext:  MostBlocks / 4, // each is a subquery
		LockRead:  "\nFOR UPDATE",
	}
	return e.fill()
}

// asBytes returns a column of collation utf8mb4_bin, which ignores trailing spaces, as one that
// does not.
func asBytes(name string) filter.Column { return filter.Expr("CAST(" + name + " AS BINARY)") }
