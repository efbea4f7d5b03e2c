package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// bare is a Backend without the optional interfaces, which lacks everything that Lacks can declare.
type bare struct{ store.Backend }

func (b bare) List(ctx context.Context, sel store.Selection) (store.Batch, error) {
	batch, err := b.Backend.List(ctx, sel)
	batch.AsOf = ""
	for _, s := range batch.Sessions {
		s.Nationality, s.Extra = sessions.Text{}, sessions.Extra{}
	}
	return batch, err
}

func (b bare) Changes(context.Context, string, store.Watermark, int) (store.Changes, error) {
	return store.Changes{}, fmt.Errorf("bare: %w", errors.ErrUnsupported)
}

// putInto stores sessions as Fixture.Put does, in a Backend that is hidden from the suite.
func putInto(t *testing.T, inner store.Backend, all ...*sessions.Session) error {
	s := suite{judge: &judge{TB: t}, Fixture: Fixture{Backend: inner}}
	return s.store(all...)
}

func TestLacks(t *testing.T) {
	Run(t, func(*testing.T) Fixture {
		inner := memstore.New()
		return Fixture{
			Backend: bare{inner},
			Put: func(ctx context.Context, all ...*sessions.Session) error {
				for _, one := range all {
					for _, d := range []sessions.Date{one.BirthDate, one.ExpirationDate} {
						require.True(t, d.IsZero() || d.IsValid(), "a date that the storage lacks")
					}
				}
				return putInto(t, inner, all...)
			},
			Lacks: Lacks{Fields: sessions.FieldsOf(sessions.FieldNationality, sessions.FieldExtra), TextStates: true, OddKeys: true, DateParts: true, Changes: true},
		}
	})
}

// TestCases checks that each case selects some sessions and leaves some out, so that a wrong
// storage fails it.
func TestCases(t *testing.T) {
	s := suite{judge: &judge{TB: t}, stored: map[string]*sessions.Session{}, Fixture: Fixture{Backend: memstore.New()}}
	s.put(world()...)
	all := len(s.want(acme, filter.Filter{}))
	for _, c := range selectCases() {
		require.NoError(t, c.filter.Err(), c)
		switch n := len(s.want(acme, c.filter)); {
		case strings.HasPrefix(c.why, "nothing"):
			require.Zero(t, n, c)
		case strings.HasPrefix(c.why, "everything"):
			require.Equal(t, all, n, c)
		default:
			require.Positive(t, n, c)
			require.Less(t, n, all, c)
		}
	}
	for i, key := range oddKeys()[1:] {
		require.Less(t, key, oddKeys()[i], "bytewise order, the greatest first")
	}
}

// broken is a memstore with some methods replaced.
type broken struct {
	*memstore.Backend
	list    func(context.Context, store.Selection) (store.Batch, error)
	get     func(context.Context, string, string) (*sessions.Session, error)
	changes func(context.Context, string, store.Watermark, int) (store.Changes, error)
	stream  func(context.Context, store.Selection, func(*sessions.Session) error) error
	count   func(context.Context, store.Selection) (store.Count, error)
	each    func(context.Context, store.Selection, []filter.Filter) ([]store.Count, error)
	insert  func(context.Context, ...*sessions.Session) error
	update  func(context.Context, *sessions.Session) error
	redact  func(context.Context, string, string, ...string) error
	tally   func(context.Context, store.Selection) ([]store.TallyRow, bool, error)
	purge   func(context.Context, store.Purge) (int, error)
	put     func(context.Context, ...store.Versioned) ([]store.PutResult, error)
}

func (b *broken) List(ctx context.Context, sel store.Selection) (store.Batch, error) {
	if b.list != nil {
		return b.list(ctx, sel)
	}
	return b.Backend.List(ctx, sel)
}

func (b *broken) Get(ctx context.Context, company, id string) (*sessions.Session, error) {
	if b.get != nil {
		return b.get(ctx, company, id)
	}
	return b.Backend.Get(ctx, company, id)
}

func (b *broken) Changes(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error) {
	if b.changes != nil {
		return b.changes(ctx, company, since, limit)
	}
	return b.Backend.Changes(ctx, company, since, limit)
}

func (b *broken) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	if b.stream != nil {
		return b.stream(ctx, sel, each)
	}
	return b.Backend.Stream(ctx, sel, each)
}

func (b *broken) Count(ctx context.Context, sel store.Selection) (store.Count, error) {
	if b.count != nil {
		return b.count(ctx, sel)
	}
	return b.Backend.Count(ctx, sel)
}

func (b *broken) CountEach(ctx context.Context, sel store.Selection, filters []filter.Filter) ([]store.Count, error) {
	if b.each != nil {
		return b.each(ctx, sel, filters)
	}
	return b.Backend.CountEach(ctx, sel, filters)
}

func (b *broken) Tally(ctx context.Context, sel store.Selection) ([]store.TallyRow, bool, error) {
	if b.tally != nil {
		return b.tally(ctx, sel)
	}
	return b.Backend.Tally(ctx, sel)
}

func (b *broken) Insert(ctx context.Context, all ...*sessions.Session) error {
	if b.insert != nil {
		return b.insert(ctx, all...)
	}
	return b.Backend.Insert(ctx, all...)
}

func (b *broken) Update(ctx context.Context, s *sessions.Session) error {
	if b.update != nil {
		return b.update(ctx, s)
	}
	return b.Backend.Update(ctx, s)
}

func (b *broken) Redact(ctx context.Context, company, id string, keep ...string) error {
	if b.redact != nil {
		return b.redact(ctx, company, id, keep...)
	}
	return b.Backend.Redact(ctx, company, id, keep...)
}

func (b *broken) Purge(ctx context.Context, p store.Purge) (int, error) {
	if b.purge != nil {
		return b.purge(ctx, p)
	}
	return b.Backend.Purge(ctx, p)
}

func (b *broken) Put(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
	if b.put != nil {
		return b.put(ctx, states...)
	}
	return b.Backend.Put(ctx, states...)
}

// touch raises the revision of a stored session by an update that changes it.
func (b *broken) touch(ctx context.Context, company, id string, change func(*sessions.Session)) error {
	s, err := b.Backend.Get(ctx, company, id)
	if err != nil {
		return err
	}
	change(s)
	return b.Backend.Update(ctx, s)
}

// batches changes every batch.
func (b *broken) batches(change func(store.Selection, *store.Batch)) {
	b.list = func(ctx context.Context, sel store.Selection) (store.Batch, error) {
		batch, err := b.Backend.List(ctx, sel)
		if err == nil {
			change(sel, &batch)
		}
		return batch, err
	}
}

// selections changes the selections of lists.
func (b *broken) selections(change func(*store.Selection)) {
	b.list = func(ctx context.Context, sel store.Selection) (store.Batch, error) {
		change(&sel)
		return b.Backend.List(ctx, sel)
	}
}

// reads changes every session that List and Get return.
func (b *broken) reads(change func(*sessions.Session) *sessions.Session) {
	b.batches(func(_ store.Selection, batch *store.Batch) {
		for i, s := range batch.Sessions {
			batch.Sessions[i] = change(s)
		}
	})
	b.get = func(ctx context.Context, company, id string) (*sessions.Session, error) {
		s, err := b.Backend.Get(ctx, company, id)
		if err == nil {
			s = change(s)
		}
		return s, err
	}
}

// changeLists changes every answer of Changes.
func (b *broken) changeLists(change func(*store.Changes)) {
	b.changes = func(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error) {
		ch, err := b.Backend.Changes(ctx, company, since, limit)
		if err == nil {
			change(&ch)
		}
		return ch, err
	}
}

// beginning returns a watermark from before a memstore's first change.
func beginning(company string) store.Watermark {
	ch, _ := memstore.New().Changes(context.Background(), company, "", 1)
	return ch.Next
}

type breakage struct {
	number  int // number of the broken promise
	mistake string
	do      func(*broken)
}

func breakages() []breakage {
	return []breakage{
		{1, "no company is everything", func(b *broken) {
			b.selections(func(sel *store.Selection) { sel.Company = cmp.Or(sel.Company, acme) })
		}},
		{1, "companies differ by case alone, and are the same", func(b *broken) {
			b.selections(func(sel *store.Selection) { sel.Company = strings.ReplaceAll(sel.Company, "ABC", "abc") })
		}},
		{1, "blanks at the end are padding", func(b *broken) {
			b.selections(func(sel *store.Selection) { sel.Company = strings.TrimRight(sel.Company, " ") })
		}},
		{1, "details of any company", func(b *broken) {
			b.get = func(ctx context.Context, company, id string) (*sessions.Session, error) {
				s, err := b.Backend.Get(ctx, company, id)
				if errors.Is(err, store.ErrNotFound) {
					return b.Backend.Get(ctx, "globex", id)
				}
				return s, err
			}
		}},
		{1, "changes of any company", func(b *broken) {
			b.changes = func(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error) {
				ch, err := b.Backend.Changes(ctx, company, since, limit)
				if others, errOthers := b.Backend.List(ctx, everything("globex")); since != "" && errOthers == nil {
					ch.Sessions = append(ch.Sessions, others.Sessions...)
				}
				return ch, err
			}
		}},
		{2, "a broken filter selects everything", func(b *broken) {
			b.selections(func(sel *store.Selection) {
				if sel.Filter.Err() != nil {
					sel.Filter = filter.Filter{}
				}
			})
		}},
		{2, "a broken filter selects nothing, without a word", func(b *broken) {
			b.selections(func(sel *store.Selection) {
				if sel.Filter.Err() != nil {
					sel.Filter = filter.Nothing()
				}
			})
		}},
		{3, "NULL is neither equal nor unequal", func(b *broken) {
			b.batches(func(sel store.Selection, batch *store.Batch) {
				if sel.Filter.Fields().Has(sessions.FieldMatchLevel) {
					batch.Sessions = slices.DeleteFunc(batch.Sessions, func(s *sessions.Session) bool { return !s.Match.Compared })
				}
			})
		}},
		{3, "a range's last microsecond is lost", func(b *broken) {
			b.batches(func(sel store.Selection, batch *store.Batch) {
				batch.Sessions = slices.DeleteFunc(batch.Sessions, func(s *sessions.Session) bool {
					_, to := sel.Filter.Range()
					return s.CreatedAt.Add(time.Microsecond).Equal(to)
				})
			})
		}},
		{4, "ties by ID, the lesser first", func(b *broken) {
			b.batches(func(_ store.Selection, batch *store.Batch) {
				slices.SortStableFunc(batch.Sessions, func(x, y *sessions.Session) int {
					return cmp.Or(y.CreatedAt.Compare(x.CreatedAt), cmp.Compare(x.ID, y.ID))
				})
			})
		}},
		{4, "ties by ID, whatever its case", func(b *broken) {
			b.batches(func(_ store.Selection, batch *store.Batch) {
				slices.SortStableFunc(batch.Sessions, func(x, y *sessions.Session) int {
					return cmp.Or(y.CreatedAt.Compare(x.CreatedAt), cmp.Compare(strings.ToLower(y.ID), strings.ToLower(x.ID)))
				})
			})
		}},
		{5, "one more than the limit", func(b *broken) { b.selections(func(sel *store.Selection) { sel.Limit++ }) }},
		{5, "after an instant, not a position", func(b *broken) {
			b.selections(func(sel *store.Selection) { sel.After.ID = "" })
		}},
		{5, "after a position, itself included", func(b *broken) {
			b.selections(func(sel *store.Selection) {
				if sel.After.ID != "" {
					sel.After.ID += "\x00"
				}
			})
		}},
		{6, "the end is not seen where the limit is reached", func(b *broken) {
			b.batches(func(sel store.Selection, batch *store.Batch) {
				if n := len(batch.Sessions); n == sel.Limit {
					batch.Reached = store.PositionOf(batch.Sessions[n-1])
				}
			})
		}},
		{6, "the end is seen before it", func(b *broken) {
			b.batches(func(_ store.Selection, batch *store.Batch) { batch.Reached = store.Position{} })
		}},
		{7, "Reached is behind the last session", func(b *broken) {
			b.batches(func(_ store.Selection, batch *store.Batch) {
				if !batch.Reached.IsZero() {
					batch.Reached.CreatedAt = batch.Reached.CreatedAt.Add(-time.Microsecond)
				}
			})
		}},
		{8, "a spent budget is the end", func(b *broken) {
			b.batches(func(sel store.Selection, batch *store.Batch) {
				if len(batch.Sessions) < sel.Limit {
					batch.Reached = store.Position{}
				}
			})
		}},
		{8, "a spent budget does not get on", func(b *broken) {
			b.batches(func(sel store.Selection, batch *store.Batch) {
				if len(batch.Sessions) == 0 && !batch.Reached.IsZero() && !sel.After.IsZero() {
					batch.Reached = sel.After
				}
			})
		}},
		{9, "a budget although none was given", func(b *broken) {
			b.selections(func(sel *store.Selection) { sel.Budget = cmp.Or(sel.Budget, 1000) })
		}},
		{10, "a budget that is spent on a look ahead", func(b *broken) {
			b.selections(func(sel *store.Selection) { sel.Budget = (sel.Budget + 7) / 8 })
		}},
		{11, "IDs whatever their case", func(b *broken) {
			b.get = func(ctx context.Context, company, id string) (*sessions.Session, error) {
				return b.Backend.Get(ctx, company, strings.ToLower(id))
			}
		}},
		{11, "IDs without their blanks", func(b *broken) {
			b.get = func(ctx context.Context, company, id string) (*sessions.Session, error) {
				return b.Backend.Get(ctx, company, strings.TrimRight(id, " "))
			}
		}},
		{11, "an ID that the database refuses to look for", func(b *broken) {
			b.get = func(ctx context.Context, company, id string) (*sessions.Session, error) {
				if strings.Contains(id, "\x00") {
					return nil, errors.New("invalid byte sequence")
				}
				return b.Backend.Get(ctx, company, id)
			}
		}},
		{11, "no session and no error", func(b *broken) {
			b.get = func(ctx context.Context, company, id string) (*sessions.Session, error) {
				s, err := b.Backend.Get(ctx, company, id)
				if errors.Is(err, store.ErrNotFound) {
					err = nil
				}
				return s, err
			}
		}},
		{12, "milliseconds", func(b *broken) {
			b.reads(func(s *sessions.Session) *sessions.Session {
				s.CompletedAt = s.CompletedAt.Truncate(time.Millisecond)
				return s
			})
		}},
		{12, "another zone", func(b *broken) {
			b.reads(func(s *sessions.Session) *sessions.Session {
				s.CreatedAt = s.CreatedAt.In(time.FixedZone("", 3600))
				return s
			})
		}},
		{12, "one kind of absence", func(b *broken) {
			b.reads(func(s *sessions.Session) *sessions.Session {
				if s.FirstName.State() == sessions.NotRecognised {
					s.FirstName = sessions.Text{}
				}
				return s
			})
		}},
		{12, "extra fields by their keys", func(b *broken) {
			b.reads(func(s *sessions.Session) *sessions.Session {
				var pairs []sessions.ExtraPair
				for k, v := range s.Extra.All() {
					pairs = append(pairs, sessions.ExtraPair{Key: k, Value: v})
				}
				slices.SortFunc(pairs, func(x, y sessions.ExtraPair) int { return cmp.Compare(x.Key, y.Key) })
				s.Extra = extra(pairs...)
				return s
			})
		}},
		{13, "a cache lends its sessions", func(b *broken) {
			var cache sync.Map
			b.reads(func(s *sessions.Session) *sessions.Session {
				cached, _ := cache.LoadOrStore(s.ID, s)
				return cached.(*sessions.Session)
			})
		}},
		{14, "the watermark is taken after the read", func(b *broken) {
			b.list = func(ctx context.Context, sel store.Selection) (store.Batch, error) {
				batch, err := b.Backend.List(ctx, sel)
				time.Sleep(time.Millisecond)
				if late, errLate := b.Backend.Changes(ctx, sel.Company, "", 1); errLate == nil {
					batch.AsOf = late.Next
				}
				return batch, err
			}
		}},
		{15, "the newest change first", func(b *broken) {
			b.changeLists(func(ch *store.Changes) { slices.Reverse(ch.Sessions) })
		}},
		{15, "never more", func(b *broken) { b.changeLists(func(ch *store.Changes) { ch.More = false }) }},
		{15, "a session for each of its changes", func(b *broken) {
			b.changeLists(func(ch *store.Changes) {
				if n := len(ch.Sessions); n > 1 {
					ch.Sessions = append(ch.Sessions, ch.Sessions[n-1].Clone())
				}
			})
		}},
		{15, "the limit is not kept", func(b *broken) {
			b.changes = func(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error) {
				return b.Backend.Changes(ctx, company, since, limit+1)
			}
		}},
		{16, "a strange watermark is the beginning", func(b *broken) {
			b.changes = func(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error) {
				ch, err := b.Backend.Changes(ctx, company, since, limit)
				if errors.Is(err, store.ErrWatermark) {
					return b.Backend.Changes(ctx, company, beginning(company), limit)
				}
				return ch, err
			}
		}},
		{16, "a watermark is a number", func(b *broken) {
			number := func(w store.Watermark) string {
				parts := strings.Split(string(w), ".")
				return parts[min(1, len(parts)-1)]
			}
			b.changes = func(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error) {
				own, err := b.Backend.Changes(ctx, company, "", 1)
				if err == nil && since != "" && number(own.Next) == number(since) {
					since = own.Next
				}
				ch, errChanges := b.Backend.Changes(ctx, company, since, limit)
				return ch, errors.Join(err, errChanges)
			}
		}},
		{16, "no watermark is the beginning", func(b *broken) {
			b.changes = func(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error) {
				return b.Backend.Changes(ctx, company, cmp.Or(since, beginning(company)), limit)
			}
		}},
		{17, "a list that cannot be cancelled", func(b *broken) {
			b.list = func(ctx context.Context, sel store.Selection) (store.Batch, error) {
				return b.Backend.List(context.WithoutCancel(ctx), sel)
			}
		}},
		{17, "a cause that is lost", func(b *broken) {
			b.get = func(ctx context.Context, company, id string) (*sessions.Session, error) {
				s, err := b.Backend.Get(ctx, company, id)
				if ctx.Err() != nil {
					return nil, errors.New("query failed")
				}
				return s, err
			}
		}},
		{18, "one selection for all", func(b *broken) {
			var shared atomic.Pointer[store.Selection]
			b.list = func(ctx context.Context, sel store.Selection) (store.Batch, error) {
				shared.Store(&sel)
				time.Sleep(100 * time.Microsecond)
				return b.Backend.List(ctx, *shared.Load())
			}
		}},
		{19, "who is taken out is gone", func(b *broken) {
			b.batches(func(_ store.Selection, batch *store.Batch) {
				batch.Sessions = slices.DeleteFunc(batch.Sessions, func(s *sessions.Session) bool {
					return s.FirstName.State() == sessions.Redacted
				})
			})
		}},
		{19, "creation times that can be changed, or are passed over", func(b *broken) {
			b.update = func(ctx context.Context, s *sessions.Session) error {
				if old, err := b.Get(ctx, s.Company, s.ID); err == nil {
					s.CreatedAt = old.CreatedAt
				}
				return b.Backend.Update(ctx, s)
			}
		}},
		{20, "a stream keeps the limit", func(b *broken) {
			b.stream = func(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
				batch, err := b.Backend.List(ctx, sel)
				for _, s := range batch.Sessions {
					err = errors.Join(err, each(s))
				}
				return err
			}
		}},
		{20, "a stream leaves out a field that is asked for", func(b *broken) {
			b.stream = func(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
				return b.Backend.Stream(ctx, sel, func(s *sessions.Session) error {
					if sel.Fields != 0 && !sel.Fields.Has(sessions.FieldBrowser) {
						s.OS = ""
					}
					return each(s)
				})
			}
		}},
		{21, "a stream of lists", func(b *broken) {
			b.stream = func(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
				for sel.Limit, sel.Budget = 2, 0; ; {
					batch, err := b.Backend.List(ctx, sel)
					if err != nil {
						return err
					}
					for _, s := range batch.Sessions {
						if err := each(s); err != nil {
							return err
						}
					}
					if sel.After = batch.Reached; sel.After.IsZero() {
						return nil
					}
				}
			}
		}},
		{22, "what was done to one session is left in the next", func(b *broken) {
			b.stream = func(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
				var left sessions.Text
				return b.Backend.Stream(ctx, sel, func(s *sessions.Session) error {
					was := s.LastName
					if left != (sessions.Text{}) {
						s.LastName = left
					}
					err := each(s)
					if s.LastName != was {
						left = s.LastName
					}
					return err
				})
			}
		}},
		{23, "a stream goes on after an error", func(b *broken) {
			b.stream = func(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
				var first error
				err := b.Backend.Stream(ctx, sel, func(s *sessions.Session) error {
					first = cmp.Or(first, each(s))
					return nil
				})
				return cmp.Or(first, err)
			}
		}},
		{23, "an error is lost", func(b *broken) {
			b.stream = func(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
				_ = b.Backend.Stream(ctx, sel, each)
				return nil
			}
		}},
		{24, "every count is exact", func(b *broken) {
			b.count = func(ctx context.Context, sel store.Selection) (store.Count, error) {
				n, err := b.Backend.Count(ctx, sel)
				n.Exact = err == nil
				return n, err
			}
		}},
		{24, "less than the limit", func(b *broken) {
			b.count = func(ctx context.Context, sel store.Selection) (store.Count, error) {
				sel.Limit = max(1, sel.Limit-1)
				return b.Backend.Count(ctx, sel)
			}
		}},
		{30, "the counts of other filters", func(b *broken) {
			b.each = func(ctx context.Context, sel store.Selection, filters []filter.Filter) ([]store.Count, error) {
				counts, err := b.Backend.CountEach(ctx, sel, filters)
				slices.Reverse(counts)
				return counts, err
			}
		}},
		{41, "a key twice", func(b *broken) {
			b.tally = func(ctx context.Context, sel store.Selection) (rows []store.TallyRow, exact bool, err error) {
				all, exact, err := b.Backend.Tally(ctx, sel)
				for _, r := range all {
					for range r.N {
						rows = append(rows, store.TallyRow{TallyKey: r.TallyKey, N: 1})
					}
				}
				return rows, exact, err
			}
		}},
		{25, "one by one", func(b *broken) {
			b.insert = func(ctx context.Context, all ...*sessions.Session) error {
				for _, s := range all {
					if err := b.Backend.Insert(ctx, s); err != nil {
						return err
					}
				}
				return nil
			}
		}},
		{25, "a revision of the caller's", func(b *broken) {
			b.insert = func(ctx context.Context, all ...*sessions.Session) error {
				err := b.Backend.Insert(ctx, all...)
				for _, s := range all {
					s.Revision = 0
				}
				return err
			}
		}},
		{26, "every session that is stored is an error", func(b *broken) {
			b.insert = func(ctx context.Context, all ...*sessions.Session) error {
				for _, s := range all {
					if _, err := b.Get(ctx, s.Company, s.ID); err == nil {
						return store.ErrExists
					}
				}
				return b.Backend.Insert(ctx, all...)
			}
		}},
		{26, "every session that is stored is passed over", func(b *broken) {
			b.insert = func(ctx context.Context, all ...*sessions.Session) error {
				if err := b.Backend.Insert(ctx, all...); !errors.Is(err, store.ErrExists) {
					return err
				}
				return nil
			}
		}},
		{27, "the last one wins", func(b *broken) {
			b.update = func(ctx context.Context, s *sessions.Session) error {
				if old, err := b.Get(ctx, s.Company, s.ID); err == nil {
					s.Revision = old.Revision
				}
				return b.Backend.Update(ctx, s)
			}
		}},
		{27, "an update of nothing succeeds", func(b *broken) {
			b.update = func(ctx context.Context, s *sessions.Session) error {
				if err := b.Backend.Update(ctx, s); !errors.Is(err, store.ErrNotFound) {
					return err
				}
				return nil
			}
		}},
		{28, "an update again is a conflict", func(b *broken) {
			b.update = func(ctx context.Context, s *sessions.Session) error {
				if old, err := b.Get(ctx, s.Company, s.ID); err == nil && old.Revision != s.Revision {
					return store.ErrConflict
				}
				return b.Backend.Update(ctx, s)
			}
		}},
		{29, "the subject stays", func(b *broken) {
			b.redact = func(ctx context.Context, company, id string, keep ...string) error {
				s, err := b.Get(ctx, company, id)
				if err != nil {
					return err
				}
				subject := s.Subject
				s.RedactPerson(keep...)
				s.Subject = subject
				return b.Update(ctx, s)
			}
		}},
		{29, "every redaction is another change", func(b *broken) {
			b.redact = func(ctx context.Context, company, id string, keep ...string) error {
				s, err := b.Get(ctx, company, id)
				if err != nil {
					return err
				}
				s.RedactPerson(keep...)
				return b.Update(ctx, s)
			}
		}},
		{31, "the last to come wins", func(b *broken) {
			var latest atomic.Int64
			b.put = func(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
				for i := range states {
					states[i].Version = latest.Add(1)
				}
				return b.Backend.Put(ctx, states...)
			}
		}},
		{31, "the first of a call is taken for all of its session's", func(b *broken) {
			b.put = func(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
				var first []store.Versioned
				for _, v := range states {
					if !slices.ContainsFunc(first, func(f store.Versioned) bool { return f.Session.ID == v.Session.ID }) {
						first = append(first, v)
					}
				}
				if _, err := b.Backend.Put(ctx, first...); err != nil {
					return nil, err
				}
				return make([]store.PutResult, len(states)), nil
			}
		}},
		{31, "equal versions replace each other", func(b *broken) {
			b.put = func(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
				results, err := b.Backend.Put(ctx, states...)
				for i, r := range results {
					if r.Outcome == store.PutEqual {
						s := states[i].Session
						err = errors.Join(err, b.touch(ctx, s.Company, s.ID, func(old *sessions.Session) { old.Model = s.Model }))
					}
				}
				return results, err
			}
		}},
		{31, "what is read is not held until it is written", func(b *broken) {
			var mu sync.Mutex
			var writes int64
			stored := map[string]int64{} // versions
			b.put = func(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
				results := make([]store.PutResult, len(states))
				for i, v := range states {
					mu.Lock()
					version, known := stored[v.Session.ID]
					mu.Unlock()
					switch {
					case known && version == v.Version:
						results[i].Outcome = store.PutEqual
						continue
					case known && version > v.Version:
						results[i].Outcome = store.PutOlder
						continue
					}
					time.Sleep(200 * time.Microsecond)
					mu.Lock()
					writes++
					one, err := b.Backend.Put(ctx, store.Versioned{Session: v.Session, Version: writes})
					stored[v.Session.ID] = v.Version
					mu.Unlock()
					if err != nil {
						return nil, err
					}
					results[i] = one[0]
				}
				return results, nil
			}
		}},
		{32, "an insert is none of the versions", func(b *broken) {
			b.insert = func(ctx context.Context, all ...*sessions.Session) error {
				for _, s := range all {
					if _, err := b.Backend.Put(ctx, store.Versioned{Session: s, Version: math.MaxInt64}); err != nil {
						return err
					}
				}
				return nil
			}
		}},
		{32, "an update is the newest version", func(b *broken) {
			b.update = func(ctx context.Context, s *sessions.Session) error {
				if err := b.Backend.Update(ctx, s); err != nil {
					return err
				}
				_, err := b.Backend.Put(ctx, store.Versioned{Session: s, Version: 1000})
				return err
			}
		}},
		{33, "one that is refused stops the others", func(b *broken) {
			b.put = func(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
				results := make([]store.PutResult, len(states))
				for i, v := range states {
					one, err := b.Backend.Put(ctx, v)
					if err != nil {
						return nil, err
					}
					if results[i] = one[0]; one[0].Outcome == store.PutRefused {
						break
					}
				}
				return results, nil
			}
		}},
		{33, "one by one", func(b *broken) {
			b.put = func(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
				results := make([]store.PutResult, len(states))
				for i, v := range states {
					one, err := b.Backend.Put(ctx, v)
					if err != nil {
						return nil, err
					}
					results[i] = one[0]
				}
				return results, nil
			}
		}},
		{33, "results in another order", func(b *broken) {
			b.put = func(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
				results, err := b.Backend.Put(ctx, states...)
				slices.Reverse(results)
				return results, err
			}
		}},
		{33, "a session that moves in time is moved", func(b *broken) {
			b.put = func(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
				for i, v := range states {
					if v.Session == nil {
						continue
					}
					if old, err := b.Get(ctx, v.Session.Company, v.Session.ID); err == nil {
						states[i].Session = v.Session.Clone()
						states[i].Session.CreatedAt = old.CreatedAt
					}
				}
				return b.Backend.Put(ctx, states...)
			}
		}},
		{34, "a newer version brings the person back", func(b *broken) {
			b.put = func(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
				results, err := b.Backend.Put(ctx, states...)
				for i, r := range results {
					if s := states[i].Session; r.Outcome == store.PutUpdated && !s.Redacted() {
						err = errors.Join(err, b.touch(ctx, s.Company, s.ID, func(old *sessions.Session) {
							old.FirstName, old.LastName = s.FirstName, s.LastName
						}))
					}
				}
				return results, err
			}
		}},
		{34, "a late redaction is late", func(b *broken) {
			b.put = func(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
				results := make([]store.PutResult, len(states))
				for i, v := range states {
					results[i].Outcome = store.PutOlder
					if _, err := b.Get(ctx, v.Session.Company, v.Session.ID); err == nil && v.Session.Redacted() {
						continue
					}
					one, err := b.Backend.Put(ctx, v)
					if err != nil {
						return nil, err
					}
					results[i] = one[0]
				}
				return results, nil
			}
		}},
		{35, "it normalises what it was given", func(b *broken) {
			b.put = func(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
				results, err := b.Backend.Put(ctx, states...)
				for _, v := range states {
					v.Session.Normalize()
				}
				return results, err
			}
		}},
		{35, "passing over is a change", func(b *broken) {
			b.put = func(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
				results, err := b.Backend.Put(ctx, states...)
				for i, r := range results {
					if r.Outcome == store.PutEqual {
						err = errors.Join(err, b.touch(ctx, states[i].Session.Company, states[i].Session.ID, func(*sessions.Session) {}))
					}
				}
				return results, err
			}
		}},
		{29, "no extra field is kept", func(b *broken) {
			b.redact = func(ctx context.Context, company, id string, _ ...string) error {
				return b.Backend.Redact(ctx, company, id)
			}
		}},
		{29, "extra fields are kept for good", func(b *broken) {
			b.redact = func(ctx context.Context, company, id string, keep ...string) error {
				return b.Backend.Redact(ctx, company, id, append(keep, "branch")...)
			}
		}},
		{36, "IDs whatever the filter says", func(b *broken) {
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				if p.IDs != nil && p.Filter.Err() == nil {
					p.Filter = filter.Filter{}
				}
				return b.Backend.Purge(ctx, p)
			}
		}},
		{36, "sessions of another company", func(b *broken) {
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				n, err := b.Backend.Purge(ctx, p)
				if p.IDs != nil && err == nil {
					p.Company = "globex"
					_, err = b.Backend.Purge(ctx, p)
				}
				return n, err
			}
		}},
		{36, "the newest ones are left", func(b *broken) {
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				if newest, err := b.Backend.List(ctx, store.Selection{Company: p.Company, Limit: 1}); err == nil && p.All && len(newest.Sessions) > 0 {
					p = store.Purge{Company: p.Company, Filter: filter.Not(filter.Is(sessions.FieldID, newest.Sessions[0].ID))}
				}
				return b.Backend.Purge(ctx, p)
			}
		}},
		{36, "redacted, not purged", func(b *broken) {
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				for _, id := range p.IDs {
					_ = b.Backend.Redact(ctx, p.Company, id)
				}
				return len(p.IDs), p.Err()
			}
		}},
		{36, "details of what is gone", func(b *broken) {
			cache := sync.Map{}
			b.get = func(ctx context.Context, company, id string) (*sessions.Session, error) {
				if s, ok := cache.Load(company + id); ok {
					return s.(*sessions.Session).Clone(), nil
				}
				return b.Backend.Get(ctx, company, id)
			}
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				for _, id := range p.IDs {
					if s, err := b.Backend.Get(ctx, p.Company, id); err == nil {
						cache.Store(p.Company+id, s)
					}
				}
				return b.Backend.Purge(ctx, p)
			}
		}},
		{37, "the zero filter is everything", func(b *broken) {
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				if p.IDs == nil && p.Filter.IsZero() {
					p.All = true
				}
				return b.Backend.Purge(ctx, p)
			}
		}},
		{37, "no IDs are all IDs", func(b *broken) {
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				if len(p.IDs) == 0 {
					p.IDs = nil
				}
				return b.Backend.Purge(ctx, p)
			}
		}},
		{37, "a poisoned filter is none", func(b *broken) {
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				if p.Filter.Err() != nil {
					p.Filter = filter.Filter{}
				}
				return b.Backend.Purge(ctx, p)
			}
		}},
		{37, "days of the future are days", func(b *broken) {
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				if err := p.Err(); errors.Is(err, store.ErrPurge) && !p.Filter.IsZero() && !p.All && p.IDs == nil {
					p.Filter = filter.Or(p.Filter, filter.Is(sessions.FieldID, "nobody"))
				}
				return b.Backend.Purge(ctx, p)
			}
		}},
		{38, "watermarks from before are taken", func(b *broken) {
			b.changes = func(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error) {
				ch, err := b.Backend.Changes(ctx, company, since, limit)
				if errors.Is(err, store.ErrWatermark) {
					return b.Backend.Changes(ctx, company, "", limit)
				}
				return ch, err
			}
		}},
		{38, "every purge refuses watermarks", func(b *broken) {
			var purged atomic.Bool
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				purged.Store(true)
				return b.Backend.Purge(ctx, p)
			}
			b.changes = func(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error) {
				if since != "" && purged.Load() {
					return store.Changes{}, store.ErrWatermark
				}
				return b.Backend.Changes(ctx, company, since, limit)
			}
		}},
		{39, "no tombstones", func(b *broken) {
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				p.Keep = 1
				return b.Backend.Purge(ctx, p)
			}
		}},
		{39, "tombstones for good", func(b *broken) {
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				p.Keep = 0
				return b.Backend.Purge(ctx, p)
			}
		}},
		{39, "what is purged is passed over, without a word", func(b *broken) {
			b.insert = func(ctx context.Context, all ...*sessions.Session) error {
				if err := b.Backend.Insert(ctx, all...); !errors.Is(err, store.ErrPurged) {
					return err
				}
				return nil
			}
		}},
		{39, "no tombstone of what never came", func(b *broken) {
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				if p.IDs != nil && p.Filter.IsZero() {
					p.Filter = filter.Or(filter.Is(sessions.FieldID, p.IDs...), filter.Is(sessions.FieldID, p.IDs[0]))
				}
				return b.Backend.Purge(ctx, p)
			}
		}},
		{40, "a context that is over does not end it", func(b *broken) {
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				return b.Backend.Purge(context.WithoutCancel(ctx), p)
			}
		}},
		{40, "it never gets to the end", func(b *broken) {
			b.purge = func(ctx context.Context, p store.Purge) (int, error) {
				if len(p.IDs) > 1000 {
					p.IDs = p.IDs[:1000]
				}
				p.IDs = p.IDs[:max(1, len(p.IDs)-1)]
				return b.Backend.Purge(ctx, p)
			}
		}},
	}
}

// TestFailuresSayWhat checks that a failure has the promise's title, the selection and the
// differences, field by field, and nothing else.
func TestFailuresSayWhat(t *testing.T) {
	for name, c := range map[string]struct {
		promise int
		list    func(store.Batch) store.Batch
		want    []string
	}{
		"a field": {12, func(b store.Batch) store.Batch {
			for _, one := range b.Sessions {
				one.DocumentValidity = sessions.NotChecked
			}
			return b
		}, []string{"all fields, listed", "document_validity: want valid, got not_checked"}},
		"another form": {12, func(b store.Batch) store.Batch {
			for _, one := range b.Sessions {
				slices.Reverse(one.Reasons)
			}
			return b
		}, []string{"all fields, listed", "reasons: want [", "Session.Normalize would make them equal"}},
		"one too few": {4, func(b store.Batch) store.Batch {
			b.Sessions = b.Sessions[:max(len(b.Sessions)-1, 0)]
			return b
		}, []string{"want ", ", got ", "missing: ["}},
		"another order": {4, func(b store.Batch) store.Batch {
			slices.Reverse(b.Sessions)
			return b
		}, []string{"promises 4 and 5", `company "acme", filter everything, limit`}},
	} {
		t.Run(name, func(t *testing.T) {
			inner := memstore.New()
			b := &broken{Backend: inner, list: func(ctx context.Context, sel store.Selection) (store.Batch, error) {
				batch, err := inner.List(ctx, sel)
				return c.list(batch), err
			}}
			lines := verdict(t, promises()[c.promise-1], Fixture{Backend: b}, nil)
			require.NotEmpty(t, lines)
			for _, text := range c.want {
				require.Contains(t, lines[0], text)
			}
			require.Less(t, len(lines[0]), 2_000, "a wall: %s", lines[0])
		})
	}
}

// everywhere returns mistakes that are made by every method of a Backend.
func everywhere() map[string]func(*broken) {
	down := errors.New("the database is down")
	listed := func(change func([]*sessions.Session) []*sessions.Session) func(*broken) {
		return func(b *broken) {
			b.batches(func(_ store.Selection, batch *store.Batch) { batch.Sessions = change(batch.Sessions) })
			b.changeLists(func(ch *store.Changes) { ch.Sessions = change(ch.Sessions) })
		}
	}
	return map[string]func(*broken){
		"has nothing": func(b *broken) {
			b.list = func(context.Context, store.Selection) (store.Batch, error) { return store.Batch{}, nil }
			b.get = func(context.Context, string, string) (*sessions.Session, error) { return nil, store.ErrNotFound }
			b.changes = func(context.Context, string, store.Watermark, int) (store.Changes, error) {
				return store.Changes{}, nil
			}
			b.stream = func(context.Context, store.Selection, func(*sessions.Session) error) error { return nil }
			b.count = func(context.Context, store.Selection) (store.Count, error) { return store.Count{}, nil }
			b.each = func(context.Context, store.Selection, []filter.Filter) ([]store.Count, error) { return nil, nil }
			b.tally = func(context.Context, store.Selection) ([]store.TallyRow, bool, error) { return nil, false, nil }
			b.put = func(context.Context, ...store.Versioned) ([]store.PutResult, error) { return nil, nil }
			b.purge = func(context.Context, store.Purge) (int, error) { return 0, nil }
		},
		"fails": func(b *broken) {
			b.list = func(context.Context, store.Selection) (store.Batch, error) { return store.Batch{}, down }
			b.get = func(context.Context, string, string) (*sessions.Session, error) { return nil, down }
			b.changes = func(context.Context, string, store.Watermark, int) (store.Changes, error) {
				return store.Changes{}, down
			}
			b.stream = func(context.Context, store.Selection, func(*sessions.Session) error) error { return down }
			b.count = func(context.Context, store.Selection) (store.Count, error) { return store.Count{}, down }
			b.each = func(context.Context, store.Selection, []filter.Filter) ([]store.Count, error) { return nil, down }
			b.tally = func(context.Context, store.Selection) ([]store.TallyRow, bool, error) { return nil, false, down }
			b.put = func(context.Context, ...store.Versioned) ([]store.PutResult, error) { return nil, down }
			b.purge = func(context.Context, store.Purge) (int, error) { return 0, context.DeadlineExceeded }
			b.insert = func(context.Context, ...*sessions.Session) error { return down }
			b.update = func(context.Context, *sessions.Session) error { return down }
			b.redact = func(context.Context, string, string, ...string) error { return down }
		},
		"returns nil sessions": func(b *broken) {
			listed(func(all []*sessions.Session) []*sessions.Session { return make([]*sessions.Session, len(all)) })(b)
			b.get = func(context.Context, string, string) (*sessions.Session, error) { return nil, nil }
			b.stream = func(_ context.Context, _ store.Selection, each func(*sessions.Session) error) error { return each(nil) }
		},
		"returns empty sessions": func(b *broken) {
			b.reads(func(*sessions.Session) *sessions.Session { return &sessions.Session{} })
			b.stream = func(_ context.Context, _ store.Selection, each func(*sessions.Session) error) error {
				return each(&sessions.Session{})
			}
		},
		"returns each session twice": listed(func(all []*sessions.Session) []*sessions.Session {
			return slices.Concat(all, all)
		}),
		"returns the oldest first": listed(func(all []*sessions.Session) []*sessions.Session {
			all = slices.Clone(all)
			slices.Reverse(all)
			return all
		}),
		"has no end": func(b *broken) {
			b.batches(func(_ store.Selection, batch *store.Batch) {
				batch.Reached = store.Position{CreatedAt: noon.AddDate(9000, 0, 0), ID: "z"}
			})
			b.changeLists(func(ch *store.Changes) { ch.More = true })
		},
		"panics": func(b *broken) {
			b.list = func(context.Context, store.Selection) (store.Batch, error) { panic("a panic of the Backend") }
			b.get = func(context.Context, string, string) (*sessions.Session, error) { panic("a panic of the Backend") }
		},
	}
}

// TestOfBackendsThatAreWrongEverywhere checks that no case panics, hangs, or fails with a very long
// text.
func TestOfBackendsThatAreWrongEverywhere(t *testing.T) {
	for name, do := range everywhere() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed := 0
			for _, p := range promises() {
				fresh := func() Fixture {
					b := &broken{Backend: memstore.New()}
					do(b)
					return Fixture{Backend: b, Put: func(_ context.Context, all ...*sessions.Session) error {
						return putInto(t, b.Backend, all...)
					}}
				}
				texts := verdict(t, p, fresh(), fresh)
				for _, text := range texts {
					require.True(t, strings.HasPrefix(text, fmt.Sprintf("promise %d, %s: ", p.number, p.title)), text)
					if name == "panics" {
						require.Contains(t, text, "a panic of the Backend")
					} else {
						require.NotContains(t, text, "panic", "the case panics itself")
						require.Less(t, len(text), 2_000, "a wall: %s", text)
					}
				}
				failed += min(len(texts), 1)
			}
			require.Greater(t, failed, 5, "cases that notice")
		})
	}
}

// TestOfABackendThatHangs checks that a case names the call that does not return, and that nothing
// is reported once the test is over.
func TestOfABackendThatHangs(t *testing.T) {
	release := make(chan struct{})
	late := make(chan struct{})
	b := &broken{Backend: memstore.New(), list: func(context.Context, store.Selection) (store.Batch, error) {
		<-release
		defer close(late)
		return store.Batch{}, errors.New("too late")
	}}
	var r *recorder
	texts := said(t, func(tb testing.TB) {
		r, _ = tb.(*recorder)
		prove(tb, 3, "what Match says", 10*time.Millisecond, func(j *judge) {
			s := &suite{judge: j, Fixture: Fixture{Backend: b}, stored: map[string]*sessions.Session{}}
			s.list(everything(acme))
		})
	})
	require.Equal(t, []string{`promise 3, what Match says: it hangs: 10ms after a call of List(company "acme", filter everything, limit 10000)`}, texts)
	close(release)
	<-late
	require.Len(t, r.said, 1)
}

// recorder is the testing.TB in which a broken Backend is tested. It keeps the failures instead of
// failing.
type recorder struct {
	testing.TB
	mu   sync.Mutex
	said []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func (r *recorder) FailNow() { runtime.Goexit() }

// verdict runs a case and returns its failures.
func verdict(t *testing.T, p promise, f Fixture, another func() Fixture) []string {
	t.Helper()
	return said(t, func(tb testing.TB) { p.prove(tb, f, another) })
}

// said runs a check and returns its failures.
func said(t *testing.T, check func(testing.TB)) []string {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		check(r)
	}()
	<-done
	return r.said
}

func TestBrokenBackends(t *testing.T) {
	tested := map[int]bool{}
	for _, br := range breakages() {
		p := promises()[br.number-1]
		require.Equal(t, br.number, p.number)
		tested[br.number] = true
		t.Run(fmt.Sprintf("%02d %s", br.number, br.mistake), func(t *testing.T) {
			fixture := func() Fixture {
				b := &broken{Backend: memstore.New()}
				br.do(b)
				return Fixture{Backend: b}
			}
			texts := verdict(t, p, fixture(), fixture)
			require.NotEmpty(t, texts, "the case %q does not notice", p.title)
			for _, text := range texts {
				t.Log(text)
			}
		})
	}
	for _, p := range promises() {
		require.True(t, tested[p.number], "no Backend breaks %q", p.title)
	}
}
