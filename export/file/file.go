package file

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
)

// Options say what a file contains, and how it is stored. SHA256 of the embedded options is
// ignored.
type Options struct {
	export.Options

	// Manifest asks for a [Manifest] beside each file, under its name with [ManifestSuffix]. An
	// export that is split always has them.
	Manifest bool

	// RowsPerFile splits the export into files of this number of rows; the last may have fewer. The
	// second file is named like the first, with -2 before its extension. 0 does not split. In
	// Excel's format it is at most [export.MaxExcelRows].
	RowsPerFile int64

	// BlockBytes is the number of bytes of text that may be lost when an export is cut off. With
	// the same precision, to within 64 KiB, a manifest says where a file differs. 0 is 4 MiB.
	BlockBytes int64

	// Gzip compresses the files. Their names are the caller's: .gz is not added.
	Gzip bool

	// NoReplace refuses to replace a file that has the name, also one that gets it while the export
	// is written, and to replace or remove further files, or the manifest of the first file, of an
	// older export: the error wraps [ErrForeign] and [fs.ErrExist]. [Resume] may then be called
	// without it. Resume still completes an export that was cut off while its files got their names.
	NoReplace bool
}

// The suffixes that are added to the name of a file.
const (
	PartialSuffix  = ".partial"       // of the folder of an export that is not complete yet
	ManifestSuffix = ".manifest.json" // of the manifest
)

// defaultBlockBytes is the number of bytes of a block if Options do not state it.
const defaultBlockBytes = 4 << 20

// Write writes the sessions of a selection to a file, or to several if the options say so, and
// returns the manifest of each. They are written in a folder, the name with [PartialSuffix], synced
// to the disk and renamed, which replaces an older file of that name; further files and manifests
// of the older export are removed. Of several files the first is renamed last. Only the owner may
// read the files.
//
// After an error, or if the process ends, [Resume] continues the export. [Discard] removes it, and
// so does Write when it is called again.
//
// Errors are those of [export.Write], of the selection and of the file system, [ErrBusy] and
// [ErrForeign].
func Write(ctx context.Context, path string, selected export.Selection, opts Options) ([]Manifest, error) {
	j, err := newJob(path, selected, opts)
	if err != nil {
		return nil, err
	}
	return j.in(true, func() error { return j.start(ctx) })
}

// Resume continues an export that was cut off, with the same options: it checks what was written,
// reads the missing sessions, and produces byte for byte the file that the first call would have
// written.
//
// If that is impossible, because sessions that are still to be written have changed since, or
// because the incomplete export is a different one, nothing changes and the error wraps
// [ErrResume]: call [Write] to start again. The same is true of options without the column Session
// ID ([export.Options.Resumable]). All other errors are those of Write, and Resume may be called
// again.
func Resume(ctx context.Context, path string, selected export.Selection, opts Options) ([]Manifest, error) {
	j, err := newJob(path, selected, opts)
	if err != nil {
		return nil, err
	}
	return j.in(false, func() error { return j.resume(ctx) })
}

// Discard removes the incomplete export under the name, if there is one. While it is being written,
// the error is [ErrBusy].
func Discard(path string) error {
	w, err := enter(path+PartialSuffix, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return w.remove()
}

// Begun reports whether there is an incomplete export under the name.
func Begun(path string) bool {
	_, err := os.Stat(filepath.Join(path+PartialSuffix, stateName))
	return err == nil
}

// remove removes a file if it exists.
func remove(name string) error {
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// partName returns the name of the n-th file.
func partName(path string, n int) string {
	if n == 1 {
		return path
	}
	stem, ext := splitName(path)
	return stem + "-" + strconv.Itoa(n) + ext
}

// splitName splits a name before its extension. The extension of a compressed file has two parts.
func splitName(path string) (stem, ext string) {
	ext = filepath.Ext(path)
	if ext == ".gz" {
		ext = filepath.Ext(strings.TrimSuffix(path, ext)) + ext
	}
	return strings.TrimSuffix(path, ext), ext
}

// state is stored beside the files that are being written. It is not trusted where the files or the
// selection can confirm it.
type state struct {
	Watermark string            `json:"watermark"`
	Last      sessions.Position `json:"last"` // of the last row that is kept
	// From is the position after which rows were not read from the first call's snapshot. Zero
	// means that all rows were.
	From  sessions.Position `json:"from"`
	Files []Manifest        `json:"files"`
	// Sum is a digest of the other fields. It notices accidental changes of those that nothing else
	// can confirm: the watermark, the time of the snapshot, and a From that is not after Last.
	Sum string `json:"sum"`
}

// sum returns the digest that belongs in Sum.
func (s state) sum() string {
	s.Sum = ""
	text, err := json.Marshal(s)
	if err != nil {
		return "" // cannot happen: it was just read as JSON, or is about to be written
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// job is one call of Write or Resume.
type job struct {
	path     string
	selected export.Selection
	opts     Options
	empty    Manifest // a manifest without rows, for the next file
	place    *workplace

	state state
	rows  int64  // of all files
	bytes int64  // of the files that have ended
	part  *part  // the file that is being written, nil between two
	kept  []byte // the last row of the file that an export continues

	committed bool // the first file, which is renamed last, has its final name
}

// newJob checks the arguments of a call.
func newJob(path string, selected export.Selection, opts Options) (*job, error) {
	// Refuse now, and not after an hour of writing. A rename would replace a device or a pipe.
	if info, err := os.Lstat(path); err == nil && info.Mode().Type()&^fs.ModeSymlink != 0 {
		return nil, fmt.Errorf("%w: %s is a folder, a device or a pipe", ErrForeign, filepath.Base(path))
	}
	if path == "" {
		return nil, fmt.Errorf("%w: no name of a file", export.ErrOptions)
	}
	if opts.RowsPerFile < 0 || opts.BlockBytes < 0 {
		return nil, fmt.Errorf("%w: RowsPerFile or BlockBytes is negative", export.ErrOptions)
	}
	if opts.BlockBytes == 0 {
		opts.BlockBytes = defaultBlockBytes
	}
	opts.Manifest = opts.Manifest || opts.RowsPerFile > 0
	m, err := opts.manifest(selected.Request())
	if err != nil {
		return nil, err
	}
	return &job{path: path, selected: selected, opts: opts, empty: m}, nil
}

// in calls do in the folder of the export, and gives the files their names. With begin it makes the
// folder.
func (j *job) in(begin bool, do func() error) (files []Manifest, err error) {
	j.place, err = enter(j.path+PartialSuffix, begin)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !begin:
		return nil, ErrNothingBegun
	case err != nil:
		return nil, err
	}
	if err := do(); err != nil {
		return nil, errors.Join(err, j.close())
	}
	if err := j.commit(); err != nil {
		return nil, errors.Join(err, j.close())
	}
	return j.state.Files, j.place.remove()
}

// close releases the folder and keeps it for Resume, or removes it if no state was saved.
func (j *job) close() error {
	var err error
	if j.part != nil {
		err = j.part.file.Close()
	}
	if !Begun(j.path) {
		return errors.Join(err, j.place.remove())
	}
	return errors.Join(err, j.place.leave())
}

// The paths of files in the folder.
func (j *job) partPath(n int) string { return filepath.Join(j.place.dir, strconv.Itoa(n)+partSuffix) }
func (j *job) manifestPath(n int) string {
	return filepath.Join(j.place.dir, strconv.Itoa(n)+manifestSuffix)
}

// start writes the export from its beginning.
func (j *job) start(ctx context.Context) error {
	parts := 1
	if j.opts.RowsPerFile > 0 {
		parts = 2
	}
	// Refuse now, and not after an hour of writing. An export that is split probably has a second
	// file.
	if _, err := j.older(parts); err != nil {
		return err
	}
	if err := j.place.clear(); err != nil {
		return err
	}
	// The watermark is taken before the sessions are read, so that no change is missed.
	watermark, err := j.selected.Watermark(ctx)
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	j.state = state{Watermark: watermark}
	j.empty.Snapshot = time.Now().UTC().Truncate(time.Microsecond)
	return j.run(ctx, export.Start{RowsPerFile: j.opts.RowsPerFile})
}

// run writes the sessions that are still missing.
func (j *job) run(ctx context.Context, at export.Start) error {
	err := export.WriteBlocks(ctx, j.selected, j.opts.Options, at, j.take)
	if errors.Is(err, export.ErrStart) {
		return ErrChanged
	}
	return err
}

// current returns the manifest of the file that is being written.
func (j *job) current() *Manifest { return &j.state.Files[len(j.state.Files)-1] }

// take writes a block. At the end of a file, and after BlockBytes, it saves the state to continue
// from.
func (j *job) take(b export.Block) error {
	if b.Kept {
		if !bytes.Equal(b.Text, j.kept) {
			return ErrChanged
		}
		return nil
	}
	if j.part == nil {
		if err := j.begin(); err != nil {
			return err
		}
	}
	if err := j.part.text(b.Text); err != nil {
		return err
	}
	m := j.current()
	m.Rows += b.Rows - j.rows
	j.rows, j.state.Last = b.Rows, b.Last
	if j.opts.Progress != nil {
		j.opts.Progress(export.Progress{Rows: j.rows, Bytes: j.bytes + j.part.bytes, Count: j.opts.Count})
	}
	if !b.Ends && j.part.since < j.opts.BlockBytes {
		return nil
	}
	if err := j.part.point(); err != nil {
		return err
	}
	m.Bytes, m.SHA256 = j.part.bytes, j.part.digest()
	if b.Ends {
		j.bytes += m.Bytes
		if err := j.end(); err != nil {
			return err
		}
	} else {
		m.Blocks = append(m.Blocks, Block{m.Rows, m.Bytes, m.SHA256})
	}
	return j.save()
}

func (j *job) begin() error {
	m := j.empty
	m.Part = len(j.state.Files) + 1
	m.File = filepath.Base(partName(j.path, m.Part))
	// A part may have been left by a call that ended before it saved its state.
	if err := remove(j.partPath(m.Part)); err != nil {
		return err
	}
	file, err := os.OpenFile(j.partPath(m.Part), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	j.part = newPart(file, j.opts.Gzip)
	j.state.Files = append(j.state.Files, m)
	return nil
}

// end writes a file to the disk and closes it.
func (j *job) end() error {
	file := j.part.file
	j.part = nil
	return errors.Join(file.Sync(), file.Close())
}

// part is a file that is being written.
type part struct {
	file  *os.File
	sum   hash.Hash
	bytes int64
	since int64 // bytes of text since the last point

	zip    *gzip.Writer // nil: the file is not compressed
	member bool         // a member of the gzip file has begun
}

func newPart(file *os.File, compress bool) *part {
	p := &part{file: file, sum: sha256.New()}
	if compress {
		p.zip = gzip.NewWriter(p)
	}
	return p
}

// Write writes to the file, below the compression.
func (p *part) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	_, _ = p.sum.Write(b[:n])
	p.bytes += int64(n)
	return n, err
}

// text writes text, compressed if the options say so.
func (p *part) text(b []byte) (err error) {
	p.since += int64(len(b))
	switch {
	case len(b) == 0:
	case p.zip != nil:
		p.member = true
		_, err = p.zip.Write(b)
	default:
		_, err = p.Write(b)
	}
	return err
}

// point makes the end of the file a place from which it can be continued: it ends the gzip member.
func (p *part) point() error {
	p.since = 0
	if !p.member {
		return nil
	}
	p.member = false
	err := p.zip.Close()
	p.zip.Reset(p)
	return err
}

// digest returns the digest of the bytes that were written.
func (p *part) digest() string { return hex.EncodeToString(p.sum.Sum(nil)) }

// save replaces the state. It need not be synced to the disk: check notices a state that does not
// fit the files.
func (j *job) save() error {
	j.state.Sum = j.state.sum()
	return writeJSON(filepath.Join(j.place.dir, stateName), j.state, false)
}

// writeJSON writes a file under another name and renames it, so that a reader never sees a part.
func writeJSON(name string, v any, sync bool) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.OpenFile(name+newSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // beside the caller's name
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err == nil && sync {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, remove(name+newSuffix))
	}
	return os.Rename(name+newSuffix, name)
}

// resume continues the export that the folder contains.
func (j *job) resume(ctx context.Context) error {
	if !j.opts.Resumable() {
		return fmt.Errorf("%w: without the column %v a file does not say where it ends", ErrResume, export.ColumnSessionID)
	}
	text, err := os.ReadFile(filepath.Join(j.place.dir, stateName))
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNothingBegun
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &j.state); err != nil || len(j.state.Files) == 0 || j.state.Sum != j.state.sum() {
		return fmt.Errorf("%w: its state cannot be read", ErrOtherExport)
	}
	// The files keep the time of the first call.
	j.empty.Snapshot = j.state.Files[0].Snapshot
	if err := j.check(); err != nil {
		return err
	}
	if !j.committed {
		if _, err := j.older(len(j.state.Files)); err != nil {
			return err
		}
	}
	switch {
	case j.committed:
		return nil
	case j.rows == 0:
		return ErrNothingBegun
	case j.state.Watermark == "":
		return fmt.Errorf("%w or may have: the selection cannot tell", ErrChanged)
	// Only what comes after From is checked for changes. No export records a From behind its last
	// row.
	case j.state.From.Compare(j.state.Last) > 0:
		return fmt.Errorf("%w: its state cannot be right", ErrOtherExport)
	}
	if j.state.From.IsZero() {
		j.state.From = j.state.Last
	}
	if err := j.unchanged(ctx); err != nil {
		return err
	}
	at := export.Start{RowsPerFile: j.opts.RowsPerFile, Rows: j.rows, InFile: j.current().Rows, Last: j.state.Last}
	// A full file stays as it is, and the next session begins another.
	if at.InFile != at.RowsPerFile {
		if err := j.reopen(); err != nil {
			return err
		}
	}
	if err := j.run(ctx, at); err != nil {
		return err
	}
	// Sessions may have changed between the check above and the snapshot of the rest. On an error
	// the folder stays, so that another call gets the same answer.
	return j.unchanged(ctx)
}

// unchanged returns an error if any session that was, or will be, read after the first call's
// snapshot has changed.
func (j *job) unchanged(ctx context.Context) error {
	changed, err := j.selected.Changed(ctx, j.state.Watermark, j.state.From)
	if err == nil && changed {
		err = ErrChanged
	}
	return err
}

// check reads the files and compares them with the state.
func (j *job) check() error {
	_, err := os.Lstat(j.partPath(1))
	// The first file is renamed last.
	j.committed = errors.Is(err, fs.ErrNotExist)
	for i, m := range j.state.Files {
		n := i + 1
		want := j.empty
		want.File, want.Part, want.Parts = filepath.Base(partName(j.path, n)), n, m.Parts
		want.Rows, want.Bytes, want.SHA256, want.Blocks = m.Rows, m.Bytes, m.SHA256, m.Blocks
		a, err := json.Marshal(want)
		if err != nil {
			return err
		}
		b, err := json.Marshal(m)
		if err != nil {
			return err
		}
		if !bytes.Equal(a, b) {
			return fmt.Errorf("%w: it has other options", ErrOtherExport)
		}
		if n < len(j.state.Files) && m.Rows != j.opts.RowsPerFile || j.opts.RowsPerFile > 0 && m.Rows > j.opts.RowsPerFile {
			return fmt.Errorf("%w: file %d has a wrong number of rows", ErrOtherExport, n)
		}
		// A further file that has its final name already gets its old name back until everything is
		// known to be right.
		name := j.partPath(n)
		if _, err := os.Lstat(name); j.committed || errors.Is(err, fs.ErrNotExist) {
			name = partName(j.path, n)
			// Somebody may have added to it since, and that would be lost with the truncation below.
			if info, err := os.Lstat(name); err == nil && (!info.Mode().IsRegular() || info.Size() != m.Bytes) {
				return fmt.Errorf("%w: file %d is not as it was left", ErrOtherExport, n)
			}
		}
		if j.kept, err = lastRow(name, &m); err != nil {
			return err
		}
		if !j.committed {
			if name != j.partPath(n) {
				if err := os.Rename(name, j.partPath(n)); err != nil {
					return err
				}
			}
			// Remove what was written after the state was saved.
			if err := os.Truncate(j.partPath(n), m.Bytes); err != nil {
				return err
			}
		}
		j.rows += m.Rows
		j.bytes += m.Bytes
	}
	return nil
}

// lastRow returns the last row of a file, if the file begins as its manifest says.
func lastRow(name string, m *Manifest) ([]byte, error) {
	file, err := os.Open(name) //nolint:gosec // the caller's name
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: file %d is missing", ErrOtherExport, m.Part)
	}
	if err != nil {
		return nil, err
	}
	in, err := inspect(io.LimitReader(file, m.Bytes), m)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	if in.different != nil {
		return nil, fmt.Errorf("%w: file %d is not as it was left", ErrOtherExport, m.Part)
	}
	return in.text.last, nil
}

// reopen continues the last file. If nothing follows, the file ends again as before.
func (j *job) reopen() error {
	m := j.current()
	file, err := os.OpenFile(j.partPath(m.Part), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	j.part = newPart(file, j.opts.Gzip)
	// take adds the bytes of the file again when it ends.
	j.bytes -= m.Bytes
	j.part.bytes, err = io.Copy(j.part.sum, file) // leaves the file at its end
	return err
}
