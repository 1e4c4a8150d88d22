package strategy

import "github.com/pythia-trace/pythia"

// Historic bets that the past repeats itself: of all points inside the edge, at any depth, it switches on those that varied most when profiled, by
// their share of the sum of squares, variance times workflows. Ties are in observed order. It is the historic strategy of VAIF (Toslali et
// al., SoCC 2021); Pythia's research code draws at random instead.
//
// Choose it where a profile of the system while it had problems is at hand: then it takes one cycle. A profile of healthy days misleads it, and it
// favours calls over what they contain, since the variance of a call is about that of all below it.
type Historic struct {
	// Most is how many points per target are switched on at most; zero means 3.
	Most int
}

var _ pythia.SearchStrategy = Historic{}

// Next implements [pythia.SearchStrategy]. It fails if Most is negative.
func (h Historic) Next(s *pythia.State) (pythia.Decision, error) {
	most, err := mostOf("Historic.Most", h.Most)
	if err != nil {
		return pythia.Decision{}, err
	}
	d := draft{state: s}
	m := varied(sumOfSquares)
	for i := range s.Targets {
		found := inside(s, i, deep)
		m.rank(found)
		found = d.affordable(i, unique(found))
		for k, c := range found[:min(most, len(found))] {
			d.propose(i, c, m.why(placeOf(&s.Targets[i]), k, &c.SearchNode))
		}
	}
	return d.decide(), nil
}

// sumOfSquares is in seconds², over all workflows.
func sumOfSquares(n *pythia.SearchNode) float64 {
	return n.StdDevSeconds * n.StdDevSeconds * float64(n.Workflows)
}
