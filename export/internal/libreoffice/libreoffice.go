// Package libreoffice lets tests ask LibreOffice what it shows of a file.
package libreoffice

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Cell is a cell of a sheet. What it does not have is empty.
type Cell struct {
	Type    string // string, float, date or boolean
	Date    string // of a date: yyyy-mm-dd, with a T and a time where it has one
	Formula string
	Text    string // as it is shown; several white spaces, which the document has as elements, are missing
}

// document is a flat OpenDocument spreadsheet.
type document struct {
	Rows []struct {
		Cells []struct {
			Type     string   `xml:"value-type,attr"`
			Date     string   `xml:"date-value,attr"`
			Formula  string   `xml:"formula,attr"`
			Repeated int      `xml:"number-columns-repeated,attr"`
			Text     []string `xml:"p"`
		} `xml:"table-cell"`
	} `xml:"body>spreadsheet>table>table-row"`
}

// Open opens a file of that name and content, and returns the rows of its sheet. The arguments are further ones of soffice.
// Without soffice the test is skipped.
func Open(t *testing.T, name string, content []byte, args ...string) (rows [][]Cell) {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("no soffice: LibreOffice would open the file as a judge")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	args = append(args, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "fods", "--outdir", dir, path)
	if out, err := exec.CommandContext(t.Context(), soffice, args...).CombinedOutput(); err != nil { //nolint:gosec // a test's own file
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".fods")
	if err != nil {
		t.Fatal(err)
	}
	var read document
	if err := xml.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	for _, r := range read.Rows {
		var row []Cell
		for _, c := range r.Cells {
			for range max(1, c.Repeated) {
				row = append(row, Cell{c.Type, c.Date, c.Formula, strings.Join(c.Text, "\n")})
			}
		}
		rows = append(rows, row)
	}
	return rows
}
