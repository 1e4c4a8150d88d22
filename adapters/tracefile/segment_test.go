package tracefile

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pythia-trace/pythia/adapters/otlp"
)

// TestSegmentsKeepBytes holds pieces of batches, lets go of them at random, and compacts what is left now and then.
func TestSegmentsKeepBytes(t *testing.T) {
	type kept struct {
		piece
		bytes  []byte
		source *otlp.Source
	}
	r := rand.New(rand.NewPCG(1, 1))
	var memory segments
	var live []kept
	for round := range 500 {
		b := &batch{buf: make([]byte, 1+r.IntN(4000), 4000)}
		for i := range b.buf {
			b.buf[i] = byte(r.Uint32())
		}
		whole, source := b.buf, &otlp.Source{}
		number := memory.hold(b, []place{{source: source}}, 1)
		for range 1 + r.IntN(5) {
			start := r.IntN(len(whole))
			size := r.IntN(len(whole) - start + 1)
			p := piece{segment: number, start: uint32(start), size: uint32(size), count: 1}
			memory.take(p)
			live = append(live, kept{p, bytes.Clone(whole[start : start+size]), source})
		}
		for range r.IntN(6) {
			if at := r.IntN(len(live) + 1); at < len(live) {
				memory.release(live[at].piece)
				live[at] = live[len(live)-1]
				live = live[:len(live)-1]
			}
		}
		if round%100 == 99 {
			var c compaction
			for i := range live {
				moved := c.copy(&memory, live[i].piece)
				memory.take(moved)
				memory.release(live[i].piece)
				live[i].piece = moved
			}
		}
		for _, k := range live {
			found := foundPiece{memory.all[k.segment], k.piece}
			require.True(t, bytes.Equal(k.bytes, found.bytes()))
			require.Same(t, k.source, found.from().source)
		}
	}
	for _, k := range live {
		memory.release(k.piece)
	}
	require.Zero(t, memory.weight)
	require.Len(t, memory.free, len(memory.all))
}
