package observe_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	_ "modernc.org/sqlite"

	"github.com/kvalifika/sessionkit/examples/observe"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/tablestore"
)

func open(t *testing.T) *sqlstore.Backend {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+t.TempDir()+"/sessions.db")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, sqlstore.Migrate(t.Context(), db, sqlstore.SQLite))
	b := sqlstore.New(db, sqlstore.SQLite)
	s := &sessions.Session{ID: "s-1", Company: "acme", CreatedAt: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), Status: sessions.Pending}
	require.NoError(t, b.Insert(t.Context(), s))
	return b
}

// TestOpenTelemetry reads the spans and the metric in the form that a collector gets.
func TestOpenTelemetry(t *testing.T) {
	spans, reader := tracetest.NewSpanRecorder(), sdkmetric.NewManualReader()
	traces := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	watch, err := observe.OpenTelemetry(traces, sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	require.NoError(t, err)
	b := open(t).WithObserver(watch)

	ctx, request := traces.Tracer("host").Start(t.Context(), "GET /sessions")
	_, err = b.List(ctx, store.Selection{Company: "acme", Limit: 10})
	require.NoError(t, err)
	_, err = b.Get(ctx, "acme", "nobody")
	require.ErrorIs(t, err, store.ErrNotFound)
	request.End()

	ended := spans.Ended()
	require.Len(t, ended, 3)
	list, get := ended[0], ended[1]
	require.Equal(t, "list", list.Name())
	require.Equal(t, request.SpanContext().SpanID(), list.Parent().SpanID())
	require.Equal(t, request.SpanContext().TraceID(), list.SpanContext().TraceID())
	require.Subset(t, list.Attributes(), []attribute.KeyValue{
		attribute.String("db.system.name", "sqlite"), attribute.String("db.operation.name", "list"), attribute.Int("db.response.returned_rows", 1),
	})
	require.True(t, list.EndTime().After(list.StartTime()))
	require.Equal(t, codes.Unset, list.Status().Code)
	require.Subset(t, get.Attributes(), []attribute.KeyValue{attribute.String("error.type", "not_found")})
	require.Equal(t, codes.Unset, get.Status().Code, "an answer, and no failure")
	ctx, cancel := context.WithDeadline(ctx, time.Now())
	defer cancel()
	_, err = b.Get(ctx, "acme", "s-1")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, codes.Error, spans.Ended()[3].Status().Code)

	var collected metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &collected))
	m := collected.ScopeMetrics[0].Metrics[0]
	require.Equal(t, "db.client.operation.duration", m.Name)
	require.Equal(t, "s", m.Unit)
	histogram, ok := m.Data.(metricdata.Histogram[float64])
	require.True(t, ok)
	require.Len(t, histogram.DataPoints, 3, "one for each operation and outcome")
}

// TestTable shows that the same function serves a host's own table.
func TestTable(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+t.TempDir()+"/host.db")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.ExecContext(t.Context(), "CREATE TABLE checks (tenant TEXT, uid TEXT, started INTEGER); INSERT INTO checks VALUES ('acme', 'c-1', 1773489600)")
	require.NoError(t, err)
	spans := tracetest.NewSpanRecorder()
	watch, err := observe.OpenTelemetry(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)), sdkmetric.NewMeterProvider())
	require.NoError(t, err)
	b := tablestore.New(db, filter.SQLite, tablestore.Table{
		From: "checks", Select: "uid, started",
		Columns: filter.Columns{Company: filter.Col("tenant"), Fields: map[sessions.Field]filter.Column{
			sessions.FieldID: filter.Col("uid"), sessions.FieldCreatedAt: filter.Col("started").Unix(),
		}},
		Scan: func(rows *sql.Rows) (*sessions.Session, error) {
			var started int64
			s := sessions.Session{Status: sessions.Pending}
			err := rows.Scan(&s.ID, &started)
			s.CreatedAt = time.Unix(started, 0)
			return &s, err
		},
	}).WithObserver(watch)
	_, err = b.List(t.Context(), store.Selection{Company: "acme", Limit: 10})
	require.NoError(t, err)
	require.Len(t, spans.Ended(), 1)
	require.Subset(t, spans.Ended()[0].Attributes(), []attribute.KeyValue{
		attribute.String("db.system.name", "sqlite"), attribute.String("db.operation.name", "list"),
		attribute.Int("db.response.returned_rows", 1), attribute.Int("sessionkit.statements", 2),
	})
}

func TestSlog(t *testing.T) {
	var text bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&text, nil))
	b := open(t)
	_, err := b.WithObserver(observe.Slog(log, time.Hour)).List(t.Context(), store.Selection{Company: "acme", Limit: 10})
	require.NoError(t, err)
	require.Empty(t, text.String(), "neither slow nor a failure")
	_, err = b.WithObserver(observe.Slog(log, 0)).List(t.Context(), store.Selection{Company: "acme", Limit: 10})
	require.NoError(t, err)
	require.Contains(t, text.String(), `"operation":{"db.system.name":"sqlite","db.operation.name":"list"`)
	text.Reset()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = b.WithObserver(observe.Slog(log, time.Hour)).List(ctx, store.Selection{Company: "acme", Limit: 10})
	require.ErrorIs(t, err, context.Canceled)
	_, err = b.WithObserver(observe.Slog(log, time.Hour)).Get(t.Context(), "acme", "nobody")
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Empty(t, text.String(), "a search that was superseded, and a session that is not there, are nobody's failure")
	ctx, cancel = context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	_, err = b.WithObserver(observe.Slog(log, time.Hour)).List(ctx, store.Selection{Company: "acme", Limit: 10})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Contains(t, text.String(), `"error.type":"timeout"`)
}

// The log of a call that failed.
func ExampleSlog() {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	watch := observe.Slog(log, time.Second)
	watch(context.Background(), store.Operation{
		System: "postgresql", Name: "list", Company: "acme", Duration: 2 * time.Second, Statements: 7, RowsRead: 120, SQLState: "57014",
		Err: fmt.Errorf("list: %w", context.DeadlineExceeded),
	})
	// Output:
	// level=ERROR msg="sessions store failed" operation.db.system.name=postgresql operation.db.operation.name=list operation.db.client.operation.duration=2 operation.sessionkit.statements=7 operation.sessionkit.rows_read=120 operation.db.response.returned_rows=0 operation.sessionkit.company=acme operation.db.response.status_code=57014 operation.error.type=timeout
}
