package enginetest

import (
	goflag "flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var updateGoldens = goflag.Bool("update", false, "write the files under testdata anew")

// requireGolden compares a text with a file. go test -update writes the file.
func requireGolden(t *testing.T, file, text string) {
	t.Helper()
	if *updateGoldens {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), text, "%s: go test -update writes it anew", file)
}
