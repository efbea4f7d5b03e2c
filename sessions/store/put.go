package store

import (
	"context"
	"fmt"

	"github.com/kvalifika/sessionkit/sessions"
)

// Versioned is the state of a session at a version that the host assigns.
type Versioned struct {
	Session *sessions.Session
	// Version orders the states of one session, such as the number of the event with this state, or
	// its time in microseconds. A greater version is newer. It must not be negative.
	Version int64
}

// PutOutcome is the outcome of one state of a [Putter.Put]. The zero PutOutcome is PutRefused.
type PutOutcome uint8

// The outcomes of a Put.
const (
	PutRefused PutOutcome = iota // nothing was stored: PutResult.Err says why
	PutCreated                   // the session is new
	PutUpdated                   // the stored session was changed
	PutOlder                     // passed over: a newer version is stored
	PutEqual                     // passed over: that version is stored already
	// PutPurged means passed over: the session was purged, and its tombstone is kept. See [Purger].
	PutPurged
)

var outcomeNames = [...]string{"refused", "created", "updated", "older", "equal", "purged"}

// String names the outcome: "refused", "created", "updated", "older", "equal" or "purged".
func (o PutOutcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("PutOutcome(%d)", uint8(o))
}

// PutResult is the result of one state of a [Putter.Put].
type PutResult struct {
	Outcome PutOutcome
	Err     error // why it was refused, nil otherwise; never contains a person's data
}

// Putter is a Backend that keeps sessions in step with events of the host's database or of its
// vendor. Events may arrive twice, late, in any order, or not at all.
//
//  31. Put stores for each session the state of the greatest version, in whatever order the states
//     come, in one call or in many at once. A state of a lower version is passed over, and so is
//     one of the stored version: of two different states of one version, the one stored first
//     stays.
//  32. Insert stores version 0. Update and Redact keep the version.
//  33. Each state has a result, in the order of the call, as if the states were put one after the
//     other. A session changes at most once in a call, which raises its Revision by one. A state
//     that cannot be stored has an error, and the others are stored: a session that is not valid
//     (sessions.Session.Validate), a negative version ([ErrVersion]), a creation time that differs
//     from that of the stored session ([ErrConflict]). If Put itself returns an error, there are no
//     results and nothing was stored.
//  34. A session that is redacted (sessions.Session.Redacted), by Redact or by a state that was
//     put, stays redacted: the person is removed from every newer state. Of its extra fields, only
//     those stay whose keys the stored session has kept. A redacted state removes the person from
//     the stored session even if its version is lower.
//  35. Put neither keeps nor changes its arguments, and a state that is passed over or refused is
//     not a change.
//
// A session never changes its company: the same ID with another company is another session.
type Putter interface {
	Put(ctx context.Context, states ...Versioned) ([]PutResult, error)
}

// Over implements the promises of [Putter] for one session. It returns the state to store when v is
// put over old, or nil if the stored state does not change, and the result. old is nil if nothing
// is stored yet. If a call has several states of a session, the revision is still raised only by
// one. Over changes neither v nor old.
func (v Versioned) Over(old *Versioned) (*Versioned, PutResult) {
	if v.Session == nil {
		return nil, PutResult{Err: fmt.Errorf("store: %w: no session", sessions.ErrInvalid)}
	}
	if err := v.Session.Validate(); err != nil {
		return nil, PutResult{Err: err}
	}
	if v.Version < 0 {
		return nil, PutResult{Err: ErrVersion}
	}
	s := v.Session.Clone()
	s.Normalize()
	if old == nil {
		s.Revision = 1
		return &Versioned{s, v.Version}, PutResult{Outcome: PutCreated}
	}
	if !s.CreatedAt.Equal(old.Session.CreatedAt) {
		return nil, PutResult{Err: ErrConflict}
	}
	erases := s.Redacted() && !old.Session.Redacted()
	version := v.Version
	switch {
	case version > old.Version:
		// A later state must not bring the person back.
		if old.Session.Redacted() && !s.Redacted() {
			s.RedactPerson(keptKeys(old.Session)...)
		}
	// A redacted state removes the person even if it comes late.
	case erases:
		keep := keptKeys(s)
		s, version = old.Session.Clone(), old.Version
		s.RedactPerson(keep...)
	case version == old.Version:
		return nil, PutResult{Outcome: PutEqual}
	default:
		return nil, PutResult{Outcome: PutOlder}
	}
	s.Revision = old.Session.Revision + 1
	return &Versioned{s, version}, PutResult{Outcome: PutUpdated}
}

// keptKeys returns the keys of the extra fields that a redacted session has kept.
func keptKeys(s *sessions.Session) (keys []string) {
	for key := range s.Extra.All() {
		keys = append(keys, key)
	}
	return keys
}
