package export

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// MaxRowBytes is the length of the longest row that is read: its text, and one byte for each cell.
// No session is as long.
const MaxRowBytes = 4 << 20

// scanner splits a file into rows of cells. It reads RFC 4180 with CRLF or LF at the end of rows;
// empty lines are not rows. Unlike encoding/csv it keeps every byte of a quoted cell, recognises a
// torn row, and bounds its memory.
type scanner struct {
	r     io.Reader
	comma byte
	open  bool // the last row may lack its line break
	most  int  // most cells that a row may have
	utf16 bool

	buf  []byte
	i, n int   // buf[i:n] is not read yet
	err  error // of r, once buf is read

	breaks int64 // line breaks that were read
	line   int64 // the line on which the row begins, from 1

	// The row a,"b","c""d" is kept as row: abc"d, ends: 1 2 5.
	row    []byte // the cells of the row, one after the other
	ends   []int  // the end of each in row
	quoted bool   // whether the last one was in quotes
	whole  bool   // the row was read to its end
	after  int    // the byte that follows a closing quote and is not allowed there; 0 if none did
}

// mostCells is the number of columns that a spreadsheet has. Each costs memory, even an empty one.
const mostCells = 16_384

// newScanner returns a scanner of r. It recognises the encoding by the byte order mark.
func newScanner(r io.Reader, comma byte, open bool) *scanner {
	b := bufio.NewReader(r)
	s := &scanner{r: b, comma: comma, open: open, most: mostCells, buf: make([]byte, 64<<10)}
	start, _ := b.Peek(len(byteOrderMark)) // an error comes again when fill reads
	switch {
	case string(start) == byteOrderMark:
		_, _ = b.Discard(len(byteOrderMark))
	case bytes.HasPrefix(start, []byte("\xFF\xFE")), bytes.HasPrefix(start, []byte("\xFE\xFF")):
		s.utf16 = true
		s.r = transform.NewReader(b, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	}
	return s
}

// fill reads the next bytes into buf. It returns false at the end of the file and after an error.
func (s *scanner) fill() bool {
	s.i, s.n = 0, 0
	for empty := 0; s.n == 0 && s.err == nil; empty++ {
		// As bufio does, give up on a reader that returns neither bytes nor an error.
		if empty == 100 {
			s.err = io.ErrNoProgress
			break
		}
		s.n, s.err = s.r.Read(s.buf)
	}
	return s.n > 0
}

var lineFeed = []byte{'\n'}

// endOfFile is returned by next if there is no further byte, or none can be read: see ended.
const endOfFile = -1

// next returns the next byte.
func (s *scanner) next() int {
	if s.i == s.n && !s.fill() {
		return endOfFile
	}
	s.i++
	return int(s.buf[s.i-1])
}

// scan reads one row into s.row and s.ends, where it stays until the next call. It passes over
// empty lines. At the end of the file the error is io.EOF.
func (s *scanner) scan() error {
	for {
		s.row, s.ends, s.quoted = s.row[:0], s.ends[:0], false
		s.line = s.breaks + 1
		if s.i == s.n && !s.fill() {
			return s.ended(io.EOF)
		}
		if err := s.cells(); err != nil {
			return err
		}
		if len(s.ends) > 1 || len(s.row) > 0 || s.quoted {
			s.whole = true
			return s.check()
		}
	}
}

// cells reads the cells of one row, to its line break or the end of the file.
func (s *scanner) cells() error {
	for {
		c := s.next()
		s.quoted = c == '"'
		read := s.plainCell
		if s.quoted {
			read = s.quotedCell
		}
		last, err := read(c)
		if err != nil {
			return err
		}
		if len(s.row)+len(s.ends) >= MaxRowBytes {
			return ErrTooLong
		}
		if len(s.ends) == s.most {
			return fmt.Errorf("%w: more than %d", ErrCellCount, s.most)
		}
		s.ends = append(s.ends, len(s.row))
		if last {
			return nil
		}
	}
}

// plainCell reads a cell without quotes, whose first byte is c, and the separator or line break
// after it.
func (s *scanner) plainCell(c int) (last bool, err error) {
	for ; ; c = s.next() {
		switch c {
		case int(s.comma):
			return false, nil
		case '\n':
			s.breaks++
			return true, nil
		case '"':
			return false, ErrSyntax
		case endOfFile:
			return true, s.atEnd()
		case '\r':
			switch s.next() {
			case '\n':
				s.breaks++
				return true, nil
			case endOfFile:
				return true, s.atEnd()
			}
			// A lone CR is data. next has just read the byte after it from buf, so that it can be
			// put back.
			s.i--
		}
		s.row = append(s.row, byte(c))
		if len(s.row) > MaxRowBytes {
			return false, ErrTooLong
		}
	}
}

// quotedCell reads a cell after its first quote, and the separator or line break after it.
func (s *scanner) quotedCell(int) (last bool, err error) {
	for {
		if s.i == s.n && !s.fill() {
			return false, s.ended(ErrTorn)
		}
		text := s.buf[s.i:s.n]
		quote := bytes.IndexByte(text, '"')
		if quote >= 0 {
			text = text[:quote]
			s.i++
		}
		s.i += len(text)
		if len(s.row)+len(text) > MaxRowBytes {
			return false, ErrTooLong
		}
		s.row = append(s.row, text...)
		s.breaks += int64(bytes.Count(text, lineFeed))
		if quote < 0 {
			continue
		}
		// A quote ends the cell, unless another quote follows. CR counts only as a part of CRLF.
		c := s.next()
		if c == '\r' {
			if c = s.next(); c != '\n' && c != endOfFile {
				s.after = '\r'
				return false, ErrSyntax
			}
		}
		switch c {
		case '"':
			s.row = append(s.row, '"')
		case int(s.comma):
			return false, nil
		case '\n':
			s.breaks++
			return true, nil
		case endOfFile:
			return true, s.atEnd()
		default:
			s.after = c
			return false, ErrSyntax
		}
	}
}

// atEnd decides whether the end of the file may end a row.
func (s *scanner) atEnd() error {
	if s.open {
		return s.ended(nil)
	}
	return s.ended(errNoLineBreak)
}

// ended returns the error at the end of the file: err, unless the reader failed.
func (s *scanner) ended(err error) error {
	if s.err != io.EOF { //nolint:errorlint // an error that wraps io.EOF is no end
		return s.err
	}
	return err
}

// check refuses a row with a cell that is not valid text.
func (s *scanner) check() error {
	if !utf8.Valid(s.row) || bytes.IndexByte(s.row, 0) >= 0 {
		return ErrEncoding
	}
	for _, end := range s.ends {
		// The row is valid as a whole, but two cells share a character.
		if end < len(s.row) && !utf8.RuneStart(s.row[end]) {
			return ErrEncoding
		}
	}
	// The decoder replaces half a surrogate pair with RuneError.
	if s.utf16 && bytes.ContainsRune(s.row, utf8.RuneError) {
		return ErrEncoding
	}
	return nil
}
