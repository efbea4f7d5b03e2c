package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// settings are the settings of the connections of a database, once they were checked. The zero
// settings are those of an engine without bounds.
type settings struct {
	// writing is why nothing may be written, or nil.
	writing atomic.Pointer[ConnectionError]
	// beginning is why nothing may be written in a transaction of the Backend's own, or nil.
	beginning atomic.Pointer[ConnectionError]
	// erasing is why deleted data stays on the disk, or nil.
	erasing atomic.Pointer[ConnectionError]
	packet  atomic.Int64 // max_allowed_packet, in bytes; 0: no bound
}

// checkSettings reads the settings of one connection. It returns an error for one that makes
// reading go wrong. If a setting only makes writing go wrong, it keeps the error for writers.
func (b *Backend) checkSettings(ctx context.Context, q querier) error {
	values := map[string]string{}
	for _, statement := range b.engine.Settings {
		err := b.on(q, "check the connection").rows(ctx, statement, nil, func(rows *sql.Rows) error {
			var name, value string
			if err := rows.Scan(&name, &value); err != nil {
				return failed(ctx, "check the connection", err)
			}
			values[strings.ToLower(name)] = value
			return nil
		})
		if err != nil {
			return err
		}
	}
	var writing, beginning, erasing *ConnectionError
	for _, s := range b.engine.Needs {
		value, known := values[s.Name]
		// Not every server has every setting.
		if !known || s.OK(value) {
			continue
		}
		wrong := &ConnectionError{Setting: s.Name, Value: value, Needed: s.Needed}
		switch s.For {
		case engine.Everything:
			return wrong
		case engine.Writing:
			writing = cmp.Or(writing, wrong)
		case engine.Beginning:
			beginning = cmp.Or(beginning, wrong)
		case engine.Erasing:
			erasing = cmp.Or(erasing, wrong)
		}
	}
	// To such a log, InnoDB refuses to write statements of READ COMMITTED transactions, which ours
	// are.
	if on := values["log_bin"]; strings.EqualFold(values["binlog_format"], "STATEMENT") && (on == "ON" || on == "1") {
		beginning = cmp.Or(beginning, &ConnectionError{Setting: "binlog_format", Value: values["binlog_format"], Needed: "ROW or MIXED"})
	}
	b.settings.writing.Store(writing)
	b.settings.beginning.Store(beginning)
	b.settings.erasing.Store(erasing)
	if packet, err := strconv.ParseInt(values["max_allowed_packet"], 10, 64); err == nil {
		b.settings.packet.Store(packet)
	}
	return nil
}

// canWrite returns why nothing may be written, in a transaction of the Backend's own or of the
// host's, or nil. An error is for one call: the next call reads the settings again, which may have
// been corrected.
func (b *Backend) canWrite(own bool) error {
	wrong := b.settings.writing.Load()
	if wrong == nil && own {
		wrong = b.settings.beginning.Load()
	}
	if wrong == nil {
		return nil
	}
	b.checked.Store(false)
	return wrong
}

// Bounds of statements.
const (
	mostBatchBytes = 4 << 20 // of the values of a statement's rows, about
	// valuesDivisor divides the bytes that the server accepts: the values of a statement take no
	// more than that part of them. Quoting can double them.
	valuesDivisor = 4
)

// batchBytes returns about how many bytes the values of one statement may have.
func (s *settings) batchBytes() int {
	if packet := s.packet.Load(); packet > 0 {
		return int(min(packet/valuesDivisor, mostBatchBytes))
	}
	return mostBatchBytes
}

// fits returns an error if a row is longer than the server accepts.
func (s *settings) fits(bytes int) error {
	packet := s.packet.Load()
	if packet == 0 || int64(bytes)+packetRestBytes <= packet {
		return nil
	}
	return &ConnectionError{
		Setting: "max_allowed_packet", Value: strconv.FormatInt(packet, 10), Needed: "more than the " + strconv.Itoa(bytes) + " bytes of a session",
	}
}

// packetRestBytes is an upper bound of the bytes of a packet without the values of one row: the
// text of the statement, and the types.
const packetRestBytes = 4 << 10
