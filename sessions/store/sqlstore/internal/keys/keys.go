// Package keys has the search keys that a Backend writes: those of package searchkey, or, in tests,
// those of an SDK that is older or newer.
//
//	k := keys.Current()
//	key := k.Of(session)           // what its row has
//	builder.Add(k.As(session), n)  // what its segment has
package keys

import (
	"sync/atomic"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// Keys are the search keys of one version.
type Keys struct {
	Version int64 // never 0

	// Respell returns the session whose words those of another are in this version; nil: they are
	// its own.
	Respell func(*sessions.Session) *sessions.Session
}

// As returns the session whose words are those of s. It is s itself outside of tests.
func (k *Keys) As(s *sessions.Session) *sessions.Session {
	if k.Respell == nil {
		return s
	}
	return k.Respell(s)
}

// Of returns the key of a session.
func (k *Keys) Of(s *sessions.Session) string { return string(searchkey.Of(k.As(s))) }

// Other replaces the keys of the Backends that are made while it is set. It is for tests, which
// have to set it back.
var Other atomic.Pointer[Keys]

// Current returns the keys of this SDK.
func Current() *Keys {
	if k := Other.Load(); k != nil {
		return k
	}
	return &Keys{Version: searchkey.Version}
}
