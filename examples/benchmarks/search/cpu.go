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

// stopwatch measures, in addition to the time that passed, the processor time that this process and
// the server's side of the one connection used. Other programs on the machine make the former
// longer, but hardly the latter. Only Linux reports it, and only for a server on the same machine;
// otherwise it is 0.
type stopwatch struct{ server string } // the file with the server's time

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

// serverTime returns the processor time of the server's side, and whether it is known. The first
// number of schedstat is that time in nanoseconds.
func (w stopwatch) serverTime() (time.Duration, bool) {
	text, err := os.ReadFile(w.server)
	first, _, _ := bytes.Cut(text, []byte(" "))
	ns, convErr := strconv.ParseInt(string(first), 10, 64)
	return time.Duration(ns), err == nil && convErr == nil
}

// used returns the processor time of both sides.
func (w stopwatch) used() time.Duration {
	server, _ := w.serverTime()
	return ownTime() + server
}

// start begins to measure. The function that it returns ends the measurement.
func (w stopwatch) start() func() (passed, processor time.Duration) {
	begin, before := time.Now(), w.used()
	return func() (time.Duration, time.Duration) {
		passed := time.Since(begin)
		return passed, w.used() - before
	}
}

// whole finds all processes of the server, whichever connection they serve.
func (e *engine) whole(ctx context.Context) wholeServer {
	switch e.dialect {
	case sqlstore.Postgres:
		var pid int
		if e.db.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid) == nil {
			// Every process of PostgreSQL is a child of the postmaster.
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

// wholeServer is the parent of the server's other processes; "" if it is not known.
type wholeServer struct{ pid string }

// used returns the processor time of the server's processes, to a hundredth of a second, including
// those that have ended. It is 0 if the server is not known.
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
// have ended used in user mode and in the system (proc(5), /proc/pid/stat: in hundredths of a
// second).
func processOf(pid string) (parent string, times [4]time.Duration) {
	text, _ := os.ReadFile("/proc/" + pid + "/stat") //nolint:gosec // of the system
	_, after, _ := strings.Cut(string(text), ") ")   // after the name, which may contain anything
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
