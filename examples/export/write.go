package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/export/file"
	"github.com/kvalifika/sessionkit/export/xlsx"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// write writes the file, or goes on with it.
func write(ctx context.Context, c *config, stdout, stderr io.Writer) (err error) {
	db, dialect, err := engine.OpenExisting(c.dsn)
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
	start := time.Now()
	selected := st.Select(c.viewer, c.filter)
	var files []file.Manifest
	said := stdout
	switch {
	case c.out == "-":
		said = stderr
		files, err = c.whole(ctx, stdout, selected)
	case c.workbook:
		files, err = c.renamed(ctx, selected)
	case c.resume:
		files, err = file.Resume(ctx, c.out, selected, c.file)
	default:
		files, err = file.Write(ctx, c.out, selected, c.file)
	}
	bar.Done()
	if err != nil {
		return err
	}
	for _, m := range files {
		if _, err := fmt.Fprintf(said, "%s: %d rows, %d bytes, SHA-256 %s\n", m.File, m.Rows, m.Bytes, m.SHA256); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(said, "in %s\n", time.Since(start).Round(time.Millisecond))
	return err
}

// whole writes a file that cannot be resumed.
func (c *config) whole(ctx context.Context, w io.Writer, selected export.Selection) ([]file.Manifest, error) {
	act := export.Write
	if c.workbook {
		act = xlsx.Write
	}
	c.file.SHA256 = true
	r, err := act(ctx, w, selected, c.file.Options)
	return []file.Manifest{{File: c.out, Rows: r.Rows, Bytes: r.Bytes, SHA256: r.SHA256}}, err
}

// renamed writes such a file beside its name, so that under it there is never a part.
func (c *config) renamed(ctx context.Context, selected export.Selection) (files []file.Manifest, err error) {
	f, err := os.CreateTemp(filepath.Dir(c.out), filepath.Base(c.out)+".*")
	if err != nil {
		return nil, err
	}
	files, err = c.whole(ctx, f, selected)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), c.out) //nolint:gosec // the file that was asked for
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(f.Name())) //nolint:gosec // made above
	}
	return files, nil
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
