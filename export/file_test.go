package export

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

// history is a source whose sessions change.
type history struct {
	all     []*sessions.Session // newest first
	changes []sessions.Position // in their order
	breaks  int                 // sessions after which it fails, 0 for never
	failed  error
	mute    bool // it knows no watermark
	request sessions.Request
}

var errBroken = errors.New("broken")

func newHistory(n int) *history {
	h := &history{all: ordinary(n)}
	for i := range h.all { // four sessions at each instant, so that their IDs decide
		h.all[i].CreatedAt = h.all[i-i%4].CreatedAt
	}
	slices.SortStableFunc(h.all, func(a, b *sessions.Session) int {
		switch {
		case sessions.PositionOf(a).Before(sessions.PositionOf(b)):
			return 1
		case sessions.PositionOf(b).Before(sessions.PositionOf(a)):
			return -1
		}
		return 0
	})
	return h
}

func (h *history) change(s *sessions.Session) { h.changes = append(h.changes, sessions.PositionOf(s)) }

func (h *history) Watermark(context.Context) (string, error) {
	if h.mute {
		return "", fmt.Errorf("mute: %w", errors.ErrUnsupported)
	}
	return strconv.Itoa(len(h.changes)), nil
}

func (h *history) Changed(_ context.Context, since string, after sessions.Position) (bool, error) {
	n, err := strconv.Atoi(since)
	if err != nil {
		return false, err
	}
	for _, p := range h.changes[n:] {
		if p.Before(after) {
			return true, nil
		}
	}
	return false, nil
}

func (h *history) Request() sessions.Request { return h.request }

func (h *history) Open(_ context.Context, r sessions.Reading) (iter.Seq2[*sessions.Session, error], error) {
	return func(yield func(*sessions.Session, error) bool) {
		var lent sessions.Session
		n := 0
		for _, s := range h.all {
			if !r.After.IsZero() && !sessions.PositionOf(s).Before(r.After) {
				continue
			}
			if n++; h.breaks > 0 && n > h.breaks {
				yield(nil, h.failed)
				return
			}
			if lent = *s; !yield(&lent, nil) {
				return
			}
			lent = sessions.Session{ID: "was lent"}
		}
	}, nil
}

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func readFile(t *testing.T, elem ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elem...))
	require.NoError(t, err)
	return text
}

func TestWriteFile(t *testing.T) {
	h := newHistory(3000)
	h.request = sessions.Request{Company: "acme", AskedBy: "agent-7", Query: "status:success", From: h.all[2999].CreatedAt}
	dir := t.TempDir()
	path := filepath.Join(dir, "sessions.csv")
	require.NoError(t, os.WriteFile(path, []byte("older"), 0o600))
	var progress []Progress
	opts := FileOptions{
		Options:  Options{Format: Excel, Zone: tbilisi(t), Count: 3000, Progress: func(p Progress) { progress = append(progress, p) }},
		Manifest: true, BlockBytes: 100_000,
	}
	files, err := WriteFile(t.Context(), path, h, opts)
	require.NoError(t, err)
	require.Equal(t, []string{"sessions.csv", "sessions.csv.manifest.json"}, names(t, dir))
	want := write(t, h.all, Options{Format: Excel, Zone: tbilisi(t)})
	require.True(t, bytes.Equal(want, readFile(t, path)))
	require.Equal(t, Progress{3000, int64(len(want)), 3000}, progress[len(progress)-1])
	require.Greater(t, len(progress), 5)

	var m Manifest
	require.NoError(t, json.Unmarshal(readFile(t, path+ManifestSuffix), &m))
	require.Equal(t, []Manifest{m}, files)
	require.NoError(t, Verify(bytes.NewReader(want), m))
	require.Greater(t, len(m.Blocks), 3)
	require.Equal(t, h.request, m.Request)
	require.Equal(t, "Asia/Tbilisi", m.Zone)
	require.True(t, m.FormulaGuard)
	require.Len(t, m.Columns, 24)
	require.WithinDuration(t, time.Now(), m.Snapshot, time.Minute)
}

func TestSplitFiles(t *testing.T) {
	for _, n := range []int{0, 1, 1000, 1001, 2000, 2500} {
		h := newHistory(n)
		dir := t.TempDir()
		files, err := WriteFile(t.Context(), filepath.Join(dir, "a.b.csv"), h, FileOptions{RowsPerFile: 1000})
		require.NoError(t, err)
		require.Len(t, files, max(1, (n+999)/1000))
		left := h.all
		for i, m := range files {
			part := left[:min(1000, len(left))]
			left = left[len(part):]
			require.Equal(t, partName("a.b.csv", i+1), m.File)
			require.Equal(t, []int{i + 1, len(files)}, []int{m.Part, m.Parts})
			require.Equal(t, int64(len(part)), m.Rows)
			require.True(t, bytes.Equal(write(t, part, Options{}), readFile(t, dir, m.File)), m.File)
		}
		require.Empty(t, left)
		require.Len(t, names(t, dir), len(files))
	}
	require.Equal(t, "a-2.csv", partName("a.csv", 2))
}

func TestTooManyRowsAreRefusedBeforeTheFirst(t *testing.T) {
	opts := Options{Format: Excel, Zone: time.UTC, Count: MaxExcelRows + 1}
	var b bytes.Buffer
	_, err := Write(t.Context(), &b, selectionOf(nil), opts)
	require.ErrorIs(t, err, ErrTooManyRows)
	require.Zero(t, b.Len())
	dir := t.TempDir()
	_, err = WriteFile(t.Context(), filepath.Join(dir, "a.csv"), newHistory(3), FileOptions{Options: opts})
	require.ErrorIs(t, err, ErrTooManyRows)
	_, err = WriteFile(t.Context(), filepath.Join(dir, "a.csv"), newHistory(3), FileOptions{Options: opts, RowsPerFile: MaxExcelRows + 1})
	require.ErrorIs(t, err, ErrOptions)
	require.Empty(t, names(t, dir))
	_, err = WriteFile(t.Context(), filepath.Join(dir, "a.csv"), newHistory(3), FileOptions{Options: opts, RowsPerFile: MaxExcelRows})
	require.NoError(t, err)
}

// Cuts an export off again and again, at any row, and with parts of files that no state knows of.
func TestResume(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	h := newHistory(4000)
	for _, opts := range []FileOptions{
		{BlockBytes: 50_000, Manifest: true},
		{Options: Options{Format: Excel, Zone: time.UTC}, BlockBytes: 1},
		{BlockBytes: 50_000, RowsPerFile: 700},
		{RowsPerFile: 500, Manifest: true},
	} {
		whole := t.TempDir()
		h.breaks = 0
		want, err := WriteFile(t.Context(), filepath.Join(whole, "s.csv"), h, opts)
		require.NoError(t, err)
		before := runtime.NumGoroutine()
		for range 12 {
			dir := t.TempDir()
			path := filepath.Join(dir, "s.csv")
			h.breaks, h.failed = 1+r.IntN(4000), errBroken
			files, err := WriteFile(t.Context(), path, h, opts)
			for tries := 0; err != nil; tries++ {
				if h.breaks < 4000 {
					require.ErrorIs(t, err, errBroken)
				}
				require.NoFileExists(t, path)
				if state, err := os.ReadFile(path + StateSuffix); err == nil {
					var s fileState
					require.NoError(t, json.Unmarshal(state, &s))
					partial, err := os.OpenFile(partName(path, len(s.Files))+PartialSuffix, os.O_APPEND|os.O_WRONLY, 0)
					require.NoError(t, err)
					if !s.Ended {
						_, err = partial.WriteString("torn")
						require.NoError(t, err)
					}
					require.NoError(t, partial.Close())
				}
				h.change(&sessions.Session{CreatedAt: h.all[0].CreatedAt.Add(time.Hour), ID: "new"})
				h.breaks = 1 + r.IntN(4000)
				if tries > 20 {
					h.breaks = 0
				}
				if files, err = ResumeFile(t.Context(), path, h, opts); errors.Is(err, ErrNothingBegun) {
					files, err = WriteFile(t.Context(), path, h, opts)
				}
			}
			require.Len(t, files, len(want))
			require.Equal(t, names(t, whole), names(t, dir))
			for i := range want {
				require.True(t, bytes.Equal(readFile(t, whole, want[i].File), readFile(t, dir, want[i].File)))
				files[i].Snapshot = want[i].Snapshot
				require.Equal(t, want[i], files[i])
			}
		}
		require.Equal(t, before, runtime.NumGoroutine())
	}
}

func TestResumeRefused(t *testing.T) {
	begin := func(t *testing.T) (*history, string, FileOptions) {
		h := newHistory(3000)
		h.breaks, h.failed = 2000, errBroken
		path := filepath.Join(t.TempDir(), "s.csv")
		opts := FileOptions{BlockBytes: 50_000}
		_, err := WriteFile(t.Context(), path, h, opts)
		require.ErrorIs(t, err, errBroken)
		h.breaks = 0
		return h, path, opts
	}
	for name, test := range map[string]struct {
		spoil func(t *testing.T, h *history, path string, opts *FileOptions)
		want  error
	}{
		"changed": {func(_ *testing.T, h *history, _ string, _ *FileOptions) { h.change(h.all[2999]) }, ErrChanged},
		"new behind": {func(_ *testing.T, h *history, _ string, _ *FileOptions) {
			h.change(&sessions.Session{CreatedAt: h.all[2999].CreatedAt})
		}, ErrChanged},
		"written":       {func(_ *testing.T, h *history, _ string, _ *FileOptions) { h.change(h.all[0]) }, nil},
		"other company": {func(_ *testing.T, h *history, _ string, _ *FileOptions) { h.request.Company = "other" }, ErrOtherExport},
		"other columns": {func(_ *testing.T, _ *history, _ string, o *FileOptions) { o.Columns = Columns()[1:] }, ErrOtherExport},
		"renamed": {func(_ *testing.T, _ *history, _ string, o *FileOptions) {
			o.Headers = map[Column]string{ColumnFirstName: "Last Name", ColumnLastName: "First Name"}
		}, ErrOtherExport},
		"bytes": {func(t *testing.T, _ *history, path string, _ *FileOptions) {
			f, err := os.OpenFile(path+PartialSuffix, os.O_RDWR, 0)
			require.NoError(t, err)
			_, err = f.WriteAt([]byte("x"), 5000)
			require.NoError(t, err)
			require.NoError(t, f.Close())
		}, ErrOtherExport},
		"shorter": {func(t *testing.T, _ *history, path string, _ *FileOptions) {
			require.NoError(t, os.Truncate(path+PartialSuffix, 5000))
		}, ErrOtherExport},
		"gone": {func(t *testing.T, _ *history, path string, _ *FileOptions) {
			require.NoError(t, os.Remove(path+PartialSuffix))
		}, ErrOtherExport},
		"state": {func(t *testing.T, _ *history, path string, _ *FileOptions) {
			require.NoError(t, os.WriteFile(path+StateSuffix, []byte("{"), 0o600))
		}, ErrOtherExport},
		"discarded": {func(t *testing.T, _ *history, path string, _ *FileOptions) {
			require.NoError(t, Discard(path))
			require.Empty(t, names(t, filepath.Dir(path)))
		}, ErrNothingBegun},
	} {
		t.Run(name, func(t *testing.T) {
			h, path, opts := begin(t)
			test.spoil(t, h, path, &opts)
			_, err := ResumeFile(t.Context(), path, h, opts)
			if test.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, test.want)
			require.ErrorIs(t, err, ErrResume)
			require.NoFileExists(t, path)
			_, err = WriteFile(t.Context(), path, h, opts)
			require.NoError(t, err)
			require.Len(t, names(t, filepath.Dir(path)), 1)
		})
	}
	t.Run("changed while it was read", func(t *testing.T) {
		h, path, opts := begin(t)
		opts.Progress = func(p Progress) {
			if p.Rows == 3000 {
				h.change(h.all[2998])
			}
		}
		for range 2 {
			_, err := ResumeFile(t.Context(), path, h, opts)
			require.ErrorIs(t, err, ErrChanged)
			require.NoFileExists(t, path)
		}
	})
	t.Run("no watermark", func(t *testing.T) {
		h, path, opts := begin(t)
		h.mute, h.breaks = true, 2000
		_, err := WriteFile(t.Context(), path, h, opts)
		require.ErrorIs(t, err, errBroken)
		_, err = ResumeFile(t.Context(), path, h, opts)
		require.ErrorIs(t, err, ErrChanged)
	})
}

func TestFilesThatCannotBeMade(t *testing.T) {
	h := newHistory(10)
	dir := t.TempDir()
	_, err := WriteFile(t.Context(), filepath.Join(dir, "none", "s.csv"), h, FileOptions{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = WriteFile(ctx, filepath.Join(dir, "s.csv"), h, FileOptions{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = WriteFile(t.Context(), filepath.Join(dir, "s.csv"), h, FileOptions{BlockBytes: -1})
	require.ErrorIs(t, err, ErrOptions)
	_, err = ResumeFile(t.Context(), filepath.Join(dir, "s.csv"), h, FileOptions{})
	require.ErrorIs(t, err, ErrNothingBegun)
	require.Empty(t, names(t, dir))

	// Two at once: the one that ends last finds the other's file, not its own.
	var inner error
	opts := FileOptions{}
	opts.Progress = func(Progress) { _, inner = WriteFile(t.Context(), filepath.Join(dir, "s.csv"), h, FileOptions{}) }
	_, err = WriteFile(t.Context(), filepath.Join(dir, "s.csv"), h, opts)
	require.NoError(t, inner)
	require.Error(t, err)
	require.Equal(t, write(t, h.all, Options{}), readFile(t, dir, "s.csv"))
}

func TestVerify(t *testing.T) {
	h := newHistory(3000)
	path := filepath.Join(t.TempDir(), "s.csv")
	files, err := WriteFile(t.Context(), path, h, FileOptions{BlockBytes: 100_000})
	require.NoError(t, err)
	m, file := files[0], readFile(t, path)
	require.NoError(t, Verify(bytes.NewReader(file), m))
	end := m.Blocks[1].Bytes
	row := bytes.LastIndex(file[:end-2], []byte("\n")) + 1 // the last row of the second block
	for name, test := range map[string]struct {
		spoil func(file []byte, m *Manifest) []byte
		want  DifferenceError
	}{
		"version": {func(f []byte, m *Manifest) []byte { m.Version = 2; return f }, DifferenceError{What: "version", Want: 1, Got: 2}},
		"header":  {func(f []byte, _ *Manifest) []byte { f[0] = 'p'; return f }, DifferenceError{What: "header", Want: 24, Got: 24}},
		"columns": {func(f []byte, m *Manifest) []byte { m.Columns = m.Columns[1:]; return f }, DifferenceError{What: "header", Want: 23, Got: 24}},
		"changed": {func(f []byte, _ *Manifest) []byte { f[row+3] ^= 1; return f },
			DifferenceError{What: "content", FirstRow: m.Blocks[0].Rows + 1, LastRow: m.Blocks[1].Rows}},
		"row gone": {func(f []byte, _ *Manifest) []byte { return slices.Delete(f, row, int(end)) },
			DifferenceError{What: "content", FirstRow: m.Blocks[0].Rows + 1, LastRow: m.Blocks[1].Rows}},
		"shorter": {func(f []byte, _ *Manifest) []byte { return f[:len(f)-1] }, DifferenceError{What: "bytes", Want: m.Bytes, Got: m.Bytes - 1}},
		"longer":  {func(f []byte, _ *Manifest) []byte { return append(f, '\n') }, DifferenceError{What: "bytes", Want: m.Bytes, Got: m.Bytes + 1}},
		"half":    {func(f []byte, _ *Manifest) []byte { return f[:end+1] }, DifferenceError{What: "bytes", Want: m.Bytes, Got: end + 1}},
		"end": {func(f []byte, _ *Manifest) []byte { f[len(f)-5] ^= 1; return f },
			DifferenceError{What: "sha256", FirstRow: m.Blocks[len(m.Blocks)-1].Rows + 1, LastRow: 3000}},
		"rows":  {func(f []byte, m *Manifest) []byte { m.Rows--; return f }, DifferenceError{What: "rows", Want: 2999, Got: 3000}},
		"empty": {func([]byte, *Manifest) []byte { return nil }, DifferenceError{What: "bytes", Want: m.Bytes}},
	} {
		t.Run(name, func(t *testing.T) {
			m := m
			err := Verify(bytes.NewReader(test.spoil(slices.Clone(file), &m)), m)
			var d *DifferenceError
			require.ErrorAs(t, err, &d)
			require.ErrorIs(t, err, ErrDifferent)
			require.Equal(t, test.want, *d)
			require.NotEmpty(t, d.Error())
		})
	}
	require.ErrorIs(t, Verify(iotestErr{}, m), errBroken)
}

type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, errBroken }
