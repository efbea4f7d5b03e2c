package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/tablestore"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		fmt.Fprintln(os.Stderr, "ownstore:", engine.Explain(err))
		stop()
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

// run makes and fills the table, and then shows lists or serves the page.
func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("ownstore", flag.ContinueOnError)
	dsn := flags.String("dsn", "", "an empty database: "+engine.Usage+"; default: a temporary SQLite file")
	n := flags.Int("n", 20_000, "how many sessions to generate")
	text := flags.String("search", "beridze gio", "what somebody types")
	addr := flags.String("addr", "", "`address` to serve the page on, instead of printing lists")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dsn == "" {
		dir, err := os.MkdirTemp("", "ownstore")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		*dsn = "sqlite:" + filepath.Join(dir, "host.db")
	}
	db, d, err := engine.Open(*dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	table, err := tableOf(d)
	if err != nil {
		return err
	}
	all, err := generate.Sessions(generate.Options{N: *n})
	if err != nil {
		return err
	}
	if err := fill(ctx, db, d, all); err != nil {
		return err
	}
	if *addr != "" {
		return serve(ctx, *addr, db, d, table)
	}
	return show(ctx, db, d, table, *text)
}

// serve serves the page until ctx ends. Its sign-in signs everybody in as agent-7; a real one has
// to check.
func serve(ctx context.Context, addr string, db *sql.DB, d filter.Dialect, table tablestore.Table) error {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	host, err := handler(db, d, table, key)
	if err != nil {
		return err
	}
	cookie := sign(key, generate.Georgia.Companies()[0].Key, "agent-7")
	fmt.Printf("http://%s/kyc/\ncurl --cookie 'kyc=%s' http://%[1]s/kyc/api/sessions?status=pending\n", l.Addr(), cookie)
	mux := http.NewServeMux()
	mux.Handle("/", host)
	mux.HandleFunc("GET /sign-in", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "kyc", Value: cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}) //nolint:gosec // plain HTTP on the loopback address
		http.Redirect(w, r, "/kyc/", http.StatusSeeOther)
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// show prints lists: all sessions, a text typed letter by letter, and filters, with the time of
// each page.
func show(ctx context.Context, db *sql.DB, d filter.Dialect, table tablestore.Table, text string) error {
	st := store.New(tablestore.New(db, d, table), store.Options{})
	viewer := store.Viewer{Company: generate.Georgia.Companies()[0].Key, Role: sessions.Agent, Subject: "agent-7"}
	row := func(what string, f filter.Filter) error {
		began := time.Now()
		page, err := st.List(ctx, viewer, store.Query{Filter: f})
		if err != nil {
			return err
		}
		took := time.Since(began)
		count, err := st.Count(ctx, viewer, f)
		if err != nil {
			return err
		}
		more := ""
		if !count.Exact {
			more = "+"
		}
		fmt.Printf("  %-28s %2d on the page, %9.2f ms; %d%s in all", what, len(page.Sessions), float64(took.Microseconds())/1000, count.N, more)
		if page.Partial {
			fmt.Printf("; searched back to %s, more on the next page", page.SearchedBack.Format(time.DateOnly))
		}
		fmt.Println()
		return nil
	}
	var err error
	each := func(what string, f filter.Filter) {
		if err == nil {
			err = row(what, f)
		}
	}
	fmt.Println("\nLists, in SQL")
	each("all", filter.Filter{})
	each("failed passports", filter.And(filter.Status(sessions.Failed), filter.DocumentType(sessions.Passport)))
	each("possible spoof", filter.FailedFor(sessions.SpoofReasons()...))
	fmt.Println("\nSearches, matched in Go")
	for i := range text {
		if i > 0 {
			each(text[:i], filter.Search(text[:i]))
		}
	}
	each(text, filter.Search(text))
	each(text+", failed", filter.And(filter.Search(text), filter.Status(sessions.Failed)))
	return err
}
