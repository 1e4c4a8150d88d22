package strategy

// believe turns what is expected into the probabilities that each context itself, or the caller, is at fault. As far as the profile is not to be trusted,
// any can be, and what takes long more easily.
func (w *scales) believe() {
	seconds, total := w.seconds()
	sum := w.own
	for i := range w.contexts {
		sum += w.contexts[i].own
	}
	trust := w.trust
	if !(sum > 0) {
		trust, sum = 0, 1
	}
	n := float64(len(w.contexts) + 1)
	w.own = trust*w.own/sum + (1-trust)/n
	for i := range w.contexts {
		any := 1 / n
		if total > 0 {
			any = 0.5/n + 0.5*(1-1/n)*seconds[i]/total
		}
		w.contexts[i].belief = trust*w.contexts[i].own/sum + (1-trust)*any
	}
	for i := len(w.contexts) - 1; i >= 0; i-- {
		w.children(i, func(k *weighed) { w.contexts[i].below += k.belief + k.below })
	}
}

// seconds returns how much time each context took itself, over all workflows of the profile, and all of them together.
func (w *scales) seconds() (own []float64, total float64) {
	own = make([]float64, len(w.contexts))
	took := func(c *weighed) float64 { return c.MeanSeconds * float64(c.Workflows) }
	for i := range w.contexts {
		c := &w.contexts[i]
		own[i] = took(c) - c.shown.seconds
		w.children(i, func(k *weighed) { own[i] -= took(k) })
		own[i] = max(0, own[i])
		total += own[i]
	}
	return own, total
}
