package sessions_test

import (
	"bytes"
	"database/sql"
	"encoding"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

func TestFieldsText(t *testing.T) {
	for text, fields := range map[string]sessions.Fields{
		"none":                 0,
		"sex":                  sessions.FieldsOf(sessions.FieldSex),
		"first_name,last_name": sessions.FieldsOf(sessions.FieldLastName, sessions.FieldFirstName),
	} {
		require.Equal(t, text, fields.String())
		for _, c := range []struct{ value any }{{fields}, {&fields}} {
			encoded, err := json.Marshal(c.value)
			require.NoError(t, err)
			require.Equal(t, `"`+text+`"`, string(encoded))
		}
		value, err := fields.Value()
		require.NoError(t, err)
		require.Equal(t, text, value, "never the number")
		back := sessions.AllFields()
		require.NoError(t, back.Scan([]byte(text)))
		require.Equal(t, fields, back)
	}
	var fields sessions.Fields
	require.NoError(t, fields.UnmarshalText([]byte("sex,id,first_name")), "in any order")
	require.Equal(t, "id,first_name,sex", fields.String())
	for _, bad := range []sessions.Fields{1, 1 << 63, sessions.AllFields() + 1} {
		_, err := bad.MarshalText()
		require.ErrorIs(t, err, sessions.ErrSyntax)
		_, err = sessions.Disclosure{Drop: bad}.MarshalText()
		require.ErrorIs(t, err, sessions.ErrSyntax)
	}
}

func TestDisclosureText(t *testing.T) {
	for text, d := range map[string]sessions.Disclosure{
		"mask=none;drop=none": {},
		"mask=first_name,last_name;drop=none": {
			Mask: sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldLastName),
		},
		"mask=none;drop=extra": {Drop: sessions.FieldsOf(sessions.FieldExtra)},
	} {
		require.Equal(t, text, d.String())
		roles, err := json.Marshal(map[sessions.Role]sessions.Disclosure{sessions.Agent: d})
		require.NoError(t, err)
		require.JSONEq(t, `{"agent": "`+text+`"}`, string(roles))
		var back map[sessions.Role]sessions.Disclosure
		require.NoError(t, json.Unmarshal(roles, &back))
		require.Equal(t, d, back[sessions.Agent])
		value, err := d.Value()
		require.NoError(t, err)
		require.Equal(t, text, value)
	}
}

// TestDisclosuresRoundTrip checks that random sets survive every encoding.
func TestDisclosuresRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		d := sessions.Disclosure{Mask: sessions.AllFields() & sessions.Fields(r.Uint64()&r.Uint64()), Drop: sessions.AllFields() & sessions.Fields(r.Uint64()&r.Uint64()&r.Uint64())}
		var fromText, fromJSON, fromXML, fromGob, fromSQL sessions.Disclosure
		text, err := d.MarshalText()
		require.NoError(t, err)
		require.NoError(t, fromText.UnmarshalText(text))
		encoded, err := json.Marshal(d)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(encoded, &fromJSON))
		inXML, err := xml.Marshal(d)
		require.NoError(t, err)
		require.NoError(t, xml.Unmarshal(inXML, &fromXML))
		var b bytes.Buffer
		require.NoError(t, gob.NewEncoder(&b).Encode(d))
		for f := range d.Mask.All() {
			require.Contains(t, b.String(), f.String(), "gob keeps names, too")
		}
		require.NoError(t, gob.NewDecoder(&b).Decode(&fromGob))
		value, err := d.Value()
		require.NoError(t, err)
		require.NoError(t, fromSQL.Scan(value))
		for _, back := range []sessions.Disclosure{fromText, fromJSON, fromXML, fromGob, fromSQL} {
			require.Equal(t, d, back)
		}
	}
}

func TestStepText(t *testing.T) {
	for text, s := range map[string]sessions.Step{
		"none": 0, "liveness": sessions.LivenessStep, "document,match": sessions.DocumentStep | sessions.MatchStep, "liveness,document,match": 7,
	} {
		require.Equal(t, text, s.String())
		encoded, err := json.Marshal(s)
		require.NoError(t, err)
		require.Equal(t, `"`+text+`"`, string(encoded))
		back := sessions.Step(7)
		require.NoError(t, json.Unmarshal(encoded, &back))
		require.Equal(t, s, back)
	}
	require.Equal(t, "liveness,Step(64)", (sessions.LivenessStep | 64).String())
	_, err := sessions.Step(8).MarshalText()
	require.ErrorIs(t, err, sessions.ErrSyntax)
}

// TestNothingIsReadAsEverything checks that an absent value is an error in every codec of the types
// that decide which fields are shown or requested. A disclosure then hides everything; other
// variables are unchanged.
func TestNothingIsReadAsEverything(t *testing.T) {
	type codec interface {
		encoding.TextUnmarshaler
		json.Unmarshaler
		sql.Scanner
	}
	field, fields := sessions.FieldSex, sessions.FieldsOf(sessions.FieldSex)
	var disclosure sessions.Disclosure
	refused := func(err error, v codec, of any) {
		require.ErrorIs(t, err, sessions.ErrSyntax, "%T %v", v, of)
		if v == codec(&disclosure) {
			require.Equal(t, sessions.Disclosure{Drop: sessions.AllFields()}, disclosure, "%v", of)
			disclosure = sessions.Disclosure{}
		}
	}
	for _, v := range []codec{&disclosure, &field, &fields} {
		for _, text := range []string{`null`, `{}`, `""`, `[]`, `0`, `1`, `true`, `"None"`, `"everything"`, `{"Mask":0}`, `{"Mask":null,"Drop":null}`, ` null `} {
			refused(json.Unmarshal([]byte(text), v), v, text)
		}
		for _, text := range []string{
			"", " ", "null", "{}", "0", "first_name,", ",first_name", "first_name,first_name", "first_name, last_name", "none,sex", "surname",
			"mask=none", "drop=none", "mask=none;drop=", "mask=;drop=none", "drop=none;mask=none", "mask=none;drop=none;", "mask=none;drop=surname",
			"mask=none; drop=none", "Mask=none;drop=none",
		} {
			refused(v.UnmarshalText([]byte(text)), v, text)
			refused(v.Scan(text), v, text)
		}
		for _, src := range []any{nil, int64(0), int64(4096), 1.5, true} {
			refused(v.Scan(src), v, src)
		}
	}
	require.Equal(t, sessions.FieldSex, field)
	require.Equal(t, sessions.FieldsOf(sessions.FieldSex), fields)
	step := sessions.MatchStep
	for _, text := range []string{`{}`, `""`, `7`, `"match,match"`, `"none,match"`, `"selfie"`} {
		require.Error(t, json.Unmarshal([]byte(text), &step), text)
	}
	require.Equal(t, sessions.MatchStep, step)
}
