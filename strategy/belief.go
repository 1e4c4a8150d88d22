package strategy

import (
	"math"

	"github.com/pythia-trace/pythia"
)

// believe turns what is expected into the probabilities that each context itself, or the caller, is at fault. What the profile has not seen is only half
// believed of those that varied then: for the rest, any can be at fault, and what takes long more easily.
func (w *scales) believe() {
	n := float64(len(w.contexts) + 1)
	seen := w.excess(func(c *weighed) float64 { return c.share })
	time := w.excess(func(c *weighed) float64 { return c.MeanSeconds * float64(c.Workflows) })
	sum, times := w.own, 0.0
	for i := range w.contexts {
		sum += seen[i]
		times += time[i]
	}
	trust := 1.0
	if !w.known {
		trust = 0.5
	}
	if !(sum > 0) {
		trust, sum = 0, 1
	}
	w.own = trust*w.own/sum + (1-trust)/n
	for i := range w.contexts {
		any := 1 / n
		if times > 0 {
			any = 0.5/n + 0.5*(1-1/n)*time[i]/times
		}
		w.contexts[i].belief = trust*seen[i]/sum + (1-trust)*any
	}
	w.addUp()
}

// excess returns how much more each context has of something than all directly below it together.
func (w *scales) excess(of func(*weighed) float64) []float64 {
	excess := make([]float64, len(w.contexts))
	for i := range w.contexts {
		excess[i] = math.Max(0, of(&w.contexts[i]))
		w.children(i, func(k int) { excess[i] -= math.Max(0, of(&w.contexts[k])) })
		excess[i] = math.Max(0, excess[i])
	}
	return excess
}

// addUp sums up the beliefs below each context.
func (w *scales) addUp() {
	for i := len(w.contexts) - 1; i >= 0; i-- {
		w.children(i, func(k int) { w.contexts[i].below += w.contexts[k].belief + w.contexts[k].below })
	}
}

// best returns the context whose span is worth most for what it costs; nil if none is expected to be worth anything.
func (w *scales) best() *weighed {
	var best *weighed
	most := 0.0
	for i := range w.contexts {
		c := &w.contexts[i]
		if w.known && c.share+surely*c.doubt < negligible {
			continue
		}
		if worth := c.worth() / w.price(c); worth > most {
			best, most = c, worth
		}
	}
	return best
}

// worth is what switching a context on is expected to bring: that the search ends at it, and the information, in bits, whether it is itself at
// fault, something below it, or neither.
func (c *weighed) worth() float64 {
	return c.belief + entropy(c.belief, c.below, math.Max(0, 1-c.belief-c.below))
}

func entropy(probabilities ...float64) (bits float64) {
	for _, p := range probabilities {
		if p > 0 {
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

// price grows with the logarithm of the spans per request: a point that is passed a hundred times need not be a hundred times as likely, for that would
// spare it until the end.
func (w *scales) price(c *weighed) float64 {
	t := &w.state.Targets[w.target]
	cost := w.state.Cost(pythia.Proposal{Target: w.target, Node: c.SearchNode})
	return 1 + math.Log2(1+ratio(cost.SpansPerSecond, t.RequestsPerSecond))
}
