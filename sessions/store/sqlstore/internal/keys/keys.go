// Package keys has the search keys that a Backend writes: those of package searchkey, or, in tests,
// those of an older or newer SDK.
//
//	k := keys.Current()
//	key := k.Of(session)                             // for its row
//	digest = d.Append(digest, k.As(session), key)    // for its segment
package keys

import (
	"sync/atomic"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// Keys are the search keys of one version.
type Keys struct {
	Version int64 // never 0

	// Respell returns the session that has the words of the given one in this version. If
	// it is nil, each session has its own words.
	Respell func(*sessions.Session) *sessions.Session
}

// As returns the session that has the words of s in this version. Outside of tests it is s itself.
func (k *Keys) As(s *sessions.Session) *sessions.Session {
	if k.Respell == nil {
		return s
	}
	return k.Respell(s)
}

// Of returns the search key of a session.
func (k *Keys) Of(s *sessions.Session) searchkey.Key { return searchkey.Of(k.As(s)) }

// Other replaces, if it is set, the keys of Backends that are made meanwhile. It is for tests,
// which have to reset it.
var Other atomic.Pointer[Keys]

// Current returns the keys of this SDK.
func Current() *Keys {
	if k := Other.Load(); k != nil {
		return k
	}
	return &Keys{Version: searchkey.Version}
}
