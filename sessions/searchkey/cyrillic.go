package searchkey

import "strings"

// The ways of writing Cyrillic in Latin. A word is written in one of them throughout, so that a
// name has a few spellings and not the product of those of its letters.
const (
	icao       = iota // ICAO Doc 9303-3, section 6, table B: every letter
	bgn               // BGN/PCGN: Russian 1947, Ukrainian 1965, Belarusian 1979, Kazakh 1979
	bgnShort          // the same, with ia in place of iya, as in Yulia
	ukrainian         // table B with the exceptions for Ukrainian and Belarusian, which write their г as h
	bgnUkraine        // BGN/PCGN Ukrainian 1965 and Belarusian 1979
	serbian           // table B with the exceptions for Serbian
	macedonian        // table B with the exceptions for Macedonian
	cyrillicWays
)

const cyrillicFirst, cyrillicLast = 'а', 'ӿ'

// cyrillicAlphabets are the letters that tell for whom a way is. The first one writes all.
var cyrillicAlphabets = [cyrillicWays]string{
	bgn:        "абвгґдеёєжзиіїйклмнопрстуўфхцчшщъыьэюя" + "ғқңөұүһ",
	bgnShort:   "абвгґдеёєжзиіїйклмнопрстуўфхцчшщъыьэюя" + "ғқңөұүһ",
	ukrainian:  "абвгґдеёєжзиіїйклмнопрстуўфхцчшщыьэюя",
	bgnUkraine: "абвгґдеёєжзиіїйклмнопрстуўфхцчшщыьэюя",
	serbian:    "абвгдђежзијклљмнњопрстћуфхцчџш",
	macedonian: "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
}

func isCyrillic(r rune) bool { return r >= cyrillicFirst && r <= cyrillicLast }

// writes reports whether the style has a letter for one of a text.
func (st style) writes(r rune) bool {
	return st.way == icao || !isCyrillic(r) || strings.ContainsRune(cyrillicAlphabets[st.way], r)
}

// cyrillicLetters has one column for each way, the short form left out; * is what the first has, -
// is nothing. Letters that table B of ICAO lacks are written by the Kazakh and Kyrgyz passports, or
// like the letter that they are derived from.
var cyrillicLetters = columns(`
	а a * * * * *    б b * * * * *     в v * * * * *    г g * h h * *    ґ g * * * * *
	д d * * * * *    ђ D * * * * *     ѓ g * * * * gj   е e * * * * *    ё e * io yo * *
	є ie ye ie ye * *  ж zh * * * z *  з z * * * * *    ѕ dz * * * * *   и i * y y i i
	і i * * * * *    ї i yi i yi * *   й i y i y * *    ј j * * * * *    к k * * * * *
	ќ k * * * * kj   л l * * * * *     љ lj * * * * *   м m * * * * *    н n * * * * *
	њ nj * * * * *   о o * * * * *     п p * * * * *    р r * * * * *    с s * * * * *
	т t * * * * *    ћ c * * * * *     у u * * * * *    ў u w u w * *    ф f * * * * *
	х kh * * * h h   ц ts * * * c c    ч ch * * * c *   џ dz * * * * dj  ш sh * * * s *
	щ shch * * * * * ъ - * * * * *     ы y * * * * *    ь - * * * * *    э e * * * * *
	ю iu yu iu yu * *  я ia ya ia ya * *
	ғ g gh * * * *   қ k q * * * *     ң n ng * * * *   ө o * * * * *    ұ u * * * * *
	ү u * * * * *    һ h * * * * *     ҡ k q * * * *    ҙ z * * * * *    ҫ s * * * * *
	җ j * * * * *    ҷ j * * * * *     ҳ h * * * * *    ҕ g * * * * *    ӕ ae * * * * *
	ѣ e * * * * *    ѳ f * * * * *     ѵ y * * * * *    ѫ u * * * * *    ӏ - * * * * *`)

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

// lookAlikes are the capitals that a Cyrillic and a Latin keyboard share by their shape, as they
// are in numbers.
var lookAlikes = pairs("а a в b е e к k м m н h о o р p с c т t х x")

// cyrillic writes a Cyrillic letter behind another; a blank is before the first one of a word that
// is written.
func (st style) cyrillic(r, before rune) (string, bool) {
	if st.number {
		if latin, ok := lookAlikes[r]; ok {
			return latin, true
		}
		row, ok := cyrillicLetters[r]
		return strings.ToLower(row[icao]), ok
	}
	switch st.way {
	case icao:
		if r == 'ъ' && before != space {
			return "ie", true
		}
	case bgn, bgnShort:
		switch {
		case (r == 'е' || r == 'ё') && strings.ContainsRune("аеёиоуыэюяйъь ", before):
			return "ye", true
		case st.way == bgnShort && r == 'я' && (before == 'и' || before == 'і'):
			return "a", true
		}
	case ukrainian:
		switch {
		case before == space:
			switch r {
			case 'є':
				return "ye", true
			case 'ї':
				return "yi", true
			case 'й':
				return "y", true
			case 'ю':
				return "yu", true
			case 'я':
				return "ya", true
			}
		case before == 'з' && r == 'г':
			return "gh", true
		}
	}
	row, ok := cyrillicLetters[r]
	return row[cyrillicColumn[st.way]], ok
}

var cyrillicColumn = [cyrillicWays]int{icao: 0, bgn: 1, bgnShort: 1, ukrainian: 2, bgnUkraine: 3, serbian: 4, macedonian: 5}
