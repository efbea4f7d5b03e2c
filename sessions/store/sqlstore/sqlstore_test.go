package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

func TestWatermarks(t *testing.T) {
	now := state{history: "00ff00ff00ff00ff", seq: 12345}
	w := now.watermark("acme")
	seq, err := now.since("acme", w)
	require.NoError(t, err)
	require.EqualValues(t, 12345, seq)
	for _, bad := range []store.Watermark{"", "2", "2.x", "2.00ff00ff00ff00ff.9ix.", w + "0", w[1:], "1" + w[1:], "2.-1.00000000", store.Watermark(strings.ToUpper(string(w)))} {
		_, err := now.since("acme", bad)
		require.ErrorIs(t, err, store.ErrWatermark, "%q", bad)
	}
	_, err = now.since("Acme", w)
	require.ErrorIs(t, err, store.ErrWatermark, "of another company")
	_, err = state{history: "00ff00ff00ff00fe", seq: 12345}.since("acme", w)
	require.ErrorIs(t, err, store.ErrWatermark, "of another history")
	_, err = state{history: now.history, seq: 12344}.since("acme", w)
	require.ErrorIs(t, err, store.ErrWatermark, "ahead of the company's number")
	seq, err = state{history: now.history, seq: 99999}.since("acme", w)
	require.NoError(t, err)
	require.EqualValues(t, 12345, seq)
}

// TestEssence rewrites each migration in ways that do not change what it does, and in ways that do:
// only these change its checksum.
func TestEssence(t *testing.T) {
	for _, d := range []filter.Dialect{SQLite, Postgres, MariaDB} {
		all, err := Migrations(d)
		require.NoError(t, err)
		for _, m := range all {
			require.Equal(t, essence(m.SQL), essence(strings.ReplaceAll(m.SQL, "\n", "\r\n")))
			require.Equal(t, essence(m.SQL), essence("-- Another comment.\n\n"+strings.ReplaceAll(m.SQL, "\n    ", "\n\t\t")))
			for statement := range strings.SplitSeq(m.SQL, ";\n") {
				require.NotContains(t, essence(statement), "-- sessionkit, migration")
			}
			require.NotEqual(t, essence(m.SQL), essence(strings.Replace(m.SQL, "sessionkit_", "other_", 1)))
		}
	}
	for _, c := range []struct{ x, y string }{
		{"a INTEGER, -- one\nb TEXT\n", "a INTEGER,\n  -- two\n  b TEXT"},
		{"a TEXT DEFAULT '', -- one", "a TEXT DEFAULT '',"},
	} {
		require.Equal(t, essence(c.x), essence(c.y))
	}
	for _, c := range []struct{ x, y string }{
		{"a TEXT DEFAULT '-- one'", "a TEXT DEFAULT '-- two'"},
		{"-- oldest: 3\n", "-- oldest: 4\n"},
		{"-- unless column a.b\nc", "-- if column a.b\nc"},
		{"a b", "ab"},
	} {
		require.NotEqual(t, essence(c.x), essence(c.y))
	}
}

// TestChecksums pins the checksums of the migrations. Those of released migrations are in hosts'
// databases and never change; a new migration adds a line for each engine.
func TestChecksums(t *testing.T) {
	var b strings.Builder
	for _, name := range []string{"mariadb", "postgres", "sqlite"} {
		all, err := Migrations(map[string]filter.Dialect{"mariadb": MariaDB, "postgres": Postgres, "sqlite": SQLite}[name])
		require.NoError(t, err)
		for _, m := range all {
			fmt.Fprintf(&b, "%s %d %s\n", name, m.Version, m.checksum)
		}
	}
	pinned, err := os.ReadFile("testdata/checksums.txt")
	require.NoError(t, err)
	require.Equal(t, string(pinned), b.String())
}

// TestDeadlineBeforeTheContext shows that a driver may notice the deadline before the timer of the
// context has fired.
func TestDeadlineBeforeTheContext(t *testing.T) {
	late := lateContext{t.Context()}
	require.NoError(t, late.Err())
	require.ErrorIs(t, failed(late, "list", errors.New("i/o timeout")), context.DeadlineExceeded)
}

// lateContext is a context whose deadline has passed without an error so far.
type lateContext struct{ context.Context }

func (lateContext) Deadline() (time.Time, bool) { return time.Now().Add(-time.Microsecond), true }

func TestErrorsDoNotPrintTheirCause(t *testing.T) {
	cause := errors.New("Key (first_name)=(Secretname) already exists")
	err := failed(t.Context(), "insert", cause)
	require.ErrorIs(t, err, cause)
	require.Equal(t, "sqlstore: insert: the database reports an error", err.Error())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = failed(ctx, "list", cause) // the driver's own text for it
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, cause)
	require.Equal(t, "sqlstore: list: context canceled", err.Error())
	err = failed(t.Context(), "update", errors.Join(ErrTxEnded, cause))
	require.ErrorIs(t, err, ErrTxEnded)
	require.Equal(t, "sqlstore: update: the caller's transaction has ended: the database reports an error", err.Error())
}

func TestPositions(t *testing.T) {
	p := store.Position{}
	require.Equal(t, newest, positionOf(p))
	at := time.Date(2026, 3, 14, 1, 2, 3, 456789000, time.UTC)
	require.Equal(t, position{at.UnixMicro(), "x"}, positionOf(store.Position{CreatedAt: at, ID: "x"}))
	require.Equal(t, position{at.UnixMicro() + 1, ""}, positionOf(store.Position{CreatedAt: at.Add(1), ID: "x"}), "between two microseconds")
	require.Equal(t, store.Position{CreatedAt: at, ID: "x"}, position{at.UnixMicro(), "x"}.store())
}

// TestRecent checks that an import has room again for the sessions that it packs next, also after
// some were packed without it.
func TestRecent(t *testing.T) {
	r := &recent{companies: map[string][]*digests{}}
	session := func(id string) *sessions.Session { return &sessions.Session{ID: id, Subject: "of " + id} }
	put := func(company string, seq int64, ids ...string) {
		d := &decision{company: company, seq: seq, digests: new(digests)}
		for _, id := range ids {
			d.digests.add(new(segment.Digester), session(id), searchkey.Of(session(id)))
		}
		r.put([]*decision{d})
	}
	requireKnown := func(company string, known bool, change int64, id string) {
		t.Helper()
		var want []byte
		if known {
			want = new(segment.Digester).Append(nil, session(id), searchkey.Of(session(id)))
		}
		require.Equal(t, want, r.of(company)(key{position{id: id}, change}))
	}
	put("acme", 10, "a", "b", "c")
	put("other", 10, "o")
	put("acme", 15, "e", "f")
	require.Equal(t, 6, r.n)
	for i, id := range []string{"a", "b", "c"} {
		requireKnown("acme", true, int64(11+i), id)
		requireKnown("other", false, int64(11+i), id)
	}
	requireKnown("acme", true, 16, "e")
	requireKnown("acme", true, 17, "f")
	for _, change := range []int64{0, 10, 14, 15, 18} {
		requireKnown("acme", false, change, "a")
	}
	requireKnown("acme", false, 12, "c") // the number is another session's
	r.forget("acme", 12)
	requireKnown("acme", true, 13, "c")
	r.forget("acme", 13)
	requireKnown("acme", false, 13, "c")
	requireKnown("acme", true, 16, "e")
	require.Equal(t, 3, r.n)
	put("acme", 17, make([]string, mostRecentSessions-2)...)
	require.Equal(t, 3, r.n, "there is no room")
	r.forget("acme", 20)
	require.Equal(t, 1, r.n, "the session of another company")
	requireKnown("other", true, 11, "o")
}
