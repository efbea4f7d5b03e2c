package enginetest

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/storetest"
	"github.com/kvalifika/sessionkit/sessions/store/tablestore"
)

// kycTable is a table of a host that is unlike those of sqlstore: codes for states and documents,
// NULLs, instants in the engine's own type, no search key, and most of a session in one JSON text.
type kycTable struct {
	db     *sql.DB
	engine engine
}

const hostLayout = "2006-01-02T15:04:05.000000Z"

func newKYCTable(t testing.TB, e engine, db *sql.DB) kycTable {
	t.Helper()
	instant := map[engine]string{sqlite: "TEXT", postgres: "timestamptz", mariadb: "DATETIME(6)"}[e]
	text := map[engine]string{sqlite: "TEXT", postgres: "text", mariadb: "VARCHAR(600)"}[e]
	long := map[engine]string{sqlite: "TEXT", postgres: "text", mariadb: "LONGTEXT"}[e]
	key := text
	if e == mariadb {
		key = "VARCHAR(128) COLLATE " + noPad(t, db)
	}
	for _, statement := range []string{
		fmt.Sprintf(`CREATE TABLE kyc_checks (
			tenant %[2]s NOT NULL, uid %[3]s NOT NULL, started %[1]s NOT NULL, state %[2]s NOT NULL, doc_kind %[2]s,
			spoof BOOLEAN, cut_off BOOLEAN, weak BOOLEAN, level INTEGER, person_key %[2]s, pn %[2]s, rest %[4]s NOT NULL)`, instant, text, key, long),
		"CREATE INDEX kyc_checks_list ON kyc_checks (tenant" + map[engine]string{mariadb: "(100)"}[e] + ", started)",
		"CREATE INDEX kyc_checks_uid ON kyc_checks (uid)",
	} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	return kycTable{db, e}
}

// The host's codes for our values. Others are stored unchanged.
var (
	hostStates = map[sessions.Status]string{sessions.Success: "A", sessions.Failed: "D", sessions.Pending: "R"}
	hostKinds  = map[sessions.DocumentType]string{sessions.Passport: "1", sessions.IDCard: "2"}
)

// backend returns a Backend that reads the table.
func (h kycTable) backend() *tablestore.Backend {
	return tablestore.New(h.db, dialects[h.engine], h.table())
}

// table describes the table.
func (h kycTable) table() tablestore.Table {
	clock := filter.Col("k.started").NotNull()
	if h.engine == sqlite {
		clock = clock.UTCText(hostLayout)
	}
	return tablestore.Table{
		From:   "kyc_checks k",
		Select: "k.uid, k.rest",
		Scan:   scanHost,
		Columns: filter.Columns{
			Company: filter.Col("k.tenant").NotNull(),
			Fields: map[sessions.Field]filter.Column{
				sessions.FieldID:        filter.Col("k.uid").NotNull(),
				sessions.FieldCreatedAt: clock,
				sessions.FieldStatus: filter.Expr(
					"CASE k.state WHEN 'A' THEN 'success' WHEN 'D' THEN 'failed' WHEN 'R' THEN 'pending' ELSE k.state END"),
				sessions.FieldDocumentType: filter.Expr(
					"CASE k.doc_kind WHEN '1' THEN 'passport' WHEN '2' THEN 'id_card' ELSE k.doc_kind END"),
				sessions.FieldMatchLevel:     filter.Col("k.level"),
				sessions.FieldSubject:        filter.Col("k.person_key"),
				sessions.FieldPersonalNumber: filter.Col("k.pn"),
			},
			Reasons: map[sessions.Reason]filter.Column{
				sessions.DigitalSpoof: filter.Col("k.spoof"), sessions.NotFullID: filter.Col("k.cut_off"), sessions.LowFAR: filter.Col("k.weak"),
			},
		},
	}
}

// hostRest is the part of a session that is stored as JSON.
type hostRest struct {
	plain
	Texts map[sessions.Field]hostText
	Extra json.RawMessage
}

type hostText struct {
	State sessions.TextState
	Value string
}

// plain has the fields of a Session except its texts, and does not refuse JSON.
type plain struct {
	ID, Company, Partner, Subject     string
	Attempt                           int
	CreatedAt, CompletedAt, DecidedAt time.Time
	Status                            sessions.Status
	Reasons                           []sessions.Reason
	BirthDate, ExpirationDate         sessions.Date
	Sex                               sessions.Sex
	DocumentType                      sessions.DocumentType
	DocumentPresented                 bool
	DocumentValidity                  sessions.Validity
	Liveness                          sessions.Liveness
	Compared                          bool
	Level, Acceptance                 far.Level
	Scale                             string
	Selfie, ClientIP                  string
	Device                            sessions.Device
	Browser, OS, Model                string
}

var hostTexts = []sessions.Field{
	sessions.FieldFirstName, sessions.FieldLastName, sessions.FieldPersonalNumber, sessions.FieldDocumentNumber, sessions.FieldNationality,
}

func scanHost(rows *sql.Rows) (*sessions.Session, error) {
	var uid, text string
	if err := rows.Scan(&uid, &text); err != nil {
		return nil, err
	}
	var r hostRest
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return nil, err
	}
	extra, err := sessions.ParseExtra(string(r.Extra))
	if err != nil {
		return nil, err
	}
	texts := map[sessions.Field]sessions.Text{}
	for f, t := range r.Texts {
		texts[f] = sessions.TextIn(t.State)
		if t.State == sessions.Known {
			texts[f] = sessions.TextOf(t.Value)
		}
	}
	return &sessions.Session{
		ID: uid, Company: r.Company, Partner: r.Partner, Subject: r.Subject, Attempt: r.Attempt,
		CreatedAt: r.CreatedAt, CompletedAt: r.CompletedAt, DecidedAt: r.DecidedAt, Status: r.Status, Reasons: r.Reasons,
		FirstName: texts[sessions.FieldFirstName], LastName: texts[sessions.FieldLastName],
		PersonalNumber: texts[sessions.FieldPersonalNumber], DocumentNumber: texts[sessions.FieldDocumentNumber],
		Nationality: texts[sessions.FieldNationality], BirthDate: r.BirthDate, ExpirationDate: r.ExpirationDate, Sex: r.Sex,
		DocumentType: r.DocumentType, DocumentPresented: r.DocumentPresented, DocumentValidity: r.DocumentValidity, Liveness: r.Liveness,
		Match:  sessions.Match{Compared: r.Compared, Level: r.Level, Scale: r.Scale, Acceptance: r.Acceptance},
		Selfie: r.Selfie, Extra: extra, ClientIP: r.ClientIP, Device: r.Device, Browser: r.Browser, OS: r.OS, Model: r.Model,
	}, nil
}

// put writes sessions in the host's way.
func (h kycTable) put(ctx context.Context, all ...*sessions.Session) error {
	tx, err := h.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	tenant := "tenant = ?"
	if h.engine == mariadb {
		tenant = "CAST(tenant AS BINARY) = ?"
	}
	for _, s := range all {
		s.Normalize()
		remove, err := dialects[h.engine].ReplacePlaceholders("DELETE FROM kyc_checks WHERE " + tenant + " AND uid = ?")
		if err != nil {
			return err
		}
		insert, err := dialects[h.engine].ReplacePlaceholders("INSERT INTO kyc_checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
		if err != nil {
			return err
		}
		row, err := h.row(s)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, remove, s.Company, s.ID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, insert, row...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (h kycTable) row(s *sessions.Session) ([]any, error) {
	r := hostRest{Texts: map[sessions.Field]hostText{}, Extra: s.Extra.AppendJSON(nil), plain: plain{
		s.ID, s.Company, s.Partner, s.Subject, s.Attempt, s.CreatedAt, s.CompletedAt, s.DecidedAt, s.Status, s.Reasons,
		s.BirthDate, s.ExpirationDate, s.Sex, s.DocumentType, s.DocumentPresented, s.DocumentValidity, s.Liveness,
		s.Match.Compared, s.Match.Level, s.Match.Acceptance, s.Match.Scale, s.Selfie, s.ClientIP, s.Device, s.Browser, s.OS, s.Model,
	}}
	for _, f := range hostTexts {
		r.Texts[f] = hostText{s.Text(f).State(), s.Text(f).Value()}
	}
	rest, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	nullable := func(text string) any {
		if text == "" {
			return nil
		}
		return text
	}
	flag := func(r sessions.Reason) any { // the host never writes false
		if s.FailedFor(r) {
			return true
		}
		return nil
	}
	var started any = s.CreatedAt
	if h.engine == sqlite {
		started = s.CreatedAt.Format(hostLayout)
	}
	var level any
	if s.Match.Compared {
		level = int(s.Match.Level)
	}
	state, ok := hostStates[s.Status]
	if !ok {
		state = string(s.Status)
	}
	kind, ok := hostKinds[s.DocumentType]
	if !ok {
		kind = string(s.DocumentType)
	}
	return []any{
		s.Company, s.ID, started, state, nullable(kind), flag(sessions.DigitalSpoof), flag(sessions.NotFullID), flag(sessions.LowFAR),
		level, nullable(s.Subject), nullable(s.PersonalNumber.Value()), string(rest),
	}, nil
}

// TestTableConformance tests the promises of store.Backend with a host's own table, including
// searches.
func TestTableConformance(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			need(t, e)
			storetest.Run(t, func(t *testing.T) storetest.Fixture {
				h := newKYCTable(t, e, open(t, e))
				return storetest.Fixture{Backend: h.backend(), Put: h.put, Lacks: storetest.Lacks{Changes: true}}
			})
		})
	}
}

// TestTableChanges requires that a host's own function supplies the changes, and the watermark of
// every list.
func TestTableChanges(t *testing.T) {
	b := tablestore.New(open(t, sqlite), sqlstore.SQLite, tablestore.Table{
		From: "(SELECT 'acme' AS tenant, 'a' AS uid, 1 AS started) k", Select: "k.uid",
		Columns: filter.Columns{
			Company: filter.Col("k.tenant").NotNull(),
			Fields: map[sessions.Field]filter.Column{
				sessions.FieldID: filter.Col("k.uid"), sessions.FieldCreatedAt: filter.Col("k.started").NotNull().UnixMicro(),
			},
		},
		Scan: func(rows *sql.Rows) (*sessions.Session, error) {
			s := sessions.Session{CreatedAt: time.UnixMicro(1), Status: sessions.Pending}
			return &s, rows.Scan(&s.ID)
		},
		Changes: func(_ context.Context, company string, since store.Watermark, _ int) (store.Changes, error) {
			return store.Changes{Next: since + store.Watermark(company)}, nil
		},
	})
	batch, err := b.List(t.Context(), store.Selection{Company: "acme", Limit: 2})
	require.NoError(t, err)
	require.Equal(t, store.Watermark("acme"), batch.AsOf)
	require.Len(t, batch.Sessions, 1)
	require.Equal(t, "acme", batch.Sessions[0].Company, "filled in")
	changes, err := b.Changes(t.Context(), "acme", "x", 1)
	require.NoError(t, err)
	require.Equal(t, store.Watermark("xacme"), changes.Next)
}

// TestTableIncomplete shows that a missing part of the description is an error of every method, and
// never an empty answer.
func TestTableIncomplete(t *testing.T) {
	whole := tablestore.Table{
		From: "t", Select: "id", Scan: func(*sql.Rows) (*sessions.Session, error) { return nil, errors.New("unused") },
		Columns: filter.Columns{
			Company: filter.Col("company"),
			Fields: map[sessions.Field]filter.Column{
				sessions.FieldID: filter.Col("id"), sessions.FieldCreatedAt: filter.Col("created"),
			},
		},
	}
	for name, spoil := range map[string]func(*tablestore.Table){
		"from":   func(t *tablestore.Table) { t.From = "" },
		"select": func(t *tablestore.Table) { t.Select = "" },
		"scan":   func(t *tablestore.Table) { t.Scan = nil },
		"id": func(t *tablestore.Table) {
			t.Columns.Fields = map[sessions.Field]filter.Column{sessions.FieldCreatedAt: filter.Col("created")}
		},
		"bad id": func(t *tablestore.Table) {
			t.Columns.Fields = map[sessions.Field]filter.Column{sessions.FieldCreatedAt: filter.Col("created"), sessions.FieldID: filter.Col("id; --")}
		},
		"company": func(t *tablestore.Table) { t.Columns.Company = filter.Column{} },
		"created": func(t *tablestore.Table) { t.Columns.Fields = nil },
	} {
		t.Run(name, func(t *testing.T) {
			table := whole
			spoil(&table)
			b := tablestore.New(nil, sqlstore.SQLite, table)
			_, err := b.List(t.Context(), store.Selection{Company: "acme", Limit: 1})
			require.ErrorIs(t, err, tablestore.ErrTable)
			_, err = b.Get(t.Context(), "acme", "a")
			require.ErrorIs(t, err, tablestore.ErrTable)
			_, err = b.Count(t.Context(), store.Selection{Company: "acme", Limit: 1})
			require.ErrorIs(t, err, tablestore.ErrTable)
			require.ErrorIs(t, b.Stream(t.Context(), store.Selection{Company: "acme"}, nil), tablestore.ErrTable)
		})
	}
}

// TestTableBudget shows that a search without a search key stops at its budget, says how far it
// searched, and finds the rest from there.
func TestTableBudget(t *testing.T) {
	h := newKYCTable(t, sqlite, open(t, sqlite))
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range 300 {
		s := sessions.Session{ID: fmt.Sprintf("s%03d", i), Company: "acme", Status: sessions.Success, CreatedAt: noon.Add(time.Duration(i/3) * time.Second)}
		s.FirstName = sessions.TextOf("Nino")
		if i < 6 {
			s.FirstName = sessions.TextOf("Giorgi")
		}
		require.NoError(t, h.put(t.Context(), &s))
	}
	sel := store.Selection{Company: "acme", Filter: filter.Search("gior"), Limit: 5, Budget: 20}
	var found []string
	parts := 0
	for ; parts == 0 || !sel.After.IsZero(); parts++ {
		batch, err := h.backend().List(t.Context(), sel)
		require.NoError(t, err)
		for _, s := range batch.Sessions {
			found = append(found, s.ID)
		}
		sel.After = batch.Reached
	}
	require.Equal(t, []string{"s005", "s004", "s003", "s002", "s001", "s000"}, found)
	require.Greater(t, parts, 10)
	// Rows that SQL skips count for the budget as well.
	sel = store.Selection{Company: "acme", Filter: filter.Status(sessions.Failed), Limit: 5, Budget: 20}
	batch, err := h.backend().List(t.Context(), sel)
	require.NoError(t, err)
	require.Empty(t, batch.Sessions)
	require.Equal(t, store.Position{CreatedAt: noon.Add(93 * time.Second)}, batch.Reached, "the instant of the twentieth session")
	count, err := h.backend().Count(t.Context(), sel)
	require.NoError(t, err)
	require.Equal(t, store.Count{}, count)
	sel.Budget = 0
	count, err = h.backend().Count(t.Context(), sel)
	require.NoError(t, err)
	require.Equal(t, store.Count{Exact: true}, count)
}
