package sessions_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

func date(y int, m time.Month, d int) sessions.Date { return sessions.Date{Year: y, Month: m, Day: d} }

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

func TestParseDate(t *testing.T) {
	for text, want := range map[string]sessions.Date{
		"0001-01-01": date(1, 1, 1),
		"1582-10-10": date(1582, 10, 10), // proleptic: no days are left out
		"1900-02-28": date(1900, 2, 28),
		"2000-02-29": date(2000, 2, 29),
		"9999-12-31": date(9999, 12, 31),
	} {
		got, err := sessions.ParseDate(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got)
		require.True(t, got.IsValid())
		require.Equal(t, text, got.String())
	}
	for _, text := range []string{
		"", " ", "0000-01-01", "0000-00-01", "1900-02-29", "2026-02-30", "2026-13-01", "2026-13-00", "2026-00-32", "2026-1-01", "26-01-01",
		"<<<<-01-01", "2026-<1-01", "2026-0<-01", "<<<<<<<<<<", "2026-XX-XX",
		"02-30-26", "2026-01-01 ", " 2026-01-01", "2026-01-01T00:00:00Z", "2026/01/01", "+2026-01-01", "12026-01-01", "-001-01-01",
		"٢٠٢٦-٠١-٠١", "2026-01-01\x00",
	} {
		_, err := sessions.ParseDate(text)
		require.ErrorIs(t, err, sessions.ErrSyntax, text)
		require.ErrorIs(t, err, sessions.ErrInvalid, text)
	}
}

func TestUnknownPartsOfDates(t *testing.T) {
	for _, c := range []struct {
		text, canonical, earliest, latest string
	}{
		{"1965-00-00", "1965-00-00", "1965-01-01", "1965-12-31"},
		{"1965-<<-<<", "1965-00-00", "1965-01-01", "1965-12-31"},
		{"1965-<<-00", "1965-00-00", "1965-01-01", "1965-12-31"},
		{"1965-02-<<", "1965-02-00", "1965-02-01", "1965-02-28"},
		{"1964-02-00", "1964-02-00", "1964-02-01", "1964-02-29"},
		{"1965-12-00", "1965-12-00", "1965-12-01", "1965-12-31"},
		{"1965-00-31", "1965-00-31", "1965-01-31", "1965-12-31"},
		{"9999-12-00", "9999-12-00", "9999-12-01", "9999-12-31"},
		{"0001-00-00", "0001-00-00", "0001-01-01", "0001-12-31"},
		{"1965-03-04", "1965-03-04", "1965-03-04", "1965-03-04"},
		{"0000-00-00", "", "", ""},
		{"<<<<-<<-<<", "", "", ""},
	} {
		d, err := sessions.ParseDate(c.text)
		require.NoError(t, err, c.text)
		require.Equal(t, c.canonical, d.String())
		require.Equal(t, c.earliest, d.Earliest().String(), c.text)
		require.Equal(t, c.latest, d.Latest().String(), c.text)
		whole := d == d.Earliest() && !d.IsZero()
		require.Equal(t, whole, d.IsValid(), "a date with unknown parts is no day")
		if !whole {
			require.Zero(t, d.AddDays(1), c.text)
		} else {
			require.Equal(t, d.Earliest().In(time.UTC), d.In(time.UTC))
		}
		back := date(1, 1, 1)
		text, err := d.MarshalText()
		require.NoError(t, err)
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, d, back)
		value, err := d.Value()
		require.NoError(t, err)
		require.NoError(t, back.Scan(value))
		require.Equal(t, d, back)
	}
	require.Equal(t, -1, date(1965, 0, 0).Compare(date(1965, 1, 1)))
	require.Equal(t, -1, date(1965, 3, 0).Compare(date(1965, 3, 1)))
	require.Equal(t, 1, date(1965, 3, 0).Compare(date(1965, 2, 28)))
	for _, d := range []sessions.Date{{}, date(0, 1, 1), date(0, 0, 1), date(1965, 2, 30), date(1965, 13, 0), date(1965, -1, 0), date(1965, 0, 32), date(1965, 0, -1), date(10000, 0, 0)} {
		require.Zero(t, d.Earliest(), "%v", d)
		require.Zero(t, d.Latest(), "%v", d)
	}
	// A day is between Earliest and Latest of a date if and only if the date may be that day, for
	// every day of a few years.
	for first := date(1963, 1, 1); first != date(1966, 1, 1); first = first.AddDays(1) {
		for _, d := range []sessions.Date{date(1964, 0, 0), date(1964, 2, 0), date(1965, 11, 0)} {
			fits := first.Year == d.Year && (d.Month == 0 || first.Month == d.Month)
			within := first.Compare(d.Earliest()) >= 0 && first.Compare(d.Latest()) <= 0
			require.Equal(t, fits, within, "%v in %v", first, d)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, text := range []string{"2026-02-28", "0000-00-00", "9999-12-31", "2024-02-29", "2023-02-29", "", "2026-1-1", "1965-<<-<<", "<<<<-<<-<<", "1965-00-31"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := sessions.ParseDate(text)
		// The expected result is computed without package time.
		var y, m, day int
		text = strings.ReplaceAll(strings.ReplaceAll(text, "-<<", "-00"), "<<<<-", "0000-")
		ok := len(text) == 10 && text[4] == '-' && text[7] == '-'
		for i := 0; ok && i < 10; i++ {
			ok = i == 4 || i == 7 || '0' <= text[i] && text[i] <= '9'
		}
		if ok {
			_, scanErr := fmt.Sscanf(text, "%4d-%2d-%2d", &y, &m, &day)
			ok = scanErr == nil && y >= 1 && m <= 12 && day <= daysIn(y, m)
			if text == "0000-00-00" {
				require.NoError(t, err)
				require.Zero(t, d)
				return
			}
		}
		require.Equal(t, ok, err == nil, "%q", text)
		if ok {
			require.Equal(t, date(y, time.Month(m), day), d)
			require.Equal(t, text, d.String())
		}
	})
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

func TestDateValidity(t *testing.T) {
	require.True(t, sessions.Date{}.IsZero())
	require.Empty(t, sessions.Date{}.String())
	for _, d := range []sessions.Date{{}, {Year: 2026}, date(2026, 5, 0), date(0, 1, 1), date(-5, 1, 1), date(10000, 1, 1), date(2026, 0, 1), date(2026, 13, 1), date(2026, 2, 29), date(2026, 1, 0), date(2026, 1, 32)} {
		require.False(t, d.IsValid(), "%v", d)
	}
}

func TestDateArithmetic(t *testing.T) {
	d := date(2024, 2, 28)
	require.Equal(t, date(2024, 2, 29), d.AddDays(1))
	require.Equal(t, date(2024, 3, 1), d.AddDays(2))
	require.Equal(t, date(2023, 12, 31), d.AddDays(-59))
	require.Equal(t, sessions.Date{}, sessions.Date{}.AddDays(5))
	require.False(t, date(9999, 12, 31).AddDays(1).IsValid())

	ordered := []sessions.Date{{}, date(1, 1, 1), date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 2), date(2024, 2, 1), date(9999, 12, 31)}
	for i, a := range ordered {
		for j, b := range ordered {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			require.Equal(t, want, a.Compare(b), "%v %v", a, b)
		}
	}

	instant := time.Date(2026, 1, 1, 21, 0, 0, 0, time.UTC)
	require.Equal(t, date(2026, 1, 1), sessions.DateOf(instant))
	require.Equal(t, date(2026, 1, 2), sessions.DateOf(instant.In(zone(t, "Asia/Tbilisi"))))
}

// TestDateInAtChangesOfClocks has rows for days that do not begin at an ordinary midnight, and for
// the days beside them.
func TestDateInAtChangesOfClocks(t *testing.T) {
	for _, c := range []struct {
		zone  string
		day   sessions.Date
		start string // RFC 3339
		hours float64
	}{
		{"UTC", date(2026, 3, 29), "2026-03-29T00:00:00Z", 24},
		// The 366th day of a rule's year.
		{"Europe/Berlin", date(2040, 12, 31), "2040-12-31T00:00:00+01:00", 24},
		{"Australia/Sydney", date(2040, 12, 31), "2040-12-31T00:00:00+11:00", 24},
		{"Asia/Tbilisi", date(2026, 3, 29), "2026-03-29T00:00:00+04:00", 24},
		{"Europe/Berlin", date(2026, 3, 29), "2026-03-29T00:00:00+01:00", 23},
		{"Europe/Berlin", date(2026, 10, 25), "2026-10-25T00:00:00+02:00", 25},
		{"America/Sao_Paulo", date(2018, 11, 3), "2018-11-03T00:00:00-03:00", 24},
		// Midnight is skipped.
		{"America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T01:00:00-02:00", 23},
		// 23 h is repeated.
		{"America/Sao_Paulo", date(2018, 2, 17), "2018-02-17T00:00:00-02:00", 25},
		{"America/Sao_Paulo", date(2018, 2, 18), "2018-02-18T00:00:00-03:00", 24},
		{"Asia/Beirut", date(2022, 3, 27), "2022-03-27T01:00:00+03:00", 23},
		{"Asia/Tehran", date(2022, 3, 22), "2022-03-22T01:00:00+04:30", 23},
		// Midnight is repeated: the earlier one counts.
		{"America/Havana", date(2023, 11, 5), "2023-11-05T00:00:00-04:00", 25},
		{"Atlantic/Azores", date(2023, 10, 29), "2023-10-29T00:00:00Z", 25},
		{"Pacific/Apia", date(2011, 12, 29), "2011-12-29T00:00:00-10:00", 24},
		// The zone had no such day.
		{"Pacific/Apia", date(2011, 12, 30), "2011-12-31T00:00:00+14:00", 0},
		{"Pacific/Apia", date(2011, 12, 31), "2011-12-31T00:00:00+14:00", 24},
		{"Pacific/Kwajalein", date(1993, 8, 21), "1993-08-22T00:00:00+12:00", 0},
		// 0:01 goes back to 23:01 of the day before.
		{"America/St_Johns", date(2010, 11, 7), "2010-11-07T00:00:00-02:30", 25},
		{"Africa/Monrovia", date(1972, 1, 7), "1972-01-07T00:44:30Z", 23.258333333333333},
	} {
		t.Run(c.zone+" "+c.day.String(), func(t *testing.T) {
			loc := zone(t, c.zone)
			start := c.day.In(loc)
			require.Equal(t, c.start, start.Format(time.RFC3339))
			require.Equal(t, loc, start.Location())
			require.InDelta(t, c.hours, c.day.AddDays(1).In(loc).Sub(start).Hours(), 1e-9)
		})
	}
}

// TestDaysTile walks over all changes of clocks day by day. Days must neither overlap nor leave a
// gap, and each instant beside a boundary must be on the side of its civil date.
func TestDaysTile(t *testing.T) {
	zones := []string{
		"UTC", "Asia/Tbilisi", "Europe/Berlin", "Europe/Dublin", "Europe/Lisbon", "Atlantic/Azores", "Africa/Casablanca", "Africa/Cairo",
		"Africa/Monrovia", "Asia/Amman", "Asia/Beirut", "Asia/Damascus", "Asia/Gaza", "Asia/Kathmandu", "Asia/Manila", "Asia/Pyongyang",
		"Asia/Tehran", "America/Asuncion", "America/Havana", "America/Juneau", "America/Santiago", "America/Sao_Paulo", "America/Scoresbysund",
		"America/St_Johns", "Antarctica/Troll", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "Pacific/Fakaofo",
		"Pacific/Kiritimati", "Pacific/Kwajalein",
	}
	for _, name := range zones {
		t.Run(name, func(t *testing.T) {
			loc := zone(t, name)
			checkTiles(t, loc, date(1840, 1, 1), date(1850, 1, 1))
			checkTiles(t, loc, date(1866, 1, 1), date(1868, 1, 1))
			checkTiles(t, loc, date(1890, 1, 1), date(2045, 1, 1))
		})
	}
	for _, offset := range []int{-24 * 3600, -12*3600 - 1, 0, 14 * 3600, 24 * 3600} {
		checkTiles(t, time.FixedZone("fixed", offset), date(2026, 2, 1), date(2026, 4, 1))
	}
}

func checkTiles(t *testing.T, loc *time.Location, from, to sessions.Date) {
	t.Helper()
	start := from.In(loc)
	for d := from; d != to; d = d.AddDays(1) {
		end := d.AddDays(1).In(loc)
		switch first, last := sessions.DateOf(start), sessions.DateOf(start.Add(-1)); {
		case end.Before(start):
			require.Failf(t, "days overlap", "%v: %v to %v", d, start, end)
		case end.Equal(start) && first == d:
			require.Failf(t, "an existing day is empty", "%v: %v", d, start)
		case first.Compare(d) < 0 || last.Compare(d) >= 0:
			require.Failf(t, "not the first instant", "%v begins at %v, just after %v", d, start, last)
		case first == d && start.Hour()+start.Minute()+start.Second() != 0:
			_, before := start.Add(-1).Zone()
			_, after := start.Zone()
			require.Less(t, before, after, "%v begins at %v, without a gap", d, start)
		}
		start = end
	}
}

func TestDateCodecs(t *testing.T) {
	d := date(2026, 2, 28)
	text, err := json.Marshal(map[string]sessions.Date{"d": d, "none": {}})
	require.NoError(t, err)
	require.JSONEq(t, `{"d":"2026-02-28","none":""}`, string(text))
	var back map[string]sessions.Date
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, map[string]sessions.Date{"d": d, "none": {}}, back)

	_, err = date(2026, 2, 30).MarshalText()
	require.ErrorIs(t, err, sessions.ErrSyntax)
	_, err = date(2026, 2, 30).Value()
	require.ErrorIs(t, err, sessions.ErrSyntax)

	value, err := d.Value()
	require.NoError(t, err)
	require.Equal(t, "2026-02-28", value)
	value, err = sessions.Date{}.Value()
	require.NoError(t, err)
	require.Nil(t, value)
}

func TestDateScan(t *testing.T) {
	d := date(2026, 2, 28)
	for _, src := range []any{
		"2026-02-28", []byte("2026-02-28"), "2026-02-28T00:00:00Z", "2026-02-28 00:00:00+00:00", []byte("2026-02-28 23:59:59"),
		"2026-02-28 00:00:00+00", "2026-02-28 00:00:00.123456+04:30", "2026-02-28T23:59:59.999999999-07:00", "2026-02-28 21:30",
		time.Date(2026, 2, 28, 9, 0, 0, 0, time.UTC).String(), time.Date(2026, 2, 28, 9, 0, 0, 5, zone(t, "Asia/Tbilisi")).String(),
		time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC), time.Date(2026, 2, 28, 0, 0, 0, 0, zone(t, "Asia/Tbilisi")),
		time.Date(2026, 2, 28, 0, 0, 0, 0, zone(t, "America/New_York")),
	} {
		got := date(1, 1, 1)
		require.NoError(t, got.Scan(src), "%v", src)
		require.Equal(t, d, got, "%v", src)
	}
	for _, src := range []any{nil, "", []byte{}, time.Time{}, "0000-00-00", []byte("0000-00-00 00:00:00")} {
		got := d
		require.NoError(t, got.Scan(src), "%v", src)
		require.True(t, got.IsZero(), "%v", src)
	}
	for _, src := range []any{
		"2026-02-30", "2026-02-28x", "2026-01-31 garbage", "2026-01-31T", "2026-01-31 ", "2026-01-31 25:00:00", "0000-00-00 x",
		"2026-01-31 00:00:00 BC", "0044-03-15 BC", "infinity", "28.02.2026", "2026", []byte("2026-2-28"), int64(20260228), 1.5, true,
		time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-4, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		got := d
		require.ErrorIs(t, got.Scan(src), sessions.ErrSyntax, "%v", src)
		require.Equal(t, d, got, "left alone")
	}
}

func TestTruncate(t *testing.T) {
	require.Equal(t, time.Time{}, sessions.Truncate(time.Time{}.In(zone(t, "Asia/Tbilisi"))))
	at := time.Date(2026, 1, 1, 2, 3, 4, 5_678_999, zone(t, "Asia/Tbilisi"))
	require.Equal(t, time.Date(2025, 12, 31, 22, 3, 4, 5_678_000, time.UTC), sessions.Truncate(at))
	now := time.Now()
	require.Equal(t, sessions.Truncate(now), sessions.Truncate(now.Round(0)), "without the monotonic reading")
	early := time.Date(1969, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	require.Equal(t, early.Add(-999), sessions.Truncate(early), "downwards before 1970, too")
}

func BenchmarkDateIn(b *testing.B) {
	loc := zone(b, "America/Sao_Paulo")
	d := date(2018, 11, 4)
	b.ReportAllocs()
	for b.Loop() {
		_ = d.In(loc)
	}
}
