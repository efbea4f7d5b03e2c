package searchkey_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

func session(first, last, personal, document string) *sessions.Session {
	return &sessions.Session{
		FirstName: sessions.TextOf(first), LastName: sessions.TextOf(last),
		PersonalNumber: sessions.TextOf(personal), DocumentNumber: sessions.TextOf(document),
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why                             string
		first, last, personal, document string
		key                             searchkey.Key
	}{
		{"the example of the documentation", "გიორგი", "Beridze", "01001012345", "23AB12345", "F giorgiL beridzeP 01001012345D 23ab12345D ab12345D 12345"},
		{"nothing", "", "", "", "", ""},
		{"Mtavruli", "ᲒᲘᲝᲠᲒᲘ", "", "", "", "F giorgi"},
		{"Asomtavruli and Nuskhuri", "ႢႨႭႰႢႨ", "ⴂⴈⴍⴐⴂⴈ", "", "", "F giorgiL giorgi"},
		{"the whole alphabet", "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ", "", "", "", "F abgdevztiklmnopzhrstupkghqshchtsdztschkhjh"},
		{"a modifier letter that decomposes, and obsolete letters", "ჼ", "ჱჲᲱ", "", "", "F nL ჱჲჱ"},
		{"fillers of a machine readable zone", "GIORGI<<<", "BERIDZE<GELA", "", "", "F giorgiL beridzeL gela"},
		{"a mark for what was not recognised", "******", "---", "...", "'", ""},
		{"apostrophes vanish", "O'Brien", "d’Arc ´x`", "", "", "F obrienL darcL x"},
		{"hyphens join and separate", "Anna-Maria", "A-B-C", "", "", "F annaF mariaF annamariaL aL bL cL abc"},
		{"hyphens that join nothing", "Anna - Maria", "-A-", "", "", "F annaF mariaL a"},
		{"accents", "Jiří Žák", "Ångström İbrahim", "", "", "F jiriF zakL angstromL ibrahim"},
		{"letters that do not decompose", "Łukasz Øre", "STRAßE ẞ æŒþÐđħŧı", "", "", "F lukaszF oreL strasseL ssL aeoethddhti"},
		{"a final sigma", "Νίκος ΝΙΚΟΣ", "", "", "", "F νικοσ"},
		{"full width and ligatures", "ＧＩＯＲＧＩ", "ﬁnn", "", "", "F giorgiL finn"},
		{"doubled words are there once", "a b a", "ab b", "", "", "F aF bL abL b"},
		{"a number without its separators", "", "", "010 01-012/345", "AB-12 34.5", "P 01001012345D ab12345D 12345"},
		{"digits of other scripts", "", "", "٠١٢", "१२३", "P 012D 123"},
		{"invisible characters", "Gi\u200borgi", "\ufeffBe\u00adridze", "", "", "F giorgiL beridze"},
		{"NUL and invalid UTF-8 separate", "a\x00b", "c\xffd", "", "", "F aF bL cL d"},
		{"an unassigned code point separates", "a\u0378b", "", "", "", "F aF b"},
		{"Hangul composed and not", "한", "\u1112\u1161\u11ab", "", "", "F \u1112\u1161\u11abL \u1112\u1161\u11ab"},
	} {
		s := session(c.first, c.last, c.personal, c.document)
		require.Equal(t, c.key, searchkey.Of(s), c.why)
		var again strings.Builder
		for field, word := range c.key.Words() {
			tag, ok := searchkey.Tag(field)
			require.True(t, ok, c.why)
			again.WriteString(string(tag) + " " + word)
		}
		require.Equal(t, string(c.key), again.String(), c.why)
	}
}

func TestTextsWithoutValueHaveNoWords(t *testing.T) {
	t.Parallel()
	for _, state := range []sessions.TextState{sessions.NotCollected, sessions.NotRecognised, sessions.Redacted, sessions.Masked} {
		s := session("", "", "1", "")
		s.FirstName = sessions.TextIn(state)
		require.Equal(t, searchkey.Key("P 1"), searchkey.Of(s), state)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	// A word counts by its first bytes, cut between runes; what follows does not tell words apart.
	long := strings.Repeat("a", searchkey.MaxWordBytes-1)
	require.Equal(t, searchkey.Key("F "+long), searchkey.Of(session(long+"щщ", "", "", "")))
	require.True(t, query(t, long+"ыы").Match(session(long+"щщ", "", "", ""), sessions.SearchFields()))

	var names []string
	for i := range 100 {
		names = append(names, string(rune('a'+i%26))+string(rune('a'+i/26)))
	}
	many := session(strings.Join(names, " "), strings.Repeat("x", 300)+" "+strings.Join(names, " "), strings.Repeat("a1", 256), "")
	key := searchkey.Of(many)
	require.LessOrEqual(t, len(key), searchkey.MaxKeyBytes)
	require.Equal(t, searchkey.MaxWords, strings.Count(string(key), "F "))
	for i, name := range names {
		require.Equal(t, i < searchkey.MaxWords, query(t, name).Match(many, sessions.FieldsOf(sessions.FieldFirstName)), name)
	}
}

func query(t testing.TB, text string) searchkey.Query {
	t.Helper()
	q, err := searchkey.ParseQuery(text)
	require.NoError(t, err)
	return q
}

func TestParseQuery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text           string
		words          []string
		empty, nothing bool
	}{
		{"", nil, true, false},
		{" \t\n\u00a0", nil, true, false},
		{"******", nil, false, true},
		{"---", nil, false, true},
		{"%_\\", nil, false, true},
		{"\x00\xff", nil, false, true},
		{"გიორგი GIORGI giorgi", []string{"giorgi"}, false, false},
		{"gior 0100", []string{"0100", "gior"}, false, false},
		{"gi giorgi g", []string{"giorgi"}, false, false},
		{"Anna-Maria", []string{"anna", "maria"}, false, false},
		{"AB-123/4.5", []string{"ab12345"}, false, false},
		{"23AB12345", []string{"23ab12345"}, false, false},
		{"O'Br", []string{"obr"}, false, false},
		{"a,b;c<d", []string{"a", "b", "c", "d"}, false, false},
	} {
		q := query(t, c.text)
		require.ElementsMatch(t, c.words, q.Words(), c.text)
		require.True(t, slices.IsSorted(q.Words()), c.text)
		require.Equal(t, c.empty, q.Empty(), c.text)
		require.Equal(t, c.nothing, q.Nothing(), c.text)
	}
	_, err := searchkey.ParseQuery(strings.Repeat(" ", 1<<20))
	require.ErrorIs(t, err, searchkey.ErrTooLong)
	_, err = searchkey.ParseQuery("a b c d e f g h i j k l m n o p q")
	require.ErrorIs(t, err, searchkey.ErrTooManyWords)
	require.Equal(t, 16, query(t, "a b c d e f g h i j k l m n o p").Len())
}

func TestMatch(t *testing.T) {
	t.Parallel()
	s := session("გიორგი Anna-Maria", "Beridze", "01001012345", "23AB-12345")
	for text, want := range map[string]bool{
		"g": true, "gio": true, "GIORGI<": true, "გიო": true, "ᲑᲔᲠ": true, "ber gi": true, "gi ber 0100": true,
		"annam": true, "maria": true, "anna-maria": true, "maria-anna": true, "01001012345": true, "ab12": true, "12345": true,
		"23ab-12": true, "23 AB": true, "": true, "******": false, "iorgi": false, "gi x": false, "1001": false, "b12": false,
		"'gi": true, "%": false, "_iorgi": false, "annax": false,
	} {
		require.Equal(t, want, query(t, text).Match(s, sessions.SearchFields()), text)
		require.Equal(t, want, query(t, text).MatchKey(searchkey.Of(s), sessions.SearchFields()), text)
	}
	names := sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldLastName)
	require.True(t, query(t, "gi ber").Match(s, names))
	require.False(t, query(t, "gi 0100").Match(s, names))
	require.False(t, query(t, "gi 0100").MatchKey(searchkey.Of(s), names))
	require.False(t, query(t, "gi").Match(s, 0))
	require.False(t, query(t, "gi").MatchKey(searchkey.Of(s), 0))
	require.Equal(t, "F gi", query(t, "gi").Needle(0, sessions.FieldFirstName))
	require.Equal(t, " gi", query(t, "gi").Needle(0, sessions.FieldNone))
	require.Empty(t, query(t, "gi").Needle(0, sessions.FieldExtra))
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query string
		s     *sessions.Session
		found []string // field: text that is marked (word)
	}{
		{"gio", session("Giorgi გიორგი", "x", "", ""), []string{"first_name: Gio (gio)", "first_name: გიო (gio)"}},
		{"s", session("შოთა", "", "", ""), []string{"first_name: შ (s)"}},
		{"jir", session("Jir\u030ci\u0301", "", "", ""), []string{"first_name: Jir\u030c (jir)"}},
		{"annam", session("Anna-Maria", "", "", ""), []string{"first_name: Anna-M (annam)"}},
		{"anna-maria", session("Anna-Maria", "", "", ""), []string{"first_name: Anna (anna)", "first_name: Maria (maria)"}},
		{"obr", session("", "O'Brien", "", ""), []string{"last_name: O'Br (obr)"}},
		{"010010", session("", "", "010-01 012345", "AB010010"), []string{"personal_number: 010-01 0 (010010)", "document_number: 010010 (010010)"}},
		{"fi", session("ﬁnn", "", "", ""), []string{"first_name: ﬁ (fi)"}},
		{"f", session("ﬁnn", "", "", ""), []string{"first_name: ﬁ (f)"}},
		{"z", session("Giorgi", "", "", ""), nil},
	} {
		var found []string
		for _, span := range query(t, c.query).Spans(c.s, sessions.SearchFields()) {
			found = append(found, fmt.Sprintf("%s: %s (%s)", span.Field, c.s.Text(span.Field).Value()[span.Start:span.End], span.Word))
		}
		require.Equal(t, c.found, found, c.query)
	}
	require.Empty(t, query(t, "gio").Spans(session("gio", "", "", ""), sessions.FieldsOf(sessions.FieldLastName)))
}

// foldedRune is what becomes of a rune between two letters.
func foldedRune(r rune) string {
	return string(searchkey.Of(session("a"+string(r)+"b", "", "", "")))
}

// TestFoldingNeverMoves pins the whole of version 1. If it fails, the tables of Go or x/text have moved a key:
// the folding has to be put right, or Version raised.
func TestFoldingNeverMoves(t *testing.T) {
	t.Parallel()
	h := sha256.New()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if utf8.ValidRune(r) {
			_, err := fmt.Fprintf(h, "%x %s\n", r, foldedRune(r))
			require.NoError(t, err)
		}
	}
	require.Equal(t, "46fa783d4584aa6214cece30aa043a187ae4741e0e51d8ebf5e38a04812d44b6", hex.EncodeToString(h.Sum(nil)))
}

// TestEveryRune compares the folding of every code point with the properties that a word has, and with a
// plain implementation on the tables of Go, where those are of Unicode 15.0.
func TestEveryRune(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		key := searchkey.Of(session("a"+string(r)+"b", "", "", ""))
		for _, word := range key.Words() {
			checkWord(t, word)
			again := searchkey.Of(session(word, "", "", ""))
			if "F "+word != string(again) {
				t.Fatalf("%x: the folded word %q folds to %q", r, word, again)
			}
		}
		if unicode.Version == "15.0.0" && norm.Version == "15.0.0" {
			if want := referenceKey("a" + string(r) + "b"); want != string(key) {
				t.Fatalf("%x: %q, by the reference %q", r, key, want)
			}
		}
	}
}

func checkWord(t testing.TB, word string) {
	if word == "" || len(word) > searchkey.MaxWordBytes || !utf8.ValidString(word) {
		t.Fatalf("not a word: %q", word)
	}
	if i := strings.IndexFunc(word, func(c rune) bool {
		return c <= ' ' || c == '-' || c == '.' || c >= 'A' && c <= 'Z'
	}); i >= 0 {
		t.Fatalf("%q in a word", word[i])
	}
}

// referenceFold folds slowly and plainly: the whole text through NFKD, then a replacer.
func referenceFold(text string) string {
	clean := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.C) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	clean = strings.NewReplacer("´", "").Replace(clean)
	var b strings.Builder
	for _, r := range norm.NFKD.String(clean) {
		switch {
		case strings.ContainsRune("'`´ʹʻʼʽʾʿˈˊˋ՚׳‘’‛′‵Ꞌꞌ", r), unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case strings.ContainsRune("-֊־‐‑‒–—―−", r):
			b.WriteByte('-')
		case unicode.Is(unicode.Nd, r):
			b.WriteByte('0' + byte(r-blockStart(r)))
		case unicode.In(r, unicode.L, unicode.Nl, unicode.No, unicode.Mc):
			r = unicode.ToLower(r)
			if r >= 0x2D00 && r <= 0x2D2D {
				r += 0x10D0 - 0x2D00
			}
			b.WriteRune(r)
		case r == '.' || r == '/':
			b.WriteByte('.')
		default:
			b.WriteByte(' ')
		}
	}
	return referenceSpelling.Replace(b.String())
}

// blockStart is the zero of the run of decimal digits that r is in: digits come in tens.
func blockStart(r rune) rune {
	lo := r
	for unicode.Is(unicode.Nd, lo-1) {
		lo--
	}
	return lo + (r-lo)/10*10
}

var referenceSpelling = strings.NewReplacer(
	"ა", "a", "ბ", "b", "გ", "g", "დ", "d", "ე", "e", "ვ", "v", "ზ", "z", "თ", "t", "ი", "i", "კ", "k", "ლ", "l",
	"მ", "m", "ნ", "n", "ო", "o", "პ", "p", "ჟ", "zh", "რ", "r", "ს", "s", "ტ", "t", "უ", "u", "ფ", "p", "ქ", "k",
	"ღ", "gh", "ყ", "q", "შ", "sh", "ჩ", "ch", "ც", "ts", "ძ", "dz", "წ", "ts", "ჭ", "ch", "ხ", "kh", "ჯ", "j", "ჰ", "h",
	"ß", "ss", "æ", "ae", "œ", "oe", "þ", "th", "ð", "d", "đ", "d", "ħ", "h", "ı", "i", "ł", "l", "ø", "o", "ŧ", "t", "ς", "σ",
)

// referenceKey is the key of a first name, within the bounds.
func referenceKey(name string) string {
	var words []string
	for _, chain := range strings.FieldsFunc(referenceFold(name), func(r rune) bool { return r == ' ' || r == '.' }) {
		for run := range strings.SplitSeq(strings.ReplaceAll(strings.Trim(chain, "-"), "--", "- -"), " ") {
			parts := strings.FieldsFunc(run, func(r rune) bool { return r == '-' })
			words = append(words, parts...)
			if len(parts) > 1 {
				words = append(words, strings.Join(parts, ""))
			}
		}
	}
	key, size, seen := "", 0, map[string]bool{}
	for _, word := range words {
		for len(word) > searchkey.MaxWordBytes {
			_, n := utf8.DecodeLastRuneInString(word)
			word = word[:len(word)-n]
		}
		if seen[word] {
			continue
		}
		if len(seen) == searchkey.MaxWords || size+len(word)+2 > searchkey.MaxFieldBytes {
			break
		}
		seen[word], size, key = true, size+len(word)+2, key+"F "+word
	}
	return key
}

func FuzzKey(f *testing.F) {
	for _, text := range []string{"გიორგი", "Anna-Maria O'Brien", "23AB-12345", "--a--b-", "한글 ﷺ", strings.Repeat("a1", 300), "\xff\x00"} {
		f.Add(text, "gi 1")
	}
	f.Fuzz(func(t *testing.T, text, search string) {
		s := session(text, "Last "+text, text, text)
		key := searchkey.Of(s)
		if len(key) > searchkey.MaxKeyBytes {
			t.Fatal("key too long")
		}
		var first strings.Builder
		for field, word := range key.Words() {
			checkWord(t, word)
			if field == sessions.FieldFirstName {
				first.WriteString("F " + word)
			}
		}
		if unicode.Version == "15.0.0" && norm.Version == "15.0.0" && first.String() != referenceKey(text) {
			t.Fatalf("%q: %q, by the reference %q", text, first.String(), referenceKey(text))
		}
		q, err := searchkey.ParseQuery(search)
		if err != nil {
			return
		}
		again, err := searchkey.ParseQuery(strings.Join(q.Words(), " "))
		if err == nil && !slices.Equal(again.Words(), q.Words()) {
			t.Fatalf("query %q: %q and then %q", search, q.Words(), again.Words())
		}
		for _, fields := range []sessions.Fields{sessions.SearchFields(), sessions.FieldsOf(sessions.FieldFirstName), sessions.FieldsOf(sessions.FieldLastName, sessions.FieldDocumentNumber), 0} {
			want := !q.Nothing()
			for _, w := range q.Words() {
				some := false
				for field, word := range key.Words() {
					some = some || fields.Has(field) && strings.HasPrefix(word, w)
				}
				want = want && some
			}
			if q.Match(s, fields) != want || q.MatchKey(key, fields) != want {
				t.Fatalf("search %q in %q: Match %v, MatchKey %v, want %v", search, text, q.Match(s, fields), q.MatchKey(key, fields), want)
			}
			words := map[string]bool{}
			for _, span := range q.Spans(s, fields) {
				part := s.Text(span.Field).Value()[span.Start:span.End]
				if !fields.Has(span.Field) || part == "" {
					t.Fatalf("span %v", span)
				}
				words[span.Word] = true
			}
			if want && len(words) != q.Len() {
				t.Fatalf("search %q in %q: spans for %v", search, text, words)
			}
		}
	})
}

func TestMatchDoesNotAllocate(t *testing.T) {
	q := query(t, "gio ber 0100")
	s := session("გიორგი", "Beridze-Łukasz Žák", "01001012345", "23AB12345")
	require.True(t, q.Match(s, sessions.SearchFields()))
	require.Zero(t, testing.AllocsPerRun(100, func() { q.Match(s, sessions.SearchFields()) }))
	key := searchkey.Of(s)
	require.Zero(t, testing.AllocsPerRun(100, func() { q.MatchKey(key, sessions.SearchFields()) }))
}

func BenchmarkMatch(b *testing.B) {
	for name, s := range map[string]*sessions.Session{
		"latin":    session("Giorgi", "Beridze", "01001012345", "23AB12345"),
		"georgian": session("გიორგი", "ბერიძე", "01001012345", "23AB12345"),
		"accents":  session("Jiří", "Žák", "01001012345", "23AB12345"),
	} {
		for _, text := range []string{"g", "gio ber", "giorgi 0100", "12345", "absent"} {
			q := query(b, text)
			b.Run(name+"/"+text, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					q.Match(s, sessions.SearchFields())
				}
			})
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	s := session("გიორგი", "Beridze", "01001012345", "23AB12345")
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = searchkey.Append(buf[:0], s)
	}
}

func BenchmarkMatchKey(b *testing.B) {
	key := searchkey.Of(session("გიორგი", "Beridze", "01001012345", "23AB12345"))
	q := query(b, "gio ber")
	b.ReportAllocs()
	for b.Loop() {
		q.MatchKey(key, sessions.SearchFields())
	}
}
