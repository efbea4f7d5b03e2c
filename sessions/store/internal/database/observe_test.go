package database_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/tablestore"
)

// unreachable is a database that cannot be connected to.
type unreachable struct{}

func (unreachable) Connect(context.Context) (driver.Conn, error) {
	return nil, errors.New("unreachable")
}
func (unreachable) Driver() driver.Driver { return nil }

// unobserved are the methods with a context that need no observer.
var unobserved = map[string]string{
	"*sqlstore.Tx.Changes": "always refuses, without a statement",
}

// TestEveryMethodIsObserved calls every method that takes a context, which are those that use the
// database, of everything that the Backends have. A new method that is not observed fails here.
func TestEveryMethodIsObserved(t *testing.T) {
	db := sql.OpenDB(unreachable{})
	defer func() { require.NoError(t, db.Close()) }()
	var seen []store.Operation
	observe := func(_ context.Context, o store.Operation) { seen = append(seen, o) } //nolint:gocritic // the signature is that of the hook
	b := sqlstore.New(db, filter.SQLite).WithObserver(observe)
	columns := map[sessions.Field]filter.Column{sessions.FieldID: filter.Col("id"), sessions.FieldCreatedAt: filter.Col("at").Unix()}
	table := tablestore.New(db, filter.SQLite, tablestore.Table{
		From: "t", Select: "id", Columns: filter.Columns{Company: filter.Col("c"), Fields: columns},
		Scan: func(*sql.Rows) (*sessions.Session, error) { return nil, nil },
	}).WithObserver(observe)
	tx := b.Tx(db)
	methods := 0
	for _, of := range []any{b, b.Settings(), b.Trail(), tx, tx.Settings(), tx.Trail(), table} {
		v := reflect.ValueOf(of)
		for i := range v.NumMethod() {
			m := v.Type().Method(i)
			if m.Type.NumIn() < 2 || m.Type.In(1) != reflect.TypeFor[context.Context]() {
				continue
			}
			name := v.Type().String() + "." + m.Name
			seen = nil
			methods++
			err := call(t, v, m)
			if unobserved[name] != "" {
				require.Empty(t, seen, "%s is observed", name)
				continue
			}
			require.Len(t, seen, 1, "%s is not observed as one operation", name)
			require.Equal(t, err, seen[0].Err, name)
			require.Equal(t, "sqlite", seen[0].System, name)
			// A method that is not observed itself may still report the check that it begins with.
			require.Equal(t, m.Name == "Check" || m.Name == "CheckErasure", seen[0].Name == "check", name)
		}
	}
	require.Greater(t, methods, 30)
}

// TestFailedIsNotPartial shows that only an operation that has answered is reported as partial, as
// methods say so before they know of a failure.
func TestFailedIsNotPartial(t *testing.T) {
	for _, err := range []error{nil, context.Canceled} {
		var seen store.Operation
		observe := func(_ context.Context, o store.Operation) { seen = o } //nolint:gocritic // the signature is that of the hook
		_, w := database.Observer(observe).Watch(t.Context(), filter.SQLite, "count", "acme")
		w.Partial(true)
		w.End(&err)
		require.Equal(t, err == nil, seen.Partial)
	}
}

// call calls a method with a context and a company, and with zero values and functions that do
// nothing. It returns the error of the method.
func call(t *testing.T, v reflect.Value, m reflect.Method) error {
	t.Helper()
	args := []reflect.Value{v, reflect.ValueOf(t.Context())}
	for i := 2; i < m.Type.NumIn(); i++ {
		switch in := m.Type.In(i); {
		case m.Type.IsVariadic() && i == m.Type.NumIn()-1:
		case in.Kind() == reflect.Func:
			args = append(args, reflect.MakeFunc(in, func([]reflect.Value) []reflect.Value {
				out := make([]reflect.Value, in.NumOut())
				for i := range out {
					out[i] = reflect.Zero(in.Out(i))
				}
				return out
			}))
		case in.Kind() == reflect.String:
			args = append(args, reflect.ValueOf("acme").Convert(in))
		default:
			args = append(args, reflect.Zero(in))
		}
	}
	out := m.Func.Call(args)
	err, _ := reflect.TypeAssert[error](out[len(out)-1])
	return err
}

// TestNotObserved shows that an operation that nobody observes allocates nothing more.
func TestNotObserved(t *testing.T) {
	ctx := t.Context()
	require.Zero(t, testing.AllocsPerRun(10, func() { operation(ctx, nil) }))
}

// operation does what an operation of ten statements does for its observer.
func operation(ctx context.Context, observe database.Observer) {
	var err error
	ctx, w := observe.Watch(ctx, filter.SQLite, "list", "acme")
	for range 10 {
		database.WatchedIn(ctx).Sent()
		w.Read()
	}
	w.Spend(50)
	w.Returned(50)
	w.Partial(false)
	w.End(&err)
}

// BenchmarkWatch measures the cost of watching an operation of ten statements, without a database.
func BenchmarkWatch(b *testing.B) {
	for name, observe := range map[string]database.Observer{"not set": nil, "set": func(context.Context, store.Operation) {}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				operation(b.Context(), observe)
			}
		})
	}
}
