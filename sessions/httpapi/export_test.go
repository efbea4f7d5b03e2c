package httpapi_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
)

const typeJSON = "application/json"

func (h *host) want(f filter.Filter, options export.Options) []byte {
	h.Helper()
	var want bytes.Buffer
	st := store.New(h.backend.Backend, store.Options{})
	_, err := export.Write(h.Context(), &want, st.Select(h.viewers["agent"], f), options)
	require.NoError(h, err)
	return want.Bytes()
}

func TestExportIsTheFileOfTheList(t *testing.T) { overEach(t, testExportIsTheFileOfTheList) }

func testExportIsTheFileOfTheList(t *testing.T, serve func(*host) *httptest.Server) {
	h := newHost(t)
	tbilisi, err := time.LoadLocation("Asia/Tbilisi")
	require.NoError(t, err)
	keys, err := sessions.NewExtraKeys("phone", "email")
	require.NoError(t, err)
	for _, c := range []struct {
		body    string
		filter  filter.Filter
		options export.Options
	}{
		{`{}`, filter.Filter{}, export.Options{}},
		{`{"search": "nin", "status": ["failed", "success"]}`, filter.And(filter.Search("nin"), filter.Status(sessions.Failed, sessions.Success)), export.Options{}},
		{`{"search": "nobody"}`, filter.Search("nobody"), export.Options{}},
		{`{"format": "excel_csv", "zone": "Asia/Tbilisi"}`, filter.Filter{}, export.Options{Format: export.ExcelCSV, Zone: tbilisi}},
		{
			`{"format": "excel_csv", "created_at.zone": "Asia/Tbilisi", "separator": ";", "created_at.from": "2026-03-15", "extra_columns": true, "column": ["Session ID", "Extra"]}`,
			filter.CreatedOn(sessions.Date{Year: 2026, Month: 3, Day: 15}, sessions.Date{}, tbilisi),
			export.Options{Format: export.ExcelCSV, Zone: tbilisi, Comma: ';', ExtraKeys: keys, Columns: []export.Column{export.ColumnSessionID, export.ColumnExtra}},
		},
	} {
		res, err := h.send(t.Context(), serve(h), "/export", typeJSON, c.body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, res.status, res.content)
		want := h.want(c.filter, c.options)
		require.Equal(t, string(want), res.content)
		require.Equal(t, "text/csv; charset=utf-8", res.header.Get("Content-Type"))
		require.Equal(t, "no-store", res.header.Get("Cache-Control"))
		require.Equal(t, "nosniff", res.header.Get("X-Content-Type-Options"))
		sum := sha256.Sum256(want)
		require.Equal(t, hex.EncodeToString(sum[:]), res.trailer.Get("Export-Sha256"))

		exports := h.written()
		told := exports[len(exports)-1]
		require.Equal(t, res.trailer.Get("Export-Rows"), fmt.Sprint(told.Rows))
		require.Equal(t, c.filter.Text(), told.Query)
		require.Equal(t, int64(len(want)), told.Bytes)
		require.Equal(t, hex.EncodeToString(sum[:]), told.SHA256)
		require.Equal(t, "a-1", told.Subject)
		require.NoError(t, told.Err)
	}
	require.Empty(t, heard(h, &h.failures))
}

// TestExportOfAViewerWhoMayNotSeeAll checks that masked fields are masked in the file too, instead
// of being a 1 or FALSE that looks like a fact.
func TestExportOfAViewerWhoMayNotSeeAll(t *testing.T) {
	h := newHost(t)
	v := h.viewers["agent"]
	v.Disclosure = sessions.Disclosure{
		Mask: sessions.FieldsOf(sessions.FieldLastName, sessions.FieldBirthDate, sessions.FieldLiveness, sessions.FieldDocumentValidity, sessions.FieldStatus, sessions.FieldExtra),
		Drop: sessions.FieldsOf(sessions.FieldPersonalNumber),
	}
	h.viewers["agent"] = v
	for body, o := range map[string]export.ReadOptions{`{}`: {}, `{"format": "excel_csv", "zone": "UTC"}`: {Format: export.ExcelCSV, Zone: time.UTC}} {
		a := h.post("agent", "/export", body)
		require.Equal(t, http.StatusOK, a.Code)
		require.NotContains(t, a.Body.String(), "Personal Number")
		rows, o := 0, o
		o.AllowMissing = true
		for row, err := range export.Read(a.Body, o) {
			require.NoError(t, err)
			rows++
			for _, cell := range []string{row.LastName, row.BirthDate, row.LivenessStatus, row.DocumentValid, row.Verified, row.Extra} {
				require.Equal(t, sessions.MaskedMark, cell)
			}
			require.NotContains(t, []string{row.FirstName, row.DocumentType, row.Attempts}, sessions.MaskedMark)
		}
		require.Equal(t, 5, rows)
	}
}

// TestExportByForm exports with a form, which lets the browser save the file as it arrives, with
// the search text in the body.
func TestExportByForm(t *testing.T) {
	h := newHost(t)
	values := filter.Search("nin").Values()
	res, err := h.send(t.Context(), h.serve(), "/export", "application/x-www-form-urlencoded", values.Encode())
	require.NoError(t, err)
	require.Equal(t, string(h.want(filter.Search("nin"), export.Options{})), res.content)
}

func TestExportName(t *testing.T) { synctest.Test(t, testExportName) } // on one day

func testExportName(t *testing.T) {
	today := time.Now().UTC().Format(time.DateOnly)
	for company, want := range map[string]string{
		"Acme":                    "Acme sessions DAY.csv",
		"შპს „ბანკი“":             "შპს „ბანკი“ sessions DAY.csv",
		`a/b\c:d*e?"f<g>h|i`:      "a_b_c_d_e__f_g_h_i sessions DAY.csv",
		"a\r\nSet-Cookie: x\x00y": "aSet-Cookie_ xy sessions DAY.csv",
		"..":                      "sessions DAY.csv",
		"\u202Egpj.exe":           "gpj.exe sessions DAY.csv",
		"\xff":                    "sessions DAY.csv",
		"":                        "sessions DAY.csv",
		strings.Repeat("ნ", 100):  strings.Repeat("ნ", 64) + " sessions DAY.csv",
		`100% "`:                  "100% _ sessions DAY.csv",
	} {
		h := newHost(t, func(h *host) { h.options.CompanyName = func(store.Viewer) string { return company } })
		a := h.post("agent", "/export", `{}`)
		require.Equal(t, http.StatusOK, a.Code)
		header := a.Header().Get("Content-Disposition")
		kind, params, err := mime.ParseMediaType(header)
		require.NoError(t, err, header)
		require.Equal(t, "attachment", kind)
		require.Equal(t, strings.Replace(want, "DAY", today, 1), params["filename"], header)
		for _, c := range []byte(header) {
			require.True(t, c >= ' ' && c < 0x7F, header)
		}
	}
	require.Contains(t, newHost(t).post("agent", "/export", `{}`).Header().Get("Content-Disposition"), `"acme sessions `+today+`.csv"`)
}

func TestExportRefusals(t *testing.T) {
	h := newHost(t)
	for _, c := range []struct{ body, code, parameter string }{
		{`{"format": "excel_csv"}`, "missing_parameter", "zone"},
		{`{"format": "excel_csv", "zone": "Mars/Base"}`, "invalid_parameter", "zone"},
		{`{"zone": "Local"}`, "invalid_parameter", "zone"},
		{`{"format": "xlsx"}`, "invalid_parameter", "format"},
		{`{"separator": "x"}`, "invalid_parameter", "separator"},
		{`{"separator": "ნ"}`, "invalid_parameter", "separator"},
		{`{"column": "Nope"}`, "invalid_parameter", "column"},
		{`{"column": ["Sex", "Sex"]}`, "invalid_parameter", "column"},
		{`{"column": []}`, "invalid_parameter", "column"},
		{`{"column": "Sex", "extra_columns": true}`, "invalid_parameter", ""},
		{`{"extra_columns": "yes"}`, "invalid_parameter", "extra_columns"},
		{`{"limit": 10}`, "unknown_parameter", "limit"},
		{`{"status": "failed", "colour": "red"}`, "unknown_parameter", "colour"},
	} {
		p := h.post("agent", "/export", c.body).problem(http.StatusBadRequest, c.code)
		if c.parameter != "" {
			require.Equal(t, c.parameter, p["parameter"], c.body)
		}
	}
	require.Empty(t, h.written())

	v := h.viewers["agent"]
	v.NoExport = true
	h.viewers["agent"] = v
	h.post("agent", "/export", `{}`).problem(http.StatusForbidden, "forbidden")
	v.NoExport, v.ExportLimit = false, 4
	h.viewers["agent"] = v
	p := h.post("agent", "/export", `{}`).problem(http.StatusUnprocessableEntity, "too_many_rows")
	require.Contains(t, p["detail"], "at most 4 rows")
	require.Equal(t, http.StatusOK, h.post("agent", "/export", `{"document_type": "passport"}`).Code)

	h.get("agent", "/export").problem(http.StatusMethodNotAllowed, "method_not_allowed")
	h.do("agent", http.MethodPost, "/export", `{}`, "Accept", typeJSON).problem(http.StatusNotAcceptable, "not_acceptable")
}

// TestExportForExcelIsCountedFirst checks that the rows of an Excel file are counted before the
// first is sent.
func TestExportForExcelIsCountedFirst(t *testing.T) {
	h := newHost(t)
	var limits []int
	st := store.New(counting{h.backend, &limits}, h.store)
	h.handler = handlerOver(st, h)
	h.post("agent", "/export", `{"format": "excel_csv", "zone": "UTC"}`).problem(http.StatusUnprocessableEntity, "too_many_rows")
	require.Equal(t, []int{export.MaxExcelRows + 1}, limits)
	require.NotContains(t, h.backend.taken(), "stream")
	require.Equal(t, http.StatusOK, h.post("agent", "/export", `{}`).Code, "other files have no limit")
}

// counting is a Backend with more sessions than Excel has rows.
type counting struct {
	*spy
	limits *[]int
}

func (c counting) Count(_ context.Context, sel store.Selection) (store.Count, error) {
	*c.limits = append(*c.limits, sel.Limit)
	return store.Count{N: sel.Limit}, nil
}

func TestExportRefusedByAudit(t *testing.T) {
	h := newHost(t, func(h *host) {
		h.store.Audit = func(context.Context, store.Event) error { return errStorage }
	})
	a := h.post("agent", "/export", `{}`)
	a.problem(http.StatusForbidden, "refused_by_audit")
	require.NotContains(t, a.Body.String(), "0100")
	require.Empty(t, h.backend.taken())
}

// TestExportThatAuditRefusesAtItsEndIsTorn checks that a refusal at the end tears the file, since
// its end has not been sent yet.
func TestExportThatAuditRefusesAtItsEndIsTorn(t *testing.T) {
	h := newHost(t, func(h *host) {
		h.store.Audit = func(_ context.Context, e store.Event) error {
			if e.Outcome == store.Written {
				return errStorage
			}
			return nil
		}
	})
	_, err := h.send(t.Context(), h.serve(), "/export", typeJSON, `{}`)
	require.Error(t, err)
	require.ErrorIs(t, heard(h, &h.failures)[0], store.ErrRefused)
}

func TestExportThatFailsBeforeTheFirstByteIsAProblem(t *testing.T) {
	h := newHost(t)
	h.backend.before = func(_ context.Context, call string) error {
		if call == "row" {
			return errStorage
		}
		return nil
	}
	a := h.post("agent", "/export", `{}`)
	a.problem(http.StatusInternalServerError, "internal")
	require.NotContains(t, a.Body.String(), "0100", "a storage's error is for the host alone")
	require.ErrorIs(t, heard(h, &h.failures)[0], errStorage)
	require.Empty(t, a.Header().Get("Content-Disposition"))
}

// crowd stores n more sessions: more than fit in one buffer.
func (h *host) crowd(n int) {
	h.Helper()
	var list []*sessions.Session
	for i := range n {
		list = append(list, &sessions.Session{
			ID: fmt.Sprintf("crowd-%06d", i), Company: "acme", CreatedAt: noon.Add(-time.Duration(i) * time.Second), Status: sessions.Success,
			FirstName: sessions.TextOf("Giorgi"), LastName: sessions.TextOf("Kapanadze"), Browser: strings.Repeat("b", 200),
		})
	}
	h.insert(list...)
}

func TestExportThatFailsInTheMiddleIsTorn(t *testing.T) {
	overEach(t, testExportThatFailsInTheMiddleIsTorn)
}

func testExportThatFailsInTheMiddleIsTorn(t *testing.T, serve func(*host) *httptest.Server) {
	h := newHost(t)
	h.crowd(2000)
	rows := 0
	h.backend.before = func(_ context.Context, call string) error {
		if call == "row" {
			rows++
		}
		if rows == 1500 {
			return errStorage
		}
		return nil
	}
	res, err := h.send(t.Context(), serve(h), "/export", typeJSON, `{}`)
	require.Error(t, err, "the end of a torn file is no end")
	require.Empty(t, res.trailer.Get("Export-Sha256"))
	require.NotContains(t, res.content, "storage")
	told := h.written()[0]
	require.ErrorIs(t, told.Err, errStorage)
	require.Equal(t, int64(len(res.content)), told.Bytes)
	require.Positive(t, told.Rows)
	sum := sha256.Sum256([]byte(res.content))
	require.Equal(t, hex.EncodeToString(sum[:]), told.SHA256)
	require.ErrorIs(t, heard(h, &h.failures)[0], errStorage)
}

func TestExportOverHTTP10IsRefused(t *testing.T) {
	h := newHost(t)
	conn := h.sendRaw(h.serve(), "POST /export HTTP/1.0\r\nAs: agent\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
	answer, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Contains(t, string(answer), "http_version")
	require.Empty(t, h.backend.taken())
}

// TestExportEndsWithItsClient checks that the storage's query ends if the client goes away in the
// middle of a file, and that the host is told.
func TestExportEndsWithItsClient(t *testing.T) {
	overEach(t, func(t *testing.T, serve func(*host) *httptest.Server) {
		h := newHost(t)
		h.crowd(2000)
		reached, gone, closed := make(chan bool), make(chan error, 1), make(chan error, 1)
		rows := 0
		h.backend.before = func(ctx context.Context, call string) error {
			if rows++; call == "row" && rows == 1000 {
				close(reached)
				select {
				case <-ctx.Done():
				case <-time.After(time.Minute):
				}
				gone <- ctx.Err()
				return ctx.Err()
			}
			return nil
		}
		api, done := handlerOver(store.New(closing{h.backend, closed}, h.store), h), make(chan bool)
		h.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(done)
			api.ServeHTTP(w, r)
		})
		server := serve(h)
		ctx, leave := context.WithCancel(t.Context())
		res, err := h.begin(ctx, server, "/export", typeJSON, `{}`)
		require.NoError(t, err)
		some := make([]byte, 1000)
		_, err = io.ReadFull(res.Body, some)
		require.NoError(t, err)
		require.Contains(t, string(some), "Personal Number,First Name")
		<-reached
		leave()
		_, err = io.Copy(io.Discard, res.Body)
		// The client's own cancellation, or the server's reset if it arrives first.
		require.Error(t, err)
		_ = res.Body.Close() // Close may return the same error
		require.Empty(t, res.Trailer.Get("Export-Sha256"))

		require.ErrorIs(t, <-gone, context.Canceled, "the storage reads on")
		require.ErrorIs(t, <-closed, context.Canceled)
		<-done
		require.Equal(t, 1000, rows)
		require.Empty(t, heard(h, &h.failures), "nobody's fault")
		events := heard(h, &h.events)
		require.Len(t, events, 3)
		require.Equal(t, []store.Outcome{store.Started, store.Failed, store.Written}, []store.Outcome{events[0].Outcome, events[1].Outcome, events[2].Outcome})
		require.ErrorIs(t, events[1].Err, context.Canceled)
		require.ErrorIs(t, events[2].Err, context.Canceled)
		require.Positive(t, events[2].Rows)
	})
}

// closing is a Backend that sends the result of each stream when it has ended.
type closing struct {
	*spy
	closed chan error
}

func (c closing) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	err := c.spy.Stream(ctx, sel, each)
	c.closed <- err
	return err
}

// TestExportWaitsForTheStorage checks that a slow storage is not taken for a slow client.
func TestExportWaitsForTheStorage(t *testing.T) {
	overEach(t, func(t *testing.T, serve func(*host) *httptest.Server) {
		// One second in all.
		h := newHost(t, func(h *host) { h.options.MinBytesPerSecond = 4 << 20 })
		h.crowd(2000)
		rows := 0
		h.backend.before = func(_ context.Context, call string) error {
			if rows++; call == "row" && rows == 1000 {
				time.Sleep(1500 * time.Millisecond)
			}
			return nil
		}
		res, err := h.send(t.Context(), serve(h), "/export", typeJSON, `{}`)
		require.NoError(t, err)
		require.Equal(t, "2005", res.trailer.Get("Export-Rows"))
	})
}

// TestExportDoesNotWaitForASleepingClient checks that a client that reads nothing does not hold the
// snapshot for ever.
func TestExportDoesNotWaitForASleepingClient(t *testing.T) {
	overEach(t, func(t *testing.T, serve func(*host) *httptest.Server) {
		told, done := make(chan store.Event, 1), make(chan bool)
		h := newHost(t, func(h *host) {
			h.options.MinBytesPerSecond = 80 << 20 // the client has 50 milliseconds in all
			h.store.Audit = func(_ context.Context, e store.Event) error {
				if e.Outcome == store.Written {
					told <- e
				}
				return nil
			}
		})
		h.crowd(60_000)
		api := h.handler
		h.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(done)
			api.ServeHTTP(w, r)
		})
		server := serve(h)
		// The export may end before begin returns.
		if res, err := h.begin(t.Context(), server, "/export", typeJSON, `{}`); err == nil {
			defer func() { _ = res.Body.Close() }()
		}
		e := <-told // blocks until the export has ended
		require.Error(t, e.Err)
		if !server.EnableHTTP2 { // HTTP/2 closes the stream instead
			var timeout net.Error
			require.ErrorAs(t, e.Err, &timeout)
			require.True(t, timeout.Timeout())
		}
		require.Less(t, e.Rows, 60_000)
		<-done
		require.Empty(t, heard(h, &h.failures), "the client's own fault")
	})
}

// TestExportHasALeastRate checks that a client that reads steadily at twice the least rate is not
// cut off, although the kernel makes the handler wait for a megabyte or more at a time. A client
// that reads at a tenth of the rate is. On a busy machine the first one may be as slow.
func TestExportHasALeastRate(t *testing.T) {
	for _, c := range []struct {
		name  string
		rate  int64
		whole bool
	}{{"twice", 1 << 20, true}, {"a tenth", 20 << 20, false}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, func(h *host) { h.options.MinBytesPerSecond = c.rate })
			h.crowd(40_000)
			client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
				if err == nil {
					err = conn.(*net.TCPConn).SetReadBuffer(64 << 10)
				}
				return conn, err
			}}}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.serve().URL+"/export", strings.NewReader(`{}`))
			require.NoError(t, err)
			r.Header.Set("Content-Type", typeJSON)
			r.Header.Set("As", "agent")
			res, err := client.Do(r)
			require.NoError(t, err)
			defer func() { _ = res.Body.Close() }()
			some := make([]byte, 100<<10)
			full := float64(4<<20) / float64(c.rate) // seconds that it may be behind
			credit, least, last := full, full, time.Now()
			for err == nil {
				time.Sleep(50 * time.Millisecond) // two megabytes per second
				var n int
				n, err = io.ReadFull(res.Body, some)
				credit = min(credit+float64(n)/float64(c.rate)-time.Since(last).Seconds(), full)
				least, last = min(least, credit), time.Now()
			}
			if busy := least < full/2; c.whole && !busy {
				require.ErrorIs(t, err, io.ErrUnexpectedEOF, "of the last piece")
				require.Equal(t, "40005", res.Trailer.Get("Export-Rows"))
			} else if !c.whole {
				require.Empty(t, res.Trailer.Get("Export-Rows"))
				require.Error(t, h.written()[0].Err)
			}
		})
	}
}

// TestExportInAFormatOfTheHosts checks that a file in a host's format is sent like any other.
func TestExportInAFormatOfTheHosts(t *testing.T) {
	var got export.Options
	h := newHost(t, func(h *host) {
		h.options.Formats = []httpapi.Format{{
			Name: "lines", MediaType: "text/x-lines", Extension: ".lines", NeedsZone: true,
			Write: func(ctx context.Context, w io.Writer, selected export.Selection, opts export.Options) (export.Result, error) {
				got = opts
				opts.Columns = []export.Column{export.ColumnSessionID}
				return export.Write(ctx, w, selected, opts)
			},
		}}
	})
	a := h.post("agent", "/export", `{"format": "lines", "zone": "Asia/Tbilisi", "column": ["First Name"]}`)
	require.Equal(t, http.StatusOK, a.Code)
	require.Equal(t, "text/x-lines", a.Header().Get("Content-Type"))
	require.Contains(t, a.Header().Get("Content-Disposition"), `.lines"`)
	require.Equal(t, 6, strings.Count(a.Body.String(), "\r\n"))
	require.Equal(t, "Asia/Tbilisi", got.Zone.String())
	require.Equal(t, []export.Column{export.ColumnFirstName}, got.Columns)

	h.post("agent", "/export", `{"format": "lines"}`).problem(http.StatusBadRequest, "missing_parameter")
	h.do("agent", http.MethodPost, "/export", `{"format": "lines", "zone": "UTC"}`, "Accept", "text/csv").problem(http.StatusNotAcceptable, "not_acceptable")
}

// TestExportOfACellThatIsTooLong checks that the refusal has the place of the cell, and suggests
// another format.
func TestExportOfACellThatIsTooLong(t *testing.T) {
	h := newHost(t, func(h *host) {
		h.options.Formats = []httpapi.Format{{Name: "short", MediaType: "text/plain", Write: func(context.Context, io.Writer, export.Selection, export.Options) (export.Result, error) {
			return export.Result{}, &export.WriteError{Row: 4, Column: "Browser", Err: export.ErrTooLong}
		}}}
	})
	p := h.post("agent", "/export", `{"format": "short"}`).problem(http.StatusUnprocessableEntity, "too_long")
	require.InEpsilon(t, 4, p["row"], 0)
	require.Equal(t, "Browser", p["column"])
	require.Contains(t, p["detail"], "rfc4180")
}

// deadlines is a slow ResponseWriter that records the deadlines.
type deadlines struct {
	*httptest.ResponseRecorder
	set    []time.Time
	writes int
	took   time.Duration
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.set = append(d.set, t)
	return nil
}

func (d *deadlines) Write(p []byte) (int, error) {
	d.writes++
	time.Sleep(d.took)
	return d.ResponseRecorder.Write(p)
}

// TestExportSetsADeadlineForEachWrite checks that each part of a file has a deadline of its own,
// instead of the server's for the whole answer.
func TestExportSetsADeadlineForEachWrite(t *testing.T) {
	for _, rate := range []int64{0, 1 << 10, -1} {
		h := newHost(t, func(h *host) { h.options.MinBytesPerSecond = rate })
		h.crowd(2000)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/export", strings.NewReader(`{}`))
		r.Header.Set("As", "agent")
		r.Header.Set("Content-Type", typeJSON)
		w := &deadlines{ResponseRecorder: httptest.NewRecorder(), took: time.Millisecond}
		begun := time.Now()
		h.handler.ServeHTTP(w, r)
		require.Greater(t, w.writes, 5)
		window := 4 << 20 / time.Duration(cmp.Or(rate, httpapi.DefaultMinBytesPerSecond)) * time.Second
		limited := 0
		for _, at := range w.set {
			if !at.IsZero() {
				limited++
				require.WithinRange(t, at, begun, time.Now().Add(window))
			}
		}
		require.Zero(t, w.set[0], "none while the storage reads")
		if rate < 0 {
			require.Zero(t, limited)
		} else {
			require.Equal(t, w.writes+1, limited, "one for each part and one for the trailers")
		}
	}
}

// TestCustomColumnsAndHeaders checks that custom columns come after the others, or where they
// are requested, and are masked if a field that they use is hidden.
func TestCustomColumnsAndHeaders(t *testing.T) {
	h := newHost(t, func(h *host) {
		h.options.Columns = []export.CustomColumn{
			{Header: "Link", Cell: func(s *sessions.Session) string { return "https://kyc/" + s.ID }},
			{Header: "Initial", Fields: sessions.FieldsOf(sessions.FieldLastName), Cell: func(s *sessions.Session) string { return s.LastName.Value()[:1] }},
		}
		h.options.Headers = func(*http.Request) map[export.Column]string {
			return map[export.Column]string{export.ColumnSessionID: "ნომერი"}
		}
	})
	v := h.viewers["agent"]
	v.Disclosure.Mask = sessions.FieldsOf(sessions.FieldLastName)
	h.viewers["agent"] = v
	whole := h.post("agent", "/export", `{}`).Body.String()
	require.Contains(t, whole, ",Attempts,Link,Initial\r\n")
	some := h.post("agent", "/export", `{"column": ["Initial", "Session ID"], "status": ["failed"]}`).Body.String()
	require.True(t, strings.HasPrefix(some, "Initial,ნომერი\r\n[masked],"), some)
	h.post("agent", "/export", `{"column": ["Other"]}`).problem(http.StatusBadRequest, "invalid_parameter")
}

// TestFaultsOfTheHostsColumns checks that invalid columns of the host are reported to the host, and
// not as a mistake of the request.
func TestFaultsOfTheHostsColumns(t *testing.T) {
	cell := func(*sessions.Session) string { return "x" }
	for name, fault := range map[string]httpapi.Options{
		"no function":      {Columns: []export.CustomColumn{{Header: "Link"}}},
		"no header":        {Columns: []export.CustomColumn{{Cell: cell}}},
		"a column of ours": {Columns: []export.CustomColumn{{Header: "Sex", Cell: cell}}},
		"doubled headers":  {Headers: func(*http.Request) map[export.Column]string { return map[export.Column]string{export.ColumnSex: "OS"} }},
		"no such column":   {Headers: func(*http.Request) map[export.Column]string { return map[export.Column]string{200: "x"} }},
	} {
		h := newHost(t, func(h *host) { h.options.Columns, h.options.Headers = fault.Columns, fault.Headers })
		h.post("agent", "/export", `{}`).problem(http.StatusInternalServerError, "internal")
		told := heard(h, &h.failures)
		require.Len(t, told, 1, name)
		require.ErrorContains(t, errors.Unwrap(told[0]), "Options.Columns or Headers", name)
	}
}

// TestContradictionsNameTheirParameter checks that the answer to contradicting options names the
// parameter to leave out.
func TestContradictionsNameTheirParameter(t *testing.T) {
	h := newHost(t, func(h *host) {
		h.options.Formats = []httpapi.Format{{
			Name: "book", MediaType: "application/book", Extension: ".book",
			Write: func(ctx context.Context, w io.Writer, selected export.Selection, o export.Options) (export.Result, error) {
				if o.Comma != 0 {
					return export.Result{}, export.ErrOptions
				}
				return export.Write(ctx, w, selected, o)
			},
		}}
	})
	for body, parameter := range map[string]string{
		`{"extra_columns": true, "column": ["Session ID"]}`: "extra_columns",
		`{"format": "book", "separator": ";"}`:              "separator",
	} {
		p := h.post("agent", "/export", body).problem(http.StatusBadRequest, "invalid_parameter")
		require.Equal(t, parameter, p["parameter"], body)
	}
	require.Equal(t, http.StatusOK, h.post("agent", "/export", `{"extra_columns": true, "column": ["Extra"]}`).Code)
}
