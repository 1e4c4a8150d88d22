package localize

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// exemplar is one workflow of a group's sample. It never changes: samples of several accumulators hold it. What it holds is written as bytes, in a
// tenth of the memory that slices and maps take, and with nothing for the garbage collector to follow: there are up to a thousand for each group.
type exemplar struct {
	rank   uint64 // a hash of the trace ID: the sample keeps the lowest
	start  int64
	total  int64
	words  *dictionary // of counts and vars
	trace  string
	path   string // see appendPath
	counts string // spans by point; see appendCount
	vars   string // see appendVariable
}

func (e *exemplar) compare(o *exemplar) int {
	if c := cmp.Compare(e.rank, o.rank); c != 0 {
		return c
	}
	if c := strings.Compare(e.trace, o.trace); c != 0 {
		return c
	}
	if c := cmp.Compare(e.start, o.start); c != 0 {
		return c
	}
	return cmp.Compare(e.total, o.total)
}

// appendPath writes what a workflow spent on an edge: the edge, the nanoseconds, and the passes if there are several.
func appendPath(b []byte, s edgeSample) []byte {
	if s.count == 1 {
		return binary.AppendUvarint(binary.AppendUvarint(b, uint64(s.edge)<<1), uint64(s.nanos))
	}
	b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(s.edge)<<1|1), uint64(s.nanos))
	return binary.AppendUvarint(b, uint64(s.count))
}

// passed yields what the workflow spent on each edge that it passed, in no order.
func (e *exemplar) passed(yield func(edgeSample) bool) {
	for rest := e.path; rest != ""; {
		s := edgeSample{count: 1}
		var edge, n uint64
		edge, rest = uvarint(rest)
		n, rest = uvarint(rest)
		s.edge, s.nanos = int32(edge>>1), int64(n)
		if edge&1 != 0 {
			n, rest = uvarint(rest)
			s.count = int32(n)
		}
		if !yield(s) {
			return
		}
	}
}

// uvarint reads a number that [binary.AppendUvarint] wrote, and returns what follows it.
func uvarint(s string) (uint64, string) {
	v := uint64(0)
	for i := 0; ; i++ {
		b := s[i]
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			return v, s[i+1:]
		}
	}
}

// renumbered returns a copy whose edges are those of another accumulator, in which several may be one.
func (e *exemplar) renumbered(place []int32) *exemplar {
	var samples []edgeSample
	for s := range e.passed {
		s.edge = place[s.edge]
		if i := slices.IndexFunc(samples, func(o edgeSample) bool { return o.edge == s.edge }); i >= 0 {
			samples[i].nanos += s.nanos
			samples[i].count += s.count
			continue
		}
		samples = append(samples, s)
	}
	c := *e
	c.path = pathOf(samples)
	return &c
}

// pathOf writes what a workflow spent on edges.
func pathOf(samples []edgeSample) string {
	b := make([]byte, 0, 16*len(samples))
	for _, s := range samples {
		b = appendPath(b, s)
	}
	return string(b)
}

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// rankOf spreads workflows evenly, the same in every process. Times are part of it for tracers that give no IDs of their own. It is FNV-1a, mixed:
// FNV's high bits are weak for short strings.
func rankOf(traceID string, start, total int64) uint64 {
	x := uint64(fnvOffset)
	for i := range len(traceID) {
		x = (x ^ uint64(traceID[i])) * fnvPrime
	}
	for _, v := range [2]uint64{uint64(start), uint64(total)} {
		for range 8 {
			x = (x ^ v&0xff) * fnvPrime
			v >>= 8
		}
	}
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return x
}
