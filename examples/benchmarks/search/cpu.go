package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
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

// whole finds the server as a whole: all of its processes, whichever connection they serve.
func (e *engine) whole(ctx context.Context) wholeServer {
	switch e.dialect {
	case sqlstore.Postgres:
		var pid int
		if e.db.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid) == nil {
			parent, _ := processOf(strconv.Itoa(pid))
			return wholeServer{parent}
		}
	case sqlstore.MariaDB:
		var file string
		if e.db.QueryRowContext(ctx, "SELECT @@pid_file").Scan(&file) == nil {
			pid, _ := os.ReadFile(file) //nolint:gosec // the server's own
			return wholeServer{strings.TrimSpace(string(pid))}
		}
	}
	return wholeServer{}
}

// wholeServer is the process that all others of a server are children of; "" where it is unknown.
type wholeServer struct{ pid string }

// used is the processor time of the server's processes, to a hundredth of a second, those that have
// ended included. It is 0 where nobody knows.
func (w wholeServer) used() time.Duration {
	if w.pid == "" {
		return 0
	}
	_, times := processOf(w.pid)
	used := times[0] + times[1] + times[2] + times[3]
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range processes {
		if parent, times := processOf(filepath.Base(p)); parent == w.pid {
			used += times[0] + times[1]
		}
	}
	return used
}

// processOf returns the parent of a process, and the time that it and those of its children that
// have ended used as a user and in the system (proc(5), /proc/pid/stat: in hundredths of a second).
func processOf(pid string) (parent string, times [4]time.Duration) {
	text, _ := os.ReadFile("/proc/" + pid + "/stat") //nolint:gosec // of the system
	_, after, _ := strings.Cut(string(text), ") ")   // behind the name, which may have anything in it
	fields := strings.Fields(after)
	if len(fields) < 15 {
		return "", times
	}
	for i := range times {
		ticks, _ := strconv.ParseInt(fields[11+i], 10, 64)
		times[i] = time.Duration(ticks) * 10 * time.Millisecond
	}
	return fields[1], times
}
