package file

import (
	"errors"
	"fmt"
)

// The errors of this package, for errors.Is. None contains a person's data.
var (
	// ErrBusy is wrapped if another call, in this process or another, is writing the same file.
	ErrBusy = errors.New("file: another export is writing it")
	// ErrForeign is wrapped if a further file of an export would replace, or have beside it, one
	// that no manifest proves to be part of the older export, if the name is that of a folder, if
	// Options.NoReplace forbids to replace a file, or if the folder of an incomplete export contains
	// a file that no export writes.
	ErrForeign = errors.New("file: a file that is not of this export is in the way")

	// ErrResume is wrapped if an export cannot be resumed. [Write] starts it again.
	ErrResume = errors.New("file: the export cannot be resumed")
	// ErrNothingBegun is wrapped if there is no incomplete export. It is an [ErrResume].
	ErrNothingBegun = fmt.Errorf("%w: nothing was begun", ErrResume)
	// ErrOtherExport is wrapped if the incomplete export had other options, or was changed. It is
	// an [ErrResume].
	ErrOtherExport = fmt.Errorf("%w: what was begun is another export", ErrResume)
	// ErrChanged is wrapped if sessions that are not written yet have changed, or may have. It
	// is an [ErrResume].
	ErrChanged = fmt.Errorf("%w: its sessions have changed", ErrResume)

	// ErrDifferent is wrapped if a file is not the one of its manifest.
	ErrDifferent = errors.New("file: not the one of the manifest")
)
