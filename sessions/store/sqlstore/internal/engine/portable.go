package engine

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// The statements that are the same for all engines. Lists of columns, such as {columns} and
// {names}, are filled in when an Engine is made, see fill.
const (
	version = `SELECT version
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1`

	oldest = `SELECT oldest
FROM sessionkit_schema
ORDER BY version DESC
LIMIT 1`

	nextCompany = `SELECT company
FROM sessionkit_companies
WHERE company > :after
ORDER BY company
LIMIT 1`

	unpacked = `SELECT c.company
FROM sessionkit_companies c
WHERE c.seq - c.packed_seq > :tail
	OR c.search_key <> :search_key AND NOT EXISTS (
		SELECT 1
		FROM sessionkit_segments g
		WHERE g.company = c.company AND g.search_key <> :search_key
	)
ORDER BY c.company`

	recorded = `SELECT version, name, checksum, applied_us
FROM sessionkit_migrations
ORDER BY version`

	state = `SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = :company),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = :company),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = :company)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1`

	newHistory = `UPDATE sessionkit_schema
SET history = :history
WHERE version >= :version AND oldest <= :version`

	// ofSchema selects one row if the package of version :version works on the tables, and
	// otherwise none.
	ofSchema = `FROM sessionkit_schema v
WHERE v.version >= :version AND v.oldest <= :version AND v.version = (SELECT max(n.version) FROM sessionkit_schema n)`

	session = `SELECT {columns}
FROM sessionkit_sessions r
WHERE r.company = :company AND r.id = :id`

	get = session + `
	AND EXISTS (SELECT 1 ` + ofSchema + `)`

	held = `SELECT {whole}
FROM sessionkit_sessions r
WHERE r.company = :company AND r.id IN ({ids})`

	stored = held + `
	AND EXISTS (SELECT 1 ` + ofSchema + `)`

	settle = `UPDATE sessionkit_companies
SET seq = seq - :unused, total = total + :added
WHERE company = :company`

	insertSessions = `INSERT INTO sessionkit_sessions ({names})
{rows}`
)

// Statements that PostgreSQL and SQLite share.
const (
	insertNew = insertSessions + `
ON CONFLICT (company, id) DO NOTHING`

	replaceSessions = insertSessions + `
ON CONFLICT (company, id) DO UPDATE
SET {replaced}
WHERE sessionkit_sessions.revision = excluded.revision - 1`

	changes = `SELECT {columns}
FROM sessionkit_sessions r
WHERE r.company = :company AND r.changed_seq > :since
ORDER BY r.changed_seq
LIMIT :limit`

	streamByPairs = `SELECT {selected}
FROM sessionkit_sessions s
WHERE {condition}
	AND (s.created_us, s.id) < (:after_us, :after_id) AND (s.created_us, s.id) >= (:floor_us, :floor_id)
ORDER BY s.created_us DESC, s.id DESC`
)

// fill sets the statements that an engine has in common with others, and fills in the parts of all
// statements that are the same in every call.
func (e *Engine) fill() *Engine {
	e.Version, e.Oldest, e.NextCompany, e.Recorded, e.Unpacked = version, oldest, nextCompany, recorded, unpacked
	e.State, e.NewHistory, e.Get = state, newHistory, get
	e.Stored, e.Settle = cmp.Or(e.Stored, stored), settle
	e.Directory, e.SegmentsAt, e.AllBlocks, e.Present, e.Orphans = directory, segmentsAt, allBlocks, present, orphans
	e.PutSegments, e.PutBlocks, e.DeleteSomeBlocks = cmp.Or(e.PutSegments, putSegments), cmp.Or(e.PutBlocks, putBlocks), deleteSomeBlocks
	e.DeleteSegments, e.DeleteBlocks, e.DeleteAllSegments, e.DeleteAllBlocks = deleteSegments, deleteBlocks, deleteAllSegments, deleteAllBlocks
	e.SetPacked, e.SetForgot, e.ResetPacked, e.TouchCompany = setPacked, setForgot, resetPacked, touchCompany
	e.CountTail, e.TailKeys, e.ChangedSince, e.CountChanged, e.IDsOf, e.SessionsOf = countTail, tailKeys, changedSince, countChanged, idsOf, sessionsOf
	e.CountOf, e.SessionsAt, e.Totals = countOf, cmp.Or(e.SessionsAt, sessionsAt), totals
	e.TombstonesOf, e.DeleteSessions = cmp.Or(e.TombstonesOf, tombstonesOf), cmp.Or(e.DeleteSessions, deleteSessions)
	e.ExpireTombstones, e.Undead = expireTombstones, undead
	e.SetTombstones, e.SetPurged = setTombstones, setPurged
	e.PutTombstones, e.Entomb = cmp.Or(e.PutTombstones, putTombstones), cmp.Or(e.Entomb, entomb)
	e.KeysOf, e.SetKeys, e.SetSearchKey, e.UnsetSearchKey, e.ClaimSegments = keysOf, setKeys, setSearchKey, unsetSearchKey, claimSegments
	e.SettingsHistory, e.SettingsOf, e.DeleteSettings, e.SaveSettings = settingsHistory, settingsOf, deleteSettings, cmp.Or(e.SaveSettings, saveSettings)
	e.AppendAudit, e.AuditPage, e.AuditAfter, e.DeleteAudit = appendAudit, cmp.Or(e.AuditPage, auditPage), auditAfter, deleteAudit
	e.MostNamed = cmp.Or(e.MostNamed, math.MaxInt)
	e.MostExact, e.MostNext = cmp.Or(e.MostExact, mostListedBlocks), cmp.Or(e.MostNext, mostListedBlocks)
	if e.Replaced == 0 {
		e.InsertSessions, e.ReplaceSessions, e.Replaced = insertNew, replaceSessions, 1
	}
	// MariaDB assigns one column after another, and each assignment compares the revision: set it
	// last.
	replace := cmp.Or(e.replace, "%[1]s = excluded.%[1]s")
	isRevision := func(name string) bool { return name == "revision" }
	replaced := append(slices.DeleteFunc(row.Mutable().Names(), isRevision), "revision")
	for i, name := range replaced {
		replaced[i] = fmt.Sprintf(replace, name)
	}
	changed, with := "sessionkit_sessions s"+e.byChange, " AND {changes}"
	if e.lookUps {
		changed, with = lookedUp, ""
	}
	names := strings.NewReplacer(
		"{changed sessions}", changed,
		"{with changes}", with,
		"{columns}", Selected("r", row.Readable()),
		"{whole}", Selected("r", row.Whole()),
		"{replaced}", lines(replaced),
		"{packed columns}", e.Packed("r", row.Readable()),
		"{packed}", e.Packed("s", row.Readable()),
		"{by change}", e.byChange,
		"{names}", lines(row.All().Names()),
	)
	for _, s := range []*Statement{
		&e.Get, &e.Stored, &e.Held, &e.Changes, &e.Page, &e.InsertSessions, &e.ReplaceSessions, &e.TailPage, &e.CountTail, &e.TailKeys,
		&e.ChangedSince, &e.CountChanged, &e.IDsOf, &e.SessionsOf, &e.CountOf, &e.SessionsAt, &e.Entomb, &e.KeysOf,
	} {
		*s = Statement(names.Replace(string(*s)))
	}
	return e
}
