-- save; save again; purge
-- BeginTx, Read Committed

-- save; save again
INSERT INTO sessionkit_settings (company, revision, subject, saved_us, settings)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (company, revision) DO NOTHING;

-- save; save again; purge
SELECT v.version, v.oldest, v.history,
	(SELECT c.seq FROM sessionkit_companies c WHERE c.company = $1),
	(SELECT c.total FROM sessionkit_companies c WHERE c.company = $2),
	(SELECT c.purged_seq FROM sessionkit_companies c WHERE c.company = $3)
FROM sessionkit_schema v
ORDER BY v.version DESC
LIMIT 1;

-- save; save again; purge
-- Commit

-- save again
SELECT h.revision
FROM sessionkit_settings h
WHERE h.company = $1 AND h.revision = $2;

-- read; history
SELECT h.revision, h.subject, h.saved_us, h.settings
FROM sessionkit_settings h
WHERE h.company = $1 AND h.revision < $2
ORDER BY h.revision DESC
LIMIT $3;

-- purge
DELETE FROM sessionkit_settings
WHERE company = $1;
