package store_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"testing"
	"time"

	"github.com/gocarina/gocsv"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// TestNoCompositionStatesWhatIsHiddenOrUnread writes every column of a session with every writer,
// under disclosures that mask or drop each field, from readings of each set of fields. A cell must
// be that of the whole session, or say that it is hidden; it must not be FALSE or 1.
func TestNoCompositionStatesWhatIsHiddenOrUnread(t *testing.T) {
	s := session(1)
	s.Status, s.Reasons = sessions.Success, nil
	s.Liveness, s.DocumentValidity = sessions.LivenessPassed, sessions.Valid
	st := store.New(backend(t, s), store.Options{})
	columns := append(export.Columns(), export.ColumnStatus, export.ColumnReasons)
	rows := func(selected export.Selection, opts export.Options, gocsvToo bool) map[string]string {
		var b bytes.Buffer
		if gocsvToo {
			_, err := export.WriteGocsv(t.Context(), gocsv.NewSafeCSVWriter(csv.NewWriter(&b)), selected, opts)
			require.NoError(t, err)
		} else {
			_, err := export.Write(t.Context(), &b, selected, opts)
			require.NoError(t, err)
		}
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b.Bytes(), []byte("\uFEFF")))).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 2)
		cells := map[string]string{}
		for i, header := range rows[0] {
			cells[header] = rows[1][i]
		}
		return cells
	}
	for _, opts := range []export.Options{{Columns: columns}, {Columns: columns, Format: export.ExcelCSV, Zone: time.UTC}} {
		whole := rows(st.Select(agent, filter.Filter{}), opts, false)
		require.Len(t, whole, len(columns))
		require.Equal(t, [2]string{"TRUE", "0"}, [2]string{whole["Document Valid"], whole["Liveness Status"]})
		for f := range sessions.AllFields().All() {
			one := sessions.FieldsOf(f)
			for _, d := range []sessions.Disclosure{{}, {Mask: one}, {Drop: one}, {Mask: sessions.AllFields()}} {
				v := with(agent, func(v *store.Viewer) { v.Disclosure = d })
				judge := func(cells map[string]string, read sessions.Fields, how string) {
					t.Helper()
					for _, c := range columns {
						cell, there := cells[c.String()]
						hidden, dropped := d.Hidden().Has(c.Field()), sessions.Disclosure{Drop: d.Drop}.Hidden().Has(c.Field()) && d.Drop.Has(c.Field())
						unread := !read.Has(c.Field()) && c.Field() != sessions.FieldID && c.Field() != sessions.FieldCreatedAt
						switch message := fmt.Sprintf("%s: %v, %v, hidden %v", how, c, f, d.Hidden()); {
						case dropped && how != "again":
							require.False(t, there, message)
						case hidden || unread:
							require.Equal(t, sessions.MaskedMark, cell, message)
						default:
							require.Equal(t, whole[c.String()], cell, message)
						}
					}
				}
				selected := st.Select(v, filter.Filter{})
				judge(rows(selected, opts, false), sessions.AllFields(), "Write")
				judge(rows(selected, opts, true), sessions.AllFields(), "WriteGocsv")
				// A host passes on the sessions of a selection of which it has read too few fields,
				// without the viewer's disclosure.
				for _, read := range []sessions.Fields{0, one, sessions.AllFields().Minus(one), sessions.AllFields()} {
					seq, err := selected.Open(t.Context(), sessions.Reading{Fields: read})
					require.NoError(t, err)
					judge(rows(export.FromIterator(sessions.Request{}, seq), opts, false), read, "again")

					// A host writes a file for this viewer from another viewer's reading: the
					// writer and the sheet must apply the disclosure themselves.
					wide, err := st.Select(agent, filter.Filter{}).Open(t.Context(), sessions.Reading{Fields: read})
					require.NoError(t, err)
					judge(rows(export.FromIterator(sessions.Request{Disclosure: d}, wide), opts, false), read, "Write")
					seen, err := opts.Sheet(d)
					require.NoError(t, err)
					for s, err := range wide {
						require.NoError(t, err)
						for i, value := range seen.Values(s) {
							if c := seen.Columns[i].Column; d.Hidden().Has(c.Field()) {
								require.Equal(t, sessions.MaskedMark, value, "%v, %v", c, f)
							}
						}
					}

					sheet, err := opts.Sheet(sessions.Disclosure{})
					require.NoError(t, err)
					for s, err := range seq {
						require.NoError(t, err)
						cells := map[string]string{}
						for i, value := range sheet.Values(s) {
							if c := columns[i]; value == sessions.MaskedMark {
								cells[c.String()] = sessions.MaskedMark
							} else {
								cells[c.String()] = whole[c.String()]
							}
						}
						judge(cells, read, "again")
						record := export.RecordOf(s)
						if s.Hidden().Has(sessions.FieldLiveness) {
							require.Equal(t, sessions.MaskedMark, record.LivenessStatus)
						}
					}
				}
			}
		}
	}
}

// TestReasonsDoNotTellWhatNobodyHasRead checks that reasons that reveal a hidden field are removed
// for a viewer who may not see it, even if the field was not read.
func TestReasonsDoNotTellWhatNobodyHasRead(t *testing.T) {
	s := session(1)
	s.Status, s.Reasons = sessions.Failed, []sessions.Reason{
		sessions.DigitalSpoof, sessions.InvalidDocument, sessions.LivenessFailed, sessions.LowFAR, sessions.NotFullID,
	}
	st := store.New(backend(t, s), store.Options{})
	opts := export.Options{Columns: []export.Column{export.ColumnReasons}}
	for _, reason := range s.Reasons[1:] {
		d := sessions.Disclosure{Mask: sessions.FieldsOf(reason.Field())}
		wide, err := st.Select(agent, filter.Filter{}).Open(t.Context(), sessions.Reading{Fields: opts.Fields()})
		require.NoError(t, err)
		var b bytes.Buffer
		_, err = export.Write(t.Context(), &b, export.FromIterator(sessions.Request{Disclosure: d}, wide), opts)
		require.NoError(t, err)
		require.NotContains(t, b.String(), string(reason))
		require.Contains(t, b.String(), string(sessions.DigitalSpoof))
		sheet, err := opts.Sheet(d)
		require.NoError(t, err)
		for s, err := range wide {
			require.NoError(t, err)
			require.NotContains(t, sheet.Values(s)[0], string(reason))
		}
	}
}

// TestCustomColumnsSeeEachFieldAlone checks that a host's column that uses one field gets the same
// value of it as from a session with all fields.
func TestCustomColumnsSeeEachFieldAlone(t *testing.T) {
	s := session(1)
	s.Match = sessions.Match{Compared: true, Level: 3, Scale: far.Kvalifika.Name(), Acceptance: 5}
	st := store.New(backend(t, s), store.Options{})
	for f, cell := range map[sessions.Field]func(s *sessions.Session) string{
		sessions.FieldAcceptanceLevel: func(s *sessions.Session) string { return s.Match.Acceptance.String() },
		sessions.FieldMatchLevel:      func(s *sessions.Session) string { return s.Match.Level.String() },
	} {
		opts := export.Options{Columns: []export.Column{export.ColumnSessionID}, Custom: []export.CustomColumn{{Header: "Link", Fields: sessions.FieldsOf(f), Cell: cell}}}
		var b bytes.Buffer
		_, err := export.Write(t.Context(), &b, st.Select(agent, filter.Filter{}), opts)
		require.NoError(t, err)
		require.Equal(t, "Session ID,Link\r\n"+s.ID+","+cell(s)+"\r\n", b.String(), f)
	}
}

// TestResumeKeepsToTheRestriction checks that a file begun for one part of a company is not
// continued for another, whose viewer may not see the file's sessions.
func TestResumeKeepsToTheRestriction(t *testing.T) {
	st := store.New(backend(t, mixed()[:20]...), store.Options{})
	parts := []filter.Filter{{}, filter.Extra("branch", "west"), filter.Status(sessions.Success)}
	for i, begun := range parts {
		mark, err := st.Select(with(agent, func(v *store.Viewer) { v.Restriction = begun }), filter.Filter{}).Watermark(t.Context())
		require.NoError(t, err)
		for j, resumed := range parts {
			changed, err := st.Select(with(agent, func(v *store.Viewer) { v.Restriction = resumed }), filter.Filter{}).Changed(t.Context(), mark, sessions.Position{})
			require.NoError(t, err)
			require.Equal(t, i != j, changed, "%d, %d", i, j)
		}
	}
}
