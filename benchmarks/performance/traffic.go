package main

import (
	"bytes"
	"io"

	"github.com/pythia-trace/pythia/benchmarks/internal/load"
)

// stored is traffic in one piece of memory, each message after its length. Those who want the messages have them as parts of it.
type stored struct {
	*load.Traffic
	delimited []byte
}

// store makes traffic.
func store(c load.Config) *stored {
	t := load.New(c)
	var b bytes.Buffer
	b.Grow(t.Bytes + 4*len(t.Messages))
	_, _ = t.WriteTo(&b) // which a buffer never refuses
	s := &stored{t, b.Bytes()}
	rest := s.delimited
	for i, m := range t.Messages {
		t.Messages[i], rest = rest[4:4+len(m):4+len(m)], rest[4+len(m):]
	}
	return s
}

// reader returns a reader of it all.
func (s *stored) reader() io.Reader { return bytes.NewReader(s.delimited) }
