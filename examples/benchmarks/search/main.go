// Command search measures the time of each keystroke of a search in sqlstore's tables on
// PostgreSQL, MariaDB or SQLite, and the time that the usual ways of searching take with the same
// data.
//
//	go -C examples run ./benchmarks/search -dsn postgres://... -n 10000000
//	go -C examples run ./benchmarks/search -dsn 'user:password@tcp(host)/database' -n 2000000
//	go -C examples run ./benchmarks/search -dsn /var/tmp/sessions.db -n 2000000
//
// The first run generates the sessions and loads them; later runs find them loaded. Give it a
// database of its own: PostgreSQL's tables are emptied before they are loaded. It replays queries
// of many kinds (workload.go) character by character with store.Store and its default budget, and
// prints Markdown: percentiles by kind and by length, partial answers, sizes, the time to load,
// pages far back, counts, the cost of inserting; then a sample of the same keystrokes as LIKE or
// ILIKE, and on PostgreSQL with a trigram index (the extension pg_trgm, which it builds and drops
// again). Last, it compares pages with the result of filter.Filter.Match for every session of the
// largest company.
//
// With -steps import, it imports n sessions into the existing tables, and compares that with COPY,
// LOAD DATA or plain statements into a table that has only its list index.
//
// With -steps opponent -for 3m, a random search with hill climbing looks for the slowest filter,
// and then for the slowest write. This changes the database.
//
// With -workload second, the data and the queries are those of another shape, with which nothing
// was tuned; with -churn 200, another connection inserts and decides 200 sessions a second
// meanwhile.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// options has the flags.
type options struct {
	dsn, engine     string
	n               int
	seed            uint64
	workload, steps string
	kinds           string
	svg, markdown   string
	limit           time.Duration
	keystrokes      int
	runs            int
	compared        int
	churn           int
	slow            bool
	duration        time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.dsn, "dsn", "", "database: a PostgreSQL URL, a MariaDB DSN, or the path of an SQLite file")
	flag.StringVar(&o.engine, "engine", "", "postgres, mariadb or sqlite, where the DSN does not tell")
	flag.IntVar(&o.n, "n", 200_000, "sessions to generate and load into an empty database")
	flag.Uint64Var(&o.seed, "seed", 1, "of the sessions and the queries")
	flag.StringVar(&o.workload, "workload", "first", "first, or second: other names, numbers and companies")
	flag.StringVar(&o.steps, "steps", "search,pages,count,insert,naive,trigram,check", "what to measure")
	flag.StringVar(&o.svg, "svg", "", "file to draw latency by typed length into")
	flag.StringVar(&o.markdown, "markdown", "", "file to write the report into, beside the standard output")
	flag.DurationVar(&o.limit, "limit", 10*time.Second, "after which a naive or trigram query is given up")
	flag.IntVar(&o.keystrokes, "keystrokes", 10_000, "of the workload, at most: fewer for a quick look")
	flag.IntVar(&o.runs, "runs", 1, "over the workload; what earlier ones have read, the last one finds cached")
	flag.StringVar(&o.kinds, "kinds", "", "of queries that are asked, separated by commas, such as \"initials,two words\"; all if empty")
	flag.IntVar(&o.compared, "compared", 60, "keystrokes of the naive, trigram and exhaustive searches")
	flag.IntVar(&o.churn, "churn", 0, "writes per second by another connection during the searches")
	flag.BoolVar(&o.slow, "slowest", false, "list the slowest keystrokes, with the generated names that they search")
	flag.DurationVar(&o.duration, "for", 3*time.Minute, "how long the step opponent looks for the slowest filter and write, which it stores")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "search:", err)
		os.Exit(1)
	}
}

// shape returns the shape of the workload's sessions.
func (o options) shape() (generate.Shape, error) {
	switch o.workload {
	case "first":
		return generate.Georgia, nil
	case "second":
		return generate.Abroad, nil
	default:
		return 0, fmt.Errorf("no workload %q: first or second", o.workload)
	}
}

// does reports whether a step is one of those to run.
func (o options) does(step string) bool { return slices.Contains(strings.Split(o.steps, ","), step) }

// run runs the steps and writes the report.
func run(ctx context.Context, o options, out io.Writer) error {
	shape, err := o.shape()
	if err != nil {
		return err
	}
	if o.markdown != "" {
		f, err := os.Create(o.markdown)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		out = io.MultiWriter(out, f)
	}
	e, err := open(ctx, o.engine, o.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = e.db.Close() }()
	b := &bench{options: o, engine: e, report: report{out}, generated: generate.Options{
		N: o.n, Seed: o.seed, Shape: shape, From: generate.DefaultTo.AddDate(-3, 0, 0), To: generate.DefaultTo,
	}}
	b.line("# Search on %s\n\n%s; load of the machine %s; %s.\n\n    go -C examples run ./benchmarks/search %s\n",
		e.name, machine(), load(), time.Now().UTC().Format("2006-01-02 15:04 UTC"), strings.Join(b.arguments(), " "))
	if err := sqlstore.Migrate(ctx, e.db, e.dialect); err != nil {
		return err
	}
	if o.does("import") {
		if err := b.imports(ctx); err != nil {
			return fmt.Errorf("import: %w", err)
		}
	}
	if o.steps == "import" { // it needs no other sessions
		return nil
	}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"search", b.search}, {"pages", b.pages}, {"count", b.count}, {"insert", b.insert}, {"naive", b.naive}, {"trigram", b.trigram}, {"check", b.check},
		{"opponent", b.opponent},
	} {
		if !o.does(step.name) {
			continue
		}
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	b.line("Load of the machine at the end: %s.", load())
	return b.draw()
}

// bench is one run of the benchmark.
type bench struct {
	options
	report
	engine    *engine
	generated generate.Options
	store     *store.Store
	watch     stopwatch
	companies []company
	strokes   []keystroke
	ours      []sample
	others    []curve
}

// prepare loads the sessions if there are none, and makes the workload.
func (b *bench) prepare(ctx context.Context) error {
	e := b.engine
	var err error
	if b.companies, err = e.companies(ctx); err != nil {
		return err
	}
	if len(b.companies) == 0 {
		list, err := generate.Sessions(b.generated)
		if err != nil {
			return err
		}
		took, err := e.load(ctx, list)
		if err != nil {
			return fmt.Errorf("load: %w", err)
		}
		b.line("%d sessions loaded in %s, of which %s for indexes and statistics and %s for packing.", took.rows,
			took.ended.Round(time.Second), (took.indexed - took.copied).Round(time.Second), (took.ended - took.indexed).Round(time.Second))
		if b.companies, err = e.companies(ctx); err != nil {
			return err
		}
	}
	total := 0
	var names []string
	for _, c := range b.companies {
		total += c.total
		names = append(names, fmt.Sprintf("%s %d", c.key, c.total))
	}
	b.line("%d sessions: %s.", total, strings.Join(names, ", "))
	if err := b.sizes(ctx); err != nil {
		return err
	}
	return b.queries(ctx)
}

// arguments returns the arguments of the command, without the DSN, which may contain a password.
func (b *bench) arguments() []string {
	args := slices.Clone(os.Args[1:])
	for i, a := range args {
		switch {
		case a == "-dsn" && i+1 < len(args):
			args[i+1] = "..."
		case strings.HasPrefix(a, "-dsn="):
			args[i] = "-dsn=..."
		}
	}
	return args
}

// sizes reports the sizes of tables and indexes.
func (b *bench) sizes(ctx context.Context) error {
	list, err := b.engine.sizes(ctx)
	if err != nil {
		return err
	}
	var rows [][]string
	sum := int64(0)
	for _, s := range list {
		rows = append(rows, []string{s.name, showBytes(s.bytes)})
		sum += s.bytes
	}
	b.table("Sizes", []string{"table or index", "bytes"}, append(rows, []string{"**all**", showBytes(sum)}))
	return nil
}

// queries makes the workload from people who are stored.
func (b *bench) queries(ctx context.Context) error {
	b.engine.db.SetMaxOpenConns(1) // the statements of a page run one after the other
	b.watch = b.engine.watch(ctx)
	b.store = store.New(sqlstore.New(b.engine.db, b.engine.dialect), store.Options{})
	var drawn [3]people
	for i, c := range []company{b.companies[0], b.companies[len(b.companies)/2], b.companies[len(b.companies)-1]} {
		var err error
		if drawn[i], err = draw(ctx, b.engine, c, 400, b.generated.From, b.generated.To); err != nil {
			return err
		}
	}
	old := b.generated.Shape.OldNames()
	b.strokes = keystrokes(workload(drawn[0], drawn[1], drawn[2], old, b.seed))
	if b.kinds != "" {
		kinds := strings.Split(b.kinds, ",")
		b.strokes = slices.DeleteFunc(b.strokes, func(k keystroke) bool { return !slices.Contains(kinds, k.class) })
	}
	if b.strokes = every(b.strokes, b.keystrokes); len(b.strokes) == 0 {
		return fmt.Errorf("no queries of the kinds %q", b.kinds)
	}
	return nil
}

// search measures the keystrokes of the workload.
func (b *bench) search(ctx context.Context) error {
	if b.runs < 1 {
		return fmt.Errorf("-runs %d: at least 1 is needed", b.runs)
	}
	// Warm up connections, plans and caches.
	if _, err := replay(ctx, b.store, b.watch, every(b.strokes, 200)); err != nil {
		return err
	}
	var writes *churn
	finish := func() {}
	if b.churn > 0 {
		other, err := open(ctx, b.options.engine, b.dsn)
		if err != nil {
			return err
		}
		defer func() { _ = other.db.Close() }()
		writing, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() { defer close(done); writes = other.churn(writing, b.churn, b.generated) }()
		finish = func() { stop(); <-done }
	}
	var err error
	var before, after []sample
	byKind := func(s sample) string { return s.class }
	for run := 1; run <= b.runs && err == nil; run++ {
		if b.ours, err = replay(ctx, b.store, b.watch, b.strokes); run < b.runs {
			b.samples(fmt.Sprintf("One keystroke, run %d of %d, by kind", run, b.runs), groupsBy(b.ours, byKind), 0)
		}
	}
	if err == nil {
		before, after, err = again(ctx, b.store, b.watch, b.ours, max(1, len(b.ours)/40), 3)
	}
	if finish(); err != nil {
		return err
	}
	heading := "One keystroke"
	if writes != nil {
		if writes.err != nil {
			return writes.err
		}
		heading = fmt.Sprintf("One keystroke, while %.0f sessions a second were inserted and decided", float64(writes.writes)/writes.lasted.Seconds())
	}
	b.samples(heading+", by kind", groupsBy(b.ours, byKind), 0)
	b.samples(heading+", by length typed", lengths(b.ours), 0)
	calm := &group{}
	for _, s := range withRepeats(b.ours, before, after) {
		calm.add(s)
	}
	b.line("The slowest %d keystrokes were asked three times again. With the median of that in place of a slower first time: p90 %s, p99 %s, max %s. Load of the machine: %s.\n", len(before),
		show(calm.took.percentile(90), 0), show(calm.took.percentile(99), 0), show(calm.took.percentile(100), 0), load())
	if writes != nil {
		b.line("Writes: p50 %s, p99 %s, max %s; %d of %d begun more than a second late.\n", show(writes.took.percentile(50), 0),
			show(writes.took.percentile(99), 0), show(writes.took.percentile(100), 0), writes.late, writes.writes)
	}
	if b.slow {
		var rows [][]string
		for i, s := range before {
			rows = append(rows, []string{s.class, s.company, s.selection().Text(), fmt.Sprint(s.rows), fmt.Sprint(s.partial), show(s.took, 0), show(s.processor, 0), show(after[i].took, 0), show(after[i].processor, 0)})
		}
		b.table("The slowest keystrokes", []string{"kind", "company", "selection", "found", "partial", "first", "CPU", "again", "CPU"}, rows)
	}
	return nil
}

// longestRunes is the typed length from which on all keystrokes are in one group.
const longestRunes = 12

// lengths returns the groups by typed length, with their names.
func lengths(samples []sample) []*group {
	var list []*group
	for _, g := range groupsByLength(samples, longestRunes) {
		g.name = fmt.Sprint(g.length)
		if g.length == longestRunes {
			g.name += " or more"
		}
		list = append(list, &g.group)
	}
	return list
}

// pages measures pages at the front and further back.
func (b *bench) pages(ctx context.Context) error {
	big := b.companies[0].key
	usual := ""
	for _, k := range b.strokes {
		if k.class == common {
			usual = k.typed // the last name of the class, typed in full
		}
	}
	var rows [][]string
	for _, one := range []struct {
		name string
		f    filter.Filter
	}{
		{"everything", filter.Filter{}},
		{"one letter", filter.Search("g")},
		{"a common name", filter.Search(usual)},
		{"failed", filter.Status(sessions.Failed)},
		{"digital spoof", filter.FailedFor(sessions.DigitalSpoof)},
	} {
		d, err := pages(ctx, b.store, big, one.name, one.f, 40, 100)
		if err != nil {
			return err
		}
		rows = append(rows, []string{
			d.name, show(d.first.percentile(50), 0), show(d.first.percentile(90), 0), show(d.front.percentile(50), 0), show(d.front.percentile(90), 0),
			fmt.Sprint(d.skipped), show(d.deep.percentile(50), 0), show(d.deep.percentile(90), 0), fmt.Sprint(d.partials),
		})
	}
	b.table("Pages further back, each of 50", []string{
		"selection", "page 1 p50", "p90", "pages 2 to 41 p50", "p90", "sessions before", "40 pages there p50", "p90", "partial",
	}, rows)
	return nil
}

// count measures the counts beside the list.
func (b *bench) count(ctx context.Context) error {
	part := every(b.strokes, 600)
	samples, err := counted(ctx, b.store, b.watch, part)
	if err != nil {
		return err
	}
	b.samples(fmt.Sprintf("Counting up to %d beside the list (partial: the budget ended it)", store.DefaultCountLimit),
		groupsBy(samples, func(s sample) string { return s.class }), 0)
	return nil
}

// insert measures inserting.
func (b *bench) insert(ctx context.Context) error {
	n, err := b.engine.insertion(ctx, min(10_000, b.n), 500)
	if err != nil {
		return err
	}
	b.line("Inserting %d sessions in transactions of %d: %s through the Backend, %s into a table with the list index alone: %.1f times.\n", n.rows, n.batch,
		n.ours.Round(time.Millisecond), n.barely.Round(time.Millisecond), n.ours.Seconds()/n.barely.Seconds())
	return nil
}

// naive compares with LIKE on four columns.
func (b *bench) naive(ctx context.Context) error {
	return b.compare(ctx, "LIKE on four columns", "LIKE")
}

// trigram compares with LIKE and a trigram index, on PostgreSQL only.
func (b *bench) trigram(ctx context.Context) error {
	if !b.engine.is(sqlstore.Postgres) {
		return nil
	}
	bytes, took, drop, err := b.engine.trigram(ctx)
	defer func() { _ = drop() }()
	if err != nil {
		return err
	}
	b.line("The trigram index takes %s and %s to build.", showBytes(bytes), took.Round(time.Second))
	return b.compare(ctx, "LIKE on four columns, with a trigram index", "trigram")
}

// compare measures a sample of the keystrokes in the naive way, and the same ones with the store.
func (b *bench) compare(ctx context.Context, heading, label string) error {
	part := every(plain(b.strokes), b.compared)
	theirs, err := b.engine.naive(ctx, part, b.limit)
	if err != nil {
		return err
	}
	ours, err := replay(ctx, b.store, b.watch, part)
	if err != nil {
		return err
	}
	kind := func(s sample) string { return s.class }
	b.samples(heading, groupsBy(theirs, kind), b.limit)
	b.samples("The same keystrokes through the store", groupsBy(ours, kind), 0)
	style := map[string]string{"LIKE": "theirs", "trigram": "other"}[label]
	by := groupsByLength(theirs, longestRunes)
	b.others = append(b.others, curveOf(label+" median", style, by, 50), curveOf(label+" slowest", style+" dashed", by, 100))
	return nil
}

// check compares pages with an exhaustive search.
func (b *bench) check(ctx context.Context) error {
	var part []keystroke
	for _, k := range b.strokes {
		if k.company == b.companies[0].key {
			part = append(part, k)
		}
	}
	c, err := check(ctx, b.store, b.companies[0].key, every(part, b.compared))
	if err != nil {
		return err
	}
	b.line("Compared with an exhaustive search: the pages of %d keystrokes, %d sessions, found in Go among %d: %d pages differ. %s\n", c.keystrokes, c.sessions, c.read, c.differ, c.firstDifference)
	if c.differ > 0 {
		return fmt.Errorf("%d pages differ from an exhaustive search", c.differ)
	}
	return nil
}

// draw writes the drawing.
func (b *bench) draw() error {
	if b.svg == "" || len(b.ours) == 0 {
		return nil
	}
	total := 0
	for _, c := range b.companies {
		total += c.total
	}
	by := groupsByLength(b.ours, longestRunes)
	curves := append([]curve{
		curveOf("sessionkit median", "ours", by, 50), curveOf("sessionkit slowest", "ours dashed", by, 100),
	}, b.others...)
	title := fmt.Sprintf("One keystroke among %.3g million sessions", float64(total)/1e6)
	note := fmt.Sprintf("%s; newest 50 matches; median and slowest; what takes over %s is given up", b.engine.name, b.limit)
	return os.WriteFile(b.svg, []byte(drawSVG(title, note, curves, longestRunes)), 0o600)
}
