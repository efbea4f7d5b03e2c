package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// ImportOptions are the options of [Backend.Import]. The zero ImportOptions are the defaults.
type ImportOptions struct {
	// Version returns the version of a session, see [store.Versioned]. For a table that is still
	// written to, use the time of a row's last change in microseconds. If it is nil, the version of
	// all sessions is 0, as with [Backend.Insert].
	Version func(*sessions.Session) int64

	// Skip is how many of the source's first sessions to skip: the [ImportProgress].Done of an
	// import from the same source that was interrupted.
	Skip int64

	// Progress, if not nil, is called after each part that is stored. If you keep Done, or Reached,
	// you can continue from there after a crash. An error ends the import.
	Progress func(ImportProgress) error

	// Load, if not nil, stores the rows of new sessions with the engine's own bulk command, which
	// takes less than half the work of INSERT. See [Load].
	Load Load

	// Refused is called for each session that cannot be stored, with its number in the source, from
	// 1: one that is not valid, or whose creation time differs from that of the stored session. If
	// it returns nil, the import continues with the others. If Refused is nil, the import ends at
	// the first such session.
	Refused func(row int64, err error) error
}

// Load appends rows to a table with the engine's own bulk command, such as COPY or LOAD DATA, and
// returns how many it stored. The SDK imports no driver, so the host writes it. With pgx:
//
//	func(
//		ctx context.Context, conn *sql.Conn, table string, columns []string, rows [][]any,
//	) (n int64, err error) {
//		err = conn.Raw(func(driver any) error {
//			c := driver.(*stdlib.Conn).Conn()
//			n, err = c.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
//			return err
//		})
//		return n, err
//	}
//
// The connection is within the transaction of the part. Load must neither end the transaction nor
// keep the connection or the rows. Values are nil, int64 or string, as those of a [Bulk].
//
// A row whose session is stored already must be an error, or not be stored and not be counted. A
// value that the column cannot hold must be an error: LOAD DATA LOCAL gives a warning and stores
// something else, so check @@warning_count. Import counts the rows that Load has stored. If Load
// returns another number, it does not work: the part is undone, and an error that wraps [ErrLoad]
// ends the import. If Load returns an error or has stored only some of the rows, the part is undone
// and stored with INSERT. If it turns out that all of its sessions were new, Load does not work, and
// its error, or one that wraps [ErrLoad], ends the import once the part is stored, unless the engine
// rolled the transaction back because of others.
type Load func(ctx context.Context, conn *sql.Conn, table string, columns []string, rows [][]any) (int64, error)

// ImportProgress says how far an import has come.
type ImportProgress struct {
	// Done is how many of the source's first sessions are finished: stored, skipped, or refused.
	Done int64
	// Reached is the position of the last of them, for a source in the order of the list that can
	// continue from a position ([store.Selection].After), such as a table that is written to
	// meanwhile, where row numbers move. Zero: none was read, or all were skipped.
	Reached store.Position

	Skipped int64 // of Done, by ImportOptions.Skip
	Created int64 // new
	Updated int64 // had a lower version
	Older   int64 // not stored: a newer version is stored
	Equal   int64 // not stored: they are stored already
	Kept    int64 // not stored: the same version is stored with other content, which stays
	Purged  int64 // not stored: they were purged, and their tombstones are kept
	Refused int64 // cannot be stored

	Elapsed time.Duration // since the call began
}

// Rate returns the sessions done per second since the call began, without those skipped.
func (p ImportProgress) Rate() float64 {
	if p.Elapsed <= 0 {
		return 0
	}
	return float64(p.Done-p.Skipped) / p.Elapsed.Seconds()
}

// Left estimates how long the rest takes if the source has total sessions. It returns 0 if that is
// not known, or if nothing is left.
func (p ImportProgress) Left(total int64) time.Duration {
	rate := p.Rate()
	if rate <= 0 || total <= p.Done {
		return 0
	}
	return time.Duration(float64(total-p.Done) / rate * float64(time.Second))
}

// ImportError names the session at which an import ended, by its number in the source. It wraps and
// prints the reason: either why the session cannot be stored, without a person's data, or the error
// of the source.
type ImportError struct {
	Row int64 // from 1, those skipped included
	Err error
}

// Error names the row and the reason.
func (e *ImportError) Error() string {
	return fmt.Sprintf("sqlstore: import: session %d: %v", e.Row, e.Err)
}

// Unwrap returns the reason.
func (e *ImportError) Unwrap() error { return e.Err }

// Format prints the message, whatever the verb, and never anything else that the reason holds.
func (e ImportError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// MarshalText returns the message.
func (e ImportError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

const (
	// importPartSessions is the number of sessions of a part, which is one transaction: other
	// writers to the company wait for it.
	importPartSessions = 2048
	// importTails is how many times as many changes are packed at once as writers leave in a tail.
	// Until then searches read them row by row.
	importTails = 8

	// mostRecentSessions is the number of sessions whose digests an import keeps until they are
	// packed: two of the largest segments.
	mostRecentSessions = 2 << 16
)

// Import stores the sessions of a source, of any number of companies and in any order, as
// [Backend.Put] does: in parts, each of which is stored completely or not at all. Companies may be
// new or have sessions already, and others may write to them meanwhile. Sessions that are stored
// already are skipped. So an import that was interrupted may be repeated as a whole, or from the
// last ImportOptions.Progress on: nothing is lost, and nothing is stored twice.
//
// It returns how far it came, even with an error: the sessions that it counts are stored. The
// errors are [*ImportError] for a bad session or an error of the source, those of Progress or
// Refused unchanged, and those of Put.
//
// The source is ranged over once, on the goroutine of the caller, and the functions of the options
// are called there, except Load: it must not panic, since nobody could recover. The source's
// sessions may be valid only until the next one.
//
// The next part is read while one is stored, and segments are packed at the same time, so that
// Import needs two connections, and a source that reads from the same database one more. Until they
// are packed, searches read sessions row by row: in a new company up to a whole segment, in another
// one up to eight times Packing.Tail, and later, if there are many to import, up to a whole
// segment, too. At the end nothing is left to pack, unless Packing.Tail is negative.
func (b *Backend) Import(ctx context.Context, source iter.Seq2[*sessions.Session, error], opts ImportOptions) (_ ImportProgress, err error) {
	ctx, w := b.watch(ctx, "import", "")
	defer w.End(&err)
	if err := b.Check(ctx); err != nil {
		return ImportProgress{}, err
	}
	im := &importing{b: b, opts: opts, began: time.Now(), fresh: true, unpacked: map[string]int{}, tails: map[string]int64{}}
	if b.packing.Tail >= 0 {
		im.recent = &recent{companies: map[string][]*digests{}}
	}
	err = im.read(ctx, source)
	// Store the part before the error, too.
	if errStored := im.settle(ctx); errStored != nil {
		err = errStored
	}
	if errPacked := im.pack(ctx, err == nil); err == nil {
		err = errPacked
	}
	im.progress.Elapsed = time.Since(im.began)
	return im.progress, err
}

// importing is the state of an import.
type importing struct {
	b        *Backend
	opts     ImportOptions
	began    time.Time
	progress ImportProgress

	part    *importPart      // being read
	written chan *importPart // yields the part that is being written; nil if none is
	// All sessions of the last part were new, so the next ones probably are, too.
	fresh bool

	recent   *recent        // of sessions stored and not packed yet; nil if nothing is packed
	packed   chan error     // yields the error of the packing at work; nil if none is
	unpacked map[string]int // changes of each company since it was last packed
	// The number of changes that make the tail of each company long, once it was needed.
	tails map[string]int64
}

// importPart is the work of one transaction.
type importPart struct {
	rows   []int64           // their numbers in the source
	states []store.Versioned // as they are stored if they are new
	alone  []store.PutResult // the results then; those with an error are refused

	goOn    chan struct{} // closed when the part before is stored, or this one is dropped
	dropped error         // why this part is dropped, or nil

	results []store.PutResult
	kept    []bool // by index: the version is stored with other content
	written []*decision
	// The error of Load, if it failed: the part was stored without it.
	loaded error
	err    error
}

// recent keeps the digests of sessions from when those are stored until they are packed, so that
// packing need not read them. A session that has changed since has another change number, and is
// read.
type recent struct {
	mu        sync.Mutex
	n         int                   // sessions
	companies map[string][]*digests // of each company in the order of their changes
}

// digests are the digests of sessions that were stored together, each after the session's ID and
// its length.
type digests struct {
	seq  int64 // the change numbers follow it
	ends []int // in all
	all  []byte
}

// add adds the digest of a session whose search key is known.
func (d *digests) add(digester *segment.Digester, s *sessions.Session, key searchkey.Key) {
	d.all = append(binary.AppendUvarint(d.all, uint64(len(s.ID))), s.ID...)
	d.all = digester.Append(d.all, s, key)
	d.ends = append(d.ends, len(d.all))
}

// of returns the digest of the session with a key, or nil if it is not known.
func (d *digests) of(k key) []byte {
	i, begin := int(k.change-d.seq-1), 0
	if i < 0 || i >= len(d.ends) {
		return nil
	}
	if i > 0 {
		begin = d.ends[i-1]
	}
	digest := d.all[begin:d.ends[i]]
	size, n := binary.Uvarint(digest)
	id, digest := digest[n:n+int(size)], digest[n+int(size):]
	if string(id) != k.id {
		return nil
	}
	return digest
}

// put keeps the digests of the sessions that were stored, as far as there is room.
func (r *recent) put(written []*decision) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range written {
		if n := len(d.digests.ends); r.n+n <= mostRecentSessions {
			r.n += n
			d.digests.seq = d.seq
			r.companies[d.company] = append(r.companies[d.company], d.digests)
		}
	}
}

// of returns a function that returns the digest of one of a company's sessions, or nil if it is not
// known.
func (r *recent) of(company string) func(key) []byte {
	if r == nil {
		return func(key) []byte { return nil }
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	list := slices.Clone(r.companies[company])
	return func(k key) []byte {
		i, _ := slices.BinarySearchFunc(list, k.change, func(d *digests, change int64) int {
			return cmp.Compare(d.seq+int64(len(d.ends)), change)
		})
		if i == len(list) {
			return nil
		}
		return list[i].of(k)
	}
}

// forget forgets the sessions of a company up to a change that has been packed.
func (r *recent) forget(company string, change int64) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.companies[company] = slices.DeleteFunc(r.companies[company], func(d *digests) bool {
		packed := d.seq+int64(len(d.ends)) <= change
		if packed {
			r.n -= len(d.ends)
		}
		return packed
	})
}

// read reads the source, and has one part after another written. When it returns, the last part may
// still be at work, or not have begun.
func (im *importing) read(ctx context.Context, source iter.Seq2[*sessions.Session, error]) error {
	row := int64(0)
	for s, err := range source {
		row++
		switch {
		case err != nil:
			return &ImportError{row, err}
		case ctx.Err() != nil:
			return failed(ctx, "import", ctx.Err())
		case s == nil:
			return &ImportError{row, fmt.Errorf("%w: no session", sessions.ErrInvalid)}
		case row <= im.opts.Skip:
			im.progress.Done, im.progress.Skipped = row, row
			continue
		}
		if im.part == nil {
			im.part = &importPart{
				rows: make([]int64, 0, importPartSessions), states: make([]store.Versioned, 0, importPartSessions),
				alone: make([]store.PutResult, 0, importPartSessions),
			}
		}
		v := store.Versioned{Session: s}
		if im.opts.Version != nil {
			v.Version = im.opts.Version(s)
		}
		// The session is the source's, and valid only until the next one. The state is a copy.
		state, result := stateAlone(v)
		if state.Session == s {
			state.Session = s.Clone()
		}
		im.part.rows, im.part.states, im.part.alone = append(im.part.rows, row), append(im.part.states, state), append(im.part.alone, result)
		if len(im.part.rows) == importPartSessions {
			if err := im.turn(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// turn prepares the part that was read, waits for the one that is being written, and then lets the
// prepared one be written. If the previous one failed, it drops the prepared one: nothing is stored
// after a gap.
func (im *importing) turn(ctx context.Context) error {
	next := im.part
	im.part = nil
	if next == nil {
		return im.await(ctx)
	}
	next.goOn = make(chan struct{})
	fresh, ready := im.fresh, make(chan *importPart, 1)
	go func() {
		im.b.importPart(ctx, next, im.opts.Load, fresh, im.recent != nil)
		ready <- next
	}()
	func() {
		// A function of the host's may panic: then the prepared part ends, too.
		next.dropped = database.ErrPanicked
		defer close(next.goOn)
		next.dropped = im.await(ctx)
	}()
	if next.dropped != nil {
		<-ready
		return next.dropped
	}
	im.written = ready
	return nil
}

// settle writes the sessions that were read and not written yet, and waits for that.
func (im *importing) settle(ctx context.Context) error {
	if err := im.turn(ctx); err != nil {
		return err
	}
	return im.await(ctx)
}

// importPart puts the sessions of a part, once the part before is stored. It tries again without
// Load if that failed, and if the engine may have ended its transaction to solve a deadlock with
// other writers. If packs is true, it makes the digests of the sessions.
func (b *Backend) importPart(ctx context.Context, p *importPart, load Load, fresh, packs bool) {
	for victims := 0; victims < optimisticAttempts; {
		p.kept = make([]bool, len(p.rows))
		results := slices.Clone(p.alone)
		c := putAlone(p.states, results, func(i int, old *sessions.Session) {
			given := p.states[i].Session
			given.Revision = old.Revision // the revision is the storage's own
			p.kept[i] = !given.Equal(old)
		})
		c.op, c.fresh, c.unpacked, c.digests, c.load = "import", fresh, true, packs, load
		// The rows of this part are made by now, while the part before was being written.
		c.before = func() error {
			<-p.goOn
			return p.dropped
		}
		p.results, p.err = results, b.write(ctx, c, nil)
		p.written = c.written
		switch {
		case c.loaded == nil:
			if !b.mayBeVictim(ctx, p.err) {
				return
			}
			victims++
		case ctx.Err() != nil:
			// Whatever Load has said, the reason is that the part cannot be stored without it.
			p.err = failed(ctx, "import", ctx.Err())
			return
		default:
			p.loaded, load, fresh = c.loaded, nil, false
		}
	}
}

// await waits for the part that is being written, counts the outcomes, and reports the progress.
func (im *importing) await(ctx context.Context) error {
	if im.written == nil {
		return nil
	}
	p := <-im.written
	im.written = nil
	if p.err != nil {
		return p.err
	}
	if im.recent != nil {
		im.recent.put(p.written)
	}
	im.fresh = true
	var stop error
	for i, r := range p.results {
		s := p.states[i].Session
		switch r.Outcome {
		case store.PutCreated:
			im.progress.Created++
			im.unpacked[s.Company]++
		case store.PutUpdated:
			im.progress.Updated++
			im.unpacked[s.Company]++
		case store.PutOlder:
			im.progress.Older++
		case store.PutEqual:
			if p.kept[i] {
				im.progress.Kept++
			} else {
				im.progress.Equal++
			}
		case store.PutPurged:
			im.progress.Purged++
		case store.PutRefused:
			im.progress.Refused++
			// Sessions after the one that ends the import are counted, but Refused is not called
			// again.
			if stop != nil {
				break
			}
			if im.opts.Refused != nil {
				stop = im.opts.Refused(p.rows[i], r.Err)
			} else {
				stop = &ImportError{p.rows[i], r.Err}
			}
			// An import that continues has to reach this session again.
			if stop != nil {
				im.progress.Done = p.rows[i] - 1
			}
		}
		im.fresh = im.fresh && r.Outcome == store.PutCreated
		if stop == nil {
			im.progress.Done, im.progress.Reached = p.rows[i], store.PositionOf(s)
		}
	}
	// If all sessions were new, no stored session was in the way of Load: it does not work.
	if im.fresh && stop == nil && !isRolledBack(ctx, p.loaded) {
		stop = p.loaded
	}
	im.progress.Elapsed = time.Since(im.began)
	if im.opts.Progress != nil {
		if err := im.opts.Progress(im.progress); stop == nil {
			stop = err
		}
	}
	if stop != nil {
		return stop
	}
	return im.packLong(ctx)
}

// packLong packs the companies whose tails have become long, while the next parts are written. If
// the previous packing is still at work, it waits for that: writing must not outrun packing.
func (im *importing) packLong(ctx context.Context) error {
	var long []string
	for company, n := range im.unpacked {
		if int64(n) < importTails*im.b.tailMost() || im.b.packing.Tail < 0 {
			continue
		}
		// With fewer changes no tail is long, so that the company need not be read.
		tail, err := im.tailOf(ctx, company)
		if err != nil {
			return err
		}
		if int64(n) >= tail {
			long = append(long, company)
		}
	}
	if long == nil {
		return nil
	}
	slices.Sort(long)
	if err := im.awaitPacking(); err != nil {
		return err
	}
	tails := make([]int64, len(long))
	for i, company := range long {
		im.unpacked[company], tails[i] = 0, im.tails[company]
		// The import is a large one, perhaps resumed: from now on pack each session once, and not a
		// part of a segment that has to be merged with others.
		im.tails[company] = max(tails[i], min(fanInSegments*tails[i], int64(im.b.segmentMost())))
	}
	im.packed = make(chan error, 1)
	packed := im.packed
	go func() { packed <- im.packTails(ctx, long, tails) }()
	return nil
}

// packTails packs the companies' tails as long as they have so many changes. It leaves the rest to
// pack: packed now, the rest would have to be merged again.
func (im *importing) packTails(ctx context.Context, companies []string, tails []int64) error {
	for i, company := range companies {
		err := im.b.maintain(ctx, company, im.recent, func(d *directory) (task, bool) {
			if d.seq-d.packed >= tails[i] {
				return task{tail: true}, true
			}
			return im.b.small(d)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tailOf returns how many changes make a company's tail long. For a company that was never packed,
// and so is new, it is a whole segment: so each session is packed once.
func (im *importing) tailOf(ctx context.Context, company string) (int64, error) {
	if tail := im.tails[company]; tail > 0 {
		return tail, nil
	}
	tail := importTails * im.b.tailMost()
	err := im.b.using(ctx, "import", func(c conn) error {
		d, err := c.directory(ctx, company)
		if d.packed == 0 {
			tail = max(tail, int64(im.b.segmentMost()))
		}
		return err
	})
	im.tails[company] = tail
	return tail, err
}

// awaitPacking waits for the packing at work, if there is one.
func (im *importing) awaitPacking() error {
	if im.packed == nil {
		return nil
	}
	err := <-im.packed
	im.packed = nil
	return err
}

// pack waits for the packing at work, and then packs the rest if rest is true.
func (im *importing) pack(ctx context.Context, rest bool) error {
	if err := im.awaitPacking(); err != nil || !rest || im.b.packing.Tail < 0 {
		return err
	}
	return im.b.maintainAll(ctx, slices.Sorted(maps.Keys(im.unpacked)), im.recent)
}
