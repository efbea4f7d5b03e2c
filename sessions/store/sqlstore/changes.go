package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// company is the row of sessionkit_companies, zero where there is none.
type company struct{ seq, total int64 }

func (b *Backend) company(ctx context.Context, q querier, op, name string) (c company, err error) {
	err = b.statement().add("SELECT seq, total FROM sessionkit_companies WHERE company = ?", name).first(ctx, q, op, &c.seq, &c.total)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return c, err
}

// watermark is a company's change number with a checksum over both: another company's watermark is noticed.
func watermark(company string, seq int64) store.Watermark {
	number := strconv.FormatInt(seq, 36)
	return store.Watermark(fmt.Sprintf("1.%s.%08x", number, crc32.ChecksumIEEE([]byte(number+" "+company))))
}

func parseWatermark(company string, w store.Watermark) (int64, error) {
	parts := strings.Split(string(w), ".")
	if len(parts) != 3 {
		return 0, store.ErrWatermark
	}
	seq, err := strconv.ParseInt(parts[1], 36, 64)
	if err != nil || watermark(company, seq) != w {
		return 0, store.ErrWatermark
	}
	return seq, nil
}

// Changes implements [store.Backend].
//
// Whoever changes a company's sessions raises its seq first and so holds its row until the transaction ends: changes
// become visible in the order of their numbers, and none can appear later below a number that has been read.
func (b *Backend) Changes(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error) {
	const op = "changes"
	if err := b.ready(ctx, company); err != nil {
		return store.Changes{}, err
	}
	state, err := b.company(ctx, b.db, op, company)
	if err != nil {
		return store.Changes{}, err
	}
	if since == "" {
		return store.Changes{Next: watermark(company, state.seq)}, nil
	}
	last, err := parseWatermark(company, since)
	if err != nil {
		return store.Changes{}, err
	}
	if last > state.seq { // of another database, or of one that was set back
		return store.Changes{}, store.ErrWatermark
	}
	var changes store.Changes
	st := b.statement().add("SELECT ").columns("r", readable).add(
		" FROM sessionkit_sessions r WHERE r.company = ? AND r.changed_seq > ? ORDER BY r.changed_seq LIMIT ", company, last).int(limit + 1)
	err = st.each(ctx, b.db, op, company, func(s *sessions.Session, seq int64) error {
		if len(changes.Sessions) == limit {
			changes.More = true
			return nil
		}
		changes.Sessions = append(changes.Sessions, s.Clone())
		last = seq
		return nil
	})
	if err != nil {
		return store.Changes{}, err
	}
	changes.Next = watermark(company, last)
	return changes, nil
}
