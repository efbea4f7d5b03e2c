package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// Trail stores the audit trails of companies in the table sessionkit_audit. One statement appends
// an entry. Trail may be used by many goroutines at once.
type Trail struct{ in tables }

var _ store.AuditTrail = (*Trail)(nil)

// Trail returns the audit trails of companies, for [store.Options].
func (b *Backend) Trail() *Trail { return &Trail{b} }

// Trail returns the audit trails within the transaction, see [Backend.Tx]. Appended entries are
// stored when the caller commits.
func (t *Tx) Trail() *Trail { return &Trail{t} }

const (
	opAudit = "audit"

	scannedAuditEntries = 2_000 // entries that a page looks at if no index finds all that it needs
	deletedAuditEntries = 2_000 // approximate number of entries that one transaction deletes
)

// AppendAudit implements [store.AuditTrail].
func (t *Trail) AppendAudit(ctx context.Context, e store.AuditEntry) (err error) {
	ctx, w := t.in.watch(ctx, opAudit, e.Company)
	defer w.End(&err)
	if err := checkKey(e.Company, "any"); err != nil {
		return err
	}
	return t.in.at(ctx, opAudit, true, func(c conn) error {
		result, err := c.affect(ctx, c.engine.AppendAudit, ofSchema(engine.Args{
			"company": e.Company, "at_us": e.At.UnixMicro(), "id": e.ID, "subject": e.Subject, "role": string(e.Role),
			"action": string(e.Action), "outcome": string(e.Outcome), "session": e.Session, "query": e.Query, "old_settings": e.Old,
			"new_settings": e.New, "sessions": e.Rows, "bytes": e.Bytes, "digest": e.SHA256, "reason": e.Reason,
		}))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		switch {
		case err != nil:
			return failed(ctx, c.op, err)
		case n == 0:
			return c.otherSchema(ctx)
		}
		return nil
	})
}

// AuditEntries implements [store.AuditTrail]. Queries by subject, session or time use an index.
// Queries by action look at up to 2,000 entries for a page.
func (t *Trail) AuditEntries(ctx context.Context, sel store.AuditSelection) (_ store.AuditBatch, err error) {
	ctx, w := t.in.watch(ctx, opAudit, sel.Company)
	defer w.End(&err)
	if err := checkKey(sel.Company, "any"); err != nil {
		return store.AuditBatch{}, err
	}
	after := positionOf(sel.After)
	if !sel.Until.IsZero() {
		if until := positionOf(store.Position{CreatedAt: sel.Until}); until.after(after) {
			after = until
		}
	}
	from := int64(math.MinInt64)
	if !sel.From.IsZero() {
		from = positionOf(store.Position{CreatedAt: sel.From}).us
	}
	var of engine.Part
	looks := sel.Limit + 1
	switch {
	case sel.Session != "": // a session has fewer entries than a person
		of = engine.Part{Text: " AND a.session = ?", Args: []any{sel.Session}}
	case sel.Subject != "":
		of = engine.Part{Text: " AND a.subject = ?", Args: []any{sel.Subject}}
	}
	// The index decides only one of these, so look at more entries than the page needs.
	if len(sel.Actions) > 0 || sel.Session != "" && sel.Subject != "" {
		looks = max(looks, scannedAuditEntries)
	}
	args := engine.Args{"company": sel.Company, "of": of, "after_us": after.us, "after_id": after.id, "from_us": from, "limit": looks}
	var batch store.AuditBatch
	err = t.in.at(ctx, opAudit, false, func(c conn) error {
		batch = store.AuditBatch{} // a read may be repeated
		var looked int
		var last store.Position
		err := c.rows(ctx, c.engine.AuditPage, args, func(rows *sql.Rows) error {
			if len(batch.Entries) == sel.Limit { // this entry shows that there are others
				batch.Reached = last
				return errEnough
			}
			e := store.AuditEntry{Company: sel.Company}
			var us int64
			err := rows.Scan(&us, &e.ID, &e.Subject, &e.Role, &e.Action, &e.Outcome, &e.Session, &e.Query, &e.Old, &e.New, &e.Rows, &e.Bytes, &e.SHA256, &e.Reason)
			if err != nil {
				return failed(ctx, c.op, err)
			}
			e.At = time.UnixMicro(us).UTC()
			looked, last = looked+1, e.Position()
			if sel.Selects(&e) {
				batch.Entries = append(batch.Entries, e)
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
		if err == nil && looked == looks {
			batch.Reached = last
		}
		return nil
	})
	if err != nil {
		return store.AuditBatch{}, err
	}
	return batch, nil
}

// DeleteAudit implements [store.AuditTrail], in transactions of about 2,000 entries.
func (t *Trail) DeleteAudit(ctx context.Context, company string, before time.Time, most int) (_ int, err error) {
	ctx, w := t.in.watch(ctx, opAudit, company)
	defer w.End(&err)
	if err := checkKey(company, "any"); err != nil {
		return 0, err
	}
	end := int64(math.MaxInt64)
	if !before.IsZero() {
		end = positionOf(store.Position{CreatedAt: before}).us
	}
	for deleted := 0; ; {
		part := deletedAuditEntries
		if most > 0 {
			part = min(part, most-deleted)
		}
		n, last := 0, false
		err := t.in.atOnce(ctx, opAudit, func(c conn) (err error) {
			n, last, err = c.deleteAudit(ctx, company, end, part)
			return err
		})
		if err != nil {
			return deleted, err
		}
		if deleted += n; last || most > 0 && deleted >= most {
			return deleted, nil
		}
	}
}

// deleteAudit deletes the oldest entries of a company before a time: either about as many as part,
// or all of them, and then it reports true.
func (c conn) deleteAudit(ctx context.Context, company string, before int64, part int) (n int, last bool, err error) {
	var us int64
	err = c.first(ctx, c.engine.AuditAfter, engine.Args{"company": company, "before_us": before, "skip": part - 1}, &us)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		last = true
	case err != nil:
		return 0, false, err
	default:
		before = us + 1 // delete entries of the same time together
	}
	result, err := c.affect(ctx, c.engine.DeleteAudit, engine.Args{"company": company, "before_us": before})
	if err != nil {
		return 0, false, err
	}
	affected, err := result.RowsAffected()
	if err != nil {
		return 0, false, failed(ctx, c.op, err)
	}
	// The schema may have moved on.
	_, err = c.state(ctx, company)
	return int(affected), last, err
}
