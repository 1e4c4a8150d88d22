package strategy

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/pythia-trace/pythia"
)

// Bandit takes every point inside the edge, at any depth, for an arm of a bandit, whose reward is the part of the variation that it carries, and plays the
// few that Thompson sampling picks: of each arm's posterior Beta(1 + n·s, 1 + n·(1 − s)) it draws a value, and takes the greatest (Thompson, "On the
// likelihood that one unknown probability exceeds another", Biometrika 1933; Chapelle and Li, "An empirical evaluation of Thompson sampling", NIPS 2011).
// n is the number of workflows in the profile that had the point, in the first of its contexts, and s that context's share of the sum of squares,
// variance times workflows, of all arms there. So points of which little is known are tried now and then, and those known to vary often. The lots depend
// on [pythia.State].Seed and the target's number only.
//
// It follows the idea of Astraea (Toslali et al., "An online probabilistic distributed tracing system", 2024), and differs in that an arm is
// played once per search: the Engine judges it and keeps it, or switches it off. It is a baseline to compare others with. It knows nothing of who calls
// whom, nor of costs.
type Bandit struct {
	// Most is how many points per target are switched on at most; zero means 3.
	Most int
}

var _ pythia.SearchStrategy = Bandit{}

// Next implements [pythia.SearchStrategy]. It fails if Most is negative.
func (b Bandit) Next(s *pythia.State) (pythia.Decision, error) {
	most, err := mostOf("Bandit.Most", b.Most)
	if err != nil {
		return pythia.Decision{}, err
	}
	d := draft{state: s}
	for i := range s.Targets {
		arms := d.affordable(i, unique(inside(s, i, deep)))
		drawn := draw(arms, rand.NewPCG(s.Seed, uint64(i)))
		place := placeOf(&s.Targets[i])
		for _, k := range drawn[:min(most, len(drawn))] {
			d.propose(i, arms[k.arm], fmt.Sprintf("inside %s, drawn %.0f %% from what was seen in %d workflows", place, 100*k.value, arms[k.arm].Workflows))
		}
	}
	return d.decide(), nil
}

// lot is what was drawn for an arm.
type lot struct {
	arm   int
	value float64
}

// draw returns the arms with a value each from their posteriors, the greatest first.
func draw(arms []candidate, source rand.Source) []lot {
	reward := func(arm int) float64 { return max(0, number(sumOfSquares(&arms[arm].SearchNode))) }
	total := 0.0
	for i := range arms {
		total += reward(i)
	}
	lots := make([]lot, len(arms))
	for i := range arms {
		share := ratio(reward(i), total)
		n := float64(max(0, arms[i].Workflows))
		posterior := distuv.Beta{Alpha: 1 + n*share, Beta: 1 + n*(1-share), Src: source}
		lots[i] = lot{arm: i, value: posterior.Rand()}
	}
	slices.SortStableFunc(lots, func(a, b lot) int { return cmp.Compare(b.value, a.value) })
	return lots
}
