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
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// company is the row of sessionkit_companies, zero where there is none.
type company struct {
	seq   int64 // number of the latest change
	total int64 // sessions
}

func (c conn) companyState(ctx context.Context, name string) (state company, err error) {
	err = c.first(ctx, c.engine.Company, engine.Args{"company": name}, &state.seq, &state.total)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil // nothing was ever written
	}
	return state, err
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
	if err := b.ready(ctx, company); err != nil {
		return store.Changes{}, err
	}
	c := b.on(b.db, "changes")
	state, err := c.companyState(ctx, company)
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
	args := engine.Args{"company": company, "since": last, "limit": limit + 1}
	err = c.sessions(ctx, c.engine.Changes, args, company, func(s *sessions.Session, seq int64) error {
		if len(changes.Sessions) == limit { // the one that says that there are more
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
