// Package libreoffice lets tests ask LibreOffice how it reads a file.
package libreoffice

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Cell is a cell of a sheet. A property that the cell does not have is empty.
type Cell struct {
	Type    string // string, float, date, boolean or error
	Date    string // of a date: yyyy-mm-dd, followed by T and a time if it has one
	Formula string
	// Text is the text that is shown. Several white spaces are missing, since the document has
	// elements for them.
	Text string
}

// document is a flat OpenDocument spreadsheet.
type document struct {
	Rows []struct {
		Repeated int `xml:"number-rows-repeated,attr"`
		Cells    []struct {
			Type     string   `xml:"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type,attr"`
			Date     string   `xml:"date-value,attr"`
			Formula  string   `xml:"formula,attr"`
			Repeated int      `xml:"number-columns-repeated,attr"`
			Text     []string `xml:"p"`
		} `xml:"table-cell"`
	} `xml:"body>spreadsheet>table>table-row"`
}

// Open opens a file with that name and content, and returns the rows of its sheet. The optional
// filter says how it is read. Without soffice the test is skipped.
func Open(t *testing.T, name string, content []byte, filter ...string) (rows [][]Cell) {
	t.Helper()
	return OpenAll(t, map[string][]byte{name: content}, strings.Join(filter, ""))[name]
}

// OpenAll opens several files, by their names, with one start of LibreOffice.
func OpenAll(t *testing.T, files map[string][]byte, filter string) map[string][][]Cell {
	t.Helper()
	all := map[string][][]Cell{}
	for name, text := range convert(t, files, filter, "fods") {
		var read document
		if err := xml.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		var rows [][]Cell
		for _, r := range read.Rows {
			var row []Cell
			for _, c := range r.Cells {
				for range max(1, c.Repeated) {
					row = append(row, Cell{c.Type, c.Date, c.Formula, strings.Join(c.Text, "\n")})
				}
			}
			if r.Repeated > 1<<16 { // the empty rest of the sheet
				r.Repeated = 1
			}
			for range max(1, r.Repeated) {
				rows = append(rows, row)
			}
		}
		all[name] = rows
	}
	return all
}

// Save opens a file with one filter and returns the file that is saved with another, such as
// "csv:Text - txt - csv (StarCalc):44,34,76".
func Save(t *testing.T, name string, content []byte, filter, as string) []byte {
	t.Helper()
	return convert(t, map[string][]byte{name: content}, filter, as)[name]
}

// convert converts files into another format. The text as begins with the extension.
func convert(t *testing.T, files map[string][]byte, filter, as string) map[string][]byte {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("no soffice: LibreOffice would open the file as a judge")
	}
	dir := t.TempDir()
	args := []string{"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--convert-to", as, "--outdir", filepath.Join(dir, "out")}
	if filter != "" {
		args = append(args, "--infilter="+filter)
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if out, err := exec.CommandContext(t.Context(), soffice, args...).CombinedOutput(); err != nil { //nolint:gosec // a test's own files
		t.Fatalf("%v: %s", err, out)
	}
	extension, _, _ := strings.Cut(as, ":")
	converted := map[string][]byte{}
	for name := range files {
		text, err := os.ReadFile(filepath.Join(dir, "out", strings.TrimSuffix(name, filepath.Ext(name))+"."+extension)) //nolint:gosec // a name of the test's own
		if err != nil {
			t.Fatal(err)
		}
		converted[name] = text
	}
	return converted
}
