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

// settings is what was found out about the connections of a database. The zero settings are those
// of an engine that bounds nothing.
type settings struct {
	writing   atomic.Pointer[ConnectionError] // why nothing may be written, if so
	beginning atomic.Pointer[ConnectionError] // why nothing may be written in a transaction of our own, if so
	erasing   atomic.Pointer[ConnectionError] // why what is deleted stays on the disk, if so
	packet    atomic.Int64                    // max_allowed_packet, in bytes; 0: no bound
}

// checkSettings looks at the settings of one connection. One with which reading would go wrong is
// an error; one with which only writing would is kept for the writers.
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
	// InnoDB writes no statement of a READ COMMITTED transaction, which ours are, to such a log.
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

// canWrite says why nothing may be written, in a transaction of our own or in one of the host's. A
// refusal holds for one call: the next one looks at the settings again, which somebody may have
// mended.
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

// How many bytes a statement has.
const (
	mostBatchBytes = 4 << 20 // of the values of its rows, about
	packetShare    = 4       // the values take at most one in so many of the bytes that the server takes: quoting can double them
)

// batchBytes returns how many bytes the values of one statement may have, about.
func (s *settings) batchBytes() int {
	if packet := s.packet.Load(); packet > 0 {
		return int(min(packet/packetShare, mostBatchBytes))
	}
	return mostBatchBytes
}

// fits says that a row is longer than the server takes.
func (s *settings) fits(bytes int) error {
	packet := s.packet.Load()
	if packet == 0 || int64(bytes)+packetRest <= packet {
		return nil
	}
	return &ConnectionError{
		Setting: "max_allowed_packet", Value: strconv.FormatInt(packet, 10), Needed: "more than the " + strconv.Itoa(bytes) + " bytes of a session",
	}
}

// packetRest is what a packet has beside the values of one row: the text of the statement, and the
// types.
const packetRest = 4 << 10
