package engine

// The statements that remove sessions.
const (
	tombstonesOf = `SELECT t.id
FROM sessionkit_tombstones t
WHERE t.company = :company AND t.id IN ({ids}) AND (t.until_us = 0 OR t.until_us > :now_us){lock}`

	insertTombstones = `INSERT INTO sessionkit_tombstones (company, id, version, until_us)
VALUES {rows}`

	putTombstones = insertTombstones + `
ON CONFLICT (company, id) DO UPDATE SET until_us = excluded.until_us`

	insertEntombed = `INSERT INTO sessionkit_tombstones (company, id, version, until_us)
SELECT s.company, s.id, s.version, CAST(:until_us AS bigint)
FROM {changed sessions}
WHERE s.company = :company{with changes}`

	entomb = insertEntombed + `
ON CONFLICT (company, id) DO UPDATE SET version = excluded.version, until_us = excluded.until_us`

	expireTombstones = `DELETE FROM sessionkit_tombstones
WHERE company = :company AND until_us > 0 AND until_us <= :now_us`

	undead = `SELECT count(*)
FROM sessionkit_tombstones t
JOIN sessionkit_sessions s ON s.company = :company AND s.id = t.id
WHERE t.company = :company AND (t.until_us = 0 OR t.until_us > :now_us)`

	setTombstones = `UPDATE sessionkit_companies
SET tombstones = 1
WHERE company = :company`

	setPurged = `UPDATE sessionkit_companies
SET tombstones = 1, purged_seq = seq, forgot_seq = seq
WHERE company = :company`

	deleteSessions = `DELETE FROM sessionkit_sessions
WHERE company = :company AND {changes}`
)
