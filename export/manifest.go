package export

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// manifestVersion is that of the JSON.
const manifestVersion = 1

// Manifest says what a file holds and how it came about. As JSON it stands beside the file. It is not signed: who can
// change the file should not be able to change the manifest as well.
type Manifest struct {
	Version int `json:"version"` // 1
	sessions.Request
	File  string `json:"file"`  // name without directories
	Part  int    `json:"part"`  // number of the file, from 1, where an export is split
	Parts int    `json:"parts"` // how many there are

	FileFormat   Format           `json:"format"`
	Separator    string           `json:"separator"`
	Columns      []ManifestColumn `json:"columns"`
	FormulaGuard bool             `json:"formula_guard"` // texts are protected from spreadsheets
	Zone         string           `json:"zone"`          // of times
	TimeLayout   string           `json:"time_layout,omitempty"`
	BirthLayout  string           `json:"birth_layout,omitempty"`

	ExpirationLayout string           `json:"expiration_layout,omitempty"`
	Masked           []sessions.Field `json:"masked"`  // their cells say so
	Dropped          []sessions.Field `json:"dropped"` // they have no column
	RowsPerFile      int64            `json:"rows_per_file,omitempty"`

	Snapshot time.Time `json:"snapshot"` // the sessions are as they were then or a moment later
	Rows     int64     `json:"rows"`     // without the header
	Bytes    int64     `json:"bytes"`
	SHA256   string    `json:"sha256"`

	// Blocks are the digests of the file's beginnings, at least BlockBytes apart: they tell where a file differs.
	BlockBytes int64   `json:"block_bytes"`
	Blocks     []Block `json:"blocks"`
}

// ManifestColumn is a column of a file.
type ManifestColumn struct {
	Header string `json:"header"`
	Column Column `json:"column"`        // under its own header
	Key    string `json:"key,omitempty"` // of the extra field that has this column for itself
}

// Block is the beginning of a file.
type Block struct {
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// manifest fills in what is known before the first row.
func (o *FileOptions) manifest(p *plan, r *sessions.Request) Manifest {
	m := Manifest{
		Version: manifestVersion, Request: *r, FileFormat: o.Format, Separator: string(rune(p.comma)),
		FormulaGuard: p.excel, Zone: p.clock.zone.String(), TimeLayout: o.TimeLayout, BirthLayout: o.BirthLayout,
		ExpirationLayout: o.ExpirationLayout, RowsPerFile: o.RowsPerFile, BlockBytes: o.BlockBytes,
		Masked:  slices.AppendSeq([]sessions.Field{}, r.Disclosure.Hidden().Minus(r.Disclosure.Drop).All()),
		Dropped: slices.AppendSeq([]sessions.Field{}, r.Disclosure.Drop.All()),
		Blocks:  []Block{},
	}
	m.Columns = o.fileColumns(p)
	return m
}

// FileColumns returns the columns that a file of these options has for a viewer, or the error that [Write] gives for them.
func (o *Options) FileColumns(d sessions.Disclosure) ([]ManifestColumn, error) {
	p, err := o.plan(d)
	if err != nil {
		return nil, err
	}
	return o.fileColumns(p), nil
}

func (o *Options) fileColumns(p *plan) (columns []ManifestColumn) {
	for i, c := range p.columns {
		column := ManifestColumn{Header: p.headers[i], Column: c}
		if c == ColumnExtra && len(o.ExtraKeys.All()) > 0 {
			column.Key = column.Header
		}
		columns = append(columns, column)
	}
	return columns
}

// DifferenceError is the first difference between a file and its manifest.
type DifferenceError struct {
	What string // "version", "header", "content", "bytes", "rows" or "sha256"

	// FirstRow and LastRow are the rows among which a difference of content is, the header being row 0; both are 0 where it cannot
	// be told.
	FirstRow, LastRow int64

	Want, Got int64 // of bytes, rows, version, or the number of columns
}

// Error names the difference.
func (e *DifferenceError) Error() string {
	at := ErrDifferent.Error() + ": " + e.What
	if e.LastRow > 0 {
		at += fmt.Sprintf(" of rows %d to %d", e.FirstRow, e.LastRow)
	}
	if e.Want != e.Got {
		at += fmt.Sprintf(": %d instead of %d", e.Got, e.Want)
	}
	return at
}

// Unwrap returns [ErrDifferent].
func (e *DifferenceError) Unwrap() error { return ErrDifferent }

// Verify reads a file to its end and checks it against its manifest: its header, its content block by block, how long it is, its digest, and
// how many rows it has. The first difference is a [*DifferenceError]; any other error is the reader's.
func Verify(r io.Reader, m Manifest) error {
	if m.Version != manifestVersion {
		return &DifferenceError{What: "version", Want: manifestVersion, Got: int64(m.Version)}
	}
	comma, err := checkComma([]rune(m.Separator + ",")[0])
	if err != nil {
		return err
	}
	c := &contentReader{r: r, sum: sha256.New(), blocks: m.Blocks}
	scan := newScanner(c, comma, false)
	rows, different := int64(0), (*DifferenceError)(nil)
	for {
		if err := scan.scan(); err != nil {
			break // what is wrong with the file shows in its digest
		}
		if rows == 0 && different == nil {
			different = m.header(scan)
		}
		rows++
	}
	rows-- // the header
	if _, err := io.Copy(io.Discard, c); err != nil {
		return err
	}
	switch {
	case c.err != nil && !errors.Is(c.err, io.EOF):
		return c.err
	case different != nil:
		return different
	case c.bad > 0:
		d := &DifferenceError{What: "content", LastRow: m.Blocks[c.bad-1].Rows}
		if c.bad > 1 {
			d.FirstRow = m.Blocks[c.bad-2].Rows + 1
		}
		return d
	case c.n != m.Bytes:
		return &DifferenceError{What: "bytes", Want: m.Bytes, Got: c.n}
	case hex.EncodeToString(c.sum.Sum(nil)) != m.SHA256:
		d := &DifferenceError{What: "sha256"}
		if n := len(m.Blocks); n > 0 && m.Rows > m.Blocks[n-1].Rows {
			d.FirstRow, d.LastRow = m.Blocks[n-1].Rows+1, m.Rows
		}
		return d
	case rows != m.Rows:
		return &DifferenceError{What: "rows", Want: m.Rows, Got: rows}
	}
	return nil
}

// header compares the header that was scanned.
func (m *Manifest) header(s *scanner) *DifferenceError {
	d := &DifferenceError{What: "header", Want: int64(len(m.Columns)), Got: int64(len(s.ends))}
	if len(m.Columns) != len(s.ends) {
		return d
	}
	from := 0
	for i, end := range s.ends {
		header := string(s.row[from:end])
		from = end
		if m.FormulaGuard {
			header = unprotect(header)
		}
		if header != m.Columns[i].Header {
			return d
		}
	}
	return nil
}

// contentReader digests what is read, and stops at the end of each block to compare.
type contentReader struct {
	r      io.Reader
	n      int64
	err    error
	sum    hash.Hash
	blocks []Block // not reached yet
	passed int
	bad    int // number of the first block that differs, 0 for none
}

func (c *contentReader) Read(b []byte) (int, error) {
	for len(c.blocks) > 0 && c.blocks[0].Bytes <= c.n {
		c.passed++
		if c.bad == 0 && (c.blocks[0].Bytes < c.n || hex.EncodeToString(c.sum.Sum(nil)) != c.blocks[0].SHA256) {
			c.bad = c.passed
		}
		c.blocks = c.blocks[1:]
	}
	if len(c.blocks) > 0 {
		b = b[:min(int64(len(b)), c.blocks[0].Bytes-c.n)]
	}
	n, err := c.r.Read(b)
	c.n += int64(n)
	_, _ = c.sum.Write(b[:n])
	c.err = err
	return n, err
}
