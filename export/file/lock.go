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

// The names of the files in the folder of an export.
const (
	lockName       = "lock"
	stateName      = "state.json"
	partSuffix     = ".part" // after the number of a file
	manifestSuffix = ".json" // after the number of the file
	newSuffix      = ".new"  // of a file that will replace another
)

// workplace is the folder of an export that is being written, and the lock on the folder.
type workplace struct {
	dir  string
	lock *os.File
}

// enter locks the folder of an export. With begin it makes the folder. The error is [ErrBusy] if
// another call has the lock, and [ErrForeign] if the folder was not made by an export.
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
			continue // the call before has just removed the folder
		}
		if err != nil {
			return nil, err
		}
		// The call before may have removed the file that was locked, while it was leaving.
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

// ours checks that a folder, which will be emptied and removed, contains only files with the names
// of an export. A link is refused too: it would lead to a file or folder that belongs to somebody
// else.
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

// clear removes the files in the folder, except the lock. The state goes first: without its files
// it would look like that of an export whose files have their final names.
func (w *workplace) clear() error {
	if err := remove(filepath.Join(w.dir, stateName)); err != nil {
		return err
	}
	entries, err := os.ReadDir(w.dir)
	errs := []error{err}
	for _, e := range entries {
		if e.Name() != lockName {
			errs = append(errs, os.Remove(filepath.Join(w.dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// leave releases the lock. The other files stay.
func (w *workplace) leave() error {
	// On systems that cannot remove an open file, it is removed when it is closed.
	_ = os.Remove(filepath.Join(w.dir, lockName))
	return w.lock.Close()
}

// remove removes the folder and releases the lock.
func (w *workplace) remove() error {
	err := errors.Join(w.clear(), w.leave())
	_ = os.Remove(w.dir) // fails if another call has entered meanwhile
	return err
}
