package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

// report writes Markdown.
type report struct{ w io.Writer }

func (r report) line(format string, args ...any) { _, _ = fmt.Fprintf(r.w, format+"\n", args...) }

// table writes a heading and the rows below it. The first column is aligned to the left, the others
// to the right.
func (r report) table(heading string, columns []string, rows [][]string) {
	r.line("\n### %s\n", heading)
	r.line("| %s |", strings.Join(columns, " | "))
	r.line("|---%s|", strings.Repeat("|---:", len(columns)-1))
	for _, row := range rows {
		r.line("| %s |", strings.Join(row, " | "))
	}
	r.line("")
}

// samples writes the percentiles of each group and of all samples.
func (r report) samples(heading string, groups []*group, limit time.Duration) {
	all := &group{name: "**all**"}
	columns := []string{"", "keystrokes", "p50", "p90", "p99", "max", "CPU p50", "CPU p99", "CPU max", "partial"}
	if limit > 0 { // the processor time was not measured
		columns = append(columns[:6], "over "+limit.String())
	}
	var rows [][]string
	row := func(g *group) {
		last := g.partial
		if limit > 0 {
			last = g.stopped
		}
		cells := []string{g.name, fmt.Sprint(g.keystrokes)}
		for _, p := range []float64{50, 90, 99, 100} {
			cells = append(cells, show(g.took.percentile(p), limit))
		}
		if limit == 0 {
			for _, p := range []float64{50, 99, 100} {
				cells = append(cells, show(g.processor.percentile(p), 0))
			}
		}
		rows = append(rows, append(cells, fmt.Sprint(last)))
	}
	for _, g := range groups {
		row(g)
		all.took = append(all.took, g.took...)
		all.processor = append(all.processor, g.processor...)
		all.partial += g.partial
		all.stopped += g.stopped
		all.keystrokes += g.keystrokes
	}
	row(all)
	r.table(heading, columns, rows)
}

// show prints a time in milliseconds. A time of limit or more was stopped there; a limit of 0 is
// none.
func show(d, limit time.Duration) string {
	if d == 0 {
		return "-"
	}
	if limit > 0 && d >= limit {
		return "> " + limit.String()
	}
	switch ms := milliseconds(d); {
	case ms >= 100:
		return fmt.Sprintf("%.0f ms", ms)
	case ms >= 10:
		return fmt.Sprintf("%.1f ms", ms)
	default:
		return fmt.Sprintf("%.2f ms", ms)
	}
}

// showBytes prints a number of bytes.
func showBytes(n int64) string {
	if n >= 1e9 {
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	}
	return fmt.Sprintf("%.0f MB", float64(n)/1e6)
}

// machine describes the machine of the measurements.
func machine() string {
	model := runtime.GOARCH
	if name := entry("/proc/cpuinfo", "model name"); name != "" {
		model = name
	}
	memory := ""
	var kilobytes float64
	if _, err := fmt.Sscan(entry("/proc/meminfo", "MemTotal"), &kilobytes); err == nil {
		memory = fmt.Sprintf(", %.0f GB", kilobytes/1e6)
	}
	return fmt.Sprintf("%d cores of %s%s, %s/%s, %s", runtime.NumCPU(), model, memory, runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// load returns the load averages of the machine over 1, 5 and 15 minutes, if the system reports
// them.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(text)); err == nil && len(fields) > 3 {
		return strings.Join(fields[:3], " ")
	}
	return "unknown"
}

// entry returns the first value of a key in a file of keys, colons and values.
func entry(path, key string) string {
	f, err := os.Open(path) //nolint:gosec // one of two names above
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if k, v, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
