package sessions_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

// TestDigest changes every field, one at a time. Each change must change the digest.
func TestDigest(t *testing.T) {
	s := full(t)
	whole := s.Digest()
	same := s.Clone()
	same.Revision++
	same.Reasons = []sessions.Reason{sessions.LowFAR, sessions.DigitalSpoof}
	same.CreatedAt = same.CreatedAt.In(time.FixedZone("x", 3600)).Add(time.Nanosecond)
	require.Equal(t, whole, same.Digest(), "as a store keeps it")

	seen := map[[32]byte]string{whole: "nothing"}
	add := func(what string, change func(*sessions.Session)) {
		c := s.Clone()
		change(c)
		d := c.Digest()
		require.NotContains(t, seen, d, what)
		seen[d] = what
	}
	zeroEach := func(of func(*sessions.Session) reflect.Value) {
		typ := of(&s).Type()
		for i := range typ.NumField() {
			switch f := typ.Field(i); {
			case !f.IsExported(), f.Name == "Revision", f.Name == "Match":
			default:
				add(f.Name, func(c *sessions.Session) { of(c).Field(i).SetZero() })
			}
		}
	}
	zeroEach(func(c *sessions.Session) reflect.Value { return reflect.ValueOf(c).Elem() })
	zeroEach(func(c *sessions.Session) reflect.Value { return reflect.ValueOf(&c.Match).Elem() })
	for what, change := range map[string]func(*sessions.Session){
		"hidden":       func(c *sessions.Session) { c.Retain(sessions.AllFields().Minus(sessions.FieldsOf(sessions.FieldOS))) },
		"state":        func(c *sessions.Session) { c.FirstName = sessions.TextIn(sessions.NotRecognised) },
		"empty":        func(c *sessions.Session) { c.FirstName = sessions.TextOf("") },
		"month":        func(c *sessions.Session) { c.BirthDate.Month++ },
		"day":          func(c *sessions.Session) { c.BirthDate.Day++ },
		"run together": func(c *sessions.Session) { c.Browser, c.OS = c.Browser+c.OS, "" },
		"moved":        func(c *sessions.Session) { c.ID, c.Company = "s-1a", "cme" },
	} {
		add(what, change)
	}
}
