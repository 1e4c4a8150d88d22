package strategy

import (
	"math"

	"github.com/pythia-trace/pythia"
)

// scales weigh the contexts inside a target's edge against each other, by what the profile has seen of them.
type scales struct {
	state    *pythia.State
	target   int
	caller   pythia.SearchNode // the context of the span that the edge belongs to, as profiled
	contexts []weighed         // in observed order, what calls before what is called
	own      float64           // the belief that the span itself is at fault, and none of them
	known    bool              // the profile has seen what is to be explained
}

// weighed is a context with what is thought of it.
type weighed struct {
	candidate
	end int // one past the last context below it
	// share is the part of what is to be explained that is expected of the context and all below it, and doubt its standard error.
	share, doubt float64
	// belief is the probability that it is itself at fault, and below that something below it is.
	belief, below float64
}

const (
	enoughSeen = 10  // workflows of the caller that make a profile
	seenBefore = 4   // times what is to be explained at most, if the profile has seen it: half the standard deviation
	negligible = 0.1 // the part of what is to be explained for which no point is switched on
	surely     = 2   // standard errors
)

func weigh(s *pythia.State, target int, inside []candidate) *scales {
	w := &scales{state: s, target: target, contexts: make([]weighed, len(inside))}
	for i, c := range inside {
		w.contexts[i].candidate = c
	}
	w.caller.Context = pythia.RootContext // of an edge between roots, and of one that is known nowhere
	if found := s.Space.Find(s.Targets[target].Finding.Location.Stack); len(found) > 0 {
		w.caller = found[0]
	}
	w.nest()
	w.expect()
	w.believe()
	return w
}

// nest finds what lies below what.
func (w *scales) nest() {
	var open []int
	closeTo := func(level, at int) {
		for len(open) > 0 && w.contexts[open[len(open)-1]].level >= level {
			w.contexts[open[len(open)-1]].end = at
			open = open[:len(open)-1]
		}
	}
	for i := range w.contexts {
		closeTo(w.contexts[i].level, i)
		open = append(open, i)
	}
	closeTo(0, len(w.contexts))
}

// children calls do for each context directly below another; for each that is below none, if that is -1.
func (w *scales) children(parent int, do func(i int)) {
	first, end := 0, len(w.contexts)
	if parent >= 0 {
		first, end = parent+1, w.contexts[parent].end
	}
	for i := first; i < end; i = w.contexts[i].end {
		do(i)
	}
}

// expect works out which part of what is to be explained the profile makes one expect of each context, and of the caller itself.
func (w *scales) expect() {
	now, then := w.measure()
	rest := 1.0
	for _, c := range w.state.Space.Children(w.caller.Context) {
		share, _ := w.part(&c)
		rest -= share
	}
	w.own = math.Max(0, rest)
	within := w.own
	w.children(-1, func(i int) {
		share, _ := w.part(&w.contexts[i].SearchNode)
		within += math.Max(0, share)
	})
	scale := 1.0
	if w.known = w.caller.Workflows >= enoughSeen && seenBefore*then*within >= now && now > 0; w.known {
		scale = then / now
	}
	w.own *= scale
	w.descend(-1, scale, scale)
}

// measure returns what is to be explained, and what the caller had of it when profiled: variance, or time.
func (w *scales) measure() (now, then float64) {
	f := w.state.Targets[w.target].Finding
	if f.Group == nil {
		return 0, 0
	}
	if w.slow() {
		return f.TimeShare * f.Group.MeanSeconds, w.caller.MeanSeconds
	}
	return f.VarianceShare * f.Group.StdDevSeconds * f.Group.StdDevSeconds, w.caller.StdDevSeconds * w.caller.StdDevSeconds
}

func (w *scales) slow() bool {
	return w.state.Targets[w.target].Finding.Reason == pythia.ReasonConsistentlySlow
}

// descend gives the contexts below another their shares; scale is of the caller of all.
func (w *scales) descend(parent int, above, scale float64) {
	w.children(parent, func(i int) {
		c := &w.contexts[i]
		c.share, c.doubt = w.part(&c.SearchNode)
		c.doubt *= scale
		if w.slow() {
			c.share *= scale
		} else {
			c.share *= above
		}
		w.descend(i, c.share, scale)
	})
}

// part is the share that a context had in its caller's variance or, for what is always slow, in the edge's caller's time; with its standard error as if the
// two were independent, absent calls taking no time.
func (w *scales) part(c *pythia.SearchNode) (share, doubt float64) {
	present := math.Min(1, float64(c.Workflows)/math.Max(1, float64(w.caller.Workflows)))
	mean := present * c.MeanSeconds
	sd := math.Sqrt(math.Max(0, present*(c.StdDevSeconds*c.StdDevSeconds+c.MeanSeconds*c.MeanSeconds)-mean*mean))
	root := math.Sqrt(math.Max(1, float64(w.caller.Workflows)))
	if w.slow() {
		return ratio(mean, w.caller.MeanSeconds), ratio(sd, w.caller.MeanSeconds) / root
	}
	return c.CallerShare, ratio(sd, w.caller.StdDevSeconds) / root
}

// ratio is 0 where there is nothing to compare with.
func ratio(a, b float64) float64 {
	if !(b > 0) {
		return 0
	}
	return a / b
}
