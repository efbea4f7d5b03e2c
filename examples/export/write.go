package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/export/file"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// write writes the file, or goes on with it.
func write(ctx context.Context, c *config, stdout, stderr io.Writer) (err error) {
	db, dialect, err := engine.Open(c.dsn)
	if err != nil {
		return cli.Usagef("-dsn: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// A count that is capped tells as much as is needed of a sheet's limit.
	st := store.New(sqlstore.New(db, dialect), store.Options{CountLimit: export.MaxExcelRows + 1})
	count, err := st.Count(ctx, c.viewer, c.filter)
	if err != nil {
		return err
	}
	if count.Exact || count.N > export.MaxExcelRows {
		c.file.Count = int64(count.N)
	}
	total := int64(-1)
	if count.Exact {
		total = c.file.Count
	}
	bar := cli.NewBar(stderr, "exporting", total)
	c.file.Progress = func(p export.Progress) { bar.Set(p.Rows) }
	act := file.Write
	if c.resume {
		act = file.Resume
	}
	start := time.Now()
	files, err := act(ctx, c.out, st.Select(c.viewer, c.filter), c.file)
	bar.Done()
	if err != nil {
		return err
	}
	for _, m := range files {
		if _, err := fmt.Fprintf(stdout, "%s: %d rows, %d bytes, SHA-256 %s\n", m.File, m.Rows, m.Bytes, m.SHA256); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(stdout, "in %s\n", time.Since(start).Round(time.Millisecond))
	return err
}

// verify checks a file against the manifest beside it.
func verify(path string, stdout io.Writer) error {
	text, err := os.ReadFile(path + file.ManifestSuffix) //nolint:gosec // the file that was asked for
	if err != nil {
		return err
	}
	var m file.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("the manifest: %w", err)
	}
	f, err := os.Open(path) //nolint:gosec // the file that was asked for
	if err != nil {
		return err
	}
	if err := errors.Join(file.Verify(f, m), f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s is as its manifest says: %d rows, %d bytes, sessions of %s as of %s\n",
		path, m.Rows, m.Bytes, m.Company, m.Snapshot.Format(time.RFC3339))
	return err
}
