package export

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// truthWords are the truth values of spreadsheets in upper case: those of every language for which
// LibreOffice 7.4 has them (it shows them where a boolean is formatted in that language) and, where
// they differ, those of Excel's functions TRUE and FALSE.
var truthWords = wordSet(`
	A SI NGOHO,ADEVĂRAT,ALA,APLAMS,ASIYONYANISO,BENAR,BERU,BRAERO,BREUG,CERT,DAABI,DHUGAA,DOGRY
	DOĞRU,DÜZ,EGIAZKOA,EPÄTOSI,EQQORTOQ,EQQUNNGITSOQ,FALS,FALSA,FALSCH,FALSE,FALSK,FALSKT,FALSO
	FALTSUA,FALZ,FARSU,FAUX,FAŁSZ,FÅS,FÌOR,FÍOR,GUA'U,GWIR,HALALE,HAMIS,HAQIQIY,IGAZ,IH,ISTINA
	KITUUFU,KWELI,LAŽ,MAMALA,MPENZÁ,MPENZÁ TƐ́,NEPRAVDA,NERESNICA,NET WIER,NETACNO,NETAČNO
	NETEISINGAI,NETIESA,NETOČNO,NGOHO,NIBYO,NJEWĚRNO,NTIYISO,ONWAAR,PATIESS,PRAVDA,PRAWDA,PRAWJE
	QINISO,RANGT,RAST,RESNICA,RÉTT,SAI,SALAH,SAND,SANN,SANT,SATT,SIBYO,SIKWELI,SOBA,SONN,SOXTA
	SSI KITUUFU,TACNO,TAČNO,TE'ETE,TEISINGAI,TIESA,TOSI,TOČNO,TRUE,TÕENE,USANN,VALS,VERA,VERAI
	VERDADEIRO,VERDADERO,VERITAT,VERO,VERU,VRAI,VRAIY,VUNWA,VÄÄR,VÊR,WAAR,WAHR,WIER,WOPAK,WOUER
	WĚRNO,XARA,YANLIŞ,YINYANISO,YIW,ÓSATT,ÓSONN,ÝALŇYŞ,ĐÚNG,ŞAŞ,ΑΛΗΘΈΣ,ΑΛΗΘΉΣ,ΑΛΗΘΗΣ,ΛΆΘΟΣ,ΣΩΣΤΌ
	ΨΕΥΔΈΣ,ΨΕΥΔΉΣ,ΨΕΥΔΗΣ,ІСТИНА,ІСЦІНА,АҚИҚАТ,БРЕХНЯ,ВИСТИНА,ВЯРНО,ЖАЛГАН,ЖАЛҒАН,ИСТИНА,ЛОЖЬ,ЛЪЖА
	НЕВИСТИНА,НЕВЯРНО,НЕИСТИНА,НЕПРАВДА,НЕСАПРАЎДНА,НЕТАЧНО,НЕТОЧНО,ПРАВДА,САПРАЎДНА,ТАЧНО,ТОЧНО
	ХИБНІСТЬ,ХЛУСНЯ,ХУДАЛ,ЧЫН,ЧЫНДЫК,ЯЛГАН,ҚАЛБАКӢ,ҮНЭН,ҲАҚҚОНӢ,ԿԵՂԾ,ՃԻՇՏ,ՃՇՄԱՐԻՏ,ՍԽԱԼ,אמת,פֿאַלש
	שקר,خطأ,درست,راست,صح,صواب,غلط,نادرست,يالغان,गलत,ठीक,बेठीक,सही,মিথ্যা,সত্য,ਗਲਤ,ਸਹੀ,ખરું,ખોટું
	ମିଛ,ସତ,தப்ப,ஸரி,అపాదము,నిజము,ಗಲತ್,ಸಹೀ,അതെ,അല്ല,จริง,เท็จ,ບໍ່ແມ່ນ,ແມ່ນແລ້ວ,མེན་,ཨིན་,မှန်,မှား
	ሓሶት,ሓቂ,ሔሰት,አውነት,ខុស,ត្រូវ,ᲛᲪᲓᲐᲠᲘ,ᲭᲔᲨᲛᲐᲠᲘᲢᲘ,假,真,거짓,참
`)

// wordSet returns the words of lines that are separated by commas.
func wordSet(list string) map[string]bool {
	words := map[string]bool{}
	for line := range strings.Lines(list) {
		for word := range strings.SplitSeq(strings.TrimSpace(line), ",") {
			words[word] = true
		}
	}
	// The list begins and ends with an empty line.
	delete(words, "")
	return words
}

// truthLengths has, for the first byte of each word that begins in ASCII, a bit for the word's
// length in bytes. The length alone shows that most names are not truth values.
var truthLengths = func() (lengths [128]uint64) {
	for word := range truthWords {
		if word[0] < utf8.RuneSelf {
			lengths[word[0]] |= 1 << len(word)
		}
	}
	return lengths
}()

// longestTruthBytes is the length of the longest truth word, in bytes.
const longestTruthBytes = 36

// isTruth reports whether a spreadsheet of some language takes the text for a truth value. The text
// must not be empty.
func isTruth(v string) bool {
	switch first := v[0] &^ 0x20; {
	// Full-width letters have three bytes each.
	case len(v) > 3*longestTruthBytes:
		return false
	// The text begins and ends in ASCII, and no truth word with this first letter has its length.
	case first >= 'A' && first <= 'Z' && v[len(v)-1] > ' ' && v[len(v)-1] < utf8.RuneSelf && truthLengths[first]>>len(v)&1 == 0:
		return false
	}
	return truthWords[strings.ToUpper(strings.Map(narrow, strings.TrimFunc(v, ignored)))]
}

// ignored reports whether a spreadsheet may pass over a character around a value.
func ignored(r rune) bool { return unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Cc) }

// narrow returns the ASCII character of a full-width one, and any other character unchanged.
func narrow(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}
