package store_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

var allReasons = []sessions.Reason{
	sessions.DigitalSpoof, sessions.NotFullID, sessions.LowFAR, sessions.LivenessFailed, sessions.InvalidDocument, "of_the_host",
}

// twin returns a session that a viewer cannot distinguish from s. It is equal in all that the
// disclosure and its table show, and random in everything else.
func twin(r *rand.Rand, s *sessions.Session, d sessions.Disclosure) *sessions.Session {
	s = s.Clone()
	other := session(r.IntN(1000))
	word := fmt.Sprint("x", r.IntN(1000))
	for f := range d.Hidden().All() {
		switch f {
		case sessions.FieldPartner:
			s.Partner = word
		case sessions.FieldSubject:
			s.Subject = word
		case sessions.FieldFirstName:
			s.FirstName = sessions.TextOf(word)
		case sessions.FieldLastName:
			s.LastName = sessions.TextIn(sessions.NotRecognised)
		case sessions.FieldPersonalNumber:
			s.PersonalNumber = other.PersonalNumber
		case sessions.FieldDocumentNumber:
			s.DocumentNumber = sessions.Text{}
		case sessions.FieldStatus:
			s.Status, s.Reasons = []sessions.Status{sessions.Success, sessions.Failed, sessions.Pending, "odd"}[r.IntN(4)], nil
		case sessions.FieldDecidedAt:
			s.DecidedAt = other.CreatedAt
		case sessions.FieldDocumentType:
			s.DocumentType = []sessions.DocumentType{"", sessions.Passport, sessions.IDCard}[r.IntN(3)]
		case sessions.FieldDocumentValidity:
			s.DocumentValidity = sessions.Validity(r.IntN(3))
		case sessions.FieldLiveness:
			s.Liveness = sessions.Liveness(r.IntN(3))
		case sessions.FieldMatchLevel:
			if s.Match = (sessions.Match{}); r.IntN(3) > 0 {
				s.Match = sessions.Match{Compared: true, Level: far.Level(r.IntN(8)), Scale: far.Kvalifika.Name(), Acceptance: 5}
			}
		case sessions.FieldExtra:
			s.Extra, _ = sessions.NewExtra(sessions.ExtraPair{Key: "phone", Value: word})
		case sessions.FieldClientIP:
			s.ClientIP = word
		}
	}
	if s.Status == sessions.Failed {
		var reasons []sessions.Reason
		for _, reason := range allReasons {
			shown := d.Shows(sessions.FieldReasons) && d.Shows(reason.Field())
			if shown && s.FailedFor(reason) || !shown && r.IntN(2) == 0 {
				reasons = append(reasons, reason)
			}
		}
		s.Reasons = reasons
	}
	s.Normalize()
	return s
}

// asked returns filters of every kind, plain and nested.
func asked() []filter.Filter {
	list := []filter.Filter{
		{}, filter.Search("nino"), filter.Search("0100"), filter.DocumentType(sessions.Passport), filter.DocumentType(""),
		filter.Status(sessions.Failed), filter.Status(sessions.Success, sessions.Pending), filter.MatchLevel(1, 4), filter.MatchLevel(filter.NotCompared),
		filter.FailedFor(sessions.SpoofReasons()...), filter.Extra("branch", "west"),
		filter.FailedForAt([]far.Level{1, 2}, sessions.LowFAR, sessions.DigitalSpoof), filter.Is(sessions.FieldSubject, "subject-1", ""),
		filter.Is(sessions.FieldLiveness, "passed"), filter.Is(sessions.FieldDocumentValidity, "invalid"), filter.Is(sessions.FieldPartner, ""),
		filter.AtLeast(sessions.FieldMatchLevel, 3), filter.AtMost(sessions.FieldAcceptanceLevel, 5), filter.ExtraPresent("phone"),
	}
	for _, r := range allReasons {
		list = append(list, filter.FailedFor(r), filter.Not(filter.FailedFor(r)),
			filter.And(filter.Status(sessions.Failed), filter.Not(filter.Or(filter.FailedFor(r), filter.FailedFor(sessions.DigitalSpoof)))))
	}
	return list
}

// lived returns a Backend with a twin of each session, and of the twin's own history: the hidden
// fields of some of them have changed, up to three times.
func lived(t *testing.T, r *rand.Rand, all []*sessions.Session, d sessions.Disclosure) *memstore.Backend {
	t.Helper()
	b := memstore.New()
	for _, s := range all {
		now := twin(r, s, d)
		require.NoError(t, b.Insert(t.Context(), now))
		for range r.IntN(4) {
			next := twin(r, s, d)
			next.Revision = now.Revision
			require.NoError(t, b.Update(t.Context(), next))
			now = next
		}
	}
	return b
}

// TestNoOutputTellsWhatIsHidden calls every method of two stores whose sessions differ only in
// hidden fields, and in how often these have changed. Every answer, refusal and file must be the
// same.
func TestNoOutputTellsWhatIsHidden(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 3))
	ways := append(calls(),
		call{"Get", func(ctx context.Context, st *store.Store, v store.Viewer, _ filter.Filter) (result, error) {
			s, err := st.Get(ctx, v, "s-0001")
			return result{sessions: []*sessions.Session{s}}, err
		}},
		call{"Rows", func(ctx context.Context, st *store.Store, v store.Viewer, f filter.Filter) (result, error) {
			page, err := st.List(ctx, v, store.Query{Filter: f})
			return result{numbers: page.Rows()}, err
		}})
	columns := append(export.Columns(), export.ColumnStatus, export.ColumnReasons)
	for _, opts := range []export.Options{
		{Columns: columns}, {Columns: columns, Format: export.ExcelCSV, Zone: time.UTC}, {Columns: []export.Column{export.ColumnReasons}},
	} {
		ways = append(ways, call{"Write", func(ctx context.Context, st *store.Store, v store.Viewer, f filter.Filter) (result, error) {
			var b bytes.Buffer
			_, err := export.Write(ctx, &b, st.Select(v, f), opts)
			return result{numbers: b.String()}, err
		}})
	}
	table := []sessions.Field{
		sessions.FieldStatus, sessions.FieldMatchLevel, sessions.FieldLiveness, sessions.FieldDocumentValidity, sessions.FieldDocumentCompleteness, sessions.FieldReasons,
	}
	rest := []sessions.Field{
		sessions.FieldPartner, sessions.FieldSubject, sessions.FieldFirstName, sessions.FieldLastName, sessions.FieldPersonalNumber,
		sessions.FieldDocumentNumber, sessions.FieldDocumentType, sessions.FieldExtra, sessions.FieldClientIP,
	}
	everyone := mixed()[:24]
	for i, s := range everyone {
		if s.Status == sessions.Failed {
			s.Reasons = append(s.Reasons, allReasons[3+i%3])
			s.Normalize()
		}
	}
	for turn := range 60 {
		var d sessions.Disclosure
		for _, f := range table {
			if r.IntN(3) == 0 {
				d.Mask |= sessions.FieldsOf(f)
			}
		}
		d.Drop = sessions.FieldsOf(rest[r.IntN(len(rest))], table[turn%len(table)])
		v := with(agent, func(v *store.Viewer) { v.Disclosure = d })
		a, b := store.New(lived(t, r, everyone, d), store.Options{}), store.New(lived(t, r, everyone, d), store.Options{})
		for _, f := range asked() {
			for _, way := range ways {
				got, err := way.do(t.Context(), a, v, f)
				want, otherErr := way.do(t.Context(), b, v, f)
				require.Equal(t, fmt.Sprint(otherErr), fmt.Sprint(err), "%s of %s, hidden %v", way.name, f.Text(), d.Hidden())
				require.Equal(t, want, got, "%s of %s, hidden %v", way.name, f.Text(), d.Hidden())
			}
		}
	}
}
