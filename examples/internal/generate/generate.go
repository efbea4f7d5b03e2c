// Package generate makes realistic sessions for examples, tests and benchmarks: people with many
// names and scripts, attempts that fail for every reason, sessions that are still running, numbers
// with leading zeros, hostile texts.
//
// Sessions come as a stream in the order of their creation times, oldest first. The stream keeps
// none of them: ten million need no more memory than ten. The same Options give the same sessions
// on every machine. The people do not exist; addresses, mail and telephone numbers are from ranges
// that are reserved for documentation or have no owner.
package generate

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// Options say what to generate. Only N is needed.
type Options struct {
	N     int    // sessions
	Seed  uint64 // another seed gives other sessions
	Shape Shape  // zero: Georgia
	// Creation times, To not inclusive; both zero: the three years up to DefaultTo.
	From, To  time.Time
	Companies []Company // nil: those of the shape
}

// DefaultTo is the present of generated sessions: those that had not ended by then are pending.
var DefaultTo = time.Date(2026, 7, 1, 14, 0, 0, 0, time.UTC)

// Acceptance returns the acceptance of every company at the end of the time span. Before, it was
// laxer.
func Acceptance() sessions.Acceptance {
	stages := acceptances()
	return stages[len(stages)-1].acceptance
}

// ExtraKeys returns the keys of the extra fields.
func ExtraKeys() sessions.ExtraKeys { return must(sessions.NewExtraKeys("phone", "email", "branch")) }

// Sessions returns a stream of valid sessions, oldest first. Each range over it yields the same
// sessions, as new values that the caller may keep and change. Invalid options are an error.
func Sessions(o Options) (iter.Seq[*sessions.Session], error) {
	if o.From.IsZero() && o.To.IsZero() {
		o.From, o.To = DefaultTo.AddDate(-3, 0, 0), DefaultTo
	}
	if o.Companies == nil {
		o.Companies = o.Shape.Companies()
	}
	switch {
	case o.N < 0:
		return nil, errors.New("generate: a negative number of sessions")
	case o.Shape > Abroad:
		return nil, errors.New("generate: no such shape")
	case !o.From.Before(o.To):
		return nil, errors.New("generate: the time span ends before it begins")
	case len(o.Companies) == 0:
		return nil, errors.New("generate: no companies")
	}
	for i, c := range o.Companies {
		if c.Key == "" || !(c.Weight > 0) || math.IsInf(c.Weight, 0) {
			return nil, fmt.Errorf("generate: company %d: needs a key and a weight above 0", i+1)
		}
	}
	return func(yield func(*sessions.Session) bool) {
		g := newGenerator(&o)
		for i := range o.N {
			if !yield(g.next(i)) {
				return
			}
		}
	}, nil
}

// generator draws the sessions of one stream.
type generator struct {
	*Options
	rand        *rand.Rand
	flat        bool // names are less skewed
	companies   picker
	populations []population
	devices     picker
	stages      []stage
	retries     [][]*person // for each company, people whose last attempt failed, oldest first
	last        time.Time   // creation time of the session before
}

// newGenerator returns a generator for the first session.
func newGenerator(o *Options) *generator {
	g := &generator{
		Options:     o,
		rand:        rand.New(rand.NewPCG(o.Seed, uint64(o.Shape))), //nolint:gosec // repeatable on purpose
		flat:        o.Shape == Abroad,
		populations: o.Shape.populations(),
		devices:     zipf(len(devices), false),
		stages:      acceptances(),
		retries:     make([][]*person, len(o.Companies)),
	}
	for i := range g.populations {
		g.populations[i].prepare(g.flat)
	}
	weights := make([]float64, len(o.Companies))
	for i, c := range o.Companies {
		weights[i] = c.Weight
	}
	g.companies = pickerOf(weights)
	return g
}

// chance returns true in one of n cases.
func (g *generator) chance(n int) bool { return g.rand.IntN(n) == 0 }

// next draws the session with index i.
func (g *generator) next(i int) *sessions.Session {
	age := float64(i) / float64(g.N) // 0 is the oldest session, nearly 1 the newest
	created := g.createdAt(i)
	c := g.companies.draw(g.rand)
	p := g.person(c, created, age)
	s := &sessions.Session{
		ID: g.id(i, created), Company: g.Companies[c].Key, Partner: g.Companies[c].Partner, Subject: p.subject, Attempt: p.attempt,
		CreatedAt: created, Extra: p.extra, ClientIP: clientIP(g.rand),
		Device: p.device.kind, Browser: p.device.browser, OS: p.device.os, Model: p.device.model, Revision: 1,
	}
	g.run(s, p, i, age)
	if s.Status == sessions.Failed && s.Subject != "" && len(g.retries[c]) < 64 {
		g.retries[c] = append(g.retries[c], p)
	}
	if age < 0.5 && g.chance(300) {
		s.RedactPerson()
	}
	s.Normalize()
	return s
}

// createdAt returns times that never decrease. More sessions are towards the end, most are by day,
// and now and then two have the same microsecond.
func (g *generator) createdAt(i int) time.Time {
	if i > 0 && g.chance(500) {
		return g.last
	}
	u := (float64(i) + g.rand.Float64()) / float64(g.N)
	span := g.To.Sub(g.From)
	at := g.From.Add(time.Duration((u + math.Sqrt(u)) / 2 * float64(span)))
	if span > 7*24*time.Hour {
		at = byDay(at)
	}
	at = sessions.Truncate(at)
	if at.Before(g.last) {
		at = g.last
	}
	if first := ceil(g.From); at.Before(first) {
		at = first
	}
	if last := sessions.Truncate(g.To.Add(-time.Nanosecond)); at.After(last) {
		at = last
	}
	g.last = at
	return at
}

// ceil returns the time, rounded up to a microsecond.
func ceil(t time.Time) time.Time { return sessions.Truncate(t.Add(time.Microsecond - time.Nanosecond)) }

// byDay moves a time within its day in Tbilisi (UTC+4) to hours when people are awake. The order of
// times stays the same.
func byDay(t time.Time) time.Time {
	hours := [...]float64{0, 8, 10, 18, 22, 24}
	share := [...]float64{0, 0.06, 0.16, 0.78, 0.95, 1} // of the day's sessions up to that hour
	local := t.Add(4 * time.Hour)
	midnight := local.Truncate(24 * time.Hour)
	x := float64(local.Sub(midnight)) / float64(24*time.Hour)
	k := 1
	for x > share[k] {
		k++
	}
	hour := hours[k-1] + (hours[k]-hours[k-1])*(x-share[k-1])/(share[k]-share[k-1])
	return midnight.Add(time.Duration(hour*float64(time.Hour)) - 4*time.Hour)
}

// id returns a UUID of version 7 with the creation time and random bits, or, for Abroad, a number
// in the company's own form.
func (g *generator) id(i int, created time.Time) string {
	if g.Shape == Abroad {
		return fmt.Sprintf("KV-%010d", i+1)
	}
	var id uuid.UUID
	// The 48 bits of time, the version, 12 random bits; below, the variant and 62 random bits.
	binary.BigEndian.PutUint64(id[:], uint64(created.UnixMilli())<<16|g.rand.Uint64()&0xfff|0x7000)
	binary.BigEndian.PutUint64(id[8:], g.rand.Uint64()&^(3<<62)|2<<62)
	return id.String()
}

// run draws the course and the result of the session.
func (g *generator) run(s *sessions.Session, p *person, i int, age float64) {
	acceptance := acceptanceAt(g.stages, age)
	s.CompletedAt = s.CreatedAt.Add(time.Duration(40+g.rand.IntN(200)) * time.Second)
	s.DecidedAt = s.CompletedAt.Add(time.Duration(1+g.rand.IntN(20_000)) * time.Millisecond)
	if g.chance(50) { // a person looks at it first
		s.DecidedAt = s.CompletedAt.Add(time.Duration(g.rand.IntN(8*3600)) * time.Second)
	}
	pending := g.chance(250) || i >= g.N-min(200, g.N/10) && g.chance(6) || s.DecidedAt.After(g.To)
	e := g.evidence(p, pending)
	v := must(sessions.Decide(e, acceptance))
	s.Status, s.Reasons, s.Match = v.Status, v.Reasons, v.Match
	if !e.Compared {
		s.Match = sessions.Match{}
	}
	s.Liveness, s.DocumentValidity = e.Liveness, e.DocumentValidity
	if e.Liveness != sessions.LivenessUnknown {
		s.Selfie = "selfies/" + s.ID
	}
	if e.DocumentType != "" {
		g.present(s, p, e.Corners == sessions.Invalid || e.DocumentValidity == sessions.Invalid)
	}
	if s.Status == sessions.Pending {
		s.DecidedAt = time.Time{}
		if s.CompletedAt.After(g.To) || g.chance(2) {
			s.CompletedAt = time.Time{}
		}
		return
	}
	if g.chance(2000) { // a status and a reason that only this company's system has
		s.Status, s.Reasons = "expired", nil
	} else if s.Status == sessions.Failed && g.chance(200) {
		s.Reasons = append(s.Reasons, "underage")
	}
}

// evidence draws the evidence. That of a pending session decides nothing.
func (g *generator) evidence(p *person, pending bool) sessions.Evidence {
	const ok, bad = sessions.Valid, sessions.Invalid
	e := sessions.Evidence{
		DocumentType: p.documentType, Liveness: sessions.LivenessPassed,
		DocumentValidity: ok, Corners: ok, Uncovered: ok, Authentic: ok, Compared: true, Level: g.level(),
	}
	if pending {
		e.DocumentValidity, e.Authentic, e.Compared, e.Level = sessions.NotChecked, sessions.NotChecked, false, 0
		if g.chance(2) {
			e.Liveness = sessions.LivenessUnknown
		}
		if g.chance(3) {
			e.DocumentType = ""
		}
		return e
	}
	switch n := g.rand.IntN(1000); {
	case n < 30: // ended before a document was shown
		return sessions.Evidence{Liveness: sessions.LivenessNotPassed}
	case n < 35:
		e.Authentic = bad
	case n < 38:
		e.Authentic, e.Liveness = bad, sessions.LivenessNotPassed
	case n < 52:
		e.Corners = bad
	case n < 58:
		e.Uncovered = bad
	case n < 95:
		e.Liveness = sessions.LivenessNotPassed
	case n < 115:
		e.DocumentValidity = bad
	case n < 120:
		e.DocumentValidity, e.Corners, e.Compared, e.Level = bad, bad, false, 0
	case n < 130:
		e.Liveness, e.Skipped = sessions.LivenessUnknown, sessions.LivenessStep
	}
	return e
}

// level draws the level of a comparison.
func (g *generator) level() far.Level {
	// Of twenty people who are who they claim to be.
	levels := [...]far.Level{7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 6, 6, 6, 6, 5, 5, 5}
	if g.chance(16) {
		return far.Level(g.rand.IntN(5))
	}
	return levels[g.rand.IntN(len(levels))]
}

// present fills in the texts that were read from the document. Some are missing, more of them if
// the document could not be seen whole.
func (g *generator) present(s *sessions.Session, p *person, poor bool) {
	odds := 150
	if poor {
		odds = 3
	}
	read := func(value string) sessions.Text {
		if g.chance(odds) {
			return sessions.TextIn(sessions.NotRecognised)
		}
		return sessions.TextOf(value)
	}
	s.DocumentPresented, s.DocumentType = true, p.documentType
	s.FirstName, s.LastName = read(p.firstName), read(p.lastName)
	s.PersonalNumber, s.DocumentNumber = read(p.personalNumber), read(p.documentNumber)
	s.Nationality = read(p.nationality)
	s.BirthDate, s.Sex = p.birthDate, p.sex
	if s.ExpirationDate = p.expirationDate; s.DocumentValidity == sessions.Invalid && g.chance(2) {
		s.ExpirationDate = sessions.DateOf(s.CreatedAt).AddDays(-1 - g.rand.IntN(700))
	}
}

// stage is an acceptance that was in force up to an age of the time span.
type stage struct {
	upTo       float64
	acceptance sessions.Acceptance
}

// acceptances returns the acceptances in the order in which they were in force.
func acceptances() []stage {
	policy := func(level far.Level) far.Policy { return must(far.NewPolicy(far.Kvalifika, level)) }
	lax := must(sessions.NewAcceptance(policy(4)))
	strict := must(sessions.NewAcceptance(policy(5)))
	return []stage{{0.3, lax}, {0.8, strict}, {1, strict.With(sessions.ResidenceCard, policy(6))}}
}

// acceptanceAt returns the acceptance that was in force at an age.
func acceptanceAt(stages []stage, age float64) sessions.Acceptance {
	for _, s := range stages {
		if age < s.upTo {
			return s.acceptance
		}
	}
	return stages[len(stages)-1].acceptance
}

// person is a person who holds a session.
type person struct {
	subject                                     string
	attempt                                     int
	firstName, lastName                         string
	personalNumber, documentNumber, nationality string
	documentType                                sessions.DocumentType
	birthDate, expirationDate                   sessions.Date
	sex                                         sessions.Sex
	device                                      device
	extra                                       sessions.Extra
}

// person draws a new person, or one who failed before and tries again.
func (g *generator) person(company int, created time.Time, age float64) *person {
	if waiting := g.retries[company]; len(waiting) > 0 && g.chance(8) {
		again := *waiting[0]
		again.attempt++
		g.retries[company] = waiting[1:]
		return &again
	}
	from := &g.populations[0]
	if len(g.populations) > 1 && g.chance(4) {
		from = &g.populations[1]
	}
	female := g.chance(2)
	p := &person{
		subject: fmt.Sprintf("s-%012x", g.rand.Uint64()&(1<<48-1)), attempt: 1,
		firstName: from.firstName(g.rand, female), lastName: from.lastName(g.rand, g.flat),
		nationality: from.home, sex: sessions.Male, device: devices[g.devices.draw(g.rand)],
		birthDate:      sessions.DateOf(created).AddDays(-16*366 - g.rand.IntN(65*365)),
		expirationDate: sessions.DateOf(created).AddDays(1 + g.rand.IntN(10*365)),
	}
	if female {
		p.sex = sessions.Female
	}
	if p.nationality == "" {
		p.nationality = from.nationality[g.rand.IntN(len(from.nationality))]
	}
	if age < 1.0/7 && g.chance(300) {
		p.lastName = from.old[g.rand.IntN(len(from.old))]
	}
	g.write(p, from)
	citizen := p.nationality == "GEO"
	p.personalNumber, p.documentNumber = g.Shape.personalNumber(g.rand, citizen), g.Shape.documentNumber(g.rand, citizen)
	p.documentType = g.documentType()
	p.extra = g.extra()
	if g.chance(40) {
		p.subject, p.attempt = "", 0
	}
	if g.chance(3000) {
		p.lastName = hostile[g.rand.IntN(len(hostile))]
	}
	return p
}

// write chooses the script of a person's document.
func (g *generator) write(p *person, from *population) {
	if from.georgian && !g.chance(4) { // three of four documents are read in Latin script
		p.firstName, p.lastName = latin(p.firstName), latin(p.lastName)
	} else if from.georgian {
		return
	}
	if g.chance(3) { // as in the machine-readable zone
		p.firstName, p.lastName = strings.ToUpper(p.firstName), strings.ToUpper(p.lastName)
	}
}

// documentType draws a type of document.
func (g *generator) documentType() sessions.DocumentType {
	switch n := g.rand.IntN(1000); {
	case n < 350:
		return sessions.Passport
	case n < 930:
		return sessions.IDCard
	case n < 975:
		return sessions.ResidenceCard
	case n < 998:
		return sessions.DriverLicence
	default:
		return "military_card"
	}
}

// extra draws extra fields.
func (g *generator) extra() sessions.Extra {
	branches := [...]string{"თბილისი", "Batumi", "ქუთაისი", "Online", "Zugdidi; 2nd floor"}
	pairs := make([]sessions.ExtraPair, 0, 3)
	if !g.chance(5) {
		pairs = append(pairs, sessions.ExtraPair{Key: "phone", Value: pattern(g.rand, "+1 202 555 01##")})
	}
	if !g.chance(3) {
		pairs = append(pairs, sessions.ExtraPair{Key: "email", Value: strings.ToLower(pattern(g.rand, "@@@####")) + "@example.com"})
	}
	if g.chance(4) {
		pairs = append(pairs, sessions.ExtraPair{Key: "branch", Value: branches[g.rand.IntN(len(branches))]})
	}
	return must(sessions.NewExtra(pairs...))
}

// must returns values that this package makes itself. An error is a bug.
func must[T any](v T, err error) T {
	if err != nil {
		panic("generate: " + err.Error())
	}
	return v
}
