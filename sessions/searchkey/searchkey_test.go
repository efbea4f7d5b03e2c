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

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/stretchr/testify/require"
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
		{"the letters that Georgians write in one way", "აბგდევზთიკლმნოპრსტუფშჩძჭხჯჰ", "", "", "", "F abgdevztiklmnoprstupshchdzchkhjh"},
		{"letters that Georgians write in two ways", "ქ ყ", "ცა", "", "", "F kqF qqF kkF qkL tsaL ca"},
		{"a modifier letter that decomposes, and obsolete letters", "ჼ", "ჱჲᲱ", "", "", "F nL ჱჲჱ"},
		{"fillers of a machine readable zone", "GIORGI<<<", "BERIDZE<GELA", "", "", "F giorgiL beridzegelaL gela"},
		{"a mark for what was not recognised", "******", "---", "...", "'", ""},
		{"apostrophes join and part", "O'Brien", "d’Arc ´x`", "", "", "F obrienF brienL darckhL arckhL kh"},
		{"hyphens join and part", "Anna-Maria", "A-B-C", "", "", "F annamariaF mariaL abcL bcL c"},
		{"accents", "Jiří Žák", "Ångström İbrahim", "", "", "F jirizakF zakL angstromibrahimL aangstromibrahimL angstroemibrahimL aangstroemibrahimL ibrahim"},
		{"letters that do not decompose", "Łukasz", "STRAßE ẞ æŒþÐħŧı", "", "", "F lukaszL strassessaeoethdhtiL ssaeoethdhtiL aeoethdhti"},
		{"letters that documents write in two ways", "Øre", "Đa", "", "", "F oreF oereL daL dja"},
		{"a final sigma", "Νίκος", "ΝΙΚΟΣ", "", "", "F nikosL nikos"},
		{"full width and ligatures", "ＧＩＯＲＧＩ", "ﬁnn", "", "", "F giorgiL finn"},
		{"a word that begins another one is not there", "a b a", "ab b", "", "", "F abaF baL abbL b"},
		{"a number without its separators", "", "", "010 01-012/345", "AB-12 34.5", "P 01001012345P 01012345P 012345P 345D ab12345D 12345D 345D 5"},
		{"digits of other scripts", "", "", "٠١٢", "१२३", "P 012D 123"},
		{"letters that look alike in numbers", "АВ", "", "", "АВЕКМНОРСТХ1", "F avD abekmhopctx1D 1"},
		{"invisible characters", "Gi\u200borgi", "\ufeffBe\u00adridze", "", "", "F giorgiL beridze"},
		{"NUL and invalid UTF-8 separate", "a\x00b", "c\xffd", "", "", "F abF bL cdL d"},
		{"an unassigned code point separates", "a\u0378b", "", "", "", "F abF b"},
		{"Hangul composed and not", "한", "\u1112\u1161\u11ab", "", "", "F \u1112\u1161\u11abL \u1112\u1161\u11abN \u1112\u1161\u11ab\u1112\u1161\u11ab"},
		{"names of characters", "小明", "王", "", "", "F 小明F 明L 王N 王小明N 小明王N 明王"},
		{"letters that look alike in numbers, Greek", "ΑΒ", "", "", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ1", "F avD abezhikmnoptyx1D 1"},
		{"Hebrew, a blank in a Persian word, vowels of Devanagari", "מנחם", "علی\u200cرضا", "सुनीता", "A\u200cB", "F מנחמL عليرضاL رضاP सुनीताD ab"},
		{"a name in all ways of Russian", "Евгений", "Подъячева", "", "", "F evgeniiF yevgeniyF evgeniyF yevgenyF evgenyF evhenyiF evhenyyL podieiachevaL podiachevaL podyachevaL podayacheva"},
		{"Cyrillic in all ways", "Юлия", "Гнатюк", "", "", "F iuliiaF yuliyaF yuliaF yulyiaF yulyyaL gnatiukL gnatyukL hnatiukL hnatyuk"},
		{"Armenian and Greek", "Արմեն Ռուբեն", "Παύλος Μπάμπης", "", "", "F armenrrubenF armenrubenF rrubenF rubenL pavlosbampisL bampis"},
	} {
		s := session(c.first, c.last, c.personal, c.document)
		require.Equal(t, c.key, searchkey.Of(s), c.why)
		var again strings.Builder
		for field, word := range c.key.Words() {
			tag, ok := map[sessions.Field]string{
				sessions.FieldFirstName: "F", sessions.FieldLastName: "L", sessions.FieldPersonalNumber: "P", sessions.FieldDocumentNumber: "D",
				sessions.FieldNone: "N",
			}[field]
			require.True(t, ok, c.why)
			again.WriteString(tag + " " + word)
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
	// Only the first bytes of a word count, cut between runes. Words that differ only after them
	// are the same.
	long := strings.Repeat("a", searchkey.MaxWordBytes-1)
	require.Equal(t, searchkey.Key("F "+long), searchkey.Of(session(long+"ⵣⵣ", "", "", "")))
	require.True(t, query(t, long+"ⵣⵣ").Match(session(long+"ⵥⵥ", "", "", ""), sessions.SearchFields()))

	var parts []string
	for i := range 100 {
		parts = append(parts, string(rune('a'+i%26))+string(rune('a'+i/26)))
	}
	many := session(strings.Join(parts, " "), strings.Repeat("x", 300)+" "+strings.Join(parts, " "), strings.Repeat("a1", 256), "")
	key := searchkey.Of(many)
	require.LessOrEqual(t, len(key), searchkey.MaxKeyBytes)
	require.Equal(t, searchkey.MaxWords, strings.Count(string(key), "F "))
	for i, part := range parts {
		require.Equal(t, i < searchkey.MaxWords, query(t, part).Match(many, sessions.FieldsOf(sessions.FieldFirstName)), part)
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
		words          string
		empty, nothing bool
	}{
		{"", "", true, false},
		{" \t\n\u00a0", "", true, false},
		{"******", "", false, true},
		{"---", "", false, true},
		{"%_\\", "", false, true},
		{"\x00\xff", "", false, true},
		{"ь", "", false, true},
		{"გიორგი", "giorgi", false, false},
		{"gior 0100", "gior;0100|gior0100", false, false},
		{"gi giorgi g", "gigiorgi|giorgi", false, false},
		{"van kirk", "van;kirk|vankirk", false, false},
		{"a b c d", "a;ab|b;abc|bc|c;bcd|cd|d", false, false},
		{"1 2 3 4", "1;12|2;123|23|3;1234|234|34|4", false, false},
		{"23AB12345", "23ab12345", false, false},
		{"O'Br", "o;br|obr", false, false},
		{"xa", "kha FL|xa PD", false, false},
		{"Mü", "mu", false, false}, // not mue, since mu is a prefix of it
		{"Mül", "muel FL|mul", false, false},
		{"ქეთი", "keti", false, false},
		{"АВ", "ab PD|av FL", false, false},
		{"Μ", "b FL|m", false, false},
		{"Αυ", "af FL|av FL|ay PD", false, false},
		{"ьий", "ii|iy FL|yi FL|yy FL", false, false},
		{"юри", "iupi PD|iuri FL|yuri FL|yury FL", false, false},
		{"ъ и", "i|y FL", false, false},
		{"간", "\u1100\u1161\u1102 FL|\u1100\u1161\u11ab|\u1100\u1161\u11ac FL|\u1100\u1161\u11ad FL", false, false},
		{"초", "\u110e\u1169|\u110e\u116a FL|\u110e\u116b FL|\u110e\u116c FL", false, false},
	} {
		q := query(t, c.text)
		var found []string
		for word := range q.Words() {
			var texts []string
			for _, p := range word {
				text := p.Text
				switch p.Fields {
				case sessions.SearchFields():
				case sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldLastName):
					text += " FL"
				default:
					text += " PD"
				}
				texts = append(texts, text)
			}
			found = append(found, strings.Join(texts, "|"))
		}
		require.Equal(t, c.words, strings.Join(found, ";"), c.text)
		require.Equal(t, len(found), q.Len(), c.text)
		require.Equal(t, c.empty, q.Empty(), c.text)
		require.Equal(t, c.nothing, q.Nothing(), c.text)
	}
	_, err := searchkey.ParseQuery(strings.Repeat(" ", 1<<20))
	require.ErrorIs(t, err, searchkey.ErrTooLong)
	_, err = searchkey.ParseQuery("a b c d e f g h i j k l m n o p q")
	require.ErrorIs(t, err, searchkey.ErrTooManyWords)
	require.Equal(t, 16, query(t, "a b c d e f g h i j k l m n o p").Len())
}

// TestSyllablesWhileTyped types names key by key on the Korean keyboard (KS X 5002), which combines
// vowels and final consonants. Each text on the way must find the name.
func TestSyllablesWhileTyped(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string]string{
		"최":  "ㅊ 초 최",
		"권":  "ㄱ 구 궈 권",
		"황":  "ㅎ 호 화 황",
		"쇄":  "ㅅ 소 쇄",
		"웬위": "ㅇ 우 웨 웬 웬ㅇ 웬우 웬위",
		"희원": "ㅎ 흐 희 힁 희우 희워 희원",
		"값이": "ㄱ 가 갑 값 값ㅇ 값이",
		"갑사": "ㄱ 가 갑 값 갑사",
		"닭":  "ㄷ 다 달 닭",
		"앉아": "ㅇ 아 안 앉 앉ㅇ 앉아",
		"한경": "ㅎ 하 한 한ㄱ 한겨 한경",
		"하나": "ㅎ 하 한 하나",
	} {
		s := session(name, "", "", "")
		for step := range strings.FieldsSeq(steps) {
			require.True(t, finds(query(t, step), s, sessions.SearchFields()), "%s on the way to %s", step, name)
		}
	}
	for typed, name := range map[string]string{"최": "초", "호": "하", "화": "호", "값": "갑", "닭": "달", "가": "고", "으": "이"} {
		require.False(t, finds(query(t, typed), session(name, "", "", ""), sessions.SearchFields()), "%s is not on the way to %s", typed, name)
	}
}

func TestTyped(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"": nil, "***": nil, " Van-Kirk ": {"van", "kirk"}, "ᲒᲘᲝ o'x": {"gio", "o", "x"}, "MÜLLER": {"müller"}, "ЮРИЙ ь": {"юрий"}, "김": {"김"},
	} {
		require.ElementsMatch(t, want, query(t, text).Typed(), text)
	}
	q, err := searchkey.ParseWords("***")
	require.NoError(t, err)
	require.True(t, q.Nothing())
	_, err = searchkey.ParseWords(strings.Repeat("a", 16*256+1))
	require.ErrorIs(t, err, searchkey.ErrTooLong)
	_, err = searchkey.ParseWords(strings.Split(strings.Repeat("1 ", 2000), " ")...)
	require.ErrorIs(t, err, searchkey.ErrTooManyWords)
}

func TestMatch(t *testing.T) {
	t.Parallel()
	s := session("გიორგი Anna-Maria", "Beridze", "01001012345", "23AB-12345")
	for text, want := range map[string]bool{
		"g": true, "gio": true, "GIORGI<": true, "გიო": true, "ᲑᲔᲠ": true, "ber gi": true, "gi ber 0100": true,
		"annam": true, "maria": true, "anna-maria": true, "maria-anna": true, "01001012345": true, "ab12": true, "12345": true,
		"23ab-12": true, "23 AB": true, "": true, "******": false, "iorgi": false, "gi x": false, "1001": false, "b12": false,
		"'gi": true, "%": false, "_iorgi": false, "annax": false, "beridzegi": false,
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
}

// TestHiddenFields checks that a word that joins both names is hidden if either name is.
func TestHiddenFields(t *testing.T) {
	t.Parallel()
	s := session("小明", "王", "", "")
	first := sessions.FieldsOf(sessions.FieldFirstName)
	for _, fields := range []sessions.Fields{first, sessions.FieldsOf(sessions.FieldLastName), sessions.SearchFields().Minus(first)} {
		require.False(t, query(t, "王小明").Match(s, fields))
		require.False(t, query(t, "王小明").MatchKey(searchkey.Of(s), fields))
		require.Empty(t, query(t, "王小明").Spans(s, fields))
	}
	require.True(t, query(t, "小").Match(s, first))
	require.True(t, query(t, "王小明").Match(s, sessions.SearchFields()))
}

func TestNeedles(t *testing.T) {
	t.Parallel()
	needles := func(text string, fields sessions.Fields) [][]string {
		return slices.Collect(query(t, text).Needles(fields))
	}
	first := sessions.FieldsOf(sessions.FieldFirstName)
	require.Equal(t, [][]string{{" van"}, {" kirk", " vankirk"}}, needles("van kirk", sessions.SearchFields()))
	require.Equal(t, [][]string{{"F kh", "L kh", "P x", "D x"}}, needles("x", sessions.SearchFields()))
	require.Equal(t, [][]string{{"F kh"}}, needles("x", first))
	require.Equal(t, [][]string{{" 王"}}, needles("王", sessions.SearchFields()))
	require.Equal(t, [][]string{{"F 王", "L 王", "N 王"}}, needles("王", first.Union(sessions.FieldsOf(sessions.FieldLastName))))
	require.Equal(t, [][]string{nil}, needles("gi", 0))
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query string
		s     *sessions.Session
		found []string // field: marked text (word)
	}{
		{"gio", session("Giorgi გიორგი", "x", "", ""), []string{"first_name: Gio (gio)", "first_name: გიო (gio)"}},
		{"s", session("შოთა", "", "", ""), []string{"first_name: შ (s)"}},
		{"jir", session("Jir\u030ci\u0301", "", "", ""), []string{"first_name: Jir\u030c (jir)"}},
		{"annam", session("Anna-Maria", "", "", ""), []string{"first_name: Anna-M (annam)"}},
		{"mueller", session("", "Müller-Lüdenscheidt", "", ""), []string{"last_name: Müller (mueller)"}},
		{"mu", session("", "Mu\u0308ller", "", ""), []string{"last_name: Mu\u0308 (mu)"}},
		{"yulia", session("Юлия", "", "", ""), []string{"first_name: Юлия (yulia)"}},
		{"van kirk", session("", "VANKIRK", "", ""), []string{"last_name: VAN (van)", "last_name: VANKIRK (vankirk)"}},
		{"王小", session("小明", "王", "", ""), []string{"first_name: 小 (王小)", "last_name: 王 (王小)"}},
		{"김민수", session("민수", "김", "", ""), []string{"first_name: 민수 (\u1100\u1175\u11b7\u1106\u1175\u11ab\u1109\u116e)", "last_name: 김 (\u1100\u1175\u11b7\u1106\u1175\u11ab\u1109\u116e)"}},
		{"anna-maria", session("Anna-Maria", "", "", ""), []string{"first_name: Anna (anna)", "first_name: Anna-Maria (annamaria)", "first_name: Maria (maria)"}},
		{"obr", session("", "O'Brien", "", ""), []string{"last_name: O'Br (obr)"}},
		{"010010", session("", "", "010-01 012345", "AB010010"), []string{"personal_number: 010-01 0 (010010)", "document_number: 010010 (010010)"}},
		{"fi", session("ﬁnn", "", "", ""), []string{"first_name: ﬁ (fi)"}},
		{"f", session("ﬁnn", "", "", ""), []string{"first_name: ﬁ (f)"}},
		{"yury", session("Юрий", "", "", ""), []string{"first_name: Юри (yury)", "first_name: Юрий (yury)"}},
		{"yur", session("Юрий", "", "", ""), []string{"first_name: Юр (yur)"}},
		{"podiach", session("", "Подъячев", "", ""), []string{"last_name: Подъяч (podiach)"}},
		{"shterev", session("", "Щерев", "", ""), []string{"last_name: Щерев (shterev)"}},
		{"fyo", session("ФЕ\u0308ДОР", "", "", ""), []string{"first_name: ФЕ\u0308 (fyo)"}},
		{"daniel", session("Դանիել", "", "", ""), []string{"first_name: Դանիել (daniel)"}},
		{"ab12", session("", "", "", "ΑΒ 123"), []string{"document_number: ΑΒ 12 (ab12)"}},
		// A syllable is marked whole.
		{"ㅎ", session("\u1112\u1161\u11ab", "", "", ""), []string{"first_name: \u1112\u1161\u11ab (\u1112)"}},
		{"간", session("가나", "", "", ""), []string{"first_name: 가나 (\u1100\u1161\u1102)"}},
		{"山田タロー", session("ﾀﾛｰ", "山田", "", ""), []string{"first_name: ﾀﾛｰ (山田タロー)", "last_name: 山田 (山田タロー)"}},
		// A letter is marked with its vowel.
		{"स", session("सुनीता", "", "", ""), []string{"first_name: सु (स)"}},
		{"رضا", session("علی\u200cرضا", "", "", ""), []string{"first_name: رضا (رضا)"}},
		{"علی", session("علی\u200cرضا", "", "", ""), []string{"first_name: علی\u200c (علي)"}},
		{"כהנ", session("", "כֹּהֵן", "", ""), []string{"last_name: כֹּהֵן (כהנ)"}},
		{"strasse", session("", "Straße", "", ""), []string{"last_name: Straße (strasse)"}},
		{"isil", session("IŞIL ışıl İ", "", "", ""), []string{"first_name: IŞIL (isil)", "first_name: ışıl (isil)"}},
		{"niko", session("ΝΊΚΟΣ νίκος", "", "", ""), []string{"first_name: ΝΊΚΟ (niko)", "first_name: νίκο (niko)"}},
		{"12", session("", "", "١٢٣", "𝟙𝟚𝟛"), []string{"personal_number: ١٢ (12)", "document_number: 𝟙𝟚 (12)"}},
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

// foldedRune returns the key of a rune between two letters.
func foldedRune(r rune) string {
	return string(searchkey.Of(session("a"+string(r)+"b", "", "", "")))
}

// TestFoldingNeverMoves pins the whole folding of version 2. If it fails, the tables of Go or
// x/text have changed a key: correct the folding, or raise Version.
func TestFoldingNeverMoves(t *testing.T) {
	t.Parallel()
	h := sha256.New()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if utf8.ValidRune(r) {
			_, err := fmt.Fprintf(h, "%x %s\n", r, foldedRune(r))
			require.NoError(t, err)
		}
	}
	require.Equal(t, "4881d6e1f12c1920dae8be37a8833f31893226e664dea11f2c9678012519fedb", hex.EncodeToString(h.Sum(nil)))
}

// TestEveryRune checks that every code point between two letters folds to words, which fold to
// themselves.
func TestEveryRune(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		key := searchkey.Of(session("a"+string(r)+"b", "", "", ""))
		for _, word := range key.Words() {
			checkWord(t, word)
			if again := searchkey.Of(session(word, "", "", "")); !strings.HasPrefix(string(again), "F "+word) {
				t.Fatalf("%x: the folded word %q folds to %q", r, word, again)
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

func TestMatchDoesNotAllocate(t *testing.T) {
	q := query(t, "gio ber 0100")
	s := session("გიორგი", "Beridze-O'Lukasz", "01001012345", "23AB12345")
	require.True(t, q.Match(s, sessions.SearchFields()))
	require.Zero(t, testing.AllocsPerRun(100, func() { q.Match(s, sessions.SearchFields()) }))
	absent, georgian := query(t, "absent 12"), session("გიორგი", "ბერიძე", "01001012345", "23AB12345")
	require.Zero(t, testing.AllocsPerRun(100, func() { absent.Match(georgian, sessions.SearchFields()) }))
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

func BenchmarkOf(b *testing.B) {
	s := session("გიორგი", "Beridze", "01001012345", "23AB12345")
	b.ReportAllocs()
	for b.Loop() {
		searchkey.Of(s)
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

func BenchmarkParseQuery(b *testing.B) {
	for name, text := range map[string]string{
		"name":    "giorgi beridze",
		"number":  "12 34 567890",
		"many":    strings.TrimSpace(strings.Repeat("1 ", 120) + "2"),
		"random":  "1 23 4 56 7 81 9 12 3 45 6 78 9 13 4 57 8 92 3 46 1 23 4 56 7 81 9 12 3 45 6 78 9 13 4 57 8 92 3 46",
		"russian": "Юлия Щербакова-Юрьева",
		"umlauts": "äöü ÄÖÜ öäü ßäö",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = searchkey.ParseQuery(text)
			}
		})
	}
}
