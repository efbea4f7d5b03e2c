package row

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"

	"github.com/kvalifika/sessionkit/sessions"
)

// ErrStored says that a row has a value that no session can have. The error names the column, and
// never the value.
var ErrStored = errors.New("sqlstore: a stored value that no session can have")

// Separator separates the columns of a packed row. Texts may contain it.
const Separator = '\x1f'

// Column is a column of sessionkit_sessions.
type Column struct {
	Name string
	// The field of a session that the column has, or FieldNone.
	Field  sessions.Field
	Number bool // the column has integers; otherwise it has texts
	// The column may be NULL. Then its empty value, 0 or "", means the same as NULL.
	Nullable bool

	isFixed  bool // the column never changes
	ofPut    bool // the column is part of what is put, and not of a session
	ofTexts  bool // the column has the states of the texts of a document
	document func(*sessions.Session) *sessions.Text
	write    func(*stored) any // returns nil, an int64 or a string
	// Reads a value that is not NULL. If it is nil, the column is only written.
	read func(*cell, *stored)
}

// stored is the content of a row: a session, the number of its last change within its company, and
// the host's version that it was put with.
type stored struct {
	*sessions.Session
	changedSeq int64
	version    int64  // of the host's
	searchKey  string // only written
}

// Columns are some of the columns, in the order in which a statement has them.
type Columns []*Column

// All returns all columns, which are those that an insert writes.
func All() Columns { return table.that(func(*Column) bool { return true }) }

// Mutable returns the columns that an update sets.
func Mutable() Columns { return table.that(func(c *Column) bool { return !c.isFixed }) }

// Readable returns the columns that a whole session is read from.
func Readable() Columns { return table.that(func(c *Column) bool { return c.read != nil && !c.ofPut }) }

// Whole returns the columns that a session and its version are read from.
func Whole() Columns { return table.that(func(c *Column) bool { return c.read != nil }) }

// Of returns the columns of some fields, and those of the place in the list, which every reader
// needs.
func Of(fields sessions.Fields) Columns {
	var texts sessions.Fields
	// The column of states has no field of its own: add it if one of the five texts is read.
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

// that returns the columns for which ok returns true.
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

// Values appends the values of a session, with the number of its last change, its version and its
// search key. There is one value for each column: nil, an int64 or a string.
func (cs Columns) Values(args []any, s *sessions.Session, changedSeq, version int64, searchKey string) []any {
	r := &stored{s, changedSeq, version, searchKey}
	for _, c := range cs {
		args = append(args, c.write(r))
	}
	return args
}

// Reader makes sessions from rows. It is reused for each row of a statement, and is not safe for
// concurrent use.
type Reader struct {
	columns Columns
	cells   []cell
	dest    []any
	row     stored // in the Reader, so that a row takes no allocation

	packed string
	ends   []int // of the parts of packed; nil if rows are scanned
}

// NewReader returns a Reader for statements that select these columns.
func NewReader(cs Columns) *Reader {
	r := &Reader{columns: cs, cells: make([]cell, len(cs)), dest: make([]any, len(cs))}
	for i := range cs {
		r.dest[i] = &r.cells[i]
	}
	return r
}

// Dest returns the destinations for a scan, one for each column. They belong to the Reader.
func (r *Reader) Dest() []any { return r.dest }

// Unpack takes a packed row instead of a scan. It returns false if a text contains the separator,
// since then the boundaries of the texts are not known.
func (r *Reader) Unpack(packed string) bool {
	r.packed, r.ends = packed, r.ends[:0]
	i := 0
	for ; len(packed)-i >= 8; i += 8 {
		// Eight bytes at a time take a third of the time of strings.IndexByte, since the parts are
		// short. The XOR makes the bytes of separators 0, and the next line sets the top bits of
		// those.
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

// rest has all bits of eight bytes except their top bits.
const rest = 0x7F7F7F7F7F7F7F7F

// eight returns the first eight bytes of v.
func eight(v string) uint64 {
	_ = v[7] // the one check of the bounds
	return uint64(v[0]) | uint64(v[1])<<8 | uint64(v[2])<<16 | uint64(v[3])<<24 |
		uint64(v[4])<<32 | uint64(v[5])<<40 | uint64(v[6])<<48 | uint64(v[7])<<56
}

// part returns a column of the packed row. All columns share one cell, since each is read before
// the next. Its text shares the memory of the row.
func (r *Reader) part(i int) *cell {
	start := 0
	if i > 0 {
		start = r.ends[i-1] + 1
	}
	c := &r.cells[0]
	*c = cell{text: r.packed[start:r.ends[i]], kind: isText}
	if c.text == "" {
		c.kind = null // NULL and "" read alike in every column
	}
	return c
}

// Session sets a session of a company from the row that was scanned or unpacked. Fields of columns
// that were not selected are zero. It returns the number of the session's last change. If a value
// is one that no session can have, the error wraps [ErrStored].
func (r *Reader) Session(company string, s *sessions.Session) (changedSeq int64, err error) {
	// Values of the previous row must not be seen, not even in fields whose columns are not
	// selected.
	*s = sessions.Session{Company: company}
	r.row = stored{Session: s}
	for i, c := range r.columns {
		cell := &r.cells[i]
		if r.ends != nil {
			cell = r.part(i)
		}
		switch {
		case cell.kind == null:
			// Nothing is read, and the field stays zero. A packed row has NULL for an empty text,
			// too, so that only columns that are never empty show an error.
			cell.bad = c.Number && !c.Nullable || c.ofTexts
		case cell.kind == isNumber && !c.Number:
			// SQLite stores values of any type in any column.
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

// Version returns the version of the session that was set last.
func (r *Reader) Version() int64 { return r.row.version }

// cell receives the value of a column from the driver, without reflection.
type cell struct {
	text   string
	number int64
	kind   kind
	bad    bool // it is a value that no session can have
}

// kind is the kind of a value.
type kind uint8

const (
	null kind = iota
	isNumber
	isText
)

// Scan stores an integer or a text.
func (c *cell) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*c = cell{}
	case int64:
		*c = cell{number: v, kind: isNumber}
	case string:
		*c = cell{text: v, kind: isText}
	case []byte:
		// The driver may write the next row into this memory.
		*c = cell{text: string(v), kind: isText}
	default:
		return fmt.Errorf("%w: %T", ErrStored, src)
	}
	return nil
}

// anything returns the bounds of a number that may have any value.
func anything() (least, most int64) { return math.MinInt64, math.MaxInt64 }

// integer returns the number, which has to be within the bounds. Drivers without types, and packed
// rows, have it as a text.
func (c *cell) integer(least, most int64) int64 {
	n := c.number
	if c.kind == isText {
		if len(c.text) == 1 && '0' <= c.text[0] && c.text[0] <= '9' {
			// Fast path for flags, enumerations and levels, which are most numbers of a row.
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
