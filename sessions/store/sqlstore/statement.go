package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strconv"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// readable are the columns of a whole session.
var readable = row.Readable()

// statement is one SQL statement as it is put together: text with question marks, and as many arguments.
type statement struct {
	b    *Backend
	text []byte
	args []any
}

func (b *Backend) statement() *statement { return &statement{b: b, text: make([]byte, 0, 1024)} }

func (st *statement) add(text string, args ...any) *statement {
	st.text = append(st.text, text...)
	st.args = append(st.args, args...)
	return st
}

// int writes a number of ours into the text, where an argument would hide from a planner how few rows are wanted.
func (st *statement) int(n int) *statement {
	st.text = strconv.AppendInt(st.text, int64(n), 10)
	return st
}

// limit bounds how many rows are selected; [math.MaxInt] is no bound.
func (st *statement) limit(n int) {
	if n < math.MaxInt {
		st.add(" LIMIT ").int(n)
	}
}

// list writes n copies of a placeholder, separated by commas.
func (st *statement) list(n int, placeholder string) *statement {
	for i := range n {
		if i > 0 {
			st.text = append(st.text, ", "...)
		}
		st.text = append(st.text, placeholder...)
	}
	return st
}

// columns writes columns, one by one.
func (st *statement) columns(alias string, cs row.Columns) *statement {
	for i, c := range cs {
		if i > 0 {
			st.text = append(st.text, ", "...)
		}
		st.text = append(append(append(st.text, alias...), '.'), c.Name...)
	}
	return st
}

// packed writes columns as one text. NULL is as an empty text, see [row.Reader.Unpack].
func (st *statement) packed(alias string, cs row.Columns) *statement {
	pack := st.b.grammar.pack
	st.add(pack.begin)
	for i, c := range cs {
		if i > 0 {
			st.add(pack.between)
		}
		switch name := alias + "." + c.Name; {
		case c.Nullable && c.Number:
			st.add("coalesce(" + name + pack.asText + ", '')")
		case c.Nullable:
			st.add("coalesce(" + name + ", '')")
		default:
			st.add(name)
		}
	}
	return st.add(pack.end)
}

func (st *statement) sql() (string, error) { return st.b.dialect.ReplacePlaceholders(string(st.text)) }

func (st *statement) exec(ctx context.Context, q querier, op string) error {
	text, err := st.sql()
	if err != nil {
		return err
	}
	if _, err := q.ExecContext(ctx, text, st.args...); err != nil {
		return failed(ctx, op, err)
	}
	return nil
}

// first scans the only row. None is sql.ErrNoRows, not wrapped.
func (st *statement) first(ctx context.Context, q querier, op string, dest ...any) error {
	text, err := st.sql()
	if err != nil {
		return err
	}
	err = q.QueryRowContext(ctx, text, st.args...).Scan(dest...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return failed(ctx, op, err)
	}
	return err
}

// rows calls each for every row. The error of each comes back as it is.
func (st *statement) rows(ctx context.Context, q querier, op string, each func(*sql.Rows) error) error {
	text, err := st.sql()
	if err != nil {
		return err
	}
	rows, err := q.QueryContext(ctx, text, st.args...)
	if err != nil {
		return failed(ctx, op, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return failed(ctx, op, err)
	}
	return nil
}

// each calls f with every session of a statement that selects what is readable. The session is lent.
func (st *statement) each(ctx context.Context, q querier, op, company string, f func(s *sessions.Session, seq int64) error) error {
	r := row.NewReader(readable)
	var s sessions.Session
	return st.rows(ctx, q, op, func(rows *sql.Rows) error {
		if err := rows.Scan(r.Dest()...); errors.Is(err, ErrStored) {
			return err
		} else if err != nil {
			return failed(ctx, op, err)
		}
		seq, err := r.Session(company, &s)
		if err != nil {
			return err
		}
		return f(&s, seq)
	})
}
