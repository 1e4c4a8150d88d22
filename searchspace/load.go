package searchspace

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/pythia-trace/pythia"
)

// What [Load] can say of a file. Both come wrapped, with the details.
var (
	ErrCorrupt = errors.New("the file is damaged or no search space; fall back on an older copy, or profile again")
	ErrVersion = errors.New("the file was written by another version of Pythia")
)

// Load reads a tree that [CCT.Save] wrote, up to the end of r. The tree has the bound that it was saved with; to give it another one, merge
// it into a tree from [New]. The memory it takes is in proportion to what r yields, whatever the file claims.
//
// The error is [ErrCorrupt], [ErrVersion] or that of r, wrapped.
func Load(r io.Reader) (*CCT, error) {
	l := loader{reader: reader{r: r}, c: new(CCT)}
	l.c.begin()
	l.header()
	l.nodes()
	l.trailer()
	if l.err != nil {
		return nil, fmt.Errorf("searchspace: loading a tree: %w", l.err)
	}
	return l.c, nil
}

type loader struct {
	reader
	c        *CCT
	promised int64 // contexts that the header promises and that have not been announced as somebody's children
}

func (l *loader) header() {
	if l.text(len(magic)) != magic {
		l.corrupt("it does not begin with %q", magic)
		return
	}
	if v := l.uvarint(); l.err == nil && v != fileVersion {
		l.err = otherVersion(v)
		return
	}
	l.c.config.MaxNodes = int(l.upTo(largestMaxNodes, "the bound"))
	l.c.workflows = int64(l.upTo(largestCount, "the number of workflows"))
	l.c.leftOut = int64(l.upTo(largestCount, "the number of spans left out"))
	l.c.full = int64(l.upTo(largestCount, "the number of full contexts"))
	l.promised = int64(l.upTo(uint64(l.c.config.MaxNodes), "the number of contexts"))
	l.c.tree.whole = l.moments(math.MaxUint32)
}

// otherVersion says what to do with a file of another format.
func otherVersion(v uint64) error {
	advice := "an older one: profile again"
	if v > fileVersion {
		advice = "a newer one: update this one"
	}
	return fmt.Errorf("%w, %s (the file has format %d, and this one reads %d)", ErrVersion, advice, v, fileVersion)
}

func (l *loader) nodes() {
	todo := []int32{0}
	for len(todo) > 0 && l.err == nil {
		n := todo[len(todo)-1]
		todo = l.family(n, todo[:len(todo)-1])
	}
	if l.err == nil && l.promised != 0 {
		l.corrupt("it holds %d contexts fewer than it says", l.promised)
	}
}

// family reads the children of a node and puts them on the stack, the first one on top.
func (l *loader) family(parent int32, todo []int32) []int32 {
	children := int64(l.upTo(uint64(l.promised), "the number of children"))
	l.promised -= children
	first := len(todo)
	for k := int64(0); k < children && l.err == nil; k++ {
		todo = append(todo, l.node(parent, children))
	}
	slices.Reverse(todo[first:])
	return todo
}

// node reads a node with so many siblings, itself included.
func (l *loader) node(parent int32, siblings int64) int32 {
	point := l.point()
	m := l.moments(mostWorkflows)
	if l.err == nil && m.workflows == 0 {
		l.corrupt("it holds a context that was in no workflow")
	}
	before := l.upTo(1<<min(siblings, exactSiblings)-1, "the siblings before")
	if l.err != nil {
		return 0
	}
	id := l.c.tree.at(parent).id.Child(l.c.tree.points.at(point))
	if _, twice := l.c.find(id); twice {
		l.corrupt("it holds a context twice")
		return 0
	}
	n := l.c.add(id, parent, point)
	l.c.tree.at(n).packed, l.c.tree.at(n).before = m.pack(), uint32(before)
	return n
}

// moments reads those of at most so many workflows.
func (l *loader) moments(most uint64) moments {
	m := moments{
		workflows: uint32(l.upTo(most, "the number of workflows")),
		spans:     uint32(l.upTo(math.MaxUint32, "the number of spans")),
		nanos:     l.uvarint(),
		m2:        math.Float64frombits(l.fixed64()),
		products:  math.Float64frombits(l.fixed64()),
		starts:    l.uvarint(),
	}
	if l.err == nil && !m.sound() {
		l.corrupt("the numbers of a context contradict each other")
	}
	return m
}

// sound reports whether workflows can have such moments, rounded as they are.
func (m *moments) sound() bool {
	const rounding = 1.001
	nanos := rounding * float64(m.nanos)
	return m.spans >= m.workflows && m.m2 >= 0 && m.m2 <= nanos*nanos && m.products >= 0 && m.products <= nanos*math.MaxUint64 &&
		m.starts <= uint64(m.workflows)*mostPosition
}

// point reads a reference to a point, and a new point itself.
func (l *loader) point() int32 {
	known := l.c.tree.points.len()
	i := l.upTo(uint64(known), "the number of a point")
	if l.err != nil || i < uint64(known) {
		return int32(i)
	}
	p := pythia.TracePointID{Layer: pythia.Layer(l.upTo(math.MaxUint8, "the layer"))}
	p.Scope = l.text(int(l.upTo(longestName, "the length of a name")))
	p.Name = l.text(int(l.upTo(longestName, "the length of a name")))
	if l.err == nil && int(l.c.tree.points.intern(p)) < known {
		l.corrupt("it holds a point twice")
	}
	return int32(i)
}

func (l *loader) trailer() {
	want := l.sum()
	if got := l.fixed32(); l.err == nil && got != want {
		l.corrupt("its checksum is %08x and not %08x", got, want)
	}
	if l.err == nil && !l.exhausted() {
		l.corrupt("there is more after its end")
	}
}
