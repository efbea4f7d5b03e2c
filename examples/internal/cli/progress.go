package cli

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Bar is a progress bar. It is shown only on a terminal.
type Bar struct{ shown *progressbar.ProgressBar }

// NewBar returns a bar for a total number of rows, -1 if it is not known.
func NewBar(w io.Writer, what string, total int64) *Bar {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return &Bar{}
	}
	return &Bar{progressbar.NewOptions64(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("rows"),
		progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30), progressbar.OptionSetRenderBlankState(true))}
}

// Set shows the number of rows that are done.
func (b *Bar) Set(rows int64) {
	if b.shown != nil {
		_ = b.shown.Set64(rows)
	}
}

// Done removes the bar. Calling it twice is harmless.
func (b *Bar) Done() {
	if b.shown != nil {
		_ = b.shown.Clear()
		_ = b.shown.Exit()
	}
}
