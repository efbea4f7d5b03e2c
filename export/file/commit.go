package file

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// commit renames the files to their final names, in place of those of an older export, and removes
// the rest of the older export.
func (j *job) commit() error {
	for i := range j.state.Files {
		j.state.Files[i].Parts = len(j.state.Files)
	}
	// Only the manifest of the first file may still be missing: it is the last step.
	if j.committed {
		if err := j.name(j.manifestPath(1), j.path+ManifestSuffix)(); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return syncDir(filepath.Dir(j.path))
	}
	if j.opts.Manifest {
		for _, m := range j.state.Files {
			if err := writeJSON(j.manifestPath(m.Part), m, true); err != nil {
				return err
			}
		}
	}
	old, err := j.older(len(j.state.Files))
	if err != nil {
		return err
	}
	for _, step := range j.steps(old) {
		if err := step(); err != nil {
			return err
		}
	}
	return syncDir(filepath.Dir(j.path))
}

// steps returns the steps that replace an older export, which has the given files. After any of
// them, no manifest is beside a file that it does not describe, and the next call can tell for each
// further file which export it belongs to.
func (j *job) steps(old []int) (steps []func() error) {
	// The manifest of the first file goes first. From then on there is no older export.
	for _, n := range old {
		if n > 1 {
			steps = append(steps, j.gone(partName(j.path, n)))
		}
		steps = append(steps, j.gone(partName(j.path, n)+ManifestSuffix))
	}
	// A further file gets its manifest before its name, so that it is known to belong to an export
	// as soon as it exists.
	for n := len(j.state.Files); n > 1; n-- {
		name := partName(j.path, n)
		steps = append(steps, j.name(j.manifestPath(n), name+ManifestSuffix), j.name(j.partPath(n), name))
	}
	steps = append(steps, j.name(j.partPath(1), j.path))
	if j.opts.Manifest {
		steps = append(steps, j.name(j.manifestPath(1), j.path+ManifestSuffix))
	}
	return steps
}

// gone returns the step that removes a file.
func (j *job) gone(name string) func() error { return func() error { return remove(name) } }

// name returns the step that renames a file.
func (j *job) name(from, to string) func() error { return func() error { return os.Rename(from, to) } }

// syncDir writes the names of a directory to the disk, on systems that can do so.
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

// older returns the numbers of the files that an older export of the name left beside its first,
// and 1 if it left a manifest. A file that has the name of one of the first n, and is not proved to
// be part of an older export, is an error.
func (j *job) older(n int) ([]int, error) {
	there, err := os.ReadDir(filepath.Dir(j.path))
	if err != nil {
		return nil, err
	}
	stem, ext := splitName(filepath.Base(j.path))
	found := map[int]bool{1: true}
	for _, e := range there {
		rest, ok := strings.CutPrefix(strings.TrimSuffix(e.Name(), ManifestSuffix), stem+"-")
		if !ok {
			continue
		}
		digits, ok := strings.CutSuffix(rest, ext)
		if number, err := strconv.Atoi(digits); ok && err == nil && number > 1 && digits == strconv.Itoa(number) {
			found[number] = true
		}
	}
	var old []int
	for _, number := range slices.Sorted(maps.Keys(found)) {
		ours, foreign, err := j.left(number)
		switch {
		case err != nil:
			return nil, err
		case foreign && number <= n:
			return nil, fmt.Errorf("%w: %s", ErrForeign, filepath.Base(partName(j.path, number)))
		case ours && !foreign:
			old = append(old, number)
		}
	}
	return old, nil
}

// left reports whether an export has left its n-th file, and whether a foreign file has its name.
// The first file itself may be anything.
func (j *job) left(n int) (ours, foreign bool, err error) {
	name := partName(j.path, n)
	text, err := os.ReadFile(name + ManifestSuffix) //nolint:gosec // beside the caller's name
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, false, err
	}
	var m Manifest
	ours = err == nil && json.Unmarshal(text, &m) == nil && m.Version > 0 && m.File == filepath.Base(name) && m.Part == n
	if err == nil && !ours {
		return false, n > 1 || j.opts.Manifest, nil // it only has the name of a manifest
	}
	if n == 1 {
		return ours, false, nil
	}
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ours, false, nil
	case err != nil:
		return false, false, err
	case !ours || !info.Mode().IsRegular() || info.Size() != m.Bytes:
		return false, true, nil
	}
	file, err := os.Open(name) //nolint:gosec // beside the caller's name
	if err != nil {
		return false, false, err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	if err := errors.Join(err, file.Close()); err != nil {
		return false, false, err
	}
	same := hex.EncodeToString(sum.Sum(nil)) == m.SHA256
	return same, !same, nil
}
