package localize

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/pythia-trace/pythia"
)

// mostWorkflows is how many workflows a group can have at most: the sketch counts in float64.
const mostWorkflows = 1 << 53

// UnmarshalBinary implements [encoding.BinaryUnmarshaler]: the localizer, which must come from [New] or [Variance.New], has then seen what the one had
// that wrote the data, and nothing else. The memory that this takes is in proportion to the data, whatever they claim.
//
// It fails on a localizer of another Measure or SampleSize, and with [ErrCorrupt] or [ErrVersion], wrapped. The localizer then stays as it was.
func (v *Variance) UnmarshalBinary(data []byte) error {
	l := loader{reader: reader{data: data}, quota: newQuota(v.config.SampleSize)}
	l.header(v.config, data)
	if l.err == nil {
		l.catalogue = newCatalogue(v.observer.bins)
	}
	dropped := pythia.Dropped{Groups: int(l.upTo(math.MaxInt, "the number of groups let go")), Workflows: int(l.upTo(math.MaxInt, "the number of workflows let go"))}
	if !l.quota.fallTo(int(l.upTo(math.MaxInt, "the falls of a limit"))) {
		l.corrupt("the limit of samples cannot fall so often")
	}
	l.contexts()
	groups := l.groups()
	if l.err != nil {
		return fmt.Errorf("localize: restoring what was seen: %w", l.err)
	}
	v.groups, v.quota, v.dropped, v.observer = groups, l.quota, dropped, observer{catalogue: l.catalogue, measure: v.config.Measure}
	l.words.publish()
	l.renewed = l.words.size()
	v.trimSamples()
	v.boundExemplars()
	if v.kept() > v.config.MaxGroups {
		v.letGo()
	}
	return nil
}

type loader struct {
	reader
	*catalogue
	quota  *quota
	ids    []pythia.ContextID // by number; the first is the root
	buf    []byte
	wordOf positions // for each name, by its number: the word; 0 if it was not asked for yet
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
		l.corrupt("format %d is not read by this version", version)
		return
	}
	l.verify(all)
	measure, size := l.uvarint(), l.uvarint()
	if l.err == nil && (measure != uint64(c.Measure) || size != uint64(c.SampleSize)) {
		l.err = errors.New("the data are of another Measure or SampleSize; use the settings they were saved with, or begin anew")
	}
}

// contexts reads calling contexts. Their IDs follow from their points.
func (l *loader) contexts() {
	n := l.length("contexts")
	l.ids = []pythia.ContextID{pythia.RootContext}
	for i := 0; i < n && l.err == nil; i++ {
		parent, point := l.context(), l.point()
		id := parent.Child(point)
		if l.err != nil {
			return
		}
		if _, twice := l.catalogue.contexts[id]; twice || id == pythia.RootContext {
			l.corrupt("it holds a context twice")
		}
		l.catalogue.contexts[id] = callingContext{parent, l.words.point(point)}
		l.ids = append(l.ids, id)
	}
}

// context reads the number of a context that was read before.
func (l *loader) context() pythia.ContextID {
	return l.ids[l.upTo(uint64(len(l.ids)-1), "the number of a context")]
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
	a := newAccumulator(l.name(), l.quota)
	n := int64(l.upTo(mostWorkflows, "the number of workflows"))
	a.latest = l.varint()
	a.total = totalMoments{n: n, t: l.sum(), tt: l.sum()}
	if l.err == nil && !a.total.sound() {
		l.corrupt("the durations of a group contradict each other")
	}
	l.durations(&a.durations, uint64(n))
	edges := l.length("edges")
	a.grow(min(edges, 32))
	for i := 0; i < edges && l.err == nil; i++ {
		l.edge(a)
	}
	l.sample(a)
	return a
}

// sound reports whether durations can have such moments: there are some, and the variance is not negative.
func (m totalMoments) sound() bool { return m.n > 0 && m.variance() >= 0 }

func (l *loader) sum() sum { return sum{l.uvarint(), l.uvarint(), l.uvarint()} }

// durations reads bins until n durations are accounted for.
func (l *loader) durations(d *durations, n uint64) {
	d.zeros = l.upTo(n, "the number of durations in a bin")
	if l.err != nil {
		return
	}
	next, highest := binsOf(l.bins)
	for left := n - d.zeros; left > 0 && l.err == nil; {
		if next > highest {
			l.corrupt("there are durations beyond the highest bin")
			return
		}
		bin := next + int(l.upTo(uint64(highest-next), "the gap between bins"))
		count := l.upTo(left, "the number of durations in a bin")
		if l.err == nil && count > 0 {
			d.add(bin, count)
		}
		left -= count
		next = bin + 1
	}
}

// edge reads an edge of a group.
func (l *loader) edge(a *accumulator) {
	key := edgeKey{owner: l.context(), from: l.context(), to: l.context(), flags: edgeFlags(l.upTo(uint64(allFlags), "the flags of an edge"))}
	key.callee = l.callee(l.name())
	m := edgeMoments{traces: int64(l.upTo(uint64(a.total.n), "the number of workflows that pass an edge"))}
	m.x, m.t, m.xt, m.again, m.againT = l.sum(), l.sum(), l.sum(), l.sum(), l.sum()
	e := edgeStats{key: key}
	ok := a.rare.pack(&e, m)
	switch {
	case l.err != nil:
	case !ok:
		l.corrupt("the time on an edge is beyond all that there can be")
	case m.traces == 0:
		l.corrupt("there is an edge that nothing passes")
	case a.find(&key) >= 0:
		l.corrupt("it holds an edge twice")
	case len(a.edges) >= mostEdges:
		l.corrupt("a group has more than %d edges", mostEdges)
	default:
		a.edgeTable.add(e)
	}
}

func (l *loader) point() pythia.TracePointID {
	return pythia.TracePointID{Layer: pythia.Layer(l.upTo(math.MaxUint8, "the layer")), Scope: l.name(), Name: l.name()}
}

// sample reads the exemplars of a group: all that it keeps, and no others.
func (l *loader) sample(a *accumulator) {
	least, most := min(a.total.n, int64(l.quota.least)), min(a.total.n, int64(l.quota.size))
	if l.quota.falls == 0 {
		least = most
	}
	n := int64(l.upTo(uint64(most), "the number of workflows in a sample"))
	if n < least {
		l.corrupt("a sample has %d workflows, and should have %d", n, least)
	}
	for before := int64(0); int64(len(a.sample.heap)) < n && l.err == nil; {
		e := l.exemplar(before, len(a.edges))
		if l.err == nil && !a.sample.takes(e.rank) {
			l.corrupt("a sample has a workflow that it cannot keep")
		}
		if l.err != nil {
			return
		}
		before = e.start
		a.sample.add(e)
	}
}

// exemplar reads one, as [observer.exemplar] makes it: its texts are one piece of memory.
func (l *loader) exemplar(before int64, edges int) *exemplar {
	l.buf = append(l.buf[:0], l.bytes(l.length("bytes of a text"))...)
	path := len(l.buf)
	e := &exemplar{start: before + l.varint(), total: int64(l.upTo(math.MaxInt64, "a duration")), words: l.words}
	l.passed(edges)
	vars := len(l.buf)
	l.ascending("variables", func(word int32) {
		v := variableSample{word: word, text: l.name()}
		if v.text == "" {
			v.number = unreversed(l.uvarint())
		}
		l.buf = appendVariable(l.buf, v)
	})
	counts := len(l.buf)
	l.ascending("counts", func(word int32) {
		l.buf = appendCount(l.buf, wordCount{word, int32(l.upTo(math.MaxInt32, "the number of spans"))})
	})
	all := string(l.buf)
	e.trace, e.path, e.vars, e.counts = all[:path], all[path:vars], all[vars:counts], all[counts:]
	e.rank = rankOf(e.trace, e.start, e.total)
	return e
}

// ascending reads so many names, each once and in order, and what comes with each.
func (l *loader) ascending(what string, each func(word int32)) {
	before := ""
	for i, n := 0, l.length(what); i < n && l.err == nil; i++ {
		number, name := l.numberedName()
		if i > 0 && name <= before {
			l.corrupt("the %s of a workflow are not in order", what)
		}
		if l.err != nil {
			return
		}
		before = name
		each(l.word(number, name))
	}
}

// word returns the word for a name, by the name's number.
func (l *loader) word(number int, name string) int32 {
	word := l.wordOf.of(int32(number))
	if *word == 0 {
		*word = l.words.numberOfText(name)
	}
	return *word
}

// passed reads which of so many edges a workflow passes.
func (l *loader) passed(edges int) {
	next := 0
	for range l.length("edges passed") {
		at := next + int(l.upTo(uint64(edges), "the gap between edges"))
		if at >= edges {
			l.corrupt("a workflow passes an edge that there is not")
		}
		nanos, count := l.upTo(math.MaxInt64, "the time on an edge"), l.upTo(math.MaxInt32, "the passes of an edge")
		if l.err != nil {
			return
		}
		l.buf = appendPath(l.buf, edgeSample{int32(at), int32(count), int64(nanos)})
		next = at + 1
	}
}
