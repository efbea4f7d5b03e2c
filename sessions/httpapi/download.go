package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// rateWindowBytes is how many bytes a client may be behind the least rate. A kernel wakes a writer
// only when more than a megabyte has drained, and until then a client that reads steadily looks
// like one that reads nothing. So rateWindowBytes has to be larger.
const rateWindowBytes = 4 << 20

// download writes a file to the client, as fast as the client reads it, and fails if the client
// reads too slowly.
type download struct {
	w       http.ResponseWriter
	control *http.ResponseController
	rate    int64  // least bytes per second; negative: no limit
	start   func() // sets the headers, before the first byte

	begun    bool
	failed   error // first error of the connection
	deadline bool  // the connection has write deadlines
	hijack   bool  // the connection may be taken over: it is one of HTTP/1
	flush    bool  // each part is flushed

	credit time.Duration // how long the client may read nothing from now on
	full   time.Duration // greatest credit
}

// newDownload checks the features of the ResponseWriter. A download must be able to tear the file,
// so that a failure does not look like the end of the file. A panic is not enough, since a
// middleware that recovers ends the answer properly. So the ResponseWriter must give access to the
// connection itself.
func newDownload(w http.ResponseWriter, r *http.Request, rate int64, start func()) (*download, error) {
	d := &download{w: w, control: http.NewResponseController(w), hijack: r.ProtoMajor == 1, rate: rate, start: start, flush: true}
	// No deadline: the call only shows whether deadlines are supported.
	switch err := d.control.SetWriteDeadline(time.Time{}); {
	case err == nil:
		d.deadline = true
	case !errors.Is(err, http.ErrNotSupported):
		return nil, fmt.Errorf("httpapi: write deadline: %w", err)
	case !d.hijack || !hijacks(w):
		return nil, errNoTear
	}
	if rate > 0 {
		d.full = time.Duration(float64(rateWindowBytes) / float64(rate) * float64(time.Second))
		d.credit = d.full
	}
	return d, nil
}

// errNoTear tells the host what to change in its middleware.
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

// Write writes a part of the file, within the client's credit.
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
			d.flush, err = false, nil // parts are sent when the buffers in between are full
		}
	}
	d.account(n, time.Since(begun))
	if err == nil {
		err = d.unlimit()
	}
	return n, err
}

// account lowers the credit by the time that the client took, and raises it by the time that the
// bytes may take at the least rate.
func (d *download) account(n int, took time.Duration) {
	if d.rate > 0 {
		earned := time.Duration(float64(n) / float64(d.rate) * float64(time.Second))
		d.credit = min(d.credit-took+earned, d.full)
	}
}

// limit sets the write deadline to the end of the credit.
func (d *download) limit() error {
	if !d.deadline || d.rate <= 0 {
		return nil
	}
	return d.until(time.Now().Add(d.credit))
}

// unlimit removes the deadline while the storage reads the next part. HTTP/2 resets a stream whose
// deadline has passed, even if nothing is being written.
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

// tear ensures that the client sees no end of the file, whatever a middleware does after a panic.
// With HTTP/2 the stream is reset. With HTTP/1.1 nothing more can be written to the connection, so
// that the last chunk is missing.
func (d *download) tear() {
	// This comes first, since the Hijack of a middleware may panic.
	if d.deadline {
		_ = d.control.SetWriteDeadline(time.Unix(1, 0)) // the download has failed already
	}
	// A middleware may remove the deadline after the handler, for the next request.
	if d.hijack {
		if conn, _, err := d.control.Hijack(); err == nil {
			_ = conn.Close()
		}
	}
}
