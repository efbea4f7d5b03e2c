package export

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export/internal/libreoffice"
	"github.com/kvalifika/sessionkit/sessions"
)

func TestLibreOfficeShowsTexts(t *testing.T) {
	all := ordinary(100)
	for _, v := range nasty {
		// Its file has white space as elements of their own, which say nothing of what is tested here.
		if v == strings.TrimSpace(v) && !strings.ContainsAny(v, "\t\r\n\u2028\ufeff") {
			s := all[0].Clone()
			s.FirstName, s.PersonalNumber, s.Model = sessions.TextOf(v), sessions.TextOf(v), v
			all = append(all, s)
		}
	}
	rows := libreoffice.Open(t, "sessions.csv", write(t, all, Options{Format: Excel, Zone: time.UTC}),
		"--infilter=Text - txt - csv (StarCalc):44,34,76,1,,1033")
	require.GreaterOrEqual(t, len(rows), len(all)+1)
	for i, s := range all {
		row := rows[i+1]
		for column, v := range map[Column]string{
			ColumnPersonalNumber: s.PersonalNumber.Value(), ColumnFirstName: s.FirstName.Value(), ColumnModel: s.Model,
			ColumnSessionID: s.ID, ColumnClientIP: s.ClientIP,
		} {
			if v != "" {
				require.Equal(t, "string", row[column].Type, "row %d, %v", i+1, column)
			}
			if protect(v) == prefix {
				v = "'" + v // it shows, and is not evaluated
			}
			require.Equal(t, v, row[column].Text, "row %d, %v", i+1, column)
		}
		require.Equal(t, "date", row[ColumnBirthDate].Type)
		require.Equal(t, "float", row[ColumnMatchLevel].Type)
	}
}
