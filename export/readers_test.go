package export

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

// tool runs a program that reads files, and skips the test if it is missing.
func tool(t *testing.T, name, input string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s: it would read the file as a judge", name)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdin = strings.NewReader(input)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	require.NoError(t, err, said.String())
	return out
}

// eachFormat writes nasty sessions to a file of each format, and compares the result of a reader
// that knows nothing of protections, a map from headers to cells for each row, with the expected
// cells. They have lineBreak in place of each CRLF within a cell.
func eachFormat(t *testing.T, lineBreak string, read func(t *testing.T, path string) []byte) {
	all := generate(2000)
	for _, o := range []Options{{}, {Format: ExcelCSV, Zone: tbilisi(t)}} {
		t.Run(o.Format.String(), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sessions.csv")
			require.NoError(t, os.WriteFile(path, write(t, all, o), 0o600))
			var rows []map[string]*string
			require.NoError(t, json.Unmarshal(read(t, path), &rows))
			require.Len(t, rows, len(all))
			for i, s := range all {
				want := Row{Record: RecordOf(s)}
				require.Len(t, rows[i], int(recordColumns))
				for c := range recordColumns {
					cell := ""
					if v := rows[i][c.String()]; v != nil {
						cell = *v
					}
					if o.Format == ExcelCSV {
						if c == ColumnCreationTime || c == ColumnCompletionTime {
							continue // they have another form
						}
						cell = unprotect(cell, ',')
					}
					require.Equal(t, strings.ReplaceAll(*want.cells()[c], "\r\n", lineBreak), cell, "row %d, %v", i+1, c)
				}
			}
		})
	}
}

func TestMillerReadsTheSame(t *testing.T) {
	eachFormat(t, "\n", func(t *testing.T, path string) []byte {
		return tool(t, "mlr", "", "--icsv", "--ojson", "-S", "cat", path)
	})
}

func TestSQLiteImportsTheSame(t *testing.T) {
	eachFormat(t, "\r\n", func(t *testing.T, path string) []byte {
		return tool(t, "sqlite3", ".import --csv \""+path+"\" t\n.mode json\nSELECT * FROM t ORDER BY rowid;\n", "-bail", ":memory:")
	})
}

func TestPostgresCopiesTheSame(t *testing.T) {
	dsn := os.Getenv("SESSIONKIT_POSTGRES_DSN")
	if dsn == "" {
		t.Skip("no postgres: SESSIONKIT_POSTGRES_DSN is not set")
	}
	eachFormat(t, "\r\n", func(t *testing.T, path string) []byte {
		script := "CREATE TEMPORARY TABLE t (number serial"
		var names []string
		for _, c := range Columns() {
			script += ", \"" + c.String() + "\" text"
			names = append(names, `"`+c.String()+`"`)
		}
		list := strings.Join(names, ", ")
		script += ");\n\\copy t (" + list + ") FROM '" + path + "' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')\n" +
			"SELECT json_agg(to_jsonb(t) - 'number' ORDER BY number) FROM t;\n"
		return tool(t, "psql", script, dsn, "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1")
	})
}

// TestNaughtyStrings writes and reads the strings that people collect because programs break on
// them, as every text of a session, in both formats.
func TestNaughtyStrings(t *testing.T) {
	naughty := append(slices.Clip(nasty),
		"undefined", "nil", "NaN", "Infinity", "-Infinity", "1/0", "0x0", "0xabad1dea", "1,000.00", "1 000,00", "08", "2.2250738585072011e-308", "1e309", ",./;'[]\\-=", `<>?:"{}|_+`, "!@#$%^&*()`~",
		"\u0001\u0002\u0003\u0008\u000e\u001f\u007f", "\u0080\u0081\u0082\u009f", "\u000b\u000c\u0085\u00a0\u1680\u2002\u2028\u2029\u3000", "\u00ad\u0600\u061c\u200e\u202e\u2066\ufff9\U000e0001",
		"Ω≈ç√∫˜µ≤≥÷", "ЁЂЃЄЅІЇ", "٠١٢٣٤٥٦٧٨٩", "⁰⁴⁵₀₁₂", "田中さんにあげて下さい", "사회과학원", "表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀", "Ⱥ Ⱦ", "ヽ༼ຈل͜ຈ༽ﾉ", "👩🏽\u200d❤\ufe0f\u200d💋\u200d👨", "🇺🇸🇷🇺", "１２３", "بِسْمِ اللَّهِ", "הָיְתָה", "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤",
		"˙ɐnbᴉlɐ", "<script>alert(0)</script>", "' OR 1=1 -- 1", "'; DROP TABLE users", "%s%d%n", "$(touch /tmp/x)", "`ls`", "../../etc/passwd", "C:\\con", "{{7*7}}", "() { :; }", "http://a/%%30%30",
		"=HYPERLINK(\"http://a\",\"b\")", "+cmd|' /C calc'!A0", "-1+1", "=\"a\"\"b\"", "'=1", "''''", "\ufeff\ufeff", "\ufffe", "\uffff", "\U0010FFFF", "ჼ", "ᲐᲑᲒ", strings.Repeat("ა", 200), strings.Repeat(`"`, 500))
	var all []*sessions.Session
	for i, v := range naughty {
		s := ordinary(1)[0]
		s.ID = v
		for _, text := range []*sessions.Text{&s.FirstName, &s.LastName, &s.PersonalNumber, &s.DocumentNumber, &s.Nationality} {
			*text = sessions.TextOf(v)
		}
		s.Partner, s.ClientIP, s.Device, s.Browser, s.OS, s.Model, s.DocumentType = v, v, sessions.Device(v), v, v, v, sessions.DocumentType(v)
		x, err := sessions.NewExtra(sessions.ExtraPair{Key: "value", Value: v})
		if key, err := sessions.NewExtra(sessions.ExtraPair{Key: v, Value: v}, sessions.ExtraPair{Key: "value of " + naughty[0], Value: v}); err == nil {
			x = key // as a key too, if it is a valid one
		}
		require.NoError(t, err)
		s.Extra = x
		all = append(all, s)
		if keys, err := sessions.NewExtraKeys(v, "phone"); err == nil && i > 0 {
			for _, o := range []Options{{}, {Format: ExcelCSV, Zone: tbilisi(t)}} {
				o.ExtraKeys = keys
				rows := read(t, write(t, all[i:], o), ReadOptions{Format: o.Format, Zone: o.Zone, ExtraKeys: keys})
				back, err := sessions.ParseExtra(rows[0].Extra)
				require.NoError(t, err)
				got, _ := back.Get(v)
				require.Equal(t, v, got)
			}
		}
	}
	for _, o := range []Options{{}, {Comma: ';'}, {Format: ExcelCSV, Zone: tbilisi(t)}, {Format: ExcelCSV, Zone: tbilisi(t), Comma: '\t'}} {
		want := recordsOf(all)
		if o.Format == ExcelCSV { // whole seconds
			for i, s := range all {
				s := s.Clone()
				s.CreatedAt, s.CompletedAt = s.CreatedAt.Truncate(1e9), s.CompletedAt.Truncate(1e9)
				want[i] = RecordOf(s)
			}
		}
		requireRecords(t, want, read(t, write(t, all, o), ReadOptions{Format: o.Format, Zone: o.Zone, Comma: o.Comma}))
	}
}
