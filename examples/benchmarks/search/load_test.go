package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

func TestDialectOf(t *testing.T) {
	for _, test := range []struct {
		name, dsn string
		want      any
	}{
		{"", "postgres://u@h/d", sqlstore.Postgres}, {"", "u:p@tcp(127.0.0.1:3306)/d", sqlstore.MariaDB}, {"", "/var/tmp/x.db", sqlstore.SQLite},
		{"postgres", "service=x", sqlstore.Postgres}, {"mariadb", "x", sqlstore.MariaDB}, {"sqlite", "x", sqlstore.SQLite},
	} {
		d, err := dialectOf(test.name, test.dsn)
		require.NoError(t, err)
		require.Equal(t, test.want, d, test.dsn)
	}
	_, err := dialectOf("", "")
	require.Error(t, err)
	_, err = dialectOf("oracle", "x")
	require.Error(t, err)
}

// TestRun runs the whole program on a small SQLite file: it loads, measures, compares with an
// exhaustive search, and draws.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	o := options{
		dsn: filepath.Join(dir, "sessions.db"), n: 1000, seed: 1, workload: "first", limit: 1e10, keystrokes: 30, runs: 2, compared: 8, churn: 50,
		steps: "search,pages,count,insert,naive,trigram,check", svg: filepath.Join(dir, "latency.svg"),
	}
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), o, &out))
	for _, heading := range []string{
		"### Sizes", "### One keystroke, run 1 of 2, by kind", "by length typed", "### Pages further back", "### Counting up to", "Inserting 1000 sessions",
		"### LIKE on four columns", ": 0 pages differ", "a second were inserted and decided",
	} {
		require.Contains(t, out.String(), heading)
	}
	require.FileExists(t, o.svg)
	o.workload = "third"
	require.Error(t, run(t.Context(), o, &out))
}
