package export

import (
	"bytes"
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
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// FileOptions say what stands in a file, and in its manifest.
type FileOptions struct {
	Options

	// Manifest asks for a [Manifest] beside each file: its name with [ManifestSuffix].
	Manifest bool

	// RowsPerFile splits the export into files of so many rows, of which the last may have fewer. The second is named
	// as the first with -2 before its extension. 0 does not split. In Excel's format at most [MaxExcelRows].
	RowsPerFile int64

	// BlockBytes is how much of a file may be lost when the export is cut off, and how closely a manifest tells where a file
	// differs, give or take 64 KiB. 0 is 4 MiB.
	BlockBytes int64
}

// What is put behind the name of a file.
const (
	PartialSuffix  = ".partial"       // of a file that is not complete yet
	StateSuffix    = ".state"         // of what an export needs to be resumed, beside its first file
	ManifestSuffix = ".manifest.json" // of the manifest
)

const defaultBlockBytes = 4 << 20

// WriteFile writes the sessions of a selection to a file, or to several if [FileOptions] say so, and returns the manifest of each. A
// file is written under its name with [PartialSuffix], brought to the disk and renamed, which replaces what has that name. Under
// the final name there is therefore never a part of an export; of several files the first gets its name last. Only
// their owner may read them.
//
// After an error, or if the process ends, [ResumeFile] goes on. Else [Discard] removes what was begun, and so does WriteFile when it
// is called again. Two calls at once for one name are not for this package to prevent: the one that loses gives an error.
//
// Errors are those of [Write], of the selection and of the file system.
func WriteFile(ctx context.Context, path string, selected Selection, opts FileOptions) ([]Manifest, error) {
	j, err := newFileJob(path, selected, opts)
	if err != nil {
		return nil, err
	}
	return j.start(ctx)
}

// ResumeFile goes on with an export that was cut off, given the same options: it checks what there is against the state that was
// kept, reads the sessions that are missing, and gives byte for byte the file that the first call would have
// given: its snapshot is that of the first call.
//
// If that cannot be, because sessions that are still to be written have changed since, or what was begun is something else,
// nothing changes and the error wraps [ErrResume]: [WriteFile] then starts again. All other errors are those of WriteFile, and
// ResumeFile may be called again.
func ResumeFile(ctx context.Context, path string, selected Selection, opts FileOptions) ([]Manifest, error) {
	j, err := newFileJob(path, selected, opts)
	if err != nil {
		return nil, err
	}
	return j.resume(ctx)
}

// Discard removes what was begun under the name and is not complete. Nothing there is no error.
func Discard(path string) error {
	var errs []error
	for part := 1; part == 1 || exists(partName(path, part)+PartialSuffix); part++ {
		errs = append(errs, remove(partName(path, part)+PartialSuffix))
	}
	for _, suffix := range []string{StateSuffix, StateSuffix + PartialSuffix, ManifestSuffix + PartialSuffix} {
		errs = append(errs, remove(path+suffix))
	}
	return errors.Join(errs...)
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

func remove(name string) error {
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// partName is the name of the n-th file.
func partName(path string, n int) string {
	if n == 1 {
		return path
	}
	ext := filepath.Ext(path)
	return strings.TrimSuffix(path, ext) + "-" + strconv.Itoa(n) + ext
}

// fileState is kept beside a file that is being written.
type fileState struct {
	Watermark string            `json:"watermark"`
	Rows      int64             `json:"rows"` // of all files
	Last      sessions.Position `json:"last"` // of these
	Files     []Manifest        `json:"files"`
	Ended     bool              `json:"ended"`    // the last file has all its rows; else it is being written
	Complete  bool              `json:"complete"` // there are no more sessions
}

type fileJob struct {
	path     string
	selected Selection
	opts     FileOptions
	plan     *plan
	empty    Manifest // of a file of this export
	state    fileState
	bytes    int64 // of all files

	file    *os.File // the file that is being written, nil between two
	sum     hash.Hash
	written []os.FileInfo // of the files that have ended
}

func newFileJob(path string, selected Selection, opts FileOptions) (*fileJob, error) {
	request := selected.Request()
	p, err := opts.plan(request.Disclosure)
	if err != nil {
		return nil, err
	}
	switch {
	case opts.RowsPerFile < 0 || opts.BlockBytes < 0:
		return nil, fmt.Errorf("%w: less than no rows or bytes", ErrOptions)
	case p.excel && opts.RowsPerFile > MaxExcelRows:
		return nil, fmt.Errorf("%w: files of more than %d rows", ErrOptions, MaxExcelRows)
	}
	if opts.BlockBytes == 0 {
		opts.BlockBytes = defaultBlockBytes
	}
	p.perFile = opts.RowsPerFile
	return &fileJob{path: path, selected: selected, opts: opts, plan: p, empty: opts.manifest(p, &request)}, nil
}

func (j *fileJob) start(ctx context.Context) ([]Manifest, error) {
	if err := Discard(j.path); err != nil {
		return nil, err
	}
	watermark, err := j.selected.Watermark(ctx)
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, err
	}
	j.state = fileState{Watermark: watermark}
	j.empty.Snapshot = time.Now().UTC().Truncate(time.Microsecond)
	if err := j.run(ctx, begun{}); err != nil {
		return nil, err
	}
	return j.finish()
}

// run writes the sessions that are missing.
func (j *fileJob) run(ctx context.Context, at begun) error {
	r := sessions.Reading{After: j.state.Last}
	if j.plan.excel && j.opts.RowsPerFile == 0 {
		r.Limit = MaxExcelRows
	}
	seq, err := j.opts.Open(ctx, j.selected, r)
	if err != nil {
		return err
	}
	defer func() {
		if j.file != nil {
			_ = j.file.Close()
		}
	}()
	if err := j.plan.encode(ctx, seq, at, j.take); err != nil {
		return err
	}
	j.state.Complete = true
	return nil
}

// current is the file that is being written.
func (j *fileJob) current() *Manifest { return &j.state.Files[len(j.state.Files)-1] }

// take writes a block, and keeps what is needed to go on from there.
func (j *fileJob) take(b block) error {
	if j.file == nil {
		if err := j.begin(); err != nil {
			return err
		}
	}
	n, err := j.file.Write(b.text)
	if err != nil {
		return err
	}
	_, _ = j.sum.Write(b.text)
	m := j.current()
	m.Bytes += int64(n)
	m.Rows += b.rows - j.state.Rows
	j.bytes += int64(n)
	j.state.Rows, j.state.Last, j.state.Ended = b.rows, b.last, b.ends
	if j.opts.Progress != nil {
		j.opts.Progress(Progress{j.state.Rows, j.bytes, j.opts.Count})
	}
	if b.ends || b.final {
		if err := j.end(); err != nil || b.final {
			return err
		}
		return j.save()
	}
	written := int64(0)
	if n := len(m.Blocks); n > 0 {
		written = m.Blocks[n-1].Bytes
	}
	if m.Bytes-written < j.opts.BlockBytes {
		return nil
	}
	m.SHA256 = j.digest()
	m.Blocks = append(m.Blocks, Block{m.Rows, m.Bytes, m.SHA256})
	return j.save()
}

func (j *fileJob) digest() string { return hex.EncodeToString(j.sum.Sum(nil)) }

// begin begins the next file.
func (j *fileJob) begin() error {
	m := j.empty
	m.Part = len(j.state.Files) + 1
	name := partName(j.path, m.Part)
	m.File = filepath.Base(name)
	if err := remove(name + PartialSuffix); err != nil {
		return err
	}
	file, err := os.OpenFile(name+PartialSuffix, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the caller's name
	if err != nil {
		return err
	}
	j.file, j.sum = file, sha256.New()
	j.state.Files = append(j.state.Files, m)
	return nil
}

// end brings a file to the disk.
func (j *fileJob) end() error {
	if err := j.file.Sync(); err != nil {
		return err
	}
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	j.written = append(j.written, info)
	j.current().SHA256 = j.digest()
	err = j.file.Close()
	j.file = nil
	return err
}

// save replaces the state. It need not be on the disk: what does not fit the file is noticed.
func (j *fileJob) save() error {
	return writeJSON(j.path+StateSuffix, j.state, false)
}

func writeJSON(name string, v any, sync bool) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.OpenFile(name+PartialSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // the caller's name
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err == nil && sync {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, remove(name+PartialSuffix))
	}
	return os.Rename(name+PartialSuffix, name)
}

// finish gives the files their names.
func (j *fileJob) finish() ([]Manifest, error) {
	files := j.state.Files
	for i := range files {
		files[i].Parts = len(files)
	}
	if err := j.save(); err != nil {
		return nil, err
	}
	for i, m := range slices.Backward(files) {
		name := partName(j.path, i+1)
		if j.opts.Manifest {
			if err := writeJSON(name+ManifestSuffix, m, true); err != nil {
				return nil, err
			}
		}
		if err := rename(name, j.written[i]); err != nil {
			return nil, err
		}
	}
	if err := syncDir(filepath.Dir(j.path)); err != nil {
		return nil, err
	}
	return files, Discard(j.path)
}

// rename gives a file its final name, unless it has it. It must still be the one that was written.
func rename(name string, written os.FileInfo) error {
	if info, err := os.Lstat(name); err == nil && os.SameFile(info, written) {
		return nil
	}
	info, err := os.Lstat(name + PartialSuffix)
	if err != nil {
		return err
	}
	if !os.SameFile(info, written) {
		return fmt.Errorf("%w: another took its place", ErrOtherExport)
	}
	return os.Rename(name+PartialSuffix, name)
}

// syncDir brings names to the disk, where directories can be.
func syncDir(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(name) //nolint:gosec // the caller's directory
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (j *fileJob) resume(ctx context.Context) ([]Manifest, error) {
	text, err := os.ReadFile(j.path + StateSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNothingBegun
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &j.state); err != nil || len(j.state.Files) == 0 {
		return nil, fmt.Errorf("%w: its state cannot be read", ErrOtherExport)
	}
	j.empty.Snapshot = j.state.Files[0].Snapshot
	if err := j.check(); err != nil {
		return nil, err
	}
	if j.state.Complete {
		return j.finish()
	}
	if j.state.Watermark == "" {
		return nil, fmt.Errorf("%w, or not: the selection cannot tell", ErrChanged)
	}
	from := j.state.Last
	if err := j.unchanged(ctx, from); err != nil {
		return nil, err
	}
	at := begun{rows: j.state.Rows, full: j.state.Ended}
	if !j.state.Ended {
		j.written = j.written[:len(j.written)-1]
		at.inFile, at.header = j.current().Rows, true
		if err := j.reopen(); err != nil {
			return nil, err
		}
	}
	if err := j.run(ctx, at); err != nil {
		return nil, err
	}
	// What changed between the question above and the snapshot of the rest. The state stays, so that the answer does.
	if err := j.unchanged(ctx, from); err != nil {
		return nil, err
	}
	return j.finish()
}

func (j *fileJob) unchanged(ctx context.Context, behind sessions.Position) error {
	changed, err := j.selected.Changed(ctx, j.state.Watermark, behind)
	if err == nil && changed {
		err = ErrChanged
	}
	return err
}

// check compares what there is with the state.
func (j *fileJob) check() error {
	for i, m := range j.state.Files {
		want := j.empty
		want.File, want.Part, want.Parts = m.File, m.Part, m.Parts
		want.Rows, want.Bytes, want.SHA256, want.Blocks = m.Rows, m.Bytes, m.SHA256, m.Blocks
		a, err := json.Marshal(want)
		if err != nil {
			return err
		}
		b, err := json.Marshal(m)
		if err != nil {
			return err
		}
		name := partName(j.path, i+1)
		if !bytes.Equal(a, b) || m.File != filepath.Base(name) {
			return fmt.Errorf("%w: its options were others", ErrOtherExport)
		}
		j.bytes += m.Bytes
		file, err := os.Open(name + PartialSuffix) //nolint:gosec // the caller's name
		if errors.Is(err, fs.ErrNotExist) && j.state.Complete {
			file, err = os.Open(name) //nolint:gosec // the caller's name
		}
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: a file is missing", ErrOtherExport)
		}
		if err != nil {
			return err
		}
		j.sum = sha256.New()
		_, err = io.CopyN(j.sum, file, m.Bytes)
		if err == nil || errors.Is(err, io.EOF) {
			var info os.FileInfo
			info, err = file.Stat()
			j.written = append(j.written, info)
		}
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
		if j.digest() != m.SHA256 {
			return fmt.Errorf("%w: file %d is not as it was left", ErrOtherExport, i+1)
		}
	}
	return nil
}

// reopen takes off what was written after the state was kept. The digest is that of check.
func (j *fileJob) reopen() error {
	m := j.current()
	file, err := os.OpenFile(partName(j.path, m.Part)+PartialSuffix, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = file.Truncate(m.Bytes)
	if err == nil {
		_, err = file.Seek(m.Bytes, io.SeekStart)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	j.file = file
	return nil
}
