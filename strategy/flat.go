package strategy

import "github.com/pythia-trace/pythia"

// Flat ignores who calls whom: of all points inside the edge, at any depth, it switches on a few that split it evenly, as a search by bisection
// does. Each cycle narrows the edge by a factor of Split + 1. It is the flat strategy of VAIF (Toslali et al., SoCC 2021), without the
// off-by-one of the research code.
//
// Choose it where calls are nested deeply, so that going down level by level takes too many cycles. What it switches on may be passed often: deep
// points cost more. A call that encloses much is found by chance only, as one point among many.
type Flat struct {
	// Split is how many points per target are switched on at most; zero means 3.
	Split int
}

var _ pythia.SearchStrategy = Flat{}

// Next implements [pythia.SearchStrategy]. It fails if Split is negative.
func (f Flat) Next(s *pythia.State) (pythia.Decision, error) {
	most, err := mostOf("Flat.Split", f.Split)
	if err != nil {
		return pythia.Decision{}, err
	}
	d := draft{state: s}
	for i := range s.Targets {
		d.split(i, d.affordable(i, unique(inside(s, i, deep))), most)
	}
	return d.decide(), nil
}
