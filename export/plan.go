package export

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/sessions"
)

// plan writes rows: one encoder per column, chosen once. Its scratch space makes it good for one file at a time.
type plan struct {
	headers []string
	columns []Column // of each header
	fields  []sessions.Field
	cells   []encoder

	comma   byte
	excel   bool
	perFile int64     // rows of one file at most, -1 for any number
	quoted  [256]bool // bytes that put a cell in quotes, wherever they stand
	splits  [256]bool // bytes behind which a part of a text is guarded

	noFormula bool  // the next cell is not protected by a formula
	tooLong   int64 // cells that a sheet has no room for

	eightCommas uint64
	clock       clock
	scratch     []byte
	json        []byte // guarded
}

// encoder appends a cell.
type encoder func(*plan, []byte, *sessions.Session) []byte

// encoders write the cell of each column.
var encoders = [columnEnd]encoder{
	ColumnPersonalNumber: func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, s.PersonalNumber.Cell()) },
	ColumnFirstName:      func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, s.FirstName.Cell()) },
	ColumnLastName:       func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, s.LastName.Cell()) },
	ColumnDocumentNumber: func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, s.DocumentNumber.Cell()) },
	ColumnBirthDate: func(_ *plan, b []byte, s *sessions.Session) []byte {
		return appendDateIn(b, s.BirthDate, time.DateOnly)
	},
	ColumnNationality: func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, s.Nationality.Cell()) },
	ColumnSex: func(_ *plan, b []byte, s *sessions.Session) []byte {
		if s.Sex == sessions.Male || s.Sex == sessions.Female {
			b = append(b, s.Sex...)
		}
		return b
	},
	ColumnExpirationDate: func(p *plan, b []byte, s *sessions.Session) []byte {
		if !p.excel {
			return appendDateIn(b, s.ExpirationDate, expirationLayout)
		}
		return p.text(b, string(appendDateIn(nil, s.ExpirationDate, expirationLayout))) // 03-05-36 is a date of 1936 to Excel
	},
	ColumnVerified: func(_ *plan, b []byte, s *sessions.Session) []byte {
		if s.Status == "" {
			return b
		}
		return append(b, boolCell(s.Verified())...)
	},
	ColumnDocumentValid: func(_ *plan, b []byte, s *sessions.Session) []byte {
		return append(b, boolCell(s.DocumentValidity == sessions.Valid)...)
	},
	ColumnLivenessStatus: func(_ *plan, b []byte, s *sessions.Session) []byte {
		return append(b, byte('0'+s.Liveness.VendorCode()))
	},
	ColumnMatchLevel: func(_ *plan, b []byte, s *sessions.Session) []byte {
		if s.Match.Compared {
			b = strconv.AppendInt(b, int64(s.Match.Level), 10)
		}
		return b
	},
	ColumnCreationTime:   func(p *plan, b []byte, s *sessions.Session) []byte { return p.clock.append(b, s.CreatedAt) },
	ColumnCompletionTime: func(p *plan, b []byte, s *sessions.Session) []byte { return p.clock.append(b, s.CompletedAt) },
	ColumnPartner:        func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, s.Partner) },
	ColumnSessionID:      func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, s.ID) },
	ColumnExtra: func(p *plan, b []byte, s *sessions.Session) []byte {
		if s.Extra.Len() == 0 {
			return b
		}
		p.scratch = s.Extra.AppendJSON(p.scratch[:0])
		if p.excel {
			p.json = p.appendParts(p.json[:0], string(p.scratch), true)
			return appendQuoted(b, p.json)
		}
		return appendQuoted(b, p.scratch) // JSON has quotes
	},
	ColumnDocumentType: func(p *plan, b []byte, s *sessions.Session) []byte {
		return p.text(b, documentTypeCell(s.DocumentType))
	},
	ColumnClientIP: func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, s.ClientIP) },
	ColumnDevice:   func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, deviceCell(s.Device)) },
	ColumnBrowser:  func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, s.Browser) },
	ColumnOS:       func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, s.OS) },
	ColumnModel:    func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, s.Model) },
	ColumnAttempts: func(_ *plan, b []byte, s *sessions.Session) []byte {
		if s.Attempt != 0 {
			b = strconv.AppendInt(b, int64(s.Attempt), 10)
		}
		return b
	},
	ColumnStatus:  func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, string(s.Status)) },
	ColumnReasons: func(p *plan, b []byte, s *sessions.Session) []byte { return p.text(b, reasonsCell(s.Reasons)) },
}

// extraCell writes one extra field as a column of its own.
func extraCell(key string) encoder {
	return func(p *plan, b []byte, s *sessions.Session) []byte {
		v, _ := s.Extra.Get(key)
		return p.text(b, v)
	}
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

// moment writes a date or time in a layout. Spreadsheets of every language read yyyy-mm-dd alike; what else begins with a number they
// read as the reader's region has it, so that it stays a text.
func (p *plan) moment(b []byte, v, layout string) []byte {
	if p.excel && (!strings.HasPrefix(layout, time.DateOnly) || strings.ContainsAny(layout, separators)) {
		return p.text(b, v)
	}
	return p.plain(b, v)
}

func (p *plan) add(c Column, header string, cell encoder) {
	p.columns = append(p.columns, c)
	p.fields = append(p.fields, c.Field())
	p.headers = append(p.headers, header)
	p.cells = append(p.cells, cell)
}

const lineBreak = "\r\n"

// header appends what a file begins with.
func (p *plan) header(b []byte) []byte {
	if p.excel {
		b = append(b, byteOrderMark...)
	}
	for i, h := range p.headers {
		if i > 0 {
			b = append(b, p.comma)
		}
		b = p.text(b, h)
	}
	return append(b, lineBreak...)
}

func (p *plan) row(b []byte, s *sessions.Session) []byte {
	start := len(b)
	hidden := s.Hidden()
	for i, cell := range p.cells {
		if i > 0 {
			b = append(b, p.comma)
			p.noFormula = false
		}
		from := len(b)
		if hidden.Has(p.fields[i]) {
			b = append(b, sessions.MaskedMark...) // which no format has to protect or quote
			continue
		}
		if b = cell(p, b, s); p.excel && len(b)-from > MaxExcelCell {
			b = p.fit(b, from)
		}
	}
	if p.excel && !p.noFormula && len(p.cells) > 1 && b[len(b)-1] == '"' && bytes.HasPrefix(b[start:], []byte(`"=`)) {
		// Split elsewhere, the row would be one field that begins as a formula and ends in a quote: LibreOffice runs it.
		p.noFormula = true
		return p.row(b[:start], s)
	}
	p.noFormula = false
	if len(b) == start {
		b = append(b, `""`...) // the one empty cell: an empty line is no row
	}
	return append(b, lineBreak...)
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
			if !p.special(v) {
				return append(append(b, '\''), v...)
			}
			p.scratch = append(append(p.scratch[:0], '\''), v...)
			return appendQuoted(b, p.scratch)
		case formula:
			if strings.IndexByte(v, '"') < 0 {
				return append(append(append(b, `"=""`...), v...), `"""`...)
			}
			p.scratch = appendQuoted(append(p.scratch[:0], '='), v)
			return appendQuoted(b, p.scratch)
		case parts:
			p.scratch = p.appendParts(p.scratch[:0], v, false)
			return appendQuoted(b, p.scratch)
		case none:
		}
	}
	return p.plain(b, v)
}

// plain writes a cell that no spreadsheet needs to be kept from.
func (p *plan) plain(b []byte, v string) []byte {
	if p.needsQuotes(v) {
		return appendQuoted(b, v)
	}
	return append(b, v...)
}

// needsQuotes decides as encoding/csv does.
func (p *plan) needsQuotes(v string) bool {
	if v == "" {
		return false
	}
	if p.special(v) {
		return true
	}
	if c := v[0]; c < utf8.RuneSelf {
		return c == ' ' || c >= '\t' && c <= '\r' || v == `\.`
	}
	first, _ := utf8.DecodeRuneInString(v)
	return unicode.IsSpace(first)
}

// special tells whether a byte of v puts it in quotes. Most cells have none, which eight bytes at a time show.
func (p *plan) special(v string) bool {
	if len(v) >= 8 {
		suspects := p.suspects(v[len(v)-8:])
		for rest := v; len(rest) > 8; rest = rest[8:] {
			suspects |= p.suspects(rest)
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

// suspects is not 0 if there is a control character, a quote or a comma among the first eight bytes of v.
func (p *plan) suspects(v string) uint64 {
	_ = v[7]
	w := uint64(v[0]) | uint64(v[1])<<8 | uint64(v[2])<<16 | uint64(v[3])<<24 |
		uint64(v[4])<<32 | uint64(v[5])<<40 | uint64(v[6])<<48 | uint64(v[7])<<56
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

// clock writes instants as the wall clock of a zone. It keeps the offset and the day of the last one, which most rows of
// an export share.
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
		c.date = appendDateIn(c.date[:0], sessions.DateOf(time.Unix(day*secondsOfDay, 0).UTC()), time.DateOnly)
		if c.excel {
			c.date = append(c.date, ' ')
		} else {
			c.date = append(c.date, 'T')
		}
	}
	b = append(b, c.date...)
	b = append(appendTwo(b, int(second/3600)), ':')
	b = append(appendTwo(b, int(second/60%60)), ':')
	b = appendTwo(b, int(second%60))
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
		// RFC 3339 has no seconds in an offset, which local mean times do have: the instant stays exact.
		offset -= offset % 60
		c.suffix = strings.Clone(time.Time{}.In(time.FixedZone("", offset)).Format("Z07:00"))
	}
	c.offset = int64(offset)
}
