package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The names of what is in the folder of an export.
const (
	lockName       = "lock"
	stateName      = "state.json"
	partSuffix     = ".part" // behind the number of a file
	manifestSuffix = ".json" // behind the number of the file
	newSuffix      = ".new"  // of what takes the place of another
)

// workplace is the folder of an export that is being written, and the lock on it.
type workplace struct {
	dir  string
	lock *os.File
}

// enter locks the folder of an export, and makes it to begin one. Another lock on it is [ErrBusy],
// and a folder that no export has made [ErrForeign].
func enter(dir string, begin bool) (*workplace, error) {
	for {
		if begin {
			if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
				return nil, err
			}
		}
		if err := ours(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		path := filepath.Join(dir, lockName)
		lock, err := openLocked(path)
		if errors.Is(err, fs.ErrNotExist) && begin {
			continue // the one before has just removed the folder
		}
		if err != nil {
			return nil, err
		}
		// What was locked may have been removed in between, by the one before who was leaving.
		held, err := lock.Stat()
		if err != nil {
			return nil, errors.Join(err, lock.Close())
		}
		if there, err := os.Lstat(path); err == nil && os.SameFile(held, there) {
			return &workplace{dir, lock}, nil
		}
		if err := lock.Close(); err != nil {
			return nil, err
		}
	}
}

// ours checks that a folder, which will be emptied and removed, has nothing in it but files with
// names of ours. A link would lead to a file or folder of somebody else's.
func ours(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%w: %s", ErrForeign, filepath.Base(dir))
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), newSuffix)
		number, _, _ := strings.Cut(name, ".")
		_, err := strconv.ParseUint(number, 10, 64)
		numbered := err == nil && (name == number+partSuffix || name == number+manifestSuffix)
		if !e.Type().IsRegular() || name != lockName && name != stateName && !numbered {
			return fmt.Errorf("%w: %s", ErrForeign, filepath.Join(filepath.Base(dir), e.Name()))
		}
	}
	return nil
}

// clear removes what is in the folder, except the lock.
func (w *workplace) clear() error {
	entries, err := os.ReadDir(w.dir)
	errs := []error{err}
	for _, e := range entries {
		if e.Name() != lockName {
			errs = append(errs, os.Remove(filepath.Join(w.dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// leave gives the lock back. What is in the folder stays.
func (w *workplace) leave() error {
	// Where an open file cannot be removed, it goes when it is closed.
	_ = os.Remove(filepath.Join(w.dir, lockName))
	return w.lock.Close()
}

// remove removes the folder, and gives the lock back.
func (w *workplace) remove() error {
	err := errors.Join(w.clear(), w.leave())
	_ = os.Remove(w.dir) // unless somebody has come in
	return err
}
