package localize

import (
	"maps"
	"math"
	"slices"

	"github.com/DataDog/sketches-go/ddsketch"

	"github.com/pythia-trace/pythia"
)

// The data:
//
//	"pythiaVL" version measure size-of-samples
//	the number of groups, and each in order of keys:
//	    key request-type workflows total total²
//	    the durations that are 0, and then until all are accounted for: the gap to the next bin of the sketch, the durations in it
//	    the number of edges, and each in order of [edgeStats.compare]:
//	        owner from to flags callee, the points from and to, the number of points on the stack, and these
//	        workflows repeated, seven sums
//	    all exemplars in order of time:
//	        trace, the time since the start of the one before, total
//	        the number of edges passed, and of each the gap to it, nanoseconds, count
//	        the number of variables, and each: name, its text, the number if that is empty
//	        the number of counts, and each in order of names: name, count
//	CRC-32C of all that, 4 bytes
//
// Numbers are unsigned LEB128, a time since zigzag; contexts are 8 bytes, little-endian; sums are three words, the lowest first. A text but for a
// trace's ID is the number of a name, followed by the name itself if it is the next new one. What follows from the rest is not stored: ranks, an
// edge's owner and caller, and how many exemplars there are. Equal states give equal data.
//
// The sketch's bins depend on quantileAccuracy: who changes it must raise the version, as for any other change.
const (
	magic       = "pythiaVL"
	dataVersion = 1
)

// What an edge's flags say.
const (
	flagFromEnd = 1 << iota
	flagToEnd
	flagCall
	allFlags = 1<<iota - 1
)

// MarshalBinary implements [encoding.BinaryMarshaler]: it returns what the localizer has seen, for [Variance.UnmarshalBinary]. It changes nothing,
// and can go on while others read. Localizers that have seen the same, in whatever order, give the same bytes. The error is always nil.
func (v *Variance) MarshalBinary() ([]byte, error) {
	s := saver{writer{buf: []byte(magic), names: make(map[string]uint64)}}
	s.uvarint(dataVersion)
	s.uvarint(uint64(v.config.Measure))
	s.uvarint(uint64(v.config.SampleSize))
	s.uvarint(uint64(len(v.groups)))
	for _, key := range slices.Sorted(maps.Keys(v.groups)) {
		a := v.groups[key].clone() // to number its edges
		a.sortEdges()
		s.name(string(key))
		s.group(a)
	}
	s.checksum()
	return s.buf, nil
}

type saver struct{ writer }

func (s *saver) group(a *accumulator) {
	s.name(a.requestType)
	s.uvarint(uint64(a.total.n))
	s.sums(a.total.t, a.total.tt)
	s.sketch(a.sketch)
	s.uvarint(uint64(len(a.edges)))
	for i := range a.edges {
		s.edge(&a.edges[i])
	}
	before := int64(0)
	for _, e := range a.sample.byTime() {
		s.exemplar(e, before)
		before = e.start
	}
}

func (s *saver) sums(sums ...sum) {
	for _, x := range sums {
		for _, word := range x {
			s.uvarint(word)
		}
	}
}

func (s *saver) sketch(k *ddsketch.DDSketch) {
	s.uvarint(uint64(k.GetZeroCount()))
	next, _ := binsOf(k)
	k.GetPositiveValueStore().ForEach(func(bin int, n float64) bool { // in ascending order
		s.uvarint(uint64(bin - next))
		s.uvarint(uint64(n))
		next = bin + 1
		return false
	})
}

// binsOf returns the sketch's bins of the shortest and the longest duration above 0.
func binsOf(k *ddsketch.DDSketch) (lowest, highest int) {
	return k.Index(1e-9), k.Index(math.MaxInt64 / 1e9)
}

func (s *saver) edge(e *edgeStats) {
	for _, c := range []pythia.ContextID{e.key.owner, e.key.from, e.key.to} {
		s.fixed64(uint64(c))
	}
	s.uvarint(flag(e.key.fromEnd, flagFromEnd) | flag(e.key.toEnd, flagToEnd) | flag(e.key.call, flagCall))
	s.name(e.key.callee)
	s.point(e.from.Point)
	s.point(e.to.Point)
	s.uvarint(uint64(len(e.stack)))
	for _, p := range e.stack {
		s.point(p)
	}
	s.uvarint(uint64(e.traces))
	s.uvarint(uint64(e.repeated))
	s.sums(e.x, e.xx, e.xt, e.count, e.count2, e.countT, e.countX)
}

func flag(set bool, value uint64) uint64 {
	if set {
		return value
	}
	return 0
}

func (s *saver) point(p pythia.TracePointID) {
	s.uvarint(uint64(p.Layer))
	s.name(p.Scope)
	s.name(p.Name)
}

func (s *saver) exemplar(e *exemplar, before int64) {
	s.text(e.trace)
	s.varint(e.start - before)
	s.uvarint(uint64(e.total))
	s.uvarint(uint64(len(e.edges)))
	next := int32(0)
	for _, x := range e.edges {
		s.uvarint(uint64(x.edge - next))
		s.uvarint(uint64(x.nanos))
		s.uvarint(uint64(x.count))
		next = x.edge + 1
	}
	s.uvarint(uint64(len(e.vars)))
	for _, v := range e.vars {
		s.name(v.name)
		s.name(v.text)
		if v.text == "" {
			s.float(v.number)
		}
	}
	s.uvarint(uint64(len(e.counts)))
	for _, name := range slices.Sorted(maps.Keys(e.counts)) {
		s.name(name)
		s.uvarint(uint64(e.counts[name]))
	}
}
