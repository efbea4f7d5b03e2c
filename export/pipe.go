package export

import (
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
)

// flushBytes is the number of bytes of a file that are collected before they go to the writer.
const flushBytes = 64 << 10

// newBuffer returns a buffer with room for the row that exceeds flushBytes.
func newBuffer() []byte { return make([]byte, 0, flushBytes+flushBytes/8) }

// positionOf returns the position of a session. It copies the ID, since the session is valid only
// until the next one.
func positionOf(s *sessions.Session) sessions.Position {
	return sessions.Position{CreatedAt: sessions.Truncate(s.CreatedAt), ID: strings.Clone(s.ID)}
}

// pipe lets one goroutine take a block while another makes the next. The goroutine that takes them
// is started with the second block, since most exports have only one.
type pipe struct {
	take  func(Block) error
	full  chan Block
	empty chan []byte
	ended chan struct{}

	// Results of the goroutine, to be read after it has ended.
	err      error
	panicked any
}

// put hands over a block and replaces it with an empty one. The error is that of an earlier block,
// or of this one.
func (p *pipe) put(b *Block) error {
	if p.full == nil {
		p.full, p.empty, p.ended = make(chan Block, 1), make(chan []byte, 2), make(chan struct{})
		p.empty <- newBuffer()
		go p.run(p.full)
	}
	select {
	case p.full <- *b:
	case <-p.ended: // after an error or a panic
		return p.close()
	}
	select {
	case text := <-p.empty:
		*b = Block{Text: text, Rows: b.Rows, Last: b.Last}
		return nil
	case <-p.ended:
		return p.close()
	}
}

// run takes blocks until full is closed, or until the first error.
func (p *pipe) run(full <-chan Block) {
	defer close(p.ended)
	defer func() { p.panicked = recover() }()
	for b := range full {
		if p.err = taken(p.take, b); p.err != nil {
			return
		}
		p.empty <- b.Text[:0] // never waits: there are two buffers
	}
}

// taken takes a block and adds its row to an error.
func taken(take func(Block) error, b Block) error {
	if err := take(b); err != nil {
		return &WriteError{Row: b.Rows, Err: err}
	}
	return nil
}

// finish hands over the last block and waits until all blocks have been taken.
func (p *pipe) finish(b *Block) error {
	if p.full == nil {
		return taken(p.take, *b)
	}
	if err := p.put(b); err != nil {
		return err
	}
	return p.close()
}

// close waits for the goroutine, and returns its error or repeats its panic. Closing twice is
// harmless.
func (p *pipe) close() error {
	if p.full == nil {
		return nil
	}
	close(p.full)
	p.full = nil
	<-p.ended
	if p.panicked != nil {
		panic(p.panicked)
	}
	return p.err
}
