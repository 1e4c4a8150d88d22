package main

import (
	"strconv"

	"github.com/pythia-trace/pythia"
	"github.com/pythia-trace/pythia/searchspace"
)

const fanOut = 10 // calls of each context, but for the last level

// forest are trees of calls: workflows with a chain of contexts from the root and all below its end. So that no workflow is larger than it need be, and the
// contexts of each are seen together.
type forest struct {
	trees, below int // workflows, and the levels below the chain of each
}

// forestOf has at least so many contexts, up to a tenth more.
func forestOf(contexts int) forest {
	f := forest{below: 3} // 1,110 contexts in each tree
	if contexts < 10_000 {
		f.below = 2
	}
	each := 0
	for level, n := 0, fanOut; level < f.below; level, n = level+1, n*fanOut {
		each += n
	}
	f.trees = (contexts + each) / (each + 1)
	return f
}

// point is one of 100,000.
func (forest) point(tree, number int) pythia.TracePointID {
	n := (tree*7919 + number*31) % 100_000
	return pythia.TracePointID{Scope: "service-" + strconv.Itoa(n%100), Name: "GET /resource/operation-" + strconv.Itoa(n)}
}

// stack is that of the context with a number in a tree; numbers are those of a heap with the fan-out.
func (f forest) stack(tree, number int) []pythia.TracePointID {
	var stack []pythia.TracePointID
	for n := number; n > 0; n = (n - 1) / fanOut {
		stack = append([]pythia.TracePointID{f.point(tree, n)}, stack...)
	}
	return append([]pythia.TracePointID{{Scope: "frontend", Name: "GET /"}, f.point(tree, 0)}, stack...)
}

// trace is the workflow that passes all contexts of a tree, or only some of the last level, by a remainder of their number.
func (f forest) trace(tree, remainder, of int) (*pythia.Trace, error) {
	spans := []pythia.Span{{ID: "root", Point: pythia.TracePointID{Scope: "frontend", Name: "GET /"}, EndNanos: 1e10}}
	var add func(parent string, number, level int, start, length int64)
	add = func(parent string, number, level int, start, length int64) {
		if level == f.below && of > 1 && number%of != remainder {
			return
		}
		id := strconv.Itoa(number)
		spans = append(spans, pythia.Span{ID: id, ParentID: parent, Point: f.point(tree, number), StartNanos: start, EndNanos: start + length})
		for i := range fanOut {
			if level < f.below {
				add(id, fanOut*number+1+i, level+1, start+int64(i)*length/fanOut, length/fanOut*9/10)
			}
		}
	}
	add("root", 0, 0, 0, 1e10)
	return pythia.NewTrace("t", spans)
}

// buildOften builds the tree again and again, and returns the last one with the CPU time that it took.
func (f forest) buildOften(l *lab) (tree *searchspace.CCT, took spread, err error) {
	var all []float64
	for range l.fewestRounds() {
		cpu := 0.0
		if tree, cpu, err = f.build(l, false); err != nil {
			return nil, spread{}, err
		}
		all = append(all, cpu)
	}
	return tree, spreadOf(all), nil
}

// build observes all trees and returns the CPU time that this took, in seconds. Scattered: the contexts of the last level come in ten workflows, each of
// which has one of every ten, so that those with the same caller do not lie together in memory.
func (f forest) build(l *lab, scattered bool) (*searchspace.CCT, float64, error) {
	tree, err := searchspace.New(searchspace.Config{MaxNodes: 2 * contexts})
	if err != nil {
		return nil, 0, err
	}
	passes := 1
	if scattered {
		passes = fanOut
	}
	cpu := 0.0
	const chunk = 100 // traces at a time, so that making them is not measured
	for pass := range passes {
		for from := 0; from < f.trees; from += chunk {
			traces, err := f.traces(from, min(f.trees, from+chunk), pass, passes)
			if err != nil {
				return nil, 0, err
			}
			took, err := metered(func() error {
				for _, t := range traces {
					tree.Observe(t)
				}
				return l.ctx.Err()
			})
			if err != nil {
				return nil, 0, err
			}
			cpu += took.cpu.Seconds()
		}
	}
	return tree, cpu, nil
}

// traces are those of some trees.
func (f forest) traces(from, to, remainder, of int) (all []*pythia.Trace, err error) {
	for tree := from; tree < to; tree++ {
		t, err := f.trace(tree, remainder, of)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}
