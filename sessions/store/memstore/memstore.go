package memstore

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// Backend keeps the sessions of any number of companies. The zero Backend is empty. It may be used
// by many goroutines at once, and must not be copied.
type Backend struct {
	mu        sync.RWMutex
	companies map[string]*company

	// history distinguishes the watermarks of this Backend from those of others. Memory is lost
	// with the process, and the next Backend counts from zero again.
	once    sync.Once
	history string
}

var (
	_ store.Backend     = (*Backend)(nil)
	_ store.Streamer    = (*Backend)(nil)
	_ store.Counter     = (*Backend)(nil)
	_ store.EachCounter = (*Backend)(nil)
	_ store.Tallier     = (*Backend)(nil)
	_ store.Writer      = (*Backend)(nil)
	_ store.Putter      = (*Backend)(nil)
	_ store.Purger      = (*Backend)(nil)
)

// New returns an empty Backend.
func New() *Backend { return &Backend{} }

// company holds the data of one company. A stored session is never changed, only replaced.
type company struct {
	list []*sessions.Session // oldest first
	byID map[string]stored
	log  []change // in order; has at least the last change of every session
	seq  uint64   // number of the last change

	purged     uint64               // seq of the last purge: older watermarks are refused
	tombstones map[string]tombstone // by purged ID
}

type stored struct {
	session *sessions.Session
	version int64  // version of Put
	seq     uint64 // number of its last change
}

type change struct {
	seq uint64
	id  string
}

// nobody is read in place of a company without sessions.
var nobody = &company{}

// read calls do with the company, which do must not change.
func (b *Backend) read(ctx context.Context, name string, do func(*company) error) error {
	if name == "" {
		return store.ErrNoCompany
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memstore: %w", err)
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	return do(cmp.Or(b.companies[name], nobody))
}

// List implements [store.Backend].
func (b *Backend) List(ctx context.Context, sel store.Selection) (batch store.Batch, err error) {
	err = b.read(ctx, sel.Company, func(c *company) error {
		batch.AsOf = b.watermark(sel.Company, c.seq)
		found, reached, err := search(ctx, c.between(sel), sel)
		for _, s := range found {
			batch.Sessions = append(batch.Sessions, s.Clone())
		}
		batch.Reached = reached
		return err
	})
	if err != nil {
		return store.Batch{}, err
	}
	return batch, nil
}

// Count implements [store.Counter].
func (b *Backend) Count(ctx context.Context, sel store.Selection) (store.Count, error) {
	counts, err := b.CountEach(ctx, sel, []filter.Filter{sel.Filter})
	if err != nil {
		return store.Count{}, err
	}
	return counts[0], nil
}

// CountEach implements [store.EachCounter].
func (b *Backend) CountEach(ctx context.Context, sel store.Selection, filters []filter.Filter) ([]store.Count, error) {
	counts := make([]store.Count, len(filters))
	err := b.read(ctx, sel.Company, func(c *company) error {
		for i, f := range filters {
			sel.Filter = f
			found, reached, err := search(ctx, c.between(sel), sel)
			if err != nil {
				return err
			}
			counts[i] = store.Count{N: len(found), Exact: reached.IsZero()}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}

// Tally implements [store.Tallier].
func (b *Backend) Tally(ctx context.Context, sel store.Selection) (rows []store.TallyRow, exact bool, err error) {
	// A tally is of the whole selection.
	sel.Limit = math.MaxInt
	err = b.read(ctx, sel.Company, func(c *company) error {
		found, reached, err := search(ctx, c.between(sel), sel)
		numbers := map[store.TallyKey]int{}
		for _, s := range found {
			numbers[store.TallyKeyOf(s)]++
		}
		for k, n := range numbers {
			rows = append(rows, store.TallyRow{TallyKey: k, N: n})
		}
		exact = reached.IsZero()
		return err
	})
	return rows, exact, err
}

// Stream implements [store.Streamer]. It passes the sessions as they were when it began.
func (b *Backend) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	var snapshot []*sessions.Session
	err := b.read(ctx, sel.Company, func(c *company) error {
		// A copy of the pointers is a snapshot, since stored sessions are never changed.
		snapshot = slices.Clone(c.between(sel))
		return sel.Filter.Err()
	})
	if err != nil {
		return err
	}
	var lent sessions.Session
	for i, s := range slices.Backward(snapshot) {
		if err := ctx.Err(); err != nil && i%checkEverySessions == 0 {
			return fmt.Errorf("memstore: %w", err)
		}
		if !sel.Filter.Match(s) {
			continue
		}
		// A copy, so that a callback that sets fields does not change the stored session.
		lent = *s
		if err := each(&lent); err != nil {
			return err
		}
	}
	return nil
}

// Get implements [store.Backend].
func (b *Backend) Get(ctx context.Context, companyKey, id string) (s *sessions.Session, err error) {
	err = b.read(ctx, companyKey, func(c *company) error {
		found, ok := c.byID[id]
		if !ok {
			return store.ErrNotFound
		}
		s = found.session.Clone()
		return nil
	})
	return s, err
}

// Changes implements [store.Backend]. The session whose last change is oldest comes first.
func (b *Backend) Changes(ctx context.Context, companyKey string, since store.Watermark, limit int) (ch store.Changes, err error) {
	err = b.read(ctx, companyKey, func(c *company) error {
		if since == "" {
			ch.Next = b.watermark(companyKey, c.seq)
			return nil
		}
		seq, err := b.since(companyKey, c, since)
		if err != nil {
			return err
		}
		next := sort.Search(len(c.log), func(i int) bool { return c.log[i].seq > seq })
		for _, e := range c.log[next:] {
			last := c.byID[e.id]
			if last.seq != e.seq { // a later entry of the log has the session
				continue
			}
			if len(ch.Sessions) == limit {
				ch.More = true
				return nil
			}
			ch.Sessions = append(ch.Sessions, last.session.Clone())
			ch.Next = b.watermark(companyKey, e.seq)
		}
		ch.Next = b.watermark(companyKey, c.seq)
		return nil
	})
	if err != nil {
		return store.Changes{}, err
	}
	return ch, nil
}

// checkEverySessions is how many sessions are examined between two checks of the context.
const checkEverySessions = 256

// search returns the sessions of the list that the filter matches, newest first, and the position
// that it reached. The list is ordered oldest first.
func search(ctx context.Context, list []*sessions.Session, sel store.Selection) (found []*sessions.Session, reached store.Position, err error) {
	if err := sel.Filter.Err(); err != nil {
		return nil, store.Position{}, err
	}
	for i, s := range slices.Backward(list) {
		looked := len(list) - 1 - i
		if looked%checkEverySessions == 0 && ctx.Err() != nil {
			return nil, store.Position{}, fmt.Errorf("memstore: %w", ctx.Err())
		}
		if sel.Budget > 0 && looked == sel.Budget {
			if len(found) < sel.Limit {
				// The last session that was examined.
				reached = store.PositionOf(list[i+1])
			}
			return found, reached, nil
		}
		if !sel.Filter.Match(s) {
			continue
		}
		// A further match shows that this is not the end.
		if len(found) == sel.Limit {
			return found, reached, nil
		}
		if found = append(found, s); len(found) == sel.Limit {
			reached = store.PositionOf(s)
		}
	}
	return found, store.Position{}, nil
}

// between returns the part of the list that lies after the selection's position and within its
// range of creation times.
func (c *company) between(sel store.Selection) []*sessions.Session {
	from, to := sel.Filter.Range()
	// All sessions are further back than a zero position.
	end := min(c.index(store.Position{CreatedAt: to}), c.index(sel.After))
	begin := 0
	if !from.IsZero() {
		begin = min(end, c.index(store.Position{CreatedAt: from}))
	}
	return c.list[begin:end]
}

// index returns how many sessions are further back than the position.
func (c *company) index(p store.Position) int {
	return sort.Search(len(c.list), func(i int) bool { return store.PositionOf(c.list[i]).Compare(p) <= 0 })
}

// watermark returns the watermark of the change with the number seq. The watermark before the first
// change is the same in every history, since everything has changed since then.
func (b *Backend) watermark(name string, seq uint64) store.Watermark {
	history := "0"
	if seq > 0 {
		history = b.ownHistory()
	}
	moment := history + "." + strconv.FormatUint(seq, 10)
	return store.Watermark(fmt.Sprintf("%s.%08x", moment, crc32.ChecksumIEEE([]byte(moment+" "+name))))
}

func (b *Backend) ownHistory() string {
	b.once.Do(func() {
		random := make([]byte, 8)
		_, _ = rand.Read(random) // never fails
		b.history = hex.EncodeToString(random)
	})
	return b.history
}

// since returns the number of the change that a watermark is of.
func (b *Backend) since(name string, c *company, w store.Watermark) (uint64, error) {
	parts := strings.Split(string(w), ".")
	if len(parts) != 3 {
		return 0, store.ErrWatermark
	}
	seq, err := strconv.ParseUint(parts[1], 10, 64)
	// Compare the whole text: this checks the checksum and the history.
	if err != nil || b.watermark(name, seq) != w || seq > c.seq || seq < c.purged {
		return 0, store.ErrWatermark
	}
	return seq, nil
}
