package sqlstore

import (
	"context"
	"sync"
)

// turns lets the writers of one company queue in this process, before they take a connection. A
// writer that waits in the database, for a company that another process holds, uses a connection
// meanwhile: ten of them would leave none in a pool of ten for all other work. With turns, only one
// of them waits in the database, and the others wait here.
//
// The zero turns are ready to use.
type turns struct {
	mu     sync.Mutex
	queues map[string]*queue
}

// queue has the writers of one key.
type queue struct {
	turn    chan struct{} // has one token while a writer has the turn
	writers int           // that have the turn or wait for it
}

// take waits for the turn of a key. The function end ends the turn; calling it again does nothing.
// The error is that of the context.
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
		// Companies come and go, so keep no empty queues.
		if q.writers--; q.writers == 0 {
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
