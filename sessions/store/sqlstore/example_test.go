package sqlstore_test

import (
	"fmt"
	"strings"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// A host with migrations of its own takes the statements from here; any other calls CreateSchema.
func ExampleSchema() {
	text, err := sqlstore.Schema(sqlstore.Postgres)
	if err != nil {
		fmt.Println(err)
		return
	}
	for statement := range strings.SplitSeq(text, ";\n") {
		for line := range strings.Lines(statement) {
			if strings.HasPrefix(line, "CREATE TABLE") {
				fmt.Print(line)
			}
		}
	}
	// Output:
	// CREATE TABLE IF NOT EXISTS sessionkit_schema (
	// CREATE TABLE IF NOT EXISTS sessionkit_companies (
	// CREATE TABLE IF NOT EXISTS sessionkit_sessions (
	// CREATE TABLE IF NOT EXISTS sessionkit_segments (
	// CREATE TABLE IF NOT EXISTS sessionkit_blocks (
}
