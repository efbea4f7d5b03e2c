package engine

import (
	"strings"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// The statements that every engine takes as they are. {columns} and {names} are filled in when an Engine is made.
const (
	version = `SELECT version, search_key, bucket_bits
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1`

	company = `SELECT seq, total
FROM sessionkit_companies
WHERE company = :company`

	// All three are of one moment: what comes in afterwards is a later change.
	edges = `SELECT
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = :company),
	(SELECT max(s.created_us) FROM sessionkit_sessions s WHERE s.company = :company),
	(SELECT min(s.created_us) FROM sessionkit_sessions s WHERE s.company = :company)`

	get = `SELECT {columns}
FROM sessionkit_sessions r
WHERE r.company = :company AND r.id = :id`

	stored = `SELECT {columns}
FROM sessionkit_sessions r
WHERE r.company = :company AND r.id IN ({ids})`

	lowerTotal = `UPDATE sessionkit_companies
SET total = total - :known
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
	e.Version, e.Company, e.Edges, e.Get, e.Stored = version, company, edges, get, stored
	e.LowerTotal, e.InsertSessions, e.InsertTerms, e.UpdateSession, e.DeleteTerms = lowerTotal, insertSessions, insertTerms, updateSession, deleteTerms
	names := strings.NewReplacer(
		"{columns}", Selected("r", row.Readable()),
		"{packed columns}", e.Packed("r", row.Readable()),
		"{names}", lines(row.All().Names(), ", "),
	)
	for _, s := range []*Statement{
		&e.Get, &e.Stored, &e.Hold, &e.Changes, &e.Page, &e.NewestPage, &e.InsertSessions,
	} {
		*s = Statement(names.Replace(string(*s)))
	}
	return e
}
