package searchkey

import "strings"

// The ways of writing Cyrillic in Latin. Each spelling of a word uses one way throughout, so that a
// name has a few spellings instead of every combination of the spellings of its letters.
const (
	icao       = iota // ICAO Doc 9303-3, section 6, table B: every letter; also GOST R 52535.1-2006
	bgn               // BGN/PCGN: Russian 1947, Kazakh 1979, Tajik 1994; also passports before GOST
	ukrainian         // table B with the exceptions for Ukrainian and Belarusian: г is h
	bgnUkraine        // BGN/PCGN Ukrainian 1965 and Belarusian 1979
	serbian           // table B with the exceptions for Serbian
	macedonian        // table B with the exceptions for Macedonian
	bulgarian         // Bulgaria's Transliteration Act, 2009
	cyrillicWays
)

const cyrillicFirst, cyrillicLast = 'а', 'ӿ'

// cyrillicAlphabets are the letters that each way can write. A word with another Cyrillic letter is
// not written in that way. The way icao writes every letter and has no entry.
var cyrillicAlphabets = [cyrillicWays]string{
	bgn:        "абвгґдеёєжзиіїйклмнопрстуўфхцчшщъыьэюя" + "ғқңөұүһ" + "ҳҷ",
	ukrainian:  "абвгґдеёєжзиіїйклмнопрстуўфхцчшщыьэюя",
	bgnUkraine: "абвгґдеёєжзиіїйклмнопрстуўфхцчшщыьэюя",
	serbian:    "абвгдђежзијклљмнњопрстћуфхцчџш",
	macedonian: "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
	bulgarian:  "абвгдежзийклмнопрстуфхцчшщъьюя",
}

func isCyrillic(r rune) bool { return r >= cyrillicFirst && r <= cyrillicLast }

// writes reports whether the style can write the letter r.
func (st style) writes(r rune) bool {
	return st.way == icao || !isCyrillic(r) || strings.ContainsRune(cyrillicAlphabets[st.way], r)
}

// cyrillicLetters maps a letter to its columns, one for each way except the Bulgarian one: *
// repeats the first column, - writes nothing, and an upper-case letter has two spellings (see
// spellings). Letters that table B of ICAO lacks are written as in Kazakh and Kyrgyz passports, or
// like the letter that they are derived from.
var cyrillicLetters = columns(`
	а a * * * * *    б b * * * * *     в v * * * * *    г g * h h * *    ґ g * * * * *
	д d * * * * *    ђ D * * * * *     ѓ g * * * * gj   е e * * * * *    ё e F io yo * *
	є ie ye ie ye * *  ж zh * * * z *  з z * * * * *    ѕ dz * * * * *   и i * y y i i
	і i * * * * *    ї i yi i yi * *   й i y i y * *    ј j * * * * *    к k * * * * *
	ќ k * * * * kj   л l * * * * *     љ lj * * * * *   м m * * * * *    н n * * * * *
	њ nj * * * * *   о o * * * * *     п p * * * * *    р r * * * * *    с s * * * * *
	т t * * * * *    ћ c * * * * *     у u * * * * *    ў u w u w * *    ф f * * * * *
	х kh * * * h h   ц T ts ts ts c c    ч ch * * * c *   џ dz * * * * dj  ш sh * * * s *
	щ shch * * * * * ъ - * * * * *     ы y * * * * *    ь - * * * * *    э e * * * * *
	ю iu yu iu yu * *  я ia ya ia ya * *
	ғ g gh * * * *   қ k q * * * *     ң n ng * * * *   ө o * * * * *    ұ u * * * * *
	ү u * * * * *    һ h * * * * *     ҡ k q * * * *    ҙ z * * * * *    ҫ s * * * * *
	җ j * * * * *    ҷ j * * * * *     ҳ h * * * * *    ҕ g * * * * *    ӕ ae * * * * *
	ѣ e * * * * *    ѳ f * * * * *     ѵ y * * * * *    ѫ u * * * * *    ӏ - * * * * *`)

// columns parses the text of cyrillicLetters: a letter and six columns, again and again.
func columns(text string) map[rune][6]string {
	table := map[rune][6]string{}
	for fields := strings.Fields(text); len(fields) > 0; fields = fields[7:] {
		var row [6]string
		for i, latin := range fields[1:7] {
			switch latin {
			case "*":
				row[i] = row[0]
			case "-":
			default:
				row[i] = latin
			}
		}
		table[[]rune(fields[0])[0]] = row
	}
	return table
}

// lookAlikes are the Cyrillic and Greek letters whose capitals look like Latin ones, each with that
// Latin letter. They apply to numbers. The numbers of Greek identity cards have no other letters.
var lookAlikes = pairs("а a в b е e к k м m н h о o р p с c т t х x " +
	"α a β b ε e ζ z η h ι i κ k μ m ν n ο o ρ p τ t υ y χ x")

// cyrillic returns the Latin spelling of the i-th unit, a Cyrillic letter, and whether it has one.
// before is the letter before it, a blank if nothing of its word has been written yet.
func (st style) cyrillic(units []unit, i int, before rune) (string, bool) {
	r := units[i].r
	if st.number {
		if latin, ok := lookAlikes[r]; ok {
			return latin, true
		}
		row, ok := cyrillicLetters[r]
		return spelt(row[icao]), ok
	}
	behindVowel := strings.ContainsRune("аеёиоуыэюяйъь ", before)
	switch {
	case st.way == icao && r == 'ъ' && before != space:
		return "B", true
	case st.way == bgn && r == 'е' && behindVowel:
		return "V", true
	case st.way == bgn && r == 'ё' && behindVowel:
		return "H", true
	case st.way == bgn && r == 'и' && st.ends(units, i):
		if i+1 < len(units) {
			return "", true // written with the й
		}
		return "I", true
	case st.way == bgn && r == 'й' && i > 0 && st.ends(units, i-1):
		return "I", true
	case r == 'я' && (before == 'и' && (st.way == bgn || st.way == bulgarian) || before == 'і' && (st.way == bgn || st.way == bgnUkraine)):
		return "Y", true
	case st.way == ukrainian && before == space:
		return initial(r, writesBefore(units[:i], 0))
	// зг is zgh, since zh is ж.
	case st.way == ukrainian && before == 'з' && r == 'г':
		return "gh", true
	case st.way == bulgarian && r == 'х':
		return "h", true
	case st.way == bulgarian && r == 'щ':
		return "sht", true
	case st.way == bulgarian && r == 'ъ' && before != space:
		return "a", true
	}
	row, ok := cyrillicLetters[r]
	return row[cyrillicColumn[st.way]], ok
}

// ends reports whether the i-th unit is the и of an ий that ends a word.
func (st style) ends(units []unit, i int) bool {
	if units[i].r != 'и' || !writesBefore(units[:i], space) {
		return false
	}
	if i+1 == len(units) {
		return st.behind == 'й'
	}
	return units[i+1].r == 'й' && (i+2 == len(units) || units[i+2].r == space)
}

// silent reports whether a letter has an empty spelling, like a soft sign.
func silent(r rune) bool {
	row, ok := cyrillicLetters[r]
	return ok && row[icao] == ""
}

// writesBefore reports whether any of the units is written with a letter. It goes from the last
// unit back to the first one that equals until.
func writesBefore(units []unit, until rune) bool {
	for i := len(units) - 1; i >= 0 && units[i].r != until; i-- {
		if units[i].r != space && !silent(units[i].r) {
			return true
		}
	}
	return false
}

// initial returns the spelling of a letter at the beginning of a word in Ukrainian, which writes
// some letters differently there. further reports whether the text has an earlier word: an
// apostrophe may have split a single word, so that both spellings are possible.
func initial(r rune, further bool) (string, bool) {
	latin, ok := map[rune][2]string{
		'є': {"ye", "Ze"}, 'ї': {"yi", "N"}, 'й': {"y", "Z"}, 'ю': {"yu", "Zu"}, 'я': {"ya", "Za"},
	}[r]
	switch {
	case !ok:
		row, ok := cyrillicLetters[r]
		return row[cyrillicColumn[ukrainian]], ok
	case further:
		return latin[1], true
	}
	return latin[0], true
}

// cyrillicColumn is the column of cyrillicLetters that each way uses. Bulgarian shares the column
// of bgn, and the method cyrillic handles the letters in which they differ.
var cyrillicColumn = [cyrillicWays]int{icao: 0, bgn: 1, ukrainian: 2, bgnUkraine: 3, serbian: 4, macedonian: 5, bulgarian: 1}
