package strategy

import (
	"fmt"
	"math"

	"github.com/pythia-trace/pythia"
)

// Evidence weighs what the profile has seen of all points inside the edge, at any depth, and switches on the one that is worth most for what it costs. Where
// the profile has seen the variation that is to be explained, it goes straight to where that was, and switches on nothing if nothing inside
// can carry it. Where it has not, it halves what could be at fault with every point.
//
// What is to be explained is the variance v that the edge carries: its share of the total's variance, times that. Of a context c, called by way of
// c₁ … cₖ from the edge's span p, one expects the part
//
//	e(c) = Var(p)/v · s(c₁) · … · s(cₖ) · s(c),  s(x) = Cov(x, its caller) / Var(its caller)
//
// where s is [pythia.SearchNode].CallerShare and negative parts count as none. Less what is expected of the calls below it this is the context's own; calls
// that are shown, or were tried, take their part with them. What is left of p's variance is p's own. If p's own and what is open inside the edge
// explain a quarter of v, or more, and ten workflows had p, the profile has seen it: then beliefs are in proportion to what is expected, and a point is
// left off of which, within two standard errors, less than a tenth is expected. If they explain less than a quarter, beliefs are that only as far, by
// four times what is explained, and the rest is spread: p has its part among all, and of what the contexts have, one half is spread evenly and one
// by the time that they take themselves. With fewer workflows, and for an edge between roots, all is spread. Where the finding is that the place
// is always slow, all of this holds for times instead of variances, each part being that of p's time.
//
// Worth most is the greatest (b + H(b, d, 1−b−d)) / (1 + log₂(1 + n)): b and d are the beliefs that the context itself, or one below it, is at fault, H is
// the entropy in bits of whether it is the one, the other or neither, and n the spans per request. One point is switched on per target. When the
// search has arrived, at places that are no calls, inside which nothing is left and which together carry 80 %, those of the same request type that
// come after them are left alone.
//
// Choose it where little may be on at a time: docs/evaluation.md compares. It takes more cycles than [TopDown] to what it has not seen before.
type Evidence struct{}

var _ pythia.SearchStrategy = Evidence{}

// arrivedAt is the share of the variation that makes it needless to look elsewhere.
const arrivedAt = 0.8

// Next implements [pythia.SearchStrategy].
func (Evidence) Next(s *pythia.State) (pythia.Decision, error) {
	d := draft{state: s}
	arrived := make(map[string]float64) // by request type
	for i := range s.Targets {
		t := &s.Targets[i]
		if s.Space == nil || t.Finding == nil || arrived[t.RequestType] >= arrivedAt {
			continue
		}
		found := inside(s, i, deep)
		if len(found) == 0 && t.Finding.Location.Kind != pythia.LocationCall { // whose fault a slow call is, is not known
			arrived[t.RequestType] += number(shareOf(t.Finding))
		}
		w := weigh(s, i, found)
		if best := w.best(&d); best != nil {
			d.propose(i, best.candidate, w.why(best))
		}
	}
	return d.decide(), nil
}

// shareOf is the part that a place carries of what is searched for.
func shareOf(f *pythia.Finding) float64 {
	if f.Reason == pythia.ReasonConsistentlySlow {
		return f.TimeShare
	}
	return f.VarianceShare
}

// why says what a context is chosen for.
func (w *scales) why(c *weighed) string {
	place := placeOf(&w.state.Targets[w.target])
	if w.known() {
		seen := "sd " + duration(c.StdDevSeconds)
		if w.slow {
			seen = "mean " + duration(c.MeanSeconds)
		}
		return fmt.Sprintf("inside %s, expected to carry %.0f %% of it (%s in %d workflows when profiled)",
			place, 100*min(1, c.open*w.scale), seen, c.Workflows)
	}
	return fmt.Sprintf("inside %s, which the profile does not explain: at fault by %.0f %%, or something below it by %.0f %%",
		place, 100*c.belief, 100*c.below)
}

// worth is what switching a context on is expected to bring: that the search ends at it, and what is learnt in any case.
func (c *weighed) worth() float64 {
	return c.belief + entropy(c.belief, c.below, max(0, 1-c.belief-c.below))
}

func entropy(probabilities ...float64) (bits float64) {
	for _, p := range probabilities {
		if p > 0 {
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

// price grows with the logarithm of the spans per request: if a point that is passed a hundred times had to be a hundred times as likely, it would never
// have its turn.
func (w *scales) price(c *weighed) float64 {
	t := &w.state.Targets[w.target]
	spans := t.Cost(&c.SearchNode, &w.state.Points[c.point]).SpansPerSecond
	return 1 + math.Log2(1+ratio(spans, t.RequestsPerSecond))
}

// best returns the context whose span is worth most for what it costs; nil if none is expected to be worth anything.
func (w *scales) best(d *draft) *weighed {
	var best *weighed
	most := 0.0
	for i := range w.contexts {
		c := &w.contexts[i]
		if !d.fits(w.target, &c.candidate) {
			d.leftOut++
			continue
		}
		if w.known() && w.scale*(c.open+surely*c.doubt) < negligible {
			continue
		}
		if worth := c.worth() / w.price(c); worth > most {
			best, most = c, worth
		}
	}
	return best
}
