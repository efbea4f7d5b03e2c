package filter_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

var update = flag.Bool("update", false, "write the goldens anew")

// goldenFilters returns a filter of each shape that SQL writes in its own way.
func goldenFilters(t testing.TB) []filter.Filter {
	tbilisi := zone(t, "Asia/Tbilisi")
	at := time.Date(2026, 1, 15, 12, 0, 0, 1000, time.UTC)
	return []filter.Filter{
		{},
		filter.Nothing(),
		filter.Search("***"),
		filter.Search("gior 0100"),
		filter.SearchIn(sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldLastName), "gior 0100"),
		filter.Status(sessions.Failed),
		filter.Status(sessions.Failed, sessions.Success, sessions.Pending),
		filter.DocumentType(sessions.Passport),
		filter.DocumentType("", sessions.Passport),
		filter.DocumentType(""),
		filter.MatchLevel(4),
		filter.MatchLevel(4, 5),
		filter.MatchLevel(filter.NotCompared),
		filter.MatchLevel(filter.NotCompared, 0, 1),
		filter.FailedFor(sessions.LowFAR),
		filter.FailedFor(sessions.SpoofReasons()...),
		filter.FailedForAt([]far.Level{3, 4}, sessions.LowFAR),
		filter.FailedForAt([]far.Level{4}, sessions.DigitalSpoof, sessions.LowFAR),
		filter.CreatedOn(date(t, "2026-01-01"), date(t, "2026-01-31"), tbilisi),
		filter.CreatedOn(date(t, "2026-01-01"), sessions.Date{}, tbilisi),
		filter.CreatedOn(sessions.Date{}, date(t, "2026-01-31"), tbilisi),
		filter.Between(sessions.FieldCreatedAt, at, at.Add(time.Hour)),
		filter.Is(sessions.FieldSubject, "s-1"),
		filter.Is(sessions.FieldSubject, "s-1", "s-2"),
		filter.Is(sessions.FieldPersonalNumber, "010"),
		filter.Is(sessions.FieldPersonalNumber, "010", "011"),
		filter.Extra("phone", "+995 555"),
		filter.Extra("a\"b\\c", "x", ""),
		filter.Is(sessions.FieldDevice, "mobile", ""),
		filter.Is(sessions.FieldFirstName, "გიორგი"),
		filter.Is(sessions.FieldLiveness, "passed"),
		filter.Is(sessions.FieldDocumentPresented, "true"),
		filter.Is(sessions.FieldAttempt, "", "2"),
		filter.Is(sessions.FieldCompletedAt, ""),
		filter.Is(sessions.FieldBirthDate, ""),
		filter.AtLeast(sessions.FieldMatchLevel, 4),
		filter.AtMost(sessions.FieldMatchLevel, 4),
		filter.AtMost(sessions.FieldAttempt, 2),
		filter.AtLeast(sessions.FieldAcceptanceLevel, 1),
		filter.On(sessions.FieldCompletedAt, date(t, "0001-01-01"), sessions.Date{}, time.UTC),
		filter.Between(sessions.FieldDecidedAt, at, time.Time{}),
		filter.Dates(sessions.FieldBirthDate, date(t, "1965-01-12"), date(t, "1966-12-30")),
		filter.Dates(sessions.FieldBirthDate, date(t, "1965-01-01"), date(t, "1965-12-31")),
		filter.Dates(sessions.FieldExpirationDate, date(t, "2026-06-15"), date(t, "2026-07-14")),
		filter.Dates(sessions.FieldExpirationDate, sessions.Date{}, date(t, "2026-06-30")),
		filter.ExtraPresent("phone"),
		filter.ExtraPrefix("phone", "+995", "+44"),
		filter.ExtraPrefix("ტელ", "5"),
		filter.And(
			filter.Status(sessions.Failed),
			filter.Or(filter.Is(sessions.FieldSubject, "a"), filter.Not(filter.And(filter.DocumentType(sessions.Passport), filter.Search("y")))),
		),
	}
}

// TestGolden writes each filter, and its negation, in every form: text, URL, and SQL of each
// dialect, with columns that are as good as possible, with columns that compare texts in another
// way, and with a host's columns.
func TestGolden(t *testing.T) {
	loose := ownColumns()
	loose.BinaryCollation = false
	tables := []struct {
		name    string
		columns filter.Columns
	}{{"own", ownColumns()}, {"loose", loose}, {"host", hostColumns()}}
	var b strings.Builder
	for _, positive := range goldenFilters(t) {
		for _, f := range []filter.Filter{positive, filter.Not(positive)} {
			fmt.Fprintf(&b, "# %s\nurl %s\n", f.Text(), f.Values().Encode())
			for _, d := range []filter.Dialect{filter.Postgres, filter.MariaDB, filter.SQLite} {
				for _, table := range tables {
					sql, args, err := filter.SQL("acme", f, d, table.columns).ToSql()
					if err != nil {
						sql = "error: " + err.Error()
					}
					fmt.Fprintf(&b, "%v %s %s %v\n", d, table.name, sql, args)
				}
			}
			b.WriteString("\n")
		}
	}
	path := filepath.Join("testdata", "golden.txt")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}
