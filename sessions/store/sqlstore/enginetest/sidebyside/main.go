// Command sidebyside is a process of a host, for TestSideBySide, which builds it with two versions
// of the SDK. It reads commands, one a line, and answers each with a line: "ok", the result, or
// "schema" for an error that wraps sqlstore.ErrSchema.
//
//	sidebyside ENGINE DSN NAME
//
//	migrate    brings the tables to the schema of its SDK
//	write N    inserts N sessions under its name, changes some of them, and finds each at once
//	count      how many sessions it finds in the list, by search, and by their status
//	verify     compares segments with sessions
package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		panic(err)
	}
}

// run executes the commands.
func run(ctx context.Context, engine, dsn, name string) error {
	driver := map[string]string{"sqlite": "sqlite", "postgres": "pgx", "mariadb": "mysql"}[engine]
	dialect := map[string]filter.Dialect{"sqlite": sqlstore.SQLite, "postgres": sqlstore.Postgres, "mariadb": sqlstore.MariaDB}[engine]
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	// A short tail, so that few sessions are packed into segments.
	p := process{sqlstore.New(db, dialect).WithPacking(sqlstore.Packing{Tail: 40}), name, 0}
	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		word, rest, _ := strings.Cut(commands.Text(), " ")
		answer := "ok"
		switch word {
		case "migrate":
			err = sqlstore.Migrate(ctx, db, dialect)
		case "write":
			var n int
			if _, err = fmt.Sscan(rest, &n); err == nil {
				err = p.write(ctx, n)
			}
		case "count":
			answer, err = p.count(ctx)
		case "verify":
			err = p.backend.Verify(ctx, "acme")
		}
		switch {
		case errors.Is(err, sqlstore.ErrSchema):
			answer = "schema"
		case err != nil:
			return fmt.Errorf("%s: %w", commands.Text(), err)
		}
		if _, err := fmt.Fprintln(os.Stdout, answer); err != nil {
			return err
		}
	}
	return commands.Err()
}

// process has the state of the process.
type process struct {
	backend *sqlstore.Backend
	name    string
	written int
}

// write inserts n sessions. Every third is decided, every fifth redacted.
func (p *process) write(ctx context.Context, n int) error {
	for range n {
		s := &sessions.Session{
			ID: fmt.Sprintf("%s-%05d", p.name, p.written), Company: "acme", CreatedAt: time.Unix(1700000000+int64(p.written), 0), Status: sessions.Pending,
			FirstName: sessions.TextOf(p.name), LastName: sessions.TextOf(fmt.Sprintf("number%d", p.written)),
		}
		p.written++
		if err := p.backend.Insert(ctx, s); err != nil {
			return err
		}
		found, err := p.backend.List(ctx, store.Selection{Company: "acme", Filter: filter.Search(s.FirstName.Value() + " " + s.LastName.Value()), Limit: 2})
		if err != nil {
			return err
		}
		if len(found.Sessions) == 0 {
			return fmt.Errorf("%s is not found", s.ID)
		}
		if p.written%3 == 0 {
			s.Status = sessions.Success
			if err := p.backend.Update(ctx, s); err != nil {
				return err
			}
		}
		if p.written%5 == 0 {
			if err := p.backend.Redact(ctx, "acme", s.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// count counts the sessions of each of some filters, by listing them and by Count.
func (p *process) count(ctx context.Context) (string, error) {
	var texts []string
	for _, f := range []filter.Filter{{}, filter.Search("old"), filter.Search("new"), filter.Status(sessions.Success)} {
		n := 0
		sel := store.Selection{Company: "acme", Filter: f, Limit: 100}
		for {
			batch, err := p.backend.List(ctx, sel)
			if err != nil {
				return "", err
			}
			n += len(batch.Sessions)
			if len(batch.Sessions) < sel.Limit {
				break
			}
			last := batch.Sessions[len(batch.Sessions)-1]
			sel.After = store.Position{CreatedAt: last.CreatedAt, ID: last.ID}
		}
		count, err := p.backend.Count(ctx, store.Selection{Company: "acme", Filter: f})
		if err != nil {
			return "", err
		}
		if count.N != n {
			return "", fmt.Errorf("%d sessions are counted, and %d listed", count.N, n)
		}
		texts = append(texts, fmt.Sprint(n))
	}
	return strings.Join(texts, " "), nil
}
