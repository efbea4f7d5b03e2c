package sqlstore

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// column is one that can be read.
type column struct {
	name     string
	field    sessions.Field // that it belongs to
	nullable cellKind       // number or text, where it may be NULL
}

// columns are those of a row. The first two never change; the search key and the flags are written after them, and never read.
var columns = [...]column{
	{name: "created_us", field: sessions.FieldCreatedAt},
	{name: "id", field: sessions.FieldID},
	{name: "changed_seq"},
	{name: "revision"},
	{name: "partner", field: sessions.FieldPartner},
	{name: "subject", field: sessions.FieldSubject},
	{name: "attempt", field: sessions.FieldAttempt},
	{name: "completed_us", field: sessions.FieldCompletedAt, nullable: number},
	{name: "decided_us", field: sessions.FieldDecidedAt, nullable: number},
	{name: "status", field: sessions.FieldStatus},
	{name: "reasons", field: sessions.FieldReasons},
	{name: "first_name", field: sessions.FieldFirstName, nullable: text},
	{name: "last_name", field: sessions.FieldLastName, nullable: text},
	{name: "personal_number", field: sessions.FieldPersonalNumber, nullable: text},
	{name: "document_number", field: sessions.FieldDocumentNumber, nullable: text},
	{name: "nationality", field: sessions.FieldNationality, nullable: text},
	{name: "states"}, // of the five texts
	{name: "birth_date", field: sessions.FieldBirthDate},
	{name: "expiration_date", field: sessions.FieldExpirationDate},
	{name: "sex", field: sessions.FieldSex},
	{name: "document_type", field: sessions.FieldDocumentType},
	{name: "document_presented", field: sessions.FieldDocumentPresented},
	{name: "document_validity", field: sessions.FieldDocumentValidity},
	{name: "liveness", field: sessions.FieldLiveness},
	{name: "match_level", field: sessions.FieldMatchLevel, nullable: number},
	{name: "match_scale", field: sessions.FieldMatchLevel},
	{name: "acceptance_level", field: sessions.FieldAcceptanceLevel},
	{name: "selfie", field: sessions.FieldSelfie},
	{name: "extra", field: sessions.FieldExtra, nullable: text},
	{name: "client_ip", field: sessions.FieldClientIP},
	{name: "device", field: sessions.FieldDevice},
	{name: "browser", field: sessions.FieldBrowser},
	{name: "os", field: sessions.FieldOS},
	{name: "model", field: sessions.FieldModel},
}

const textStates = "states"

// projection is some of the columns, by their places.
type projection []int

// complete is all columns.
var complete = project(sessions.AllFields().Union(sessions.FieldsOf(sessions.FieldNone)))

// project returns the columns of some fields, and those that tell the place of a session.
func project(fields sessions.Fields) projection {
	fields = fields.Union(sessions.FieldsOf(sessions.FieldCreatedAt, sessions.FieldID))
	texts := fields.Intersect(sessions.FieldsOf(textFields[:]...)) != 0
	var p projection
	for i, c := range columns {
		if fields.Has(c.field) || c.name == textStates && texts {
			p = append(p, i)
		}
	}
	return p
}

func columnNames() (names []string) {
	for _, c := range columns {
		names = append(names, c.name)
	}
	return names
}

var writtenColumns = append(columnNames(), "digital_spoof", "not_full_id", "low_far", "search_key")

// textFields are the fields of the texts, in the order of columns and states.
var textFields = [...]sessions.Field{
	sessions.FieldFirstName, sessions.FieldLastName, sessions.FieldPersonalNumber, sessions.FieldDocumentNumber, sessions.FieldNationality,
}

// values appends the values of writtenColumns.
func values(args []any, s *sessions.Session, seq, revision int64) []any {
	args = append(args, s.CreatedAt.UnixMicro(), s.ID, seq, revision, s.Partner, s.Subject, int64(s.Attempt),
		micros(s.CompletedAt), micros(s.DecidedAt), string(s.Status), joinReasons(s.Reasons))
	var states [len(textFields)]byte
	for i, f := range textFields {
		t := s.Text(f)
		states[i] = '0' + byte(t.State())
		if t.State() == sessions.Known {
			args = append(args, t.Value())
		} else {
			args = append(args, nil)
		}
	}
	var level, extra any
	if s.Match.Compared {
		level = int64(s.Match.Level)
	}
	if s.Extra.Len() > 0 {
		extra = string(s.Extra.AppendJSON(nil))
	}
	args = append(args, string(states[:]), s.BirthDate.String(), s.ExpirationDate.String(), string(s.Sex), string(s.DocumentType),
		flag(s.DocumentPresented), int64(s.DocumentValidity), int64(s.Liveness), level, s.Match.Scale, int64(s.Match.Acceptance),
		s.Selfie, extra, s.ClientIP, string(s.Device), s.Browser, s.OS, s.Model)
	for _, r := range sessions.SpoofReasons() {
		args = append(args, flag(s.FailedFor(r)))
	}
	return append(args, string(searchkey.Of(s)))
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// Reasons stand between bars, so that each can be found by its text.
var (
	escapeReason   = strings.NewReplacer(`\`, `\\`, `|`, `\p`)
	unescapeReason = strings.NewReplacer(`\\`, `\`, `\p`, `|`)
)

func joinReasons(reasons []sessions.Reason) string {
	if len(reasons) == 0 {
		return ""
	}
	var b strings.Builder
	for _, r := range reasons {
		b.WriteByte('|')
		_, _ = escapeReason.WriteString(&b, string(r))
	}
	b.WriteByte('|')
	return b.String()
}

func splitReasons(text string) []sessions.Reason {
	if len(text) < 2 {
		return nil
	}
	text = text[1 : len(text)-1]
	reasons := make([]sessions.Reason, 0, 1+strings.Count(text, "|"))
	for r := range strings.SplitSeq(text, "|") {
		reasons = append(reasons, sessions.Reason(unescapeReason.Replace(r)))
	}
	return reasons
}

// cell takes a column's value as the driver has it, without reflection.
type cell struct {
	text   string
	number int64
	kind   cellKind
}

type cellKind uint8

const (
	null cellKind = iota
	number
	text
)

// Scan keeps integers and texts.
func (c *cell) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*c = cell{}
	case int64:
		*c = cell{number: v, kind: number}
	case string:
		*c = cell{text: v, kind: text}
	case []byte:
		*c = cell{text: string(v), kind: text}
	default:
		return fmt.Errorf("%w: %T", ErrStored, src)
	}
	return nil
}

// row is the destination of a scan, used again for each row of a statement. What is not scanned reads as absent.
type row struct {
	cells [len(columns)]cell
	dests [len(columns)]any
	next  int // cell that is read next
	err   error
}

func newRow() *row {
	r := new(row)
	for i, c := range columns {
		r.dests[i] = &r.cells[i]
		switch {
		case c.name == textStates:
			r.cells[i] = cell{text: strings.Repeat("0", len(textFields)), kind: text}
		case c.nullable == null:
			r.cells[i].kind = number
		}
	}
	return r
}

func (r *row) fail() {
	if r.err == nil {
		r.err = fmt.Errorf("%w: column %s", ErrStored, columns[r.next-1].name)
	}
}

func (r *row) cell() *cell {
	r.next++
	return &r.cells[r.next-1]
}

func (r *row) text() string { return r.cell().text }

// number reads an integer within 0 to most.
func (r *row) number(most int64) int64 {
	c := r.cell()
	n := c.number
	if c.kind == text && len(c.text) == 1 && '0' <= c.text[0] && c.text[0] <= '9' {
		n = int64(c.text[0] - '0')
	} else if c.kind == text { // drivers without types
		var err error
		if n, err = strconv.ParseInt(c.text, 10, 64); err != nil {
			r.fail()
		}
	}
	if c.kind == null || most >= 0 && (n < 0 || n > most) {
		r.fail()
		return 0
	}
	return n
}

func (r *row) isNull() bool { return r.cells[r.next].kind == null }

func (r *row) time() time.Time {
	if r.isNull() {
		r.next++
		return time.Time{}
	}
	return time.UnixMicro(r.number(-1)).UTC()
}

func (r *row) date() (d sessions.Date) {
	if text := r.text(); text != "" {
		var err error
		if d, err = sessions.ParseDate(text); err != nil {
			r.fail()
		}
	}
	return d
}

func level[L ~int16](l *L, n int64) { *l = L(n) }

// separator stands between the columns of a packed row. Texts may contain it.
const separator = '\x1f'

// unpack takes a packed row apart. It returns false if a text contains the separator.
func (r *row) unpack(packed string, p projection) bool {
	i, start := 0, 0
	for end := range len(packed) {
		if packed[end] != separator {
			continue
		}
		if i == len(p)-1 {
			return false
		}
		r.cells[p[i]] = packedCell(packed[start:end])
		i, start = i+1, end+1
	}
	r.cells[p[i]] = packedCell(packed[start:])
	return i == len(p)-1
}

// packedCell takes nothing for NULL: columns that may be NULL have no empty values that mean anything else.
func packedCell(v string) cell {
	if v == "" {
		return cell{}
	}
	return cell{text: v, kind: text}
}

// decode makes a session of the cells, whose company is given, and returns the sequence number of its last change.
func (r *row) decode(company string, s *sessions.Session) (seq int64, err error) {
	r.next, r.err = 0, nil
	*s = sessions.Session{Company: company}
	s.CreatedAt = r.time()
	s.ID = r.text()
	seq = r.number(-1)
	s.Revision = r.number(-1)
	s.Partner = r.text()
	s.Subject = r.text()
	s.Attempt = int(r.number(1<<31 - 1))
	s.CompletedAt = r.time()
	s.DecidedAt = r.time()
	s.Status = sessions.Status(r.text())
	s.Reasons = splitReasons(r.text())
	texts := [...]*sessions.Text{&s.FirstName, &s.LastName, &s.PersonalNumber, &s.DocumentNumber, &s.Nationality}
	known := r.next
	r.next += len(texts)
	states := r.text()
	if len(states) != len(texts) {
		r.fail()
		return 0, r.err
	}
	for i, t := range texts {
		switch state := sessions.TextState(states[i] - '0'); {
		case state == sessions.Known:
			*t = sessions.TextOf(r.cells[known+i].text)
		case state <= sessions.Redacted:
			*t = sessions.TextIn(state)
		default:
			r.fail()
		}
	}
	s.BirthDate = r.date()
	s.ExpirationDate = r.date()
	s.Sex = sessions.Sex(r.text())
	s.DocumentType = sessions.DocumentType(r.text())
	s.DocumentPresented = r.number(1) == 1
	s.DocumentValidity = sessions.Validity(r.number(int64(sessions.Invalid)))
	s.Liveness = sessions.Liveness(r.number(int64(sessions.LivenessNotPassed)))
	if s.Match.Compared = !r.isNull(); s.Match.Compared {
		level(&s.Match.Level, r.number(-1))
	} else {
		r.next++
	}
	s.Match.Scale = r.text()
	level(&s.Match.Acceptance, r.number(-1))
	s.Selfie = r.text()
	if s.Extra, err = sessions.ParseExtra(r.text()); err != nil {
		r.fail()
	}
	s.ClientIP = r.text()
	s.Device = sessions.Device(r.text())
	s.Browser = r.text()
	s.OS = r.text()
	s.Model = r.text()
	return seq, r.err
}
