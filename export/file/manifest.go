package file

import (
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
)

// manifestVersion is the version of the JSON.
const manifestVersion = 1

// Manifest says what a file contains and how it was written. It is stored beside the file, as JSON.
// It is not signed: make sure that nobody who can change the file can change the manifest as well.
type Manifest struct {
	Version int `json:"version"` // 1
	sessions.Request
	File  string `json:"file"`  // name without directories
	Part  int    `json:"part"`  // number of the file in its export, from 1
	Parts int    `json:"parts"` // number of files of the export

	FileFormat   export.Format       `json:"format"`
	Gzip         bool                `json:"gzip,omitempty"` // the bytes are those of a gzip file
	Separator    string              `json:"separator"`
	Columns      []export.FileColumn `json:"columns"`
	FormulaGuard bool                `json:"formula_guard"` // texts are protected from spreadsheets
	Zone         string              `json:"zone"`          // of times
	TimeLayout   string              `json:"time_layout,omitempty"`
	BirthLayout  string              `json:"birth_layout,omitempty"`

	ExpirationLayout string           `json:"expiration_layout,omitempty"`
	Masked           []sessions.Field `json:"masked"`  // fields whose cells are the mark
	Dropped          []sessions.Field `json:"dropped"` // fields that have no column
	RowsPerFile      int64            `json:"rows_per_file,omitempty"`

	Snapshot time.Time `json:"snapshot"` // the sessions are as they were then or a moment later
	Rows     int64     `json:"rows"`     // without the header
	Bytes    int64     `json:"bytes"`    // of the file, compressed if Gzip is set
	SHA256   string    `json:"sha256"`   // of these bytes, in hexadecimal

	// Blocks are the digests of the file's beginnings, with at least BlockBytes of text between
	// them. They show where a file differs.
	BlockBytes int64   `json:"block_bytes"`
	Blocks     []Block `json:"blocks"`
}

// Block describes the beginning of a file, up to the end of a row.
type Block struct {
	Rows   int64  `json:"rows"`   // without the header
	Bytes  int64  `json:"bytes"`  // of the file, compressed if the file is
	SHA256 string `json:"sha256"` // of these bytes, in hexadecimal
}

// manifest returns a manifest with everything that is known before the first row.
func (o *Options) manifest(r sessions.Request) (Manifest, error) {
	columns, err := o.FileColumns(r.Disclosure)
	if err != nil {
		return Manifest{}, err
	}
	m := Manifest{
		Version: manifestVersion, Request: r, FileFormat: o.Format, Gzip: o.Gzip, Separator: ",",
		FormulaGuard: o.Format == export.ExcelCSV, Zone: time.UTC.String(), TimeLayout: o.TimeLayout, BirthLayout: o.BirthLayout,
		ExpirationLayout: o.ExpirationLayout, RowsPerFile: o.RowsPerFile, BlockBytes: o.BlockBytes, Columns: columns,
		Masked:  slices.AppendSeq([]sessions.Field{}, r.Disclosure.Hidden().Minus(r.Disclosure.Drop).All()),
		Dropped: slices.AppendSeq([]sessions.Field{}, r.Disclosure.Drop.All()),
		Blocks:  []Block{},
	}
	if o.Comma != 0 {
		m.Separator = string(o.Comma)
	}
	if o.Zone != nil {
		m.Zone = o.Zone.String()
	}
	return m, nil
}
