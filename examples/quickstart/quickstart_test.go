package main

import (
	"bytes"
	"io"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
)

// TestQuickstart runs the program twice on one database: it prints the same pages, each with the
// sessions that were asked for, and the file has the sessions that are counted.
func TestQuickstart(t *testing.T) {
	dir := t.TempDir()
	db, out := filepath.Join(dir, "kyc.db"), filepath.Join(dir, "kyc.csv")
	var first, again bytes.Buffer
	require.NoError(t, run(t.Context(), log.New(&first, "", 0), db, out))
	require.NoError(t, run(t.Context(), log.New(&again, "", 0), db, out))
	require.Equal(t, first.String(), again.String())

	parts := strings.Split(first.String(), "\n\n")
	require.Len(t, parts, 4)
	for i, title := range []string{"sessions of everything", "sessions of search(gio)", "sessions of all(document_type(passport),failed_for("} {
		lines := strings.Split(strings.TrimSpace(parts[i]), "\n")
		require.Contains(t, lines[0], title)
		require.Len(t, lines, 11, "two pages of five")
	}
	require.Contains(t, parts[3], out)

	file, err := os.Open(out)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	rows := 0
	for row, err := range export.Read(file, export.ReadOptions{Format: export.ExcelCSV, Zone: time.UTC}) {
		require.NoError(t, err)
		s, _, err := row.Session(export.SessionOptions{Company: "acme"})
		require.NoError(t, err)
		require.Equal(t, sessions.Passport, s.DocumentType)
		require.Equal(t, sessions.Failed, s.Status)
		rows++
	}
	require.Equal(t, strings.Fields(parts[2])[0], strconv.Itoa(rows))
}

// TestQuickstartWithoutAFolder shows that a file that cannot be made is an error.
func TestQuickstartWithoutAFolder(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing", "kyc.db")
	require.Error(t, run(t.Context(), log.New(io.Discard, "", 0), missing, missing))
}
