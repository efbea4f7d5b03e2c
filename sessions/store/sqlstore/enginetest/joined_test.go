package enginetest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/tablestore"
)

// checksSchema has the tables of a host, which are unlike ours: people have a table of their own,
// the document type is a number or NULL, reasons are two flags and a text, instants have the
// engine's type, and there is no search key.
var checksSchema = map[engine][]string{
	postgres: {
		`CREATE TABLE people (person_no bigserial PRIMARY KEY, given text, family text, pin text)`,
		`CREATE TABLE checks (client text NOT NULL, ref text NOT NULL, started timestamptz NOT NULL, ended timestamptz, judged timestamptz,
			person_no bigint NOT NULL REFERENCES people, doc_no text, doc_kind text, outcome text NOT NULL, spoofed boolean, cropped boolean,
			why text NOT NULL, level smallint, scale text NOT NULL, accepted smallint NOT NULL, group_key text NOT NULL, fields text,
			version bigint NOT NULL, PRIMARY KEY (client, ref))`,
		`CREATE INDEX checks_by_time ON checks (client, started)`,
	},
	mariadb: {
		`CREATE TABLE people (person_no BIGINT AUTO_INCREMENT PRIMARY KEY, given TEXT, family TEXT, pin TEXT) CHARACTER SET utf8mb4`,
		`CREATE TABLE checks (client VARCHAR(128) COLLATE $ NOT NULL, ref VARCHAR(128) COLLATE $ NOT NULL,
			started DATETIME(6) NOT NULL, ended DATETIME(6), judged DATETIME(6), person_no BIGINT NOT NULL, doc_no TEXT, doc_kind TEXT,
			outcome VARCHAR(128) NOT NULL, spoofed BOOLEAN, cropped BOOLEAN, why TEXT NOT NULL, level SMALLINT, scale TEXT NOT NULL,
			accepted SMALLINT NOT NULL, group_key VARCHAR(128) NOT NULL, fields LONGTEXT, version BIGINT NOT NULL,
			PRIMARY KEY (client, ref), KEY checks_by_time (client, started)) CHARACTER SET utf8mb4`,
	},
	sqlite: {
		`CREATE TABLE people (person_no INTEGER PRIMARY KEY, given TEXT, family TEXT, pin TEXT COLLATE NOCASE)`,
		`CREATE TABLE checks (client TEXT NOT NULL, ref TEXT NOT NULL, started TEXT NOT NULL, ended TEXT, judged TEXT,
			person_no INTEGER NOT NULL, doc_no TEXT, doc_kind TEXT, outcome TEXT COLLATE NOCASE NOT NULL, spoofed INTEGER, cropped INTEGER,
			why TEXT NOT NULL, level INTEGER, scale TEXT NOT NULL, accepted INTEGER NOT NULL, group_key TEXT NOT NULL, fields TEXT,
			version INTEGER NOT NULL, PRIMARY KEY (client, ref))`,
		`CREATE INDEX checks_by_time ON checks (client, started)`,
	},
}

const checkLayout = "2006-01-02T15:04:05.000000Z"

func checksTable(e engine) tablestore.Table {
	why := map[engine]string{
		postgres: "strpos(c.why, ?) > 0", mariadb: "instr(CAST(c.why AS BINARY), ?) > 0", sqlite: "instr(c.why, ?) > 0",
	}[e]
	clock := filter.Col("c.started").NotNull()
	if e == sqlite {
		clock = clock.UTCText(checkLayout)
	}
	return tablestore.Table{
		From: "checks c JOIN people p ON p.person_no = c.person_no",
		Columns: filter.Columns{
			Company: filter.Col("c.client").NotNull(),
			Fields: map[sessions.Field]filter.Column{
				sessions.FieldID:             filter.Col("c.ref").NotNull(),
				sessions.FieldCreatedAt:      clock,
				sessions.FieldStatus:         filter.Col("c.outcome").NotNull(),
				sessions.FieldDocumentType:   filter.Col("c.doc_kind"),
				sessions.FieldMatchLevel:     filter.Col("c.level"),
				sessions.FieldPersonalNumber: filter.Col("p.pin"),
				sessions.FieldSubject:        filter.Col("c.group_key"),
			},
			Reasons: map[sessions.Reason]filter.Column{
				sessions.DigitalSpoof: filter.Col("c.spoofed"), sessions.NotFullID: filter.Col("c.cropped"),
			},
			OtherReason: func(r sessions.Reason) filter.Column { return filter.Expr(why, "\n"+string(r)+"\n") },
			ExtraJSON:   filter.Col("c.fields"),
		},
		Select: strings.Join([]string{
			"c.client", "c.ref", "c.started", "c.ended", "c.judged", "p.given", "p.family", "p.pin", "c.doc_no", "c.doc_kind", "c.outcome",
			"c.spoofed", "c.cropped", "c.why", "c.level", "c.scale", "c.accepted", "c.group_key", "c.fields", "c.version",
		}, ", "),
		Scan: scanCheck,
	}
}

// instant scans the instants of the three engines.
type instant struct{ time.Time }

func (i *instant) Scan(src any) (err error) {
	switch v := src.(type) {
	case nil:
	case time.Time:
		i.Time = v
	case string:
		i.Time, err = time.Parse(checkLayout, v)
	default:
		err = fmt.Errorf("an instant of type %T", src)
	}
	return err
}

func scanCheck(row *sql.Rows) (*sessions.Session, error) {
	var s sessions.Session
	var started, ended, judged instant
	var given, family, pin, number, kind, fields sql.NullString
	var spoofed, cropped sql.NullBool
	var level sql.NullInt16
	var why string
	err := row.Scan(&s.Company, &s.ID, &started, &ended, &judged, &given, &family, &pin, &number, &kind, &s.Status,
		&spoofed, &cropped, &why, &level, &s.Match.Scale, &s.Match.Acceptance, &s.Subject, &fields, &s.Revision)
	if err != nil {
		return nil, err
	}
	s.CreatedAt, s.CompletedAt, s.DecidedAt = started.Time, ended.Time, judged.Time
	known := func(t sql.NullString) sessions.Text {
		if !t.Valid {
			return sessions.Text{}
		}
		return sessions.TextOf(t.String)
	}
	s.FirstName, s.LastName, s.PersonalNumber, s.DocumentNumber = known(given), known(family), known(pin), known(number)
	s.DocumentType = sessions.DocumentType(kind.String)
	if spoofed.Bool {
		s.Reasons = append(s.Reasons, sessions.DigitalSpoof)
	}
	if cropped.Bool {
		s.Reasons = append(s.Reasons, sessions.NotFullID)
	}
	for r := range strings.FieldsFuncSeq(why, func(r rune) bool { return r == '\n' }) {
		s.Reasons = append(s.Reasons, sessions.Reason(r))
	}
	if level.Valid {
		s.Match.Compared = true
		if err := s.Match.Level.Scan(int64(level.Int16)); err != nil {
			return nil, err
		}
	}
	s.Extra, err = sessions.ParseExtra(fields.String)
	return &s, err
}

// putCheck writes sessions in the host's way, without the SDK.
func putCheck(ctx context.Context, e engine, db *sql.DB, all ...*sessions.Session) error {
	replace := func(text string) string {
		text, err := dialects[e].ReplacePlaceholders(text)
		if err != nil {
			panic(err)
		}
		return text
	}
	known := func(t sessions.Text) any {
		if t.State() != sessions.Known {
			return nil
		}
		return t.Value()
	}
	instant := func(t time.Time) any {
		switch t = sessions.Truncate(t); {
		case t.IsZero():
			return nil
		case e == sqlite:
			return t.Format(checkLayout)
		}
		return t
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, s := range all {
		var person int64
		if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(person_no), 0) + 1 FROM people").Scan(&person); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, replace("INSERT INTO people (person_no, given, family, pin) VALUES (?, ?, ?, ?)"),
			person, known(s.FirstName), known(s.LastName), known(s.PersonalNumber))
		if err != nil {
			return err
		}
		var spoofed, cropped any
		why := ""
		for _, r := range s.Reasons {
			switch r {
			case sessions.DigitalSpoof:
				spoofed = true
			case sessions.NotFullID:
				cropped = true
			default:
				why += "\n" + string(r) + "\n"
			}
		}
		var level, kind, fields any
		if s.Match.Compared {
			level = int64(s.Match.Level)
		}
		if s.DocumentType != "" {
			kind = string(s.DocumentType)
		}
		if s.Extra.Len() > 0 {
			fields = string(s.Extra.AppendJSON(nil))
		}
		if _, err = tx.ExecContext(ctx, replace("DELETE FROM checks WHERE client = ? AND ref = ?"), s.Company, s.ID); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, replace("INSERT INTO checks (client, ref, started, ended, judged, person_no, doc_no, doc_kind, outcome, spoofed,"+
			" cropped, why, level, scale, accepted, group_key, fields, version) VALUES (?"+strings.Repeat(", ?", 17)+")"),
			s.Company, s.ID, instant(s.CreatedAt), instant(s.CompletedAt), instant(s.DecidedAt), person, known(s.DocumentNumber), kind,
			string(s.Status), spoofed, cropped, why, level, s.Match.Scale, int64(s.Match.Acceptance), s.Subject, fields, 1)
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}

func checksBackend(t *testing.T, e engine) (*tablestore.Backend, *sql.DB) {
	t.Helper()
	db := open(t, e)
	for _, statement := range checksSchema[e] {
		if e == mariadb {
			statement = strings.ReplaceAll(statement, "$", noPad(t, db))
		}
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	return tablestore.New(db, dialects[e], checksTable(e)), db
}

// TestJoinedTablesListWhatMatchSays compares random lists with Match, page by page and with every
// budget.
func TestJoinedTablesListWhatMatchSays(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			b, db := checksBackend(t, e)
			rapid.Check(t, func(t *rapid.T) {
				company := uuid.NewString()
				var all oracle
				for i := range rapid.IntRange(0, 25).Draw(t, "sessions") {
					s := drawSession(t, company, i)
					require.NoError(t, putCheck(t.Context(), e, db, s))
					got, err := b.Get(t.Context(), company, s.ID)
					require.NoError(t, err)
					all.put(got)
				}
				for range 6 {
					sel := store.Selection{
						Company: company, Filter: drawAny(t, all.list), Limit: rapid.SampledFrom([]int{1, 3, 50}).Draw(t, "limit"),
						Budget: rapid.SampledFrom([]int{0, 1, 7, 50000}).Draw(t, "budget"),
					}
					matches := all.match(sel.Filter)
					for {
						batch, err := b.List(t.Context(), sel)
						require.NoError(t, err)
						check(t, matches, sel, batch, string(e))
						if batch.Reached.IsZero() {
							break
						}
						sel.After = batch.Reached
					}
					sel.After = store.Position{}
					var streamed []*sessions.Session
					require.NoError(t, b.Stream(t.Context(), sel, func(s *sessions.Session) error {
						streamed = append(streamed, s)
						return nil
					}))
					require.Equal(t, described(matches), described(streamed), "stream %s", sel.Filter.Text())
				}
			})
		})
	}
}
