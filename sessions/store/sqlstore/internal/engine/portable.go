package engine

import (
	"strings"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// The statements that every engine takes as they are. {columns} and {names} are filled in when an
// Engine is made.
const (
	version = `SELECT version, search_key, bucket_bits
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1`

	state = `SELECT v.version, v.search_key, v.bucket_bits, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = :company),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = :company)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1`

	// All are of one moment: what comes in afterwards is a later change.
	edges = `SELECT v.version, v.search_key, v.bucket_bits, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = :company),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = :company),
	(SELECT max(s.created_us) FROM sessionkit_sessions s WHERE s.company = :company),
	(SELECT min(s.created_us) FROM sessionkit_sessions s WHERE s.company = :company)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1`

	newHistory = `UPDATE sessionkit_schema
SET history = :history
WHERE version = :version AND search_key = :search_key AND bucket_bits = :bucket_bits`

	// ofSchema selects one row if the tables are of a version, and otherwise none.
	ofSchema = `FROM sessionkit_schema v
WHERE v.version = :version AND v.search_key = :search_key AND v.bucket_bits = :bucket_bits
	AND v.version = (SELECT max(n.version) FROM sessionkit_schema n)`

	session = `SELECT {columns}
FROM sessionkit_sessions r
WHERE r.company = :company AND r.id = :id`

	get = session + `
	AND EXISTS (SELECT 1 ` + ofSchema + `)`

	stored = `SELECT {columns}
FROM sessionkit_sessions r
WHERE r.company = :company AND r.id IN ({ids})`

	giveBack = `UPDATE sessionkit_companies
SET seq = seq - :known, total = total - :known
WHERE company = :company`

	insertSessions = `INSERT INTO sessionkit_sessions ({names})
VALUES {rows}`

	insertTerms = `INSERT INTO sessionkit_terms (company, bucket, term, created_us, id)
VALUES {rows}`

	// The whole key of the list is given, so that no engine needs a second index to find the row.
	updateSession = `UPDATE sessionkit_sessions
SET {assignments}
WHERE company = :company AND created_us = :created_us AND id = :id AND revision = :revision`

	deleteTerms = `DELETE FROM sessionkit_terms
WHERE company = :company AND bucket = :bucket AND created_us = :created_us AND id = :id AND term IN ({terms})`
)

// Statements that two of the engines share.
const (
	changes = `SELECT {columns}
FROM sessionkit_sessions r
WHERE r.company = :company AND r.changed_seq > :since
ORDER BY r.changed_seq
LIMIT :limit`

	followsByPairs = `SELECT 1
FROM sessionkit_sessions s
WHERE s.company = :company
	AND (s.created_us, s.id) < (:after_us, :after_id) AND (s.created_us, s.id) >= (:floor_us, :floor_id)
LIMIT 1`

	streamByPairs = `SELECT {selected}
FROM sessionkit_sessions s
WHERE {condition}
	AND (s.created_us, s.id) < (:after_us, :after_id) AND (s.created_us, s.id) >= (:floor_us, :floor_id)
ORDER BY s.created_us DESC, s.id DESC`
)

// fill writes what is the same in every call into the statements of an engine.
func (e *Engine) fill() *Engine {
	e.Version, e.State, e.Edges, e.NewHistory, e.Get = version, state, edges, newHistory, get
	e.GiveBack, e.InsertSessions, e.InsertTerms, e.UpdateSession, e.DeleteTerms = giveBack, insertSessions, insertTerms, updateSession, deleteTerms
	names := strings.NewReplacer(
		"{columns}", Selected("r", row.Readable()),
		"{packed columns}", e.Packed("r", row.Readable()),
		"{names}", lines(row.All().Names(), ", "),
	)
	for _, s := range []*Statement{
		&e.Get, &e.Stored, &e.Hold, &e.Changes, &e.Page, &e.NewestPage, &e.InsertSessions, &e.InsertNew,
	} {
		*s = Statement(names.Replace(string(*s)))
	}
	return e
}
