package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// What work costs, in rows that are read in order, as measured on PostgreSQL. A posting, with its part in an intersection, costs about as
// much as one. A row that has to be fetched because its list entry does not answer the filter costs dearRow times as much.
const (
	lookUpCost = 8  // of a session that a posting names
	probeCost  = 10 // of a bucket where a driver has no postings
	dearRow    = 4
)

// The work of one step. A small budget makes smaller steps, so that it is not spent before the walk begins.
const (
	firstRead  = 500   // rows of the first ordered read
	mostRead   = 16000 // rows of the longest
	firstMost  = 2000  // postings of a driver in the first step of the walk: most pages are full soon
	mostMost   = 6000  // and in a later step
	mostCount  = 16000 // in a step that only counts them
	mostLookUp = 2000  // sessions looked up for the postings of one bucket: about half of what reading it in order costs
	leastSteps = 8     // that a budget lasts for

	progressShare = 4 // the part of a budget, one in so many, that is kept for reading in order
)

// walk searches a selection from its newest end to its oldest in steps of bounded work.
type walk struct {
	conn
	selection
	fragments *fragments
	again     engine.Part // the condition without an estimate of how many rows are the company's: PostgreSQL would plan anew each time
	drivers   []driver
	plain     bool // the selection has no other condition than its range
	exact     bool // the sessions that all drivers name are the selection
	weight    int  // 1, or dearRow

	bounded bool
	budget  int // of rows
	rows    int // of the first ordered read
	most    int // postings of one step

	want  int                             // sessions still wanted
	page  int                             // how many they were at first
	each  func(s *sessions.Session) error // takes them; the session is lent
	count bool                            // or they are counted only
	found int
}

// newWalk compiles a selection.
func (b *Backend) newWalk(c conn, sel store.Selection) (*walk, error) {
	s, err := b.compile(sel)
	if err != nil {
		return nil, err
	}
	w := &walk{conn: c, selection: s, fragments: &b.fragments, rows: firstRead, most: mostMost}
	if sel.Budget > 0 {
		w.bounded, w.budget = true, sel.Budget
		step := max(1, w.budget/leastSteps)
		w.rows, w.most = min(w.rows, step), min(w.most, step)
	}
	w.plain = s.filter.IsZero()
	w.drivers = driversOf(s.filter)
	w.exact = isExact(s.filter)
	w.weight = 1
	if s.filter.Fields().Minus(listed) != 0 {
		w.weight = dearRow
	}
	unknown := b.engine.Columns
	unknown.Company = filter.Expr(b.fragments.opaque).NotNull()
	w.again.Text, w.again.Args, err = filter.SQL(s.company, s.filter, b.dialect, unknown).ToSql()
	return w, err
}

// listed are the fields that the list index answers for. Reasons are: those that it does not hold are rare.
var listed = sessions.SearchFields().Union(sessions.FieldsOf(sessions.FieldCreatedAt, sessions.FieldStatus, sessions.FieldReasons,
	sessions.FieldDocumentType, sessions.FieldMatchLevel))

func (w *walk) goesOn() bool { return !w.end && w.want > 0 && !(w.bounded && w.budget <= 0) }

// counts tells whether nothing but postings is counted.
func (w *walk) counts() bool { return w.count && w.exact }

// begin narrows the walk to the company's newest and oldest sessions, and returns the company's state. All are of one
// moment: a session that comes in afterwards is a later change.
func (w *walk) begin(ctx context.Context) (now state, err error) {
	var newest, oldest sql.NullInt64
	now, err = w.state(ctx, w.engine.Edges, w.company, &newest, &oldest)
	if next := newest.Int64 + 1; next < w.pos.us {
		w.pos = position{us: next}
	}
	w.low = max(w.low, oldest.Int64)
	w.end = w.end || !newest.Valid || w.pos.us < w.low
	return now, err
}

// run walks until enough is found, the end is reached or the budget is spent.
func (w *walk) run(ctx context.Context) error {
	if w.page = w.want; w.end {
		return nil
	}
	from, reserve := w.pos, (w.budget+progressShare-1)/progressShare
	var err error
	switch {
	case w.plain:
		err = w.all(ctx)
	case len(w.drivers) == 0:
		err = w.inOrder(ctx, w.low)
	default:
		w.budget -= min(reserve*w.weight, w.budget/2)
		if err = w.byDrivers(ctx); err == nil && !w.end && w.want > 0 {
			err = w.getOn(ctx, from, reserve)
		}
	}
	if err != nil || w.end || w.want == 0 {
		return err
	}
	return w.lookAhead(ctx)
}

// getOn reads in order until as many rows have been passed since from, whatever the walk has learnt: looking ahead can cost all
// of a budget without getting anywhere.
func (w *walk) getOn(ctx context.Context, from position, rows int) error {
	pos := w.pos
	w.pos = from
	floor, last, err := w.nth(ctx, rows, w.low)
	w.pos = pos
	if err != nil || !last && !floor.before(pos) {
		return err
	}
	if err := w.takePage(ctx, floor); err != nil || w.want == 0 {
		return err
	}
	w.pos, w.end = floor, last
	return nil
}

// nth returns the position of the nth row behind w.pos, or low and last where there are fewer.
func (w *walk) nth(ctx context.Context, n int, low int64) (p position, last bool, err error) {
	floor := position{us: low}
	err = w.first(ctx, w.engine.Floor, w.within(floor, engine.Args{"company": w.company, "skip": n - 1}), &p.us, &p.id)
	if errors.Is(err, sql.ErrNoRows) {
		return floor, true, nil
	}
	return p, false, err
}

// all takes what is wanted where nothing is filtered.
func (w *walk) all(ctx context.Context) error {
	if w.bounded && w.count {
		w.want = min(w.want, w.budget+1)
		w.page = w.want
	}
	err := w.takePage(ctx, position{us: w.low})
	w.end = w.want > 0
	w.want = 0
	return err
}

// lookAhead finds out whether the end is reached when the budget is spent: a page that says that it is partial should be.
func (w *walk) lookAhead(ctx context.Context) error {
	var one int
	err := w.first(ctx, w.engine.Follows, w.within(position{us: w.low}, engine.Args{"company": w.company}), &one)
	if errors.Is(err, sql.ErrNoRows) {
		w.end = true
		return nil
	}
	return err
}

// within adds to the arguments of a statement the part of the list from behind w.pos down to floor.
func (w *walk) within(floor position, args engine.Args) engine.Args {
	return between(w.pos, floor, args)
}

// inOrder reads all that was created down to low, in growing parts.
func (w *walk) inOrder(ctx context.Context, low int64) error {
	for n := w.rows; w.goesOn() && w.pos != (position{us: low}); n = min(n*4, mostRead) {
		if err := w.ordered(ctx, n, low); err != nil {
			return err
		}
	}
	return nil
}

// ordered searches the next n rows in the order of the list, none created before low.
func (w *walk) ordered(ctx context.Context, n int, low int64) error {
	if w.bounded {
		n = max(1, min(n, w.budget/w.weight))
	}
	w.budget -= n * w.weight
	floor, last, err := w.nth(ctx, n, low)
	if err != nil {
		return err
	}
	if err := w.takePage(ctx, floor); err != nil {
		return err
	}
	w.pos = floor
	w.end = last && low == w.low
	return nil
}

// byDrivers reads the newest sessions, which is all that most lists need, and then walks the postings of the drivers.
func (w *walk) byDrivers(ctx context.Context) error {
	start := w.pos
	if !w.counts() {
		if err := w.newest(ctx); err != nil {
			return err
		}
	}
	return w.buckets(ctx, start)
}

// newest searches the next rows. Where the engine stops as soon as it has found enough, and nobody needs to know how far back that
// was, it does so in one statement: the walk goes on behind the last session found.
func (w *walk) newest(ctx context.Context) error {
	cost := w.rows * w.weight
	if w.count || w.engine.NewestPage == "" || w.bounded && w.budget < 2*cost {
		return w.ordered(ctx, w.rows, w.low)
	}
	w.budget -= cost
	args := w.within(position{us: w.low}, engine.Args{"company": w.company, "condition": w.again, "rows": w.rows, "limit": w.page})
	return w.takeRows(ctx, w.engine.NewestPage, args)
}

// takePage reads, or counts, the matches from behind w.pos down to floor.
func (w *walk) takePage(ctx context.Context, floor position) error {
	args := w.within(floor, engine.Args{"condition": w.condition, "limit": w.page})
	if w.count {
		return w.takeCount(ctx, w.engine.CountPage, args)
	}
	args["company"] = w.company
	return w.takeRows(ctx, w.engine.Page, args)
}

// takeCount counts what a statement has counted.
func (w *walk) takeCount(ctx context.Context, st engine.Statement, args engine.Args) error {
	var n int
	err := w.first(ctx, st, args, &n)
	w.counted(n)
	return err
}

func (w *walk) counted(n int) {
	n = min(n, w.want)
	w.found += n
	w.want -= n
}

// takeRows takes the sessions of a statement's packed rows, as many as are still wanted. others take the columns before them, which every
// row repeats; a row may have those only.
func (w *walk) takeRows(ctx context.Context, st engine.Statement, args engine.Args, others ...any) error {
	type packedRow struct{ id, columns string }
	var list []packedRow
	var id, columns sql.NullString
	dest := append(others, &id, &columns)
	err := w.conn.rows(ctx, st, args, func(rows *sql.Rows) error {
		if err := rows.Scan(dest...); err != nil {
			return failed(ctx, w.op, err)
		}
		if id.Valid {
			list = append(list, packedRow{id.String, columns.String})
		}
		return nil
	})
	if err != nil {
		return err
	}
	r := row.NewReader(readable)
	for _, packed := range list[:min(len(list), w.want)] {
		s := new(sessions.Session)
		if r.Unpack(packed.columns) {
			_, err = r.Session(w.company, s)
		} else {
			s, err = w.session(ctx, w.engine.Get, ofSchema(engine.Args{"company": w.company, "id": packed.id}), w.company)
		}
		if err != nil {
			return err
		}
		w.want--
		w.pos = position{s.CreatedAt.UnixMicro(), s.ID}
		if err := w.each(s); err != nil {
			return err
		}
	}
	return nil
}
