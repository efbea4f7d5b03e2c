package export

import (
	"bytes"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/sessions"
)

// plan writes rows. Its columns have one encoder each, which is chosen once. It has scratch space,
// so it serves one file at a time.
type plan struct {
	columns []planned
	fields  sessions.Fields // of all columns

	comma   byte
	excel   bool
	perFile int64     // rows of one file at most, -1 for any number
	quoted  [256]bool // bytes that put a cell in quotes, wherever they are in it
	// Bytes with which a cell may begin that opensQuotes puts in quotes.
	opens  [256]bool
	splits [256]bool // bytes after which a part of a text is guarded

	tooLong int64 // cells that were too long for a sheet

	eightCommas uint64
	clock       clock
	scratch     []byte
	json        []byte           // extra fields as JSON, guarded
	custom      sessions.Session // the session that a custom column's Cell gets
	raw         bool             // cells get no quotes here, since the host's writer adds them
}

// planned is a column of a file.
type planned struct {
	FileColumn
	fields sessions.Fields                // all must be shown, or the cell is masked
	text   func(*sessions.Session) string // of a column of texts, nil for others
	cell   encoder
}

// encoder appends the cell of a session.
type encoder func(*plan, []byte, *sessions.Session) []byte

// expirationCell writes the expiration date.
func expirationCell(p *plan, b []byte, s *sessions.Session) []byte {
	if !p.excel {
		return appendExpiration(b, s.ExpirationDate)
	}
	// To Excel, 03-05-36 is a date of 1936.
	return p.text(b, string(appendExpiration(nil, s.ExpirationDate)))
}

// extraJSON writes the extra fields as one JSON object.
func extraJSON(p *plan, b []byte, s *sessions.Session) []byte {
	if s.Extra.Len() == 0 {
		return b
	}
	p.scratch = s.Extra.AppendJSON(p.scratch[:0])
	if p.excel {
		p.json = p.appendParts(p.json[:0], string(p.scratch), true)
		return p.inQuotes(b, p.json)
	}
	return p.inQuotes(b, p.scratch) // JSON always has quotes
}

// dateCell returns an encoder of dates in the caller's layout.
func dateCell(layout string, date func(*sessions.Session) sessions.Date) encoder {
	return func(p *plan, b []byte, s *sessions.Session) []byte {
		return p.moment(b, string(appendDateIn(nil, date(s), layout)), layout)
	}
}

// instantCell returns an encoder of instants in the caller's layout.
func instantCell(layout string, instant func(*sessions.Session) time.Time) encoder {
	return func(p *plan, b []byte, s *sessions.Session) []byte {
		t := instant(s)
		if t.IsZero() {
			return b
		}
		return p.moment(b, sessions.Truncate(t).In(p.clock.zone).Format(layout), layout)
	}
}

// moment writes a date or time in a layout. Spreadsheets of every language read yyyy-mm-dd alike.
// They read other texts that begin with a number by the rules of the reader's region, so these are
// written as texts.
func (p *plan) moment(b []byte, v, layout string) []byte {
	if p.excel && (!strings.HasPrefix(layout, time.DateOnly) || strings.ContainsAny(layout, separators)) {
		return p.text(b, v)
	}
	return p.plain(b, v)
}

// lineBreak ends every row.
const lineBreak = "\r\n"

// header appends the beginning of a file.
func (p *plan) header(b []byte) []byte {
	if p.excel {
		b = append(b, byteOrderMark...)
	}
	return p.headers(b)
}

// headers appends the row of headers.
func (p *plan) headers(b []byte) []byte {
	start, first, last := len(b), 0, len(b)
	for i := range p.columns {
		last = len(b)
		b = append(p.text(b, p.columns[i].Header), p.comma)
		if i == 0 {
			first = len(b) - 1
		}
	}
	b = b[:len(b)-1]
	if p.excel && last > start {
		b = p.unsplit(b, start, first, last)
	}
	return append(b, lineBreak...)
}

// unsplit changes a line of several cells so that it is a text for spreadsheets with another
// separator, which do not split it and take it for one field. first is the end of the first cell,
// and last is the beginning of the last one.
func (p *plan) unsplit(b []byte, start, first, last int) []byte {
	// LibreOffice evaluates a line that begins as a formula and ends in a quote.
	if bytes.HasPrefix(b[start:], []byte(`"=`)) && b[len(b)-1] == '"' {
		rest := string(b[first:])
		cell := strings.ReplaceAll(string(b[start+1:first-1]), `""`, `"`)
		return append(p.apostrophe(b[:start], unprotect(cell, p.comma)), rest...)
	}
	return asText(b, start, last)
}

// asText puts the last cell of a line in quotes if the line has digits and nothing that shows it to
// be text: a quote, or the bracket of a mark. A spreadsheet with another separator does not split
// the line, and in many regions 5,3 is a number.
func asText(b []byte, start, last int) []byte {
	line := b[start:]
	if bytes.IndexByte(line, '"') >= 0 || bytes.IndexByte(line, '[') >= 0 || !bytes.ContainsAny(line, "0123456789") {
		return b
	}
	b = append(b, '"', '"')
	copy(b[last+1:], b[last:len(b)-2])
	b[last] = '"'
	return b
}

// row appends the row of a session.
func (p *plan) row(b []byte, s *sessions.Session) []byte {
	start, first, last := len(b), 0, len(b)
	if hidden := s.Hidden().Intersect(p.fields); p.excel || hidden != 0 {
		for i := range p.columns {
			last = len(b)
			b = append(p.cell(b, s, hidden, &p.columns[i]), p.comma)
			if i == 0 {
				first = len(b) - 1
			}
		}
	} else {
		// The same as above, without the calls that most cells do not need: see BenchmarkWrite.
		for i := range p.columns {
			c := &p.columns[i]
			if c.text == nil {
				b = append(c.cell(p, b, s), p.comma)
			} else if v := c.text(s); p.needsQuotes(v) {
				b = append(appendQuoted(b, v), p.comma)
			} else {
				b = append(append(b, v...), p.comma)
			}
		}
	}
	b = b[:len(b)-1] // no separator ends a row
	if p.excel && last > start {
		b = p.unsplit(b, start, first, last)
	}
	if len(b) == start {
		// The only cell is empty. It gets quotes, since an empty line is not a row.
		b = append(b, `""`...)
	}
	return append(b, lineBreak...)
}

// cell appends the cell of a column for a session.
func (p *plan) cell(b []byte, s *sessions.Session, hidden sessions.Fields, c *planned) []byte {
	if hidden.Intersect(c.fields) != 0 {
		return append(b, sessions.MaskedMark...) // no format has to protect or quote the mark
	}
	from := len(b)
	if c.text != nil {
		b = p.text(b, c.text(s))
	} else {
		b = c.cell(p, b, s)
	}
	if p.excel && len(b)-from > MaxExcelCellUnits {
		b = p.fit(b, from)
	}
	return b
}

// text appends a cell of any content.
func (p *plan) text(b []byte, v string) []byte {
	if p.excel {
		switch p.protect(v) {
		case prefix:
			return p.apostrophe(b, v)
		case formula:
			if p.raw {
				return appendQuoted(append(b, '='), v)
			}
			// The same as below, without the copy.
			if strings.IndexByte(v, '"') < 0 {
				return append(append(append(b, `"=""`...), v...), `"""`...)
			}
			p.scratch = appendQuoted(append(p.scratch[:0], '='), v)
			return appendQuoted(b, p.scratch)
		case parts:
			p.scratch = p.appendParts(p.scratch[:0], v, false)
			return p.inQuotes(b, p.scratch)
		case none:
		}
	}
	return p.plain(b, v)
}

// apostrophe appends a cell with an apostrophe before its text.
func (p *plan) apostrophe(b []byte, v string) []byte {
	// With the apostrophe first, only special bytes need quotes.
	if p.raw || !p.special(v) {
		return append(append(b, '\''), v...)
	}
	p.scratch = append(append(p.scratch[:0], '\''), v...)
	return appendQuoted(b, p.scratch)
}

// plain appends a cell that needs no protection from spreadsheets.
func (p *plan) plain(b []byte, v string) []byte {
	if !p.raw && p.needsQuotes(v) {
		return appendQuoted(b, v)
	}
	return append(b, v...)
}

// inQuotes appends a cell that needs quotes.
func (p *plan) inQuotes(b, v []byte) []byte {
	if p.raw {
		return append(b, v...)
	}
	return appendQuoted(b, v)
}

func (p *plan) needsQuotes(v string) bool {
	return v != "" && (p.special(v) || p.opens[v[0]] && opensQuotes(v))
}

// openers are the first bytes of spaces of Unicode, and the backslash that opensQuotes looks for.
const openers = " \t\n\v\f\r\\\xC2\xE1\xE2\xE3"

// opensQuotes reports whether a cell that begins with one of the openers has to be in quotes.
func opensQuotes(v string) bool {
	if strings.HasPrefix(v, "\xE1\x83") { // Georgian letters, which are not spaces
		return false
	}
	first, _ := utf8.DecodeRuneInString(v)
	// PostgreSQL ends COPY at a line of \. alone, so encoding/csv quotes it.
	return unicode.IsSpace(first) || v == `\.`
}

// special reports whether a byte of v puts it in quotes. Most cells have no such byte, which a test
// of eight bytes at a time shows.
func (p *plan) special(v string) bool {
	if len(v) >= 8 {
		// The last eight bytes may overlap those before them: testing a byte twice is harmless.
		suspects := p.suspects(eight(v[len(v)-8:]))
		for rest := v; len(rest) > 8; rest = rest[8:] {
			suspects |= p.suspects(eight(rest))
		}
		if suspects == 0 {
			return false
		}
	}
	for i := range len(v) {
		if p.quoted[v[i]] {
			return true
		}
	}
	return false
}

// eight returns the first eight bytes of v.
func eight(v string) uint64 {
	_ = v[7]
	return uint64(v[0]) | uint64(v[1])<<8 | uint64(v[2])<<16 | uint64(v[3])<<24 |
		uint64(v[4])<<32 | uint64(v[5])<<40 | uint64(v[6])<<48 | uint64(v[7])<<56
}

// suspects returns a value other than 0 if there is a control character, a quote or a comma among
// eight bytes. It may also do so if there is none.
func (p *plan) suspects(w uint64) uint64 {
	// The top bit of a byte is set if the byte is less than the one subtracted. After such a byte
	// the borrow may set it too.
	quote, comma := w^eightQuotes, w^p.eightCommas
	return ((w-eightSpaces)&^w | (quote-eightOnes)&^quote | (comma-eightOnes)&^comma) & eightTops
}

// Eight equal bytes in one word.
const (
	eightOnes   = 0x0101010101010101
	eightTops   = 0x80 * eightOnes
	eightSpaces = ' ' * eightOnes
	eightQuotes = '"' * eightOnes
)

// appendQuoted appends v in quotes, with the quotes in it doubled.
func appendQuoted[T string | []byte](b []byte, v T) []byte {
	b = append(b, '"')
	// Each part ends with a quote, and the next one begins with the same quote: so it is doubled.
	from := 0
	for i := range len(v) {
		if v[i] == '"' {
			b = append(b, v[from:i+1]...)
			from = i
		}
	}
	b = append(b, v[from:]...)
	return append(b, '"')
}

// appendTwo appends the last two digits of n. For a negative n, which no valid value has, it
// appends any two digits.
func appendTwo(b []byte, n int) []byte {
	u := uint(n)
	return append(b, byte('0'+u/10%10), byte('0'+u%10))
}

// clock writes instants as the wall clock of a zone. It keeps the offset and the day of the last
// instant, which most rows of an export share.
type clock struct {
	zone       *time.Location
	excel      bool
	start, end int64 // Unix seconds between which offset and suffix hold
	offset     int64 // seconds east of UTC
	suffix     string
	day        int64  // days since 1970 of date
	date       []byte // as it is written, with the character before the time
}

// newClock returns a clock that keeps no day yet.
func newClock(zone *time.Location, excel bool) clock {
	return clock{zone: zone, excel: excel, day: math.MinInt64}
}

const secondsOfDay = 24 * 60 * 60

// append appends an instant, or nothing for the zero time.
func (c *clock) append(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	second := t.Unix()
	if second < c.start || second >= c.end {
		c.enter(t)
	}
	second += c.offset
	day := second / secondsOfDay
	second %= secondsOfDay
	// Go's division rounds towards zero, and a day before 1970 has to be rounded down.
	if second < 0 {
		day, second = day-1, second+secondsOfDay
	}
	if day != c.day {
		c.day = day
		c.date = appendDate(c.date[:0], sessions.DateOf(time.Unix(day*secondsOfDay, 0).UTC()))
		if c.excel {
			c.date = append(c.date, ' ')
		} else {
			c.date = append(c.date, 'T')
		}
	}
	hour, minute, second := second/3600, second/60%60, second%60
	b = append(b, c.date...)
	b = append(b, byte('0'+hour/10), byte('0'+hour%10), ':', byte('0'+minute/10), byte('0'+minute%10), ':',
		byte('0'+second/10), byte('0'+second%10))
	if micros := t.Nanosecond() / 1000; micros != 0 && !c.excel {
		b = appendFraction(b, micros)
	}
	return append(b, c.suffix...)
}

// appendFraction appends the fraction of a second, without the zeros at its end.
func appendFraction(b []byte, micros int) []byte {
	b = append(b, '.')
	b = appendTwo(appendTwo(appendTwo(b, micros/10_000), micros/100), micros)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// enter moves the clock to the period of one offset that contains the instant.
func (c *clock) enter(t time.Time) {
	t = t.In(c.zone)
	start, end := t.ZoneBounds()
	c.start, c.end = math.MinInt64, math.MaxInt64
	if !start.IsZero() {
		c.start = start.Unix()
	}
	if !end.IsZero() {
		c.end = end.Unix()
	}
	_, offset := t.Zone()
	if !c.excel {
		// An offset in RFC 3339 has no seconds, but local mean times do. The offset is shortened,
		// and the instant stays exact.
		offset -= offset % 60
		c.suffix = strings.Clone(time.Time{}.In(time.FixedZone("", offset)).Format("Z07:00"))
	}
	c.offset = int64(offset)
}
