package localize

import (
	"cmp"
	"maps"
	"slices"

	"github.com/pythia-trace/pythia"
)

// The data:
//
//	"pythiaVL" version measure size-of-samples
//	the groups that were let go, the workflows in them, how often the limit of samples fell
//	the number of calling contexts, and each after the one around it: the number of that, from 1, or 0 for none; the point
//	the number of groups, and each in order of keys:
//	    key request-type workflows latest total total²
//	    the durations that are 0, and then until all are accounted for: the gap to the next bin of the sketch, the durations in it
//	    the number of edges, and each in order of [catalogue.compare]:
//	        owner from to flags callee workflows, five sums
//	    the number of exemplars, and each in order of time:
//	        trace, the time since the start of the one before, total
//	        the number of edges passed, and of each the gap to it, nanoseconds, passes
//	        the number of variables, and each: name, its text, the number if that is empty
//	        the number of counts, and each in order of names: name, count
//	CRC-32C of all that, 4 bytes
//
// Numbers are unsigned LEB128, times zigzag; contexts are numbers, 0 for the root; sums are three words, the lowest first. A text but for a
// trace's ID is the number of a name, followed by the name itself if it is the next new one. What follows from the rest is not stored: ranks, the
// contexts' IDs, and the limit of samples. Equal states give equal data.
//
// The sketch's bins depend on quantileAccuracy, and which workflows are exemplars on rankOf: who changes them must raise the version, as for any other
// change.
const (
	magic       = "pythiaVL"
	dataVersion = 3
)

// MarshalBinary implements [encoding.BinaryMarshaler]: it returns what the localizer has seen, for [Variance.UnmarshalBinary]. It changes nothing,
// and can go on while others read. Localizers that have seen the same, in whatever order, give the same bytes. The error is always nil.
func (v *Variance) MarshalBinary() ([]byte, error) {
	s := saver{writer: writer{buf: []byte(magic), names: make(map[string]uint64)}, catalogue: v.observer.catalogue}
	s.uvarint(dataVersion)
	s.uvarint(uint64(v.config.Measure))
	s.uvarint(uint64(v.config.SampleSize))
	s.uvarint(uint64(v.dropped.Groups))
	s.uvarint(uint64(v.dropped.Workflows))
	s.uvarint(uint64(v.quota.falls))
	groups := s.sorted(v.groups)
	s.contexts(groups)
	s.uvarint(uint64(len(groups)))
	for _, g := range groups {
		s.group(g)
	}
	s.checksum()
	return s.buf, nil
}

type saver struct {
	writer
	*catalogue
	numbers map[pythia.ContextID]uint64
	lexicon lexicon
	samples []edgeSample // of one exemplar after the other, as are the others
	vars    []variableSample
	counts  []wordCount
}

// sortedGroup is a group with the order of its edges, and the other way round.
type sortedGroup struct {
	key pythia.GroupKey
	*accumulator
	order, place []int32
}

// sorted returns the groups in order of keys.
func (s *saver) sorted(groups map[pythia.GroupKey]*accumulator) []sortedGroup {
	sorted := make([]sortedGroup, 0, len(groups))
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		a := groups[key]
		g := sortedGroup{key, a, s.order(a), make([]int32, len(a.edges))}
		for to, from := range g.order {
			g.place[from] = int32(to)
		}
		sorted = append(sorted, g)
	}
	return sorted
}

// contexts writes the calling contexts that edges refer to, and those around them.
func (s *saver) contexts(groups []sortedGroup) {
	s.numbers = map[pythia.ContextID]uint64{pythia.RootContext: 0}
	var all []callingContext
	for _, g := range groups {
		for _, i := range g.order {
			k := &g.edges[i].key
			for _, id := range [3]pythia.ContextID{k.owner, k.from, k.to} {
				all = s.numberContext(id, all)
			}
		}
	}
	s.uvarint(uint64(len(all)))
	for _, c := range all {
		s.uvarint(s.numbers[c.parent])
		s.point(s.catalogue.point(c))
	}
}

// numberContext numbers a context and those around it, unless they have a number.
func (s *saver) numberContext(id pythia.ContextID, all []callingContext) []callingContext {
	var path []pythia.ContextID
	for {
		c, there := s.catalogue.contexts[id]
		if _, known := s.numbers[id]; known || !there {
			break
		}
		path = append(path, id)
		id = c.parent
	}
	for _, id := range slices.Backward(path) {
		all = append(all, s.catalogue.contexts[id])
		s.numbers[id] = uint64(len(all))
	}
	return all
}

func (s *saver) group(g sortedGroup) {
	s.name(string(g.key))
	s.name(g.requestType)
	s.uvarint(uint64(g.total.n))
	s.varint(g.latest)
	s.sums(g.total.t, g.total.tt)
	s.durations(&g.accumulator.durations)
	s.uvarint(uint64(len(g.order)))
	for _, i := range g.order {
		s.edge(&g.edges[i].key, g.moments(i))
	}
	before := int64(0)
	s.uvarint(uint64(len(g.sample.heap)))
	for _, e := range g.sample.byTime() {
		s.exemplar(e, before, g.place)
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

func (s *saver) durations(d *durations) {
	s.uvarint(d.zeros)
	next, _ := binsOf(s.bins)
	for bin, n := range d.each {
		s.uvarint(uint64(bin - next))
		s.uvarint(n)
		next = bin + 1
	}
}

func (s *saver) edge(k *edgeKey, m edgeMoments) {
	for _, c := range [3]pythia.ContextID{k.owner, k.from, k.to} {
		s.uvarint(s.numbers[c])
	}
	s.uvarint(uint64(k.flags))
	s.name(s.callees.items[k.callee])
	s.uvarint(uint64(m.traces))
	s.sums(m.x, m.t, m.xt, m.again, m.againT)
}

func (s *saver) point(p pythia.TracePointID) {
	s.uvarint(uint64(p.Layer))
	s.name(p.Scope)
	s.name(p.Name)
}

func (s *saver) exemplar(e *exemplar, before int64, place []int32) {
	s.text(e.trace)
	s.varint(e.start - before)
	s.uvarint(uint64(e.total))
	s.writePath(e, place)
	s.writeVariables(e)
	s.writeCounts(e)
}

func (s *saver) writeVariables(e *exemplar) {
	s.vars = s.vars[:0]
	for v := range e.variables {
		v.word = s.lexicon.of(e.words, v.word)
		s.vars = append(s.vars, v)
	}
	slices.SortFunc(s.vars, func(x, y variableSample) int { return s.lexicon.compare(x.word, y.word) })
	s.uvarint(uint64(len(s.vars)))
	for _, v := range s.vars {
		s.name(s.lexicon.text(v.word))
		s.name(v.text)
		if v.text == "" {
			s.uvarint(reversed(v.number))
		}
	}
}

func (s *saver) writeCounts(e *exemplar) {
	s.counts = s.counts[:0]
	for c := range e.spansByPoint {
		c.word = s.lexicon.of(e.words, c.word)
		s.counts = append(s.counts, c)
	}
	slices.SortFunc(s.counts, func(x, y wordCount) int { return s.lexicon.compare(x.word, y.word) })
	s.uvarint(uint64(len(s.counts)))
	for _, c := range s.counts {
		s.name(s.lexicon.text(c.word))
		s.uvarint(uint64(c.count))
	}
}

func (s *saver) writePath(e *exemplar, place []int32) {
	s.samples = s.samples[:0]
	for x := range e.passed {
		x.edge = place[x.edge]
		s.samples = append(s.samples, x)
	}
	slices.SortFunc(s.samples, func(x, y edgeSample) int { return cmp.Compare(x.edge, y.edge) })
	s.uvarint(uint64(len(s.samples)))
	next := int32(0)
	for _, x := range s.samples {
		s.uvarint(uint64(x.edge - next))
		s.uvarint(uint64(x.nanos))
		s.uvarint(uint64(x.count))
		next = x.edge + 1
	}
}
