package examples_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// hostProgram is the first program of a host: it searches, and exports a workbook.
const hostProgram = `package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"time"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/export/xlsx"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

func main() {
	ctx := context.Background()
	backend := memstore.New()
	if err := backend.Insert(ctx, &sessions.Session{
		ID: "s-1", Company: "acme", Status: sessions.Success, FirstName: sessions.TextOf("Nino"), CreatedAt: time.Now(),
	}); err != nil {
		log.Fatal(err)
	}
	st := store.New(backend, store.Options{})
	selected := st.Select(store.Viewer{Company: "acme", Role: sessions.Agent, Subject: "agent-7"}, filter.Search("nino"))
	result, err := xlsx.Write(ctx, io.Discard, selected, export.Options{Zone: time.UTC})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Rows, "session")
}
`

// TestLineEnds requires that every file of a checkout is as it is in the repository, whatever git's
// core.autocrlf is, and that none has the line ends of Windows.
func TestLineEnds(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "git", "-C", "..", "ls-files", "--eol").CombinedOutput()
	require.NoError(t, err, "%s", out)
	files := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Greater(t, len(files), 100)
	for _, file := range files {
		require.Contains(t, file, "attr/-text", ".gitattributes")
		require.NotContains(t, file, "i/crlf", "the committed file")
		require.NotContains(t, file, "i/mixed", "the committed file")
	}
}

// TestRelease builds the released modules outside the repository, as a host does, where their
// replace directives do not apply. It gets them from a proxy of files, made from this tree, and
// their dependencies from the machine's cache, or otherwise as usual.
func TestRelease(t *testing.T) {
	scratch := t.TempDir()
	proxy := filepath.Join(scratch, "proxy")
	serve(t, proxy, "github.com/kvalifika/sessionkit", "..")
	serve(t, proxy, "github.com/kvalifika/sessionkit/export/xlsx", filepath.Join("..", "export", "xlsx"))
	cached, usual := filepath.Join(goEnv(t, "GOMODCACHE"), "cache", "download"), cmp.Or(goEnv(t, "GOPROXY"), "off")

	host := filepath.Join(scratch, "host")
	require.NoError(t, os.Mkdir(host, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(host, "go.mod"), []byte("module example.org/host\n\ngo 1.25.0\n"), 0o600))
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = host
		cmd.Env = append(os.Environ(),
			// The unreleased modules must not get into the machine's cache.
			"GOMODCACHE="+filepath.Join(scratch, "mod"),
			"GOPROXY=file://"+filepath.ToSlash(proxy)+",file://"+filepath.ToSlash(cached)+","+usual,
			// The modules are removable, and are compiled once, wherever they are.
			"GOFLAGS=-modcacherw -trimpath",
			"GOSUMDB=off", "GONOPROXY=none", "GOWORK=off", "GOTOOLCHAIN=local",
		)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "go %s\n%s", strings.Join(args, " "), out)
		return string(out)
	}
	run("get", "github.com/kvalifika/sessionkit")
	mod, err := os.ReadFile(filepath.Join(host, "go.mod"))
	require.NoError(t, err)
	require.Contains(t, string(mod), "\ngo 1.25.0\n", "the SDK raises the Go version of a host")
	run("get", "github.com/kvalifika/sessionkit/export/xlsx")
	require.NoError(t, os.WriteFile(filepath.Join(host, "main.go"), []byte(hostProgram), 0o600))
	run("mod", "tidy")
	require.Equal(t, "1 session\n", run("run", "."))
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

// serve adds a module of the tree to a proxy of files, as its released version.
func serve(t *testing.T, proxy, path, tree string) {
	t.Helper()
	dir := filepath.Join(proxy, filepath.FromSlash(path), "@v")
	require.NoError(t, os.MkdirAll(dir, 0o700))
	archive, err := os.Create(filepath.Join(dir, released+".zip"))
	require.NoError(t, err)
	require.NoError(t, zip.CreateFromDir(archive, module.Version{Path: path, Version: released}, tree))
	require.NoError(t, archive.Close())
	mod, err := os.ReadFile(filepath.Join(tree, "go.mod"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, released+".mod"), mod, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "list"), []byte(released+"\n"), 0o600))
	info := fmt.Sprintf(`{"Version":%q,"Time":"2026-01-01T00:00:00Z"}`, released)
	require.NoError(t, os.WriteFile(filepath.Join(dir, released+".info"), []byte(info), 0o600))
}
