package file

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/kvalifika/sessionkit/export"
)

// DifferenceError is the first difference between a file and its manifest.
type DifferenceError struct {
	// What names the kind of difference: "version", "columns" (their number), "header", "content",
	// "bytes" (their number), or "rows".
	What string

	// Column is the expected header of the first column that differs, and Number is the number of
	// that column, from 1. Of "header" only.
	Column string
	Number int

	// FirstRow and LastRow are the rows between which the difference is, both included, from 1; the
	// header is row 0. A file that ends too early lacks LastRow, or a part of it; one that is too
	// long continues after LastRow. Of "content" and "bytes" only.
	FirstRow, LastRow int64

	Want, Got int64 // of "version", "columns", "bytes" and "rows"
}

// Error names the difference.
func (e *DifferenceError) Error() string {
	at := ErrDifferent.Error() + ": " + e.What
	switch {
	case e.Column != "":
		at += fmt.Sprintf(" of column %d, %q", e.Number, e.Column)
	case e.LastRow > 0:
		at += fmt.Sprintf(" of rows %d to %d", e.FirstRow, e.LastRow)
	}
	if e.Want != e.Got {
		at += fmt.Sprintf(": %d instead of %d", e.Got, e.Want)
	}
	return at
}

// Unwrap returns [ErrDifferent].
func (e *DifferenceError) Unwrap() error { return ErrDifferent }

// Verify reads a file to its end and checks it against its manifest: its header, its content block
// by block, its length, its digest, and its number of rows. The first difference is a
// [*DifferenceError]; any other error is the reader's.
func Verify(r io.Reader, m Manifest) error {
	if m.Version != manifestVersion {
		return &DifferenceError{What: "version", Want: manifestVersion, Got: int64(m.Version)}
	}
	in, err := inspect(r, &m)
	if err != nil {
		return err
	}
	if in.different == nil {
		return nil
	}
	return in.different
}

// inspection is the result of reading a file, from its bytes alone.
type inspection struct {
	text      rowReader
	different *DifferenceError // the first difference from the manifest
}

// inspect reads a file to its end and compares it with a manifest. An error is the reader's.
func inspect(r io.Reader, m *Manifest) (*inspection, error) {
	in := &inspection{}
	raw := &rawReader{r: r, sum: sha256.New(), buf: make([]byte, 64<<10)}
	blocks := append(slices.Clip(m.Blocks), Block{m.Rows, m.Bytes, m.SHA256})
	// before is the last row before the block. It begins at -1, since the header is row 0.
	before, broken := int64(-1), false
	var zip gzip.Reader
	for {
		// Read up to the end of a block, or of the file. In a gzip file a member ends with each
		// block.
		var err error
		if m.Gzip && !broken {
			if err = zip.Reset(raw); err == nil {
				zip.Multistream(false)
				_, err = io.Copy(&in.text, &zip)
			}
		} else {
			if raw.limit = 0; len(blocks) > 0 {
				raw.limit = blocks[0].Bytes
			}
			_, err = io.Copy(&in.text, raw)
		}
		if raw.err != nil && !errors.Is(raw.err, io.EOF) {
			return nil, raw.err
		}
		// The file is not compressed, or was changed: its digest shows where.
		broken = broken || err != nil
		in.differ(m.header(&in.text))
		for len(blocks) > 0 && raw.total() >= blocks[0].Bytes {
			b := blocks[0]
			switch {
			case raw.total() > b.Bytes || raw.digest() != b.SHA256:
				in.differ(&DifferenceError{What: "content", FirstRow: before + 1, LastRow: b.Rows})
			case in.text.rows-1 != b.Rows:
				in.differ(&DifferenceError{What: "rows", Want: b.Rows, Got: in.text.rows - 1})
			}
			before, blocks = b.Rows, blocks[1:]
		}
		if raw.ended() {
			break
		}
	}
	switch total := raw.total(); {
	case total > m.Bytes:
		in.differ(&DifferenceError{What: "bytes", FirstRow: m.Rows, LastRow: m.Rows, Want: m.Bytes, Got: total})
	case total < m.Bytes:
		in.differ(&DifferenceError{What: "bytes", FirstRow: min(before+1, in.text.rows), LastRow: in.text.rows, Want: m.Bytes, Got: total})
	}
	return in, nil
}

// differ keeps the first difference.
func (in *inspection) differ(d *DifferenceError) {
	if in.different == nil {
		in.different = d
	}
}

// header compares the first row with the columns of the manifest, as far as that row was read.
func (m *Manifest) header(text *rowReader) *DifferenceError {
	if text.rows == 0 {
		return nil
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text.first), "\uFEFF")))
	// An empty separator means a comma.
	r.Comma = []rune(m.Separator + ",")[0]
	cells, err := r.Read()
	// The digest shows what is wrong with it.
	if err != nil {
		return nil //nolint:nilerr // what is wrong with it shows in its digest
	}
	format := export.RFC4180
	if m.FormulaGuard {
		format = export.ExcelCSV
	}
	for i, c := range m.Columns {
		if i < len(cells) && format.Unguard(cells[i], r.Comma) != c.Header {
			return &DifferenceError{What: "header", Column: c.Header, Number: i + 1}
		}
	}
	if len(cells) != len(m.Columns) {
		return &DifferenceError{What: "columns", Want: int64(len(m.Columns)), Got: int64(len(cells))}
	}
	return nil
}

// rowReader counts the rows of a text and keeps the first and the last of them.
type rowReader struct {
	rows        int64 // the header included
	first, last []byte
	row         []byte // the row that has not ended yet
	quoted      bool
}

// Write takes the next part of the text, which may end within a row.
func (t *rowReader) Write(text []byte) (int, error) {
	for rest := text; len(rest) > 0; {
		end := len(rest)
		if t.quoted {
			if i := bytes.IndexByte(rest, '"'); i >= 0 {
				end, t.quoted = i+1, false
			}
			rest = t.keep(rest, end)
			continue
		}
		line := bytes.IndexByte(rest, '\n')
		if line >= 0 {
			end = line + 1
		}
		if i := bytes.IndexByte(rest[:end], '"'); i >= 0 {
			t.quoted = true
			rest = t.keep(rest, i+1)
			continue
		}
		rest = t.keep(rest, end)
		if line >= 0 {
			t.rows++
			t.row, t.last = t.last[:0], t.row
			if t.rows == 1 {
				t.first = bytes.Clone(t.last)
			}
		}
	}
	return len(text), nil
}

// keep adds to the row, unless it becomes longer than any row of an export.
func (t *rowReader) keep(text []byte, n int) (rest []byte) {
	if len(t.row)+n <= export.MaxRowBytes {
		t.row = append(t.row, text[:n]...)
	}
	return text[n:]
}

// rawReader reads no further than it is asked, and digests what it has returned.
type rawReader struct {
	r     io.Reader
	sum   hash.Hash
	buf   []byte
	begin int64 // position of the buffer in the file
	i, n  int   // buf[i:n] is not returned yet
	done  int   // buf[:done] is digested
	limit int64 // position at which reading stops, 0 for the end of the file
	err   error
}

// rawReader is a ByteReader so that a decompressor reads no further than it must.
var _ io.ByteReader = (*rawReader)(nil)

// total returns the number of bytes returned so far.
func (r *rawReader) total() int64 { return r.begin + int64(r.i) }

// digest returns the digest of these bytes.
func (r *rawReader) digest() string {
	_, _ = r.sum.Write(r.buf[r.done:r.i])
	r.done = r.i
	return hex.EncodeToString(r.sum.Sum(nil))
}

// ended reports whether everything has been returned.
func (r *rawReader) ended() bool { return !r.fill() }

// fill reads more if the buffer is empty. It returns false at the end of the file and after an
// error.
func (r *rawReader) fill() bool {
	for r.i == r.n && r.err == nil {
		_ = r.digest()
		r.begin += int64(r.n)
		r.i, r.n, r.done = 0, 0, 0
		r.n, r.err = r.r.Read(r.buf)
	}
	return r.i < r.n
}

// ReadByte returns one byte, so that a decompressor gets no more than it asks for.
func (r *rawReader) ReadByte() (byte, error) {
	if !r.fill() {
		return 0, r.err
	}
	r.i++
	return r.buf[r.i-1], nil
}

// Read returns the next bytes, up to the limit.
func (r *rawReader) Read(b []byte) (int, error) {
	if r.limit > 0 {
		if left := r.limit - r.total(); left <= 0 {
			return 0, io.EOF
		} else if int64(len(b)) > left {
			b = b[:left]
		}
	}
	if !r.fill() {
		return 0, r.err
	}
	n := copy(b, r.buf[r.i:r.n])
	r.i += n
	return n, nil
}
