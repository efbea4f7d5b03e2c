package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// host is a host with two companies, acme and globex, and people who sign in by the header As.
type host struct {
	*testing.T
	backend  *spy
	settings memstore.Settings
	trail    memstore.Trail
	viewers  map[string]store.Viewer
	options  httpapi.Options
	store    store.Options
	handler  http.Handler

	mu       sync.Mutex // guards the fields below, which a server's goroutines append to
	events   []store.Event
	failures []error
}

// heard returns the arguments of a hook so far.
func heard[T any](h *host, list *[]T) []T {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(*list)
}

// hear records an argument of a hook.
func hear[T any](h *host, list *[]T, one T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	*list = append(*list, one)
}

// spy records the calls that reach the storage, and lets a test intervene.
type spy struct {
	*memstore.Backend
	mu     sync.Mutex
	calls  []string
	before func(ctx context.Context, call string) error

	rekeying bool // value of Rekeying in batches and counts
}

func (s *spy) note(ctx context.Context, call string) error {
	s.mu.Lock()
	s.calls = append(s.calls, call)
	before := s.before
	s.mu.Unlock()
	if before == nil {
		return nil
	}
	return before(ctx, call)
}

func (s *spy) List(ctx context.Context, sel store.Selection) (store.Batch, error) {
	if err := s.note(ctx, "list"); err != nil {
		return store.Batch{}, err
	}
	batch, err := s.Backend.List(ctx, sel)
	batch.Rekeying = s.rekeying
	return batch, err
}

func (s *spy) Get(ctx context.Context, company, id string) (*sessions.Session, error) {
	if err := s.note(ctx, "get"); err != nil {
		return nil, err
	}
	return s.Backend.Get(ctx, company, id)
}

func (s *spy) Changes(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error) {
	if err := s.note(ctx, "changes"); err != nil {
		return store.Changes{}, err
	}
	return s.Backend.Changes(ctx, company, since, limit)
}

func (s *spy) Count(ctx context.Context, sel store.Selection) (store.Count, error) {
	if err := s.note(ctx, "count"); err != nil {
		return store.Count{}, err
	}
	count, err := s.Backend.Count(ctx, sel)
	count.Rekeying = s.rekeying
	return count, err
}

func (s *spy) Tally(ctx context.Context, sel store.Selection) (rows []store.TallyRow, exact bool, err error) {
	if err := s.note(ctx, "count"); err != nil {
		return nil, false, err
	}
	return s.Backend.Tally(ctx, sel)
}

func (s *spy) CountEach(ctx context.Context, sel store.Selection, filters []filter.Filter) ([]store.Count, error) {
	if err := s.note(ctx, "count"); err != nil {
		return nil, err
	}
	counts, err := s.Backend.CountEach(ctx, sel, filters)
	for i := range counts {
		counts[i].Rekeying = s.rekeying
	}
	return counts, err
}

func (s *spy) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	if err := s.note(ctx, "stream"); err != nil {
		return err
	}
	return s.Backend.Stream(ctx, sel, func(found *sessions.Session) error {
		if err := s.note(ctx, "row"); err != nil {
			return err
		}
		return each(found)
	})
}

// taken returns the calls since the last call of taken.
func (s *spy) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

func newHost(t *testing.T, change ...func(*host)) *host {
	t.Helper()
	h := &host{T: t, backend: &spy{Backend: memstore.New()}}
	h.viewers = map[string]store.Viewer{
		"master":  {Company: "acme", Role: sessions.MasterUser, Subject: "m-1"},
		"agent":   {Company: "acme", Role: sessions.Agent, Subject: "a-1"},
		"foreign": {Company: "globex", Role: sessions.MasterUser, Subject: "g-1"},
	}
	h.options = httpapi.Options{
		Viewer: func(r *http.Request) (store.Viewer, error) {
			v, ok := h.viewers[r.Header.Get("As")]
			if !ok {
				return store.Viewer{}, http.ErrNoCookie
			}
			return v, nil
		},
		Selfie: func(w http.ResponseWriter, _ *http.Request, v store.Viewer, reference string) {
			w.Header().Set("Content-Type", "image/svg+xml")
			_, _ = io.WriteString(w, "<svg>"+v.Company+" "+reference+"</svg>")
		},
		Failed: func(_ *http.Request, err error) { hear(h, &h.failures, err) },
	}
	h.store = store.Options{Settings: &h.settings, Trail: &h.trail, Audit: func(_ context.Context, e store.Event) error {
		hear(h, &h.events, e)
		return nil
	}}
	for _, f := range change {
		f(h)
	}
	h.handler = handlerOver(store.New(h.backend, h.store), h)
	h.insert(people()...)
	keys, err := sessions.NewExtraKeys("phone", "email")
	require.NoError(t, err)
	require.NoError(t, h.settings.SaveCompanySettings(t.Context(), "acme", store.CompanySettings{Acceptance: acceptance(t, 5), ExtraKeys: keys}, "master-1"))
	return h
}

// written returns the events of files that were sent, or broke off.
func (h *host) written() []store.Event {
	return slices.DeleteFunc(heard(h, &h.events), func(e store.Event) bool { return e.Outcome != store.Written })
}

func handlerOver(st *store.Store, h *host) http.Handler { return httpapi.New(st, h.options) }

func (h *host) insert(list ...*sessions.Session) {
	h.Helper()
	require.NoError(h, h.backend.Insert(h.Context(), list...))
}

func acceptance(t *testing.T, level far.Level) sessions.Acceptance {
	t.Helper()
	policy, err := far.NewPolicy(far.Kvalifika, level)
	require.NoError(t, err)
	a, err := sessions.NewAcceptance(policy)
	require.NoError(t, err)
	return a
}

// noon is the creation time of the oldest session of the tests.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 123456000, time.UTC)

// people returns the sessions of both companies: s1, the oldest, to s5, and g1.
func people() []*sessions.Session {
	extra, err := sessions.NewExtra(sessions.ExtraPair{Key: "phone", Value: "+995 555 12 34 56"}, sessions.ExtraPair{Key: "email", Value: "nino@example.org"})
	if err != nil {
		panic(err)
	}
	nino := &sessions.Session{
		ID: "s1", Company: "acme", Partner: "Acme ტესტი", Subject: "subject-nino", Attempt: 1,
		CreatedAt: noon, CompletedAt: noon.Add(time.Minute), DecidedAt: noon.Add(2 * time.Minute),
		Status: sessions.Failed, Reasons: []sessions.Reason{sessions.LowFAR},
		FirstName: sessions.TextOf("ნინო"), LastName: sessions.TextOf("Beridze"),
		PersonalNumber: sessions.TextOf("01001012345"), DocumentNumber: sessions.TextOf("23AB12345"), Nationality: sessions.TextOf("GEO"),
		BirthDate: sessions.Date{Year: 1990, Month: 2, Day: 28}, ExpirationDate: sessions.Date{Year: 2031, Month: 12, Day: 1}, Sex: sessions.Female,
		DocumentType: sessions.Passport, DocumentPresented: true, DocumentValidity: sessions.Valid, Liveness: sessions.LivenessPassed,
		Match:  sessions.Match{Compared: true, Level: 4, Scale: far.Kvalifika.Name(), Acceptance: 5},
		Selfie: "selfie-nino", Extra: extra,
		ClientIP: "192.0.2.7", Device: sessions.Mobile, Browser: "Chrome 130", OS: "Android 15", Model: "Pixel 9",
	}
	again := nino.Clone()
	again.ID, again.Attempt, again.CreatedAt = "s2", 2, noon.Add(time.Hour)
	again.CompletedAt, again.DecidedAt = again.CreatedAt.Add(time.Minute), again.CreatedAt.Add(time.Minute)
	again.Status, again.Reasons, again.Match.Level = sessions.Success, nil, 6
	unread := &sessions.Session{
		ID: "s3", Company: "acme", Attempt: 1, CreatedAt: noon.Add(2 * time.Hour), Status: sessions.Failed,
		Reasons:   []sessions.Reason{sessions.NotFullID, sessions.DigitalSpoof},
		FirstName: sessions.TextIn(sessions.NotRecognised), DocumentType: sessions.IDCard, DocumentPresented: true,
		DocumentValidity: sessions.Invalid, Liveness: sessions.LivenessNotPassed,
	}
	running := &sessions.Session{
		ID: "s4", Company: "acme", Attempt: 1, CreatedAt: noon.Add(3 * time.Hour), Status: sessions.Pending,
		FirstName: sessions.TextOf("Giorgi"), LastName: sessions.TextOf("O'Neill-𝒵"), DocumentType: sessions.IDCard, DocumentPresented: true,
	}
	other := &sessions.Session{
		ID: "s5", Company: "acme", CreatedAt: noon.Add(24 * time.Hour), Status: sessions.Status("abandoned"),
		FirstName: sessions.TextOf("Giorgi"), LastName: sessions.TextOf("Kapanadze"),
	}
	globex := &sessions.Session{
		ID: "g1", Company: "globex", CreatedAt: noon, Status: sessions.Success,
		FirstName: sessions.TextOf("Ninoslava"), LastName: sessions.TextOf("Foreigner"), PersonalNumber: sessions.TextOf("01001099999"),
	}
	return []*sessions.Session{nino, again, unread, running, other, globex}
}

// answer is the answer to a request.
type answer struct {
	*httptest.ResponseRecorder
	t *testing.T
}

// SetWriteDeadline makes the recorder usable for exports.
func (answer) SetWriteDeadline(time.Time) error { return nil }

// get requests a path, with parameters, as one of the viewers.
func (h *host) get(as, target string) answer { return h.do(as, http.MethodGet, target, "") }

// post sends a JSON body.
func (h *host) post(as, target, body string) answer { return h.do(as, http.MethodPost, target, body) }

// do sends a request. headers are names and values in turn.
func (h *host) do(as, method, target, body string, headers ...string) answer {
	h.Helper()
	r := httptest.NewRequestWithContext(h.Context(), method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if as != "" {
		r.Header.Set("As", as)
	}
	a := answer{httptest.NewRecorder(), h.T}
	h.handler.ServeHTTP(a, r)
	h.record(r, body, a.Result(), a.Body.Bytes())
	return a
}

// exchange is a request and its answer, by which the description is checked.
type exchange struct {
	Test           string
	Method, Target string
	Header         http.Header
	Body           string
	Status         int
	AnswerHeader   http.Header
	Answer         string
}

// record appends the exchange to the file that the environment names.
func (h *host) record(r *http.Request, body string, res *http.Response, content []byte) {
	h.Helper()
	path := os.Getenv("SESSIONKIT_HTTPAPI_RECORD")
	if path == "" {
		return
	}
	line, err := json.Marshal(exchange{h.Name(), r.Method, r.URL.String(), r.Header, body, res.StatusCode, res.Header, string(content)})
	require.NoError(h, err)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	require.NoError(h, err)
	_, err = f.Write(append(line, '\n'))
	require.NoError(h, err)
	require.NoError(h, f.Close())
}

// object requires the status, and returns the decoded answer.
func (a answer) object(status int) object {
	a.t.Helper()
	require.Equal(a.t, status, a.Code, a.Body.String())
	var o object
	require.NoError(a.t, json.Unmarshal(a.Body.Bytes(), &o))
	return o
}

// problem requires that the answer is a problem with the code, and returns it.
func (a answer) problem(status int, code string) object {
	a.t.Helper()
	o := a.object(status)
	require.Equal(a.t, "application/problem+json", a.Header().Get("Content-Type"))
	require.Equal(a.t, code, o["code"], a.Body.String())
	require.InEpsilon(a.t, status, o["status"], 0)
	require.Equal(a.t, http.StatusText(status), o["title"])
	return o
}

type object map[string]any

// at returns the value at a path of names and indexes, nil if there is none.
func (o object) at(path ...any) any {
	var v any = map[string]any(o)
	for _, step := range path {
		switch step := step.(type) {
		case string:
			members, _ := v.(map[string]any)
			v = members[step]
		case int:
			items, _ := v.([]any)
			if v = nil; step < len(items) {
				v = items[step]
			}
		}
	}
	return v
}

// text returns the string at a path.
func (o object) text(path ...any) string {
	text, _ := o.at(path...).(string)
	return text
}

// list returns the objects of the array at a path.
func (o object) list(path ...any) []object {
	items, _ := o.at(path...).([]any)
	list := make([]object, len(items))
	for i, item := range items {
		members, _ := item.(map[string]any)
		list[i] = members
	}
	return list
}

// ids returns the IDs of the sessions in the answer.
func (o object) ids() []string {
	ids := []string{}
	for _, s := range o.list("sessions") {
		ids = append(ids, s.text("id"))
	}
	return ids
}

// body returns the JSON of a filter's parameters.
func body(f filter.Filter) string {
	o := object{}
	for name, values := range f.Values() {
		if o[name] = values; len(values) == 1 {
			o[name] = values[0]
		}
	}
	text, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// serve starts a server, for tests that need a connection.
func (h *host) serve() *httptest.Server {
	server := httptest.NewServer(h.handler)
	h.Cleanup(server.Close)
	return server
}

// serveHTTP2 starts a server whose clients speak HTTP/2.
func (h *host) serveHTTP2() *httptest.Server {
	server := httptest.NewUnstartedServer(h.handler)
	server.EnableHTTP2 = true
	server.StartTLS()
	h.Cleanup(server.Close)
	return server
}

// overEach runs a test over each version of HTTP that supports exports.
func overEach(t *testing.T, test func(t *testing.T, serve func(*host) *httptest.Server)) {
	t.Run("HTTP/1.1", func(t *testing.T) { test(t, (*host).serve) })
	t.Run("HTTP/2", func(t *testing.T) { test(t, (*host).serveHTTP2) })
}

// received is an answer that came over a connection.
type received struct {
	status          int
	header, trailer http.Header
	content         string
}

// send posts to a server and reads the whole answer. With an error it returns the part that was
// read.
func (h *host) send(ctx context.Context, server *httptest.Server, path, contentType, body string) (received, error) {
	h.Helper()
	res, err := h.begin(ctx, server, path, contentType, body)
	if err != nil {
		return received{}, err
	}
	content, err := io.ReadAll(res.Body)
	return received{res.StatusCode, res.Header, res.Trailer, string(content)}, errors.Join(err, res.Body.Close())
}

// begin posts to a server. The caller reads and closes the body of the answer.
func (h *host) begin(ctx context.Context, server *httptest.Server, path, contentType, body string) (*http.Response, error) {
	h.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+path, strings.NewReader(body))
	require.NoError(h, err)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("As", "agent")
	res, err := server.Client().Do(r)
	if err == nil {
		require.Equal(h, server.EnableHTTP2, res.ProtoMajor == 2)
	}
	return res, err
}

// sendRaw writes a request to a new connection, which stays open.
func (h *host) sendRaw(server *httptest.Server, request string) net.Conn {
	h.Helper()
	conn, err := (&net.Dialer{}).DialContext(h.Context(), "tcp", server.Listener.Addr().String())
	require.NoError(h, err)
	h.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, request)
	require.NoError(h, err)
	return conn
}

var errStorage = errors.New("storage: duplicate key (personal_number)=(01001012345)")

// mounted sends a request to the handler below a prefix of a host's own mux.
func (h *host) mounted(as, prefix, target string) answer {
	h.Helper()
	mux := http.NewServeMux()
	mux.Handle(prefix+"/", http.StripPrefix(prefix, h.handler))
	r := httptest.NewRequestWithContext(h.Context(), http.MethodGet, prefix+target, nil)
	r.Header.Set("As", as)
	a := answer{httptest.NewRecorder(), h.T}
	mux.ServeHTTP(a, r)
	return a
}
