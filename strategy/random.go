package strategy

import (
	"fmt"
	"math/rand/v2"

	"github.com/pythia-trace/pythia"
)

// Random draws a few of all points inside the edge, at any depth, with equal chances. The lots depend on [pythia.State].Seed and the target's
// number only.
//
// It is the yardstick: a strategy that is no better than this one makes nothing of what is known. It is also what Pythia's research code does in
// place of the historic strategy.
type Random struct {
	// Most is how many points per target are switched on at most; zero means 3.
	Most int
}

var _ pythia.SearchStrategy = Random{}

// Next implements [pythia.SearchStrategy]. It fails if Most is negative.
func (r Random) Next(s *pythia.State) (pythia.Decision, error) {
	most, err := mostOf("Random.Most", r.Most)
	if err != nil {
		return pythia.Decision{}, err
	}
	d := draft{state: s}
	for i := range s.Targets {
		lots := rand.New(rand.NewPCG(s.Seed, uint64(i)))
		found := d.affordable(i, unique(inside(s, i, deep)))
		why := fmt.Sprintf("drawn among %d", len(found))
		for k := range min(most, len(found)) { // the first steps of a shuffle
			other := k + lots.IntN(len(found)-k)
			found[k], found[other] = found[other], found[k]
			d.propose(i, found[k], why+" inside "+placeOf(&s.Targets[i]))
		}
	}
	return d.decide(), nil
}
