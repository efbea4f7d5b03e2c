package xlsx

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/sessions"
)

// The parts of a workbook (ECMA-376, Office Open XML): the fewest with which Excel opens it without
// a repair. There are no properties, so that a workbook does not say who made it, and with what.
const (
	xmlHeader = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	main      = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	types     = "application/vnd.openxmlformats-officedocument.spreadsheetml."

	contentTypes = xmlHeader + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + types + `sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + types + `worksheet+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + types + `styles+xml"/></Types>`
	packageRelations = xmlHeader + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="` + relations + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	workbookRelations = xmlHeader + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="` + relations + `/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="` + relations + `/styles" Target="styles.xml"/></Relationships>`

	// The number formats from 164 on are the workbook's own; 49 is text.
	styles = xmlHeader + `<styleSheet ` + main + `><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/>` +
		`<numFmt numFmtId="165" formatCode="mm\-dd\-yy"/><numFmt numFmtId="166" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="7">` +
		`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
		`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="166" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
		`</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
)

// style is an index into cellXfs of styles.
type style byte

const (
	text       style = 1
	bold       style = 2
	birth      style = 3
	expiration style = 4
	moment     style = 5
	lines      style = 6 // text with line breaks, of which a sheet otherwise shows only one line
)

// The widths of columns, in characters of the default font. A sheet shows ### if a date does not
// fit.
const (
	dateWidthChars   = 12
	momentWidthChars = 20
	leastWidthChars  = 10
	mostWidthChars   = 40
)

// sheet writes the rows of the only sheet of a workbook. Cells are written in the order of their
// columns, and an empty one is left out.
type sheet struct {
	zip    *zip.Writer
	part   io.Writer
	buf    []byte
	row    int64    // from 1
	column int      // of the next cell, from 0
	names  []string // names of the columns, such as AA
	err    error    // the first error of the writer
}

// bufferBytes is the number of bytes of the sheet that are collected before they are compressed.
const bufferBytes = 64 << 10

// newSheet writes the parts of a workbook that come before the rows.
func newSheet(w io.Writer, widths []int) *sheet {
	s := &sheet{zip: zip.NewWriter(w), buf: make([]byte, 0, bufferBytes+bufferBytes/4)}
	// Even the fastest level reduces the XML of cells to a tenth.
	s.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, part := range []struct{ name, content string }{
		{"[Content_Types].xml", contentTypes}, {"_rels/.rels", packageRelations},
		{"xl/_rels/workbook.xml.rels", workbookRelations}, {"xl/styles.xml", styles},
	} {
		s.file(part.name, part.content)
	}
	for i := range widths {
		s.names = append(s.names, columnName(i))
	}
	s.open("xl/worksheets/sheet1.xml")
	// The first row, the header, stays in sight.
	s.buf = append(s.buf, xmlHeader+`<worksheet `+main+`><sheetViews><sheetView workbookViewId="0">`+
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`...)
	for i, width := range widths {
		s.buf = fmt.Appendf(s.buf, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, width)
	}
	s.buf = append(s.buf, `</cols><sheetData>`...)
	return s
}

// open begins a part of the workbook.
func (s *sheet) open(name string) {
	if s.err == nil {
		s.part, s.err = s.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	}
}

// file writes a whole part of the workbook.
func (s *sheet) file(name, content string) {
	s.open(name)
	if s.err == nil {
		_, s.err = io.WriteString(s.part, content)
	}
}

// flush compresses the rows that were collected.
func (s *sheet) flush() {
	if s.err == nil {
		_, s.err = s.part.Write(s.buf)
	}
	s.buf = s.buf[:0]
}

// finish ends the sheet and the workbook. The first row becomes the header of a filter.
func (s *sheet) finish(name string) error {
	area := fmt.Sprintf("A1:%s%d", s.names[len(s.names)-1], s.row)
	s.buf = fmt.Appendf(s.buf, `</sheetData><autoFilter ref="%s"/></worksheet>`, area)
	s.flush()
	// Excel keeps the area of a filter under this name as well.
	s.file("xl/workbook.xml", fmt.Sprintf(xmlHeader+`<workbook %s xmlns:r="%s"><sheets><sheet name="%s" sheetId="1" r:id="rId1"/></sheets>`+
		`<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">%s!$A$1:$%s$%d</definedName></definedNames></workbook>`,
		main, relations, name, name, s.names[len(s.names)-1], s.row))
	if s.err != nil {
		return s.err
	}
	return s.zip.Close()
}

// mostLines is the largest height of a row in lines, so that no session fills the screen.
const mostLines = 8

// linePoints is the height of a line of the default font, in points.
const linePoints = 15

// beginRow begins a row with this number of lines. A row of one line has the default height.
func (s *sheet) beginRow(lines int) {
	s.row++
	s.column = 0
	s.buf = append(s.buf, `<row r="`...)
	s.buf = strconv.AppendInt(s.buf, s.row, 10)
	if lines > 1 {
		s.buf = append(s.buf, `" ht="`...)
		s.buf = append(strconv.AppendInt(s.buf, int64(lines)*linePoints, 10), `" customHeight="1`...)
	}
	s.buf = append(s.buf, `">`...)
}

// endRow ends a row, and flushes rows if there are enough of them.
func (s *sheet) endRow() error {
	s.buf = append(s.buf, `</row>`...)
	if len(s.buf) >= bufferBytes {
		s.flush()
	}
	return s.err
}

// cell begins the next cell with its reference and the given attributes.
func (s *sheet) cell(attributes string) {
	s.buf = append(append(s.buf, `<c r="`...), s.names[s.column]...)
	s.buf = append(strconv.AppendInt(s.buf, s.row, 10), '"')
	s.buf = append(s.buf, attributes...)
	s.column++
}

// empty leaves a cell out.
func (s *sheet) empty() { s.column++ }

// text writes a cell of text.
func (s *sheet) text(v string, of style) {
	if v == "" {
		s.empty()
		return
	}
	if of == text && strings.ContainsAny(v, "\n\r") {
		of = lines
	}
	s.cell(` t="inlineStr" s="`)
	s.buf = append(append(s.buf, '0'+byte(of)), `"><is><t xml:space="preserve">`...)
	s.buf = appendText(s.buf, v)
	s.buf = append(s.buf, `</t></is></c>`...)
}

// truth writes a truth value.
func (s *sheet) truth(v bool) {
	s.cell(` t="b"><v>`)
	b := byte('0')
	if v {
		b = '1'
	}
	s.buf = append(append(s.buf, b), `</v></c>`...)
}

// number writes a whole number.
func (s *sheet) number(n int) {
	s.cell(`><v>`)
	s.buf = append(strconv.AppendInt(s.buf, int64(n), 10), `</v></c>`...)
}

// serial writes a date or a time as a number of days, with a fraction for the time of day.
func (s *sheet) serial(days float64, of style) {
	s.cell(` s="`)
	s.buf = append(append(s.buf, '0'+byte(of)), `"><v>`...)
	s.buf = append(strconv.AppendFloat(s.buf, days, 'f', -1, 64), `</v></c>`...)
}

var (
	// firstDay is the first day that all programs count alike, since Excel takes 1900 for a leap
	// year.

	firstDay = time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)
	// dayZero is the day that has the number 0 if days are counted back from firstDay.
	dayZero = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
)

const secondsOfDay = 24 * 60 * 60

// date writes a date, as a text if it has unknown parts or is before firstDay.
func (s *sheet) date(d sessions.Date, of style) {
	day := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	switch {
	case d.IsZero():
		s.empty()
	case day.Before(firstDay) || !d.IsValid():
		s.text(d.String(), text)
	default:
		s.serial(float64((day.Unix()-dayZero.Unix())/secondsOfDay), of)
	}
}

// instant writes a time as the wall clock of a zone, since sheets have no zones.
func (s *sheet) instant(t time.Time, zone *time.Location) {
	if t.IsZero() {
		s.empty()
		return
	}
	t = t.In(zone)
	_, offset := t.Zone()
	wall := t.Unix() + int64(offset)
	if wall < firstDay.Unix() {
		s.text(t.Format(time.DateTime), text)
		return
	}
	s.serial(float64(wall-dayZero.Unix())/secondsOfDay, moment)
}

// appendText appends a text with escapes. XML has only three of the control characters, no
// surrogates and neither U+FFFE nor U+FFFF: these become U+FFFD. A text that looks like an escape
// of the format, such as _x0041_, is escaped in the same form.
func appendText(b []byte, v string) []byte {
	from := 0
	for i := 0; i < len(v); {
		size, escaped := 1, ""
		switch c := v[i]; {
		case c == '&':
			escaped = "&amp;"
		case c == '<':
			escaped = "&lt;"
		case c == '>':
			escaped = "&gt;"
		case c == '\r':
			escaped = "&#13;" // a bare one would be read as a line feed
		case c < ' ' && c != '\t' && c != '\n':
			escaped = "\uFFFD"
		case c == '_' && isEscape(v[i:]):
			escaped = "_x005F_"
		case c >= utf8.RuneSelf:
			var r rune
			if r, size = utf8.DecodeRuneInString(v[i:]); r == utf8.RuneError && size == 1 || r == 0xFFFE || r == 0xFFFF {
				escaped = "\uFFFD"
			}
		}
		if escaped != "" {
			b = append(append(b, v[from:i]...), escaped...)
			from = i + size
		}
		i += size
	}
	return append(b, v[from:]...)
}

// isEscape reports whether a text begins with _x, four hexadecimal digits and _.
func isEscape(v string) bool {
	if len(v) < 7 || v[1] != 'x' || v[6] != '_' {
		return false
	}
	return strings.Trim(v[2:6], "0123456789abcdefABCDEF") == ""
}

// columnName returns A for 0, Z for 25, AA for 26.
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}
