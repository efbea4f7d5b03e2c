package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

const importIntro = `    sessionkit import -dsn sqlite:kyc.db -generate 100000
    sessionkit import -dsn "$DSN" -company acme -in sessions.csv -dry-run
    sessionkit import -dsn "$DSN" -company acme -in sessions.csv -state sessions.state
    sessionkit import -dsn "$DSN" -company acme -from sqlite:kyc.db
    gunzip -c sessions.csv.gz | sessionkit import -dsn "$DSN" -company acme -in -

If an import is cut off, run it again: sessions that are stored already are passed over. With
-state it continues where it stopped; the file is removed when the import is complete.

`

// errState is wrapped if the state file belongs to another import.
var errState = errors.New("the state file is of another import")

// importing has the flags of an import.
type importing struct {
	database
	company
	from        database
	in          string
	format      string
	generate    int
	seed        uint64
	reading     export.ReadOptions
	state       string
	skipRefused bool
	dryRun      bool

	begun state // the point that an earlier import has reached
	total int64 // sessions of the source, -1 if it is not known
	lost  sessions.Fields
}

// state is the content of the file of -state. It has no data of a person.
type state struct {
	Source  string            `json:"source"`
	Done    int64             `json:"done"`
	Reached sessions.Position `json:"reached"`
}

// importFlags defines the command import.
func importFlags(fs *flag.FlagSet) func(context.Context, *terminal) error {
	c := &importing{total: -1}
	var zone, separator string
	var lax bool
	c.database.flags(fs)
	c.company.flags(fs)
	fs.StringVar(&c.in, "in", "", "CSV `file` to read; - is standard input")
	fs.StringVar(&c.from.dsn, "from", "", "another `database` with the tables of package sqlstore, to read")
	fs.IntVar(&c.generate, "generate", 0, "generate this many `sessions`, of several companies, or of -company")
	fs.Uint64Var(&c.seed, "seed", 1, "seed of -generate: the same seed gives the same sessions")
	fs.StringVar(&c.format, "format", "", "the file's format, excel_csv or rfc4180 (default: excel_csv if it begins with a byte order mark)")
	fs.StringVar(&separator, "separator", ",", "the file's separator")
	fs.StringVar(&zone, "zone", "", "time `zone` of the file's times without an offset")
	fs.StringVar(&c.reading.TimeLayout, "time-layout", "", "`layout` of the file's times, in Go's notation, such as \"02.01.2006 15:04:05\"")
	fs.StringVar(&c.reading.BirthLayout, "birth-layout", "", "`layout` of the file's birth dates")
	fs.StringVar(&c.reading.ExpirationLayout, "expiration-layout", "", "`layout` of the file's expiration dates")
	fs.BoolVar(&lax, "lax", false, "ignore unknown columns, and treat missing ones as empty")
	fs.StringVar(&c.state, "state", "", "record in this `file` how far the import has come, and continue from there")
	fs.BoolVar(&c.skipRefused, "skip-refused", false, "continue if a session cannot be stored, and say which")
	fs.BoolVar(&c.dryRun, "dry-run", false, "read and check everything, name the first bad rows, count the others, and store nothing")
	return func(ctx context.Context, t *terminal) (err error) {
		switch sources := count(c.in != "", c.from.dsn != "", c.generate > 0); {
		case sources != 1:
			return cli.Usagef("one of -in, -from and -generate is needed")
		case c.viewer.Company == "" && c.generate == 0:
			return c.company.check()
		case len([]rune(separator)) != 1:
			return cli.Usagef("-separator: not one character")
		}
		if c.state != "" && c.in != "" {
			// A pipe cannot be read again, and another one would look the same.
			if info, err := os.Stat(c.in); c.in == "-" || err == nil && !info.Mode().IsRegular() {
				return cli.Usagef("-state: -in is not a file that can be read again")
			}
		}
		c.reading.Comma = []rune(separator)[0]
		c.reading.AllowUnknown, c.reading.AllowMissing = lax, lax
		if zone != "" {
			if c.reading.Zone, err = time.LoadLocation(zone); err != nil || zone == "Local" {
				return cli.Usagef("-zone: name a time zone, such as Europe/Berlin")
			}
		}
		if err := checkTimeLayout(c.reading.TimeLayout); err != nil {
			return err
		}
		if c.begun, err = c.readState(); err != nil {
			return err
		}
		return c.withSource(ctx, func(source iter.Seq2[*sessions.Session, error]) error {
			if c.dryRun {
				return c.check(t, source)
			}
			return c.open(engine.OpenToWrite, func(b *backend) error { return c.store(ctx, t, b, source) })
		})
	}
}

// checkTimeLayout refuses a layout whose texts do not say a time to the minute. A file with such
// times could not be read.
func checkTimeLayout(layout string) error {
	at := time.Date(2034, 11, 22, 17, 38, 0, 0, time.UTC)
	if read, err := time.Parse(layout, at.Format(layout)); layout != "" && (err != nil || !read.Equal(at)) {
		return cli.Usagef("-time-layout: %q does not say the year, month, day, hour and minute of every time; write Mon Jan 2 15:04:05 2006 in the form of the file", layout)
	}
	return nil
}

// count returns the number of true values.
func count(all ...bool) (n int) {
	for _, one := range all {
		if one {
			n++
		}
	}
	return n
}

// name describes the source and the database that it is stored in, for the state: another import
// must not skip what this one has stored.
func (c *importing) name() string {
	to := fmt.Sprintf("for %s in the database %s", c.viewer.Company, engine.Fingerprint(c.dsn))
	switch {
	case c.in != "":
		path, err := filepath.Abs(c.in)
		if err != nil {
			path = c.in
		}
		var size int64
		var changed time.Time
		if info, err := os.Stat(c.in); err == nil {
			size, changed = info.Size(), info.ModTime()
		}
		return fmt.Sprintf("%s of %d bytes of %s %s", path, size, changed.UTC().Format(time.RFC3339Nano), to)
	case c.from.dsn != "":
		return fmt.Sprintf("the database %s %s", engine.Fingerprint(c.from.dsn), to)
	}
	return fmt.Sprintf("%d generated by %d %s", c.generate, c.seed, to)
}

// readState reads the state file. The state is zero if there is none.
func (c *importing) readState() (s state, err error) {
	if c.state == "" {
		return s, nil
	}
	text, err := os.ReadFile(c.state)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return s, nil
	case err != nil:
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil || s.Source != c.name() || s.Done < 0 {
		return s, fmt.Errorf("-state: %w", errState)
	}
	return s, nil
}

// keepState replaces the state file. Whenever the process ends, the file is either the old or the
// new one.
func (c *importing) keepState(p sqlstore.ImportProgress) error {
	if c.state == "" {
		return nil
	}
	s := state{c.name(), p.Done, p.Reached}
	// An import from a database continues at a position, and counts from there.
	if c.from.dsn != "" {
		s.Done += c.begun.Done
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.state+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(c.state+".new", c.state)
}

// withSource opens the source and calls do with its sessions.
func (c *importing) withSource(ctx context.Context, do func(iter.Seq2[*sessions.Session, error]) error) error {
	switch {
	case c.in != "":
		return c.withFile(do)
	case c.from.dsn != "":
		return c.from.open(engine.OpenExisting, func(b *backend) error {
			sel := store.Selection{Company: c.viewer.Company, After: c.begun.Reached}
			n, err := b.Count(ctx, sel)
			if err != nil {
				return err
			}
			c.total = int64(n.N) - c.begun.Done
			return do(store.All(ctx, b, sel))
		})
	}
	o := generate.Options{N: c.generate, Seed: c.seed}
	if c.viewer.Company != "" {
		o.Companies = []generate.Company{{Key: c.viewer.Company, Partner: c.viewer.Company, Weight: 1}}
	}
	made, err := generate.Sessions(o)
	if err != nil {
		return cli.Usagef("-generate: %w", err)
	}
	c.total = int64(c.generate)
	return do(func(yield func(*sessions.Session, error) bool) {
		for s := range made {
			if !yield(s, nil) {
				return
			}
		}
	})
}

// withFile opens the CSV file and calls do with its sessions.
func (c *importing) withFile(do func(iter.Seq2[*sessions.Session, error]) error) (err error) {
	f := os.Stdin
	if c.in != "-" {
		if f, err = os.Open(c.in); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
	}
	text := bufio.NewReader(f)
	if c.format == "" {
		// A failure to read comes again.
		mark, _ := text.Peek(3)
		if bytes.HasPrefix(mark, []byte("\xEF\xBB\xBF")) || bytes.HasPrefix(mark, []byte("\xFF\xFE")) {
			c.reading.Format = export.ExcelCSV
		}
	} else if err := c.reading.Format.UnmarshalText([]byte(c.format)); err != nil {
		return cli.Usagef("-format: %w", err)
	}
	return do(func(yield func(*sessions.Session, error) bool) {
		for row, err := range export.Read(text, c.reading) {
			if err != nil {
				yield(nil, err)
				return
			}
			s, lost, err := row.Session(export.SessionOptions{Company: c.viewer.Company})
			c.lost = c.lost.Union(lost)
			if refused := c.reading.Refused; err != nil && refused != nil && refused(err) == nil {
				continue
			}
			if !yield(s, err) {
				return
			}
		}
	})
}

const (
	mostTold = 100       // bad rows that a dry run names; it counts the others
	mostSeen = 2_000_000 // sessions that a dry run remembers, in about 150 MB
)

// check reads and checks the whole source, and stores nothing.
func (c *importing) check(t *terminal, source iter.Seq2[*sessions.Session, error]) error {
	bar := cli.NewBar(t.stderr, "checking", c.total)
	defer bar.Done()
	var row, unreadable, invalid, again int64
	bad := func(n *int64, err error) {
		if *n++; unreadable+invalid+again <= mostTold {
			t.tell("row %d: %v\n", row, err)
		}
	}
	c.reading.Refused = func(err error) error {
		row++
		bad(&unreadable, err)
		return nil
	}
	seen := repeats{most: mostSeen}
	var ended error
	for s, err := range source {
		if row++; err != nil {
			// It comes last.
			ended = &sqlstore.ImportError{Row: row, Err: err}
			row--
			break
		}
		first := seen.first(s, row)
		if err := s.Validate(); err != nil {
			bad(&invalid, err)
		} else if first != 0 {
			bad(&again, fmt.Errorf("the session of row %d again", first))
		}
		bar.Set(row)
	}
	bar.Done()
	refused := unreadable + invalid + again
	if refused > mostTold {
		t.tell("and %d other rows\n", refused-mostTold)
	}
	if row > mostSeen {
		t.tell("sessions that come again were only looked for among the first %d of them\n", mostSeen)
	}
	c.tellLost(t)
	t.result(map[string]any{"read": row, "refused": refused, "unreadable": unreadable, "invalid": invalid, "again": again, "complete": ended == nil},
		"%d rows read, %d of them would be refused or passed over: %d cannot be read, %d are no valid session, %d come again\n",
		row, refused, unreadable, invalid, again)
	switch {
	case ended != nil:
		return ended
	case refused > 0:
		return errDiffers
	}
	return nil
}

// repeats finds sessions that come again. It remembers the first ones by digests of 16 bytes,
// whatever the length of their IDs.
type repeats struct {
	most int // sessions to remember
	seen map[[16]byte]int64
}

// first returns the row in which a session came before, or 0, and remembers its row otherwise.
func (r *repeats) first(s *sessions.Session, row int64) int64 {
	if r.seen == nil {
		r.seen = map[[16]byte]int64{}
	}
	// No company or ID of a valid session contains a NUL.
	digest := sha256.Sum256([]byte(s.Company + "\x00" + s.ID))
	key := [16]byte(digest[:])
	first, found := r.seen[key]
	if !found && len(r.seen) < r.most {
		r.seen[key] = row
	}
	return first
}

// tellLost prints the fields that the file does not state.
func (c *importing) tellLost(t *terminal) {
	if c.lost != 0 {
		t.tell("the file does not say, at least not in every row: %s; a row that is not verified and has no Status is taken for failed\n", c.lost)
	}
}

// store imports the source.
func (c *importing) store(ctx context.Context, t *terminal, b *backend, source iter.Seq2[*sessions.Session, error]) error {
	bar := cli.NewBar(t.stderr, "importing", c.total)
	defer bar.Done()
	opts := sqlstore.ImportOptions{Load: engine.Load(b.dialect), Progress: func(p sqlstore.ImportProgress) error {
		bar.Set(p.Done)
		return c.keepState(p)
	}}
	if c.from.dsn == "" {
		opts.Skip = c.begun.Done
	}
	// If the state file cannot be written, fail now and not after the first part.
	if c.begun == (state{}) {
		if err := c.keepState(sqlstore.ImportProgress{}); err != nil {
			return err
		}
	}
	if c.skipRefused {
		opts.Refused = func(row int64, err error) error {
			t.tell("row %d: %v\n", row, err)
			return nil
		}
	}
	p, err := b.Import(ctx, source, opts)
	bar.Done()
	c.tellLost(t)
	t.result(map[string]any{
		"done": p.Done, "skipped": p.Skipped, "created": p.Created, "updated": p.Updated, "older": p.Older, "equal": p.Equal, "kept": p.Kept,
		"purged": p.Purged, "refused": p.Refused, "seconds": p.Elapsed.Seconds(), "complete": err == nil,
	}, "%d sessions done: %d new, %d changed, %d passed over, %d of them with another content, %d refused; %s, %.0f a second\n",
		p.Done, p.Created, p.Updated, p.Older+p.Equal+p.Kept+p.Purged, p.Kept, p.Refused, p.Elapsed.Round(time.Millisecond), p.Rate())
	switch {
	case err != nil && c.state != "":
		return &begunError{err, "the same command goes on from where it stopped"}
	case err != nil:
		return &begunError{err, "the same command passes over what is stored"}
	case c.state != "":
		if err := os.Remove(c.state); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
