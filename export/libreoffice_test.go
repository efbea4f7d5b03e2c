package export

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export/internal/libreoffice"
	"github.com/kvalifika/sessionkit/sessions"
)

// All list separators in all languages, and many more hostile texts:
//
//	go test ./export -run LibreOffice -timeout 60m \
//		-args -libreoffice.rows 3000 -libreoffice.all -libreoffice.seed 2
var (
	officeRows = flag.Int("libreoffice.rows", 200, "rows of hostile texts in each file")
	officeAll  = flag.Bool("libreoffice.all", false, "every list separator under every language, rather than one each")
	officeSeed = flag.Uint64("libreoffice.seed", 1, "seed of the hostile texts")
)

// tokens are the parts of hostile texts.
var tokens = []string{
	"=1+1", "=", "+", "-", "@", "&", "*", "/", "^", "<", ">", "%", "!", "~", ":", "#N/A", "'", `"`, `""`, `"""`, ",", ";", "\t", "|", "\n", "\r\n", "\r",
	" ", "\u00a0", "\u200b", "TRUE", "false", "Wahr", "doğru", "YANLIŞ", "ИСТИНА", "ложь", "ჭეშმარიტი", "მცდარი", "03-05-36", "1990-02-03", "1.5", "1,5", "5%", "€5",
	"12:30", "Mar 5", "1.5.2024", "1/2/2024", "1 1/2", "1E5", "0", "7", "١٢", "Ⅷ", "x", "Nino", "გიორგი", "ber", "A1", "$A$1", "&A1", "SUM(A1)",
	`=HYPERLINK("http://x")`, `WEBSERVICE("http://x")`, "cmd|' /C calc'!A0", "{", "}", "[", "(", ")", "\\", "_", "AND",
}

// hostile returns a text that a spreadsheet might take for something else.
func hostile(r *rand.Rand) string {
	if r.IntN(8) == 0 {
		return pick(r, nasty...)
	}
	var b strings.Builder
	for range r.IntN(7) {
		b.WriteString(pick(r, tokens...))
	}
	return b.String()
}

// hostileSessions returns sessions with only hostile texts, which every store accepts.
func hostileSessions(n int, seed uint64) (all []*sessions.Session) {
	r := rand.New(rand.NewPCG(seed, 7))
	text := func() sessions.Text { return sessions.TextOf(hostile(r)) }
	for len(all) < n {
		s := ordinary(1)[0]
		s.ID = fmt.Sprintf("s-%d", len(all))
		s.FirstName, s.LastName, s.PersonalNumber, s.DocumentNumber, s.Nationality = text(), text(), text(), text(), text()
		s.Partner, s.ClientIP, s.Browser, s.OS, s.Model = hostile(r), hostile(r), hostile(r), hostile(r), hostile(r)
		s.DocumentType, s.Device = sessions.DocumentType(hostile(r)), sessions.Device(hostile(r))
		s.Extra, _ = sessions.NewExtra(sessions.ExtraPair{Key: "phone", Value: hostile(r)}, sessions.ExtraPair{Key: "note", Value: hostile(r)})
		if s.Validate() == nil {
			all = append(all, s)
		}
	}
	return all
}

// ourFormula matches the formula that replaces such a text.
var ourFormula = regexp.MustCompile(`^of:="([^"]|"")*"$`)

// numeric are the columns whose cells are not texts.
var numeric = map[Column]string{
	ColumnBirthDate: "date", ColumnVerified: "boolean", ColumnDocumentValid: "boolean", ColumnLivenessStatus: "float", ColumnMatchLevel: "float",
	ColumnCreationTime: "date", ColumnCompletionTime: "date", ColumnAttempts: "float",
}

var languages = []struct {
	name string
	code int
}{{"English", 1033}, {"German", 1031}, {"Turkish", 1055}, {"Russian", 1049}, {"Georgian", 1079}}

// TestLibreOfficeEvaluatesNothing opens files of hostile texts with their own list separators, with
// others, and with all together.
func TestLibreOfficeEvaluatesNothing(t *testing.T) {
	all := hostileSessions(*officeRows, *officeSeed)
	r := rand.New(rand.NewPCG(*officeSeed, 8))
	title := func() string { return hostile(r) + pick(r, "x", "5", "wahr", `a"`, ";b", ",May") }
	own := func() CustomColumn {
		return CustomColumn{Header: title(), Cell: func(s *sessions.Session) string { return s.LastName.Value() }}
	}
	kinds := []Options{
		{Columns: append(Columns(), ColumnStatus, ColumnReasons)},
		{Columns: []Column{ColumnPersonalNumber, ColumnExtra, ColumnModel}},
		// Without a split 5,3 is one number.
		{Columns: []Column{ColumnMatchLevel, ColumnAttempts}},
		{Columns: []Column{ColumnCreationTime, ColumnMatchLevel}},
		{Columns: []Column{ColumnLastName, ColumnMatchLevel, ColumnBrowser}},
	}
	for range 10 { // headers may contain texts that we do not control, too
		first := pick(r, ColumnPersonalNumber, ColumnPartner, ColumnAttempts)
		kinds = append(kinds, Options{Columns: []Column{first, ColumnOS}, Custom: []CustomColumn{own(), own()}, Headers: map[Column]string{first: title()}})
	}
	sets := []string{",", ";", "\t", "|", ",;\t|"}
	for n, language := range languages {
		for i, set := range sets {
			if !*officeAll && i != n {
				continue
			}
			t.Run(fmt.Sprintf("%s %q", language.name, set), func(t *testing.T) {
				files, columns := map[string][]byte{}, map[string][]Column{}
				for j, own := range separators {
					for k, o := range kinds {
						name := fmt.Sprintf("own%d-%d.csv", j, k)
						o.Format, o.Zone, o.Comma = ExcelCSV, time.UTC, own
						some := all
						if o.Custom != nil {
							some = all[:20]
						}
						files[name], columns[name] = write(t, some, o), o.columns()
					}
				}
				for name, rows := range libreoffice.OpenAll(t, files, csvFilter(set, language.code)) {
					own := separators[name[3]-'0']
					var cells [][]string
					if strings.IndexByte(set, own) >= 0 {
						r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(files[name], []byte(byteOrderMark))))
						r.Comma = rune(own)
						var err error
						cells, err = r.ReadAll()
						require.NoError(t, err)
					}
					judgeOffice(t, fmt.Sprintf("a file of %q", own), rows, cells, columns[name])
				}
			})
		}
	}
}

// csvFilter returns the import filter of LibreOffice: separators, quotes, UTF-8, from the first
// row, in a language, with detection of dates and the like everywhere.
func csvFilter(set string, language int) string {
	var codes []string
	for _, c := range set {
		codes = append(codes, fmt.Sprint(int(c)))
	}
	return fmt.Sprintf("Text - txt - csv (StarCalc):%s,34,76,1,,%d,false,true", strings.Join(codes, "/"), language)
}

// judgeOffice checks the sheet that LibreOffice made from a file. The cells are those of the file,
// nil if it was opened without its separator.
func judgeOffice(t *testing.T, name string, rows [][]libreoffice.Cell, cells [][]string, columns []Column) {
	t.Helper()
	for i, row := range rows {
		for j, cell := range row {
			if cell.Formula != "" {
				require.Regexp(t, ourFormula, cell.Formula, "%s: row %d, cell %d", name, i, j)
				require.Equal(t, "string", cell.Type, "%s: row %d, cell %d: %s", name, i, j, cell.Formula)
			}
			if cell.Type == "" || cell.Type == "string" {
				continue
			}
			require.NotNil(t, cells, "%s: row %d, cell %d: %v", name, i, j, cell)
			require.NotZero(t, i, "%s: header %d: %v", name, j, cell)
			require.Less(t, j, len(columns), "%s: row %d, cell %d: %v", name, i, j, cell)
			require.Equal(t, numeric[columns[j]], cell.Type, "%s: row %d, %v: %v", name, i, columns[j], cell)
		}
	}
	if cells == nil {
		return
	}
	// A sheet has no empty rows at its end.
	rows = append(rows, make([][]libreoffice.Cell, max(0, len(cells)-len(rows)))...)
	for i, row := range cells {
		for j, want := range row {
			if numeric[columns[j]] != "" {
				continue
			}
			shown := ""
			if j < len(rows[i]) {
				shown = rows[i][j].Text
			}
			if strings.HasPrefix(want, `="`) {
				want = unprotect(want, 0)
			}
			require.Equal(t, bare(want), bare(shown), "%s: row %d, %v", name, i, columns[j])
		}
	}
}

// bare removes the spaces of a text, since a document has elements for them.
func bare(v string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, v)
}

// TestLibreOfficeSavesTexts opens files with their own separator and saves them with it: every text
// reads as before, with line breaks as LibreOffice writes them.
func TestLibreOfficeSavesTexts(t *testing.T) {
	all := hostileSessions(*officeRows, *officeSeed+1)
	columns := []Column{
		ColumnPersonalNumber, ColumnFirstName, ColumnLastName, ColumnDocumentNumber, ColumnNationality, ColumnExpirationDate, ColumnPartner, ColumnSessionID,
		ColumnExtra, ColumnDocumentType, ColumnClientIP, ColumnDevice, ColumnBrowser, ColumnOS, ColumnModel,
	}
	for _, own := range separators {
		file := write(t, all, Options{Format: ExcelCSV, Zone: time.UTC, Comma: own, Columns: columns})
		saved := libreoffice.Save(t, "sessions.csv", file, csvFilter(string(own), 1033), fmt.Sprintf("csv:Text - txt - csv (StarCalc):%d,34,76,1,,0,false,true", own))
		got := read(t, saved, ReadOptions{Format: ExcelCSV, Zone: time.UTC, Comma: own, AllowMissing: true})
		require.Len(t, got, len(all))
		for i, s := range all {
			want := Row{Record: RecordOf(s)}
			for _, c := range columns {
				require.Equal(t, oneBreak(*want.cells()[c]), oneBreak(*got[i].cells()[c]), "a file of %q: row %d, %v", own, i+1, c)
			}
		}
	}
}

func oneBreak(v string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(v)
}

// TestGuardIsUndone writes and reads hostile texts with every separator.
func TestGuardIsUndone(t *testing.T) {
	all := hostileSessions(3000, *officeSeed+2)
	for _, own := range separators {
		file := write(t, all, Options{Format: ExcelCSV, Zone: time.UTC, Comma: own})
		require.True(t, bytes.HasPrefix(file, []byte(byteOrderMark)))
		for i, row := range read(t, file, ReadOptions{Format: ExcelCSV, Zone: time.UTC, Comma: own}) {
			want := RecordOf(all[i])
			// Excel's format has whole seconds.
			want.CreationTime, want.CompletionTime = row.CreationTime, row.CompletionTime
			require.Equal(t, want, row.Record, "a file of %q, row %d", own, i+1)
		}
	}
}
