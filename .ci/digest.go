// Digest reads what go test -json prints. It shows the result of each package with the tests that
// were skipped, and of a package that fails everything that did not pass: whole, in the order of
// the tests.
//
//	go test -json ./... 2>&1 | go run .ci/digest.go postgres,mariadb
//
// A test that is skipped for want of one of the names in the list (its message begins "no NAME") is
// a failure. Whether the tests passed is what go test says: digest fails for such skips alone.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// event is a line of go test -json: see go doc test2json, and go help buildjson for builds.
type event struct {
	Action  string
	Package string
	Test    string // empty: the package itself
	Output  string
}

// pack is a package under test.
type pack struct {
	tests   []string                    // those that printed something, in that order; "" is the package itself
	printed map[string]*strings.Builder // by test; nothing is kept of those that passed or were skipped
	skipped strings.Builder
}

func main() {
	unmet, err := digest(os.Stdin, os.Stdout, strings.Split(os.Args[1], ","))
	if err != nil {
		fmt.Println("digest:", err)
		os.Exit(1)
	}
	if unmet != "" {
		fmt.Printf("FAIL: skipped, although SESSIONKIT_REQUIRE lists what they need:\n%s", unmet)
		os.Exit(1)
	}
}

// digest returns the tests that lacked something required.
func digest(in io.Reader, out io.Writer, required []string) (unmet string, err error) {
	packs := map[string]*pack{}
	lines := bufio.NewReader(in) // not a Scanner, which gives up at long lines
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &e) != nil {
				fmt.Fprint(out, line) // the go command's own words
			} else {
				unmet += take(packs, e, out, required)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return unmet, err
		}
	}
	for _, p := range packs { // go test itself died: show what it had said
		p.show(out)
	}
	return unmet, nil
}

// take handles one event, and returns its test if that lacked something required.
func take(packs map[string]*pack, e event, out io.Writer, required []string) (unmet string) {
	if e.Action == "build-output" {
		fmt.Fprint(out, e.Output)
	}
	if e.Package == "" {
		return ""
	}
	p := packs[e.Package]
	if p == nil {
		p = &pack{printed: map[string]*strings.Builder{}}
		packs[e.Package] = p
	}
	switch {
	case e.Action == "output":
		p.print(e.Test, e.Output)
	case e.Test != "" && e.Action == "skip":
		reason := p.reason(e.Test)
		fmt.Fprintf(&p.skipped, "    skipped %s: %s\n", e.Test, reason)
		if lacks, ok := strings.CutPrefix(reason, "no "); ok && slices.Contains(required, lacking.FindString(lacks)) {
			unmet = fmt.Sprintf("    %s: %s: %s\n", e.Package, e.Test, reason)
		}
		p.forget(e.Test)
	case e.Test != "" && e.Action == "pass":
		p.forget(e.Test)
	case e.Test == "" && e.Action == "fail":
		p.show(out)
		delete(packs, e.Package)
	case e.Test == "" && (e.Action == "pass" || e.Action == "skip"):
		for line := range strings.Lines(p.output("")) {
			if strings.HasPrefix(line, "ok  \t") || strings.HasPrefix(line, "?   \t") {
				fmt.Fprint(out, line)
			}
		}
		fmt.Fprint(out, p.skipped.String())
		delete(packs, e.Package)
	}
	return unmet
}

func (p *pack) print(test, text string) {
	if strings.HasPrefix(text, "=== ") || strings.HasPrefix(strings.TrimLeft(text, " "), "--- PASS") {
		return
	}
	if p.printed[test] == nil {
		p.printed[test] = &strings.Builder{}
		p.tests = append(p.tests, test)
	}
	p.printed[test].WriteString(text)
}

// forget drops what a test has printed up to its end. What comes under its name afterwards, from a
// goroutine that it left behind, is kept.
func (p *pack) forget(test string) {
	delete(p.printed, test)
	p.tests = slices.DeleteFunc(p.tests, func(name string) bool { return name == test })
}

func (p *pack) output(test string) string {
	if p.printed[test] == nil {
		return ""
	}
	return p.printed[test].String()
}

// show prints all of a package that failed, its own lines last: they end with its result.
func (p *pack) show(out io.Writer) {
	for _, test := range p.tests {
		if test != "" {
			fmt.Fprintf(out, "=== %s\n%s", test, p.output(test))
		}
	}
	fmt.Fprint(out, p.skipped.String(), p.output(""))
}

var (
	logged  = regexp.MustCompile(`(?m)^ +[^ ]+\.go:[0-9]+: (.*)$`)
	lacking = regexp.MustCompile(`^[^ :,]*`)
)

// reason returns the last line that a test logged: what it said to t.Skip.
func (p *pack) reason(test string) string {
	all := logged.FindAllStringSubmatch(p.output(test), -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1][1]
}
