package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// packages are tests as they go wrong, and what the digest has to show of them.
var packages = map[string]struct {
	source string
	shows  []string
	hides  []string
}{
	"passes": {
		`import ("fmt"; "testing")
		func TestA(t *testing.T) { t.Log("log of what passes"); fmt.Println("print of what passes") }`,
		[]string{"ok  \tbad/passes\t"},
		[]string{"of what passes"},
	},
	"fails": {
		`import ("fmt"; "testing")
		func TestA(t *testing.T) { t.Log("beside it") }
		func TestB(t *testing.T) {
			t.Run("x", func(t *testing.T) { fmt.Println("printed"); t.Error("one line\nanother line") })
			t.Run("y", func(t *testing.T) { t.Log("beside it") })
		}`,
		[]string{"=== TestB/x\nprinted\n", "one line\n        another line\n", "--- FAIL: TestB/x", "FAIL\tbad/fails\t"},
		[]string{"beside it"},
	},
	"panics": {
		`import "testing"
		func TestA(t *testing.T) { t.Log("before the panic"); panic("boom") }`,
		[]string{"before the panic\n", "panic: boom", "panics.TestA(", "FAIL\tbad/panics\t"},
		nil,
	},
	"later": {
		`import ("testing"; "time")
		func TestA(t *testing.T) { go func() { time.Sleep(time.Millisecond); panic("boom of a goroutine") }() }
		func TestB(t *testing.T) { time.Sleep(time.Minute) }`,
		[]string{"panic: boom of a goroutine", "FAIL\tbad/later\t"},
		nil,
	},
	"hangs": {
		`import ("testing"; "time")
		func TestA(t *testing.T) { t.Log("before it hangs"); time.Sleep(time.Minute) }`,
		[]string{"before it hangs\n", "panic: test timed out after 5s", "running tests:\n\t\tTestA (5s)", "FAIL\tbad/hangs\t"},
		nil,
	},
	"exits": {
		`import ("fmt"; "os"; "testing")
		func TestA(t *testing.T) {}
		func TestMain(m *testing.M) { fmt.Println("cannot set up"); os.Exit(3) }`,
		[]string{"cannot set up\n", "FAIL\tbad/exits\t"},
		nil,
	},
	"broken": {
		`import "testing"
		func TestA(t *testing.T) { undefined() }`,
		[]string{"undefined: undefined", "FAIL\tbad/broken [build failed]\n"},
		nil,
	},
	"vet": {
		`import "testing"
		func TestA(t *testing.T) { t.Logf("%d", "x") }`,
		[]string{"wrong type string", "FAIL\tbad/vet [build failed]\n"},
		nil,
	},
	"skips": {
		`import "testing"
		func TestA(t *testing.T) { t.Run("sub", func(t *testing.T) { t.Log("said"); t.Skip("no mlr: it is not here") }) }
		func TestB(t *testing.T) { t.Skip("not in short mode") }
		func TestC(t *testing.T) { t.Skip("no mlrs") }`,
		[]string{
			"ok  \tbad/skips\t", "    skipped TestA/sub: no mlr: it is not here\n", "    skipped TestB: not in short mode\n",
			"FAIL: skipped, although SESSIONKIT_REQUIRE lists what they need:\n    bad/skips: TestA/sub: no mlr: it is not here\n",
		},
		[]string{"said", "bad/skips: TestB", "bad/skips: TestC"},
	},
}

func TestDigest(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module bad\n\ngo 1.25\n"), 0o600))
	for name, p := range packages {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name, "a_test.go"), []byte("package "+name+"\n"+p.source), 0o600))
	}
	script := `go -C "$1" test -json -timeout=5s ./... 2>&1 | go run .ci/digest.go postgres,mlr`
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script, "digest", dir)
	cmd.Dir = ".."
	shown, err := cmd.CombinedOutput()
	require.Error(t, err, "a required name was lacking")
	for _, p := range packages {
		for _, text := range p.shows {
			require.Contains(t, string(shown), text)
		}
		for _, text := range p.hides {
			require.NotContains(t, string(shown), text)
		}
	}
}

// Lines that are not events are the go command's own, and nothing of a package without an end is
// lost.
func TestDigestOfWhatIsTorn(t *testing.T) {
	var out strings.Builder
	in := "go: downloading something\n{not an event\n" + `{"Action":"output","Package":"p","Test":"T","Output":"said\n"}` + "\nkilled"
	unmet, err := digest(strings.NewReader(in), &out, nil)
	require.NoError(t, err)
	require.Empty(t, unmet)
	require.Equal(t, "go: downloading something\n{not an event\nkilled=== T\nsaid\n", out.String())
}
