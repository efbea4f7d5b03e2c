package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// storage has the sessions and the settings.
type storage struct {
	backend interface {
		store.Backend
		store.Writer
	}
	settings store.Settings
	trail    store.AuditTrail
	close    func()
}

// companies returns the companies whose people can sign in, the largest first.
func companies() []generate.Company { return generate.Georgia.Companies()[:3] }

// openStorage opens a database by its DSN, in the notation of package engine. For an empty DSN it
// makes an SQLite file, which close removes.
func openStorage(ctx context.Context, dsn string) (*storage, error) {
	s := &storage{close: func() {}}
	if dsn == "memory" {
		s.backend, s.settings, s.trail = memstore.New(), &memstore.Settings{}, &memstore.Trail{}
		return s, s.accept(ctx)
	}
	remove := func() {}
	if dsn == "" {
		dir, err := os.MkdirTemp("", "sessionkit-dashboard-")
		if err != nil {
			return nil, err
		}
		remove = func() { _ = os.RemoveAll(dir) }
		dsn = "sqlite:" + filepath.Join(dir, "sessions.db")
	}
	db, dialect, err := engine.OpenServer(dsn)
	if err != nil {
		remove()
		if errors.Is(err, engine.ErrDSN) {
			return nil, fmt.Errorf("-dsn: %w, or memory", err)
		}
		return nil, fmt.Errorf("-dsn: %w", err)
	}
	s.close = func() { _ = db.Close(); remove() }
	// Each export holds a connection, and has to leave some to the others.
	if dialect == filter.SQLite {
		db.SetMaxOpenConns(16 * runtime.NumCPU())
	}
	if err := sqlstore.Migrate(ctx, db, dialect); err != nil {
		s.close()
		return nil, err
	}
	backend := sqlstore.New(db, dialect)
	s.backend, s.settings, s.trail = backend, backend.Settings(), backend.Trail()
	if err := s.accept(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// accept gives settings to every company that has none.
func (s *storage) accept(ctx context.Context) error {
	for _, c := range companies() {
		settings := store.CompanySettings{Acceptance: generate.Acceptance(), ExtraKeys: generate.ExtraKeys()}
		err := s.settings.SaveCompanySettings(ctx, c.Key, settings, "dashboard")
		if err != nil && !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return nil
}

// fill inserts n sessions of the three years before now into a database without sessions.
func (s *storage) fill(ctx context.Context, n int, seed uint64, now time.Time) error {
	some, err := s.backend.List(ctx, store.Selection{Company: companies()[0].Key, Limit: 1})
	if err != nil || len(some.Sessions) > 0 {
		return err
	}
	stream, err := generate.Sessions(generate.Options{N: n, Seed: seed, From: now.AddDate(-3, 0, 0), To: now, Companies: companies()})
	if err != nil {
		return err
	}
	const batchSessions = 1000
	batch := make([]*sessions.Session, 0, batchSessions)
	for found := range stream {
		if batch = append(batch, found); len(batch) == batchSessions {
			if err := s.backend.Insert(ctx, batch...); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return s.backend.Insert(ctx, batch...)
}

// arrive inserts new sessions as time passes. Each is pending for a while, and then ends with the
// result that was drawn. It returns when ctx is done.
func (s *storage) arrive(ctx context.Context, every time.Duration, seed uint64) error {
	if every <= 0 {
		return nil
	}
	now := time.Now()
	stream, err := generate.Sessions(generate.Options{
		N: 1 << 20, Seed: seed, From: now, To: now.AddDate(1, 0, 0), Companies: companies(),
	})
	if err != nil {
		return err
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var running []*sessions.Session // with their results, in the order in which they end
	for drawn := range stream {
		select {
		case <-ctx.Done():
			return nil
		case now = <-ticker.C:
		}
		for len(running) > 0 && !running[0].DecidedAt.After(now) {
			if err := s.finish(ctx, running[0]); err != nil && ctx.Err() == nil {
				return err
			}
			running = running[1:]
		}
		ends := drawn.Clone()
		if ends.ID, err = sessions.NewID(); err != nil {
			return err
		}
		ends.CreatedAt, ends.CompletedAt, ends.DecidedAt = now, now.Add(4*every), now.Add(4*every)
		if ends.Status == sessions.Pending {
			ends.Status = sessions.Success
		}
		if err := s.backend.Insert(ctx, begun(ends)); err != nil && ctx.Err() == nil {
			return err
		}
		running = append(running, ends)
	}
	return nil
}

// begun returns a session whose person has shown only the document so far.
func begun(ends *sessions.Session) *sessions.Session {
	s := ends.Clone()
	s.Status, s.Reasons, s.Match = sessions.Pending, nil, sessions.Match{}
	s.CompletedAt, s.DecidedAt = time.Time{}, time.Time{}
	s.Liveness, s.DocumentValidity, s.Selfie = sessions.LivenessUnknown, sessions.NotChecked, ""
	return s
}

// finish stores the result of a pending session.
func (s *storage) finish(ctx context.Context, ends *sessions.Session) error {
	now, err := s.backend.Get(ctx, ends.Company, ends.ID)
	if err != nil {
		return fmt.Errorf("finish: %w", err)
	}
	settings, err := s.settings.CompanySettings(ctx, ends.Company)
	if err != nil {
		return fmt.Errorf("finish: %w", err)
	}
	ends = ends.Clone()
	if err := decide(ends, settings.Acceptance); err != nil {
		return fmt.Errorf("finish: %w", err)
	}
	ends.Revision = now.Revision
	return s.backend.Update(ctx, ends)
}

// decide decides a session that was compared again, by the acceptance that is in force now,
// whatever the one was with which it was drawn.
func decide(ends *sessions.Session, acceptance sessions.Acceptance) error {
	if !ends.Match.Compared || acceptance.IsZero() {
		return nil
	}
	found := func(wrong sessions.Reason) sessions.Validity {
		if slices.Contains(ends.Reasons, wrong) {
			return sessions.Invalid
		}
		return sessions.Valid
	}
	verdict, err := sessions.Decide(sessions.Evidence{
		DocumentType: ends.DocumentType, Liveness: ends.Liveness, DocumentValidity: ends.DocumentValidity,
		Corners: found(sessions.NotFullID), Uncovered: sessions.Valid, Authentic: found(sessions.DigitalSpoof),
		Compared: true, Level: ends.Match.Level, Scale: ends.Match.Scale,
		// Steps without evidence were left out.
		Skipped: sessions.LivenessStep | sessions.DocumentStep,
	}, acceptance)
	if err != nil {
		return err
	}
	ends.Status, ends.Reasons, ends.Match = verdict.Status, verdict.Reasons, verdict.Match
	return nil
}
