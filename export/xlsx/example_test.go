package xlsx_test

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/export/xlsx"
	"github.com/kvalifika/sessionkit/sessions"
)

func ExampleWrite() {
	var workbook bytes.Buffer
	result, err := xlsx.Write(context.Background(), &workbook, export.FromIterator(sessions.Request{}, func(yield func(*sessions.Session, error) bool) {
		yield(&sessions.Session{ID: "s-1", PersonalNumber: sessions.TextOf("01001012345"), CreatedAt: time.Unix(1_714_600_000, 0)}, nil)
	}), export.Options{Zone: time.UTC})
	fmt.Println(result.Rows, err)
	// Output: 1 <nil>
}
