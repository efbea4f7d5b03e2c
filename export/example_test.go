package export_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
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
		Format: export.ExcelCSV,
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

// A file of another system: times without an offset, a renamed column, a column that is not ours,
// and a match level 0 and a Liveness Status that mean something else.
func ExampleReadOptions() {
	file := "ID;Creation time;Liveness Status;Match Level;Team\r\n" +
		"s-1;2024-05-02 01:04:05;1;0;west\r\n"
	options := export.ReadOptions{
		Format: export.ExcelCSV, Comma: ';', Zone: time.FixedZone("Tbilisi", 4*60*60),
		Headers:      map[export.Column]string{export.ColumnSessionID: "ID"},
		AllowMissing: true, AllowUnknown: true,
		LivenessOneIsPassed: true, LevelZeroIsNoData: true,
	}
	for row, err := range export.Read(strings.NewReader(file), options) {
		fmt.Printf("%s %s %s %q %v\n", row.SessionID, row.CreationTime, row.LivenessStatus, row.MatchLevel, err)
	}
	// Output: s-1 2024-05-01T21:04:05Z 0 "" <nil>
}

// A host's own gocsv writer, with its own separator, gets a selection row by row; its own reader
// returns the rows.
func ExampleWriteGocsv() {
	var text strings.Builder
	w := csv.NewWriter(&text)
	w.Comma = ';'
	columns := []export.Column{export.ColumnSessionID, export.ColumnFirstName, export.ColumnVerified}
	result, err := export.WriteGocsv(context.Background(), gocsv.NewSafeCSVWriter(w), export.FromIterator(sessions.Request{}, twoSessions),
		export.Options{Comma: ';', Columns: columns})
	fmt.Print(text.String())
	fmt.Println(result.Rows, "rows", err)

	r := csv.NewReader(strings.NewReader(text.String()))
	r.Comma = ';'
	for row, err := range export.ReadGocsv(r, export.ReadOptions{Comma: ';', AllowMissing: true}) {
		fmt.Println(row.SessionID, row.FirstName, row.Verified, err)
	}
	// Output:
	// Session ID;First Name;Verified
	// s-2;ნინო;TRUE
	// s-1;=1+1;FALSE
	// 2 rows <nil>
	// s-2 ნინო TRUE <nil>
	// s-1 =1+1 FALSE <nil>
}

// A custom column, and headers in the reader's language.
func ExampleCustomColumn() {
	var file bytes.Buffer
	_, err := export.Write(context.Background(), &file, export.FromIterator(sessions.Request{}, twoSessions), export.Options{
		Columns: []export.Column{export.ColumnFirstName, export.ColumnCustom(0)},
		Headers: map[export.Column]string{export.ColumnFirstName: "სახელი"},
		Custom: []export.CustomColumn{{
			Header: "ბმული", Cell: func(s *sessions.Session) string { return "https://kyc.example/" + s.ID },
		}},
	})
	fmt.Print(strings.ReplaceAll(file.String(), "\r\n", "\n"))
	fmt.Println(err)
	// Output:
	// სახელი,ბმული
	// ნინო,https://kyc.example/s-2
	// =1+1,https://kyc.example/s-1
	// <nil>
}

// gocsv can use records directly.
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

// A file goes to an object store while it is written, compressed, in constant memory. A part of it
// is never stored: an error ends the upload.
func ExampleWrite_objectStore() {
	var stored bytes.Buffer
	put := func(key string, body io.Reader) error { // as in the client of an object store
		_, err := io.Copy(&stored, body)
		return err
	}
	body, w := io.Pipe()
	go func() {
		z := gzip.NewWriter(w)
		_, err := export.Write(context.Background(), z, export.FromIterator(sessions.Request{}, twoSessions), export.Options{})
		if err == nil {
			err = z.Close()
		}
		_ = w.CloseWithError(err) // without an error it is the end of the file
	}()
	fmt.Println(put("acme/sessions.csv.gz", body))

	z, err := gzip.NewReader(&stored)
	if err != nil {
		fmt.Println(err)
		return
	}
	for row, err := range export.Read(z, export.ReadOptions{}) {
		fmt.Println(row.SessionID, err)
	}
	// Output:
	// <nil>
	// s-2 <nil>
	// s-1 <nil>
}
