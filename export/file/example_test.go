package file_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/kvalifika/sessionkit/export/file"
	"github.com/kvalifika/sessionkit/sessions"
)

func twoSessions(yield func(*sessions.Session, error) bool) {
	at := time.Date(2024, 5, 1, 21, 4, 5, 0, time.UTC)
	_ = yield(&sessions.Session{ID: "s-2", Company: "acme", CreatedAt: at, Status: sessions.Success}, nil) &&
		yield(&sessions.Session{ID: "s-1", Company: "acme", CreatedAt: at.Add(-time.Minute), Status: sessions.Failed}, nil)
}

// few is a selection of two sessions that never change.
type few struct{}

func (few) Watermark(context.Context) (string, error) { return "1", nil }
func (few) Changed(context.Context, string, sessions.Position) (bool, error) {
	return false, nil
}
func (few) Request() sessions.Request {
	return sessions.Request{Company: "acme", AskedBy: "agent-7", Query: "status:success,failed"}
}
func (few) Open(context.Context, sessions.Reading) (iter.Seq2[*sessions.Session, error], error) {
	return twoSessions, nil
}

func Example() {
	dir, err := os.MkdirTemp("", "export")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "sessions.csv")
	files, err := file.Write(context.Background(), path, few{}, file.Options{Manifest: true})
	if err != nil {
		fmt.Println(err) // file.Resume continues
		return
	}
	fmt.Println(files[0].File, files[0].Rows, "rows")

	for _, content := range []string{"", "Session ID\r\n"} {
		if content != "" {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				fmt.Println(err)
				return
			}
		}
		f, err := os.Open(path)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(file.Verify(f, files[0]), f.Close())
	}
	// Output:
	// sessions.csv 2 rows
	// <nil> <nil>
	// file: not the one of the manifest: header of column 1, "Personal Number" <nil>
}

// An export that breaks off is continued by Resume, or removed by Discard.
func ExampleDiscard() {
	dir, err := os.MkdirTemp("", "export")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "sessions.csv")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = file.Write(ctx, path, few{}, file.Options{})
	fmt.Println(errors.Is(err, context.Canceled))
	fmt.Println(file.Discard(path))
	_, err = file.Resume(context.Background(), path, few{}, file.Options{})
	fmt.Println(errors.Is(err, file.ErrNothingBegun))
	// Output:
	// true
	// <nil>
	// true
}
