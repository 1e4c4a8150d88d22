package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync/atomic"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/localize"
)

const (
	spansOfTrace = 12    // in the traces that are fed in
	structures   = 1_000 // of which no two share a trace point
)

// turns is a Grouper that puts workflows into groups in turn, whatever they are like.
type turns struct {
	keys []pythia.GroupKey
	next atomic.Int64
}

func newTurns(groups int) *turns {
	t := new(turns)
	for i := range groups {
		t.keys = append(t.keys, pythia.NewGroupKey("type-"+strconv.Itoa(i)))
	}
	return t
}

// Group implements [pythia.Grouper].
func (t *turns) Group(*pythia.Trace) (pythia.GroupKey, bool) {
	return t.keys[int(t.next.Add(1)-1)%len(t.keys)], true
}

// prebuilt are the traces that are observed again and again: the structures, in variants that take different times. Their critical paths are known, so that
// neither building them nor the paths are part of what is measured.
func prebuilt(variants int) ([]*pythia.Trace, error) {
	draw := rand.New(rand.NewPCG(1, 0))
	var traces []*pythia.Trace
	for v := range variants {
		for s := range structures {
			t, err := pythia.NewTrace(fmt.Sprintf("%032x", v*structures+s), chainOfCalls(s, draw))
			if err != nil {
				return nil, err
			}
			t.CriticalPath(pythia.UntilWorkDone)
			traces = append(traces, t)
		}
	}
	return traces, nil
}

// chainOfCalls are the spans of a request that calls eleven operations, one after the other, all of which are on its critical path. They take times of
// around a millisecond, log-normally.
func chainOfCalls(structure int, draw *rand.Rand) []pythia.Span {
	point := func(i int) pythia.TracePointID {
		return pythia.TracePointID{Scope: "service-" + strconv.Itoa(structure%50), Name: fmt.Sprintf("operation-%d-%d", structure, i)}
	}
	took := func() int64 { return int64(1e6 * math.Exp(0.3*draw.NormFloat64())) }
	at := int64(1_790_000_000_000_000_000)
	spans := []pythia.Span{{ID: spanID(0), Point: point(0), StartNanos: at}}
	for i := 1; i < spansOfTrace; i++ {
		start := at + took()/10
		at = start + took()
		spans = append(spans, pythia.Span{ID: spanID(i), ParentID: spanID(0), Point: point(i), StartNanos: start, EndNanos: at})
	}
	spans[0].EndNanos = at + took()/10
	return spans
}

// fed is an Engine, and what it was fed with.
type fed struct {
	engine *pythia.Engine
	traces []*pythia.Trace
	groups int
	at     int     // workflows so far
	empty  float64 // heap before
}

// feed begins to feed traces into so many groups, a multiple of the structures. What the heap has grown by will include the keys of the groups.
func (l *lab) feed(groups int, c localize.Config, traces []*pythia.Trace) (*fed, error) {
	localizer, err := localize.New(c)
	if err != nil {
		return nil, err
	}
	f := &fed{traces: traces, groups: groups, empty: heap()}
	f.engine, err = pythia.New(pythia.Config{Grouper: newTurns(groups), Localizer: localizer})
	return f, err
}

// upTo observes workflows until there were so many spans, and returns the heap that they have left behind.
func (f *fed) upTo(l *lab, spans int) (float64, error) {
	for ; f.at*spansOfTrace < spans; f.at++ {
		if f.at%100_000 == 0 && l.ctx.Err() != nil {
			return 0, l.ctx.Err()
		}
		f.engine.Observe(f.next())
	}
	taken := heap() - f.empty
	runtime.KeepAlive(f)
	return taken, nil
}

// next is the trace for the group whose turn it is: always of the same structure, so that a group's workflows share their edges, in another variant each time.
func (f *fed) next() *pythia.Trace {
	variant := f.at / f.groups * structures
	return f.traces[(variant+f.at%structures)%len(f.traces)]
}
