package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/export/file"
	"github.com/kvalifika/sessionkit/export/xlsx"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// write writes the file, or continues it.
func (c *exporting) write(ctx context.Context, t *terminal, b *backend) error {
	// The count may be capped: only whether it exceeds the limit of a sheet matters.
	st := store.New(b, store.Options{CountLimit: export.MaxExcelRows + 1})
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
	bar := cli.NewBar(t.stderr, "exporting", total)
	c.file.Progress = func(p export.Progress) { bar.Set(p.Rows) }
	start := time.Now()
	selected := st.Select(c.viewer, c.filter)
	var files []file.Manifest
	switch {
	case c.out == "-":
		files, err = c.whole(ctx, t.stdout, selected)
		// The file goes to standard output, so the result goes to standard error.
		said := *t
		said.stdout = t.stderr
		t = &said
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
		t.result(m, "%s: %d rows, %d bytes, SHA-256 %s\n", m.File, m.Rows, m.Bytes, m.SHA256)
	}
	t.tell("in %s\n", time.Since(start).Round(time.Millisecond))
	return t.unprinted
}

// whole writes a file that cannot be resumed.
func (c *exporting) whole(ctx context.Context, w io.Writer, selected export.Selection) ([]file.Manifest, error) {
	act := export.Write
	if c.workbook {
		act = xlsx.Write
	}
	c.file.SHA256 = true
	r, err := act(ctx, w, selected, c.file.Options)
	return []file.Manifest{{File: c.out, Rows: r.Rows, Bytes: r.Bytes, SHA256: r.SHA256}}, err
}

// renamed writes such a file under a temporary name beside its own, which never belongs to a part.
func (c *exporting) renamed(ctx context.Context, selected export.Selection) (files []file.Manifest, err error) {
	f, err := os.CreateTemp(filepath.Dir(c.out), filepath.Base(c.out)+".*")
	if err != nil {
		return nil, err
	}
	files, err = c.whole(ctx, f, selected)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	// Somebody may have made the file since the workbook was begun.
	if _, missing := os.Lstat(c.out); err == nil && missing == nil && c.file.NoReplace {
		err = errExists
	}
	if err == nil {
		err = os.Rename(f.Name(), c.out)
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(f.Name()))
	}
	return files, nil
}
