package filter

import (
	"slices"

	"github.com/kvalifika/sessionkit/sessions"
)

// Match tells whether the filter selects the session. It does not look at the company. It is the definition of what the
// filter means: SQL on every engine selects the same rows. It does not allocate where names are ASCII or Georgian.
func (f Filter) Match(s *sessions.Session) bool {
	return f.err == nil && (f.root == nil || matches(f.root, s))
}

func matches(n Node, s *sessions.Session) bool {
	switch n := n.(type) {
	case *Criterion:
		return n.Match(s)
	case *Negation:
		return !matches(n.part, s)
	case *AllOf:
		for _, p := range n.parts {
			if !matches(p, s) {
				return false
			}
		}
		return true
	case *AnyOf:
		for _, p := range n.parts {
			if matches(p, s) {
				return true
			}
		}
	}
	return false
}

// Match tells whether the session meets the criterion.
func (c *Criterion) Match(s *sessions.Session) bool {
	switch c.kind {
	case KindStatus:
		return contains(c.values, s.Status)
	case KindDocumentType:
		return contains(c.values, s.DocumentType)
	case KindMatchLevel:
		if !s.Match.Compared {
			return c.levels[0] == NotCompared
		}
		return slices.Contains(c.levels, s.Match.Level)
	case KindCreated:
		return !s.CreatedAt.Before(c.from) && (c.to.IsZero() || s.CreatedAt.Before(c.to))
	case KindFailedFor:
		return s.Status == sessions.Failed && c.hasReason(s)
	case KindSubject:
		return contains(c.values, s.Subject)
	case KindPersonalNumber:
		return s.PersonalNumber.State() == sessions.Known && contains(c.values, s.PersonalNumber.Value())
	case KindExtra:
		v, ok := s.Extra.Get(c.key)
		return ok && contains(c.values, v)
	case KindSearch:
		return c.query.Match(s, c.fields)
	}
	return false
}

func (c *Criterion) hasReason(s *sessions.Session) bool {
	for _, r := range s.Reasons {
		narrowed := r == sessions.LowFAR && len(c.levels) > 0
		if contains(c.values, r) && (!narrowed || s.Match.Compared && slices.Contains(c.levels, s.Match.Level)) {
			return true
		}
	}
	return false
}

func contains[T ~string](values []string, v T) bool {
	return slices.Contains(values, string(v))
}
