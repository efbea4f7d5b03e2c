package enginetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/filter/filtertest"
	"github.com/kvalifika/sessionkit/sessions"
)

// The world is small, so that random filters select random sessions: few words, few values, many
// ties.
var (
	names = []string{
		"გიორგი", "ᲒᲘᲝᲠᲒᲘ", "Giorgi", "GIORGI<", "ნინო", "Nino", "ბერიძე", "Beridze", "José", "Zoë", "Anna-Maria", "O'Neill", "Li",
		"Maria del Carmen de la Cruz", "ჭავჭავაძე", "Łukasz", "Müller", "Дмитрий", "a%b_c\\d", "=1+1", "'; --", "ｆｕｌｌ", "", "Nino ", "NINO",
		"VANKIRK", "Van Kirk", "MUELLER", "Əli Məmmədov", "ქეთევან", "Ketevan", "Юлия", "Yulia", "Гнатюк", "Љубица", "Μπακογιάννη", "Ոսկանյան", "کریمی", "كريمي", "小明", "王", "김", "xatuna",
		"Евгений", "Щерев", "Դանիել", "가나 값", "मीरा मेरा", "علی\u200cرضا", "כהן", "タロー",
	}
	numbers   = []string{"01001012345", "01-001-012345", "00000000001", "123456789", "23AB12345", "AB 12345", "a1b2c3", "ID0", "x", "٠١٢", "12 34 567890", "АВ123456", "AB123456"}
	types     = []sessions.DocumentType{"", sessions.Passport, sessions.IDCard, sessions.ResidenceCard, sessions.DriverLicence, "Weird type"}
	statuses  = []sessions.Status{sessions.Success, sessions.Failed, sessions.Pending, "expired"}
	reasons   = []sessions.Reason{sessions.DigitalSpoof, sessions.NotFullID, sessions.LowFAR, sessions.LivenessFailed, `odd|\reason`}
	subjects  = []string{"", "", "person-1", "person-2", "Person-1"}
	extraKeys = []string{"phone", "e.mail \"x\"", "კოდი"}
	extras    = []string{"", "1", "+995 555", "ვალუე", "null"}
	dates     = []sessions.Date{{}, {}, {Year: 1965}, {Year: 1965, Month: 3}, {Year: 1990, Month: 3, Day: 1}, {Year: 2026, Month: 12, Day: 31}}
	start     = time.Date(2026, 3, 14, 21, 30, 0, 0, time.UTC)
	zones     = []string{"Asia/Tbilisi", "America/New_York", "UTC"}
)

// instants draws times in one bucket of time or in many, with ties and neighbours a microsecond
// apart.
func instants() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		at := start
		switch rapid.IntRange(0, 5).Draw(t, "distance") {
		case 0:
		case 1:
			at = at.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "microseconds")) * time.Microsecond)
		case 2:
			at = at.Add(-time.Duration(rapid.IntRange(0, 2*24*60).Draw(t, "minutes")) * time.Minute)
		case 3:
			at = at.AddDate(0, 0, -rapid.IntRange(0, 60).Draw(t, "days"))
		case 4:
			at = at.AddDate(0, -rapid.IntRange(0, 60).Draw(t, "months"), 0)
		case 5:
			at = at.AddDate(-rapid.IntRange(0, 900).Draw(t, "years"), 0, 0)
		}
		return at
	})
}

// texts draws texts of one to three words, and texts without a value.
func texts(pool []string) *rapid.Generator[sessions.Text] {
	return rapid.Custom(func(t *rapid.T) sessions.Text {
		state := sessions.TextState(rapid.SampledFrom([]int{0, 1, 1, 1, 1, 1, 2, 3}).Draw(t, "state"))
		if state != sessions.Known {
			return sessions.TextIn(state)
		}
		parts := rapid.SliceOfN(rapid.SampledFrom(pool), 1, 3).Draw(t, "parts")
		return sessions.TextOf(strings.Join(parts, " "))
	})
}

// verdict sets the fields that change when a session is decided.
func verdict(t *rapid.T, s *sessions.Session) {
	s.Status = rapid.SampledFrom(statuses).Draw(t, "status")
	s.Reasons = nil
	if s.Status == sessions.Failed {
		s.Reasons = rapid.SliceOfDistinct(rapid.SampledFrom(reasons), rapid.ID).Draw(t, "reasons")
	}
	s.Match = sessions.Match{}
	if rapid.Bool().Draw(t, "compared") {
		s.Match = sessions.Match{Compared: true, Level: far.Level(rapid.IntRange(0, 7).Draw(t, "level")), Scale: far.Kvalifika.Name(), Acceptance: 5}
	}
	if s.Status != sessions.Pending {
		s.DecidedAt = s.CreatedAt.Add(time.Minute + time.Microsecond)
	}
}

// drawSession draws a session of a company.
func drawSession(t *rapid.T, company string, number int) *sessions.Session {
	s := &sessions.Session{
		ID:             fmt.Sprintf("%s%d", rapid.SampledFrom([]string{"", "A", "a", "ა", " ", "%"}).Draw(t, "prefix"), number),
		Company:        company,
		Partner:        "Partner",
		Subject:        rapid.SampledFrom(subjects).Draw(t, "subject"),
		Attempt:        rapid.IntRange(0, 3).Draw(t, "attempt"),
		CreatedAt:      instants().Draw(t, "created"),
		FirstName:      texts(names).Draw(t, "first name"),
		LastName:       texts(names).Draw(t, "last name"),
		PersonalNumber: texts(numbers).Draw(t, "personal number"),
		DocumentNumber: texts(numbers).Draw(t, "document number"),
		Nationality:    texts(names).Draw(t, "nationality"),
		DocumentType:   rapid.SampledFrom(types).Draw(t, "type"),
		BirthDate:      rapid.SampledFrom(dates).Draw(t, "birth date"), ExpirationDate: rapid.SampledFrom(dates).Draw(t, "expiration date"),
		Sex:               rapid.SampledFrom([]sessions.Sex{"", sessions.Male, sessions.Female}).Draw(t, "sex"),
		DocumentPresented: rapid.Bool().Draw(t, "presented"),
		DocumentValidity:  sessions.Validity(rapid.IntRange(0, 2).Draw(t, "validity")),
		Liveness:          sessions.Liveness(rapid.IntRange(0, 2).Draw(t, "liveness")),
		Device:            rapid.SampledFrom([]sessions.Device{"", sessions.PC, sessions.Mobile}).Draw(t, "device"),
		OS:                rapid.SampledFrom(extras).Draw(t, "os"),
	}
	if rapid.Bool().Draw(t, "completed") {
		s.CompletedAt = s.CreatedAt.Add(time.Minute)
	}
	var pairs []sessions.ExtraPair
	for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom(extraKeys), 0, 2, rapid.ID).Draw(t, "extra") {
		pairs = append(pairs, sessions.ExtraPair{Key: key, Value: rapid.SampledFrom(extras).Draw(t, "value")})
	}
	var err error
	if s.Extra, err = sessions.NewExtra(pairs...); err != nil {
		panic(err)
	}
	verdict(t, s)
	return s
}

// some draws one to three values.
func some[T any](t *rapid.T, pool []T, label string) []T {
	return rapid.SliceOfN(rapid.SampledFrom(pool), 1, 3).Draw(t, label)
}

// searchTexts draws search texts, in most cases beginnings of words of the world.
func searchTexts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var words []string
		for range rapid.IntRange(1, 2).Draw(t, "words") {
			word := []rune(rapid.SampledFrom(slices.Concat(names, numbers, []string{"******"})).Draw(t, "word"))
			words = append(words, string(word[:rapid.IntRange(min(1, len(word)), len(word)).Draw(t, "runes")]))
		}
		return strings.Join(words, " ")
	})
}

// criteria draws filters of one criterion.
func criteria() *rapid.Generator[filter.Filter] {
	return rapid.Custom(func(t *rapid.T) filter.Filter {
		switch rapid.IntRange(0, 10).Draw(t, "criterion") {
		case 0:
			return filter.Status(some(t, statuses, "statuses")...)
		case 1:
			return filter.DocumentType(some(t, types, "types")...)
		case 2:
			return filter.FailedFor(some(t, reasons, "reasons")...)
		case 3:
			return filter.FailedForAt(some(t, []far.Level{0, 1, 3, 5}, "levels"), slices.Concat(some(t, reasons, "reasons"), []sessions.Reason{sessions.LowFAR})...)
		case 4:
			return filter.MatchLevel(some(t, []far.Level{filter.NotCompared, 0, 1, 2, 3, 4, 5, 6, 7}, "levels")...)
		case 5:
			return filter.Is(sessions.FieldSubject, some(t, subjects[2:], "subjects")...)
		case 6:
			return filter.Is(sessions.FieldPersonalNumber, some(t, slices.Concat(numbers, []string{"nobody"}), "numbers")...)
		case 7:
			return filter.Extra(rapid.SampledFrom(extraKeys).Draw(t, "key"), some(t, extras, "values")...)
		case 8:
			a, b := instants().Draw(t, "from"), instants().Draw(t, "to")
			if rapid.Bool().Draw(t, "open") {
				return filter.Between(sessions.FieldCreatedAt, time.Time{}, b)
			}
			if b.Before(a) {
				a, b = b, a
			}
			if rapid.Bool().Draw(t, "instants") {
				return filter.Between(sessions.FieldCreatedAt, a, b)
			}
			zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
			if err != nil {
				panic(err)
			}
			return filter.CreatedOn(sessions.DateOf(a.In(zone)), sessions.DateOf(b.In(zone)), zone)
		case 9:
			fields := sessions.Fields(0)
			for _, f := range some(t, []sessions.Field{sessions.FieldFirstName, sessions.FieldLastName, sessions.FieldPersonalNumber, sessions.FieldDocumentNumber}, "fields") {
				fields = fields.Union(sessions.FieldsOf(f))
			}
			return filter.SearchIn(fields, searchTexts().Draw(t, "search"))
		default:
			return filter.Search(searchTexts().Draw(t, "search"))
		}
	})
}

// filters draws filters: mostly conjunctions, as on the page, and any other tree.
func filters() *rapid.Generator[filter.Filter] {
	return rapid.Custom(func(t *rapid.T) filter.Filter {
		return randomTree(t, 0)
	})
}

// drawAny draws a filter of the world, or one of any kind with values of the sessions.
func drawAny(t *rapid.T, list []*sessions.Session) filter.Filter {
	if len(list) == 0 || rapid.Bool().Draw(t, "of the world") {
		return filters().Draw(t, "filter")
	}
	return filtertest.Filter(choices{t}, list, 3)
}

// randomTree draws a tree of criteria.
func randomTree(t *rapid.T, depth int) filter.Filter {
	parts := func() []filter.Filter {
		var list []filter.Filter
		for range rapid.IntRange(0, 3).Draw(t, "parts") {
			list = append(list, randomTree(t, depth+1))
		}
		return list
	}
	kind := rapid.IntRange(0, 9).Draw(t, "node")
	switch {
	case kind <= 5-2*min(depth, 2), depth > 3:
		return criteria().Draw(t, "leaf")
	case kind == 9:
		return filter.Not(randomTree(t, depth+1))
	case kind == 8:
		return filter.Or(parts()...)
	default:
		return filter.And(parts()...)
	}
}
