package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/filter"
)

// Purge says which sessions of a company to remove: those with the given IDs, those that a filter
// matches, or all. The zero Purge is refused, so that a forgotten filter removes nothing.
//
//	old := filter.Between(sessions.FieldCreatedAt, time.Time{}, fiveYearsAgo)
//	store.Purge{Company: "acme", Filter: old}
//	store.Purge{Company: "acme", Filter: filter.Is(sessions.FieldSubject, "person-17")}
//	store.Purge{Company: "acme", IDs: []string{"s-1", "s-2"}}
//	store.Purge{Company: "acme", All: true}
type Purge struct {
	Company string
	// IDs are the IDs of the sessions. nil: sessions with any ID. An empty list is an error. With a
	// Filter, only sessions that satisfy both are removed.
	IDs    []string
	Filter filter.Filter // the zero Filter alone is an error
	All    bool          // every session of the company; not together with IDs or Filter
	// Keep is how long a purged ID is refused. Its tombstone holds company, ID and version, and
	// nothing about the person. Choose a time longer than an event may be late. 0: for ever.
	// Negative is an error.
	Keep time.Duration
}

// Err returns an error if the Purge is invalid. It wraps [ErrNoCompany], the filter's own error, or
// [ErrPurge]: if the Purge has neither IDs nor a filter nor All, if two of them contradict each
// other, or if a range of times at the top of its filter ends in the future, which must be a
// mistake.
func (p Purge) Err() error { //nolint:gocritic // a value method serves values and pointers
	switch {
	case p.Company == "":
		return ErrNoCompany
	case p.Filter.Err() != nil:
		return fmt.Errorf("store: purge: %w", p.Filter.Err())
	case p.Keep < 0:
		return fmt.Errorf("%w: Keep is negative", ErrPurge)
	case p.All && (p.IDs != nil || !p.Filter.IsZero()):
		return fmt.Errorf("%w: All together with IDs or a filter", ErrPurge)
	case p.All:
		return nil
	case p.IDs != nil && len(p.IDs) == 0:
		return fmt.Errorf("%w: an empty list of IDs", ErrPurge)
	case p.IDs == nil && p.Filter.IsZero():
		return fmt.Errorf("%w: neither IDs nor a filter: set All to purge everything", ErrPurge)
	}
	now := time.Now()
	for _, part := range p.Filter.Parts() {
		c, ok := part.Root().(*filter.Criterion)
		if !ok {
			continue
		}
		if _, to := c.Range(); p.IDs == nil && to.After(now) {
			return fmt.Errorf("%w: a range of times that ends in the future", ErrPurge)
		}
	}
	return nil
}

// Purge removes sessions of the viewer's company, and returns how many. If the Backend is not a
// [Purger] the error wraps [errors.ErrUnsupported].
//
// The host decides which viewers may purge ([Viewer.MayErase]): for others the error is
// [ErrNoErase]. A job, such as one that ends retention, is a viewer with a Subject of its own.
// Sessions outside the viewer's restriction are never purged, even if the Purge has All. The audit
// hook is called before the first session is removed, when an error of the hook prevents the purge,
// and again at the end. Further errors are those of [Purge.Err] and [Store.List]. After an error,
// the number is that of the sessions already removed; the same call again continues.
//
// Company may be left out; another company than the viewer's is an [ErrForbidden].
func (s *Store) Purge(ctx context.Context, v Viewer, p Purge) (int, error) {
	if err := v.check(); err != nil {
		return 0, err
	}
	if p.Company == "" {
		p.Company = v.Company
	}
	p.IDs = slices.Clone(p.IDs)
	e := v.event(ActionPurge)
	e.Query, e.Purge = p.Filter.Text(), &p
	return s.erase(ctx, e, func(e *Event) error {
		purger, narrowed, err := s.purger(v, p)
		if err != nil {
			return err
		}
		if err := s.begin(ctx, e); err != nil {
			return err
		}
		e.Rows, err = purger.Purge(ctx, narrowed)
		if err != nil {
			return fmt.Errorf("store: purge: %w", err)
		}
		return nil
	})
}

// purger returns the Backend as a Purger, and the purge narrowed to the sessions that the viewer
// may see.
func (s *Store) purger(v Viewer, p Purge) (Purger, Purge, error) {
	purger, ok := s.backend.(Purger)
	switch {
	case !v.MayErase:
		return nil, p, ErrNoErase
	case p.Company != v.Company:
		return nil, p, fmt.Errorf("%w: another company", ErrForbidden)
	case !ok:
		return nil, p, fmt.Errorf("store: purge: the Backend is not a Purger: %w", errors.ErrUnsupported)
	}
	if err := p.Err(); err != nil {
		return nil, p, err
	}
	sc, err := v.scope(p.Filter)
	if err != nil {
		return nil, p, err
	}
	// A restriction turns All into a purge by filter, since both together are an error.
	if p.Filter = sc.selected; !p.Filter.IsZero() {
		p.All = false
	}
	return purger, p, nil
}

// PurgeCompany removes a whole company: its sessions, as [Store.Purge] does, then its settings,
// which a [SettingsPurger] has to keep, and its audit trail ([Options.Trail]). It returns how many
// sessions it removed. The storage still has the company's key with the number of its last change,
// and the tombstones, which it keeps for the time keep. Viewers with a restriction may not call it.
//
// The audit hook is called, as for a purge, with [ActionPurgeCompany], so that it can delete a
// trail of its own. Later events of the company begin a new trail.
func (s *Store) PurgeCompany(ctx context.Context, v Viewer, keep time.Duration) (int, error) {
	if err := v.check(); err != nil {
		return 0, err
	}
	p := Purge{Company: v.Company, All: true, Keep: keep}
	e := v.event(ActionPurgeCompany)
	e.Purge = &p
	return s.erase(ctx, e, func(e *Event) error {
		purger, narrowed, err := s.purger(v, p)
		switch {
		case err != nil:
			return err
		case !narrowed.All:
			return fmt.Errorf("%w: a part of the company", ErrForbidden)
		}
		// Checked before any session is removed.
		settings, ok := s.options.Settings.(SettingsPurger)
		if s.options.Settings != nil && !ok {
			return fmt.Errorf("store: purge: the settings cannot: %w", errors.ErrUnsupported)
		}
		if err := s.begin(ctx, e); err != nil {
			return err
		}
		if e.Rows, err = purger.Purge(ctx, narrowed); err == nil && settings != nil {
			err = settings.PurgeCompanySettings(ctx, v.Company)
		}
		if err == nil && s.options.Trail != nil {
			_, err = s.options.Trail.DeleteAudit(ctx, v.Company, time.Time{}, 0)
		}
		if err != nil {
			return fmt.Errorf("store: purge: %w", err)
		}
		return nil
	})
}

// Redact removes the person from one session, and keeps the session and the extra fields named in
// the company's settings ([CompanySettings.KeptOnRedaction]). If the Backend is not a [Writer] the
// error wraps [errors.ErrUnsupported]. The viewer needs [Viewer.MayErase]. A session that is
// missing, or outside the viewer's restriction, is [ErrNotFound]. The audit hook is called before
// and after.
func (s *Store) Redact(ctx context.Context, v Viewer, id string) error {
	if err := v.check(); err != nil {
		return err
	}
	e := v.event(ActionRedact)
	e.Session = id
	_, err := s.erase(ctx, e, func(e *Event) error {
		writer, ok := s.backend.(Writer)
		switch {
		case !v.MayErase:
			return ErrNoErase
		case !ok:
			return fmt.Errorf("store: redact: the Backend is not a Writer: %w", errors.ErrUnsupported)
		}
		// The Backend's Redact does not know the viewer's restriction.
		if _, err := s.get(ctx, v, id); err != nil {
			return err
		}
		settings, err := s.companySettings(ctx, v.Company)
		if err != nil && !errors.Is(err, ErrNoSettings) {
			return err
		}
		if err := s.begin(ctx, e); err != nil {
			return err
		}
		if err := writer.Redact(ctx, v.Company, id, settings.KeptOnRedaction.All()...); err != nil {
			return fmt.Errorf("store: redact: %w", err)
		}
		e.Rows = 1
		return nil
	})
	return err
}

// begin calls the audit hook before an erasure. An error prevents the erasure.
func (s *Store) begin(ctx context.Context, e *Event) error {
	e.Outcome = Started
	return s.tell(ctx, *e)
}

// erase calls do, and then the audit hook with the outcome. An error of the hook then does not undo
// the erasure.
func (s *Store) erase(ctx context.Context, e Event, do func(*Event) error) (int, error) {
	err := do(&e)
	if e.Outcome = Done; err != nil {
		e.Outcome, e.Err = Failed, err
	}
	if refusal := s.tell(context.WithoutCancel(ctx), e); refusal != nil && !errors.Is(err, ErrRefused) {
		err = errors.Join(err, refusal)
	}
	return e.Rows, err
}
