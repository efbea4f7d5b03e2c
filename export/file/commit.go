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
// and 1 if it left a manifest. A file that has the name of one of the first n, or of one that the
// older export had by its manifests, and is not proved to be part of the older export, is an error:
// it would be overwritten, or stay beside the new export as if it were a part of that.
func (j *job) older(n int) ([]int, error) {
	if _, err := os.Lstat(j.path); err == nil && j.opts.NoReplace {
		return nil, fmt.Errorf("%w: %s: %w", ErrForeign, filepath.Base(j.path), fs.ErrExist)
	}
	there, err := os.ReadDir(filepath.Dir(j.path))
	if err != nil {
		return nil, err
	}
	// Those of the first n are looked for by name, also where no folder lists them: their names may
	// be too long.
	found := map[int]bool{}
	for number := range n {
		found[number+1] = true
	}
	for _, e := range there {
		if number, ok := partNumber(filepath.Base(j.path), e.Name()); ok {
			found[number] = true
		}
	}
	var old, foreign []int
	for _, number := range slices.Sorted(maps.Keys(found)) {
		l, err := j.left(number)
		if err != nil {
			return nil, err
		}
		n = max(n, l.parts)
		switch {
		case l.foreign:
			foreign = append(foreign, number)
		case l.kept != "" && j.opts.NoReplace:
			return nil, fmt.Errorf("%w: %s: %w", ErrForeign, filepath.Base(l.kept), fs.ErrExist)
		case l.ours:
			old = append(old, number)
		}
	}
	if len(foreign) > 0 && foreign[0] <= n {
		return nil, fmt.Errorf("%w: %s", ErrForeign, filepath.Base(partName(j.path, foreign[0])))
	}
	return old, nil
}

// leftover is what an older export, or somebody else, has left under the names of a file and its
// manifest.
type leftover struct {
	ours    bool // an export has left it
	foreign bool // somebody else has, or has changed it
	parts   int  // files of the older export, if there is a manifest of one
	// kept is what NoReplace keeps: a further file, or the manifest of the first, whose file may have
	// been moved. The manifest of a further file may be of the export that Resume completes.
	kept string
}

// left looks for the n-th file of an older export. The first file itself may be anything.
func (j *job) left(n int) (l leftover, err error) {
	name := partName(j.path, n)
	m, there, err := readManifest(name, n)
	if err != nil {
		return l, err
	}
	if there && m.Version <= 0 {
		l.foreign = n > 1 || j.opts.Manifest // it only has the name of a manifest
		return l, nil
	}
	if l.ours = there; l.ours {
		l.parts = max(m.Parts, n)
	}
	if n == 1 {
		if l.ours {
			l.kept = name + ManifestSuffix
		}
		return l, nil
	}
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	l.kept = name
	if !l.ours || !info.Mode().IsRegular() || info.Size() != m.Bytes {
		l.foreign = true
		return l, nil
	}
	file, err := os.Open(name) //nolint:gosec // beside the caller's name
	if err != nil {
		return l, err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	if err := errors.Join(err, file.Close()); err != nil {
		return l, err
	}
	l.foreign = hex.EncodeToString(sum.Sum(nil)) != m.SHA256
	return l, nil
}

// readManifest reads the manifest of the n-th file of an export, and reports whether there is
// something of that name. If that is not such a manifest, the Manifest is the zero one.
func readManifest(name string, n int) (m Manifest, there bool, err error) {
	info, err := os.Lstat(name + ManifestSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return m, false, nil
	}
	// A pipe is not opened: reading it would wait for ever.
	if err != nil || !info.Mode().IsRegular() {
		return m, true, err
	}
	text, err := os.ReadFile(name + ManifestSuffix) //nolint:gosec // beside the caller's name
	if err != nil {
		return m, true, err
	}
	ofIt := json.Unmarshal(text, &m) == nil && strings.EqualFold(m.File, filepath.Base(name)) && m.Part == n
	if !ofIt {
		m = Manifest{}
	}
	return m, true, nil
}

// partNumber returns the number of the further file, if a file in the folder of an export has the
// name of one or of its manifest. Whether A-2.CSV is the name of the second file of a.csv is for
// the file system to say, so upper and lower case are the same here.
func partNumber(base, name string) (number int, ok bool) {
	stem, ext := splitName(base)
	name = strings.TrimSuffix(name, ManifestSuffix)
	from, to := len(stem)+1, len(name)-len(ext)
	if from >= to || !strings.EqualFold(name[:from], stem+"-") || !strings.EqualFold(name[to:], ext) {
		return 0, false
	}
	number, err := strconv.Atoi(name[from:to])
	// No part is named with leading zeros or a sign.
	return number, err == nil && number > 1 && name[from:to] == strconv.Itoa(number)
}
