package export_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gocarina/gocsv"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
)

func twoSessions(yield func(*sessions.Session, error) bool) {
	at := time.Date(2024, 5, 1, 21, 4, 5, 0, time.UTC)
	_ = yield(&sessions.Session{
		ID: "s-2", Company: "acme", CreatedAt: at, Status: sessions.Success, Liveness: sessions.LivenessPassed,
		FirstName: sessions.TextOf("ნინო"), PersonalNumber: sessions.TextOf("01001012345"),
	}, nil) && yield(&sessions.Session{
		ID: "s-1", Company: "acme", CreatedAt: at.Add(-time.Minute), Status: sessions.Failed,
		FirstName: sessions.TextOf("=1+1"), PersonalNumber: sessions.TextIn(sessions.Redacted),
	}, nil)
}

func ExampleWrite() {
	var file bytes.Buffer
	result, err := export.Write(context.Background(), &file, export.FromIterator(sessions.Request{}, twoSessions), export.Options{
		Format: export.Excel,
		Zone:   time.FixedZone("Tbilisi", 4*60*60),
		Columns: []export.Column{
			export.ColumnCreationTime, export.ColumnFirstName, export.ColumnPersonalNumber, export.ColumnVerified,
		},
	})
	text := strings.TrimPrefix(file.String(), "\uFEFF") // the byte order mark
	fmt.Println(strings.ReplaceAll(text, "\r\n", "\n"))
	fmt.Println(result.Rows, "rows,", result.Bytes, "bytes", err)
	// Output:
	// Creation time,First Name,Personal Number,Verified
	// 2024-05-02 01:04:05,ნინო,"=""01001012345""",TRUE
	// 2024-05-02 01:03:05,'=1+1,[redacted],FALSE
	//
	// 2 rows, 156 bytes <nil>
}

func ExampleRead() {
	var file bytes.Buffer
	if _, err := export.Write(context.Background(), &file, export.FromIterator(sessions.Request{}, twoSessions), export.Options{}); err != nil {
		fmt.Println(err)
		return
	}
	for row, err := range export.Read(&file, export.ReadOptions{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		session, lost, err := row.Session(export.SessionOptions{Company: "acme"})
		fmt.Println(row.Number, row.PersonalNumber, session.Status, lost.Has(sessions.FieldStatus), err)
	}
	// Output:
	// 1 01001012345 success false <nil>
	// 2 [redacted] failed true <nil>
}

func ExampleReadError() {
	file := "Session ID,Expiration Date\r\ns-1,02-30-26\r\n"
	for _, err := range export.Read(strings.NewReader(file), export.ReadOptions{AllowMissing: true}) {
		var at *export.ReadError
		if errors.As(err, &at) {
			fmt.Println(at.Row, at.Column, errors.Is(err, export.ErrCell))
		}
	}
	// Output: 1 Expiration Date true
}

// Records serve gocsv as they are.
func ExampleRecord() {
	var records []export.Record
	for s, err := range twoSessions {
		if err != nil {
			fmt.Println(err)
			return
		}
		records = append(records, export.RecordOf(s))
	}
	text, err := gocsv.MarshalString(records)
	if err != nil {
		fmt.Println(err)
		return
	}
	var again []export.Record
	err = gocsv.UnmarshalString(text, &again)
	fmt.Println(again[0] == records[0], again[0].PersonalNumber, err)
	// Output: true 01001012345 <nil>
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

func ExampleWriteFile() {
	dir, err := os.MkdirTemp("", "export")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "sessions.csv")
	files, err := export.WriteFile(context.Background(), path, few{}, export.FileOptions{
		Manifest: true,
	})
	if err != nil {
		fmt.Println(err) // export.ResumeFile goes on
		return
	}
	fmt.Println(files[0].File, files[0].Rows, "rows")

	file, err := os.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(export.Verify(file, files[0]), file.Close())
	err = os.WriteFile(path, []byte("Session ID\r\n"), 0o600)
	if err != nil {
		fmt.Println(err)
		return
	}
	if file, err = os.Open(path); err == nil {
		fmt.Println(export.Verify(file, files[0]), file.Close())
	}
	// Output:
	// sessions.csv 2 rows
	// <nil> <nil>
	// export: the file is not the one of the manifest: header: 1 instead of 24 <nil>
}
