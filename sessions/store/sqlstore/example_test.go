package sqlstore_test

import (
	"fmt"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// A host with its own tool for migrations writes the files to the folder of that tool, in its
// format. goose also needs a first line "-- +goose Up". Any other host calls Migrate.
func ExampleMigrations() {
	all, err := sqlstore.Migrations(sqlstore.Postgres)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range all[:2] {
		fmt.Printf("Flyway          V%d__sessionkit_%s.sql\n", m.Version, m.Name)
		fmt.Printf("golang-migrate  %d_sessionkit_%s.up.sql\n", m.Version, m.Name)
		fmt.Printf("goose           %05d_sessionkit_%s.sql\n", m.Version, m.Name)
	}
	// Output:
	// Flyway          V1__sessionkit_first.sql
	// golang-migrate  1_sessionkit_first.up.sql
	// goose           00001_sessionkit_first.sql
	// Flyway          V2__sessionkit_history.sql
	// golang-migrate  2_sessionkit_history.up.sql
	// goose           00002_sessionkit_history.sql
}
