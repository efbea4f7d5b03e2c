package storetest

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// patience is how long a case may take before it fails as hanging. The slowest case takes seconds
// on a slow machine; go test itself gives up after ten minutes, without a reason.
const patience = 5 * time.Minute

// judge is the testing.TB of one case. Its failures say which promise is broken.
type judge struct {
	testing.TB
	number int
	title  string
	asked  atomic.Pointer[string] // the last call to the storage
	over   atomic.Bool            // the case has hung: later failures must not reach TB
}

func caseName(number int, title string) string { return fmt.Sprintf("%02d %s", number, title) }

// prove runs a case. A case that panics or hangs fails, and the others go on.
func prove(t testing.TB, number int, title string, patience time.Duration, check func(*judge)) {
	t.Helper()
	j := &judge{TB: t, number: number, title: title}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				j.Errorf("panic after a call of %s: %v\n%s", j.asking(), r, debug.Stack())
			}
		}()
		check(j)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		j.Errorf("it hangs: %v after a call of %s", patience, j.asking())
		j.over.Store(true)
		t.FailNow()
	}
}

// caught turns a panic in a goroutine of a case into an error. prove recovers only panics of the
// case's own goroutine.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
	}
}

// Errorf reports a failure. All failures go through it, including those of testify.
func (j *judge) Errorf(format string, args ...any) {
	j.Helper()
	if j.over.Load() {
		runtime.Goexit() // testing panics if a test that has ended fails
	}
	j.TB.Errorf("promise %d, %s: %s", j.number, j.title, strings.TrimSpace(fmt.Sprintf(format, args...)))
}

// fail ends the case.
func (j *judge) fail(format string, args ...any) {
	j.Helper()
	j.Errorf(format, args...)
	j.FailNow()
}

// ask records the next call to the storage, for failures, and returns its text.
func (j *judge) ask(format string, args ...any) string {
	asked := fmt.Sprintf(format, args...)
	j.asked.Store(&asked)
	return asked
}

func (j *judge) asking() string {
	if asked := j.asked.Load(); asked != nil {
		return *asked
	}
	return "the storage"
}

// because formats an explanation. Without one it returns the last call to the storage.
func (j *judge) because(explanation []any) string {
	if len(explanation) == 0 {
		return j.asking()
	}
	if format, ok := explanation[0].(string); ok {
		return fmt.Sprintf(format, explanation[1:]...)
	}
	return fmt.Sprint(explanation...)
}

// ok requires that there is no error.
func (j *judge) ok(err error, explanation ...any) {
	j.Helper()
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		j.fail("%s: want no error, got: %v: declare what the storage lacks in Fixture.Lacks", j.because(explanation), err)
	case err != nil:
		j.fail("%s: want no error, got: %v", j.because(explanation), err)
	}
}

// wraps requires an error that wraps want.
func (j *judge) wraps(err, want error, explanation ...any) {
	j.Helper()
	switch {
	case errors.Is(err, want):
	case err == nil:
		j.fail("%s: want an error that wraps %q, got none", j.because(explanation), want)
	default:
		j.fail("%s: want an error that wraps %q, got: %v", j.because(explanation), want, err)
	}
}

// that requires a condition, which the explanation describes.
func (j *judge) that(condition bool, explanation ...any) {
	j.Helper()
	if !condition {
		j.fail("not true: %s", j.because(explanation))
	}
}

// is requires that two short values are equal.
func is[T comparable](t testing.TB, want, got T, explanation string, args ...any) {
	t.Helper()
	if want != got {
		t.Errorf("%s: want %v, got %v", fmt.Sprintf(explanation, args...), want, got)
		t.FailNow()
	}
}

// are requires that two lists of short values are equal.
func are[T comparable](t testing.TB, want, got []T, explanation string, args ...any) {
	t.Helper()
	if slices.Equal(want, got) {
		return
	}
	n := 0
	for n < min(len(want), len(got)) && want[n] == got[n] {
		n++
	}
	at := func(list []T) string {
		if n < len(list) {
			return fmt.Sprint(list[n])
		}
		return "none"
	}
	t.Errorf("%s: number %d: want %s, got %s (of %d and %d)", fmt.Sprintf(explanation, args...), n+1, at(want), at(got), len(want), len(got))
	t.FailNow()
}
