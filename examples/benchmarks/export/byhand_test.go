package export_test

import (
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
)

// writeByHand writes the 24 columns, and can do nothing else: no other column, format or zone, and
// no error of a source.
func writeByHand(w io.Writer, all []*sessions.Session) error {
	b := make([]byte, 0, 72<<10)
	for i, column := range export.Columns() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, column.String()...)
	}
	b = append(b, '\r', '\n')
	var day handDay
	var json []byte
	for _, s := range all {
		b = handText(b, s.PersonalNumber.Cell())
		b = handText(append(b, ','), s.FirstName.Cell())
		b = handText(append(b, ','), s.LastName.Cell())
		b = handText(append(b, ','), s.DocumentNumber.Cell())
		b = append(b, ',')
		if d := s.BirthDate; !d.IsZero() {
			b = handTwo(handTwo(b, d.Year/100), d.Year%100)
			b = handTwo(append(b, '-'), int(d.Month))
			b = handTwo(append(b, '-'), d.Day)
		}
		b = handText(append(b, ','), s.Nationality.Cell())
		b = append(b, ',')
		if s.Sex == sessions.Male || s.Sex == sessions.Female {
			b = append(b, s.Sex...)
		}
		b = append(b, ',')
		if d := s.ExpirationDate; !d.IsZero() {
			b = handTwo(b, int(d.Month))
			b = handTwo(append(b, '-'), d.Day)
			b = handTwo(append(b, '-'), d.Year%100)
		}
		b = append(b, ',')
		if s.Status != "" {
			b = handBool(b, s.Status == sessions.Success)
		}
		b = handBool(append(b, ','), s.DocumentValidity == sessions.Valid)
		if s.Liveness == sessions.LivenessPassed {
			b = append(b, ",0,"...)
		} else {
			b = append(b, ",1,"...)
		}
		if s.Match.Compared {
			b = strconv.AppendInt(b, int64(s.Match.Level), 10)
		}
		b = day.append(append(b, ','), s.CreatedAt)
		b = day.append(append(b, ','), s.CompletedAt)
		b = handText(append(b, ','), s.Partner)
		b = handText(append(b, ','), s.ID)
		b = append(b, ',')
		if s.Extra.Len() > 0 {
			json = s.Extra.AppendJSON(json[:0])
			b = append(b, '"')
			for _, c := range json {
				if c == '"' {
					b = append(b, '"')
				}
				b = append(b, c)
			}
			b = append(b, '"')
		}
		b = append(b, ',')
		if s.DocumentType == sessions.IDCard {
			b = append(b, "ID"...)
		} else {
			b = handText(b, string(s.DocumentType))
		}
		b = handText(append(b, ','), s.ClientIP)
		b = append(b, ',')
		switch s.Device {
		case sessions.PC:
			b = append(b, "PC"...)
		case sessions.Mobile:
			b = append(b, "Mobile"...)
		default:
			b = handText(b, string(s.Device))
		}
		b = handText(append(b, ','), s.Browser)
		b = handText(append(b, ','), s.OS)
		b = handText(append(b, ','), s.Model)
		b = append(b, ',')
		if s.Attempt != 0 {
			b = strconv.AppendInt(b, int64(s.Attempt), 10)
		}
		b = append(b, '\r', '\n')
		if len(b) >= 64<<10 {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := w.Write(b)
	return err
}

func handText(b []byte, v string) []byte {
	if v == "" {
		return b
	}
	quotes := v == `\.`
	for i := range len(v) {
		if c := v[i]; c == ',' || c == '"' || c == '\r' || c == '\n' {
			quotes = true
			break
		}
	}
	if first, _ := utf8.DecodeRuneInString(v); !quotes && !unicode.IsSpace(first) {
		return append(b, v...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(v, `"`, `""`)...)
	return append(b, '"')
}

func handTwo(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

func handBool(b []byte, v bool) []byte {
	if v {
		return append(b, "TRUE"...)
	}
	return append(b, "FALSE"...)
}

// handDay keeps the text of the last date.
type handDay struct {
	unix int64
	text []byte
}

func (d *handDay) append(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	day, second := t.Unix()/86400, int(t.Unix()%86400)
	if day != d.unix || d.text == nil {
		d.unix, d.text = day, t.UTC().AppendFormat(d.text[:0], "2006-01-02T")
	}
	b = append(b, d.text...)
	b = handTwo(b, second/3600)
	b = handTwo(append(b, ':'), second/60%60)
	b = handTwo(append(b, ':'), second%60)
	if micros := t.Nanosecond() / 1000; micros != 0 {
		b = append(b, '.')
		b = handTwo(handTwo(handTwo(b, micros/10_000), micros/100%100), micros%100)
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	return append(b, 'Z')
}
