package sqlstore

import (
	"context"
	"sync"
)

// turns lets the writers of one company queue up in this process, before they take a connection. A
// writer that waits in the database for a company that another process holds has a connection
// meanwhile: ten of them would leave a pool of ten without one for everybody else. With turns, one
// of them waits in the database, and the others here.
//
// The zero turns are ready.
type turns struct {
	mu     sync.Mutex
	queues map[string]*queue
}

// queue is the writers of one key.
type queue struct {
	turn    chan struct{} // holds one token while somebody has the turn
	writers int           // that have the turn or wait for it
}

// take waits for the turn of a key. The function that it returns ends the turn; calling it again
// does nothing. The error is the context's.
func (t *turns) take(ctx context.Context, key string) (end func(), err error) {
	t.mu.Lock()
	q := t.queues[key]
	if q == nil {
		if t.queues == nil {
			t.queues = map[string]*queue{}
		}
		q = &queue{turn: make(chan struct{}, 1)}
		t.queues[key] = q
	}
	q.writers++
	t.mu.Unlock()
	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if q.writers--; q.writers == 0 { // companies come and go: keep no queue for each
			delete(t.queues, key)
		}
	}
	select {
	case q.turn <- struct{}{}:
		return sync.OnceFunc(func() { <-q.turn; leave() }), nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
