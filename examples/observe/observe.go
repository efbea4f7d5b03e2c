// Package observe shows how a host observes the operations of sqlstore and tablestore: with
// OpenTelemetry, as spans and as a metric of durations, and with log/slog.
//
//	watch, err := observe.OpenTelemetry(otel.GetTracerProvider(), otel.GetMeterProvider())
//	backend = backend.WithObserver(watch)
//
// Copy what you need. The host decides which attributes to keep, and how long a call must take to
// be logged.
package observe

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/kvalifika/sessionkit/sessions/store"
)

// scope is the instrumentation scope of the spans and the metric.
const scope = "github.com/kvalifika/sessionkit/sessions/store"

// OpenTelemetry returns an observer that makes a span of each operation, a child of the span in the
// caller's context, and records its duration, both under the names of the semantic conventions for
// databases. Only spans have the company as an attribute: in a metric it would make a series for
// each company.
func OpenTelemetry(traces trace.TracerProvider, meters metric.MeterProvider) (func(context.Context, store.Operation), error) {
	tracer := traces.Tracer(scope)
	duration, err := meters.Meter(scope).Float64Histogram("db.client.operation.duration",
		metric.WithUnit("s"), metric.WithDescription("Duration of database client operations."),
		metric.WithExplicitBucketBoundaries(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, o store.Operation) { //nolint:gocritic // the signature is that of the hook
		attributes := []attribute.KeyValue{attribute.String("db.system.name", o.System), attribute.String("db.operation.name", o.Name)}
		failure := o.ErrorType()
		if failure != "" {
			attributes = append(attributes, attribute.String("error.type", failure))
		}
		if o.SQLState != "" {
			attributes = append(attributes, attribute.String("db.response.status_code", o.SQLState))
		}
		duration.Record(ctx, o.Duration.Seconds(), metric.WithAttributes(attributes...))

		attributes = append(attributes,
			attribute.Int("db.response.returned_rows", o.RowsReturned), attribute.Int("sessionkit.statements", o.Statements),
			attribute.Int("sessionkit.rows_read", o.RowsRead), attribute.Int("sessionkit.budget_spent", o.BudgetSpent),
			attribute.Bool("sessionkit.partial", o.Partial), attribute.String("sessionkit.company", o.Company))
		_, span := tracer.Start(ctx, o.Name, trace.WithTimestamp(o.Began), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))
		if !isAnswer(failure) {
			span.SetStatus(codes.Error, failure) // the error's own text is left to the host
		}
		span.End(trace.WithTimestamp(o.Began.Add(o.Duration)))
	}, nil
}

// isAnswer reports whether the type of an error is about the caller's request, and not about the
// database: a session that does not exist, or a search that the next letter has superseded.
func isAnswer(failure string) bool {
	switch failure {
	case "", "canceled", "not_found", "conflict", "watermark", "invalid":
		return true
	}
	return false
}

// Slog returns an observer that logs operations that failed, and those that took at least as long
// as slow.
func Slog(log *slog.Logger, slow time.Duration) func(context.Context, store.Operation) {
	return func(ctx context.Context, o store.Operation) { //nolint:gocritic // the signature is that of the hook
		switch {
		case !isAnswer(o.ErrorType()):
			log.LogAttrs(ctx, slog.LevelError, "sessions store failed", slog.Any("operation", o))
		case o.Duration >= slow:
			log.LogAttrs(ctx, slog.LevelWarn, "sessions store was slow", slog.Any("operation", o))
		}
	}
}
