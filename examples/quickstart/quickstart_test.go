package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// What all tests share: the program, and a database of some sessions that no test changes.
var (
	binary   string
	database string
)

const databaseSessions = 4000

func TestMain(m *testing.M) { os.Exit(prepare(m)) }

func prepare(m *testing.M) int {
	dir, err := os.MkdirTemp("", "quickstart-test-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary, database = filepath.Join(dir, "quickstart"), filepath.Join(dir, "sessions.db")
	for _, command := range []*exec.Cmd{
		exec.Command("go", "build", "-o", binary, "."),
		exec.Command(binary, "-db", database, "-n", strconv.Itoa(databaseSessions), "-limit", "1", "-status", "success"),
	} {
		if out, err := command.CombinedOutput(); err != nil {
			panic(fmt.Sprintf("%v: %v\n%s", command, err, out))
		}
	}
	return m.Run()
}

// generated are the sessions of the database that belong to the company, newest first.
func generated(t *testing.T, company string) []*sessions.Session {
	t.Helper()
	stream, err := generate.Sessions(generate.Options{N: databaseSessions, Seed: 1})
	require.NoError(t, err)
	var all []*sessions.Session
	for s := range stream {
		if s.Company == company {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *sessions.Session) int {
		if a.Newer(b) {
			return -1
		}
		return 1
	})
	return all
}

type result struct {
	code           int
	stdout, stderr string
}

// quickstart runs the program in an empty directory for temporary files, of which nothing may be
// left.
func quickstart(t *testing.T, args ...string) result {
	t.Helper()
	temporary := t.TempDir()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), binary, args...)
	command.Env = append(os.Environ(), "TMPDIR="+temporary)
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left, "temporary files are left")
	require.NotContains(t, stderr.String(), "panic")
	return result{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func succeeds(t *testing.T, args ...string) string {
	t.Helper()
	r := quickstart(t, args...)
	require.Zero(t, r.code, r.stderr)
	return r.stdout
}

func fileNames(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestTour(t *testing.T) {
	timings := regexp.MustCompile(`\d+(\.\d+)? m?s\b|\([\d,]+ per second\)`)
	table := regexp.MustCompile(`  +`)
	tour := func() string {
		out := timings.ReplaceAllString(succeeds(t, "-n", "3000"), "TIME")
		return table.ReplaceAllString(out, "  ") // columns are as wide as their times
	}
	out := tour()
	for _, heading := range []string{
		"3,000 sessions generated and stored", "The newest of acme's", "Somebody types", "The filters", "Further pages",
		"Details of a session", "What if", "Refresh", "Export of all",
	} {
		require.Contains(t, out, heading)
	}
	require.Contains(t, out, "among pending ones: 0 new or changed, 1 left")
	equal := regexp.MustCompile(`all ([\d,]+) values of ([\d,]+) rows are equal`).FindStringSubmatch(out)
	require.NotNil(t, equal)
	require.Equal(t, number(t, equal[2])*24, number(t, equal[1]))
	require.Greater(t, number(t, equal[2]), 1700)
	require.Equal(t, out, tour(), "two runs differ")
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.ReplaceAll(text, ",", ""))
	require.NoError(t, err)
	return n
}

func TestTourOfNothing(t *testing.T) {
	require.Contains(t, succeeds(t, "-n", "0"), "The newest of acme's 0 sessions")
	require.Contains(t, succeeds(t, "-db", database, "-company", "nobody"), "The newest of nobody's 0 sessions")
}

func TestHelpNamesEveryFlag(t *testing.T) {
	r := quickstart(t, "-help")
	require.Zero(t, r.code)
	require.Empty(t, r.stderr)
	for _, flag := range []string{
		"-db", "-in", "-n", "-seed", "-company", "-filter", "-search", "-status", "-document-type", "-failed-for", "-match-level", "-from", "-to", "-zone", "-limit",
		"-pages", "-after", "-details", "-out", "-force", "-format", "-columns", "-extra", "Exit codes",
	} {
		require.Contains(t, r.stdout, flag)
	}
}

// Each selection prints as many sessions as Match finds among those that were generated.
func TestSelections(t *testing.T) {
	tbilisi, err := time.LoadLocation("Asia/Tbilisi")
	require.NoError(t, err)
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	day := func(text string) sessions.Date {
		d, err := sessions.ParseDate(text)
		require.NoError(t, err)
		return d
	}
	all := generated(t, "acme")
	first := regexp.MustCompile(`^acme: ([\d,]+) sessions`)
	for args, f := range map[string]filter.Filter{
		"-search gior":   filter.Search("gior"),
		"-search გიორ":   filter.Search("GIOR"),
		"-search 01":     filter.Search("01"),
		"-search %":      filter.Nothing(),
		"-search _":      filter.Nothing(),
		`-search \`:      filter.Nothing(),
		"-search '":      filter.Nothing(),
		"-search ******": filter.Nothing(),
		"-status failed": filter.Status(sessions.Failed),
		"-filter " + filter.Status(sessions.Failed).Text(): filter.Status(sessions.Failed),
		"-status success,failed":                           filter.Status(sessions.Success, sessions.Failed),
		"-document-type passport":                          filter.DocumentType(sessions.Passport),
		"-document-type none,id_card":                      filter.DocumentType("", sessions.IDCard),
		"-failed-for all":                                  filter.FailedFor(sessions.SpoofReasons()...),
		"-failed-for digital_spoof":                        filter.FailedFor(sessions.DigitalSpoof),
		"-failed-for low_far -match-level 0,1":             filter.FailedForAt([]far.Level{0, 1}, sessions.LowFAR),
		"-match-level 7":                                   filter.MatchLevel(7),
		"-match-level none":                                filter.MatchLevel(filter.NotCompared),
		"-from 2026-06-01":                                 filter.CreatedOn(day("2026-06-01"), sessions.Date{}, tbilisi),
		"-to 2024-12-31":                                   filter.CreatedOn(sessions.Date{}, day("2024-12-31"), tbilisi),
		"-from 2026-02-28 -to 2026-02-28":                  filter.CreatedOn(day("2026-02-28"), day("2026-02-28"), tbilisi),
		// The night in which Berlin's clocks go forward.
		"-zone Europe/Berlin -from 2026-03-28 -to 2026-03-29": filter.Between(sessions.FieldCreatedAt,
			time.Date(2026, 3, 27, 23, 0, 0, 0, time.UTC), time.Date(2026, 3, 29, 22, 0, 0, 0, time.UTC)),
		"-zone Europe/Berlin -from 2025-10-26 -status success": filter.And(
			filter.CreatedOn(day("2025-10-26"), sessions.Date{}, berlin), filter.Status(sessions.Success)),
		"-search ma -document-type passport -status failed,pending": filter.And(
			filter.Search("ma"), filter.DocumentType(sessions.Passport), filter.Status(sessions.Failed, sessions.Pending)),
	} {
		want, newest := 0, ""
		for _, s := range all {
			if f.Match(s) {
				if want++; newest == "" {
					newest = s.ID
				}
			}
		}
		out := succeeds(t, append([]string{"-db", database, "-limit", "1"}, strings.Fields(args)...)...)
		got := first.FindStringSubmatch(out)
		require.NotNil(t, got, out)
		require.Equal(t, want, number(t, got[1]), args)
		require.Contains(t, out, newest, args)
		if f.Text() == filter.Nothing().Text() {
			require.Contains(t, out, "it finds nothing", args)
		} else {
			require.NotZero(t, want, "%s: the test shows nothing", args)
		}
	}
}

func TestPagesGoOn(t *testing.T) {
	var want, got []string
	for _, s := range generated(t, "lomi") {
		if s.Status == sessions.Failed {
			want = append(want, s.ID)
		}
	}
	cursor := regexp.MustCompile(`-after (\S+) goes on`)
	id := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	args := []string{"-db", database, "-company", "lomi", "-status", "failed", "-limit", "30", "-pages", "2"}
	next := args
	for range 100 {
		out := succeeds(t, next...)
		got = append(got, id.FindAllString(out, -1)...)
		found := cursor.FindStringSubmatch(out)
		if found == nil {
			break
		}
		next = append(slices.Clone(args), "-after", found[1])
	}
	require.Equal(t, want, got)
}

func TestCursorsOfOthers(t *testing.T) {
	out := succeeds(t, "-db", database, "-status", "success", "-limit", "3")
	cursor := regexp.MustCompile(`-after (\S+) goes on`).FindStringSubmatch(out)[1]
	flipped := []byte(cursor)
	flipped[len(flipped)/2] ^= 1
	for what, args := range map[string][]string{
		"another filter":  {"-status", "failed", "-after", cursor},
		"another company": {"-status", "success", "-company", "lomi", "-after", cursor},
		"truncated":       {"-status", "success", "-after", cursor[:len(cursor)-1]},
		"flipped":         {"-status", "success", "-after", string(flipped)},
		"no cursor":       {"-status", "success", "-after", "1"},
	} {
		r := quickstart(t, append([]string{"-db", database}, args...)...)
		require.Equal(t, cli.ExitUsage, r.code, what)
		require.Contains(t, r.stderr, "-after: ", what)
		require.NotContains(t, r.stdout, "First Name", what)
	}
}

func TestDetails(t *testing.T) {
	for _, s := range generated(t, "acme") {
		if !s.FailedFor(sessions.LowFAR) || s.PersonalNumber.State() != sessions.Known {
			continue
		}
		out := succeeds(t, "-db", database, "-details", s.ID)
		require.Contains(t, out, s.PersonalNumber.Value())
		require.Contains(t, out, s.Match.Level.String()+" (")
		require.Contains(t, out, "is below the acceptance level "+s.Match.Acceptance.String())
		r := quickstart(t, "-db", database, "-company", "lomi", "-details", s.ID)
		require.Equal(t, cli.ExitFailure, r.code)
		require.Contains(t, r.stderr, "not found")
		require.Equal(t, r, quickstart(t, "-db", database, "-company", "lomi", "-details", "no-such-id"))
		return
	}
	t.Fatal("no such session")
}

func TestExport(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "acme.csv")
	all := generated(t, "acme")
	for _, format := range []string{"excel_csv", "rfc4180"} {
		out := succeeds(t, "-db", database, "-out", path, "-format", format, "-force")
		require.Contains(t, out, fmt.Sprintf("all %s values of %s rows are equal", thousands(24*int64(len(all))), thousands(int64(len(all)))))
		require.Equal(t, []string{"acme.csv"}, fileNames(t, dir))
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode(), "others can read it")

		content, err := os.ReadFile(path)
		require.NoError(t, err)
		content, marked := bytes.CutPrefix(content, []byte("\uFEFF"))
		require.Equal(t, format == "excel_csv", marked)
		rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, len(all)+1)
		require.Equal(t, "Personal Number,First Name,Last Name,Document Number,Birth Date,Nationality,Sex,Expiration Date,Verified,"+
			"Document Valid,Liveness Status,Match Level,Creation time,Completion time,Partner,Session ID,Extra,Document type,Client IP,"+
			"Device,Browser,OS,Model,Attempts", strings.Join(rows[0], ","))
		for i, s := range all {
			require.Equal(t, s.Partner, rows[i+1][14])
			require.Contains(t, rows[i+1][15], s.ID)
			if format == "rfc4180" {
				require.Equal(t, s.PersonalNumber.Cell(), rows[i+1][0])
				require.Equal(t, s.LastName.Cell(), rows[i+1][2])
			}
		}
	}
	r := quickstart(t, "-db", database, "-out", path)
	require.Equal(t, cli.ExitUsage, r.code)
	require.Contains(t, r.stderr, "-force")
}

func TestExportOfChosenColumns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "some.csv")
	out := succeeds(t, "-db", database, "-status", "pending", "-out", path, "-columns", "Session ID, Verified, Status, Extra", "-extra", "phone,branch")
	require.Contains(t, out, "are equal")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(content, []byte("\uFEFFSession ID,Verified,Status,phone,branch\r\n")), "%.80s", content)
	require.Contains(t, string(content), ",FALSE,pending,")
}

// What was exported can be read in again, and exported again: the files are equal byte for byte.
func TestOwnExportIsReadIn(t *testing.T) {
	dir := t.TempDir()
	for _, format := range []string{"excel_csv", "rfc4180"} {
		first, second := filepath.Join(dir, format+"1.csv"), filepath.Join(dir, format+"2.csv")
		succeeds(t, "-db", database, "-out", first, "-format", format)
		r := quickstart(t, "-in", first, "-out", second, "-format", format)
		require.Zero(t, r.code, r.stderr)
		require.Contains(t, r.stderr, "It does not say")
		want, got := lines(t, first), lines(t, second)
		if format == "excel_csv" { // whole seconds: sessions of one second may change places
			slices.Sort(want)
			slices.Sort(got)
		}
		require.Equal(t, want, got)

		// Into a database that is kept, twice: the second time nothing is new.
		kept := filepath.Join(dir, format+".db")
		for range 2 {
			r := quickstart(t, "-in", first, "-db", kept, "-status", "success")
			require.Zero(t, r.code, r.stderr)
			require.Regexp(t, `^[\d,]+ sessions read from `+format+`1.csv and stored`, r.stdout)
		}
		count := regexp.MustCompile(`acme: ([\d,]+) sessions`)
		require.Equal(t, count.FindString(succeeds(t, "-db", database, "-status", "success")),
			count.FindString(succeeds(t, "-db", kept, "-status", "success")))
	}
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return strings.SplitAfter(string(content), "\n")
}

const header = "Personal Number,First Name,Last Name,Document Number,Birth Date,Nationality,Sex,Expiration Date,Verified,Document Valid," +
	"Liveness Status,Match Level,Creation time,Completion time,Partner,Session ID,Extra,Document type,Client IP,Device,Browser,OS,Model,Attempts\n"

// row is a row of a file with some of its cells replaced.
func row(replaced ...string) string {
	record := []string{
		"01001012345", "Secretname", "Beridze", "23AB12345", "1990-01-31", "GEO", "female", "02-28-30", "TRUE", "TRUE", "0", "7",
		"2026-05-01T10:00:00Z", "2026-05-01T10:02:00Z", "Acme Bank", "id-1", "", "ID", "192.0.2.1", "PC", "Firefox", "Linux", "", "1",
	}
	names := strings.Split(strings.TrimSpace(header), ",")
	for i := 0; i < len(replaced); i += 2 {
		record[slices.Index(names, replaced[i])] = replaced[i+1]
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(record)
	w.Flush()
	return b.String()
}

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.csv")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestBadFiles(t *testing.T) {
	for what, c := range map[string]struct {
		content string
		says    string
	}{
		"empty":               {"", "header"},
		"missing column":      {strings.Replace(header, "Sex,", "", 1), `"Sex": `},
		"doubled column":      {strings.Replace(header, "Model", "Browser", 1), `"Browser": `},
		"unknown column":      {strings.Replace(header, "Model", "Shoe size", 1), "unknown"},
		"torn last line":      {header + row() + row("Session ID", "id-2")[:60], "row 2: "},
		"torn in quotes":      {header + row() + `"01001`, "row 2: "},
		"too few cells":       {header + "1,2,3\n", "row 1: "},
		"too many cells":      {header + strings.TrimSpace(row()) + ",more\n", "row 1: "},
		"impossible date":     {header + row("Expiration Date", "02-30-26"), `row 1: column "Expiration Date"`},
		"impossible birthday": {header + row("Birth Date", "1990-02-30"), `row 1: column "Birth Date"`},
		"level of 8":          {header + row("Match Level", "8"), `row 1: column "Match Level"`},
		"level of words":      {header + row("Match Level", "high"), `row 1: column "Match Level"`},
		"verified":            {header + row("Verified", "perhaps"), `row 1: column "Verified"`},
		"extra":               {header + row("Extra", `{"phone":5}`), `row 1: column "Extra"`},
		"no time":             {header + row("Creation time", ""), `row 1: column "Creation time"`},
		"no ID":               {header + row("Session ID", ""), `row 1: column "Session ID"`},
		"long ID":             {header + row("Session ID", strings.Repeat("x", 129)), `row 1: column "Session ID"`},
		"doubled ID":          {header + row() + row("First Name", "Other"), "row 2: the Session ID of row 1"},
		"not UTF-8":           {header + row("First Name", "Secretname\xff"), "row 1: "},
		"NUL":                 {header + row("First Name", "Secretname\x00"), "row 1: "},
		"masked":              {header + row("First Name", "[masked]"), `row 1: column "First Name"`},
	} {
		t.Run(what, func(t *testing.T) {
			path := write(t, c.content)
			kept := filepath.Join(t.TempDir(), "kept.db")
			r := quickstart(t, "-in", path, "-in-format", "rfc4180", "-db", kept)
			require.Equal(t, cli.ExitFailure, r.code, r.stdout)
			require.Contains(t, r.stderr, c.says)
			require.Contains(t, r.stderr, path)
			require.NotContains(t, r.stderr+r.stdout, "Secretname", "a person's data in a message")
			require.Empty(t, fileNames(t, filepath.Dir(kept)), "something is stored")
		})
	}
}

func TestGoodFilesOfManyForms(t *testing.T) {
	reordered := func(content string) string {
		rows, err := csv.NewReader(strings.NewReader(content)).ReadAll()
		require.NoError(t, err)
		var b strings.Builder
		w := csv.NewWriter(&b)
		for _, r := range rows {
			slices.Reverse(r)
			require.NoError(t, w.Write(r))
		}
		w.Flush()
		return b.String()
	}
	utf16 := func(content string) string {
		b := []byte{0xFF, 0xFE}
		for _, r := range content {
			b = append(b, byte(r), byte(r>>8))
		}
		return string(b)
	}
	good := header + row("Last Name", "ბერიძე")
	for what, args := range map[string][]string{
		"as it is":        {write(t, good)},
		"reordered":       {write(t, reordered(good))},
		"UTF-8 with mark": {write(t, "\uFEFF"+good), "-in-format", "rfc4180"},
		"UTF-16":          {write(t, utf16(good)), "-in-format", "rfc4180"},
		"unknown column":  {write(t, strings.Replace(good, "Model", "Shoe size", 1)), "-in-lax"},
		"CRLF":            {write(t, strings.ReplaceAll(good, "\n", "\r\n"))},
		"Excel's":         {write(t, "\uFEFF"+strings.ReplaceAll(strings.ReplaceAll(good, "T10:", " 10:"), ":00Z", ":00"))},
		"the vendor's layouts": {write(t, strings.NewReplacer("2026-05-01T10:00:00Z", "01.05.2026 14:00", "2026-05-01T10:02:00Z", "01.05.2026 14:02",
			"1990-01-31", "31/01/1990").Replace(good)), "-in-time-layout", "02.01.2006 15:04", "-in-birth-layout", "02/01/2006"},
	} {
		out := succeeds(t, append([]string{"-search", "berid 0100101", "-in"}, args...)...)
		require.Contains(t, out, "acme: 1 sessions", what)
		require.Contains(t, out, "id-1", what)
	}
}

// What a document says cannot take over the terminal, nor the spreadsheet.
func TestHostileNames(t *testing.T) {
	hostile := []string{"=1+1", "+1-1", "-2+3", "@SUM(A1)", "\t=1", "\x1b[31mred", "a\u202eb", "two\nlines", "'quoted'", `"`}
	content := header
	for i, name := range hostile {
		content += row("Last Name", name, "Session ID", fmt.Sprintf("id-%d", i))
	}
	path := filepath.Join(t.TempDir(), "out.csv")
	out := succeeds(t, "-in", write(t, content), "-search", "01001012345", "-out", path)
	require.Contains(t, out, fmt.Sprintf("values of %d rows are equal", len(hostile)))
	require.NotContains(t, out, "\x1b")
	require.NotContains(t, out, "\u202e")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	require.NoError(t, err)
	for _, r := range rows[1:] {
		require.NotRegexp(t, `^([+@\t\r-]|=[^"])`, r[2], "a formula that runs")
	}
	var back []string
	for r, err := range export.Read(bytes.NewReader(raw), export.ReadOptions{Format: export.ExcelCSV, Zone: time.UTC}) {
		require.NoError(t, err)
		back = append(back, r.LastName)
	}
	require.ElementsMatch(t, hostile, back)
}

func TestWrongUsage(t *testing.T) {
	for _, c := range []struct {
		says string
		args []string
	}{
		{"flag", []string{"-nonsense"}},
		{"argument", []string{"Secretname"}},
		{"-company: store: no company", []string{"-company", ""}},
		{"-zone: there is no time zone", []string{"-zone", "Mars/Olympus"}},
		{"-zone: name a time zone", []string{"-zone", ""}},
		{"-zone: name a time zone", []string{"-zone", "Local"}},
		{"-format: ", []string{"-format", "xls"}},
		{"-in-format: ", []string{"-in-format", "xls"}},
		{"-columns: column 2: ", []string{"-columns", "Session ID,Shoe size"}},
		{"doubled", []string{"-columns", "Session ID,Session ID"}},
		{"-extra", []string{"-extra", "phone,phone"}},
		{"-filter: ", []string{"-filter", "Secretname("}},
		{"-from: ", []string{"-from", "02-30-26"}},
		{"-to: ", []string{"-to", "2026-02-30"}},
		{"-from, -to: ", []string{"-from", "2026-03-02", "-to", "2026-03-01"}},
		{"-match-level: ", []string{"-match-level", "8"}},
		{"-match-level: ", []string{"-match-level", "high"}},
		{"-status: ", []string{"-status", ","}},
		{"-status: ", []string{"-status", "succes"}},
		{"-filter: ", []string{"-filter", "status(succes)"}},
		{"-failed-for: ", []string{"-failed-for", "low_far,"}},
		{"-search: ", []string{"-search", strings.Repeat("Secretname ", 10_000)}},
		{"-limit: ", []string{"-limit", "0"}},
		{"-pages: ", []string{"-pages", "-1"}},
		{"-n: ", []string{"-n", "-1"}},
	} {
		r := quickstart(t, c.args...)
		require.Equal(t, cli.ExitUsage, r.code, "%.60q", c.args)
		require.Contains(t, r.stderr, c.says, "%.60q", c.args)
		require.NotContains(t, r.stderr, "Secretname")
		require.Empty(t, r.stdout)
	}
}

func TestFailures(t *testing.T) {
	notADatabase := filepath.Join(t.TempDir(), "notes.txt")
	require.NoError(t, os.WriteFile(notADatabase, bytes.Repeat([]byte("not a database\n"), 100), 0o600))
	nowhere := filepath.Join(t.TempDir(), "missing", "x")
	for what, args := range map[string][]string{
		"notes.txt": {"-db", notADatabase},
		"missing":   {"-db", nowhere},
		"in.csv":    {"-in", filepath.Join(t.TempDir(), "in.csv")},
		"stopped":   {"-db", database, "-out", nowhere},
	} {
		r := quickstart(t, args...)
		require.Equal(t, cli.ExitFailure, r.code, what)
		require.Contains(t, r.stderr, what)
	}
	content, err := os.ReadFile(notADatabase)
	require.NoError(t, err)
	require.Len(t, content, 1500, "a file that is no database was changed")
}

func TestNobodyReads(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full")
	}
	defer func() { _ = full.Close() }()
	for _, flag := range []string{"-help", "-status=failed"} {
		command := exec.CommandContext(t.Context(), binary, "-db", database, flag)
		var stderr bytes.Buffer
		command.Stdout, command.Stderr = full, &stderr
		require.Error(t, command.Run())
		require.Equal(t, cli.ExitFailure, command.ProcessState.ExitCode())
		require.Contains(t, stderr.String(), "no space left")
	}
}

// Ctrl-C in the middle of an export or of the making of a database leaves nothing under the final
// name, nor beside it.
func TestInterrupt(t *testing.T) {
	for what, c := range map[string]struct {
		args []string
		old  string // what stands under the final name before
		says string
	}{
		"export":              {[]string{"-db", database, "-out"}, "", "export stopped after "},
		"export, replacing":   {[]string{"-db", database, "-force", "-out"}, "what was there", "export stopped after "},
		"making the database": {[]string{"-n", "1000000", "-status", "success", "-db"}, "", "interrupted"},
	} {
		t.Run(what, func(t *testing.T) {
			for range 20 { // until one is met before it has ended
				dir := t.TempDir()
				path := filepath.Join(dir, "final")
				if c.old != "" {
					require.NoError(t, os.WriteFile(path, []byte(c.old), 0o600))
				}
				var stderr bytes.Buffer
				command := exec.CommandContext(t.Context(), binary, append(c.args, path)...)
				command.Stderr = &stderr
				require.NoError(t, command.Start())
				ended := make(chan error, 1)
				go func() { ended <- command.Wait() }()
				for len(ended) == 0 && len(parts(dir)) == 0 {
					time.Sleep(200 * time.Microsecond)
				}
				// Hold it while the signal is on its way. If it has ended, these do nothing.
				for _, signal := range []os.Signal{syscall.SIGSTOP, os.Interrupt, syscall.SIGCONT} {
					_ = command.Process.Signal(signal)
				}
				if err := <-ended; err == nil || strings.Contains(stderr.String(), "reading it back") {
					continue
				}
				require.Equal(t, cli.ExitFailure, command.ProcessState.ExitCode())
				require.Contains(t, stderr.String(), "quickstart: interrupted: ")
				require.Contains(t, stderr.String(), c.says)
				if c.old == "" {
					require.Empty(t, fileNames(t, dir))
					return
				}
				require.Equal(t, []string{"final"}, fileNames(t, dir))
				content, err := os.ReadFile(path)
				require.NoError(t, err)
				require.Equal(t, c.old, string(content))
				return
			}
			t.Fatal("always too late")
		})
	}
}

func parts(dir string) []string {
	found, _ := filepath.Glob(filepath.Join(dir, ".final*.part"))
	return found
}
