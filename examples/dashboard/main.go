package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // zones are loaded by name, whatever the machine has

	"github.com/kvalifika/sessionkit/examples/internal/engine"
)

// config has the flags.
type config struct {
	addr  string
	dsn   string
	n     int
	seed  uint64
	every time.Duration
}

func main() {
	var c config
	flag.StringVar(&c.addr, "addr", "127.0.0.1:8080", "address to listen on; if it is in use, a free port of 127.0.0.1")
	flag.StringVar(&c.dsn, "dsn", "", "`database`: "+engine.Usage+", or memory (default a temporary SQLite file)")
	flag.IntVar(&c.n, "n", 50_000, "how many sessions to generate for an empty database")
	flag.Uint64Var(&c.seed, "seed", 1, "seed of the generated sessions")
	flag.DurationVar(&c.every, "every", 3*time.Second, "how often a session comes in; 0: never")
	flag.Parse()
	if err := run(c); err != nil {
		fmt.Fprintln(os.Stderr, "dashboard:", err)
		os.Exit(1)
	}
}

// run serves the page until the process gets a signal to end.
func run(c config) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := listen(ctx, c.addr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()

	fmt.Fprintln(os.Stderr, "Preparing the sessions ...")
	storage, err := openStorage(ctx, c.dsn)
	if err != nil {
		return err
	}
	defer storage.close()
	if err := storage.fill(ctx, c.n, c.seed, time.Now()); err != nil {
		return err
	}
	site, err := newSite(storage, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           site,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}
	arrivals := make(chan error, 1)
	go func() { arrivals <- storage.arrive(ctx, c.every, c.seed+1) }()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	fmt.Fprintf(os.Stderr, "All Sessions: http://%s\n", listener.Addr())

	select {
	case err = <-served:
		stop()
	case <-ctx.Done():
		// Requests that are being answered may end, although ctx has ended.
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = server.Shutdown(grace)
		if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
			err = errors.Join(err, ended)
		}
	}
	return errors.Join(err, <-arrivals)
}

// listen listens on the address, or on a free port if the default address is in use.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) && addr == "127.0.0.1:8080" {
		l, err = config.Listen(ctx, "tcp", "127.0.0.1:0")
	}
	return l, err
}
