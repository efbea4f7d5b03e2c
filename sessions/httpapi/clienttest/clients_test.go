package clienttest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/httpapi/clienttest/served"
)

// run runs a command in a directory, and shows its output if it fails.
func run(t *testing.T, dir string, env []string, command ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, "%v\n%s", command, output)
}

// described writes the description to a file.
func described(t *testing.T, dir string) (file string) {
	t.Helper()
	file = filepath.Join(dir, "openapi.json")
	require.NoError(t, os.WriteFile(file, httpapi.OpenAPI(), 0o600))
	return file
}

// testOver runs the tests of a package with an overlay of the Go files of a directory.
func testOver(t *testing.T, name, dir string) {
	t.Helper()
	here, err := os.Getwd()
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	replace := map[string]string{}
	for _, file := range files {
		replace[filepath.Join(here, name, filepath.Base(file))] = file
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	file := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(file, overlay, 0o600))
	run(t, here, nil, "go", "test", "-count=1", "-overlay", file, "-tags", "generated", "./"+name)
}

func TestOapiCodegen(t *testing.T) {
	dir := t.TempDir()
	run(t, ".", nil, "go", "tool", "oapi-codegen", "-generate", "client,models", "-package", "oapi", "-o", filepath.Join(dir, "client.gen.go"), described(t, dir))
	testOver(t, "oapi", dir)
}

func TestOgen(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "ogen.yml")
	require.NoError(t, os.WriteFile(config, []byte("generator:\n  features:\n    enable: [paths/client]\n    disable_all: true\n"), 0o600))
	run(t, ".", nil, "go", "tool", "ogen", "-config", config, "-package", "ogen", "-target", dir, described(t, dir))
	testOver(t, "ogen", dir)
}

func TestOpenAPITypeScript(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("no npm: the command is not here")
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata")))
	run(t, dir, nil, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--fetch-retries=5")
	run(t, dir, nil, "npx", "openapi-typescript", described(t, dir), "-o", "api.d.ts")
	run(t, dir, nil, "npx", "tsc")
	run(t, dir, []string{"API=" + served.New(t)}, "node", "client.js")
}
