package sqlstore

import (
	"database/sql"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// grammar is what differs between the engines, beside the files of the schema.
type grammar struct {
	name       string
	hasSchema  string   // counts the table sessionkit_schema
	lockSchema []string // keeps others from making the schema at the same time
	keepSchema string   // ends that with success
	dropSchema string   // and otherwise
	bump       string   // ends the statement that raises a company's seq, and holds its row until the end of the transaction
	forUpdate  string   // reads the newest state of a row and holds it
	list       string   // index hint of the ordered read
	nested     string   // a join whose right side is looked up for each row of the left side
	lateral    bool     // nested joins are lateral subqueries, which keep the planner from any other plan; sorted subqueries stay sorted
	with       string   // between the name and the query of a common table expression
	merged     bool     // which is read once, however often it is named, and that pays
	stops      bool     // a sorted subquery with a limit is read no further than needed
	term       string   // a value that terms are compared with. PostgreSQL plans anew for each, unless a subquery hides it
	opaque     string   // a session's company, without what statistics say of it
	series     string   // that a column is one of the numbers from ? to ?; otherwise they are listed
	pack       packing  // how the columns of a row become one text
	rowValues  bool     // (a, b) < (?, ?) is a range of an index; otherwise its expansion is
	isolation  sql.IsolationLevel
	snapshot   sql.IsolationLevel // at which a transaction reads one state
	maxArgs    int
	columns    filter.Columns
}

// packing puts separators between columns. A row travels faster as one text than as many.
type packing struct{ begin, between, end, asText string }

func postgres() *grammar {
	return &grammar{
		name:       "postgres",
		hasSchema:  "SELECT count(*) FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false)) AND table_name = 'sessionkit_schema'",
		lockSchema: []string{"BEGIN", "SELECT pg_advisory_xact_lock(7365707331)"},
		keepSchema: "COMMIT",
		dropSchema: "ROLLBACK",
		bump:       " ON CONFLICT (company) DO UPDATE SET seq = sessionkit_companies.seq + excluded.seq, total = sessionkit_companies.total + excluded.total",
		forUpdate:  " FOR UPDATE",
		nested:     " JOIN ",
		lateral:    true,
		with:       " AS MATERIALIZED",
		merged:     true,
		stops:      true,
		term:       "(SELECT ?::text)",
		opaque:     "greatest(s.company)",
		series:     "= ANY (ARRAY(SELECT generate_series(?::bigint, ?::bigint)))",
		pack:       packing{"concat_ws(chr(31), ", ", ", ")", "::text"},
		rowValues:  true,
		isolation:  sql.LevelReadCommitted,
		snapshot:   sql.LevelRepeatableRead,
		maxArgs:    65535,
		columns:    columnsOf("strpos(s.reasons, ?) > 0", filter.Col("s.extra"), true),
	}
}

func mariadb() *grammar {
	const lock = "CONCAT('sessionkit.', LEFT(SHA2(DATABASE(), 256), 32))" // MySQL takes 64 characters, and MySQL 9.7 has no MD5
	return &grammar{
		name:       "mariadb",
		pack:       packing{begin: "concat_ws(char(31), ", between: ", ", end: ")"},
		hasSchema:  "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'sessionkit_schema'",
		lockSchema: []string{"SELECT GET_LOCK(" + lock + ", 60)"}, // DDL commits at once
		keepSchema: "SELECT RELEASE_LOCK(" + lock + ")",
		dropSchema: "SELECT RELEASE_LOCK(" + lock + ")",
		bump:       " ON DUPLICATE KEY UPDATE seq = seq + VALUES(seq), total = total + VALUES(total)",
		forUpdate:  " FOR UPDATE",
		list:       " FORCE INDEX (PRIMARY)",
		nested:     " STRAIGHT_JOIN ",
		with:       " AS",
		term:       "?",
		opaque:     "s.company",
		isolation:  sql.LevelReadCommitted,
		snapshot:   sql.LevelRepeatableRead,
		maxArgs:    65535,
		columns:    columnsOf("instr(s.reasons, ?) > 0", filter.Col("s.extra"), true),
	}
}

func sqlite() *grammar {
	return &grammar{
		name:       "sqlite",
		pack:       packing{begin: "(", between: " || char(31) || ", end: ")"},
		hasSchema:  "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'sessionkit_schema'",
		lockSchema: []string{"BEGIN IMMEDIATE"},
		keepSchema: "COMMIT",
		dropSchema: "ROLLBACK",
		bump:       " ON CONFLICT (company) DO UPDATE SET seq = seq + excluded.seq, total = total + excluded.total",
		nested:     " CROSS JOIN ",
		with:       " AS",
		stops:      true,
		term:       "?",
		opaque:     "s.company",
		rowValues:  true,
		maxArgs:    32766,
		columns:    columnsOf("instr(s.reasons, ?) > 0", filter.Col("s.extra"), true),
	}
}

// columnsOf maps a filter to sessionkit_sessions, called s.
func columnsOf(otherReason string, extra filter.Column, binary bool) filter.Columns {
	col := func(name string) filter.Column { return filter.Col("s." + name).NotNull() }
	return filter.Columns{
		Company:      col("company"),
		CreatedAt:    filter.TimeColumn{Column: col("created_us"), Clock: filter.UnixMicro},
		Status:       filter.Enum[sessions.Status]{Column: col("status")},
		DocumentType: filter.Enum[sessions.DocumentType]{Column: col("document_type")},
		MatchLevel:   filter.Col("s.match_level"),
		Reasons: map[sessions.Reason]filter.Column{
			sessions.DigitalSpoof: filter.Expr("s.digital_spoof <> 0").NotNull(),
			sessions.NotFullID:    filter.Expr("s.not_full_id <> 0").NotNull(),
			sessions.LowFAR:       filter.Expr("s.low_far <> 0").NotNull(),
		},
		OtherReason: func(r sessions.Reason) filter.Column {
			return filter.Expr(otherReason, row.Reasons(r)).NotNull()
		},
		PersonalNumber: filter.Col("s.personal_number"),
		Subject:        col("subject"),
		ExtraJSON:      extra,
		SearchKey:      col("search_key"),
		Binary:         binary,
	}
}

// before writes that alias stands further back than p.
func (st *statement) before(alias string, p position) *statement {
	if st.b.grammar.rowValues {
		return st.add("("+alias+".created_us, "+alias+".id) < (?, ?)", p.us, p.id)
	}
	return st.add("("+alias+".created_us < ? OR "+alias+".created_us = ? AND "+alias+".id < ?)", p.us, p.us, p.id)
}

// notBehind writes that alias stands at p or before it in the list.
func (st *statement) notBehind(alias string, p position) *statement {
	if st.b.grammar.rowValues {
		return st.add("("+alias+".created_us, "+alias+".id) >= (?, ?)", p.us, p.id)
	}
	return st.add("("+alias+".created_us > ? OR "+alias+".created_us = ? AND "+alias+".id >= ?)", p.us, p.us, p.id)
}
