package main

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// account is a person who can sign in. There are no passwords: the sessions are generated, and
// every host has its own sign-in.
type account struct {
	ID      string
	Company string // the company's key
	Role    sessions.Role
	Masked  bool // may see neither numbers nor faces
}

// Partner is the company's display name.
func (a *account) Partner() string { return companyName(a.Company) }

// Name returns the name of the account.
func (a *account) Name() string {
	switch {
	case a.Masked:
		return "Agent, masked"
	case a.Role == sessions.MasterUser:
		return "Master User"
	default:
		return "Agent"
	}
}

// Hint says what the account may do.
func (a *account) Hint() string {
	switch {
	case a.Masked:
		return "reads and exports, but no numbers and faces"
	case a.Role == sessions.MasterUser:
		return "reads, exports, changes settings and reads the audit trail"
	default:
		return "reads and exports"
	}
}

// disclosure says what the account may see.
func (a *account) disclosure() sessions.Disclosure {
	if !a.Masked {
		return sessions.Disclosure{}
	}
	return sessions.Disclosure{Mask: sessions.FieldsOf(
		sessions.FieldLastName, sessions.FieldPersonalNumber, sessions.FieldDocumentNumber, sessions.FieldBirthDate, sessions.FieldSelfie,
		sessions.FieldLiveness, sessions.FieldDocumentValidity, sessions.FieldExtra, sessions.FieldClientIP,
	)}
}

// accounts returns three accounts for each company.
func accounts() []*account {
	var all []*account
	for _, c := range companies() {
		for _, a := range []*account{{Role: sessions.MasterUser}, {Role: sessions.Agent}, {Role: sessions.Agent, Masked: true}} {
			a.ID, a.Company = c.Key+"-"+string(a.Role), c.Key
			if a.Masked {
				a.ID = c.Key + "-masked_agent"
			}
			all = append(all, a)
		}
	}
	return all
}

// companyName returns the display name of a company.
func companyName(key string) string {
	for _, c := range companies() {
		if c.Key == key {
			return c.Partner
		}
	}
	return key
}

// The cookie of a sign-in, and how long it is valid.
const (
	signInCookie = "sign-in"
	signInLasts  = 12 * time.Hour
)

// signIns has the people who are signed in, by the secret in their cookie.
type signIns struct {
	mu  sync.Mutex
	who map[string]signIn
}

// signIn is an account that is signed in.
type signIn struct {
	*account
	until time.Time
}

// account returns the account that sends the request, or nil.
func (s *signIns) account(r *http.Request) *account {
	c, err := r.Cookie(signInCookie)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if in, ok := s.who[c.Value]; ok && time.Now().Before(in.until) {
		return in.account
	}
	return nil
}

var errNobody = errors.New("nobody has signed in")

// name returns the name of the account that sends the request.
func (s *signIns) name(r *http.Request) string {
	if a := s.account(r); a != nil {
		return a.Name()
	}
	return ""
}

// viewer tells the page who sends the request. The page knows nothing else about the person.
func (s *signIns) viewer(r *http.Request) (store.Viewer, error) {
	a := s.account(r)
	if a == nil {
		return store.Viewer{}, errNobody
	}
	return store.Viewer{Company: a.Company, Role: a.Role, Subject: a.ID, Disclosure: a.disclosure()}, nil
}

// add signs an account in and returns its cookie. It also removes sign-ins that are over.
func (s *signIns) add(a *account) *http.Cookie {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for secret, in := range s.who {
		if now.After(in.until) {
			delete(s.who, secret)
		}
	}
	if s.who == nil {
		s.who = map[string]signIn{}
	}
	secret := rand.Text()
	s.who[secret] = signIn{a, now.Add(signInLasts)}
	return cookie(secret, int(signInLasts.Seconds()))
}

// remove signs out whoever sends the request, and returns a cookie that removes the old one.
func (s *signIns) remove(r *http.Request) *http.Cookie {
	if c, err := r.Cookie(signInCookie); err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.who, c.Value)
	}
	return cookie("", -1)
}

// cookie returns the cookie of the sign-in. A negative number of seconds removes it.
func cookie(value string, seconds int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // plain HTTP on the loopback address
		Name: signInCookie, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// companyView is a company on the page of the sign-in.
type companyView struct {
	Name     string
	Accounts []*account
}

// signInPage serves the page of the sign-in.
func (s *site) signInPage(w http.ResponseWriter, r *http.Request) {
	var view []companyView
	for _, a := range accounts() {
		if n := len(view); n == 0 || view[n-1].Name != a.Partner() {
			view = append(view, companyView{Name: a.Partner()})
		}
		last := &view[len(view)-1]
		last.Accounts = append(last.Accounts, a)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", signInPolicy)
	h.Set("Cache-Control", "no-store")
	if err := signInTemplate.Execute(w, map[string]any{"Companies": view, "Return": r.FormValue("return")}); err != nil {
		s.log.Error("sign-in", "error", err)
	}
}

// signIn signs in the account that was chosen.
func (s *site) signIn(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("account")
	for _, a := range accounts() {
		if a.ID == id {
			s.sessions.remove(r)
			http.SetCookie(w, s.sessions.add(a))
			http.Redirect(w, r, returnTo(r.PostFormValue("return")), http.StatusSeeOther) //nolint:gosec // returnTo leaves this origin for nothing
			return
		}
	}
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}

// returnTo returns the address of the page that was asked for, or that of the list. It is never on
// another site, whatever the link contains.
func returnTo(asked string) string {
	u, err := url.Parse(asked)
	if err != nil || u.Path == "" {
		return "/sessions"
	}
	return strings.TrimSuffix(path.Clean("/"+u.EscapedPath())+"?"+u.RawQuery, "?")
}

// signOut signs out, and has the browser remove cached pages.
func (s *site) signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, s.sessions.remove(r))
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}
