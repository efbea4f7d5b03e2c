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

// account is somebody who can sign in. There are no passwords: the sessions are generated, and
// every host has a sign-in of its own.
type account struct {
	ID      string
	Company string // key
	Role    sessions.Role
	Masked  bool // sees neither numbers nor faces
}

// Partner is the company's display name.
func (a *account) Partner() string { return companyName(a.Company) }

// Name is that of the account.
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

// Hint is what the account may do.
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

// disclosure is what the account may see.
func (a *account) disclosure() sessions.Disclosure {
	if !a.Masked {
		return sessions.Disclosure{}
	}
	return sessions.Disclosure{Mask: sessions.FieldsOf(
		sessions.FieldLastName, sessions.FieldPersonalNumber, sessions.FieldDocumentNumber, sessions.FieldBirthDate, sessions.FieldSelfie,
		sessions.FieldLiveness, sessions.FieldDocumentValidity, sessions.FieldExtra, sessions.FieldClientIP,
	)}
}

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

func companyName(key string) string {
	for _, c := range companies() {
		if c.Key == key {
			return c.Partner
		}
	}
	return key
}

const (
	signInCookie = "sign-in"
	signInLasts  = 12 * time.Hour
)

// signIns are the people who are signed in, by the secret in their cookie.
type signIns struct {
	mu  sync.Mutex
	who map[string]signIn
}

type signIn struct {
	*account
	until time.Time
}

// account returns who sends the request, or nil.
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

// name is that of who sends the request.
func (s *signIns) name(r *http.Request) string {
	if a := s.account(r); a != nil {
		return a.Name()
	}
	return ""
}

// viewer says to the page who asks: all that it ever learns of them.
func (s *signIns) viewer(r *http.Request) (store.Viewer, error) {
	a := s.account(r)
	if a == nil {
		return store.Viewer{}, errNobody
	}
	return store.Viewer{Company: a.Company, Role: a.Role, Subject: a.ID, Disclosure: a.disclosure()}, nil
}

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

func (s *signIns) remove(r *http.Request) *http.Cookie {
	if c, err := r.Cookie(signInCookie); err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.who, c.Value)
	}
	return cookie("", -1)
}

func cookie(value string, seconds int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // plain HTTP on the loopback address
		Name: signInCookie, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

type companyView struct {
	Name     string
	Accounts []*account
}

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

// returnTo is the address of the page that was asked for, or that of the list. It is never on
// another site, whatever somebody wrote into the link.
func returnTo(asked string) string {
	u, err := url.Parse(asked)
	if err != nil || u.Path == "" {
		return "/sessions"
	}
	return strings.TrimSuffix(path.Clean("/"+u.EscapedPath())+"?"+u.RawQuery, "?")
}

func (s *site) signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, s.sessions.remove(r))
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}
