package file

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
)

// ordinary returns sessions of a company, newest first.
func ordinary(n int) []*sessions.Session {
	all := make([]*sessions.Session, n)
	at := time.Date(2024, 5, 1, 12, 0, 0, 123_456_000, time.UTC)
	for i := range all {
		at = at.Add(-31 * time.Second)
		all[i] = &sessions.Session{
			ID: fmt.Sprintf("018f3e1c-7c3e-7000-8000-%012x", i), Company: "acme", Partner: "Acme \"Bank\",\nTbilisi", Attempt: 1,
			CreatedAt: at, CompletedAt: at.Add(95 * time.Second), Status: sessions.Success, FirstName: sessions.TextOf("ნინო"),
			PersonalNumber: sessions.TextOf(fmt.Sprintf("%011d", 1_001_000_000+i)), ClientIP: fmt.Sprintf("10.0.%d.%d", i/256%256, i%256),
			Browser: "Chrome 126.0", OS: "Android 14", Model: "SM-G991B",
		}
	}
	return all
}

func tbilisi(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Tbilisi")
	require.NoError(t, err)
	return zone
}

func write(t testing.TB, all []*sessions.Session, opts export.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	_, err := export.Write(context.Background(), &b, export.FromIterator(sessions.Request{}, func(yield func(*sessions.Session, error) bool) {
		for _, s := range all {
			if !yield(s, nil) {
				return
			}
		}
	}), opts)
	require.NoError(t, err)
	return b.Bytes()
}

// history is a source whose sessions change.
type history struct {
	all     []*sessions.Session // newest first
	changes []sessions.Position // in their order
	breaks  int                 // it fails after this number of sessions, 0 for never
	failed  error
	mute    bool // it has no watermark
	request sessions.Request
}

var errBroken = errors.New("broken")

func newHistory(n int) *history {
	h := &history{all: ordinary(n)}
	for i := range h.all { // four sessions at each instant, so that their IDs decide
		h.all[i].CreatedAt = h.all[i-i%4].CreatedAt
	}
	slices.SortStableFunc(h.all, (*sessions.Session).Compare)
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
		if p.Compare(after) > 0 {
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
			if sessions.PositionOf(s).Compare(r.After) <= 0 {
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

func TestWrite(t *testing.T) {
	h := newHistory(3000)
	h.request = sessions.Request{Company: "acme", AskedBy: "agent-7", Query: "status:success", From: h.all[2999].CreatedAt}
	dir := t.TempDir()
	path := filepath.Join(dir, "sessions.csv")
	require.NoError(t, os.WriteFile(path, []byte("older"), 0o600))
	var progress []export.Progress
	opts := Options{
		Options:  export.Options{Format: export.ExcelCSV, Zone: tbilisi(t), Count: 3000, Progress: func(p export.Progress) { progress = append(progress, p) }},
		Manifest: true, BlockBytes: 100_000,
	}
	files, err := Write(t.Context(), path, h, opts)
	require.NoError(t, err)
	require.Equal(t, []string{"sessions.csv", "sessions.csv.manifest.json"}, names(t, dir))
	want := write(t, h.all, export.Options{Format: export.ExcelCSV, Zone: tbilisi(t)})
	require.True(t, bytes.Equal(want, readFile(t, path)))
	require.Equal(t, export.Progress{Rows: 3000, Bytes: int64(len(want)), Count: 3000}, progress[len(progress)-1])
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
		files, err := Write(t.Context(), filepath.Join(dir, "a.b.csv"), h, Options{RowsPerFile: 1000})
		require.NoError(t, err)
		require.Len(t, files, max(1, (n+999)/1000))
		left := h.all
		for i, m := range files {
			part := left[:min(1000, len(left))]
			left = left[len(part):]
			require.Equal(t, partName("a.b.csv", i+1), m.File)
			require.Equal(t, []int{i + 1, len(files)}, []int{m.Part, m.Parts})
			require.Equal(t, int64(len(part)), m.Rows)
			require.True(t, bytes.Equal(write(t, part, export.Options{}), readFile(t, dir, m.File)), m.File)
			require.Equal(t, m, manifestOf(t, dir, m.File))
		}
		require.Empty(t, left)
		require.Len(t, names(t, dir), 2*len(files), "each has a manifest")
	}
	require.Equal(t, "a-2.csv", partName("a.csv", 2))
	require.Equal(t, "a-2.csv.gz", partName("a.csv.gz", 2))
	require.Equal(t, "a-2", partName("a", 2))
}

func TestTooManyRowsAreRefusedBeforeTheFirst(t *testing.T) {
	opts := export.Options{Format: export.ExcelCSV, Zone: time.UTC, Count: export.MaxExcelRows + 1}
	dir := t.TempDir()
	_, err := Write(t.Context(), filepath.Join(dir, "a.csv"), newHistory(3), Options{Options: opts})
	require.ErrorIs(t, err, export.ErrTooManyRows)
	_, err = Write(t.Context(), filepath.Join(dir, "a.csv"), newHistory(3), Options{Options: opts, RowsPerFile: export.MaxExcelRows + 1})
	require.ErrorIs(t, err, export.ErrOptions)
	require.Empty(t, names(t, dir))
	_, err = Write(t.Context(), filepath.Join(dir, "a.csv"), newHistory(3), Options{Options: opts, RowsPerFile: export.MaxExcelRows})
	require.NoError(t, err)
}

// TestResume repeatedly cuts an export off, at any row, and leaves parts of files that no state
// knows.
func TestResume(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	h := newHistory(4000)
	for _, opts := range []Options{
		{BlockBytes: 50_000, Manifest: true},
		{Options: export.Options{Format: export.ExcelCSV, Zone: time.UTC}, BlockBytes: 1},
		{BlockBytes: 50_000, RowsPerFile: 700},
		{RowsPerFile: 500, Manifest: true},
		{BlockBytes: 50_000, Gzip: true, Manifest: true},
		{BlockBytes: 20_000, Gzip: true, RowsPerFile: 700},
	} {
		whole := t.TempDir()
		h.breaks = 0
		want, err := Write(t.Context(), filepath.Join(whole, "s.csv"), h, opts)
		require.NoError(t, err)
		before := runtime.NumGoroutine()
		for range 12 {
			dir := t.TempDir()
			path := filepath.Join(dir, "s.csv")
			h.breaks, h.failed = 1+r.IntN(4000), errBroken
			files, err := Write(t.Context(), path, h, opts)
			for tries := 0; err != nil; tries++ {
				if h.breaks < 4000 {
					require.ErrorIs(t, err, errBroken)
				}
				require.NoFileExists(t, path)
				if s, found := stateOf(t, path); found {
					partial, err := os.OpenFile(inside(path, strconv.Itoa(len(s.Files))+".part"), os.O_APPEND|os.O_WRONLY, 0)
					require.NoError(t, err)
					_, err = partial.WriteString("torn")
					require.NoError(t, err)
					require.NoError(t, partial.Close())
				}
				h.change(&sessions.Session{CreatedAt: h.all[0].CreatedAt.Add(time.Hour), ID: "new"})
				h.breaks = 1 + r.IntN(4000)
				if tries > 20 {
					h.breaks = 0
				}
				if files, err = Resume(t.Context(), path, h, opts); errors.Is(err, ErrNothingBegun) {
					files, err = Write(t.Context(), path, h, opts)
				}
			}
			require.Len(t, files, len(want))
			require.Equal(t, names(t, whole), names(t, dir))
			for i := range want {
				require.True(t, bytes.Equal(readFile(t, whole, want[i].File), readFile(t, dir, want[i].File)), "%v %v", opts.Gzip, opts.RowsPerFile)
				files[i].Snapshot = want[i].Snapshot
				require.Equal(t, want[i], files[i])
			}
		}
		for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > before && time.Now().Before(end); {
			time.Sleep(time.Millisecond) // one that has done its work is about to end
		}
		require.LessOrEqual(t, runtime.NumGoroutine(), before)
	}
}

func TestResumeRefused(t *testing.T) {
	begin := func(t *testing.T) (*history, string, Options) {
		h := newHistory(3000)
		h.breaks, h.failed = 2000, errBroken
		path := filepath.Join(t.TempDir(), "s.csv")
		opts := Options{BlockBytes: 50_000}
		_, err := Write(t.Context(), path, h, opts)
		require.ErrorIs(t, err, errBroken)
		h.breaks = 0
		return h, path, opts
	}
	for name, test := range map[string]struct {
		spoil func(t *testing.T, h *history, path string, opts *Options)
		want  error
	}{
		"changed": {func(_ *testing.T, h *history, _ string, _ *Options) { h.change(h.all[2999]) }, ErrChanged},
		"new behind": {func(_ *testing.T, h *history, _ string, _ *Options) {
			h.change(&sessions.Session{CreatedAt: h.all[2999].CreatedAt})
		}, ErrChanged},
		"written":       {func(_ *testing.T, h *history, _ string, _ *Options) { h.change(h.all[0]) }, nil},
		"other company": {func(_ *testing.T, h *history, _ string, _ *Options) { h.request.Company = "other" }, ErrOtherExport},
		"other columns": {func(_ *testing.T, _ *history, _ string, o *Options) { o.Columns = export.Columns()[1:] }, ErrOtherExport},
		"renamed": {func(_ *testing.T, _ *history, _ string, o *Options) {
			o.Headers = map[export.Column]string{export.ColumnFirstName: "Last Name", export.ColumnLastName: "First Name"}
		}, ErrOtherExport},
		"bytes": {func(t *testing.T, _ *history, path string, _ *Options) {
			f, err := os.OpenFile(inside(path, "1.part"), os.O_RDWR, 0)
			require.NoError(t, err)
			_, err = f.WriteAt([]byte("x"), 5000)
			require.NoError(t, err)
			require.NoError(t, f.Close())
		}, ErrOtherExport},
		"shorter": {func(t *testing.T, _ *history, path string, _ *Options) {
			require.NoError(t, os.Truncate(inside(path, "1.part"), 5000))
		}, ErrOtherExport},
		"gone": {func(t *testing.T, _ *history, path string, _ *Options) {
			require.NoError(t, os.Remove(inside(path, "1.part")))
		}, ErrOtherExport},
		"state": {func(t *testing.T, _ *history, path string, _ *Options) {
			require.NoError(t, os.WriteFile(inside(path, stateName), []byte("{"), 0o600))
		}, ErrOtherExport},
		"last row gone": {func(t *testing.T, h *history, path string, _ *Options) {
			s, _ := stateOf(t, path)
			h.all = slices.DeleteFunc(h.all, func(x *sessions.Session) bool { return x.ID == s.Last.ID })
		}, ErrChanged},
		"last row changed": {func(t *testing.T, h *history, path string, _ *Options) {
			s, _ := stateOf(t, path)
			for i, x := range h.all {
				if x.ID == s.Last.ID {
					h.all[i] = x.Clone()
					h.all[i].Model = "another"
				}
			}
		}, ErrChanged},
		"no IDs": {func(_ *testing.T, _ *history, _ string, o *Options) {
			o.Columns = []export.Column{export.ColumnFirstName}
		}, ErrResume},
		"discarded": {func(t *testing.T, _ *history, path string, _ *Options) {
			require.NoError(t, Discard(path))
			require.Empty(t, names(t, filepath.Dir(path)))
		}, ErrNothingBegun},
	} {
		t.Run(name, func(t *testing.T) {
			h, path, opts := begin(t)
			test.spoil(t, h, path, &opts)
			_, err := Resume(t.Context(), path, h, opts)
			if test.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, test.want)
			require.ErrorIs(t, err, ErrResume)
			require.NoFileExists(t, path)
			_, err = Write(t.Context(), path, h, opts)
			require.NoError(t, err)
			require.Len(t, names(t, filepath.Dir(path)), 1)
		})
	}
	t.Run("changed while it was read", func(t *testing.T) {
		h, path, opts := begin(t)
		opts.Progress = func(p export.Progress) {
			if p.Rows == 3000 {
				h.change(h.all[2998])
			}
		}
		for range 2 {
			_, err := Resume(t.Context(), path, h, opts)
			require.ErrorIs(t, err, ErrChanged)
			require.NoFileExists(t, path)
		}
	})
	t.Run("no watermark", func(t *testing.T) {
		h, path, opts := begin(t)
		h.mute, h.breaks = true, 2000
		_, err := Write(t.Context(), path, h, opts)
		require.ErrorIs(t, err, errBroken)
		_, err = Resume(t.Context(), path, h, opts)
		require.ErrorIs(t, err, ErrChanged)
	})
}

func TestFilesThatCannotBeMade(t *testing.T) {
	h := newHistory(10)
	dir := t.TempDir()
	_, err := Write(t.Context(), filepath.Join(dir, "none", "s.csv"), h, Options{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Write(ctx, filepath.Join(dir, "s.csv"), h, Options{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = Write(t.Context(), filepath.Join(dir, "s.csv"), h, Options{BlockBytes: -1})
	require.ErrorIs(t, err, export.ErrOptions)
	_, err = Resume(t.Context(), filepath.Join(dir, "s.csv"), h, Options{})
	require.ErrorIs(t, err, ErrNothingBegun)
	require.Empty(t, names(t, dir))
}

func TestVerify(t *testing.T) {
	h := newHistory(3000)
	path := filepath.Join(t.TempDir(), "s.csv")
	files, err := Write(t.Context(), path, h, Options{BlockBytes: 100_000})
	require.NoError(t, err)
	m, file := files[0], readFile(t, path)
	require.NoError(t, Verify(bytes.NewReader(file), m))
	end := m.Blocks[1].Bytes
	row := bytes.LastIndex(file[:end-2], []byte("\n")) + 1 // the last row of the second block
	rowsTo := func(i int) int64 { return m.Blocks[i].Rows }
	for name, test := range map[string]struct {
		spoil func(file []byte, m *Manifest) []byte
		want  DifferenceError
	}{
		"version": {func(f []byte, m *Manifest) []byte { m.Version = 2; return f }, DifferenceError{What: "version", Want: 1, Got: 2}},
		"header":  {func(f []byte, _ *Manifest) []byte { f[0] = 'p'; return f }, DifferenceError{What: "header", Column: "Personal Number", Number: 1}},
		"column": {func(f []byte, m *Manifest) []byte {
			m.Columns = append(slices.Clip(m.Columns[:3]), m.Columns[4:]...)
			return f
		},
			DifferenceError{What: "header", Column: "Birth Date", Number: 4}},
		"columns": {func(f []byte, m *Manifest) []byte { m.Columns = m.Columns[:23]; return f }, DifferenceError{What: "columns", Want: 23, Got: 24}},
		"changed": {func(f []byte, _ *Manifest) []byte { f[row+3] ^= 1; return f },
			DifferenceError{What: "content", FirstRow: rowsTo(0) + 1, LastRow: rowsTo(1)}},
		"row gone": {func(f []byte, _ *Manifest) []byte { return slices.Delete(f, row, int(end)) },
			DifferenceError{What: "content", FirstRow: rowsTo(0) + 1, LastRow: rowsTo(1)}},
		"shorter": {func(f []byte, _ *Manifest) []byte { return f[:len(f)-1] },
			DifferenceError{What: "bytes", FirstRow: rowsTo(len(m.Blocks)-1) + 1, LastRow: 3000, Want: m.Bytes, Got: m.Bytes - 1}},
		"longer": {func(f []byte, _ *Manifest) []byte { return append(f, '\n') },
			DifferenceError{What: "bytes", FirstRow: 3000, LastRow: 3000, Want: m.Bytes, Got: m.Bytes + 1}},
		"half": {func(f []byte, _ *Manifest) []byte { return f[:end+1] },
			DifferenceError{What: "bytes", FirstRow: rowsTo(1) + 1, LastRow: rowsTo(1) + 1, Want: m.Bytes, Got: end + 1}},
		"end": {func(f []byte, _ *Manifest) []byte { f[len(f)-5] ^= 1; return f },
			DifferenceError{What: "content", FirstRow: rowsTo(len(m.Blocks)-1) + 1, LastRow: 3000}},
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

// inside returns the path of a file in the folder of an export.
func inside(path, name string) string { return filepath.Join(path+PartialSuffix, name) }

func stateOf(t *testing.T, path string) (s state, found bool) {
	t.Helper()
	text, err := os.ReadFile(inside(path, stateName))
	if errors.Is(err, fs.ErrNotExist) {
		return s, false
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &s))
	return s, true
}

func manifestOf(t *testing.T, dir, name string) (m Manifest) {
	t.Helper()
	require.NoError(t, json.Unmarshal(readFile(t, dir, name+ManifestSuffix), &m))
	return m
}

// TestTwoWriters starts two exports at once: the second gets an error, and changes nothing of the
// first, nor of the existing files.
func TestTwoWriters(t *testing.T) {
	h := newHistory(3000)
	dir := t.TempDir()
	path := filepath.Join(dir, "s.csv")
	var others []error
	opts := Options{BlockBytes: 50_000, Manifest: true}
	during := opts
	during.Progress = func(export.Progress) {
		_, write := Write(t.Context(), path, newHistory(10), opts)
		_, resume := Resume(t.Context(), path, h, opts)
		others = append(others, write, resume, Discard(path))
	}
	both := func(do func(context.Context, string, export.Selection, Options) ([]Manifest, error)) (files []Manifest, err error) {
		files, err = do(t.Context(), path, h, during)
		require.NotEmpty(t, others)
		for _, other := range others {
			require.ErrorIs(t, other, ErrBusy)
		}
		return files, err
	}
	h.breaks, h.failed = 2000, errBroken
	_, err := both(Write)
	require.ErrorIs(t, err, errBroken)
	h.breaks = 0
	files, err := both(Resume)
	require.NoError(t, err)
	require.Equal(t, write(t, h.all, export.Options{}), readFile(t, path))
	require.NoError(t, Verify(bytes.NewReader(readFile(t, path)), manifestOf(t, dir, "s.csv")))
	require.Equal(t, files[0], manifestOf(t, dir, "s.csv"))
	require.Equal(t, []string{"s.csv", "s.csv.manifest.json"}, names(t, dir))
}

// TestManyWriters starts many exports at once: one of them wins, and the resulting file is whole
// and has its own manifest.
func TestManyWriters(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s.csv")
	var writers sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		writers.Go(func() {
			_, errs[i] = Write(t.Context(), path, newHistory(100+i), Options{Manifest: true})
		})
	}
	writers.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			require.ErrorIs(t, err, ErrBusy)
		}
	}
	require.Positive(t, won)
	require.NoError(t, Verify(bytes.NewReader(readFile(t, path)), manifestOf(t, dir, "s.csv")))
	require.Len(t, names(t, dir), 2)
}

// TestStateIsNotBelieved requires that whatever is changed in the state, the file is right or there
// is an error.
func TestStateIsNotBelieved(t *testing.T) {
	h := newHistory(3000)
	opts := Options{BlockBytes: 50_000, Manifest: true}
	whole := write(t, h.all, export.Options{})
	for name, edit := range map[string]func(s *state){
		"last further back": func(s *state) { s.Last = sessions.PositionOf(h.all[2900]) },
		"last further on":   func(s *state) { s.Last = sessions.PositionOf(h.all[3]) },
		"last nowhere":      func(s *state) { s.Last.ID += "x" },
		"last zero":         func(s *state) { s.Last = sessions.Position{} },
		"more rows":         func(s *state) { s.Files[0].Rows++ },
		"no rows":           func(s *state) { s.Files[0].Rows = 0 },
		"fewer bytes":       func(s *state) { s.Files[0].Bytes = s.Files[0].Blocks[0].Bytes },
		"an earlier block": func(s *state) {
			b := s.Files[0].Blocks[0]
			s.Files[0].Rows, s.Files[0].Bytes, s.Files[0].SHA256, s.Files[0].Blocks = b.Rows, b.Bytes, b.SHA256, []Block{b}
		},
		"another digest": func(s *state) { s.Files[0].SHA256 = s.Files[0].Blocks[0].SHA256 },
		"another block":  func(s *state) { s.Files[0].Blocks[0].Rows++ },
		"no files":       func(s *state) { s.Files = nil },
		"a file more":    func(s *state) { s.Files = append(s.Files, s.Files[0]) },
		"no watermark":   func(s *state) { s.Watermark = "" },
		"from elsewhere": func(s *state) { s.From = sessions.PositionOf(h.all[2900]) },
		"change concealed": func(s *state) {
			s.From = sessions.PositionOf(h.all[2999])
			h.all[2500] = h.all[2500].Clone()
			h.all[2500].Model = "changed"
			h.change(h.all[2500])
		},
		"nothing": func(*state) {},
	} {
		for _, sums := range []bool{true, false} {
			t.Run(fmt.Sprint(name, sums), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "s.csv")
				h = newHistory(3000)
				h.breaks, h.failed = 2000, errBroken
				_, err := Write(t.Context(), path, h, opts)
				require.ErrorIs(t, err, errBroken)
				h.breaks = 0
				s, found := stateOf(t, path)
				require.True(t, found)
				edit(&s)
				if sums { // somebody who edits it can compute the digest
					s.Sum = s.sum()
				}
				require.NoError(t, writeJSON(inside(path, stateName), s, false))
				files, err := Resume(t.Context(), path, h, opts)
				if err != nil {
					require.ErrorIs(t, err, ErrResume)
					require.NoFileExists(t, path)
					return
				}
				require.True(t, bytes.Equal(whole, readFile(t, path)))
				require.NoError(t, Verify(bytes.NewReader(whole), files[0]))
			})
		}
	}
}

// TestForeign requires that files that no export has made are not changed, whatever their names,
// and neither are the targets of links.
func TestForeign(t *testing.T) {
	h := newHistory(3000)
	other := filepath.Join(t.TempDir(), "other")
	for name, plant := range map[string]func(t *testing.T, path string) error{
		"folder":          func(_ *testing.T, path string) error { return os.Mkdir(path, 0o700) },
		"file":            func(_ *testing.T, path string) error { return os.WriteFile(path+PartialSuffix, nil, 0o600) },
		"link":            func(t *testing.T, path string) error { return os.Symlink(t.TempDir(), path+PartialSuffix) },
		"file in it":      func(_ *testing.T, path string) error { return os.WriteFile(inside(path, "notes"), nil, 0o600) },
		"numbered file":   func(_ *testing.T, path string) error { return os.WriteFile(inside(path, "1.parts"), nil, 0o600) },
		"folder in it":    func(_ *testing.T, path string) error { return os.Mkdir(inside(path, "2.part"), 0o700) },
		"link of a part":  func(_ *testing.T, path string) error { return os.Symlink(other, inside(path, "1.part")) },
		"link of a state": func(_ *testing.T, path string) error { return os.Symlink(other, inside(path, "state.json.new")) },
		"link of a lock":  func(_ *testing.T, path string) error { return os.Symlink(other, inside(path, "lock")) },
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(other, []byte("kept"), 0o600))
			path := filepath.Join(t.TempDir(), "s.csv")
			if strings.HasSuffix(name, " in it") || strings.HasPrefix(name, "link of") || name == "numbered file" {
				h.breaks, h.failed = 2000, errBroken
				_, err := Write(t.Context(), path, h, Options{BlockBytes: 50_000})
				require.ErrorIs(t, err, errBroken)
				h.breaks = 0
			}
			_ = os.Remove(inside(path, "1.part")) // the link is put in its place
			require.NoError(t, plant(t, path))
			before := names(t, filepath.Dir(path))
			_, err := Write(t.Context(), path, h, Options{})
			require.ErrorIs(t, err, ErrForeign)
			_, err = Resume(t.Context(), path, h, Options{})
			require.ErrorIs(t, err, ErrForeign)
			if name != "folder" {
				require.ErrorIs(t, Discard(path), ErrForeign)
			}
			require.Equal(t, before, names(t, filepath.Dir(path)))
			require.Equal(t, "kept", string(readFile(t, other)))
		})
	}
	_, err := Write(t.Context(), "", h, Options{})
	require.ErrorIs(t, err, export.ErrOptions)
}

// TestReplacing requires that an export replaces an older one as a whole, and nothing else.
func TestReplacing(t *testing.T) {
	long, short := newHistory(50), newHistory(15)
	put := func(t *testing.T, path string, h *history, o Options) error {
		t.Helper()
		_, err := Write(t.Context(), path, h, o)
		return err
	}
	t.Run("fewer files", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "s.csv")
		require.NoError(t, put(t, path, long, Options{RowsPerFile: 10}))
		require.Len(t, names(t, dir), 10)
		require.NoError(t, put(t, path, short, Options{RowsPerFile: 10}))
		require.Equal(t, []string{"s-2.csv", "s-2.csv.manifest.json", "s.csv", "s.csv.manifest.json"}, names(t, dir))
		require.Equal(t, 2, manifestOf(t, dir, "s-2.csv").Parts)
		require.NoError(t, put(t, path, long, Options{}))
		require.Equal(t, []string{"s.csv"}, names(t, dir), "neither further files nor an old manifest")
	})
	t.Run("a gap", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "s.csv")
		require.NoError(t, put(t, path, long, Options{RowsPerFile: 10}))
		require.NoError(t, os.Remove(filepath.Join(dir, "s-2.csv")))
		require.NoError(t, os.Remove(filepath.Join(dir, "s-3.csv.manifest.json")))
		require.ErrorIs(t, put(t, path, short, Options{}), ErrForeign, "nothing says any more whose the third is")
		require.Len(t, names(t, dir), 8)
		require.NoError(t, os.Remove(filepath.Join(dir, "s-3.csv")))
		require.NoError(t, put(t, path, short, Options{}))
		require.Equal(t, []string{"s.csv"}, names(t, dir))
	})
	// A later part of the older export that is not proved to be one would stay beside the new
	// export, as if it were its part. A file that only has such a name is nobody's business.
	t.Run("fewer files than the older export, of which somebody has changed one", func(t *testing.T) {
		for name, change := range map[string]func(name string) error{
			"saved again": func(name string) error { return os.WriteFile(name, []byte("x"), 0o600) },
			"same size": func(name string) error {
				text, err := os.ReadFile(name)
				return errors.Join(err, os.WriteFile(name, bytes.ToUpper(text), 0o600))
			},
			"link":                      func(name string) error { return errors.Join(os.Remove(name), os.Symlink("s.csv", name)) },
			"no manifest":               func(name string) error { return os.Remove(name + ManifestSuffix) },
			"another manifest":          func(name string) error { return os.WriteFile(name+ManifestSuffix, []byte("{}"), 0o600) },
			"only the manifest is left": os.Remove,
		} {
			for _, o := range []Options{{}, {RowsPerFile: 25}, {RowsPerFile: 25, Gzip: true}} {
				dir := t.TempDir()
				path := filepath.Join(dir, "s.csv")
				require.NoError(t, put(t, path, long, Options{RowsPerFile: 10}))
				require.NoError(t, os.WriteFile(filepath.Join(dir, "s-2024.csv"), []byte("mine"), 0o600))
				last := filepath.Join(dir, "s-5.csv")
				require.NoError(t, change(last))
				if before := names(t, dir); name != "only the manifest is left" {
					require.ErrorIs(t, put(t, path, long, o), ErrForeign, name)
					require.Equal(t, before, names(t, dir), name)
					require.NoError(t, remove(last))
					if name == "another manifest" {
						require.NoError(t, remove(last+ManifestSuffix))
					}
				}
				require.NoError(t, put(t, path, long, o), name)
				require.NoFileExists(t, last)
				require.NoFileExists(t, last+ManifestSuffix)
				require.Equal(t, "mine", string(readFile(t, dir, "s-2024.csv")))
			}
		}
	})
	t.Run("files of others", func(t *testing.T) {
		for _, name := range []string{"s-2.csv", "s-2.csv.manifest.json", "s.csv.manifest.json"} {
			dir := t.TempDir()
			path := filepath.Join(dir, "s.csv")
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600))
			require.ErrorIs(t, put(t, path, long, Options{RowsPerFile: 10}), ErrForeign)
			require.Equal(t, []string{name}, names(t, dir))
			require.Equal(t, "mine", string(readFile(t, dir, name)))
			require.NoError(t, put(t, path, long, Options{}))
			require.Equal(t, "mine", string(readFile(t, dir, name)))
		}
	})
	t.Run("a file of ours that somebody changed", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "s.csv")
		require.NoError(t, put(t, path, long, Options{RowsPerFile: 10}))
		file := readFile(t, dir, "s-2.csv")
		file[0] ^= 1
		require.NoError(t, os.WriteFile(filepath.Join(dir, "s-2.csv"), file, 0o600))
		require.ErrorIs(t, put(t, path, long, Options{RowsPerFile: 10}), ErrForeign)
		require.Len(t, names(t, dir), 10)
	})
	t.Run("what comes in meanwhile", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "s.csv")
		o := Options{RowsPerFile: 10}
		o.Progress = func(p export.Progress) {
			if p.Rows == 50 {
				require.NoError(t, os.WriteFile(filepath.Join(dir, "s-3.csv"), []byte("mine"), 0o600))
			}
		}
		require.ErrorIs(t, put(t, path, long, o), ErrForeign)
		require.Equal(t, []string{"s-3.csv", "s.csv.partial"}, names(t, dir))
		require.NoError(t, os.Remove(filepath.Join(dir, "s-3.csv")))
		_, err := Resume(t.Context(), path, long, Options{RowsPerFile: 10})
		require.NoError(t, err, "it is not lost")
		require.Len(t, names(t, dir), 10)
	})
}

// TestNoReplace requires that a file that came to the name is not replaced, that nothing of the
// export is lost, and that files that already have their names are no obstacle.
func TestNoReplace(t *testing.T) {
	h := newHistory(3000)
	dir := t.TempDir()
	path := filepath.Join(dir, "s.csv")
	opts := Options{BlockBytes: 50_000, Manifest: true, NoReplace: true}
	refused := func(err error) {
		t.Helper()
		require.ErrorIs(t, err, ErrForeign)
		require.ErrorIs(t, err, fs.ErrExist)
		require.NotErrorIs(t, err, ErrResume)
		require.Equal(t, "mine", string(readFile(t, path)))
	}
	late := opts
	late.Progress = func(p export.Progress) {
		if p.Rows == 3000 {
			require.NoError(t, os.WriteFile(path, []byte("mine"), 0o600))
		}
	}
	_, err := Write(t.Context(), path, h, late)
	refused(err)
	calls := 0
	late.Progress = func(export.Progress) { calls++ }
	_, err = Resume(t.Context(), path, h, late)
	refused(err)
	require.Zero(t, calls, "before it reads")
	_, err = Write(t.Context(), path, h, late)
	refused(err)
	require.Zero(t, calls)
	require.Equal(t, []string{"s.csv", "s.csv.partial"}, names(t, dir), "what was written is still there")
	late.NoReplace = false
	_, err = Resume(t.Context(), path, h, late)
	require.NoError(t, err)
	require.Equal(t, write(t, h.all, export.Options{}), readFile(t, path))

	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.Mkdir(dir, 0o700))
	steps := stepsOf(t, path, h, opts)
	for _, do := range steps[:len(steps)-1] {
		require.NoError(t, do())
	}
	require.Equal(t, []string{"s.csv", "s.csv.partial"}, names(t, dir))
	_, err = Resume(t.Context(), path, h, opts)
	require.NoError(t, err)
	require.Equal(t, []string{"s.csv", "s.csv.manifest.json"}, names(t, dir))
}

// TestNoReplaceOfParts shows that NoReplace is also about what else an older export has left, whose
// first file somebody has moved, and does not stop Resume after any step of the renaming.
func TestNoReplaceOfParts(t *testing.T) {
	h := newHistory(35)
	for _, o := range []Options{{NoReplace: true}, {NoReplace: true, RowsPerFile: 20}} {
		dir := t.TempDir()
		path := filepath.Join(dir, "s.csv")
		_, err := Write(t.Context(), path, h, Options{RowsPerFile: 10})
		require.NoError(t, err)
		require.NoError(t, os.Rename(path, filepath.Join(dir, "kept.csv")))
		before := names(t, dir)
		_, err = Write(t.Context(), path, h, o)
		require.ErrorIs(t, err, ErrForeign)
		require.ErrorIs(t, err, fs.ErrExist)
		require.Equal(t, before, names(t, dir))
		o.NoReplace = false
		_, err = Write(t.Context(), path, h, o)
		require.NoError(t, err)
	}
	for _, o := range []Options{{NoReplace: true}, {NoReplace: true, Manifest: true}} {
		dir := t.TempDir()
		path := filepath.Join(dir, "s.csv")
		_, err := Write(t.Context(), path, h, Options{Manifest: true})
		require.NoError(t, err)
		require.NoError(t, os.Rename(path, filepath.Join(dir, "kept.csv")))
		_, err = Write(t.Context(), path, h, o)
		require.ErrorIs(t, err, fs.ErrExist, "the only proof of the file that was moved")
		require.ErrorContains(t, err, "s.csv.manifest.json")
		require.Equal(t, []string{"kept.csv", "s.csv.manifest.json"}, names(t, dir))
	}
	o := Options{NoReplace: true, RowsPerFile: 10}
	for step := range 9 {
		path := filepath.Join(t.TempDir(), "s.csv")
		steps := stepsOf(t, path, h, o)
		require.Len(t, steps, 8)
		for _, do := range steps[:step] {
			require.NoError(t, do())
		}
		_, err := Resume(t.Context(), path, h, o)
		require.NoError(t, err, step)
		require.Len(t, names(t, filepath.Dir(path)), 8)
	}
}

// TestAddedToAPart shows that Resume does not truncate a further file that already has its name, and
// to which somebody has added since.
func TestAddedToAPart(t *testing.T) {
	h, o := newHistory(35), Options{RowsPerFile: 10}
	path := filepath.Join(t.TempDir(), "s.csv")
	steps := stepsOf(t, path, h, o)
	for _, do := range steps[:6] {
		require.NoError(t, do())
	}
	second := partName(path, 2)
	longer := append(readFile(t, second), "mine\r\n"...)
	require.NoError(t, os.WriteFile(second, longer, 0o600))
	_, err := Resume(t.Context(), path, h, o)
	require.ErrorIs(t, err, ErrOtherExport)
	_, err = Write(t.Context(), path, h, o)
	require.ErrorIs(t, err, ErrForeign)
	require.Equal(t, longer, readFile(t, second))
}

// TestNamesOfParts shows which names are refused before anything is written, whatever the file
// system says of upper and lower case.
func TestNamesOfParts(t *testing.T) {
	h, o := newHistory(35), Options{RowsPerFile: 10}
	dir := t.TempDir()
	long := filepath.Join(dir, strings.Repeat("s", 255-len(ManifestSuffix)-len(".csv"))+".csv")
	_, err := Write(t.Context(), long, h, o)
	require.Error(t, err, "the second name is too long")
	require.Empty(t, names(t, dir))

	path := filepath.Join(dir, "s.csv")
	require.NoError(t, os.Symlink("nowhere", path+ManifestSuffix))
	_, err = Write(t.Context(), path, h, o)
	require.ErrorIs(t, err, ErrForeign, "a link is no manifest, wherever it leads")
	require.Equal(t, []string{"s.csv.manifest.json"}, names(t, dir))

	for name, want := range map[string]int{
		"a-2.csv.gz": 2, "A-2.CSV.gz": 2, "a-30.csv.gz" + ManifestSuffix: 30, "a.csv.gz": 0, "a-1.csv.gz": 0, "a-02.csv.gz": 0,
		"a-+2.csv.gz": 0, "a-2.csv": 0, "a-.csv.gz": 0, "b-2.csv.gz": 0, "a-2-3.csv.gz": 0, "a-2": 0, "": 0,
	} {
		number, ok := partNumber("a.csv.gz", name)
		require.Equal(t, want > 1, ok, name)
		if ok {
			require.Equal(t, want, number, name)
		}
	}
}

// TestCutOffWhileFilesGetTheirNames stops after every step of the renaming, as a crash does, and
// continues.
func TestCutOffWhileFilesGetTheirNames(t *testing.T) {
	newer, older := newHistory(35), newHistory(50)
	for i := range newer.all {
		newer.all[i].Model = "newer"
	}
	opts := Options{RowsPerFile: 10}
	whole := t.TempDir()
	want, err := Write(t.Context(), filepath.Join(whole, "s.csv"), newer, opts)
	require.NoError(t, err)
	for step := 0; ; step++ {
		dir := t.TempDir()
		path := filepath.Join(dir, "s.csv")
		_, err := Write(t.Context(), path, older, opts)
		require.NoError(t, err)
		// The content of the folder when everything is written, and each name that is given after
		// that.
		steps := stepsOf(t, path, newer, opts)
		if step > len(steps) {
			require.Greater(t, step, 15)
			break
		}
		for _, do := range steps[:step] {
			require.NoError(t, do())
		}
		// A manifest is never beside a file that it does not describe.
		for _, m := range []string{"s.csv", "s-2.csv", "s-3.csv", "s-4.csv", "s-5.csv"} {
			file, err := os.ReadFile(filepath.Join(dir, m))
			if err != nil {
				continue
			}
			if _, err := os.Stat(filepath.Join(dir, m+ManifestSuffix)); err == nil {
				require.NoError(t, Verify(bytes.NewReader(file), manifestOf(t, dir, m)))
			}
		}
		again := t.TempDir()
		require.NoError(t, os.CopyFS(again, os.DirFS(dir)))
		files, err := Resume(t.Context(), path, newer, opts)
		require.NoError(t, err, "step %d", step)
		for i := range files {
			files[i].Snapshot = want[i].Snapshot
		}
		require.Equal(t, want, files)
		require.Equal(t, names(t, whole), names(t, dir))

		path = filepath.Join(again, "s.csv") // or start again
		_, err = Write(t.Context(), path, newer, opts)
		require.NoError(t, err, "step %d", step)
		require.Equal(t, names(t, whole), names(t, again))
	}
}

// stepsOf brings an export to the point where its files are renamed, and returns the steps.
func stepsOf(t *testing.T, path string, h *history, opts Options) []func() error {
	t.Helper()
	j, err := newJob(path, h, opts)
	require.NoError(t, err)
	j.place, err = enter(path+PartialSuffix, true)
	require.NoError(t, err)
	require.NoError(t, j.start(t.Context()))
	require.NoError(t, j.place.leave())
	for i := range j.state.Files {
		j.state.Files[i].Parts = len(j.state.Files)
		require.NoError(t, writeJSON(j.manifestPath(i+1), j.state.Files[i], false))
	}
	old, err := j.older(len(j.state.Files))
	require.NoError(t, err)
	return j.steps(old)
}

// TestNoPlaceOfAFile shows that a name that is not a file's is not replaced: a socket, like a
// device or a pipe.
func TestNoPlaceOfAFile(t *testing.T) {
	dir, err := os.MkdirTemp("", "s") //nolint:usetesting // the name of a socket is short
	require.NoError(t, err)
	defer func() { require.NoError(t, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "s")
	socket, err := net.Listen("unix", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, socket.Close()) }()
	_, err = Write(t.Context(), path, newHistory(3), Options{})
	require.ErrorIs(t, err, ErrForeign)
	_, err = Resume(t.Context(), path, newHistory(3), Options{})
	require.ErrorIs(t, err, ErrForeign)
	require.Equal(t, []string{"s"}, names(t, dir))
}
