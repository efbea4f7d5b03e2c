package xlsx

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/export/internal/libreoffice"
	"github.com/kvalifika/sessionkit/sessions"
)

// TestPictures has LibreOffice print a workbook and a CSV file, to look at:
//
//	SESSIONKIT_PICTURES=/tmp/pictures go -C export/xlsx test -run Pictures
func TestPictures(t *testing.T) {
	all := naughtySessions()
	all = append(all, &sessions.Session{ID: "old", BirthDate: sessions.Date{Year: 1899, Month: 12, Day: 31}})
	opts := export.Options{Zone: tbilisi, Columns: []export.Column{
		export.ColumnPersonalNumber, export.ColumnFirstName, export.ColumnBirthDate, export.ColumnExpirationDate, export.ColumnVerified,
		export.ColumnMatchLevel, export.ColumnCreationTime,
	}}
	var book, csv bytes.Buffer
	_, err := Write(t.Context(), &book, selectionOf(all...), opts)
	require.NoError(t, err)
	opts.Format = export.ExcelCSV
	_, err = export.Write(t.Context(), &csv, selectionOf(all...), opts)
	require.NoError(t, err)
	for name, content := range map[string][]byte{"workbook.xlsx": book.Bytes(), "sessions.csv": csv.Bytes()} {
		filter := ""
		if name == "sessions.csv" {
			// The options that the assistant of LibreOffice finds by the byte order mark.
			filter = "Text - txt - csv (StarCalc):44,34,76,1,,1033"
		}
		picture := libreoffice.Save(t, name, content, filter, "pdf")
		require.True(t, bytes.HasPrefix(picture, []byte("%PDF-")), name)
		require.Greater(t, len(picture), 10_000, "%s: fonts and texts", name)
		if dir := os.Getenv("SESSIONKIT_PICTURES"); dir != "" {
			require.NoError(t, os.MkdirAll(dir, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name+".pdf"), picture, 0o644))
		}
	}
}

// TestDatesFitTheirColumns requires that no date is shown as ###, which a sheet shows if a column
// is too narrow.
func TestDatesFitTheirColumns(t *testing.T) {
	for column, shown := range map[export.Column]string{
		export.ColumnBirthDate: "1990-02-03", export.ColumnExpirationDate: "12-24-31", export.ColumnCreationTime: "2024-05-02 01:04:05",
		export.ColumnCompletionTime: "2024-05-02 01:04:05",
	} {
		require.Greater(t, width(export.FileColumn{Header: "x", Column: column}), len(shown), column)
	}
}
