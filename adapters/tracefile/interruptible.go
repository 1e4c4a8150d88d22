package tracefile

import (
	"context"
	"io"
)

// interruptible reads from a reader that may hang, and stops waiting when its context is cancelled. The goroutine that reads
// ends with the read it is in.
type interruptible struct {
	ctx    context.Context
	chunks chan chunk
	rest   chunk
}

type chunk struct {
	data []byte
	err  error
}

func newInterruptible(ctx context.Context, r io.Reader) *interruptible {
	i := &interruptible{ctx: ctx, chunks: make(chan chunk)}
	go i.pump(r)
	return i
}

func (i *interruptible) pump(r io.Reader) {
	for {
		buf := make([]byte, 64<<10)
		n, err := r.Read(buf)
		select {
		case i.chunks <- chunk{buf[:n], err}:
		case <-i.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

func (i *interruptible) Read(p []byte) (int, error) {
	if len(i.rest.data) == 0 && i.rest.err == nil {
		select {
		case i.rest = <-i.chunks:
		case <-i.ctx.Done():
			return 0, i.ctx.Err()
		}
	}
	n := copy(p, i.rest.data)
	i.rest.data = i.rest.data[n:]
	if len(i.rest.data) == 0 {
		return n, i.rest.err
	}
	return n, nil
}
