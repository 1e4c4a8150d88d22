package strategy

import "github.com/pythia-trace/pythia"

// believe turns what is expected into the probabilities that each context itself, or something below it, is at fault; what they lack of 1 is the caller's. As
// far as the profile is not to be trusted, any can be, and what takes long more easily.
func (w *scales) believe() {
	seconds, total := w.seconds()
	sum := w.own
	for i := range w.contexts {
		sum += w.contexts[i].own
	}
	if number(sum) <= 0 {
		w.trust = 0
	}
	n := float64(len(w.contexts) + 1) // with the caller
	for i := range w.contexts {
		unseen := 1 / n
		if number(total) > 0 {
			unseen = 0.5/n + ratio(0.5*(1-1/n)*seconds[i], total)
		}
		w.contexts[i].belief = ratio(w.trust*w.contexts[i].own, sum) + (1-w.trust)*unseen
	}
	for i := len(w.contexts) - 1; i >= 0; i-- {
		w.children(i, func(k *weighed) { w.contexts[i].below += k.belief + k.below })
	}
}

// seconds returns how much time each context took itself, over all workflows of the profile, and all of them together.
func (w *scales) seconds() (own []float64, total float64) {
	own = make([]float64, len(w.contexts))
	for i := range w.contexts {
		c := &w.contexts[i]
		own[i] = timeOf(&c.SearchNode) - c.shown.seconds
		w.children(i, func(k *weighed) { own[i] -= timeOf(&k.SearchNode) })
		own[i] = max(0, own[i])
		total += own[i]
	}
	return own, total
}

// timeOf is in seconds, over all workflows.
func timeOf(n *pythia.SearchNode) float64 { return number(n.MeanSeconds * float64(n.Workflows)) }
