-- save; save again; purge
-- BeginTx, Default

-- save; save again
INSERT INTO sessionkit_settings (company, revision, subject, saved_us, settings)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT (company, revision) DO NOTHING;

-- save; save again; purge
SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = ?),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = ?)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- save; save again; purge
-- Commit

-- save again
SELECT h.revision
FROM sessionkit_settings h
WHERE h.company = ? AND h.revision = ?;

-- read; history
SELECT h.revision, h.subject, h.saved_us, h.settings
FROM sessionkit_settings h
WHERE h.company = ? AND h.revision < ?
ORDER BY h.revision DESC
LIMIT ?;

-- purge
DELETE FROM sessionkit_settings
WHERE company = ?;
