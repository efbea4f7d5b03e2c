package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// tables has the settings and trails: a [Backend], or a transaction of the host's.
type tables interface {
	// watch begins an operation, see [Backend.watch].
	watch(ctx context.Context, op, company string) (context.Context, *database.Watched)
	// at calls do, which may use the tables. Each of its statements may succeed alone.
	at(ctx context.Context, op string, writes bool, do func(conn) error) error
	// atOnce calls do, and writes everything or nothing.
	atOnce(ctx context.Context, op string, do func(conn) error) error
}

func (b *Backend) at(ctx context.Context, op string, writes bool, do func(conn) error) error {
	if err := b.Check(ctx); err != nil {
		return err
	}
	if writes {
		if err := b.canWrite(true); err != nil {
			return err
		}
		// Wait for the other writers here, and not in the database.
		if b.engine.OneWriter {
			end, err := b.turns.take(ctx, b.queueOf(""))
			if err != nil {
				return failed(ctx, op, err)
			}
			defer end()
		}
	}
	once := func() error {
		return b.using(ctx, op, func(c conn) error {
			if err := do(c); err != nil {
				return c.explain(ctx, err)
			}
			return nil
		})
	}
	if writes {
		return once()
	}
	return again(ctx, once)
}

func (b *Backend) atOnce(ctx context.Context, op string, do func(conn) error) error {
	var companies []string
	if b.engine != nil && b.engine.OneWriter {
		companies = []string{""} // all writers have one queue
	}
	return b.inTx(ctx, op, companies, false, func(w *write) error { return do(w.conn) }, nil)
}

func (t *Tx) watch(ctx context.Context, op, company string) (context.Context, *database.Watched) {
	return t.b.watch(ctx, op, company)
}

func (t *Tx) at(ctx context.Context, op string, writes bool, do func(conn) error) error {
	return t.inSavepoint(ctx, op, false, func(w *write) error {
		if writes {
			if err := t.b.canWrite(false); err != nil {
				return err
			}
		}
		return do(w.conn)
	}, func() {})
}

func (t *Tx) atOnce(ctx context.Context, op string, do func(conn) error) error {
	return t.at(ctx, op, true, do)
}

// checkKey returns an error if no session can have a company and an ID. Not every engine could
// store them.
func checkKey(company, id string) error {
	if company == "" {
		return store.ErrNoCompany
	}
	return (&sessions.Session{ID: id, Company: company, CreatedAt: time.Unix(0, 0), Status: sessions.Pending}).Validate()
}

// Settings stores the settings of companies in the table sessionkit_settings, with one row for each
// save. The newest row is in force, and the others are the history. Settings may be used by many
// goroutines at once.
type Settings struct {
	in     tables
	scales []far.Scale
}

var (
	_ store.Settings        = (*Settings)(nil)
	_ store.SettingsHistory = (*Settings)(nil)
	_ store.SettingsPurger  = (*Settings)(nil)
)

// Settings returns the settings of companies, for [store.Options]. Acceptance levels are on
// far.Kvalifika or on one of the given scales. Levels on other scales can be neither saved nor
// read.
func (b *Backend) Settings(scales ...far.Scale) *Settings { return &Settings{b, scales} }

// Settings returns the settings of companies within the transaction, see [Backend.Tx]. Saved
// settings are in force when the caller commits.
func (t *Tx) Settings(scales ...far.Scale) *Settings { return &Settings{t, scales} }

// opSettings is the name of the operations.
const opSettings = "settings"

// CompanySettings implements [store.Settings].
func (s *Settings) CompanySettings(ctx context.Context, company string) (store.CompanySettings, error) {
	found, err := s.CompanySettingsHistory(ctx, company, 0, 1)
	if err != nil || len(found) == 0 {
		return store.CompanySettings{}, err
	}
	return found[0].CompanySettings, nil
}

// CompanySettingsHistory implements [store.SettingsHistory].
func (s *Settings) CompanySettingsHistory(ctx context.Context, company string, before int64, limit int) (_ []store.SettingsRevision, err error) {
	ctx, w := s.in.watch(ctx, opSettings, company)
	defer w.End(&err)
	if err := checkKey(company, "any"); err != nil {
		return nil, err
	}
	if before <= 0 {
		before = math.MaxInt64
	}
	var list []store.SettingsRevision
	err = s.in.at(ctx, opSettings, false, func(c conn) error {
		list = nil // a read may be repeated
		return c.rows(ctx, c.engine.SettingsHistory, engine.Args{"company": company, "before": before, "limit": limit}, func(rows *sql.Rows) error {
			var r store.SettingsRevision
			var revision, us int64
			var subject, text string
			if err := rows.Scan(&revision, &subject, &us, &text); err != nil {
				return failed(ctx, c.op, err)
			}
			settings, err := store.ParseCompanySettings([]byte(text), s.scales...)
			if err != nil {
				return fmt.Errorf("sqlstore: settings: revision %d: %w", revision, err)
			}
			r.CompanySettings, r.Revision, r.Subject, r.At = settings, revision, subject, time.UnixMicro(us).UTC()
			list = append(list, r)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// SaveCompanySettings implements [store.Settings]. It cuts a subject that is too long, as in a
// [store.AuditEntry].
func (s *Settings) SaveCompanySettings(ctx context.Context, company string, settings store.CompanySettings, subject string) (err error) {
	ctx, w := s.in.watch(ctx, opSettings, company)
	defer w.End(&err)
	if err := checkKey(company, "any"); err != nil {
		return err
	}
	read := settings.Revision
	// Nobody can have read such a revision, and the next one has to fit the column.
	if read < 0 || read == math.MaxInt64 {
		return fmt.Errorf("sqlstore: settings: %w", store.ErrConflict)
	}
	settings.Revision++
	text, err := s.encode(settings)
	if err != nil {
		return err
	}
	return s.in.atOnce(ctx, opSettings, func(c conn) error {
		result, err := c.affect(ctx, c.engine.SaveSettings, engine.Args{
			"company": company, "revision": settings.Revision, "subject": store.AuditText(subject, store.MaxAuditKeyBytes),
			"saved_us": time.Now().UnixMicro(), "settings": text,
		})
		if err != nil {
			return err
		}
		saved, err := result.RowsAffected()
		if err != nil {
			return failed(ctx, c.op, err)
		}
		if saved == 1 && read > 0 {
			// Revisions have no gaps, so this one is the newest if the previous one exists.
			args := engine.Args{"company": company, "revision": read, "lock": engine.Part{Text: c.engine.LockRead}}
			if err := c.first(ctx, c.engine.SettingsOf, args, &read); errors.Is(err, sql.ErrNoRows) {
				saved = 0
			} else if err != nil {
				return err
			}
		}
		if saved != 1 {
			return fmt.Errorf("sqlstore: settings: %w", store.ErrConflict)
		}
		// The schema may have moved on.
		_, err = c.state(ctx, company)
		return err
	})
}

// encode returns settings as the table stores them. It refuses settings that could not be read
// back.
func (s *Settings) encode(settings store.CompanySettings) (string, error) {
	text, err := json.Marshal(settings)
	if err != nil {
		return "", fmt.Errorf("sqlstore: settings: %w", err)
	}
	read, err := store.ParseCompanySettings(text, s.scales...)
	switch {
	case err != nil:
		return "", fmt.Errorf("sqlstore: settings: %w", err)
	case !read.Equal(settings):
		// Such as a document type that is not UTF-8, or another scale with the same name.
		return "", fmt.Errorf("sqlstore: settings: %w: acceptance", sessions.ErrInvalid)
	}
	return string(text), nil
}

// PurgeCompanySettings implements [store.SettingsPurger].
func (s *Settings) PurgeCompanySettings(ctx context.Context, company string) (err error) {
	ctx, w := s.in.watch(ctx, opSettings, company)
	defer w.End(&err)
	if err := checkKey(company, "any"); err != nil {
		return err
	}
	return s.in.atOnce(ctx, opSettings, func(c conn) error {
		if err := c.exec(ctx, c.engine.DeleteSettings, engine.Args{"company": company}); err != nil {
			return err
		}
		// The schema may have moved on.
		_, err := c.state(ctx, company)
		return err
	})
}
