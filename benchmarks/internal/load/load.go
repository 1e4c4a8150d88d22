// Package load makes the traffic that throughput is measured with: a shop of nine services, as its instances would export it by OTLP.
//
// The instances export as OpenTelemetry's batch span processor does by default, when they have 512 spans or 5 s after the last time. So the spans
// of one trace lie in several messages, which are sent within seconds of each other. Equal settings give equal traffic, to the last byte.
package load

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
)

const (
	begin    = 1_790_000_000_000_000_000 // when the first request starts, as Unix time in nanoseconds
	interval = 2_000_000                 // between requests, in nanoseconds: 500 requests a second
)

// Config says what traffic to make.
type Config struct {
	// Requests is how many.
	Requests int
	// Seed decides what is left to chance.
	Seed uint64
	// Kinds is how many copies of the shop's five pages there are, each under a route of its own: five times as many request types. Zero means one.
	Kinds int
	// Items, if not zero, has all requests be for one page that does so many things one after the other, each of which makes 6.5 spans on average. It
	// makes traces as long as one likes.
	Items int
}

// Traffic is what the shop's instances exported.
type Traffic struct {
	// Messages are ExportTraceServiceRequests in protobuf, in the order in which they were sent. Spans of one trace are in several of them: each
	// instance exports its own.
	Messages        [][]byte
	Requests, Spans int
	Bytes           int // of all messages
}

// Shop returns the traffic of so many requests, with five request types of 20 spans on average.
func Shop(requests int, seed uint64) *Traffic { return New(Config{Requests: requests, Seed: seed}) }

// New returns traffic.
func New(c Config) *Traffic {
	s := shop{rand: rand.New(rand.NewPCG(c.Seed, 0)), exporters: make(map[string]*exporter), traffic: &Traffic{Requests: c.Requests}}
	pages := c.pages()
	for i := range c.Requests {
		now := int64(begin + i*interval)
		s.exportDue(now)
		s.request(pages.pick(s.rand), now)
	}
	for _, e := range s.all {
		e.export(s.traffic)
	}
	return s.traffic
}

// WriteTo writes the messages, each after its length in 4 bytes, big-endian, as the Collector's file exporter does. It implements [io.WriterTo].
func (t *Traffic) WriteTo(w io.Writer) (written int64, err error) {
	for _, m := range t.Messages {
		for _, part := range [][]byte{binary.BigEndian.AppendUint32(nil, uint32(len(m))), m} {
			n, err := w.Write(part)
			written += int64(n)
			if err != nil {
				return written, fmt.Errorf("load: writing the traffic: %w", err)
			}
		}
	}
	return written, nil
}
