package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// engine is a database, with the differences between the three engines.
type engine struct {
	db      *sql.DB
	dsn     string
	dialect filter.Dialect
	name    string // with its version
}

// dialectOf returns the dialect of the engine with that name, or of the DSN if there is no name.
func dialectOf(name, dsn string) (filter.Dialect, error) {
	switch name {
	case "postgres":
		return sqlstore.Postgres, nil
	case "mariadb":
		return sqlstore.MariaDB, nil
	case "sqlite":
		return sqlstore.SQLite, nil
	case "":
	default:
		return 0, fmt.Errorf("no engine %q: postgres, mariadb or sqlite", name)
	}
	switch {
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		return sqlstore.Postgres, nil
	case strings.Contains(dsn, "@tcp("), strings.Contains(dsn, "@unix("):
		return sqlstore.MariaDB, nil
	case dsn != "":
		return sqlstore.SQLite, nil
	default:
		return 0, errors.New("needs -dsn")
	}
}

// open opens the database. For SQLite, the DSN is the path of a file.
func open(ctx context.Context, name, dsn string) (*engine, error) {
	d, err := dialectOf(name, dsn)
	if err != nil {
		return nil, err
	}
	e := &engine{dsn: dsn, dialect: d}
	version := "SELECT version()"
	switch d {
	case sqlstore.Postgres:
		config, err := pgx.ParseConfig(dsn)
		if err != nil {
			return nil, errors.New("the DSN is not one of PostgreSQL") // err has its password
		}
		e.db = stdlib.OpenDB(*config)
		version = "SELECT 'PostgreSQL ' || split_part(version(), ' ', 2)"
	case sqlstore.MariaDB:
		config, err := mysql.ParseDSN(dsn)
		if err != nil {
			return nil, errors.New("the DSN is not one of MariaDB")
		}
		connector, err := mysql.NewConnector(config)
		if err != nil {
			return nil, err
		}
		e.db = sql.OpenDB(connector)
	default:
		file := url.URL{Scheme: "file", Path: dsn, RawQuery: url.Values{"_pragma": {
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "cache_size(-1000000)", "mmap_size(8000000000)",
		}}.Encode()}
		if e.db, err = sql.Open("sqlite", file.String()); err != nil {
			return nil, err
		}
		version = "SELECT 'SQLite ' || sqlite_version()"
	}
	e.db.SetMaxIdleConns(4)
	return e, e.db.QueryRowContext(ctx, version).Scan(&e.name)
}

// is reports whether the engine has the dialect.
func (e *engine) is(d filter.Dialect) bool { return e.dialect == d }

// exec executes statements.
func (e *engine) exec(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := e.db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%.60s: %w", s, err)
		}
	}
	return nil
}

// company is a company with the number of its sessions.
type company struct {
	key   string
	total int
}

// companies returns the stored companies, the largest first, without those of measurements.
func (e *engine) companies(ctx context.Context) ([]company, error) {
	rows, err := e.db.QueryContext(ctx, "SELECT company, total FROM sessionkit_companies WHERE company NOT LIKE '~%' ORDER BY total DESC, company")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []company
	for rows.Next() {
		var c company
		if err := rows.Scan(&c.key, &c.total); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// size is the size of a table or an index on the disk.
type size struct {
	name  string
	bytes int64
}

// sizes returns the sizes of the tables and indexes of more than a megabyte.
func (e *engine) sizes(ctx context.Context) ([]size, error) {
	query := `SELECT relname, pg_table_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
		WHERE nspname = current_schema() AND relkind IN ('r', 'i') AND relname LIKE 'sessionkit%' AND pg_table_size(c.oid) > 1e6 ORDER BY 2 DESC`
	switch e.dialect {
	case sqlstore.MariaDB:
		query = `SELECT concat(table_name, ' (clustered)'), data_length FROM information_schema.tables
				WHERE table_schema = database() AND table_name LIKE 'sessionkit%' AND data_length > 1e6
			UNION ALL SELECT concat(table_name, ', other indexes'), index_length FROM information_schema.tables
				WHERE table_schema = database() AND table_name LIKE 'sessionkit%' AND index_length > 1e6 ORDER BY 2 DESC`
	case sqlstore.SQLite:
		query = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name HAVING sum(pgsize) > 1e6 ORDER BY 2 DESC"
	}
	rows, err := e.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []size
	for rows.Next() {
		var s size
		if err := rows.Scan(&s.name, &s.bytes); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}
