package searchkey_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// The three laws of search. Each function returns a message that says how its law is broken, or "".

// seenIsFound checks that the text of a field, typed as the page shows it, finds its session, if it
// folds to something.
func seenIsFound(s *sessions.Session) string {
	for f := range sessions.SearchFields().All() {
		text := s.Text(f).Value()
		q, err := searchkey.ParseQuery(text)
		if err != nil || q.Nothing() || q.Empty() || bytesOf(q) > searchkey.MaxFieldBytes-100 {
			continue
		}
		if only := sessions.FieldsOf(f); !finds(q, s, only) {
			return fmt.Sprintf("%s %q is not found by itself; key %q, words %v", f, text, string(searchkey.Of(s)), words(q))
		}
		if marks := q.Spans(s, sessions.FieldsOf(f)); len(marks) == 0 {
			return fmt.Sprintf("%s %q is not marked", f, text)
		}
	}
	return ""
}

// bytesOf returns about how many bytes the words of a query take in a key.
func bytesOf(q searchkey.Query) (n int) {
	for word := range q.Words() {
		shortest := searchkey.MaxWordBytes
		for _, p := range word {
			shortest = min(shortest, len(p.Text))
		}
		n += 2 + shortest
	}
	return n
}

// typingIsMonotone checks that if a text finds a session, so does every prefix of it that folds to
// something. A prefix ends after a character and its marks.
func typingIsMonotone(s *sessions.Session, text string) string {
	q, err := searchkey.ParseQuery(text)
	if err != nil || q.Nothing() || q.Empty() || !finds(q, s, sessions.SearchFields()) {
		return ""
	}
	for i, r := range text {
		if unicode.In(r, unicode.Mn, unicode.Me) {
			continue
		}
		begun, err := searchkey.ParseQuery(text[:i])
		if err == nil && !begun.Nothing() && !finds(begun, s, sessions.SearchFields()) {
			return fmt.Sprintf("%q finds key %q by words %v, its beginning %q does not by %v", text, string(searchkey.Of(s)), words(q), text[:i], words(begun))
		}
	}
	return ""
}

// nothingElse checks that a query matches if and only if, for every word of it, one of its prefixes
// begins a word of the key, and that no such word begins in the middle of a word of the text.
func nothingElse(s *sessions.Session, text string) string {
	q, err := searchkey.ParseQuery(text)
	if err != nil {
		return ""
	}
	key := searchkey.Of(s)
	for _, fields := range []sessions.Fields{
		sessions.SearchFields(), sessions.FieldsOf(sessions.FieldFirstName), sessions.FieldsOf(sessions.FieldLastName, sessions.FieldDocumentNumber), 0,
	} {
		want := !q.Nothing()
		for word := range q.Words() {
			some := false
			for in, w := range key.Words() {
				for _, p := range word {
					some = some || fieldsOf(in).Minus(fields.Intersect(p.Fields)) == 0 && strings.HasPrefix(w, p.Text)
				}
			}
			want = want && some
		}
		if q.Match(s, fields) != want || q.MatchKey(key, fields) != want {
			return fmt.Sprintf("search %q in %q, fields %v: Match %v, MatchKey %v, want %v", text, string(key), fields, q.Match(s, fields), q.MatchKey(key, fields), want)
		}
		stands := !q.Nothing()
		for needles := range q.Needles(fields) {
			some := false
			for _, needle := range needles {
				some = some || strings.Contains(string(key), needle)
			}
			stands = stands && some
		}
		if stands != want {
			return fmt.Sprintf("search %q in %q, fields %v: needles %v, want %v", text, string(key), fields, stands, want)
		}
		spans := q.Spans(s, fields)
		if want && q.Len() > 0 && len(spans) == 0 {
			return fmt.Sprintf("search %q in %q, fields %v: no span", text, string(key), fields)
		}
		for _, span := range spans {
			value := s.Text(span.Field).Value()
			if !fields.Has(span.Field) || span.Start < 0 || span.Start >= span.End || span.End > len(value) ||
				utf8.ValidString(value) && !utf8.ValidString(value[span.Start:span.End]) {
				return fmt.Sprintf("search %q in %q: span %v", text, value, span)
			}
			if next, _ := utf8.DecodeRuneInString(value[span.End:]); unicode.IsMark(next) || next >= 0x1160 && next <= 0x11FF {
				return fmt.Sprintf("search %q marks a part of a character of %q: %v", text, value, span)
			}
			if broken := beginsInMiddle(value, span); broken {
				return fmt.Sprintf("search %q marks the middle of a word of %q: %v", text, value, span)
			}
		}
	}
	return ""
}

// beginsInMiddle reports whether a span of a name begins after a letter, according to the tables of
// Go only.
func beginsInMiddle(value string, span searchkey.Span) bool {
	if span.Field != sessions.FieldFirstName && span.Field != sessions.FieldLastName || span.Start == 0 {
		return false
	}
	first, _ := utf8.DecodeRuneInString(value[span.Start:])
	last, _ := utf8.DecodeLastRuneInString(value[:span.Start])
	latin := func(r rune) bool {
		return !strings.ContainsRune("ьъӏЬЪ", r) && unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Georgian, unicode.Greek, unicode.Armenian) && unicode.In(r, unicode.Ll, unicode.Lu)
	}
	return latin(first) && latin(last)
}

// fieldsOf returns the fields that a word belongs to.
func fieldsOf(f sessions.Field) sessions.Fields {
	if f == sessions.FieldNone {
		return sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldLastName)
	}
	return sessions.FieldsOf(f)
}

func finds(q searchkey.Query, s *sessions.Session, fields sessions.Fields) bool {
	return q.Match(s, fields) && q.MatchKey(searchkey.Of(s), fields)
}

func lawful(t testing.TB, s *sessions.Session, text string) {
	t.Helper()
	for _, broken := range []string{seenIsFound(s), typingIsMonotone(s, text), nothingElse(s, text)} {
		if broken != "" {
			t.Fatal(broken)
		}
	}
	if broken := typedAgain(text); broken != "" {
		t.Fatal(broken)
	}
}

// typedAgain checks that ParseWords makes the same query from Typed.
func typedAgain(text string) string {
	q, err := searchkey.ParseQuery(text)
	if err != nil || q.Empty() {
		return ""
	}
	again, err := searchkey.ParseWords(q.Typed()...)
	if err != nil || fmt.Sprint(words(again)) != fmt.Sprint(words(q)) || fmt.Sprint(again.Typed()) != fmt.Sprint(q.Typed()) {
		return fmt.Sprintf("%q is typed %q, %v, and then %q, %v, %v", text, q.Typed(), words(q), again.Typed(), words(again), err)
	}
	return ""
}

// people has names of ten countries in the scripts of their documents, and numbers as the documents
// print them.
var people = []struct{ country, first, last, personal, document string }{
	{"Georgia", "გიორგი ქეთევან ხათუნა ცისანა წიალა ჟუჟუნა ღვინია ყარამანი ნინო ანა-მარია", "ბერიძე ყიფიანი ღვინიაშვილი წიქარიშვილი ქუცქუდაშვილი ჯავახიშვილი ცხოვრებაძე", "01001012345", "23AB12345"},
	{"Azerbaijan", "Əli Gülər Məmməd Həsən Çingiz Ömər Şəhla Vüqar", "Məmmədov Əliyev Hüseynova Qəhrəmanlı Əhmədzadə", "5ABCDE1", "AA 1234567"},
	{"Armenia", "Արմեն Ռուբեն Հովհաննես Եղիշե Սյուզաննա Ովսաննա Նաիրա", "Սարգսյան Հովհաննիսյան Տեր-Պետրոսյան Ոսկանյան Եղիազարյան", "1234567890", "AN 0123456"},
	{"Turkey", "İbrahim Gökçe Işıl Ömer Çağrı Ayşe Nur", "Öztürk Yılmaz Şahin Gündoğdu Çelik", "12345678901", "U 12345678"},
	{"Russia", "Юлия Юрий Щербак Наталья Объездчик Ёлка Эдуард Евгений Мария", "Иванов Щедрин Подъячев Бельё Королёв Ельцин-Мышкин Достоевский Кузнецов", "123-456-789 01", "12 34 567890"},
	{"Ukraine", "Юрій Ґанна Їжак Євген Мар'яна Згурський Андрій Григор'єв", "Ґудзь Гнатюк Щербань Зборовський Іваненко-Коваль", "1234567890", "ЕН 123456"},
	{"Greece", "Γιώργος Ευάγγελος Αυγή Παύλος Άγγελος Μαΐου", "Παπαδόπουλος Μπακογιάννη Λάμπρου Ντούμας Σφυγξ", "ΑΒ 123456", "АЕ1234567"},
	{"Germany", "Jürgen Günther Käthe Zoë Hans-Jörg", "Müller Weiß von der Größe Mößmer Lüdenscheidt-Öhler", "850505 1234", "C01X00T47"},
	{"Iran", "محمد فاطمة عبد الله علی\u200cرضا موسى", "کریمی يزدي هاشمی", "012-345678-9", "A12345678"},
	{"China", "小明 伟 美-丽", "王 欧阳 李", "11010519491231002X", "E12345678"},
	{"Korea", "민수 지 은 가나 값", "김 이 남궁", "850505-1234567", "M12345678"},
	{"Bulgaria", "Христо Мария Гълъб Щерю Ъглика", "Щерев Гълъбов Михайлов Цветанова", "8505051234", "384123456"},
	{"India", "सुनीता रमेश মুকেশ Priya", "शर्मा কুমার Patel", "1234 5678 9012", "Z1234567"},
	{"Israel", "אברהם מנחם-מנדל ג׳ורג׳", "כהן בן־גוריון", "12345678-2", "12345678"},
	{"Serbia", "Љубица Ђорђе Đorđe Милица Џемал", "Његош Ћосић Živković Đoković", "0101985710006", "0123456789"},
}

func randomPerson(r *rand.Rand) *sessions.Session {
	pick := func(list string) string {
		parts := strings.Fields(list)
		text := parts[r.IntN(len(parts))]
		for r.IntN(3) == 0 {
			text += []string{" ", "-", "'", "<", ". ", "\u200b", ""}[r.IntN(7)] + parts[r.IntN(len(parts))]
		}
		return text
	}
	p, o := people[r.IntN(len(people))], people[r.IntN(len(people))]
	if r.IntN(4) > 0 {
		o = p
	}
	s := session(pick(p.first), pick(o.last), p.personal, o.document)
	if r.IntN(2) == 0 {
		s.FirstName = sessions.TextOf(strings.ToUpper(s.FirstName.Value()))
	}
	return s
}

// randomText returns a text that might be typed to find the person: parts of the fields, joined in
// another way.
func randomText(r *rand.Rand, s *sessions.Session) string {
	text := ""
	for range 1 + r.IntN(4) {
		var f sessions.Field
		for f = range sessions.SearchFields().All() {
			if r.IntN(3) == 0 {
				break
			}
		}
		runes := []rune(s.Text(f).Value())
		from, to := r.IntN(len(runes)+1), r.IntN(len(runes)+1)
		if r.IntN(2) == 0 {
			from = 0
		}
		if from <= to {
			text += string(runes[from:to])
		}
		text += []string{" ", "-", "", "'", ","}[r.IntN(5)]
	}
	return text
}

func TestLaws(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		s := randomPerson(r)
		lawful(t, s, randomText(r, s))
		lawful(t, randomPerson(r), s.FirstName.Value()+" "+s.LastName.Value())
	}
}

// FuzzPeople is TestLaws without an end.
func FuzzPeople(f *testing.F) {
	f.Fuzz(func(t *testing.T, seed, stream uint64) {
		r := rand.New(rand.NewPCG(seed, stream))
		s := randomPerson(r)
		lawful(t, s, randomText(r, s))
	})
}

// TestBadInput searches for texts that are unlikely, but will be typed.
func TestBadInput(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"marks":             strings.Repeat("\u0308", 1000),
		"a letter and them": "u" + strings.Repeat("\u0308", 1000),
		"right to left":     "\u202eמוחמד\u202c abc",
		"zero width":        "\u200b\u200c\u200d\ufeff",
		"mixed scripts":     "Иvаnοვ王ա",
		"digits":            "٠१௩๔໕1２𝟟",
		"c":                 strings.Repeat("c", 256),
		"ц":                 strings.Repeat("ц", 128),
		"წ":                 strings.Repeat("წ", 85),
		"щ":                 strings.TrimSpace(strings.Repeat(strings.Repeat("щ", 15)+" ", 8)),
		"a long name":       strings.Repeat("Müller ", 1429),
		"a long word":       strings.Repeat("ä", 5000),
		"many words":        strings.TrimSpace(strings.Repeat("a ", 120) + "b"),
		"many numbers":      strings.TrimSpace(strings.Repeat("1 ", 120) + "2"),
		"letters, digits":   strings.Repeat("a1", 128),
		"emoji":             "👩‍👩‍👧 Anna 🇬🇪",
		"fillers":           "P<GEOBERIDZE<<GIORGI<<<<<<<<<<<<<<<<<<<<<<<<<",
		"separators":        "-- '' .. // ,, ()",
		"a ligature":        strings.Repeat("ﷺ ", 64),
		"soft signs":        "ьь ъъ ьъа ӏ",
		"units of Japan":    strings.Repeat("㌖㌖㌖ ", 25),
		"one long unit":     strings.Repeat("㌖", 85),
		"invalid":           "\xff\xc3\x28",
	} {
		s := session(text, "x"+text, text, text+"1")
		lawful(t, s, text)
		if broken := seenIsFound(s); broken != "" {
			t.Fatal(name, broken)
		}
	}
	every := func(text string) {
		s := session(text, text, text, text)
		if broken := seenIsFound(s); broken != "" {
			t.Fatal(broken)
		}
	}
	previous := 'a'
	for r := rune(0); r <= unicode.MaxRune; r++ {
		// Only samples of the large scripts, whose runes are alike.
		if !utf8.ValidRune(r) || r > 0x3400 && r%17 != 0 {
			continue
		}
		every(string(r))
		every("a" + string(r) + "b")
		every(string([]rune{previous, r}))
		previous = r
	}
}

func FuzzLaws(f *testing.F) {
	for _, seed := range [][2]string{
		{"გიორგი", "gi 1"}, {"Anna-Maria O'Brien", "annamaria"}, {"23AB-12345", "23 ab"}, {"Юлия Ъъ", "юл"}, {"Μπακογιάννη", "μ"}, {"한글 ﷺ", "한"},
		{strings.Repeat("a1", 120), "a1"}, {"\xff\x00", "x"}, {"Məmmədov Ö", "mammad"}, {"Ոսկանյան", "ո"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, text, search string) {
		s := session(text, "Last "+text, text, text)
		lawful(t, s, search)
		lawful(t, s, text)
		lawful(t, s, search+text)
		if len(searchkey.Of(s)) > searchkey.MaxKeyBytes {
			t.Fatal("key too long")
		}
		for _, word := range searchkey.Of(s).Words() {
			checkWord(t, word)
		}
	})
}
