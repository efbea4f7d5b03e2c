package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// stopwatch tells, beside the time that passed, the processor time that this process and the
// server's side of the one connection used: what other programs on the machine do makes the former
// longer, but hardly the latter. Linux alone tells it, and only of a server on the same machine;
// elsewhere it is 0.
type stopwatch struct{ server string } // file that tells the server's time

// watch finds the server's side of the only connection.
func (e *engine) watch(ctx context.Context) stopwatch {
	var w stopwatch
	switch e.dialect {
	case sqlstore.Postgres:
		var pid int
		if e.db.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid) == nil {
			w.server = fmt.Sprintf("/proc/%d/schedstat", pid)
		}
	case sqlstore.MariaDB:
		var file string
		var thread int
		if e.db.QueryRowContext(ctx, "SELECT @@pid_file, tid FROM information_schema.processlist WHERE id = connection_id()").Scan(&file, &thread) == nil {
			pid, _ := os.ReadFile(file) //nolint:gosec // the server's own
			w.server = fmt.Sprintf("/proc/%s/task/%d/schedstat", strings.TrimSpace(string(pid)), thread)
		}
	default:
		return w
	}
	if _, ok := w.serverTime(); !ok {
		w.server = ""
	}
	return w
}

func (w stopwatch) serverTime() (time.Duration, bool) {
	text, err := os.ReadFile(w.server)
	first, _, _ := bytes.Cut(text, []byte(" "))
	ns, convErr := strconv.ParseInt(string(first), 10, 64)
	return time.Duration(ns), err == nil && convErr == nil
}

func (w stopwatch) used() time.Duration {
	server, _ := w.serverTime()
	return ownTime() + server
}

// start begins to measure; the function that it returns ends it.
func (w stopwatch) start() func() (passed, processor time.Duration) {
	begin, before := time.Now(), w.used()
	return func() (time.Duration, time.Duration) {
		passed := time.Since(begin)
		return passed, w.used() - before
	}
}
