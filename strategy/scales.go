package strategy

import (
	"math"

	"github.com/pythia-trace/pythia"
)

// scales weigh the contexts inside a target's edge against each other, by what the profile has seen of them.
type scales struct {
	state    *pythia.State
	target   int
	slow     bool              // it is about time, not about variance
	caller   pythia.SearchNode // the context of the span that the edge belongs to
	contexts []weighed         // in observed order, what calls before what is called
	own      float64           // the caller's own part of its variance, or time
	scale    float64           // of what is to be explained, the caller's variance when profiled
	trust    float64           // in what the profile has seen: 1 if it was what is to be explained, 0 if it was nothing like that
}

// weighed is a context with what is thought of it. Shares are of the caller's variance, or time.
type weighed struct {
	candidate
	end           int     // one past the last context below it
	share, doubt  float64 // all that goes along with it, and the standard error of that
	own, open     float64 // what is its own, and together with all below it that is not shown yet
	belief, below float64 // the probability that it is itself at fault, and that something below it is
}

const (
	enoughSeen = 10  // workflows of the caller that make a profile
	seenBefore = 4   // times what the profile has seen is still that: twice the standard deviation
	negligible = 0.1 // the part of what is to be explained for which no point is switched on
	surely     = 2   // standard errors
)

func weigh(s *pythia.State, target int, inside []candidate) *scales {
	f := s.Targets[target].Finding
	w := &scales{state: s, target: target, slow: f.Reason == pythia.ReasonConsistentlySlow, contexts: make([]weighed, len(inside))}
	for i, c := range inside {
		w.contexts[i].candidate = c
	}
	w.caller.Context = pythia.RootContext // of an edge between roots, and of one that is known nowhere
	if found := s.Space.Find(f.Location.Stack); len(found) > 0 {
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
		for len(open) > 0 && w.contexts[open[len(open)-1]].under >= level {
			w.contexts[open[len(open)-1]].end = at
			open = open[:len(open)-1]
		}
	}
	for i := range w.contexts {
		closeTo(w.contexts[i].under, i)
		open = append(open, i)
	}
	closeTo(0, len(w.contexts))
}

// children calls do for each context directly below another; for each that is below none, if that is -1.
func (w *scales) children(parent int, do func(*weighed)) {
	first, end := 0, len(w.contexts)
	if parent >= 0 {
		first, end = parent+1, w.contexts[parent].end
	}
	for i := first; i < end; i = w.contexts[i].end {
		do(&w.contexts[i])
	}
}

// expect works out what the profile makes one expect of each context, and how far that explains what is to be explained.
func (w *scales) expect() {
	w.own = 1
	for _, c := range w.state.Space.Children(w.caller.Context) {
		share, _ := w.part(&c)
		w.own -= share
	}
	w.own = max(0, w.own)
	w.descend()
	w.divide()
	within := w.own
	w.children(-1, func(c *weighed) { within += c.open })
	now, then := w.measure()
	w.scale = ratio(then, now)
	if w.caller.Workflows >= enoughSeen {
		w.trust = min(1, max(0, number(seenBefore*w.scale*within)))
	}
}

// measure returns what is to be explained, and what the caller had of it when profiled: variance, or time.
func (w *scales) measure() (now, then float64) {
	f := w.state.Targets[w.target].Finding
	switch {
	case f.Group == nil:
		return 0, 0
	case w.slow:
		return f.TimeShare * f.Group.MeanSeconds, w.caller.MeanSeconds
	}
	return f.VarianceShare * f.Group.StdDevSeconds * f.Group.StdDevSeconds, w.caller.StdDevSeconds * w.caller.StdDevSeconds
}

// descend gives each context its share: of variance, by way of all that call it.
func (w *scales) descend() {
	for i := range w.contexts {
		c := &w.contexts[i]
		c.share, c.doubt = w.part(&c.SearchNode)
	}
	if w.slow {
		return // a part of the time is one of the edge's span already
	}
	for i := range w.contexts {
		w.contexts[i].share = number(w.contexts[i].share * w.contexts[i].via)
	}
	for i := range w.contexts { // what calls comes first, and so has its share by now
		above := w.contexts[i].share
		w.children(i, func(k *weighed) { k.share = number(k.share * above) })
	}
}

// part is the share that a context had in its caller's variance or, for what is always slow, in the time of the edge's span; with its standard error as if
// the two were independent. Where it was absent, it took no time.
func (w *scales) part(c *pythia.SearchNode) (share, doubt float64) {
	present := min(1, float64(c.Workflows)/max(1, float64(w.caller.Workflows)))
	mean := present * c.MeanSeconds
	sd := math.Sqrt(max(0, present*(c.StdDevSeconds*c.StdDevSeconds+c.MeanSeconds*c.MeanSeconds)-mean*mean))
	root := math.Sqrt(max(1, float64(w.caller.Workflows)))
	if w.slow {
		return ratio(mean, w.caller.MeanSeconds), ratio(sd, w.caller.MeanSeconds) / root
	}
	return number(c.CallerShare), ratio(sd, w.caller.StdDevSeconds) / root
}

// divide works out what is each context's own, and what is open below it.
func (w *scales) divide() {
	for i := len(w.contexts) - 1; i >= 0; i-- {
		c := &w.contexts[i]
		shown := max(0, c.share) * c.shown.share
		if w.slow {
			shown = ratio(ratio(c.shown.seconds, float64(w.caller.Workflows)), w.caller.MeanSeconds)
		}
		c.own = max(0, c.share) - shown
		w.children(i, func(k *weighed) {
			c.own -= max(0, k.share)
			c.open += k.open
		})
		c.own = max(0, c.own)
		c.open += c.own
	}
}

// known reports whether the profile has seen what is to be explained.
func (w *scales) known() bool { return w.trust >= 1 }

// ratio is 0 where there is nothing to compare with.
func ratio(a, b float64) float64 {
	if !(b > 0) {
		return 0
	}
	return number(a / b)
}

// number is 0 in place of what is none. A search space can be anybody's, and one NaN in a sum would take all others with it.
func number(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}
