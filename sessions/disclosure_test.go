package sessions_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

// leaves returns the values of a session by the names of its struct's fields. Those of Match are
// separate values.
func leaves(s *sessions.Session) map[string]any {
	all := map[string]any{}
	v := reflect.ValueOf(*s)
	for i := range v.NumField() {
		if field := v.Type().Field(i); field.IsExported() {
			all[field.Name] = v.Field(i).Interface()
		}
	}
	delete(all, "Match")
	m := reflect.ValueOf(s.Match)
	for i := range m.NumField() {
		all["Match."+m.Type().Field(i).Name] = m.Field(i).Interface()
	}
	return all
}

// content maps each field to its parts of the struct. Every field and every part must be in it.
var content = map[sessions.Field][]string{
	sessions.FieldID: {"ID"}, sessions.FieldCompany: {"Company"}, sessions.FieldPartner: {"Partner"}, sessions.FieldSubject: {"Subject"},
	sessions.FieldAttempt: {"Attempt"}, sessions.FieldCreatedAt: {"CreatedAt"}, sessions.FieldCompletedAt: {"CompletedAt"},
	sessions.FieldDecidedAt: {"DecidedAt"}, sessions.FieldStatus: {"Status", "Reasons", "DecidedAt"}, sessions.FieldReasons: {"Reasons"},
	sessions.FieldFirstName: {"FirstName"}, sessions.FieldLastName: {"LastName"}, sessions.FieldPersonalNumber: {"PersonalNumber"},
	sessions.FieldDocumentNumber: {"DocumentNumber"}, sessions.FieldNationality: {"Nationality"}, sessions.FieldBirthDate: {"BirthDate"},
	sessions.FieldExpirationDate: {"ExpirationDate"}, sessions.FieldSex: {"Sex"}, sessions.FieldDocumentType: {"DocumentType"},
	sessions.FieldDocumentPresented: {"DocumentPresented"}, sessions.FieldDocumentValidity: {"DocumentValidity"},
	sessions.FieldLiveness:        {"Liveness"},
	sessions.FieldMatchLevel:      {"Match.Compared", "Match.Level", "Match.Scale", "Match.Acceptance"},
	sessions.FieldAcceptanceLevel: {"Match.Acceptance"}, sessions.FieldSelfie: {"Selfie"}, sessions.FieldExtra: {"Extra"},
	sessions.FieldClientIP: {"ClientIP"}, sessions.FieldDevice: {"Device"}, sessions.FieldBrowser: {"Browser"}, sessions.FieldOS: {"OS"},
	sessions.FieldModel: {"Model"},
}

func TestEveryPartOfASessionIsAField(t *testing.T) {
	covered := map[string]bool{"Revision": true} // hidden if anything is
	for f := range sessions.AllFields().All() {
		require.NotEmpty(t, content[f], "%v has no content", f)
		for _, name := range content[f] {
			covered[name] = true
		}
	}
	s := full(t)
	for name := range leaves(&s) {
		require.True(t, covered[name], "no Field names %s: nobody can hide it", name)
	}
}

func TestDisclosureHidesExactlyTheField(t *testing.T) {
	never := []sessions.Field{sessions.FieldID, sessions.FieldCompany, sessions.FieldCreatedAt}
	for f := range sessions.AllFields().All() {
		for _, d := range []sessions.Disclosure{{Mask: sessions.FieldsOf(f)}, {Drop: sessions.FieldsOf(f)}} {
			s := full(t)
			before := leaves(&s)
			d.Apply(&s)
			after := leaves(&s)
			require.Equal(t, d.Hidden() == 0, s.Revision != 0, "%v: the revision counts the changes of every field", f)
			var changed []string
			for name, v := range after {
				if name == "Revision" || reflect.DeepEqual(v, before[name]) {
					continue
				}
				if name == "Reasons" && f == sessions.FieldMatchLevel {
					require.Equal(t, []sessions.Reason{sessions.DigitalSpoof}, v, "what the others tell is no secret")
					continue
				}
				changed = append(changed, name)
				if _, isText := v.(sessions.Text); isText {
					require.Equal(t, sessions.TextIn(sessions.Masked), v)
				} else {
					require.True(t, reflect.ValueOf(v).IsZero(), name)
				}
			}
			if slices.Contains(never, f) {
				require.Empty(t, changed, "%v", f)
				require.True(t, d.Shows(f))
				continue
			}
			require.ElementsMatch(t, content[f], changed, "%v", f)
			require.False(t, d.Shows(f))
			// Fields that reveal a hidden field are hidden too.
			for g := range sessions.AllFields().All() {
				hidden := !slices.ContainsFunc(content[g], func(name string) bool { return !slices.Contains(changed, name) })
				require.Equal(t, hidden, d.Hidden().Has(g), "hiding %v: %v", f, g)
			}
		}
	}
}

func TestDisclosure(t *testing.T) {
	s := full(t)
	sessions.Disclosure{}.Apply(&s)
	require.Equal(t, full(t), s, "the zero Disclosure shows everything")

	s.FirstName, s.LastName = sessions.Text{}, sessions.TextIn(sessions.Redacted)
	reasons := s.Reasons
	sessions.Disclosure{Mask: sessions.AllFields()}.Apply(&s)
	require.Equal(t, sessions.Masked, s.FirstName.State(), "whether there was a value is hidden, too")
	require.Equal(t, sessions.Masked, s.LastName.State())
	require.Equal(t, sessions.DigitalSpoof, reasons[0], "what others hold is left alone")
	require.Equal(t, "s-1", s.ID)
	require.NotContains(t, dump(reflect.ValueOf(s)), "secret")
	require.Equal(t, sessions.Answer(""), s.Row().Verified, "a hidden status is not No")
}

func TestRole(t *testing.T) {
	for role, want := range map[sessions.Role][2]bool{
		sessions.MasterUser: {true, true}, sessions.Agent: {true, false}, "": {}, "admin": {}, "Master_User": {},
	} {
		require.Equal(t, want, [2]bool{role.Known(), role.ChangesSettings()}, role)
	}
}

func BenchmarkDisclosure(b *testing.B) {
	s := full(b)
	d := sessions.Disclosure{Mask: sessions.FieldsOf(sessions.FieldPersonalNumber, sessions.FieldSelfie)}
	b.ReportAllocs()
	for b.Loop() {
		d.Apply(&s)
	}
}

// TestDisclosureIsClosed hides each field of the table, and checks that everything derived from it
// is hidden.
func TestDisclosureIsClosed(t *testing.T) {
	all := []sessions.Reason{sessions.DigitalSpoof, sessions.InvalidDocument, sessions.LivenessFailed, sessions.LowFAR, sessions.NotFullID, "of_the_host"}
	for f, gone := range map[sessions.Field]sessions.Reason{
		sessions.FieldLiveness: sessions.LivenessFailed, sessions.FieldDocumentValidity: sessions.InvalidDocument,
		sessions.FieldDocumentCompleteness: sessions.NotFullID, sessions.FieldMatchLevel: sessions.LowFAR,
	} {
		for _, d := range []sessions.Disclosure{{Mask: sessions.FieldsOf(f)}, {Drop: sessions.FieldsOf(f)}} {
			s := full(t)
			s.Reasons = slices.Clone(all)
			stored := s.Reasons
			d.Apply(&s)
			require.Equal(t, slices.DeleteFunc(slices.Clone(all), func(r sessions.Reason) bool { return r == gone }), s.Reasons)
			require.Len(t, stored, len(all), "what others hold is left alone")
			require.True(t, s.Hidden().Has(f))
		}
		require.Equal(t, f, gone.Field())
		require.True(t, sessions.ReasonFields(gone).Has(f))
		require.True(t, sessions.ReasonFields("").Has(f), "no reason tells that it is not this one")
		require.True(t, sessions.ReasonFields().Has(f))
		require.False(t, sessions.ReasonFields(sessions.DigitalSpoof, "of_the_host").Has(f))
	}
}

// TestRetain checks that fields that were not read do not look like facts, and that such a session
// cannot be stored.
func TestRetain(t *testing.T) {
	s := full(t)
	s.Retain(sessions.FieldsOf(sessions.FieldReasons, sessions.FieldFirstName))
	require.Equal(t, full(t).Reasons, s.Reasons, "reading one field hides no other")
	require.Equal(t, full(t).FirstName, s.FirstName)
	require.Equal(t, sessions.TextIn(sessions.Masked), s.LastName)
	require.Equal(t, "acme", s.Company)
	require.Empty(t, s.Row().Document)
	require.Empty(t, s.Row().Liveness)
	require.Empty(t, s.Row().Verified)
	var at *sessions.FieldError
	require.ErrorAs(t, s.Validate(), &at)
	require.ErrorIs(t, at, sessions.ErrInvalid)
}
