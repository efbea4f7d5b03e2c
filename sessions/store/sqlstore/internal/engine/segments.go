package engine

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/kvalifika/sessionkit/filter"
)

// The statements for segments, and for the rows that segments name by their change numbers. {by
// change}, {changed sessions} and {with changes} are filled in when an Engine is made: where the
// engine allows it, they make the planner use the index of changes.
const (
	company = `SELECT seq, total, packed_seq, forgot_seq, search_key
FROM sessionkit_companies
WHERE company = :company`

	directory = `SELECT v.version, v.oldest, v.history, c.seq, c.total, c.packed_seq, c.forgot_seq, c.purged_seq, c.search_key,
	g.segment, g.sessions, g.dead, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_schema v
LEFT JOIN sessionkit_companies c ON c.company = :company
LEFT JOIN sessionkit_segments g ON g.company = :company
WHERE v.version = (SELECT max(n.version) FROM sessionkit_schema n)`

	segmentsAt = `SELECT c.packed_seq, g.segment, g.sessions, g.oldest_us, g.newest_us, g.search_key
FROM sessionkit_companies c
LEFT JOIN sessionkit_segments g ON g.company = :company AND g.oldest_us <= :newest_us AND g.newest_us >= :oldest_us
WHERE c.company = :company
ORDER BY g.segment{lock}`

	allBlocks = `SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = :company AND b.segment = :segment{lock}`

	// The upper bound of the tail, the company's last change, excludes no rows. But the planner
	// needs it: its statistics of change numbers are of all companies together, and by those the
	// changes after one of a smaller company would be a large part of the table.
	countTail = `SELECT {counts}
FROM sessionkit_sessions s{by change}
WHERE s.company = :company AND s.changed_seq > :packed AND s.changed_seq <= :seq`

	tailKeys = `SELECT s.created_us, s.id, s.changed_seq
FROM sessionkit_sessions s{by change}
WHERE s.company = :company AND s.changed_seq > :packed AND s.changed_seq <= :seq
ORDER BY s.changed_seq
LIMIT :limit`

	changedSince = `SELECT s.created_us, s.id
FROM sessionkit_sessions s{by change}
WHERE s.company = :company AND s.changed_seq > :since AND s.changed_seq <= :seq
ORDER BY s.changed_seq`

	// The order keeps PostgreSQL to the index by change numbers: see Changed.
	countChanged = `SELECT count(*)
FROM (
	SELECT s.changed_seq
	FROM sessionkit_sessions s{by change}
	WHERE s.company = :company AND s.changed_seq > :since AND s.changed_seq <= :seq
	ORDER BY s.changed_seq
	LIMIT :limit
) s`

	idsOf = `SELECT s.changed_seq, s.id
FROM {changed sessions}
WHERE s.company = :company{with changes}`

	sessionsOf = `SELECT s.id, {packed}
FROM {changed sessions}
WHERE {condition}{with changes}`

	countOf = `SELECT count(*)
FROM {changed sessions}
WHERE {condition} AND s.created_us >= :oldest_us AND s.created_us <= :newest_us{with changes}`

	sessionsAt = `SELECT s.id, {packed}
FROM sessionkit_sessions s
WHERE s.company = :company AND {instants}`

	present = `SELECT count(*), count(CASE WHEN search_key = :search_key THEN 1 END)
FROM sessionkit_segments
WHERE company = :company AND {segments}`

	keysOf = `SELECT s.changed_seq, s.search_key
FROM {changed sessions}
WHERE s.company = :company{with changes}`

	// A session that has changed since its key was computed has another number, and keeps its key.
	setKeys = `UPDATE sessionkit_sessions
SET search_key = {key}
WHERE company = :company AND {changes}`

	setSearchKey = `UPDATE sessionkit_companies
SET search_key = :search_key
WHERE company = :company`

	unsetSearchKey = setSearchKey + ` AND search_key > 0`

	claimSegments = `UPDATE sessionkit_segments
SET search_key = :search_key
WHERE company = :company AND {segments}`

	totals = `SELECT count(*), count(CASE WHEN s.changed_seq <= :packed THEN 1 END), count(CASE WHEN s.changed_seq > :seq THEN 1 END)
FROM sessionkit_sessions s
WHERE s.company = :company`

	orphans = `SELECT count(*)
FROM sessionkit_blocks b
LEFT JOIN sessionkit_segments g ON g.company = :company AND g.segment = b.segment
WHERE b.company = :company AND g.segment IS NULL`

	setPacked = `UPDATE sessionkit_companies
SET packed_seq = :packed
WHERE company = :company`

	touchCompany = `UPDATE sessionkit_companies
SET seq = seq
WHERE company = :company`

	setForgot = `UPDATE sessionkit_companies
SET forgot_seq = :seq
WHERE company = :company`

	// MariaDB assigns from left to right, and forgot_seq needs the old seq: seq comes last.
	resetPacked = `UPDATE sessionkit_companies
SET packed_seq = 0, forgot_seq = seq, search_key = 0, total = (SELECT count(*) FROM sessionkit_sessions s WHERE s.company = :company),
	seq = coalesce((SELECT max(s.changed_seq) FROM sessionkit_sessions s WHERE s.company = :company AND s.changed_seq > sessionkit_companies.seq), seq)
WHERE company = :company`

	insertSegments = `INSERT INTO sessionkit_segments (company, segment, sessions, dead, oldest_us, newest_us, search_key)
VALUES {rows}`

	putSegments = insertSegments + `
ON CONFLICT (company, segment) DO UPDATE SET dead = excluded.dead`

	insertBlocks = `INSERT INTO sessionkit_blocks (company, segment, name, data)
VALUES {rows}`

	putBlocks = insertBlocks + `
ON CONFLICT (company, segment, name) DO UPDATE SET data = excluded.data`

	deleteSomeBlocks = `DELETE FROM sessionkit_blocks
WHERE company = :company AND ({blocks})`

	deleteSegments = `DELETE FROM sessionkit_segments
WHERE company = :company AND {segments}`

	deleteBlocks = `DELETE FROM sessionkit_blocks
WHERE company = :company AND {segments}`

	deleteAllSegments = `DELETE FROM sessionkit_segments
WHERE company = :company`

	deleteAllBlocks = `DELETE FROM sessionkit_blocks
WHERE company = :company`
)

// Block identifies a block of a segment.
type Block struct {
	Segment int64
	Name    string
}

// Numbers returns the condition that a column is one of some numbers. Its text does not depend on
// how many there are, or only by powers of two.
func (e *Engine) Numbers(column string, list []int64) Part {
	switch e.Dialect {
	case filter.Postgres:
		p := bigints(list)
		p.Text = column + " = ANY (" + p.Text + ")"
		return p
	case filter.SQLite:
		return Part{column + " IN (SELECT value FROM json_each(?))", []any{numbers(list, "[", "]")}}
	}
	return in(column, list)
}

// Changed adds to the arguments of a read those that select the sessions of a company whose last
// changes have some numbers. No number may occur twice.
func (e *Engine) Changed(args Args, company string, list []int64) Args {
	args["changes"] = e.Numbers("s.changed_seq", list)
	if e.lookUps {
		args["company"], args["changes"] = company, bigints(list)
	}
	return args
}

// Deleted is [Engine.Changed] for DeleteSessions, in which the table has no alias.
func (e *Engine) Deleted(company string, list []int64) Args {
	if e.lookUps {
		return e.Changed(Args{}, company, list)
	}
	return Args{"company": company, "changes": e.Numbers("changed_seq", list)}
}

// IDs returns some IDs, at least one, for Stored, Held and TombstonesOf.
func (e *Engine) IDs(list []string) Part {
	if e.lookUps {
		return Part{"CAST(CAST(? AS text) AS text[])", []any{array(list)}}
	}
	return Padded(list)
}

// Instants returns some creation times for SessionsAt.
func (e *Engine) Instants(list []int64) Part {
	if e.lookUps {
		return bigints(list)
	}
	return e.Numbers("s.created_us", list)
}

// bigints returns numbers as an array of PostgreSQL.
func bigints(list []int64) Part {
	return Part{"CAST(CAST(? AS text) AS bigint[])", []any{numbers(list, "{", "}")}}
}

// numbers writes numbers as an array of PostgreSQL or JSON.
func numbers(list []int64, begin, end string) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.FormatInt(n, 10)
	}
	return begin + strings.Join(texts, ",") + end
}

// in returns the condition that a column is one of some values.
func in[T any](column string, list []T) Part {
	p := Padded(list)
	p.Text = column + " IN (" + p.Text + ")"
	return p
}

// powerOfTwo rounds up to a power of two, so that statements have few different texts.
func powerOfTwo(n int) int {
	power := 1
	for power < n {
		power *= 2
	}
	return power
}

// array writes texts as an array of PostgreSQL.
func array(list []string) string {
	var b strings.Builder
	for i, text := range list {
		b.WriteByte("{,"[min(i, 1)])
		appendElement(&b, text)
	}
	return b.String() + "}"
}

// asJSON writes texts as JSON.
func asJSON(v any) string {
	text, _ := json.Marshal(v) //nolint:errchkjson // texts always encode
	return string(text)
}

// MostBlocks is how many blocks a statement takes at once if its text has each of them, such as
// with [OneOf].
const MostBlocks = 256

// NamedBlocks returns a statement that reads the blocks of :company with some names, of each of
// some segments, and its arguments. By its statistics an engine might prefer to read the whole
// table. The statement makes it look up each block.
func (e *Engine) NamedBlocks(company string, segments []int64, names []string, lock string) (Statement, Args) {
	args := e.named(company, segments, names)
	switch e.Dialect {
	case filter.Postgres:
		return `SELECT b.segment, b.name, b.data
FROM {segments}
CROSS JOIN {names}
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_blocks b
	WHERE b.company = :company AND b.segment = u.segment AND b.name = n.name COLLATE "C"
	OFFSET 0
) b`, args
	case filter.SQLite:
		return `SELECT b.segment, b.name, b.data
FROM {segments}
CROSS JOIN {names}
CROSS JOIN sessionkit_blocks b ON b.company = :company AND b.segment = u.segment AND b.name = n.name`, args
	}
	args["segments"], args["names"], args["lock"] = in("b.segment", segments), in("b.name", names), Part{Text: lock}
	return `SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = :company AND {segments} AND {names}{lock}`, args
}

// mostListedBlocks is how many blocks a statement takes at once if they are an argument, and not in
// its text.
const mostListedBlocks = 4096

// OneOf returns the condition that a block is one of some blocks.
func OneOf(list []Block) Part {
	return repeated(list, " OR ", "segment = ? AND name = ?", func(b Block) []any { return []any{b.Segment, b.Name} })
}

// ListBlocks returns the statement of NamedBlocks for names before "M", which are those of lists,
// and for a large part of a company's segments. An index has the lists of one name together:
// reading them one after another takes a tenth of the time of looking each of them up. MariaDB
// would look up each one anyway, since its tables are in the order of their primary key.
func (e *Engine) ListBlocks(company string, segments []int64, names []string, lock string) (Statement, Args) {
	args := e.named(company, segments, names)
	switch e.Dialect {
	case filter.Postgres:
		return `SELECT b.segment, b.name, b.data
FROM {names}
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_blocks b
	WHERE b.company = :company AND b.name = n.name COLLATE "C" AND b.name < 'M'
	OFFSET 0
) b
WHERE b.segment IN (SELECT u.segment FROM {segments})`, args
	case filter.SQLite:
		return `SELECT b.segment, b.name, b.data
FROM {names}
CROSS JOIN sessionkit_blocks b INDEXED BY sessionkit_blocks_lists ON b.company = :company AND b.name = n.name AND b.name < 'M'
WHERE +b.segment IN (SELECT u.segment FROM {segments})`, args
	}
	return e.NamedBlocks(company, segments, names, lock)
}

// named returns arguments with a table u of segments and a table n of names.
func (e *Engine) named(company string, segments []int64, names []string) Args {
	if e.Dialect == filter.Postgres {
		// The subqueries hide the lengths of the arrays from the planner. If it knew them, short ones
		// would look cheaper than its generic plan, and it would plan each statement anew.
		return Args{
			"company":  company,
			"segments": Part{"unnest((SELECT CAST(CAST(? AS text) AS bigint[]))) u(segment)", []any{numbers(segments, "{", "}")}},
			"names":    Part{"unnest((SELECT CAST(CAST(? AS text) AS text[]))) n(name)", []any{array(names)}},
		}
	}
	return Args{
		"company":  company,
		"segments": Part{"(SELECT value AS segment FROM json_each(?)) u", []any{numbers(segments, "[", "]")}},
		"names":    Part{"(SELECT value AS name FROM json_each(?)) n", []any{asJSON(names)}},
	}
}

// ExactBlocks returns a statement that reads some blocks of :company, and its arguments.
func (e *Engine) ExactBlocks(company string, list []Block, lock string) (Statement, Args) {
	args := Args{"company": company, "blocks": e.blocks(list)}
	switch e.Dialect {
	case filter.Postgres:
		return `SELECT b.segment, b.name, b.data
FROM {blocks}
JOIN LATERAL (
	SELECT *
	FROM sessionkit_blocks b
	WHERE b.company = :company AND b.segment = p.segment AND b.name = p.name
	OFFSET 0
) b ON true`, args
	case filter.SQLite:
		return `SELECT b.segment, b.name, b.data
FROM {blocks}
CROSS JOIN sessionkit_blocks b ON b.company = :company AND b.segment = p.segment AND b.name = p.name`, args
	}
	args["blocks"] = repeated(list, " OR ", "b.segment = ? AND b.name = ?", func(b Block) []any { return []any{b.Segment, b.Name} })
	args["lock"] = Part{Text: lock}
	return `SELECT b.segment, b.name, b.data
FROM sessionkit_blocks b
WHERE b.company = :company AND ({blocks}){lock}`, args
}

// NextBlocks returns a statement that reads, for each of some names, the first block of :company
// whose name is not less, and its arguments. MariaDB uses a range of an index only if its bounds
// are constants.
func (e *Engine) NextBlocks(company string, list []Block, lock string) (Statement, Args) {
	switch e.Dialect {
	case filter.Postgres:
		return `SELECT b.segment, b.name, b.data
FROM {blocks}
CROSS JOIN LATERAL (
	SELECT *
	FROM sessionkit_blocks b
	WHERE b.company = :company AND b.segment = p.segment AND b.name >= p.name
	ORDER BY b.name
	LIMIT 1
) b`, Args{"company": company, "blocks": e.blocks(list)}
	case filter.SQLite:
		return `SELECT b.segment, b.name, b.data
FROM {blocks}
CROSS JOIN sessionkit_blocks b ON b.company = :company AND b.segment = p.segment AND b.name = (
	SELECT x.name
	FROM sessionkit_blocks x
	WHERE x.company = :company AND x.segment = p.segment AND x.name >= p.name
	ORDER BY x.name
	LIMIT 1
)`, Args{"company": company, "blocks": e.blocks(list)}
	}
	one := `(
	SELECT b.segment, b.name, b.data
	FROM sessionkit_blocks b
	WHERE b.company = ? AND b.segment = ? AND b.name >= ?
	ORDER BY b.name
	LIMIT 1` + lock + `
)`
	return "{blocks}", Args{"blocks": repeated(list, "\nUNION ALL\n", one, func(b Block) []any { return []any{company, b.Segment, b.Name} })}
}

// repeated repeats a text for each block, and then for the last block, until the number of texts is
// a power of two.
func repeated(list []Block, between, text string, values func(Block) []any) Part {
	n := powerOfTwo(len(list))
	p := Part{Text: text + strings.Repeat(between+text, n-1)}
	for i := range n {
		p.Args = append(p.Args, values(list[min(i, len(list)-1)])...)
	}
	return p
}

// blocks returns a table p of segments and names.
func (e *Engine) blocks(list []Block) Part {
	if e.Dialect == filter.Postgres {
		segments, names := make([]int64, len(list)), make([]string, len(list))
		for i, b := range list {
			segments[i], names[i] = b.Segment, b.Name
		}
		return Part{`(
	SELECT u.segment, u.name COLLATE "C" AS name
	FROM unnest(CAST(CAST(? AS text) AS bigint[]), CAST(CAST(? AS text) AS text[])) u(segment, name)
) p`, []any{numbers(segments, "{", "}"), array(names)}}
	}
	pairs := make([][2]string, len(list))
	for i, b := range list {
		pairs[i] = [2]string{strconv.FormatInt(b.Segment, 10), b.Name}
	}
	return Part{`(
	SELECT CAST(json_extract(j.value, '$[0]') AS INTEGER) AS segment, json_extract(j.value, '$[1]') AS name
	FROM json_each(?) j
) p`, []any{asJSON(pairs)}}
}
