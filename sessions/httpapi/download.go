package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// rateWindow is how many bytes a client may be behind the least rate. It has to be more than what a
// kernel lets drain before it wakes who writes, which is more than a megabyte: until then a client
// that reads steadily looks like one that takes nothing.
const rateWindow = 4 << 20

// download hands a file over to the client, as fast as that takes it, within limits.
type download struct {
	w       http.ResponseWriter
	control *http.ResponseController
	rate    int64  // bytes a second; negative: any
	start   func() // sets the headers, before the first byte

	begun    bool
	failed   error // the first of the connection
	deadline bool  // the connection has write deadlines
	flush    bool  // the parts can be sent on one by one

	credit time.Duration // for which the client may take nothing
	full   time.Duration // the most of it
}

// newDownload finds out what the ResponseWriter can do. It has to be able to tear a file: an end
// that came because something broke must not look like the end of the file. A middleware that
// recovers from panics makes such an end of one, and so only what reaches the connection itself
// will do.
func newDownload(w http.ResponseWriter, rate int64, start func()) (*download, error) {
	d := &download{w: w, control: http.NewResponseController(w), rate: rate, start: start, flush: true}
	switch err := d.control.SetWriteDeadline(time.Time{}); {
	case err == nil:
		d.deadline = true
	case !errors.Is(err, http.ErrNotSupported):
		return nil, fmt.Errorf("httpapi: write deadline: %w", err)
	case !hijacks(w):
		return nil, errNoTear
	}
	if rate > 0 {
		d.full = time.Duration(float64(rateWindow) / float64(rate) * float64(time.Second))
		d.credit = d.full
	}
	return d, nil
}

// errNoTear tells the host what to change.
var errNoTear = errors.New("httpapi: an export needs a ResponseWriter with SetWriteDeadline, or one that has a method Unwrap and" +
	" leads to it (see http.ResponseController); http.TimeoutHandler has none, and a wrapper of a middleware may lack it")

// hijacks reports whether the ResponseWriter, or one that it wraps, can hand over its connection.
func hijacks(w http.ResponseWriter) bool {
	for {
		switch wrapper := w.(type) {
		case http.Hijacker:
			return true
		case interface{ Unwrap() http.ResponseWriter }:
			w = wrapper.Unwrap()
		default:
			return false
		}
	}
}

// Write hands over a part, within the time that a client may take nothing.
func (d *download) Write(part []byte) (int, error) {
	if !d.begun {
		d.begun = true
		d.start()
	}
	n, err := d.write(part)
	if d.failed == nil {
		d.failed = err
	}
	return n, err
}

func (d *download) write(part []byte) (int, error) {
	if err := d.limit(); err != nil {
		return 0, err
	}
	begun := time.Now()
	n, err := d.w.Write(part)
	if err == nil && d.flush {
		if err = d.control.Flush(); errors.Is(err, http.ErrNotSupported) {
			d.flush, err = false, nil // the parts come when the buffers between are full
		}
	}
	d.account(n, time.Since(begun))
	if err == nil {
		err = d.unlimit()
	}
	return n, err
}

// account lowers the credit by the time that a client took, and raises it by the time that the
// bytes may take.
func (d *download) account(n int, took time.Duration) {
	if d.rate > 0 {
		earned := time.Duration(float64(n) / float64(d.rate) * float64(time.Second))
		d.credit = min(d.credit-took+earned, d.full)
	}
}

// limit bounds what is written from now on.
func (d *download) limit() error {
	if !d.deadline || d.rate <= 0 {
		return nil
	}
	return d.until(time.Now().Add(d.credit))
}

// unlimit lets the storage take its time for the next part. HTTP/2 ends a stream whose deadline has
// passed, written to or not.
func (d *download) unlimit() error {
	if !d.deadline {
		return nil
	}
	return d.until(time.Time{})
}

func (d *download) until(t time.Time) error {
	if err := d.control.SetWriteDeadline(t); err != nil {
		return fmt.Errorf("httpapi: write deadline: %w", err)
	}
	return nil
}

// tear makes sure that the client sees no end of the file, whatever a middleware does after a
// panic: of HTTP/1.1 the connection can write nothing more, so that the last chunk is missing; of
// HTTP/2 the stream is reset.
func (d *download) tear() {
	if d.deadline && d.control.SetWriteDeadline(time.Unix(1, 0)) == nil {
		return
	}
	if conn, _, err := d.control.Hijack(); err == nil {
		_ = conn.Close() // there is nobody left to tell
	}
}
