package engine

// The statements of the settings of companies and of their audit trail.
const (
	settingsHistory = `SELECT h.revision, h.subject, h.saved_us, h.settings
FROM sessionkit_settings h
WHERE h.company = :company AND h.revision < :before
ORDER BY h.revision DESC
LIMIT :limit`

	insertSettings = `INSERT INTO sessionkit_settings (company, revision, subject, saved_us, settings)
VALUES (:company, :revision, :subject, :saved_us, :settings)`

	saveSettings = insertSettings + `
ON CONFLICT (company, revision) DO NOTHING`

	settingsOf = `SELECT h.revision
FROM sessionkit_settings h
WHERE h.company = :company AND h.revision = :revision{lock}`

	deleteSettings = `DELETE FROM sessionkit_settings
WHERE company = :company`

	appendAudit = `INSERT INTO sessionkit_audit (company, at_us, id, subject, role, action, outcome, session, query, old_settings, new_settings, sessions, bytes, sha256, reason)
SELECT :company, :at_us, :id, :subject, :role, :action, :outcome, :session, :query, :old_settings, :new_settings, :sessions, :bytes, :digest, :reason
` + ofSchema

	auditPage = `SELECT a.at_us, a.id, a.subject, a.role, a.action, a.outcome, a.session, a.query, a.old_settings, a.new_settings, a.sessions, a.bytes, a.sha256, a.reason
FROM sessionkit_audit a
WHERE a.company = :company{of}
	AND (a.at_us, a.id) < (:after_us, :after_id) AND a.at_us >= :from_us
ORDER BY a.at_us DESC, a.id DESC
LIMIT :limit`

	auditAfter = `SELECT a.at_us
FROM sessionkit_audit a
WHERE a.company = :company AND a.at_us < :before_us
ORDER BY a.at_us, a.id
LIMIT 1 OFFSET :skip`

	deleteAudit = `DELETE FROM sessionkit_audit
WHERE company = :company AND at_us < :before_us`
)
