package export

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

// sheet is what the test needs of a flat OpenDocument spreadsheet.
type sheet struct {
	Rows []struct {
		Cells []struct {
			Type     string   `xml:"value-type,attr"`
			Repeated int      `xml:"number-columns-repeated,attr"`
			Formula  string   `xml:"formula,attr"`
			Text     []string `xml:"p"`
		} `xml:"table-cell"`
	} `xml:"body>spreadsheet>table>table-row"`
}

func TestLibreOfficeShowsTexts(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("no soffice: LibreOffice would open the file as a judge")
	}
	all := ordinary(100)
	for _, v := range nasty {
		// Its file has white space as elements of their own, which say nothing of what is tested here.
		if v == strings.TrimSpace(v) && !strings.ContainsAny(v, "\t\r\n\u2028\ufeff") {
			s := all[0].Clone()
			s.FirstName, s.PersonalNumber, s.Model = sessions.TextOf(v), sessions.TextOf(v), v
			all = append(all, s)
		}
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "sessions.csv")
	require.NoError(t, os.WriteFile(path, write(t, all, Options{Format: Excel, Zone: time.UTC}), 0o600))
	out, err := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless",
		"--infilter=Text - txt - csv (StarCalc):44,34,76,1,,1033", "--convert-to", "fods", "--outdir", dir, path).CombinedOutput()
	require.NoError(t, err, string(out))
	text, err := os.ReadFile(filepath.Join(dir, "sessions.fods"))
	require.NoError(t, err)
	var got sheet
	require.NoError(t, xml.Unmarshal(text, &got))
	require.GreaterOrEqual(t, len(got.Rows), len(all)+1)
	for i, s := range all {
		var types, texts []string
		for _, c := range got.Rows[i+1].Cells {
			for range max(1, c.Repeated) {
				types, texts = append(types, c.Type), append(texts, strings.Join(c.Text, "\n"))
			}
		}
		for column, v := range map[Column]string{
			ColumnPersonalNumber: s.PersonalNumber.Value(), ColumnFirstName: s.FirstName.Value(), ColumnModel: s.Model,
			ColumnSessionID: s.ID, ColumnClientIP: s.ClientIP,
		} {
			if v != "" {
				require.Equal(t, "string", types[column], "row %d, %v", i+1, column)
			}
			if protect(v) == prefix {
				v = "'" + v // it shows, and is not evaluated
			}
			require.Equal(t, v, texts[column], "row %d, %v", i+1, column)
		}
		require.Equal(t, "date", types[ColumnBirthDate])
		require.Equal(t, "float", types[ColumnMatchLevel])
	}
}
