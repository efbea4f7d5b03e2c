package export

import (
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
)

// flushSize is how much of a file is kept before it goes to the writer.
const flushSize = 64 << 10

func newBuffer() []byte { return make([]byte, 0, flushSize+flushSize/8) }

// positionOf copies the ID: the session is lent.
func positionOf(s *sessions.Session) sessions.Position {
	return sessions.Position{CreatedAt: sessions.Truncate(s.CreatedAt), ID: strings.Clone(s.ID)}
}

// pipe lets blocks be taken while the next are made. The goroutine that takes them begins with the
// second: most answers have but one.
type pipe struct {
	take  func(Block) error
	full  chan Block
	empty chan []byte
	ended chan struct{}

	// of the goroutine, to be read when it has ended
	err      error
	panicked any
}

// put hands over a block and gives it an empty buffer. The error is that of an earlier block, or of
// this one.
func (p *pipe) put(b *Block) error {
	if p.full == nil {
		p.full, p.empty, p.ended = make(chan Block, 1), make(chan []byte, 2), make(chan struct{})
		p.empty <- newBuffer()
		go p.run(p.full)
	}
	select {
	case p.full <- *b:
	case <-p.ended:
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

func (p *pipe) run(full <-chan Block) {
	defer close(p.ended)
	defer func() { p.panicked = recover() }()
	for b := range full {
		if p.err = taken(p.take, b); p.err != nil {
			return
		}
		p.empty <- b.Text[:0]
	}
}

func taken(take func(Block) error, b Block) error {
	if err := take(b); err != nil {
		return &WriteError{Row: b.Rows, Err: err}
	}
	return nil
}

// finish hands over the last block and waits until all are taken.
func (p *pipe) finish(b *Block) error {
	if p.full == nil {
		return taken(p.take, *b)
	}
	if err := p.put(b); err != nil {
		return err
	}
	return p.close()
}

// close waits for the goroutine, and passes its error or panic on. Doing it twice is harmless.
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
