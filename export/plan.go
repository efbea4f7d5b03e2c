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

// plan writes rows: one encoder per column, chosen once. Its scratch space makes it good for one
// file at a time.
type plan struct {
	columns []planned
	fields  sessions.Fields // of all columns

	comma   byte
	excel   bool
	perFile int64     // rows of one file at most, -1 for any number
	quoted  [256]bool // bytes that put a cell in quotes, wherever they stand
	opens   [256]bool // bytes with which a cell begins that opensQuotes may put in quotes
	splits  [256]bool // bytes behind which a part of a text is guarded

	noFormula bool  // the next cell is not protected by a formula
	tooLong   int64 // cells that a sheet has no room for

	eightCommas uint64
	clock       clock
	scratch     []byte
	json        []byte           // guarded
	own         sessions.Session // what a column of the host's sees
	raw         bool             // cells are not put in quotes: they go to a writer that does so
}

// planned is a column of a file.
type planned struct {
	FileColumn
	fields sessions.Fields                // that have to be shown, for the cell to be
	text   func(*sessions.Session) string // of a column of texts, nil for another
	cell   encoder
}

// encoder appends a cell.
type encoder func(*plan, []byte, *sessions.Session) []byte

func expirationCell(p *plan, b []byte, s *sessions.Session) []byte {
	if !p.excel {
		return appendExpiration(b, s.ExpirationDate)
	}
	return p.text(b, string(appendExpiration(nil, s.ExpirationDate))) // 03-05-36 is a date of 1936 to Excel
}

func extraJSON(p *plan, b []byte, s *sessions.Session) []byte {
	if s.Extra.Len() == 0 {
		return b
	}
	p.scratch = s.Extra.AppendJSON(p.scratch[:0])
	if p.excel {
		p.json = p.appendParts(p.json[:0], string(p.scratch), true)
		return p.inQuotes(b, p.json)
	}
	return p.inQuotes(b, p.scratch) // JSON has quotes
}

// dateCell writes a date in a layout of the caller's.
func dateCell(layout string, date func(*sessions.Session) sessions.Date) encoder {
	return func(p *plan, b []byte, s *sessions.Session) []byte {
		return p.moment(b, string(appendDateIn(nil, date(s), layout)), layout)
	}
}

// instantCell writes an instant in a layout of the caller's.
func instantCell(layout string, instant func(*sessions.Session) time.Time) encoder {
	return func(p *plan, b []byte, s *sessions.Session) []byte {
		t := instant(s)
		if t.IsZero() {
			return b
		}
		return p.moment(b, sessions.Truncate(t).In(p.clock.zone).Format(layout), layout)
	}
}

// moment writes a date or time in a layout. Spreadsheets of every language read yyyy-mm-dd alike;
// what else begins with a number they read as the reader's region has it, so that it stays a text.
func (p *plan) moment(b []byte, v, layout string) []byte {
	if p.excel && (!strings.HasPrefix(layout, time.DateOnly) || strings.ContainsAny(layout, separators)) {
		return p.text(b, v)
	}
	return p.plain(b, v)
}

const lineBreak = "\r\n"

// header appends what a file begins with.
func (p *plan) header(b []byte) []byte {
	if p.excel {
		b = append(b, byteOrderMark...)
	}
	return p.headers(b)
}

func (p *plan) headers(b []byte) []byte {
	start, last := len(b), len(b)
	for i := range p.columns {
		if i > 0 {
			b = append(b, p.comma)
			last, p.noFormula = len(b), false
		}
		b = p.text(b, p.columns[i].Header)
	}
	if p.excel && last > start {
		if p.noFormula = runs(b[start:]); p.noFormula {
			return p.headers(b[:start])
		}
		b = asText(b, start, last)
	}
	p.noFormula = false
	return append(b, lineBreak...)
}

// runs reports whether a line, which is one field where it is split elsewhere, begins as a formula
// and ends in a quote: LibreOffice runs it. Without a formula in its first cell it does not.
func runs(line []byte) bool {
	return bytes.HasPrefix(line, []byte(`"=`)) && line[len(line)-1] == '"'
}

// asText puts the last cell of a line in quotes if the line has digits and nothing that shows it to
// be a text: a quote, or the bracket of a mark. Where it is split elsewhere it is one field, and
// 5,3 would be a number to half the world.
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

func (p *plan) row(b []byte, s *sessions.Session) []byte {
	start, last := len(b), len(b)
	if hidden := s.Hidden().Intersect(p.fields); p.excel || hidden != 0 {
		for i := range p.columns {
			last, p.noFormula = len(b), p.noFormula && i == 0
			b = append(p.cell(b, s, hidden, &p.columns[i]), p.comma)
		}
	} else {
		for i := range p.columns { // the same, without the calls that most cells do not need: BenchmarkWrite
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
	b = b[:len(b)-1] // no comma ends a row
	if p.excel && last > start {
		if p.noFormula = runs(b[start:]); p.noFormula {
			return p.row(b[:start], s)
		}
		b = asText(b, start, last)
	}
	p.noFormula = false
	if len(b) == start {
		b = append(b, `""`...) // the one empty cell: an empty line is no row
	}
	return append(b, lineBreak...)
}

// cell writes what a column shows of a session.
func (p *plan) cell(b []byte, s *sessions.Session, hidden sessions.Fields, c *planned) []byte {
	if hidden.Intersect(c.fields) != 0 {
		return append(b, sessions.MaskedMark...) // which no format has to protect or quote
	}
	from := len(b)
	if c.text != nil {
		b = p.text(b, c.text(s))
	} else {
		b = c.cell(p, b, s)
	}
	if p.excel && len(b)-from > MaxExcelCell {
		b = p.fit(b, from)
	}
	return b
}

// text writes a cell of any content.
func (p *plan) text(b []byte, v string) []byte {
	if p.excel {
		way := p.protect(v)
		if way == formula && p.noFormula {
			way = prefix
		}
		switch way {
		case prefix:
			if p.raw || !p.special(v) {
				return append(append(b, '\''), v...)
			}
			p.scratch = append(append(p.scratch[:0], '\''), v...)
			return appendQuoted(b, p.scratch)
		case formula:
			if p.raw {
				return appendQuoted(append(b, '='), v)
			}
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

// plain writes a cell that no spreadsheet needs to be kept from.
func (p *plan) plain(b []byte, v string) []byte {
	if !p.raw && p.needsQuotes(v) {
		return appendQuoted(b, v)
	}
	return append(b, v...)
}

// inQuotes writes a cell that needs quotes.
func (p *plan) inQuotes(b, v []byte) []byte {
	if p.raw {
		return append(b, v...)
	}
	return appendQuoted(b, v)
}

// needsQuotes decides as encoding/csv does.
func (p *plan) needsQuotes(v string) bool {
	return v != "" && (p.special(v) || p.opens[v[0]] && opensQuotes(v))
}

// openers are the bytes with which a space of Unicode begins, and the backslash of opensQuotes.
const openers = " \t\n\v\f\r\\\xC2\xE1\xE2\xE3"

// opensQuotes reports whether a cell, which begins with one of the openers, is in quotes for it.
func opensQuotes(v string) bool {
	if strings.HasPrefix(v, "\xE1\x83") { // Georgian, which is no space
		return false
	}
	first, _ := utf8.DecodeRuneInString(v)
	return unicode.IsSpace(first) || v == `\.`
}

// special reports whether a byte of v puts it in quotes. Most cells have none, which eight bytes at
// a time show.
func (p *plan) special(v string) bool {
	if len(v) >= 8 {
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

// suspects is not 0 if there is a control character, a quote or a comma among eight bytes.
func (p *plan) suspects(w uint64) uint64 {
	quote, comma := w^eightQuotes, w^p.eightCommas
	return ((w-eightSpaces)&^w | (quote-eightOnes)&^quote | (comma-eightOnes)&^comma) & eightTops
}

const (
	eightOnes   = 0x0101010101010101
	eightTops   = 0x80 * eightOnes
	eightSpaces = ' ' * eightOnes
	eightQuotes = '"' * eightOnes
)

// appendQuoted appends v in quotes, with the quotes in it doubled.
func appendQuoted[T string | []byte](b []byte, v T) []byte {
	b = append(b, '"')
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

// appendTwo appends the last two digits of n; of a negative n, which no valid value has, any two.
func appendTwo(b []byte, n int) []byte {
	u := uint(n)
	return append(b, byte('0'+u/10%10), byte('0'+u%10))
}

// clock writes instants as the wall clock of a zone. It keeps the offset and the day of the last
// one, which most rows of an export share.
type clock struct {
	zone       *time.Location
	excel      bool
	start, end int64 // Unix seconds between which offset and suffix hold
	offset     int64 // seconds east of UTC
	suffix     string
	day        int64 // days since 1970 of the date that is kept
	date       []byte
}

func newClock(zone *time.Location, excel bool) clock {
	return clock{zone: zone, excel: excel, day: math.MinInt64}
}

const secondsOfDay = 24 * 60 * 60

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

// enter moves the clock to the period of one offset that the instant is in.
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
		// RFC 3339 has no seconds in an offset, which local mean times do have: the instant stays
		// exact.
		offset -= offset % 60
		c.suffix = strings.Clone(time.Time{}.In(time.FixedZone("", offset)).Format("Z07:00"))
	}
	c.offset = int64(offset)
}
