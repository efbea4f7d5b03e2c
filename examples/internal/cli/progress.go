package cli

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Bar is a progress bar, shown on a terminal only.
type Bar struct{ shown *progressbar.ProgressBar }

// NewBar returns a bar up to total rows, -1 if that is not known.
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

// Set shows how many rows are done.
func (b *Bar) Set(rows int64) {
	if b.shown != nil {
		_ = b.shown.Set64(rows)
	}
}

// Done takes the bar away. Doing it twice is harmless.
func (b *Bar) Done() {
	if b.shown != nil {
		_ = b.shown.Clear()
		_ = b.shown.Exit()
	}
}
