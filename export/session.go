package export

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// SessionOptions state what a file does not say.
type SessionOptions struct {
	Company string // the company that owns the sessions; required

	// Scale names the scale of the match levels. "" is that of [far.Kvalifika].
	Scale string

	// NotVerified is the status of a row whose Verified is FALSE or empty and that has no Status.
	// "" is [sessions.Failed], which may be wrong: such a session may have been pending.
	NotVerified sessions.Status
}

// Session makes a session of the row, and returns the fields that the row does not state. These are
// absent from the session, or have the strictest value that the row allows. The package comment
// lists them. The session is valid ([sessions.Session.Validate]) and has no revision.
//
// An error is a [*ReadError] that wraps [ErrCell] and, where there is one, the
// [*sessions.FieldError] of the value. A row with masked cells is such an error, since it does not
// contain the whole session.
func (r *Row) Session(opts SessionOptions) (*sessions.Session, sessions.Fields, error) {
	said := *r
	r = &said // a copy, since unmask changes it
	p := rowParser{row: r, cells: r.cells(), lost: sessions.FieldsOf(sessions.FieldSubject, sessions.FieldDecidedAt,
		sessions.FieldAcceptanceLevel, sessions.FieldDocumentPresented, sessions.FieldSelfie)}
	p.unmask()
	s := &sessions.Session{
		ID: r.SessionID, Company: opts.Company, Partner: r.Partner, Attempt: p.attempt(),
		CreatedAt: p.time(ColumnCreationTime), CompletedAt: p.time(ColumnCompletionTime),
		FirstName: p.text(ColumnFirstName), LastName: p.text(ColumnLastName),
		PersonalNumber: p.text(ColumnPersonalNumber), DocumentNumber: p.text(ColumnDocumentNumber),
		Nationality:    p.text(ColumnNationality),
		BirthDate:      p.date(ColumnBirthDate, layout{text: time.DateOnly}, 1, 9999),
		ExpirationDate: p.date(ColumnExpirationDate, layout{text: expirationLayout}, 2000, 2099),
		Sex:            sessions.Sex(p.known(ColumnSex)),
		DocumentType:   documentTypeOf(r.DocumentType), DocumentPresented: r.DocumentType != "",
		DocumentValidity: p.validity(), Liveness: p.liveness(),
		Match:    p.match(cmp.Or(opts.Scale, far.Kvalifika.Name())),
		Extra:    p.extra(),
		ClientIP: r.ClientIP, Device: deviceOf(r.Device), Browser: r.Browser, OS: r.OS, Model: r.Model,
	}
	s.Status = p.status(cmp.Or(opts.NotVerified, sessions.Failed))
	s.Reasons = p.reasons(s.Status)
	if p.err != nil {
		return nil, 0, p.err
	}
	s.Normalize()
	if err := s.Validate(); err != nil {
		return nil, 0, &ReadError{r.Number, r.Line, columnOf(err), fmt.Errorf("%w: %w", ErrCell, err)}
	}
	return s, p.lost, nil
}

// columnOf names the column that shows the field of a [*sessions.FieldError].
func columnOf(err error) string {
	var at *sessions.FieldError
	if errors.As(err, &at) {
		for c := range table {
			if table[c].field == at.Field {
				return Column(c).String()
			}
		}
	}
	return ""
}

// rowParser makes the fields of a session from the cells of a row. It keeps the first error, and
// the fields that the row does not state.
type rowParser struct {
	row   *Row
	cells [columnEnd]*string
	lost  sessions.Fields
	err   error
}

// fail keeps an error about a column, unless there is one already.
func (p *rowParser) fail(c Column, what string) {
	if p.err == nil {
		p.err = &ReadError{p.row.Number, p.row.Line, c.String(), fmt.Errorf("%w: %s", ErrCell, what)}
	}
}

// lose notes that the row does not state the field of a column.
func (p *rowParser) lose(c Column) { p.lost |= sessions.FieldsOf(c.Field()) }

// unmask refuses masked cells. In columns whose texts come from outside, a value may look like a
// masked one. Such a cell is lost instead, so that nobody can make a file unreadable.
func (p *rowParser) unmask() {
	for i, cell := range p.cells {
		c := Column(i)
		if c == ColumnExtra && *cell == TooLongMark {
			*cell = ""
			p.lose(c)
		}
		if !c.masks(*cell) {
			continue
		}
		switch c {
		case ColumnPartner, ColumnExtra, ColumnDocumentType, ColumnClientIP, ColumnDevice, ColumnBrowser, ColumnOS, ColumnModel:
			*cell = ""
			p.lose(c)
		default:
			p.fail(c, "masked")
		}
	}
}

// known returns the cell of a column. An empty cell does not state the field.
func (p *rowParser) known(c Column) string {
	v := *p.cells[c]
	if v == "" {
		p.lose(c)
	}
	return v
}

// text returns a recognised text, a redacted one, or the zero Text for an empty cell.
func (p *rowParser) text(c Column) sessions.Text {
	switch v := p.known(c); v {
	case "":
		return sessions.Text{}
	case sessions.RedactedMark:
		return sessions.TextIn(sessions.Redacted)
	default:
		return sessions.TextOf(v)
	}
}

// time returns the instant of a cell, or the zero time for an empty one.
func (p *rowParser) time(c Column) time.Time {
	v := *p.cells[c]
	if v == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, v)
	if err != nil {
		p.fail(c, "not a time of RFC 3339")
	}
	return t
}

// date returns the date of a cell in layout l, with a year from first to last.
func (p *rowParser) date(c Column, l layout, first, last int) sessions.Date {
	v, err := l.date(*p.cells[c], time.DateOnly, first, last)
	if err != nil {
		p.fail(c, "not a date of the form "+l.text)
	}
	if v == "" {
		return sessions.Date{}
	}
	d, _ := sessions.ParseDate(v) // layout.date has just written it
	return d
}

func (p *rowParser) attempt() int {
	if p.row.Attempts == "" {
		return 0
	}
	n, err := strconv.Atoi(p.row.Attempts)
	if err != nil {
		p.fail(ColumnAttempts, "not a whole number")
	}
	return n
}

// validity returns Valid for TRUE only: FALSE is also written for a document that was not checked.
func (p *rowParser) validity() sessions.Validity {
	switch p.row.DocumentValid {
	case trueCell:
		return sessions.Valid
	case falseCell, "":
		p.lose(ColumnDocumentValid)
	default:
		p.fail(ColumnDocumentValid, "not TRUE or FALSE")
	}
	return sessions.NotChecked
}

// liveness returns LivenessPassed for 0 only: 1 is also written if liveness was not checked.
func (p *rowParser) liveness() sessions.Liveness {
	switch p.row.LivenessStatus {
	case "0":
		return sessions.LivenessPassed
	case "1", "":
		p.lose(ColumnLivenessStatus)
	default:
		p.fail(ColumnLivenessStatus, "not 0 or 1")
	}
	return sessions.LivenessUnknown
}

// match returns the result of a comparison, or that nothing was compared for an empty cell.
func (p *rowParser) match(scale string) sessions.Match {
	if p.row.MatchLevel == "" {
		return sessions.Match{}
	}
	level, err := far.ParseLevel(p.row.MatchLevel)
	if err != nil {
		p.fail(ColumnMatchLevel, "not a match level")
	}
	return sessions.Match{Compared: true, Level: level, Scale: scale}
}

// extra returns the extra fields of a cell of JSON.
func (p *rowParser) extra() sessions.Extra {
	x, err := sessions.ParseExtra(p.row.Extra)
	if err != nil && p.err == nil {
		p.err = &ReadError{p.row.Number, p.row.Line, ColumnExtra.String(), fmt.Errorf("%w: %w", ErrCell, err)}
	}
	return x
}

// status reads Verified and Status, which must not contradict each other.
func (p *rowParser) status(notVerified sessions.Status) sessions.Status {
	said := sessions.Status(p.row.Status)
	switch p.row.Verified {
	case trueCell:
		if said != "" && said != sessions.Success {
			p.fail(ColumnStatus, "contradicts Verified")
		}
		return sessions.Success
	case falseCell, "":
		switch said {
		case "":
			p.lose(ColumnStatus)
			return notVerified
		case sessions.Success:
			if p.row.Verified != "" {
				p.fail(ColumnStatus, "contradicts Verified")
			}
		}
		return said
	default:
		p.fail(ColumnVerified, "not TRUE or FALSE")
		return ""
	}
}

// reasons returns the reasons of a row. A session that succeeded has none, so nothing is lost then.
func (p *rowParser) reasons(status sessions.Status) []sessions.Reason {
	if p.row.Reasons == "" {
		if status != sessions.Success {
			p.lose(ColumnReasons)
		}
		return nil
	}
	var reasons []sessions.Reason
	for code := range strings.SplitSeq(p.row.Reasons, reasonSeparator) {
		reasons = append(reasons, sessions.Reason(code))
	}
	return reasons
}

// documentTypeOf returns the document type that is written as cell.
func documentTypeOf(cell string) sessions.DocumentType {
	if cell == idCell {
		return sessions.IDCard
	}
	return sessions.DocumentType(cell)
}

// deviceOf returns the device that is written as cell.
func deviceOf(cell string) sessions.Device {
	switch cell {
	case pcCell:
		return sessions.PC
	case mobileCell:
		return sessions.Mobile
	default:
		return sessions.Device(cell)
	}
}
