package row

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// full returns a session with a value in every column.
func full(t testing.TB) *sessions.Session {
	t.Helper()
	extra, err := sessions.NewExtra(sessions.ExtraPair{Key: "phone", Value: "+995"}, sessions.ExtraPair{Key: "z", Value: ""})
	require.NoError(t, err)
	at := time.Date(2026, 3, 14, 1, 2, 3, 456789000, time.UTC)
	s := &sessions.Session{
		ID: "id-1", Company: "acme", Partner: "Acme", Subject: "person", Attempt: 2, CreatedAt: at, CompletedAt: at.Add(1e9), DecidedAt: at.Add(2e9),
		Status: sessions.Failed, Reasons: []sessions.Reason{sessions.DigitalSpoof, "odd|reason"}, FirstName: sessions.TextOf("ნინო"),
		LastName: sessions.TextOf("ბერიძე"), PersonalNumber: sessions.TextOf("01001"), DocumentNumber: sessions.TextOf("AB1"),
		Nationality: sessions.TextOf("GEO"), BirthDate: sessions.Date{Year: 1985, Month: 2, Day: 28}, ExpirationDate: sessions.Date{Year: 2030, Month: 1, Day: 1},
		Sex: sessions.Female, DocumentType: sessions.Passport, DocumentPresented: true, DocumentValidity: sessions.Valid,
		Liveness: sessions.LivenessPassed, Match: sessions.Match{Compared: true, Level: 5, Scale: far.Kvalifika.Name(), Acceptance: 4},
		Selfie: "selfie", Extra: extra, ClientIP: "192.0.2.1", Device: sessions.PC, Browser: "Firefox", OS: "Linux", Model: "x", Revision: 7,
	}
	require.NoError(t, s.Validate())
	s.Normalize()
	return s
}

// examples returns sessions with extreme values of the columns.
func examples(t testing.TB) []*sessions.Session {
	t.Helper()
	list := []*sessions.Session{full(t), {Company: "acme", CreatedAt: time.UnixMicro(0).UTC()}}
	for state := sessions.NotCollected; state <= sessions.Redacted; state++ {
		s := full(t)
		s.FirstName, s.DocumentNumber = sessions.TextIn(state), sessions.TextIn(state)
		list = append(list, s)
	}
	compared := full(t)
	compared.Match = sessions.Match{Compared: true}
	early := full(t)
	early.CreatedAt = time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)
	return append(list, compared, early)
}

// scan passes values to a Reader as a driver does.
func scan(t testing.TB, r *Reader, values []any) {
	t.Helper()
	for i, v := range values {
		scanner, ok := r.Dest()[i].(interface{ Scan(any) error })
		require.True(t, ok)
		require.NoError(t, scanner.Scan(v))
	}
}

func TestRowsComeBack(t *testing.T) {
	drivers := map[string]func(any) any{
		"typed": func(v any) any { return v },
		"bytes": func(v any) any {
			if text, ok := v.(string); ok {
				return []byte(text)
			}
			return v
		},
		"texts": func(v any) any {
			if v == nil {
				return nil
			}
			return []byte(fmt.Sprint(v))
		},
	}
	for name, as := range drivers {
		t.Run(name, func(t *testing.T) {
			r := NewReader(Readable())
			for _, want := range examples(t) {
				values := Readable().Values(nil, want, 42, 7, "")
				for i := range values {
					values[i] = as(values[i])
				}
				scan(t, r, values)
				var got sessions.Session
				seq, err := r.Session(want.Company, &got)
				require.NoError(t, err)
				require.EqualValues(t, 42, seq)
				require.True(t, want.Equal(&got), "wanted %+v, got %+v", want, got)
				require.Equal(t, want.Revision, got.Revision)
			}
		})
	}
}

// pack packs values as the engines do.
func pack(values []any) string {
	texts := make([]string, len(values))
	for i, v := range values {
		if v != nil {
			texts[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(texts, string(Separator))
}

func TestPackedRowsComeBack(t *testing.T) {
	r := NewReader(Readable())
	for _, want := range examples(t) {
		require.True(t, r.Unpack(pack(Readable().Values(nil, want, 42, 7, ""))))
		var got sessions.Session
		seq, err := r.Session(want.Company, &got)
		require.NoError(t, err)
		require.EqualValues(t, 42, seq)
		require.True(t, want.Equal(&got), "wanted %+v, got %+v", want, got)
	}
	s := full(t)
	s.Model = "a\x1fb"
	require.False(t, r.Unpack(pack(Readable().Values(nil, s, 1, 7, ""))), "a text contains the separator")
	require.False(t, r.Unpack("1\x1f2"), "too few")
}

// TestPartsOfPackedRows shows that the parts of a packed row are the texts between the separators,
// whatever bytes are next to them.
func TestPartsOfPackedRows(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		packed := make([]byte, random.IntN(40))
		for i := range packed {
			packed[i] = "\x1f\x1e\x20\x9f\x00\xff\x7fa"[random.IntN(8)]
		}
		parts := strings.Split(string(packed), string(Separator))
		r := NewReader(make(Columns, len(parts)))
		require.True(t, r.Unpack(string(packed)))
		for i, part := range parts {
			require.Equal(t, part, r.part(i).text, "part %d of %q", i, packed)
		}
		require.False(t, NewReader(make(Columns, len(parts)+1)).Unpack(string(packed)))
	}
}

// TestColumnsOfFields shows that each field that can be stored has a column, and that a reader of
// one field reads it.
func TestColumnsOfFields(t *testing.T) {
	want := full(t)
	for f := range sessions.AllFields().All() {
		cs := Of(sessions.FieldsOf(f))
		require.Equal(t, []string{"created_us", "id"}, cs.Names()[:2], "the place in the list")
		r := NewReader(cs)
		scan(t, r, cs.Values(nil, want, 0, 7, ""))
		var got sessions.Session
		_, err := r.Session("acme", &got)
		require.NoError(t, err)
		require.Equal(t, want.ID, got.ID)
		require.Equal(t, want.CreatedAt, got.CreatedAt)
		require.Equal(t, want.Text(f), got.Text(f))
		of := Columns.that(Readable(), func(c *Column) bool { return c.Field == f })
		require.True(t, len(of) > 0 || f == sessions.FieldCompany, "%s is in no column", f)
		require.Equal(t, of.Values(nil, want, 0, 7, ""), of.Values(nil, &got, 0, 7, ""))
	}
}

func TestNamesAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range All().Names() {
		require.False(t, seen[name], name)
		seen[name] = true
	}
	require.NotContains(t, Mutable().Names(), "created_us")
	require.Len(t, Mutable(), len(All())-3)
}

// TestStoredNonsense shows that a value that no session can have gives an error that names the
// column, and not the value.
func TestStoredNonsense(t *testing.T) {
	for name, bad := range map[string]any{
		"created_us": nil, "attempt": int64(-1), "revision": "x", "states": "1111", "birth_date": "1985-02-30", "document_presented": int64(2),
		"document_validity": int64(3), "liveness": int64(9), "match_level": int64(40000), "extra": "{secret", "changed_seq": nil, "status": int64(1),
	} {
		t.Run(name, func(t *testing.T) {
			values := Readable().Values(nil, full(t), 1, 7, "")
			for i, c := range Readable() {
				if c.Name == name {
					values[i] = bad
				}
			}
			r := NewReader(Readable())
			scan(t, r, values)
			_, err := r.Session("acme", new(sessions.Session))
			require.ErrorIs(t, err, ErrStored)
			require.Contains(t, err.Error(), name)
			require.NotContains(t, err.Error(), "secret")
		})
	}
	r := NewReader(Readable())
	scanner, ok := r.Dest()[0].(interface{ Scan(any) error })
	require.True(t, ok)
	require.ErrorIs(t, scanner.Scan(1.5), ErrStored)
}

func TestReasonsComeBack(t *testing.T) {
	for _, reasons := range [][]sessions.Reason{
		nil, {"a"}, {"a", "b"}, {`|`}, {`\`}, {`\p`, `\\p`, `p|\`}, {"a|b", "b"}, {" ", "\n"},
	} {
		require.Equal(t, reasons, splitReasons(Reasons(reasons...)))
	}
	// No reason is found within another, or across two.
	for _, r := range []sessions.Reason{"a", "b", "a|b", "|", `\p`} {
		require.NotContains(t, Reasons("aa", `x|b`, "ab"), Reasons(r))
	}
}

func BenchmarkUnpack(b *testing.B) {
	packed := pack(Readable().Values(nil, full(b), 1, 7, ""))
	r := NewReader(Readable())
	var s sessions.Session
	b.ReportAllocs()
	for b.Loop() {
		if !r.Unpack(packed) {
			b.Fatal("separator")
		}
		if _, err := r.Session("acme", &s); err != nil {
			b.Fatal(err)
		}
	}
}
