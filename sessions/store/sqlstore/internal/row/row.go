package row

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"

	"github.com/kvalifika/sessionkit/sessions"
)

// ErrStored says that a row holds what no session can have. The error names the column, and never
// the value.
var ErrStored = errors.New("sqlstore: a stored value that no session can have")

// Separator is between the columns of a packed row. Texts may contain it.
const Separator = '\x1f'

// Column is a column of sessionkit_sessions.
type Column struct {
	Name     string
	Field    sessions.Field // the field of a session that it holds, FieldNone where it is none of the fields
	Number   bool           // it holds integers; else texts
	Nullable bool           // it may be NULL. It then has no empty value that means anything else

	isFixed  bool // it never changes
	ofPut    bool // it is for whoever puts sessions, and no part of a session
	ofTexts  bool // it says more about the texts of the document
	document func(*sessions.Session) *sessions.Text
	write    func(*stored) any    // returns nil, an int64 or a string
	read     func(*cell, *stored) // takes a value that is not NULL; nil: the column is only written
}

// stored is what a row holds: a session, the number of its last change within its company, and the
// version of the host's that it was put with.
type stored struct {
	*sessions.Session
	changedSeq int64
	version    int64  // of the host's
	searchKey  string // only written
}

// Columns are some of the columns, in the order in which a statement names them.
type Columns []*Column

// All returns the columns that an insert writes, all there are.
func All() Columns { return table.that(func(*Column) bool { return true }) }

// Mutable returns the columns that an update sets.
func Mutable() Columns { return table.that(func(c *Column) bool { return !c.isFixed }) }

// Readable returns the columns that a whole session is read from.
func Readable() Columns { return table.that(func(c *Column) bool { return c.read != nil && !c.ofPut }) }

// Whole returns the columns that a session and its version are read from.
func Whole() Columns { return table.that(func(c *Column) bool { return c.read != nil }) }

// Of returns the columns that fields are read from, and those of the place in the list, which every
// reader needs.
func Of(fields sessions.Fields) Columns {
	var texts sessions.Fields
	// States belong to five fields, and so to none.
	for _, c := range table {
		if c.document != nil {
			texts = texts.Union(sessions.FieldsOf(c.Field))
		}
	}
	fields = fields.Union(sessions.FieldsOf(sessions.FieldCreatedAt, sessions.FieldID))
	return Readable().that(func(c *Column) bool {
		return c.Field != sessions.FieldNone && fields.Has(c.Field) || c.ofTexts && fields.Intersect(texts) != 0
	})
}

func (cs Columns) that(ok func(*Column) bool) Columns {
	var some Columns
	for _, c := range cs {
		if ok(c) {
			some = append(some, c)
		}
	}
	return some
}

// Names returns the names of the columns.
func (cs Columns) Names() []string {
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = c.Name
	}
	return names
}

// Values appends the values of a session whose last change has a number, of its version, and of its
// search key: nil, int64 or string, one for each column.
func (cs Columns) Values(args []any, s *sessions.Session, changedSeq, version int64, searchKey string) []any {
	r := &stored{s, changedSeq, version, searchKey}
	for _, c := range cs {
		args = append(args, c.write(r))
	}
	return args
}

// Reader makes sessions of rows. It is used again for each row of a statement, and not safe for
// concurrent use.
type Reader struct {
	columns Columns
	cells   []cell
	dest    []any
	row     stored // here, so that a row costs no allocation

	packed string
	ends   []int // of the parts of packed, nil if rows are scanned
}

// NewReader returns a Reader of a statement that selects these columns.
func NewReader(cs Columns) *Reader {
	r := &Reader{columns: cs, cells: make([]cell, len(cs)), dest: make([]any, len(cs))}
	for i := range cs {
		r.dest[i] = &r.cells[i]
	}
	return r
}

// Dest returns what a scan fills, one destination for each column. It is the Reader's own.
func (r *Reader) Dest() []any { return r.dest }

// Unpack takes a packed row, in place of a scan. It returns false if a text contains the separator:
// it cannot be told then which parts belong together.
func (r *Reader) Unpack(packed string) bool {
	r.packed, r.ends = packed, r.ends[:0]
	i := 0
	for ; len(packed)-i >= 8; i += 8 {
		// Eight bytes at a time, a third of the time that strings.IndexByte takes for parts this
		// short. A byte is 0 where the separator is, and then its top bit is found.
		w := eight(packed[i:]) ^ Separator*0x0101010101010101
		for found := ^(w&rest + rest | w | rest); found != 0; found &= found - 1 {
			r.ends = append(r.ends, i+bits.TrailingZeros64(found)/8)
		}
	}
	for ; i < len(packed); i++ {
		if packed[i] == Separator {
			r.ends = append(r.ends, i)
		}
	}
	r.ends = append(r.ends, len(packed))
	return len(r.ends) == len(r.columns)
}

// rest is all of eight bytes but their top bits.
const rest = 0x7F7F7F7F7F7F7F7F

// eight returns the first eight bytes of v.
func eight(v string) uint64 {
	_ = v[7]
	return uint64(v[0]) | uint64(v[1])<<8 | uint64(v[2])<<16 | uint64(v[3])<<24 |
		uint64(v[4])<<32 | uint64(v[5])<<40 | uint64(v[6])<<48 | uint64(v[7])<<56
}

// part returns a column of the packed row, in the one cell that all of them share: each is read
// before the next. Its text shares the memory of the row.
func (r *Reader) part(i int) *cell {
	start := 0
	if i > 0 {
		start = r.ends[i-1] + 1
	}
	c := &r.cells[0]
	*c = cell{text: r.packed[start:r.ends[i]], kind: isText}
	if c.text == "" {
		c.kind = null // which reads alike in every column
	}
	return c
}

// Session fills in a session of a company from the row that was scanned or unpacked. What was not
// selected is zero. It returns the number of the session's last change. A value that no session can
// have is an error that wraps [ErrStored].
func (r *Reader) Session(company string, s *sessions.Session) (changedSeq int64, err error) {
	// What the row before has left must not be seen, least of all where a column was not selected.
	*s = sessions.Session{Company: company}
	r.row = stored{Session: s}
	for i, c := range r.columns {
		cell := &r.cells[i]
		if r.ends != nil {
			cell = r.part(i)
		}
		switch {
		case cell.kind == null:
			// Nothing is read, and the field is zero. A packed row has NULL for an empty text too,
			// so that only columns that are never empty show that something is wrong.
			cell.bad = c.Number && !c.Nullable || c.ofTexts
		case cell.kind == isNumber && !c.Number:
			// SQLite keeps a value of any type in any column.
			cell.bad = true
		default:
			c.read(cell, &r.row)
		}
		if cell.bad {
			return 0, fmt.Errorf("%w: column %s", ErrStored, c.Name)
		}
	}
	return r.row.changedSeq, nil
}

// Version returns the version of the session that was filled in last.
func (r *Reader) Version() int64 { return r.row.version }

// cell takes a column's value as the driver has it, without reflection.
type cell struct {
	text   string
	number int64
	kind   kind
	bad    bool // it was found to be what no session can have
}

type kind uint8

const (
	null kind = iota
	isNumber
	isText
)

// Scan keeps integers and texts.
func (c *cell) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*c = cell{}
	case int64:
		*c = cell{number: v, kind: isNumber}
	case string:
		*c = cell{text: v, kind: isText}
	case []byte:
		// The driver may write the next row into the same memory.
		*c = cell{text: string(v), kind: isText}
	default:
		return fmt.Errorf("%w: %T", ErrStored, src)
	}
	return nil
}

// anything are the bounds of a number that may be any.
func anything() (least, most int64) { return math.MinInt64, math.MaxInt64 }

// integer returns the number within the bounds. Drivers without types, and packed rows, give it as
// a text.
func (c *cell) integer(least, most int64) int64 {
	n := c.number
	if c.kind == isText {
		if len(c.text) == 1 && '0' <= c.text[0] && c.text[0] <= '9' {
			// Flags, enumerations and levels: most numbers of a row.
			n = int64(c.text[0] - '0')
		} else {
			var err error
			n, err = strconv.ParseInt(c.text, 10, 64)
			c.bad = c.bad || err != nil
		}
	}
	c.bad = c.bad || n < least || n > most
	return n
}
