package searchkey_test

import (
	"fmt"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

func Example() {
	s := &sessions.Session{
		FirstName: sessions.TextOf("გიორგი"), LastName: sessions.TextOf("Beridze"),
		PersonalNumber: sessions.TextOf("01001012345"), DocumentNumber: sessions.TextOf("23AB12345"),
	}
	fmt.Println(string(searchkey.Of(s)))

	q, err := searchkey.ParseQuery("GIO ab12")
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(q.Match(s, sessions.SearchFields()), q.MatchKey(searchkey.Of(s), sessions.FieldsOf(sessions.FieldFirstName)))
	for _, span := range q.Spans(s, sessions.SearchFields()) {
		fmt.Println(span.Field, s.Text(span.Field).Value()[span.Start:span.End])
	}
	// Output:
	// F giorgiL beridzeP 01001012345D 23ab12345D ab12345D 12345
	// true false
	// first_name გიო
	// document_number AB12
}
