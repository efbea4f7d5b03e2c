package main

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// The classes of queries.
const (
	common       = "common names"
	rare         = "rare names"
	absent       = "absent names"
	short        = "one and two letters"
	numbers      = "personal numbers"
	documents    = "document numbers"
	middles      = "document middles"
	twoWords     = "two words"
	densePairs   = "dense words that hardly meet"
	filtered     = "search and filters"
	ranges       = "search in a month"
	rareFlags    = "rare flags"
	filtersOnly  = "filters alone"
	oldOnly      = "names of old sessions"
	middling     = "company of middling size"
	tiny         = "tiny company"
	initials     = "initials"
	severalWords = "several words"
	manyValues   = "many values"
)

// query is a text that somebody types into the search box, with the filters that are set meanwhile.
type query struct {
	class, company string
	text           string
	filter         filter.Filter // in addition to the text
	whole          bool          // it is asked once, in full
}

// keystroke is a query with the part of its text that has been typed.
type keystroke struct {
	query
	typed string
}

// length is the number of characters typed.
func (k keystroke) length() int { return utf8.RuneCountInString(k.typed) }

// selection returns the filter that the page uses at this keystroke.
func (k keystroke) selection() filter.Filter { return filter.And(filter.Search(k.typed), k.filter) }

// keystrokes returns the keystrokes of typing the queries. A blank at the end changes nothing and
// is left out; a query without text is one keystroke.
func keystrokes(queries []query) []keystroke {
	var list []keystroke
	for _, q := range queries {
		if q.text == "" || q.whole {
			list = append(list, keystroke{q, q.text})
			continue
		}
		for i, r := range q.text {
			if typed := q.text[:i+utf8.RuneLen(r)]; r != ' ' {
				list = append(list, keystroke{q, typed})
			}
		}
	}
	return list
}

// people are stored sessions of a company, evenly spread over time, from which queries are made.
type people struct {
	company string
	drawn   []*sessions.Session
}

// workload makes the queries. The same arguments give the same queries. big is the largest company,
// small the smallest.
func workload(big, middle, small people, old []string, seed uint64) []query {
	w := &writer{rand: rand.New(rand.NewPCG(seed, 1)), people: big} //nolint:gosec // repeatable on purpose
	w.names()
	w.letters()
	w.numbers()
	w.pairs()
	w.filters()
	w.initials()
	for _, name := range old {
		w.add(oldOnly, name, filter.Filter{})
	}
	w.others(middling, middle)
	w.others(tiny, small)
	return w.queries
}

// writer collects queries about people.
type writer struct {
	people
	rand    *rand.Rand
	queries []query
}

// add adds a query.
func (w *writer) add(class, text string, f filter.Filter) {
	w.queries = append(w.queries, query{class, w.company, strings.Join(strings.Fields(text), " "), f, false})
}

// texts returns the known values of a field, each once, the most frequent first.
func (p people) texts(field sessions.Field) []string {
	count := map[string]int{}
	for _, s := range p.drawn {
		if v := s.Text(field).Value(); v != "" {
			count[v]++
		}
	}
	return ranked(count)
}

// ranked returns the values, the most frequent first.
func ranked(count map[string]int) []string {
	list := make([]string, 0, len(count))
	for v := range count {
		list = append(list, v)
	}
	slices.SortFunc(list, func(x, y string) int { return cmp.Or(cmp.Compare(count[y], count[x]), cmp.Compare(x, y)) })
	return list
}

// first returns the first n values, or all if there are fewer.
func first(list []string, n int) []string { return list[:min(n, len(list))] }

// last returns the last n values, or all if there are fewer.
func last(list []string, n int) []string { return list[max(0, len(list)-n):] }

// names adds common, rare and absent names.
func (w *writer) names() {
	firstNames, lastNames := w.texts(sessions.FieldFirstName), w.texts(sessions.FieldLastName)
	for _, name := range append(first(firstNames, 15), first(lastNames, 15)...) {
		w.add(common, name, filter.Filter{})
	}
	for _, name := range last(lastNames, 30) {
		w.add(rare, name, filter.Filter{})
	}
	for i, name := range append(first(lastNames, 15), last(lastNames, 15)...) {
		runes := []rune(name)
		w.add(absent, string(runes[:min(len(runes), 1+i%5)])+"xqzw", filter.Filter{})
	}
}

// letters adds searches of one and two characters.
func (w *writer) letters() {
	const latin, georgian = "abcdefghijklmnopqrstuvwxyz", "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ"
	for _, r := range latin + "0123456789" + georgian {
		w.add(short, string(r), filter.Filter{})
	}
	for range 100 {
		w.add(short, string([]byte{latin[w.rand.IntN(26)], latin[w.rand.IntN(26)]}), filter.Filter{})
	}
}

// numbers adds personal numbers, document numbers and parts of document numbers.
func (w *writer) numbers() {
	personal, document := w.texts(sessions.FieldPersonalNumber), w.texts(sessions.FieldDocumentNumber)
	w.rand.Shuffle(len(personal), func(i, j int) { personal[i], personal[j] = personal[j], personal[i] })
	w.rand.Shuffle(len(document), func(i, j int) { document[i], document[j] = document[j], document[i] })
	for _, number := range first(personal, 25) {
		w.add(numbers, number, filter.Filter{})
	}
	for _, number := range first(document, 15) {
		w.add(documents, number, filter.Filter{})
	}
	n := 0
	for _, number := range document {
		parts := parts(number)
		if len(parts) > 1 && n < 25 {
			w.add(middles, parts[1+n%(len(parts)-1)], filter.Filter{})
			n++
		}
	}
}

// parts returns the words by which a document number is found.
func parts(number string) []string {
	var words []string
	for _, word := range searchkey.Of(&sessions.Session{DocumentNumber: sessions.TextOf(number)}).Words() {
		words = append(words, word)
	}
	return words
}

// pairs adds searches of two words.
func (w *writer) pairs() {
	for i := range 30 {
		s := w.drawn[w.rand.IntN(len(w.drawn))]
		one, two := s.FirstName.Value(), s.LastName.Value()
		if i%3 == 0 {
			one, two = two, one
		}
		w.add(twoWords, one+" "+two, filter.Filter{})
	}
	firstNames, lastNames := first(w.texts(sessions.FieldFirstName), 25), first(w.texts(sessions.FieldLastName), 25)
	lists := [][2][]string{{firstNames, firstNames}, {lastNames, lastNames}, {firstNames, lastNames}}
	// Two names of one kind, or of unrelated people.
	for i := range 75 {
		pair := lists[i%3]
		w.add(densePairs, w.draw(pair[0])+" "+w.draw(pair[1]), filter.Filter{})
	}
	for range 25 { // letters and digits
		w.add(densePairs, prefix(w.draw(firstNames), 2)+" "+prefix(w.draw(w.texts(sessions.FieldPersonalNumber)), 3), filter.Filter{})
	}
}

// draw returns one of the texts.
func (w *writer) draw(list []string) string { return list[w.rand.IntN(len(list))] }

// prefix returns the first n characters.
func prefix(text string, n int) string {
	runes := []rune(text)
	return string(runes[:min(n, len(runes))])
}

// filters adds filters alone and with searches.
func (w *writer) filters() {
	names := append(first(w.texts(sessions.FieldFirstName), 8), last(w.texts(sessions.FieldLastName), 8)...)
	usual := []filter.Filter{
		filter.Status(sessions.Failed),
		filter.DocumentType(sessions.Passport),
		filter.And(filter.DocumentType(sessions.IDCard), filter.Status(sessions.Success)),
		filter.MatchLevel(7),
		filter.FailedFor(sessions.LowFAR),
		filter.And(filter.Status(sessions.Failed), filter.DocumentType(sessions.Passport)),
		filter.FailedForAt([]far.Level{4}, sessions.DigitalSpoof, sessions.LowFAR),
		filter.Not(filter.Status(sessions.Success)),
	}
	for i, name := range names {
		w.add(filtered, name, usual[i%len(usual)])
		w.add(filtered, name, usual[(i+3)%len(usual)])
	}
	for _, f := range usual {
		w.add(filtersOnly, "", f)
	}
	for _, f := range []filter.Filter{
		filter.MatchLevel(filter.NotCompared), filter.Extra("branch", "Batumi"), filter.Or(filter.Status("expired"), filter.DocumentType("military_card")),
		filter.And(filter.Status(sessions.Success), filter.MatchLevel(1)), filter.DocumentType(sessions.ResidenceCard, sessions.DriverLicence),
	} {
		w.add(filtersOnly, "", f)
	}
	oldest, newest := w.drawn[0].CreatedAt, w.drawn[0].CreatedAt
	for _, s := range w.drawn {
		oldest, newest = least(oldest, s.CreatedAt), most(newest, s.CreatedAt)
	}
	for _, name := range names {
		from := oldest.Add(time.Duration(w.rand.Float64() * float64(newest.Sub(oldest))))
		w.add(ranges, name, filter.Between(sessions.FieldCreatedAt, from, from.AddDate(0, 1, 0)))
	}
	flags := []filter.Filter{
		filter.FailedFor(sessions.DigitalSpoof), filter.FailedFor(sessions.NotFullID), filter.FailedFor(sessions.SpoofReasons()...),
		filter.FailedFor("underage"), filter.Status("expired"), filter.Status(sessions.Pending), filter.DocumentType("military_card"),
		filter.DocumentType(sessions.DriverLicence), filter.MatchLevel(0), filter.MatchLevel(1, 2),
		filter.And(filter.FailedFor(sessions.DigitalSpoof), filter.DocumentType("military_card")),
	}
	for i, f := range flags {
		w.add(rareFlags, "", f)
		w.add(rareFlags, names[i%len(names)], f)
	}
}

// initials adds words of one or two characters, including digits, which most sessions have but few
// have together; then several words of whole names, and many values at once.
func (w *writer) initials() {
	add := func(class, text string, f filter.Filter) {
		w.add(class, text, f)
		w.queries[len(w.queries)-1].whole = true
	}
	some := []filter.Filter{
		{}, filter.Status(sessions.Failed), filter.DocumentType(sessions.Passport), filter.Status(sessions.Pending),
		filter.And(filter.Status(sessions.Success), filter.DocumentType(sessions.IDCard)), filter.MatchLevel(0, 1),
	}
	for i := range 200 {
		var words []string
		for range 2 + w.rand.IntN(5) {
			s := w.drawn[w.rand.IntN(len(w.drawn))]
			text := w.draw([]string{s.FirstName.Value(), s.LastName.Value(), s.PersonalNumber.Value(), s.DocumentNumber.Value()})
			words = append(words, prefix(text, 1+w.rand.IntN(2)))
		}
		f := filter.Filter{}
		if i%2 == 1 {
			f = some[i/2%len(some)]
		}
		add(initials, strings.Join(words, " "), f)
	}
	for i := range 60 {
		s := w.drawn[w.rand.IntN(len(w.drawn))]
		other := w.drawn[w.rand.IntN(len(w.drawn))]
		text := s.FirstName.Value() + " " + s.LastName.Value() + " " + prefix(s.PersonalNumber.Value(), 3+i%5)
		if i%2 == 1 {
			text += " " + prefix(other.LastName.Value(), 2)
		}
		add(severalWords, text, filter.Filter{})
	}
	for i := range 8 {
		var numbers []string
		for range 400 {
			if n := w.drawn[w.rand.IntN(len(w.drawn))].PersonalNumber.Value(); n != "" {
				numbers = append(numbers, n+strings.Repeat("7", i%2))
			}
		}
		add(manyValues, "", filter.Is(sessions.FieldPersonalNumber, numbers...))
	}
}

// least returns the earlier time.
func least(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// most returns the later time.
func most(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// others adds searches in another company, for its own names and for those of the big one.
func (w *writer) others(class string, p people) {
	names := w.texts(sessions.FieldLastName)
	// The queries are for company p, but are drawn from the people of the big one.
	w.people = people{p.company, w.drawn}
	own := p.texts(sessions.FieldLastName)
	for _, text := range slices.Concat(first(own, 4), last(own, 4), first(names, 4), last(names, 4), []string{"g", "0", "xq"}) {
		w.add(class, text, filter.Filter{})
	}
	w.add(class, "", filter.Status(sessions.Failed))
	w.add(class, "", filter.FailedFor(sessions.DigitalSpoof))
}
