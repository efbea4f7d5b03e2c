package file

import (
	"errors"
	"fmt"
)

// The errors of this package, for errors.Is. None contains a person's data.
var (
	// ErrBusy is wrapped where another call, in this process or another, is writing the same file.
	ErrBusy = errors.New("file: another export is writing it")
	// ErrForeign is wrapped where a further file of an export would replace one that no manifest
	// proves to be of the export before, where the name is that of a folder, and where the folder
	// of what is begun has something in it that no export leaves there.
	ErrForeign = errors.New("file: a file that is not of this export stands in the way")

	// ErrResume is wrapped where an export cannot go on from where it stopped. [Write] starts it
	// again.
	ErrResume = errors.New("file: the export cannot be resumed")
	// ErrNothingBegun is wrapped where there is nothing to go on with. It is an [ErrResume].
	ErrNothingBegun = fmt.Errorf("%w: nothing was begun", ErrResume)
	// ErrOtherExport is wrapped where what was begun had other options, or is not as it was left.
	// It is an [ErrResume].
	ErrOtherExport = fmt.Errorf("%w: what was begun is another export", ErrResume)
	// ErrChanged is wrapped where sessions that are not written yet have changed, or may have. It
	// is an [ErrResume].
	ErrChanged = fmt.Errorf("%w: its sessions have changed", ErrResume)

	// ErrDifferent is wrapped where a file is not the one of its manifest.
	ErrDifferent = errors.New("file: not the one of the manifest")
)
