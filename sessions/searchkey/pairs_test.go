package searchkey_test

import (
	"encoding/csv"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// TestPairs searches for typed texts in the texts of documents. Match and MatchKey must agree with
// the table, and a session that is found must have spans.
func TestPairs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"testdata/names.tsv", "testdata/pairs.tsv"} {
		file, err := os.Open(name)
		require.NoError(t, err)
		defer func() { require.NoError(t, file.Close()) }()
		r := csv.NewReader(file)
		r.Comma, r.LazyQuotes = '\t', true
		rows, err := r.ReadAll()
		require.NoError(t, err)
		expected := map[string]bool{"found": true, "not found": false}
		for _, row := range rows[1:] {
			s := session(row[0], row[1], row[2], row[3])
			want, ok := expected[row[5]]
			require.True(t, ok, row)
			q, err := searchkey.ParseQuery(row[4])
			require.NoError(t, err, row)
			if q.Match(s, sessions.SearchFields()) != want {
				t.Errorf("%q %q %q %q by %q, %s: want %s; key %q, words %v", row[0], row[1], row[2], row[3], row[4], row[6], row[5], string(searchkey.Of(s)), words(q))
			}
			require.Equal(t, q.Match(s, sessions.SearchFields()), q.MatchKey(searchkey.Of(s), sessions.SearchFields()), row)
			if want {
				require.NotEmpty(t, q.Spans(s, sessions.SearchFields()), row)
			}
		}
	}
}

// words returns the prefixes of each word of a query.
func words(q searchkey.Query) (all [][]string) {
	for word := range q.Words() {
		var texts []string
		for _, p := range word {
			texts = append(texts, p.Text)
		}
		all = append(all, texts)
	}
	return all
}
