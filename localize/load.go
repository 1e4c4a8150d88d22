package localize

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/DataDog/sketches-go/ddsketch"

	"github.com/pythia-trace/pythia"
)

// mostWorkflows is how many workflows a group can have at most: the sketch counts in float64.
const mostWorkflows = 1 << 53

// UnmarshalBinary implements [encoding.BinaryUnmarshaler]: the localizer, which must come from [New] or [Variance.New], has then seen what the one had
// that wrote the data, and nothing else. The memory that this takes is in proportion to the data, whatever they claim.
//
// It fails on a localizer of another Measure or SampleSize, and with [ErrCorrupt] or [ErrVersion], wrapped. The localizer then stays as it was.
func (v *Variance) UnmarshalBinary(data []byte) error {
	l := loader{reader: reader{data: data}, size: v.config.SampleSize}
	l.header(v.config, data)
	groups := l.groups()
	if l.err != nil {
		return fmt.Errorf("localize: restoring what was seen: %w", l.err)
	}
	v.groups = groups
	return nil
}

type loader struct {
	reader
	size int // of samples
}

// header reads up to the groups. The version comes before the checksum, which may be another in later versions.
func (l *loader) header(c Config, all []byte) {
	if !bytes.HasPrefix(all, []byte(magic)) {
		l.corrupt("it does not begin with %q", magic)
		return
	}
	l.data = l.data[len(magic):]
	version := l.uvarint()
	switch {
	case l.err != nil:
		return
	case version > dataVersion:
		l.err = fmt.Errorf("%w (format %d, and this one reads up to %d)", ErrVersion, version, dataVersion)
		return
	case version < dataVersion:
		l.corrupt("there is no version %d", version)
		return
	}
	l.verify(all)
	measure, size := l.uvarint(), l.uvarint()
	if l.err == nil && (measure != uint64(c.Measure) || size != uint64(c.SampleSize)) {
		l.err = errors.New("the data are of another Measure or SampleSize; use the settings they were saved with, or begin anew")
	}
}

func (l *loader) groups() map[pythia.GroupKey]*accumulator {
	groups := make(map[pythia.GroupKey]*accumulator)
	for range l.length("groups") {
		key := pythia.GroupKey(l.name())
		a := l.group()
		if l.err != nil {
			return nil
		}
		if groups[key] != nil {
			l.corrupt("it holds a group twice")
		}
		groups[key] = a
	}
	if len(l.data) > 0 {
		l.corrupt("there is more after its end")
	}
	return groups
}

func (l *loader) group() *accumulator {
	a := newAccumulator(l.name(), l.size)
	a.total = totalMoments{n: int64(l.upTo(mostWorkflows, "the number of workflows")), t: l.sum(), tt: l.sum()}
	if l.err == nil && !a.total.sound() {
		l.corrupt("the durations of a group contradict each other")
	}
	l.sketch(a.sketch, uint64(a.total.n))
	for range l.length("edges") {
		if l.err != nil {
			return nil
		}
		e := l.edge(a.total.n)
		if _, twice := a.index[e.key]; twice {
			l.corrupt("it holds an edge twice")
		}
		a.index[e.key] = int32(len(a.edges))
		a.edges = append(a.edges, e)
	}
	l.sample(a)
	return a
}

// sound reports whether durations can have such moments: there are some, and the variance is not negative.
func (m totalMoments) sound() bool { return m.n > 0 && covariance(m.n, m.tt, m.t, m.t).Sign() >= 0 }

func (l *loader) sum() sum { return sum{l.uvarint(), l.uvarint(), l.uvarint()} }

// sketch reads bins until n durations are accounted for.
func (l *loader) sketch(k *ddsketch.DDSketch, n uint64) {
	zeros := l.upTo(n, "the number of durations in a bin")
	_ = k.AddWithCount(0, float64(zeros))
	next, highest := binsOf(k)
	for left := n - zeros; left > 0 && l.err == nil; {
		if next > highest {
			l.corrupt("there are durations beyond the highest bin")
			return
		}
		bin := next + int(l.upTo(uint64(highest-next), "the gap between bins"))
		count := l.upTo(left, "the number of durations in a bin")
		k.GetPositiveValueStore().AddWithCount(bin, float64(count))
		left -= count
		next = bin + 1
	}
}

// edge reads an edge of a group of so many workflows.
func (l *loader) edge(workflows int64) edgeStats {
	var e edgeStats
	e.key.owner, e.key.from, e.key.to = pythia.ContextID(l.fixed64()), pythia.ContextID(l.fixed64()), pythia.ContextID(l.fixed64())
	flags := l.upTo(allFlags, "the flags of an edge")
	e.key.fromEnd, e.key.toEnd, e.key.call = flags&flagFromEnd != 0, flags&flagToEnd != 0, flags&flagCall != 0
	e.key.callee = l.name()
	e.from = pythia.Event{Point: l.point(), End: e.key.fromEnd}
	e.to = pythia.Event{Point: l.point(), End: e.key.toEnd}
	e.stack = l.stack()
	e.nameOwner()
	e.traces = int64(l.upTo(uint64(workflows), "the number of workflows that pass an edge"))
	e.repeated = int64(l.upTo(uint64(e.traces), "the number of workflows that pass an edge repeatedly"))
	e.x, e.xx, e.xt, e.count, e.count2, e.countT, e.countX = l.sum(), l.sum(), l.sum(), l.sum(), l.sum(), l.sum(), l.sum()
	if l.err == nil && (e.traces == 0 || e.count == sum{}) {
		l.corrupt("there is an edge that nothing passes")
	}
	return e
}

func (l *loader) stack() []pythia.TracePointID {
	n := l.length("points on a stack")
	if n == 0 {
		return nil
	}
	stack := make([]pythia.TracePointID, 0, min(n, mostStack))
	for i := 0; i < n && l.err == nil; i++ {
		stack = append(stack, l.point())
	}
	return stack
}

func (l *loader) point() pythia.TracePointID {
	return pythia.TracePointID{Layer: pythia.Layer(l.upTo(math.MaxUint8, "the layer")), Scope: l.name(), Name: l.name()}
}

// sample reads as many exemplars as a group of that size has.
func (l *loader) sample(a *accumulator) {
	before := int64(0)
	for range min(a.total.n, int64(l.size)) {
		e := l.exemplar(before, len(a.edges))
		if l.err != nil {
			return
		}
		before = e.start
		a.sample.add(e)
	}
}

func (l *loader) exemplar(before int64, edges int) *exemplar {
	e := &exemplar{trace: l.text(), start: before + l.varint(), total: int64(l.upTo(math.MaxInt64, "a duration"))}
	e.rank = rankOf(e.trace, e.start, e.total)
	e.edges = l.passed(edges)
	if n := l.length("variables"); n > 0 {
		e.vars = make([]variableSample, 0, min(n, maxVariables))
		for i := 0; i < n && l.err == nil; i++ {
			e.vars = append(e.vars, l.variable())
		}
	}
	n := l.length("counts")
	e.counts = make(map[string]int, min(n, maxVariables))
	for i := 0; i < n && l.err == nil; i++ {
		e.counts[l.name()] = int(l.upTo(math.MaxInt32, "the number of spans"))
	}
	return e
}

// passed reads which of so many edges a workflow passes.
func (l *loader) passed(edges int) []edgeSample {
	n := l.length("edges passed")
	samples := make([]edgeSample, 0, min(n, edges))
	next := 0
	for range n {
		at := next + int(l.upTo(uint64(edges), "the gap between edges"))
		if at >= edges {
			l.corrupt("a workflow passes an edge that there is not")
		}
		if l.err != nil {
			return nil
		}
		samples = append(samples, edgeSample{
			int32(at), int64(l.upTo(math.MaxInt64, "the time on an edge")), int64(l.upTo(math.MaxInt64, "the passes of an edge")),
		})
		next = at + 1
	}
	return samples
}

// variable reads a variable. In how many spans it was is not stored: it only matters while a workflow is looked at.
func (l *loader) variable() variableSample {
	v := variableSample{name: l.name(), text: l.name()}
	if v.text == "" {
		v.number = l.float()
	}
	return v
}
