package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"iter"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// Comparison is the result of [Compare]: how the sessions of a company differ between two Backends.
// It contains no person's data.
type Comparison struct {
	Months []MonthComparison // months with sessions on either side, newest first
	First  *Difference       // the newest difference; nil: both sides hold the same
}

// Equal reports whether both sides hold the same sessions, each the same in all but its Revision.
func (c Comparison) Equal() bool { return c.First == nil }

// MonthComparison compares the sessions that were created in one month.
type MonthComparison struct {
	Month       sessions.Date // in UTC, without a day
	Left, Right Contents
	Differing   int // sessions that are on one side only, or not the same on both
}

// Contents summarises the sessions that one side has of a month.
type Contents struct {
	Sessions int
	// SHA256 is the hash of their digests (sessions.Session.Digest), newest first, in hexadecimal;
	// "" without sessions.
	SHA256 string
}

// Difference names a session that differs between the sides, without a person's data.
type Difference struct {
	ID          string
	CreatedAt   time.Time
	Left, Right bool            // which sides have a session with this ID and creation time
	Fields      sessions.Fields // the fields that differ, if both have one
}

// String says which session differs, and in which fields.
func (d Difference) String() string {
	at := fmt.Sprintf("session %q of %s", d.ID, d.CreatedAt.Format(time.RFC3339Nano))
	switch {
	case !d.Right:
		return at + " is on the left alone"
	case !d.Left:
		return at + " is on the right alone"
	}
	return at + " differs in " + d.Fields.String()
}

// Compare compares the sessions of a company that a filter selects in two Backends, except for
// their Revision: for instance, after an import, with the storage that the sessions came from. It
// reads both sides once, in step, one session at a time. Sessions that are written meanwhile may
// differ: compare older ones only, or stop the writers. The error is that of a Backend.
func Compare(ctx context.Context, left, right Backend, company string, f filter.Filter) (Comparison, error) {
	// If one side fails, the other need not be read to its end.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sel := Selection{Company: company, Filter: f}
	l, r := newSide(All(ctx, left, sel)), newSide(All(ctx, right, sel))
	defer l.stop()
	defer r.stop()
	l.advance()
	r.advance()
	var c Comparison
	var month *comparedMonth
	for l.err == nil && r.err == nil && (l.session != nil || r.session != nil) {
		d := Difference{
			// The side whose session is newer has it alone. If neither is newer, both have it.
			Left:  r.session == nil || l.session != nil && r.session.Compare(l.session) >= 0,
			Right: l.session == nil || r.session != nil && l.session.Compare(r.session) >= 0,
		}
		one := l.session
		if !d.Left {
			one = r.session
		}
		d.ID, d.CreatedAt = one.ID, one.CreatedAt
		if of := monthOf(one.CreatedAt); month == nil || month.Month != of {
			month.end(&c)
			month = &comparedMonth{MonthComparison: MonthComparison{Month: of}, left: sha256.New(), right: sha256.New()}
		}
		var leftDigest, rightDigest [sha256.Size]byte
		if d.Left {
			leftDigest = l.session.Digest()
			month.Left.Sessions++
			month.left.Write(leftDigest[:])
		}
		if d.Right {
			rightDigest = r.session.Digest()
			month.Right.Sessions++
			month.right.Write(rightDigest[:])
		}
		if leftDigest != rightDigest {
			month.Differing++
			if c.First == nil {
				if d.Left && d.Right {
					d.Fields = differingFields(l.session, r.session)
				}
				c.First = &d
			}
		}
		if d.Left {
			l.advance()
		}
		if d.Right {
			r.advance()
		}
	}
	switch {
	case l.err != nil:
		return Comparison{}, fmt.Errorf("store: compare: left: %w", l.err)
	case r.err != nil:
		return Comparison{}, fmt.Errorf("store: compare: right: %w", r.err)
	}
	month.end(&c)
	return c, nil
}

// side is one of the two sides, read up to a session.
type side struct {
	next    func() (*sessions.Session, error, bool)
	stop    func()
	session *sessions.Session // nil: at its end
	err     error
}

// newSide returns a side that is before its first session.
func newSide(all iter.Seq2[*sessions.Session, error]) *side {
	s := &side{}
	s.next, s.stop = iter.Pull2(all)
	return s
}

func (s *side) advance() { s.session, s.err, _ = s.next() }

// comparedMonth is the month being compared, with the hashes of both sides so far.
type comparedMonth struct {
	MonthComparison
	left, right hash.Hash
}

// end adds the month to a comparison. It does nothing for a nil month, the one before the first.
func (m *comparedMonth) end(c *Comparison) {
	if m == nil {
		return
	}
	if m.Left.Sessions > 0 {
		m.Left.SHA256 = hex.EncodeToString(m.left.Sum(nil))
	}
	if m.Right.Sessions > 0 {
		m.Right.SHA256 = hex.EncodeToString(m.right.Sum(nil))
	}
	c.Months = append(c.Months, m.MonthComparison)
}

// monthOf returns the month of an instant in UTC, as a Date without a day.
func monthOf(t time.Time) sessions.Date {
	d := sessions.DateOf(t.UTC())
	d.Day = 0
	return d
}

// differingFields returns the fields in which the sessions differ.
func differingFields(a, b *sessions.Session) (differ sessions.Fields) {
	for f := range sessions.AllFields().All() {
		one := sessions.FieldsOf(f)
		x, y := a.Clone(), b.Clone()
		x.Retain(one)
		y.Retain(one)
		if x.Digest() != y.Digest() {
			differ = differ.Union(one)
		}
	}
	return differ
}
